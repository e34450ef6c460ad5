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

// Attribute of constants: PROGMEM on processors that otherwise copy constants to RAM. Define it as PROGMEM
// for a Teensy 4 too: its core copies other constants to RAM1.
#ifndef MICROMOBILENET_FLASH
#if defined(__AVR__) || defined(ESP8266)
#define MICROMOBILENET_FLASH PROGMEM
#else
#define MICROMOBILENET_FLASH
#endif
#endif

// Functions that are not inlined, to keep their locals off the stack while they do not run.
#define MICROMOBILENET_NOINLINE __attribute__((noinline))
// Functions that are inlined at -Os too, to keep their arguments in registers.
#define MICROMOBILENET_INLINE __attribute__((always_inline)) static inline
