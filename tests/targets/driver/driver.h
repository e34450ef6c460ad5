// Answers for images with the class Net of "Net.h", in the same way on every target.
//
// Images come as a byte 1 followed by the image; a byte 0 ends them. What is found goes out as
// frames: a letter, the number of bytes as 32 bits, the bytes. All numbers are little-endian.
//   N  once: sizeof(Net), classes
//   R  a row of an operation, where rows are traced: bytes of a value, row, length of the name, name, values
//   S, O, P, C  of an image: int8 scores, float outputs, probability, class; what Net does not have is left out
//   T  ticks of the calls that an image took
//   K  once: bytes of stack below the caller of Net; 0 where that is not measured
//   E  the end
//
// FEED says how images are given to Net: FEED_ROWS, FEED_PUSH, FEED_PREDICT, or FEED_FLASH, where
// they come as the byte 1 alone and the image is the one of "image.h".
#ifndef DRIVER_H
#define DRIVER_H

#include <stdint.h>
#include <string.h>
#if defined(__AVR__)
#include <avr/pgmspace.h>
#endif

#define FEED_ROWS 1
#define FEED_PUSH 2
#define FEED_PREDICT 3
#define FEED_FLASH 4

// What a target provides.
namespace platform {

void read(void *to, uint32_t count);
void write(const void *from, uint32_t count);
// Stand around every call of Net: clocks run and the stack is watched in between. They have frames
// of their own, which are gone while the call runs.
__attribute__((noinline)) void call_begins();
__attribute__((noinline)) void call_ended();
// Ticks in calls since this was asked last.
uint32_t ticks();
uint32_t stack_bytes();
#if defined(MICROMOBILENET_CALLER_ARENA)
// Where an arena of so many bytes begins.
void *arena(uint32_t bytes);
#endif

}  // namespace platform

namespace driver {

inline void frame_begins(char tag, uint32_t count) {
    uint8_t head[5] = {static_cast<uint8_t>(tag)};
    memcpy(head + 1, &count, sizeof count);
    platform::write(head, sizeof head);
}

inline void frame(char tag, const void *from, uint32_t count) {
    frame_begins(tag, count);
    platform::write(from, count);
}

#ifdef TRACE
template <typename T>
void trace(uint8_t step, uint16_t row, const T *data, uint32_t count) {
    uint8_t head[4] = {sizeof(T), step, static_cast<uint8_t>(row), static_cast<uint8_t>(row >> 8)};
    frame_begins('R', sizeof head + count * sizeof(T));
    platform::write(head, sizeof head);
    platform::write(data, count * sizeof(T));
}
#define MICROMOBILENET_TRACE(step, row, data, count) \
    ::driver::trace(static_cast<uint8_t>(step), static_cast<uint16_t>(row), (data), static_cast<uint32_t>(count))
#endif

}  // namespace driver

#include "Net.h"
#if FEED == FEED_FLASH
#include "image.h"
#endif

namespace driver {

#if defined(MICROMOBILENET_CALLER_ARENA)
static Net net(platform::arena(Net::arenaBytes));
#else
static Net net;
#endif

// The second parameter prefers the member that Net has to nothing.
template <typename N>
auto scores(const N &from, int) -> decltype(static_cast<void>(from.scores[0])) {
    frame('S', from.scores, N::classes);
}
template <typename N>
void scores(const N &, long) {}

template <typename N>
auto outputs(const N &from, int) -> decltype(static_cast<void>(from.outputs[0])) {
    frame('O', from.outputs, N::classes * sizeof(float));
}
template <typename N>
void outputs(const N &, long) {}

template <typename N>
auto probability(const N &from, int) -> decltype(static_cast<void>(from.proba + 0.0f)) {
    frame('P', &from.proba, sizeof(float));
}
template <typename N>
void probability(const N &, long) {}

// Calls Net with a stack frame of its own, so that what the call needs is not part of the driver's.
template <typename Call>
__attribute__((noinline)) uint16_t apart(Call call) {
    return call();
}

template <typename Call>
uint16_t measured(Call call) {
    platform::call_begins();
    const uint16_t found = apart(call);
    platform::call_ended();
    return found;
}

inline uint16_t answer() {
#if FEED == FEED_PREDICT
    static uint8_t whole[Net::numInputs];
    platform::read(whole, sizeof whole);
    return measured([] { return static_cast<uint16_t>(net.predict(whole)); });
#elif FEED == FEED_FLASH
    return measured([] { return static_cast<uint16_t>(net.predict_P(image)); });
#else
    const uint16_t bytes = Net::width * Net::channels;
    measured([] { return net.begin(), uint16_t(0); });
    for (uint16_t row = 0; row < static_cast<uint16_t>(Net::height); row++) {
#if FEED == FEED_PUSH
        static uint8_t pixels[bytes];
        platform::read(pixels, bytes);
        measured([] { return net.push(pixels), uint16_t(0); });
#else
        platform::read(net.nextRow(), bytes);
        measured([] { return net.commitRow(), uint16_t(0); });
#endif
    }
    return measured([] { return static_cast<uint16_t>(net.finish()); });
#endif
}

// Answers for all images.
inline void drive() {
    const uint32_t about[2] = {sizeof(Net), Net::classes};
    frame('N', about, sizeof about);
    for (;;) {
        uint8_t more = 0;
        platform::read(&more, 1);
        if (more == 0) {
            break;
        }
        const uint16_t found = answer();
        scores(net, 0);
        outputs(net, 0);
        probability(net, 0);
        frame('C', &found, sizeof found);
        const uint32_t ticks = platform::ticks();
        frame('T', &ticks, sizeof ticks);
    }
    const uint32_t stack = platform::stack_bytes();
    frame('K', &stack, sizeof stack);
    frame_begins('E', 0);
}

}  // namespace driver

#endif
