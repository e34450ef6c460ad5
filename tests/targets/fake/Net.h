// A class with the interface of an exported int8 network, whose answers depend on every byte of the
// image and on its place.
#ifndef FAKE_NET_H
#define FAKE_NET_H

#include <stdint.h>
#if defined(__AVR__) || defined(ESP8266)
#if defined(__AVR__)
#include <avr/pgmspace.h>
#else
#include <pgmspace.h>
#endif
#define FAKE_FLASH PROGMEM
#define FAKE_READ(at) pgm_read_byte(at)
#else
#define FAKE_FLASH
#define FAKE_READ(at) (*(at))
#endif

static const uint8_t fake_factors[5] FAKE_FLASH = {31, 37, 41, 43, 47};

class Net {
public:
    enum : uint32_t { width = 20, height = 17, channels = 3, classes = 5, numInputs = 20 * 17 * 3 };

    int8_t scores[classes];
    uint16_t output;
    float outputs[classes];
    float proba;

    Net() : output(0), proba(0.0f), row_(0) {}

    void begin() {
        row_ = 0;
        for (uint8_t i = 0; i < classes; i++) {
            sums_[i] = 7;
        }
    }

    uint8_t *nextRow() { return pixels_; }

    void commitRow() {
        // A known need of stack.
        volatile uint8_t scratch[200];
        for (uint8_t i = 0; i < width * channels; i++) {
            scratch[i] = pixels_[i];
        }
        scratch[199] = 0;
        for (uint8_t i = 0; i < classes; i++) {
            const uint8_t factor = FAKE_READ(fake_factors + i);
            for (uint8_t at = 0; at < width * channels; at++) {
                sums_[i] = sums_[i] * factor + scratch[at] + 1;
            }
        }
#ifdef MICROMOBILENET_TRACE
        MICROMOBILENET_TRACE(0, row_, pixels_, width * channels);
        if (row_ % 2 == 0) {
            const float half[2] = {pixels_[0] * 0.5f, -1.0f};
            MICROMOBILENET_TRACE(1, row_ / 2, half, 2);
        }
#endif
        row_++;
    }

    void push(const uint8_t *row) {
        for (uint8_t i = 0; i < width * channels; i++) {
            pixels_[i] = row[i];
        }
        commitRow();
    }

    uint16_t finish() {
        output = 0;
        for (uint8_t i = 0; i < classes; i++) {
            // The last bytes have reached the low bits only: mix.
            const uint32_t sum = (sums_[i] ^ (sums_[i] >> 15)) * 0x2C1B3C6Du;
            scores[i] = static_cast<int8_t>(static_cast<uint8_t>(sum >> 24));
            outputs[i] = static_cast<float>(sum >> 8) / 16777216.0f;
            if (scores[i] > scores[output]) {
                output = i;
            }
        }
        proba = outputs[output];
        return output;
    }

    uint16_t predict(const uint8_t *image) {
        begin();
        for (uint16_t row = 0; row < height; row++) {
            push(image + row * (width * channels));
        }
        return finish();
    }

    uint16_t predict_P(const uint8_t *image) {
        begin();
        for (uint16_t row = 0; row < height; row++) {
            for (uint8_t i = 0; i < width * channels; i++) {
                pixels_[i] = FAKE_READ(image + row * (width * channels) + i);
            }
            commitRow();
        }
        return finish();
    }

private:
    uint32_t sums_[classes];
    uint16_t row_;
    uint8_t pixels_[width * channels];
};

#endif
