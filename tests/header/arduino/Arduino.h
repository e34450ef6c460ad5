// The least of an Arduino core that makes sketches run on the host, with the macros that a real
// one defines and that generated code must not stumble over.
#pragma once
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define abs(x) ((x) > 0 ? (x) : -(x))
#define round(x) ((x) >= 0 ? (long)((x) + 0.5) : (long)((x) - 0.5))
#define radians(deg) ((deg) * 0.017453292519943295)
#define sq(x) ((x) * (x))
#define bit(b) (1UL << (b))
#define F(text) (text)
#define PI 3.1415926535897932384626433832795
#define EULER 2.718281828459045235360287471352
#define HIGH 0x1
#define LOW 0x0
#define INPUT 0x0
#define OUTPUT 0x1
#define DEFAULT 1
#define INTERNAL 3
#define SP 0x5d
#define B0 0
#define B1 1
#define B101 5
#define A0 14
#define A7 21
#define word(...) makeWord(__VA_ARGS__)

class __FlashStringHelper;

#if defined(ESP32)
struct FakeEsp {
    uint32_t getFreeHeap() { return 250000; }
};
static FakeEsp ESP;
#elif defined(ARDUINO_ARCH_RP2040) && !defined(ARDUINO_ARCH_MBED)
struct FakeRp2040 {
    int getFreeHeap() { return 180000; }
};
static FakeRp2040 rp2040;
#elif defined(STACK_BELOW_THE_HEAP)
#include <unistd.h>
static void *heapAboveTheStack(intptr_t) { return reinterpret_cast<void *>(UINTPTR_MAX); }
#define sbrk heapAboveTheStack
#endif

// What avr-libc knows of the heap.
static char fakeHeap[1];
#define __brkval fakeBreak
#define __heap_start fakeHeapStart
char *fakeBreak = fakeHeap;
char fakeHeapStart;

struct FakeSerial {
    void begin(unsigned long) {}
    explicit operator bool() const { return true; }
    void print(const char *text) { fputs(text, stdout); }
    void print(const __FlashStringHelper *text) { fputs(reinterpret_cast<const char *>(text), stdout); }
    void print(long value) { printf("%ld", value); }
    void print(int value) { printf("%d", value); }
    void print(unsigned int value) { printf("%u", value); }
    void print(unsigned long value) { printf("%lu", value); }
    void print(double value, int digits = 2) { printf("%.*f", digits, value); }
    void println() { putchar('\n'); }
    template <typename Value>
    void println(Value value) {
        print(value);
        putchar('\n');
    }
};

static FakeSerial Serial;

inline unsigned long micros() {
    static unsigned long now = 0;
    return now += 1000;
}
inline unsigned long millis() { return micros() / 1000; }
inline void delay(unsigned long) {}
