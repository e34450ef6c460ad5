// Declares of the ESP8266 core what headers use of it.
#ifndef ESP8266_PGMSPACE_H
#define ESP8266_PGMSPACE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C"
#endif
void *memcpy_P(void *to, const void *from, size_t count);

#define PROGMEM __attribute__((section(".irom.text.constants")))
#define pgm_read_byte(at) pgm_read_byte_inlined(at)
#define pgm_read_word(at) pgm_read_word_inlined(at)
#define pgm_read_dword(at) (*(const uint32_t *)(at))
#define pgm_read_float(at) (*(const float *)(at))

// Flash is read 32 bits at a time there.
static inline uint8_t pgm_read_byte_inlined(const void *at) {
    const uintptr_t address = (uintptr_t)at;
    const uint32_t word = *(const uint32_t *)(address & ~(uintptr_t)3);
    return (uint8_t)(word >> (address & 3) * 8);
}

static inline uint16_t pgm_read_word_inlined(const void *at) {
    return (uint16_t)(pgm_read_byte_inlined(at) | pgm_read_byte_inlined((const uint8_t *)at + 1) << 8);
}

#endif
