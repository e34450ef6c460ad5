// An Arduino sketch that gets its images from board.c over the serial port, and answers there.
#include <Arduino.h>

#include "driver.h"

static uint32_t began = 0;
static uint32_t microseconds = 0;

namespace platform {

void read(void *to, uint32_t count) {
    uint8_t *at = static_cast<uint8_t *>(to);
    while (count > 0) {
        // No more than the serial port keeps while nobody reads.
        const uint8_t part = static_cast<uint8_t>(count < 32 ? count : 32);
        driver::frame('Q', &part, 1);
        for (uint8_t have = 0; have < part;) {
            if (Serial.available() > 0) {
                at[have++] = static_cast<uint8_t>(Serial.read());
            }
        }
        at += part;
        count -= part;
    }
}

void write(const void *from, uint32_t count) { Serial.write(static_cast<const uint8_t *>(from), count); }

void call_begins() {
    Serial.flush();
    began = micros();
    GPIOR0 = 1;
}

void call_ended() {
    GPIOR0 = 0;
    microseconds += micros() - began;
}

uint32_t ticks() {
    const uint32_t all = microseconds;
    microseconds = 0;
    return all;
}

// board.c knows.
uint32_t stack_bytes() { return 0; }

#if defined(MICROMOBILENET_CALLER_ARENA)
// At the end of RAM.
void *arena(uint32_t bytes) {
#if defined(READ_BEYOND)
    static_cast<void>(*reinterpret_cast<volatile uint8_t *>(READ_BEYOND));
#endif
    return reinterpret_cast<void *>(RAMEND + 1 - static_cast<uint16_t>(bytes));
}
#endif

}  // namespace platform

void setup() {
    Serial.begin(1000000);
    driver::drive();
}

void loop() {}
