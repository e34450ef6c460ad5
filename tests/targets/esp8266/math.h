// Declares of C what headers use of it: the compiler for ESP8266 comes without a C library.
#ifndef ESP8266_MATH_H
#define ESP8266_MATH_H

#ifdef __cplusplus
extern "C" {
#endif

float expf(float x);
float floorf(float x);
float fabsf(float x);
float fmaxf(float a, float b);
float fminf(float a, float b);
float roundf(float x);
float sqrtf(float x);

#ifdef __cplusplus
}
#endif

#endif
