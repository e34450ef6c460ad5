// Declares of C what headers use of it: the compiler for ESP8266 comes without a C library.
#ifndef ESP8266_STRING_H
#define ESP8266_STRING_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

void *memcpy(void *to, const void *from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);
int memcmp(const void *a, const void *b, size_t count);
size_t strlen(const char *text);

#ifdef __cplusplus
}
#endif

#endif
