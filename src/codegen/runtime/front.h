#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#if defined(__AVR__)
#include <avr/pgmspace.h>
class __FlashStringHelper;
#elif defined(ESP8266)
#include <pgmspace.h>
#endif

// What marks constants: where they take up RAM unless they are marked, PROGMEM. Define it as that for a
// Teensy 4 too, whose core else copies constants to RAM1.
#ifndef MICROMOBILENET_FLASH
#if defined(__AVR__) || defined(ESP8266)
#define MICROMOBILENET_FLASH PROGMEM
#else
#define MICROMOBILENET_FLASH
#endif
#endif

// Functions that stay apart, so that only those take up the stack that are at work.
#define MICROMOBILENET_APART __attribute__((noinline))
// Functions whose arguments belong in registers, at -Os as well.
#define MICROMOBILENET_INLINE __attribute__((always_inline)) static inline
