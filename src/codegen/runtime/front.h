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

// Where constants take up RAM unless they are marked, they are marked.
#ifndef MICROMOBILENET_FLASH
#if defined(__AVR__) || defined(ESP8266)
#define MICROMOBILENET_FLASH PROGMEM
#else
#define MICROMOBILENET_FLASH
#endif
#endif

// Called between rows: define it as what your board has to do meanwhile.
#ifndef MICROMOBILENET_YIELD
#define MICROMOBILENET_YIELD() static_cast<void>(0)
#endif

// Define MICROMOBILENET_TRACE(step, row, data, count) to be told of every row that is made: steps
// are counted from 0, and a row is its channels, one after another.
#if defined(MICROMOBILENET_TRACE)
#define MICROMOBILENET_TRACED(step, row, data, count) MICROMOBILENET_TRACE(step, row, data, count)
#else
#define MICROMOBILENET_TRACED(step, row, data, count) static_cast<void>(0)
#endif

// Define MICROMOBILENET_PROFILE to have printProfile(Serial): how long each operation takes.
#if defined(MICROMOBILENET_PROFILE)
#define MICROMOBILENET_CLOCK() static_cast<uint32_t>(micros())
#define MICROMOBILENET_CHARGE(state, step, start) state.microseconds[step] += static_cast<uint32_t>(micros()) - start
#else
#define MICROMOBILENET_CLOCK() 0
#define MICROMOBILENET_CHARGE(state, step, start) static_cast<void>(start)
#endif

// Functions that stay apart, so that only those take up the stack that are at work.
#define MICROMOBILENET_APART __attribute__((noinline))
// Functions whose arguments belong in registers, at -Os as well.
#define MICROMOBILENET_INLINE __attribute__((always_inline)) static inline
