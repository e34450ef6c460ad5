// MicroMobileNet: image classifier, 10 classes.
// Written by micromobilenet 0.1.0. Do not edit: change the configuration and export again.
//
// format          1
// model           micro
// image           96 rows of 96 pixels, grayscale
// parameters      4546
// MACs            612240
// tables          6728 bytes of flash for weights, constants and steps
// object          4520 bytes of RAM, including an arena of 4496 bytes
// arithmetic      8-bit integers, single rounding: (sum * multiplier + offset) >> 16
// configuration   ebbe06b6fd101e0c
// trained weights ccc953c242354ba3
// data            fashion-mnist (21cdc28a57a256d0)
// accuracy        0.8780 in validation
// sure()          confidence threshold 0.5295: precision at least 90.0 %, coverage 94.1 % in validation
// int8 accuracy   0.8790 in validation
//
// MicroMobileNet net;
// net.predict(image);    classifies an image and returns its class; image holds camera bytes (0 to 255)
//                        or floats from 0 to 1, row by row, the channels of a pixel side by side
// net.push(row);         the same row by row: call it for each row, then
// net.finish();          which returns the class; the next row starts another image
// net.begin();           discards an unfinished image
// net.nextRow();         buffer for the next row, to avoid a copy: write the row there, then call
// net.commitRow();       which processes it
// net.output             the predicted class
// net.proba              its probability
// net.sure()             true if this probability reaches the confidence threshold
// net.outputs[i]         the probability of class i, until the next image starts
// net.labels[i]          the name of class i
// With MICROMOBILENET_CALLER_ARENA defined, row buffers and feature maps use memory that you provide:
// MicroMobileNet net(arena);    arena holds MicroMobileNet::arenaBytes bytes and needs no alignment
// net.scores[i]          the int8 score of class i, identical on all processors
#pragma once
#ifndef MICROMOBILENET_MICROMOBILENET_H
#define MICROMOBILENET_MICROMOBILENET_H

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

namespace MicroMobileNet_detail {

// Only these functions use macros that the sketch defines before it includes this file: some macros are
// undefined below, until the end of the file.
//
// MICROMOBILENET_YIELD() is called between rows: define it as the background work of your board.
static inline void mmnYield() {
#if defined(MICROMOBILENET_YIELD)
    MICROMOBILENET_YIELD();
#endif
}

// Define MICROMOBILENET_TRACE(step, row, data, count) to receive every row that a step computes: steps
// are numbered from 0, and a row holds its channels one after another (planar).
#if defined(MICROMOBILENET_TRACE)
template <typename T>
static inline void mmnTrace(uint8_t mmnStep, uint16_t mmnRow, const T *mmnData, size_t mmnCount) {
    MICROMOBILENET_TRACE(mmnStep, mmnRow, mmnData, mmnCount);
    static_cast<void>(mmnStep), static_cast<void>(mmnRow), static_cast<void>(mmnData), static_cast<void>(mmnCount);
}
#define MICROMOBILENET_TRACED(step, row, data, count) mmnTrace(step, row, data, count)
#else
#define MICROMOBILENET_TRACED(step, row, data, count) static_cast<void>(0)
#endif

// Define MICROMOBILENET_PROFILE to get printProfile(Serial), which prints the latency of each operation.
#if defined(MICROMOBILENET_PROFILE)
static inline uint32_t mmnClock() { return static_cast<uint32_t>(micros()); }
#define MICROMOBILENET_CHARGE(state, step, start) state.microseconds[step] += mmnClock() - start
#else
static inline uint32_t mmnClock() { return 0; }
#define MICROMOBILENET_CHARGE(state, step, start) static_cast<void>(start)
#endif

}  // namespace MicroMobileNet_detail

// Undefines macros of cores, libraries or the sketch that have these names, until the end of the file.
#pragma push_macro("above")
#undef above
#pragma push_macro("add")
#undef add
#pragma push_macro("below")
#undef below
#pragma push_macro("bits")
#undef bits
#pragma push_macro("black")
#undef black
#pragma push_macro("blue")
#undef blue
#pragma push_macro("byte")
#undef byte
#pragma push_macro("clear")
#undef clear
#pragma push_macro("columns")
#undef columns
#pragma push_macro("copy")
#undef copy
#pragma push_macro("count")
#undef count
#pragma push_macro("current")
#undef current
#pragma push_macro("depth")
#undef depth
#pragma push_macro("end")
#undef end
#pragma push_macro("even")
#undef even
#pragma push_macro("first")
#undef first
#pragma push_macro("flash")
#undef flash
#pragma push_macro("from")
#undef from
#pragma push_macro("gap")
#undef gap
#pragma push_macro("gray")
#undef gray
#pragma push_macro("green")
#undef green
#pragma push_macro("head")
#undef head
#pragma push_macro("height")
#undef height
#pragma push_macro("high")
#undef high
#pragma push_macro("image")
#undef image
#pragma push_macro("in")
#undef in
#pragma push_macro("index")
#undef index
#pragma push_macro("inner")
#undef inner
#pragma push_macro("kernel")
#undef kernel
#pragma push_macro("label")
#undef label
#pragma push_macro("last")
#undef last
#pragma push_macro("left")
#undef left
#pragma push_macro("lesser")
#undef lesser
#pragma push_macro("local")
#undef local
#pragma push_macro("loop")
#undef loop
#pragma push_macro("low")
#undef low
#pragma push_macro("made")
#undef made
#pragma push_macro("maximum")
#undef maximum
#pragma push_macro("mid")
#undef mid
#pragma push_macro("middle")
#undef middle
#pragma push_macro("next")
#undef next
#pragma push_macro("odd")
#undef odd
#pragma push_macro("offset")
#undef offset
#pragma push_macro("one")
#undef one
#pragma push_macro("out")
#undef out
#pragma push_macro("output")
#undef output
#pragma push_macro("pad")
#undef pad
#pragma push_macro("pair")
#undef pair
#pragma push_macro("pixel")
#undef pixel
#pragma push_macro("pixels")
#undef pixels
#pragma push_macro("place")
#undef place
#pragma push_macro("plane")
#undef plane
#pragma push_macro("pool")
#undef pool
#pragma push_macro("put")
#undef put
#pragma push_macro("raw")
#undef raw
#pragma push_macro("reach")
#undef reach
#pragma push_macro("read")
#undef read
#pragma push_macro("red")
#undef red
#pragma push_macro("rest")
#undef rest
#pragma push_macro("right")
#undef right
#pragma push_macro("ring")
#undef ring
#pragma push_macro("room")
#undef room
#pragma push_macro("row")
#undef row
#pragma push_macro("rows")
#undef rows
#pragma push_macro("second")
#undef second
#pragma push_macro("shift")
#undef shift
#pragma push_macro("source")
#undef source
#pragma push_macro("start")
#undef start
#pragma push_macro("state")
#undef state
#pragma push_macro("step")
#undef step
#pragma push_macro("steps")
#undef steps
#pragma push_macro("stream")
#undef stream
#pragma push_macro("sum")
#undef sum
#pragma push_macro("take")
#undef take
#pragma push_macro("target")
#undef target
#pragma push_macro("top")
#undef top
#pragma push_macro("total")
#undef total
#pragma push_macro("value")
#undef value
#pragma push_macro("values")
#undef values
#pragma push_macro("weight")
#undef weight
#pragma push_macro("weights")
#undef weights
#pragma push_macro("width")
#undef width
#pragma push_macro("x")
#undef x
#pragma push_macro("y")
#undef y
#pragma push_macro("z")
#undef z
#pragma push_macro("zero")
#undef zero
// Parameters may shadow variables of the sketch.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"

namespace MicroMobileNet_detail {

// On AVR, labels stay in flash. Serial.print() accepts both types.
#if defined(__AVR__)
typedef const __FlashStringHelper *Label;
static const char label0[] PROGMEM = "T-shirt/top";
static const char label1[] PROGMEM = "Trouser";
static const char label2[] PROGMEM = "Pullover";
static const char label3[] PROGMEM = "Dress";
static const char label4[] PROGMEM = "Coat";
static const char label5[] PROGMEM = "Sandal";
static const char label6[] PROGMEM = "Shirt";
static const char label7[] PROGMEM = "Sneaker";
static const char label8[] PROGMEM = "Bag";
static const char label9[] PROGMEM = "Ankle boot";
#else
typedef const char *Label;
#endif
// A template, so that several files may include the definition of the array.
template <typename Unused>
struct Labels {
    static const Label labels[10];
};
template <typename Unused>
#if defined(__AVR__)
const Label Labels<Unused>::labels[10] = {
    reinterpret_cast<Label>(label0), reinterpret_cast<Label>(label1),
    reinterpret_cast<Label>(label2), reinterpret_cast<Label>(label3),
    reinterpret_cast<Label>(label4), reinterpret_cast<Label>(label5),
    reinterpret_cast<Label>(label6), reinterpret_cast<Label>(label7),
    reinterpret_cast<Label>(label8), reinterpret_cast<Label>(label9)
};
#else
const Label Labels<Unused>::labels[10] = {
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot"
};
#endif

// Access to constants in flash, which some processors address separately from RAM.
#if defined(__AVR__) || defined(ESP8266)
#if defined(__AVR_HAVE_MUL__)
// Unrolled: the byte-by-byte copy of the C library takes twice as long.
#define AVR_COPY(load)                                                                                      \
    uint8_t value;                                                                                          \
    __asm__ volatile(                                                                                       \
        "subi %A[bytes], 16\n\t"                                                                             \
        "sbci %B[bytes], 0\n\t"                                                                             \
        "brcs 2f\n"                                                                                         \
        "1:\n\t" load load load load load load load load load load load load load load load load                                                   \
        "subi %A[bytes], 16\n\t"                                                                             \
        "sbci %B[bytes], 0\n\t"                                                                             \
        "brcc 1b\n"                                                                                         \
        "2:\n\t"                                                                                            \
        "subi %A[bytes], 240\n\t"                                                                           \
        "breq 4f\n"                                                                                         \
        "3:\n\t" load                                                                                       \
        "dec %A[bytes]\n\t"                                                                                 \
        "brne 3b\n"                                                                                         \
        "4:"                                                                                                \
        : [value] "=&r"(value), [bytes] "+d"(bytes), [from] "+z"(from), [to] "+x"(to)::"memory");
static __attribute__((noinline, unused)) void fetch(void *to, const void *from, size_t bytes) {
    AVR_COPY("lpm %[value], Z+\n\tst X+, %[value]\n\t")
}
static __attribute__((noinline, unused)) void copy(void *to, const void *from, size_t bytes) {
    AVR_COPY("ld %[value], Z+\n\tst X+, %[value]\n\t")
}
#undef AVR_COPY
#else
static inline void fetch(void *to, const void *from, size_t bytes) { memcpy_P(to, from, bytes); }
static inline void copy(void *to, const void *from, size_t bytes) { memcpy(to, from, bytes); }
#endif
static inline uint8_t flash(const uint8_t *at) { return pgm_read_byte(at); }
static inline uint16_t flash(const uint16_t *at) { return pgm_read_word(at); }
static inline uint32_t flash(const uint32_t *at) { return pgm_read_dword(at); }
static inline int8_t flash(const int8_t *at) { return static_cast<int8_t>(pgm_read_byte(at)); }
#define MICROMOBILENET_STEP(step, at) Step step; fetch(&step, at, sizeof step)
// Reads one field of a step, which is faster than copying the step.
#define MICROMOBILENET_OF(at, field) flash(&(at)->field)
#else
static inline void fetch(void *to, const void *from, size_t bytes) { memcpy(to, from, bytes); }
#if defined(__ARM_ARCH_6M__)
// Rows are not aligned, and the C library takes twice as long to copy such data.
static __attribute__((noinline)) void copy(void *to, const void *from, size_t bytes) {
    uint32_t first, second;
    __asm__ volatile(
        ".syntax unified\n\t"
        "subs %[bytes], #6\n\t"
        "bcc 2f\n"
        "1:\n\t"
        "ldrb %[first], [%[from], #0]\n\t"
        "ldrb %[second], [%[from], #1]\n\t"
        "strb %[first], [%[to], #0]\n\t"
        "strb %[second], [%[to], #1]\n\t"
        "ldrb %[first], [%[from], #2]\n\t"
        "ldrb %[second], [%[from], #3]\n\t"
        "strb %[first], [%[to], #2]\n\t"
        "strb %[second], [%[to], #3]\n\t"
        "ldrb %[first], [%[from], #4]\n\t"
        "ldrb %[second], [%[from], #5]\n\t"
        "strb %[first], [%[to], #4]\n\t"
        "strb %[second], [%[to], #5]\n\t"
        "adds %[from], #6\n\t"
        "adds %[to], #6\n\t"
        "subs %[bytes], #6\n\t"
        "bcs 1b\n"
        "2:\n\t"
        "adds %[bytes], #6\n\t"
        "beq 4f\n"
        "3:\n\t"
        "subs %[bytes], #1\n\t"
        "ldrb %[first], [%[from], %[bytes]]\n\t"
        "strb %[first], [%[to], %[bytes]]\n\t"
        "bne 3b\n"
        "4:"
        : [to] "+l"(to), [from] "+l"(from), [bytes] "+l"(bytes), [first] "=&l"(first), [second] "=&l"(second)
        :
        : "cc", "memory");
}
#else
static inline void copy(void *to, const void *from, size_t bytes) { memcpy(to, from, bytes); }
#endif
static inline uint8_t flash(const uint8_t *at) { return *at; }
static inline int8_t flash(const int8_t *at) { return *at; }
static inline uint16_t flash(const uint16_t *at) { return *at; }
static inline uint32_t flash(const uint32_t *at) { return *at; }
#define MICROMOBILENET_STEP(step, at) const Step &step = *(at)
#define MICROMOBILENET_OF(at, field) (at)->field
#endif

alignas(4) static const uint8_t weightTable[4288] MICROMOBILENET_FLASH = {
    140, 235, 232, 191, 20, 73, 49, 24, 127, 129, 186, 30, 231, 202, 40, 18, 14, 28, 66, 127, 24,
    41, 62, 21, 24, 253, 24, 220, 121, 74, 32, 115, 69, 224, 127, 0, 218, 88, 127, 202, 38, 81, 217,
    8, 0, 110, 31, 143, 124, 10, 129, 45, 74, 240, 0, 0, 46, 1, 72, 128, 255, 139, 21, 128, 207,
    255, 49, 128, 255, 41, 168, 128, 102, 255, 105, 128, 118, 89, 255, 128, 33, 127, 84, 221, 57,
    14, 176, 246, 243, 126, 77, 149, 122, 70, 222, 34, 49, 243, 181, 163, 239, 182, 130, 227, 229,
    220, 32, 232, 254, 168, 165, 225, 242, 130, 192, 189, 69, 81, 35, 218, 129, 157, 159, 154, 5,
    127, 121, 85, 43, 16, 36, 226, 217, 235, 0, 0, 255, 32, 126, 129, 156, 255, 50, 88, 21, 133,
    128, 128, 225, 107, 128, 128, 157, 92, 210, 145, 255, 179, 196, 113, 147, 255, 128, 128, 105,
    134, 128, 128, 178, 208, 240, 141, 141, 160, 172, 115, 212, 255, 128, 128, 255, 129, 128, 128,
    143, 171, 73, 1, 255, 86, 75, 166, 231, 37, 128, 128, 89, 71, 128, 128, 154, 200, 1, 114, 192,
    143, 65, 123, 205, 129, 128, 128, 1, 113, 128, 128, 1, 70, 213, 145, 187, 255, 192, 105, 176,
    176, 128, 128, 203, 137, 128, 128, 163, 129, 221, 15, 117, 250, 63, 37, 56, 129, 4, 255, 7, 95,
    23, 219, 39, 250, 235, 10, 129, 101, 94, 193, 221, 38, 6, 42, 129, 246, 65, 36, 30, 54, 35, 207,
    38, 224, 129, 84, 32, 226, 39, 57, 235, 243, 151, 195, 196, 129, 142, 16, 209, 234, 129, 220,
    237, 204, 9, 66, 21, 47, 75, 22, 127, 251, 16, 22, 64, 231, 189, 222, 72, 41, 223, 27, 236, 162,
    127, 208, 156, 17, 207, 167, 78, 1, 129, 119, 241, 17, 23, 68, 127, 178, 224, 9, 228, 207, 21,
    33, 35, 44, 5, 223, 193, 129, 151, 209, 179, 201, 100, 213, 190, 1, 128, 140, 110, 161, 255,
    225, 10, 241, 155, 170, 194, 107, 153, 170, 25, 184, 198, 216, 11, 130, 138, 67, 56, 255, 92,
    43, 191, 16, 5, 255, 33, 141, 243, 114, 84, 195, 59, 31, 180, 199, 123, 110, 171, 161, 205, 131,
    190, 111, 102, 163, 255, 109, 152, 118, 116, 129, 107, 139, 118, 50, 84, 108, 137, 1, 107, 124,
    97, 178, 149, 60, 243, 198, 136, 176, 126, 123, 255, 76, 87, 27, 207, 128, 109, 70, 18, 133,
    184, 135, 1, 47, 138, 131, 110, 98, 226, 239, 111, 115, 120, 217, 162, 225, 164, 91, 230, 221,
    98, 1, 188, 192, 254, 104, 218, 71, 58, 190, 107, 32, 41, 142, 142, 110, 57, 236, 190, 77, 208,
    222, 148, 1, 144, 50, 1, 208, 122, 65, 104, 174, 227, 224, 194, 215, 162, 129, 194, 181, 208,
    207, 188, 19, 150, 129, 192, 209, 155, 158, 14, 84, 85, 30, 81, 88, 189, 130, 129, 35, 65, 21,
    99, 127, 64, 27, 86, 24, 240, 159, 129, 218, 198, 190, 235, 230, 220, 208, 205, 35, 182, 21,
    127, 158, 35, 76, 24, 110, 31, 23, 127, 124, 250, 62, 29, 129, 148, 234, 175, 3, 61, 198, 10,
    80, 181, 129, 184, 64, 49, 201, 111, 39, 219, 198, 250, 244, 251, 211, 160, 21, 166, 129, 127,
    86, 23, 247, 205, 207, 178, 184, 171, 242, 129, 138, 175, 173, 233, 161, 154, 19, 61, 117, 131,
    246, 118, 159, 140, 146, 187, 141, 198, 158, 81, 255, 46, 71, 76, 118, 1, 106, 140, 121, 175,
    202, 80, 218, 133, 89, 176, 37, 129, 102, 5, 88, 182, 67, 85, 66, 91, 89, 125, 1, 246, 120, 255,
    124, 187, 139, 200, 143, 153, 1, 162, 178, 129, 151, 157, 127, 124, 140, 159, 14, 255, 129, 174,
    159, 172, 133, 139, 127, 217, 118, 98, 117, 103, 255, 83, 106, 183, 211, 180, 125, 150, 151, 39,
    185, 205, 129, 156, 72, 96, 179, 116, 1, 214, 76, 99, 179, 124, 127, 127, 255, 131, 74, 87, 148,
    143, 102, 61, 154, 157, 138, 112, 146, 65, 1, 73, 31, 112, 168, 53, 163, 119, 254, 87, 37, 84,
    255, 66, 143, 156, 179, 136, 129, 212, 175, 98, 10, 147, 92, 125, 73, 155, 114, 143, 121, 163,
    62, 157, 42, 194, 214, 40, 114, 117, 132, 174, 61, 236, 255, 101, 157, 116, 1, 167, 183, 101, 3,
    137, 59, 47, 255, 147, 255, 76, 229, 180, 181, 229, 248, 117, 180, 94, 113, 10, 176, 178, 95,
    85, 91, 141, 99, 41, 185, 16, 252, 19, 5, 245, 62, 110, 143, 116, 136, 98, 53, 1, 39, 88, 1, 84,
    76, 201, 37, 209, 120, 98, 1, 143, 122, 140, 163, 134, 103, 212, 153, 163, 228, 17, 154, 144,
    161, 100, 67, 76, 104, 98, 200, 44, 1, 110, 31, 114, 174, 21, 69, 150, 99, 141, 227, 53, 8, 1,
    26, 139, 77, 53, 234, 134, 255, 203, 21, 133, 120, 51, 108, 128, 209, 1, 93, 150, 131, 38, 198,
    197, 157, 130, 177, 68, 86, 175, 52, 165, 1, 135, 67, 90, 142, 44, 105, 55, 222, 129, 190, 247,
    42, 38, 208, 211, 127, 184, 187, 100, 143, 195, 221, 202, 190, 201, 218, 18, 171, 82, 127, 52,
    215, 167, 127, 90, 217, 161, 53, 57, 188, 168, 180, 180, 34, 34, 91, 223, 81, 127, 69, 11, 103,
    129, 194, 140, 69, 84, 74, 75, 239, 144, 17, 28, 73, 129, 222, 55, 54, 225, 129, 170, 54, 165,
    238, 126, 41, 3, 224, 138, 3, 0, 171, 186, 129, 221, 38, 226, 219, 127, 255, 154, 42, 46, 192,
    129, 77, 50, 60, 29, 196, 32, 181, 32, 219, 47, 12, 126, 112, 9, 101, 231, 139, 205, 230, 146,
    200, 193, 187, 254, 129, 216, 232, 41, 127, 132, 227, 212, 233, 155, 162, 241, 172, 23, 245, 51,
    48, 161, 3, 127, 251, 81, 2, 147, 208, 231, 214, 138, 129, 251, 226, 195, 84, 126, 55, 23, 127,
    14, 243, 127, 219, 235, 106, 66, 5, 37, 196, 84, 145, 42, 165, 4, 97, 129, 117, 220, 134, 200,
    129, 64, 187, 192, 33, 207, 64, 64, 159, 8, 74, 193, 16, 33, 129, 57, 213, 220, 152, 148, 3, 59,
    13, 127, 90, 55, 93, 13, 193, 242, 58, 126, 82, 49, 179, 192, 248, 179, 225, 160, 130, 202, 138,
    135, 88, 159, 126, 152, 66, 255, 98, 137, 107, 72, 100, 119, 199, 145, 168, 191, 67, 255, 206,
    128, 168, 139, 130, 152, 77, 94, 187, 99, 132, 147, 146, 139, 131, 123, 117, 171, 119, 120, 91,
    102, 81, 182, 185, 93, 179, 181, 131, 249, 54, 82, 55, 169, 157, 139, 90, 200, 218, 255, 38, 86,
    166, 144, 49, 153, 126, 245, 106, 113, 115, 106, 33, 184, 10, 104, 112, 166, 255, 94, 70, 67,
    160, 120, 201, 204, 99, 140, 95, 65, 217, 49, 32, 169, 113, 118, 175, 125, 117, 196, 46, 170,
    83, 189, 109, 186, 88, 89, 168, 145, 81, 163, 67, 33, 191, 62, 48, 200, 1, 209, 156, 129, 153,
    100, 160, 195, 87, 42, 228, 117, 186, 73, 255, 78, 156, 149, 165, 66, 146, 129, 111, 45, 204,
    112, 83, 183, 144, 110, 241, 125, 158, 1, 129, 193, 211, 98, 39, 40, 97, 239, 136, 136, 141,
    205, 101, 77, 222, 40, 41, 144, 184, 116, 127, 14, 65, 158, 188, 25, 255, 128, 96, 57, 172, 173,
    100, 68, 239, 87, 65, 131, 247, 202, 193, 86, 135, 124, 20, 111, 111, 194, 177, 105, 148, 128,
    145, 109, 83, 121, 140, 138, 255, 81, 77, 58, 246, 135, 145, 185, 91, 145, 3, 1, 147, 89, 100,
    203, 82, 116, 143, 147, 202, 125, 136, 152, 112, 108, 81, 141, 127, 171, 87, 189, 150, 75, 44,
    132, 60, 183, 226, 223, 137, 101, 120, 74, 163, 130, 185, 165, 99, 1, 154, 79, 255, 106, 136,
    242, 200, 94, 90, 66, 76, 129, 93, 88, 152, 103, 165, 228, 209, 193, 118, 80, 47, 125, 141, 193,
    177, 142, 20, 107, 215, 83, 156, 119, 89, 156, 165, 78, 96, 168, 51, 190, 129, 107, 188, 82,
    118, 33, 1, 181, 182, 79, 255, 97, 184, 148, 103, 116, 49, 98, 10, 59, 50, 182, 93, 236, 132,
    150, 142, 113, 90, 166, 174, 87, 159, 170, 53, 113, 119, 192, 79, 153, 105, 117, 99, 89, 154,
    190, 173, 255, 154, 129, 73, 74, 110, 117, 155, 44, 60, 196, 139, 32, 41, 255, 122, 47, 94, 100,
    126, 220, 90, 207, 93, 119, 83, 140, 77, 131, 148, 143, 88, 135, 134, 131, 119, 195, 52, 189,
    98, 173, 98, 132, 118, 143, 255, 171, 143, 75, 174, 180, 121, 68, 153, 143, 101, 105, 120, 136,
    133, 97, 61, 32, 144, 124, 160, 160, 1, 173, 153, 94, 23, 202, 89, 135, 119, 149, 155, 182, 72,
    148, 88, 232, 120, 112, 126, 83, 203, 50, 137, 171, 167, 105, 183, 195, 122, 81, 88, 1, 115, 1,
    133, 48, 124, 72, 175, 136, 65, 43, 13, 113, 118, 67, 216, 55, 146, 125, 175, 147, 66, 101, 144,
    65, 2, 148, 180, 136, 7, 63, 127, 133, 206, 130, 61, 129, 116, 92, 143, 124, 95, 169, 162, 159,
    100, 55, 119, 151, 84, 214, 18, 149, 255, 123, 89, 36, 129, 224, 86, 185, 79, 106, 124, 143,
    116, 195, 181, 176, 174, 145, 117, 255, 65, 113, 130, 139, 89, 150, 101, 151, 101, 172, 119,
    143, 125, 83, 66, 44, 216, 55, 144, 95, 149, 143, 33, 115, 161, 191, 68, 116, 77, 65, 52, 254,
    250, 192, 179, 110, 255, 110, 109, 42, 96, 56, 193, 145, 82, 153, 169, 151, 38, 109, 179, 112,
    128, 65, 40, 135, 208, 52, 53, 22, 104, 127, 71, 27, 76, 79, 224, 12, 2, 20, 127, 112, 96, 80,
    95, 8, 127, 74, 31, 108, 73, 10, 70, 48, 55, 70, 34, 241, 68, 39, 0, 75, 127, 44, 228, 30, 86,
    127, 87, 232, 175, 130, 64, 66, 44, 88, 127, 44, 65, 80, 245, 209, 129, 201, 193, 175, 161, 199,
    195, 211, 235, 213, 165, 236, 129, 135, 228, 208, 156, 249, 236, 48, 196, 235, 16, 222, 138,
    129, 239, 193, 181, 131, 129, 190, 199, 243, 6, 221, 48, 70, 46, 126, 86, 66, 79, 247, 57, 6,
    144, 78, 234, 129, 245, 132, 168, 74, 87, 22, 30, 53, 252, 129, 142, 245, 71, 127, 102, 97, 115,
    96, 211, 200, 0, 40, 218, 218, 38, 195, 132, 21, 188, 129, 88, 84, 255, 42, 201, 138, 129, 131,
    140, 147, 79, 106, 179, 7, 117, 129, 189, 236, 253, 244, 219, 244, 65, 86, 235, 55, 127, 63, 20,
    65, 13, 56, 127, 3, 68, 61, 94, 116, 56, 57, 58, 89, 221, 52, 126, 37, 253, 129, 74, 11, 147,
    99, 62, 212, 168, 66, 127, 254, 72, 80, 39, 38, 34, 5, 0, 248, 85, 24, 206, 127, 0, 206, 246,
    209, 208, 219, 210, 68, 127, 242, 208, 158, 217, 129, 125, 53, 162, 97, 174, 63, 173, 169, 138,
    129, 128, 124, 224, 166, 79, 1, 134, 167, 41, 102, 6, 198, 164, 41, 152, 107, 166, 91, 68, 124,
    185, 197, 80, 200, 165, 135, 255, 111, 116, 126, 70, 157, 42, 186, 112, 149, 42, 105, 173, 1,
    91, 119, 110, 139, 131, 100, 193, 135, 171, 72, 185, 89, 171, 204, 78, 145, 210, 130, 101, 194,
    70, 186, 255, 124, 13, 52, 204, 137, 107, 74, 44, 66, 92, 134, 43, 164, 97, 130, 137, 7, 105,
    227, 110, 1, 129, 154, 173, 88, 98, 236, 202, 64, 64, 83, 174, 67, 119, 99, 177, 5, 27, 191,
    127, 111, 53, 68, 50, 102, 195, 114, 104, 76, 175, 17, 105, 229, 227, 96, 161, 200, 255, 171,
    31, 132, 54, 119, 97, 121, 74, 103, 84, 1, 172, 69, 115, 170, 1, 33, 153, 46, 137, 40, 110, 133,
    62, 175, 118, 242, 40, 58, 64, 82, 164, 139, 107, 171, 83, 105, 167, 128, 121, 124, 130, 138,
    100, 143, 222, 123, 130, 108, 94, 134, 93, 229, 116, 146, 161, 83, 110, 215, 179, 179, 119, 191,
    138, 135, 76, 198, 168, 255, 86, 114, 198, 1, 33, 134, 115, 58, 123, 115, 76, 88, 154, 77, 235,
    131, 97, 139, 173, 171, 130, 94, 236, 169, 95, 64, 76, 187, 139, 91, 161, 81, 131, 70, 117, 130,
    137, 192, 140, 252, 66, 1, 50, 63, 137, 134, 220, 1, 10, 79, 31, 109, 22, 148, 51, 17, 91, 82,
    157, 143, 179, 107, 76, 135, 123, 172, 53, 248, 57, 115, 147, 208, 92, 176, 14, 125, 152, 161,
    35, 96, 188, 246, 30, 44, 110, 27, 183, 159, 72, 193, 182, 225, 93, 134, 100, 1, 134, 122, 245,
    116, 114, 58, 93, 227, 197, 224, 151, 160, 95, 140, 206, 120, 116, 255, 145, 78, 158, 122, 110,
    165, 92, 177, 63, 139, 105, 125, 143, 118, 101, 41, 139, 92, 85, 82, 201, 93, 184, 236, 45, 140,
    201, 222, 5, 157, 218, 74, 225, 166, 169, 76, 178, 144, 109, 151, 212, 164, 194, 160, 24, 133,
    71, 59, 135, 247, 206, 91, 152, 84, 115, 122, 169, 1, 92, 1, 14, 118, 139, 160, 129, 217, 129,
    37, 178, 74, 31, 109, 148, 126, 135, 183, 214, 217, 127, 94, 113, 94, 181, 215, 182, 133, 51,
    141, 113, 255, 101, 152, 2, 62, 199, 76, 182, 107, 166, 211, 95, 19, 224, 102, 112, 135, 112,
    26, 104, 105, 166, 121, 101, 98, 132, 132, 232, 45, 26, 63, 174, 172, 80, 163, 74, 185, 125, 95,
    119, 30, 108, 133, 201, 1, 63, 142, 121, 169, 157, 201, 167, 14, 107, 73, 161, 114, 153, 66,
    169, 170, 76, 154, 136, 173, 82, 72, 199, 134, 155, 1, 114, 114, 159, 166, 203, 123, 130, 110,
    95, 182, 92, 101, 41, 190, 172, 20, 112, 81, 1, 192, 13, 60, 99, 98, 124, 56, 181, 135, 255, 37,
    52, 98, 197, 7, 46, 181, 166, 184, 178, 156, 164, 187, 229, 132, 160, 120, 108, 188, 175, 138,
    20, 122, 180, 104, 161, 26, 77, 6, 74, 116, 136, 119, 111, 177, 32, 180, 170, 93, 45, 16, 124,
    144, 134, 107, 133, 255, 105, 94, 76, 129, 158, 136, 144, 125, 221, 136, 117, 93, 164, 147, 1,
    169, 146, 119, 169, 81, 89, 178, 124, 20, 50, 218, 39, 127, 45, 186, 202, 243, 44, 241, 185,
    214, 243, 20, 207, 27, 127, 212, 146, 200, 30, 146, 129, 120, 253, 214, 186, 255, 230, 129, 13,
    191, 131, 214, 171, 255, 224, 224, 9, 185, 218, 129, 222, 4, 230, 22, 70, 60, 202, 126, 114,
    129, 93, 227, 233, 202, 149, 251, 69, 233, 56, 127, 20, 110, 148, 177, 43, 2, 252, 127, 125,
    110, 91, 115, 2, 16, 58, 147, 129, 135, 189, 103, 192, 20, 99, 129, 241, 217, 114, 72, 127, 7,
    27, 80, 237, 44, 163, 240, 114, 100, 205, 92, 57, 200, 219, 129, 202, 111, 106, 29, 59, 9, 127,
    197, 240, 109, 88, 240, 219, 212, 205, 178, 87, 127, 167, 250, 45, 127, 79, 121, 249, 253, 40,
    248, 246, 23, 127, 189, 29, 86, 188, 9, 72, 234, 34, 212, 23, 0, 10, 127, 69, 155, 20, 24, 43,
    71, 127, 9, 235, 230, 209, 179, 24, 39, 181, 254, 41, 61, 219, 129, 59, 129, 227, 1, 186, 173,
    17, 180, 11, 204, 208, 243, 227, 209, 190, 111, 127, 238, 100, 243, 127, 120, 242, 120, 10, 229,
    106, 50, 241, 209, 1, 221, 247, 129, 32, 118, 26, 24, 129, 23, 18, 235, 69, 75, 71, 163, 94,
    216, 164, 115, 31, 66, 1, 48, 238, 34, 161, 179, 150, 139, 161, 121, 141, 187, 134, 173, 132,
    159, 129, 246, 82, 103, 1, 132, 120, 159, 75, 53, 172, 99, 84, 119, 114, 86, 2, 116, 180, 165,
    131, 110, 168, 88, 171, 216, 57, 181, 145, 89, 132, 149, 249, 79, 98, 191, 197, 193, 123, 59,
    255, 225, 148, 126, 108, 85, 84, 93, 101, 146, 146, 255, 84, 68, 162, 49, 187, 226, 86, 200,
    183, 103, 64, 114, 194, 124, 165, 98, 60, 238, 95, 136, 253, 58, 207, 202, 221, 185, 52, 48,
    110, 141, 107, 142, 104, 182, 127, 184, 117, 131, 142, 97, 135, 191, 145, 137, 234, 157, 65, 81,
    171, 128, 220, 158, 219, 138, 116, 129, 231, 255, 112, 65, 23, 1, 51, 125, 112, 201, 122, 93,
    76, 69, 122, 197, 134, 60, 90, 125, 41, 188, 72, 36, 98, 149, 100, 99, 101, 114, 188, 157, 211,
    70, 197, 195, 187, 68, 62, 54, 100, 42, 168, 68, 219, 31, 144, 140, 90, 118, 38, 255, 76, 1,
    103, 87, 64, 100, 78, 14, 245, 139, 255, 181, 85, 142, 76, 134, 251, 193, 125, 179, 94, 39, 17,
    107, 73, 70, 142, 92, 185, 69, 137, 61, 121, 118, 149, 111, 101, 174, 48, 127, 83, 211, 143, 91,
    110, 113, 1, 220, 52, 119, 66, 193, 69, 130, 94, 252, 17, 53, 176, 143, 101, 113, 249, 126, 115,
    61, 154, 102, 73, 45, 184, 255, 217, 125, 79, 1, 171, 133, 87, 64, 164, 139, 151, 169, 61, 100,
    101, 170, 195, 123, 207, 156, 144, 113, 198, 136, 141, 137, 62, 120, 215, 8, 119, 85, 191, 134,
    131, 255, 185, 33, 103, 75, 97, 146, 94, 141, 174, 127, 176, 155, 110, 184, 131, 204, 151, 1,
    153, 146, 136, 94, 118, 149, 76, 162, 198, 53, 119, 97, 41, 137, 186, 135, 50, 142, 145, 174,
    182, 93, 119, 54, 109, 216, 69, 142, 73, 164, 126, 117, 213, 85, 236, 129, 1, 139, 28, 255, 68,
    220, 74, 79, 192, 204, 152, 63, 44, 92, 151, 35, 141, 198, 91, 141, 176, 69, 76, 100, 136, 152,
    159, 75, 132, 71, 111, 210, 90, 88, 130, 168, 179, 48, 171, 151, 38, 233, 117, 56, 24, 1, 68,
    160, 165, 79, 145, 100, 115, 154, 86, 42, 76, 76, 255, 181, 61, 70, 47, 132, 206, 141, 132, 104,
    103, 173, 117, 178, 123, 42, 164, 111, 240, 141, 114, 233, 129, 134, 94, 106, 38, 90, 136, 68,
    54, 185, 173, 9, 155, 76, 200, 174, 58, 48, 159, 137, 118, 200, 91, 86, 100, 66, 244, 1, 154,
    112, 216, 178, 103, 74, 168, 154, 191, 48, 62, 255, 123, 240, 91, 124, 208, 197, 91, 98, 113,
    126, 142, 129, 159, 213, 114, 122, 130, 62, 113, 129, 133, 107, 186, 145, 104, 106, 163, 104,
    91, 169, 109, 5, 6, 1, 76, 61, 192, 255, 154, 144, 36, 141, 85, 101, 137, 96, 143, 126, 80, 134,
    119, 169, 163, 107, 22, 127, 92, 201, 214, 145, 131, 185, 70, 126, 75, 148, 193, 106, 69, 96,
    172, 66, 37, 172, 103, 189, 111, 73, 189, 147, 132, 50, 67, 1, 167, 177, 108, 174, 84, 90, 67,
    128, 112, 92, 143, 146, 255, 200, 87, 137, 178, 137, 112, 117, 112, 209, 157, 76, 129, 103, 102,
    71, 80, 59, 42, 127, 75, 68, 113, 40, 254, 126, 115, 214, 15, 188, 19, 145, 129, 233, 23, 129,
    16, 241, 219, 215, 207, 159, 235, 89, 254, 46, 127, 65, 242, 239, 124, 180, 209, 30, 208, 3,
    127, 26, 27, 18, 190, 3, 103, 168, 254, 88, 129, 85, 70, 237, 57, 6, 192, 2, 46, 214, 74, 127,
    155, 53, 211, 250, 68, 182, 111, 84, 129, 186, 248, 196, 129, 162, 167, 234, 28, 36, 247, 102,
    9, 116, 82, 250, 87, 127, 250, 30, 43, 50, 26, 54, 88, 129, 230, 50, 204, 102, 28, 129, 5, 177,
    221, 207, 192, 32, 116, 111, 17, 22, 247, 160, 199, 129, 214, 200, 129, 194, 215, 163, 153, 220,
    193, 244, 182, 238, 1, 146, 129, 223, 207, 186, 102, 3, 225, 66, 101, 19, 85, 103, 127, 225, 18,
    38, 212, 218, 127, 178, 254, 88, 188, 216, 247, 165, 129, 174, 176, 149, 149, 191, 239, 136,
    129, 208, 205, 235, 251, 179, 176, 241, 197, 178, 212, 129, 159, 142, 188, 111, 101, 4, 64, 75,
    243, 69, 127, 69, 63, 237, 122, 245, 184, 7, 61, 130, 169, 249, 105, 125, 22, 57, 126, 93, 35,
    123, 155, 47, 50, 7, 107, 108, 193, 127, 19, 87, 174, 103, 145, 189, 151, 184, 82, 113, 181, 87,
    139, 60, 81, 167, 89, 129, 199, 187, 177, 91, 116, 80, 54, 128, 86, 125, 136, 136, 69, 1, 186,
    255, 135, 55, 140, 80, 131, 42, 38, 130, 102, 94, 165, 114, 155, 118, 88, 57, 50, 167, 125, 81,
    187, 7, 108, 133, 58, 148, 104, 114, 139, 16, 138, 77, 62, 254, 116, 198, 62, 133, 91, 83, 132,
    65, 77, 255, 246, 114, 91, 184, 21, 197, 58, 115, 10, 182, 196, 129, 82, 139, 79, 110, 113, 146,
    124, 255, 122, 113, 118, 193, 255, 211, 97, 76, 129, 135, 123, 141, 17, 99, 150, 105, 122, 112,
    107, 157, 94, 232, 138, 139, 122, 132, 116, 68, 70, 202, 206, 86, 117, 145, 116, 85, 41, 244,
    165, 103, 167, 85, 97, 239, 149, 58, 91, 80, 74, 178, 141, 120, 182, 150, 111, 98, 254, 134, 37,
    137, 138, 181, 57, 155, 149, 39, 203, 111, 140, 76, 135, 165, 22, 152, 83, 98, 129, 125, 178,
    114, 113, 135, 104, 170, 146, 110, 147, 18, 55, 104, 186, 73, 255, 98, 174, 152, 102, 140, 159,
    39, 127, 134, 91, 107, 68, 83, 104, 119, 253, 52, 108, 148, 160, 121, 255, 61, 171, 86, 103, 90,
    98, 115, 129, 154, 142, 168, 137, 102, 158, 198, 167, 133, 1, 158, 93, 128, 116, 153, 122, 10,
    119, 211, 164, 107, 185, 110, 111, 1, 103, 96, 168, 101, 131, 154, 170, 181, 153, 112, 162, 154,
    130, 67, 159, 77, 126, 122, 93, 1, 178, 81, 209, 112, 51, 122, 146, 244, 175, 195, 123, 117,
    159, 145, 67, 86, 202, 83, 193, 130, 97, 119, 95, 90, 139, 69, 155, 219, 102, 66, 129, 246, 49,
    133, 240, 106, 142, 131, 143, 157, 138, 69, 74, 122, 151, 93, 144, 16, 152, 118, 86, 13, 62,
    121, 138, 87, 156, 127, 255, 73, 255, 74, 206, 150, 81, 96, 58, 105, 69, 152, 164, 115, 135,
    245, 255, 170, 133, 107, 118, 112, 177, 77, 111, 156, 57, 78, 149, 158, 102, 164, 129, 1, 69,
    233, 111, 105, 143, 214, 118, 123, 26, 65, 143, 151, 186, 107, 166, 131, 164, 61, 43, 196, 202,
    104, 133, 73, 140, 50, 135, 141, 76, 133, 96, 147, 120, 182, 131, 191, 96, 255, 85, 82, 43, 75,
    120, 238, 210, 122, 61, 66, 63, 119, 125, 196, 119, 113, 153, 26, 153, 66, 255, 191, 120, 65,
    105, 125, 117, 91, 144, 163, 51, 138, 97, 138, 112, 67, 108, 125, 106, 77, 185, 172, 164, 145,
    78, 224, 132, 130, 22, 205, 20, 165, 93, 237, 208, 222, 239, 112, 134, 120, 105, 1, 158, 33,
    156, 127, 125, 189, 154, 170, 158, 93, 101, 124, 34, 44, 56, 213, 110, 86, 61, 1, 134, 227, 64,
    154, 156, 125, 186, 184, 160, 201, 168, 72, 130, 91, 89, 104, 170, 65, 106, 100, 128, 136, 92,
    142, 219, 133, 155, 161, 148, 167, 149, 102, 120, 144, 211, 118, 1, 107, 59, 231, 196, 61, 1,
    236, 82, 220, 128, 125, 47, 116, 176, 76, 107, 40, 96, 145, 202, 84, 113, 95, 255, 103, 206, 78,
    115, 92, 183, 89, 189, 87, 151, 225, 12, 90, 200, 145, 88, 9, 54, 225, 19, 56, 112, 236, 93, 46,
    129, 105, 171, 94, 229, 51, 225, 96, 62, 155, 110, 89, 255, 2, 231, 110, 79, 85, 91, 59, 11,
    132, 206, 171, 231, 122, 86, 2, 146, 148, 93, 150, 53, 37, 83, 134, 194, 126, 128, 65, 87, 114,
    199, 173, 68, 117, 98, 114, 174, 180, 31, 241, 63, 150, 13, 64, 169, 245, 77, 63, 65, 2, 170,
    146, 73, 75, 206, 38, 4, 152, 152, 43, 61, 83, 114, 126, 136, 150, 72, 81, 150, 1, 89, 143, 99,
    119, 90, 172, 198, 122, 135, 197, 129, 98, 113, 69, 137, 231, 36, 85, 148, 181, 20, 99, 102, 19,
    126, 45, 158, 2, 67, 176, 171, 164, 126, 48, 101, 154, 47, 126, 83, 183, 85, 140, 101, 184, 45,
    100, 135, 180, 131, 131, 143, 217, 105, 197, 227, 70, 164, 2, 154, 184, 168, 18, 137, 43, 102,
    133, 96, 58, 15, 73, 77, 95, 157, 159, 137, 36, 115, 183, 141, 166, 96, 81, 178, 159, 217, 140,
    173, 42, 66, 186, 95, 138, 115, 148, 2, 92, 180, 126, 148, 199, 136, 128, 108, 44, 91, 1, 63,
    116, 128, 60, 97, 24, 180, 143, 75, 122, 2, 75, 188, 101, 142, 167, 168, 84, 47, 170, 180, 202,
    6, 158, 160, 183, 121, 131, 124, 35, 113, 118, 1, 88, 177, 147, 121, 132, 192, 126, 120, 2, 124,
    52, 111, 66, 87, 51, 44, 106, 208, 129, 226, 37, 68, 179, 162, 188, 163, 15, 32, 135, 214, 219,
    14
};

alignas(4) static const uint16_t multiplierTable[292] MICROMOBILENET_FLASH = {
    217, 206, 102, 291, 755, 403, 1069, 1361, 1515, 351, 1086, 665, 249, 175, 120, 127, 237, 210,
    376, 544, 552, 1165, 272, 771, 445, 526, 1071, 468, 572, 486, 838, 387, 273, 285, 458, 153, 479,
    867, 160, 435, 404, 258, 180, 461, 460, 420, 600, 801, 311, 354, 383, 167, 391, 652, 358, 136,
    170, 190, 211, 190, 228, 231, 280, 621, 295, 194, 268, 993, 235, 763, 1108, 571, 343, 205, 542,
    387, 219, 484, 969, 451, 290, 423, 270, 416, 607, 405, 409, 457, 385, 803, 565, 1576, 546, 569,
    364, 419, 543, 363, 224, 407, 1072, 207, 233, 321, 607, 289, 257, 459, 394, 262, 372, 495, 288,
    162, 276, 320, 306, 448, 514, 299, 448, 266, 285, 357, 303, 402, 449, 417, 287, 210, 231, 227,
    1122, 421, 215, 416, 289, 209, 450, 280, 221, 226, 233, 221, 165, 147, 193, 206, 183, 145, 244,
    120, 181, 288, 355, 249, 1299, 165, 281, 389, 499, 398, 273, 236, 311, 209, 282, 248, 252, 507,
    214, 347, 206, 231, 464, 407, 376, 272, 178, 601, 242, 626, 307, 294, 315, 336, 418, 661, 175,
    326, 376, 333, 475, 269, 264, 494, 540, 275, 477, 311, 280, 329, 325, 414, 544, 277, 306, 223,
    676, 344, 197, 293, 370, 302, 329, 292, 325, 282, 540, 261, 282, 223, 379, 289, 310, 340, 199,
    270, 370, 401, 500, 367, 487, 370, 304, 292, 300, 434, 494, 284, 561, 275, 184, 271, 302, 358,
    253, 309, 244, 310, 478, 184, 290, 303, 166, 222, 180, 356, 361, 264, 201, 200, 399, 212, 130,
    345, 360, 239, 84, 323, 243, 268, 228, 283, 313, 338, 304, 191, 233, 252, 255, 211, 111, 150,
    146, 118, 104, 179, 122, 170, 156, 119
};

alignas(4) static const uint32_t offsetTable[292] MICROMOBILENET_FLASH = {
    8465325u, 8716675u, 6641409u, 4278336838u, 4280226842u, 4287913337u, 15096077u, 4291554562u,
    4282766802u, 3523557u, 4291210495u, 176858u, 965241u, 4294937887u, 5832940u, 4158125u,
    10365893u, 4292523298u, 2933107u, 4291152484u, 4290862502u, 4286100061u, 4294450222u,
    4282182742u, 1206863u, 4293719335u, 4292892523u, 7735545u, 724761u, 4286278917u, 4293842155u,
    4294944434u, 4293892358u, 4294668536u, 4292580011u, 5020002u, 689194u, 4294196089u, 294432u,
    4782559u, 4294499053u, 1899862u, 2758646u, 4293961378u, 3149990u, 4293004144u, 113824u,
    7345160u, 3094200u, 2864960u, 1225245u, 3819597u, 3278180u, 1109551u, 15054846u, 8520223u,
    4294303308u, 303768u, 5570706u, 194156u, 4292705298u, 2835953u, 148994u, 18940654u, 2276920u,
    7284766u, 465284u, 4228253980u, 6006932u, 7596946u, 4292441726u, 4289458583u, 4294199467u,
    4710705u, 9842404u, 6101876u, 5031700u, 653998u, 14605264u, 4293672471u, 4289432426u,
    4293496106u, 5293046u, 8608171u, 1225100u, 9670589u, 1914567u, 10807898u, 2568451u, 10786438u,
    4292645737u, 1747995u, 4294228230u, 4294534910u, 4292050916u, 4292735279u, 4237582u, 1846667u,
    7978078u, 4294947555u, 4293024997u, 4294867040u, 8573739u, 4574319u, 4293561871u, 6363840u,
    999768u, 75956u, 4294785172u, 5359915u, 917909u, 4294562487u, 4290850781u, 5160708u,
    4290520111u, 4290150252u, 4294106314u, 4292508148u, 4294795372u, 4294041343u, 2669161u,
    2198574u, 2544321u, 4294739403u, 1847633u, 4293743083u, 8716139u, 4291876685u, 4294595943u,
    7219281u, 862022u, 2742801u, 4235960596u, 8201886u, 4293366617u, 1159803u, 4293024974u,
    2726526u, 4294381907u, 567817u, 333097u, 4290676050u, 4290649086u, 124427u, 8546913u, 7838057u,
    4476878u, 4756792u, 236947u, 2424414u, 3220516u, 814529u, 6202079u, 4292526u, 57039u, 1047467u,
    2661489u, 4290971067u, 1128279u, 4292767023u, 3906866u, 4294260684u, 193533u, 1873325u,
    1297778u, 6623571u, 3944318u, 4644199u, 5255766u, 8554153u, 4294486604u, 4666877u, 5203528u,
    11703234u, 4293930259u, 4293796410u, 4294921732u, 4286677499u, 9215218u, 4293439848u,
    4294110356u, 9399345u, 4293866611u, 8525760u, 1134006u, 7054848u, 4292823765u, 4294878376u,
    8108734u, 11849813u, 7101938u, 4294867102u, 4293693809u, 4290914895u, 2018575u, 4294252236u,
    4294592796u, 4293733034u, 4293304284u, 4294056498u, 950088u, 4293846958u, 4292414062u,
    4293340598u, 2272488u, 5561405u, 281480u, 4287318614u, 4292950013u, 4293890742u, 1320812u,
    8399812u, 4287452768u, 4285932007u, 4293935103u, 658700u, 2437667u, 4298878u, 4294720129u,
    5545793u, 3867631u, 1378506u, 4288179224u, 11328173u, 3889161u, 4293466147u, 4294331620u,
    9234659u, 4294868544u, 405238u, 11732433u, 4641415u, 1618193u, 4890482u, 4292028910u, 3449760u,
    6226797u, 1648391u, 4294319378u, 824930u, 4290716648u, 1732311u, 6538930u, 1642543u, 2496312u,
    7590367u, 7181437u, 12164492u, 7516534u, 4294926913u, 4291905469u, 9461395u, 7921716u, 8876787u,
    4294141179u, 5705238u, 1409778u, 4288810393u, 4288113067u, 4012855u, 1705877u, 4292832540u,
    4293437428u, 4288930810u, 207035u, 4289627097u, 4286743627u, 4294281405u, 4291855059u, 1073944u,
    4294489356u, 4291058624u, 4287131730u, 2365877u, 4286366210u, 4227676u, 4286533208u, 947281u,
    4292677302u, 4288238594u, 1740288u, 4291145622u, 9705961u, 9712341u, 10334383u, 10247902u,
    9714905u, 9810338u, 10035913u, 10000623u, 10223843u, 9496860u
};

typedef uint16_t Place;
typedef uint8_t Counter;
typedef uint8_t Value;
typedef uint8_t Word;

enum : Place { noPlace = static_cast<Place>(-1) };
enum : uint16_t {
    numSteps = 17,
    numSegments = 2,
    firstSegmentEnd = 8,
    kernelRows = 3,
    numClasses = 10,
    pooledChannels = 24,
    pooledWidth = 3,
    stackQuads = 3,
};
enum : uint32_t {
    poolPlace = 0,
    poolBytes = 24,
    headWeights = 4048,
    headConstants = 282,
    headShift = 16,
    headTile = 24,
};

// A step computes an operation row by row; a row holds its channels one after another (planar). A Place is an
// offset into the arena, in bytes.
enum Kind : uint8_t {
    depthwiseKind,
    depthwise3Kind,
    firstLayerKind,
    filtersKind,
    quadsKind,
    imageKind,
    pointwiseKind,
    shallowKind,
    gatesKind,
    additionKind,
};
enum Target : uint8_t { intoRow, overRow, intoMap };

struct Step {
    uint32_t weights;
    Place ring, row;
    Place tile;
    uint16_t constants;
    uint16_t height, width, channels;
    uint16_t rows, columns, filters;
    // Output columns whose window does not overlap the padding: the first one and their number.
    uint16_t first, inner;
    Kind kind;
    Target target;
    uint8_t kernel, stride, pad;
    // Indices of the counters of input rows and of output rows.
    uint8_t in, out;
    // Zero point of the input, which is also the value of padding; for additions, that of the other operand
    // too.
    uint8_t zero;
    // Fractional bits of the product that is requantised.
    uint8_t shift;
    // Depthwise kernels: sides on which windows overlap the padding, the stride, and whether rows are short.
    uint8_t edges;
    uint8_t padding[2];
};

// A segment: steps that process their input row by row, and the feature map that it reads.
struct Segment {
    Place source;
    uint8_t first, end;
};

// Number of rows that each step has read or computed.
struct State {
    Counter made[6];
#if defined(MICROMOBILENET_PROFILE)
    uint32_t microseconds[17];
#endif
};

static const Step steps[17] MICROMOBILENET_FLASH = {
    // stem: convolution 3x3, stride 2, padding 0, 96x96x1 -> 47x47x3
    {0, 0, 2625, noPlace, 0, 96, 96, 1, 47, 47, 3, 0, 47, firstLayerKind, intoRow, 3, 2, 0, 0, 1, 0, 16, 16, {0}},
    // block0.depthwise: depthwise 3x3, stride 1, padding 1, 47x47x3 -> 47x47x3
    {27, 192, 2190, noPlace, 3, 47, 47, 3, 47, 47, 3, 1, 45, depthwise3Kind, intoRow, 3, 1, 1, 1, 2, 124, 16, 3, {0}},
    // block0.pointwise: pointwise, 47x47x3 -> 47x47x6
    {56, 474, 2484, noPlace, 6, 47, 47, 3, 47, 47, 6, 0, 47, shallowKind, intoRow, 1, 1, 0, 2, 2, 0, 16, 0, {0}},
    // block1.depthwise: depthwise 3x3, stride 2, padding 1, 47x47x6 -> 24x24x6
    {80, 474, 2190, noPlace, 12, 47, 47, 6, 24, 24, 6, 1, 22, depthwise3Kind, intoRow, 3, 2, 1, 2, 3, 0, 16, 19, {0}},
    // block1.pointwise: pointwise, 24x24x6 -> 24x24x12
    {136, 1038, 2478, noPlace, 18, 24, 24, 6, 24, 24, 12, 0, 24, pointwiseKind, intoRow, 1, 1, 0, 3, 3, 0, 16, 0, {0}},
    // block2.depthwise: depthwise 3x3, stride 1, padding 1, 24x24x12 -> 24x24x12
    {232, 1038, 2190, noPlace, 30, 24, 24, 12, 24, 24, 12, 1, 22, depthwise3Kind, intoRow, 3, 1, 1, 3, 4, 0, 16, 3, {0}},
    // block2.pointwise: pointwise, 24x24x12 -> 24x24x12
    {340, 1614, 2478, noPlace, 42, 24, 24, 12, 24, 24, 12, 0, 24, pointwiseKind, intoRow, 1, 1, 0, 4, 4, 0, 16, 0, {0}},
    // block3.depthwise: depthwise 3x3, stride 2, padding 1, 24x24x12 -> 12x12x12
    {484, 1614, 2768, noPlace, 54, 24, 24, 12, 12, 12, 12, 1, 11, depthwise3Kind, intoMap, 3, 2, 1, 4, 5, 0, 16, 17, {0}},
    // block3.pointwise: pointwise, 12x12x12 -> 12x12x24
    {592, 168, 1896, noPlace, 66, 12, 12, 12, 12, 12, 24, 0, 12, pointwiseKind, intoRow, 1, 1, 0, 0, 0, 0, 16, 0, {0}},
    // block4.depthwise: depthwise 3x3, stride 1, padding 1, 12x12x24 -> 12x12x24
    {880, 168, 2184, noPlace, 90, 12, 12, 24, 12, 12, 24, 1, 10, depthwise3Kind, intoRow, 3, 1, 1, 0, 1, 0, 16, 3, {0}},
    // block4.pointwise: pointwise, 12x12x24 -> 12x12x24
    {1096, 744, 1896, 24, 114, 12, 12, 24, 12, 12, 24, 0, 12, pointwiseKind, intoRow, 1, 1, 0, 1, 1, 0, 16, 0, {0}},
    // block5.depthwise: depthwise 3x3, stride 2, padding 1, 12x12x24 -> 6x6x24
    {1672, 744, 2328, noPlace, 138, 12, 12, 24, 6, 6, 24, 1, 5, depthwise3Kind, intoRow, 3, 2, 1, 1, 2, 0, 16, 17, {0}},
    // block5.pointwise: pointwise, 6x6x24 -> 6x6x24
    {1888, 1320, 1896, 24, 162, 6, 6, 24, 6, 6, 24, 0, 6, pointwiseKind, intoRow, 1, 1, 0, 2, 2, 0, 16, 0, {0}},
    // block6.depthwise: depthwise 3x3, stride 1, padding 1, 6x6x24 -> 6x6x24
    {2464, 1320, 2328, noPlace, 186, 6, 6, 24, 6, 6, 24, 1, 4, depthwise3Kind, intoRow, 3, 1, 1, 2, 3, 0, 16, 3, {0}},
    // block6.pointwise: pointwise, 6x6x24 -> 6x6x24
    {2680, 1608, 1896, 24, 210, 6, 6, 24, 6, 6, 24, 0, 6, pointwiseKind, intoRow, 1, 1, 0, 3, 3, 0, 16, 0, {0}},
    // block7.depthwise: depthwise 3x3, stride 2, padding 1, 6x6x24 -> 3x3x24
    {3256, 1608, 2400, noPlace, 234, 6, 6, 24, 3, 3, 24, 1, 2, depthwise3Kind, intoRow, 3, 2, 1, 3, 4, 0, 16, 17, {0}},
    // block7.pointwise: pointwise, 3x3x24 -> 3x3x24
    {3472, 1896, 1896, 24, 258, 3, 3, 24, 3, 3, 24, 0, 3, pointwiseKind, intoRow, 1, 1, 0, 4, 4, 0, 16, 0, {0}},
};
static_assert(sizeof(Step) == 40, "Step contains no implicit padding");

static const Segment segments[2] MICROMOBILENET_FLASH = {
    // reads camera rows
    {0, 0, 8},
    // reads a feature map
    {2768, 8, 17},
};
static_assert(sizeof(Segment) == 4, "Segment contains no implicit padding");

#if defined(MICROMOBILENET_PROFILE)
static const char *const names[17] = {
    "stem", "block0.depthwise", "block0.pointwise", "block1.depthwise", "block1.pointwise",
    "block2.depthwise", "block2.pointwise", "block3.depthwise", "block3.pointwise",
    "block4.depthwise", "block4.pointwise", "block5.depthwise", "block5.pointwise",
    "block6.depthwise", "block6.pointwise", "block7.depthwise", "block7.pointwise"
};
#endif

#if defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'

// Requantisation: from an accumulator to a byte, (sum * multiplier + offset) >> 16, saturated to 0..255.
// Bytes are stored with 128 added, so that saturation at 0 is ReLU.
static inline uint8_t requantise(uint32_t sum, uint32_t multiplier, uint32_t offset) {
    uint32_t byte;
    __asm__("usat %0, #8, %1, asr #16" : "=r"(byte) : "r"(sum * multiplier + offset));
    return static_cast<uint8_t>(byte);
}

// Functions written entirely in assembly, since their loops need every register. The procedure call standard
// defines the registers and stack slots of their arguments. The attributes keep the compiler from optimising
// on the basis of their C++ part, which uses no argument and seems to clobber few registers.
#if defined(__clang__)
#define MMN_WHOLE __attribute__((naked, noinline, unused))
#elif __GNUC__ >= 8
#define MMN_WHOLE __attribute__((naked, noinline, noclone, noipa, unused))
#else
#define MMN_WHOLE __attribute__((naked, noinline, noclone, unused))
#endif
#define MMN_CLOBBERS "r0", "r1", "r2", "r3", "r12", "cc", "memory"

static inline uint8_t saturate(int32_t value) {
    return static_cast<uint8_t>(value < 0 ? 0 : (value > 255 ? 255 : value));
}


// Depthwise 3x3 for cores with the DSP extension, which multiplies pairs of 16-bit values.
//
// A register holds the pixels of rows a and b at a column, another one the two weights, so that one
// instruction multiplies and accumulates both: r4, r5, r6 hold the weights of the columns 0, 1, 2.
// Row c is paired by columns: r7 holds its weights 0 and 2, the lower half of r8 its weight 1. The upper
// half of r8 counts the remaining outputs. r0, r1, r2 point to the rows, r3 to the output. Sums of
// incomplete outputs stay in registers between iterations, so that every column is loaded once.
//
// The stack holds the multiplier and offset of the channel and two spilled weights, then, above the
// registers of the caller, the arguments in order; pointers among them advance with the channels.
#define DSP_A "#52"
#define DSP_OUT "#80"
#define DSP_COLUMNS "#84"
#define DSP_EDGES "#88"
#define DSP_ZEROS "#92"
#define DSP_LAST "#96"

// Bits of `edges`: columns and rows of the kernel that read padding, a stride other than 1, and rows of at most
// four columns (three: both bits) whose outputs are computed together. The upper 24 bits count the remaining
// channels. A step has all bits but those of the rows.
enum : uint8_t {
    leftEdge = 1,
    rightEdge = 2,
    topEdge = 4,
    bottomEdge = 8,
    byTwo = 16,
    byThree = 32,
    shortRow = 64,
    threeColumns = 128,
};

// Requantises a sum and stores it as the next output.
#define DSP_REQUANTISE(sum, multiplier, offset)          \
    "mla " sum ", " sum ", " multiplier ", " offset "\n" \
    "usat " sum ", #8, " sum ", asr #16\n"               \
    "strb " sum ", [r3], #1\n"

// Loads pairs of rows a and b at the next two columns; `rest` keeps the two columns after them.
#define DSP_FOUR_COLUMNS(first, second, rest)          \
    "ldr " first ", [r0], #4\n"                        \
    "ldr " rest ", [r1], #4\n"                         \
    "pkhbt " second ", " first ", " rest ", lsl #16\n" \
    "pkhtb " rest ", " rest ", " first ", asr #16\n"   \
    "uxtb16 " first ", " second "\n"                   \
    "uxtb16 " second ", " second ", ror #8\n"

// Unpacks four columns of row c: 0 and 2 remain in the first register, 1 and 3 go into the second.
#define DSP_ROW_C(first, second)             \
    "uxtb16 " second ", " first ", ror #8\n" \
    "uxtb16 " first ", " first "\n"

// Stride 1: accumulates row c for two outputs, r9 and r10.
#define DSP_C_TWICE(first, second)     \
    DSP_ROW_C(first, second)           \
    "smlad r9, " first ", r7, r9\n"    \
    "smlabb r9, " second ", r8, r9\n"  \
    "smlad r10, " second ", r7, r10\n" \
    "smlatb r10, " first ", r8, r10\n"

// Stride 1: accumulates the remaining columns of rows a and b for two outputs. The multiplier and offset
// need registers: weights that are not needed meanwhile are spilled.
#define DSP_LAST_COLUMNS(x, y)        \
    "smlad r9, " x ", r6, r9\n"       \
    "smlad r10, " x ", r5, r10\n"     \
    "smlad r10, " y ", r6, r10\n"     \
    "ldrd r6, r7, [sp]\n"             \
    DSP_REQUANTISE("r9", "r6", "r7")  \
    DSP_REQUANTISE("r10", "r6", "r7") \
    "ldrd r6, r7, [sp, #8]\n"

// Stride 1: accumulates the same columns for the next two outputs.
#define DSP_FIRST_COLUMNS(x, y) \
    "smuad r9, " x ", r4\n"     \
    "smlad r9, " y ", r5, r9\n" \
    "smuad r10, " y ", r4\n"

// Stride 2: two outputs. `sum` already contains column 0 of the first; afterwards `next` contains column 0
// of the output after the second.
#define DSP_STRIDE_2(sum, next)              \
    DSP_FOUR_COLUMNS("r11", next, "r12")     \
    "smlad " sum ", r11, r5, " sum "\n"      \
    "smlad " sum ", " next ", r6, " sum "\n" \
    "smuad r10, " next ", r4\n"              \
    "uxtb16 r11, r12\n"                      \
    "uxtb16 r12, r12, ror #8\n"              \
    "smlad r10, r11, r5, r10\n"              \
    "smlad r10, r12, r6, r10\n"              \
    "smuad " next ", r12, r4\n"              \
    "ldr r11, [r2], #4\n"                    \
    DSP_ROW_C("r11", "r12")                  \
    "smlabb " sum ", r11, r8, " sum "\n"     \
    "smlabt " sum ", r12, r7, " sum "\n"     \
    "smlad r10, r12, r7, r10\n"              \
    "smlatb r10, r11, r8, r10\n"             \
    "smlatb " next ", r12, r7, " next "\n"   \
    "ldrd r11, r12, [sp]\n"                  \
    DSP_REQUANTISE(sum, "r11", "r12")        \
    DSP_REQUANTISE("r10", "r11", "r12")

// All channels of a row of at least one output; input rows have at least three columns. `zeros` holds the
// value of padding twice; `last` is the offset from the next plane to the last two columns of this one, of short rows
// the end of the output.
MMN_WHOLE static void depthwiseRow3(const uint8_t *, const uint8_t *, const uint8_t *, const int8_t *,
                                    const uint16_t *, const uint32_t *, uint32_t, uint8_t *, uint32_t, uint32_t,
                                    uint32_t, int32_t) {
    __asm__ volatile(
        "push {r0-r3}\n"
        "push {r4-r11, lr}\n"
        "sub sp, #16\n"
        "ldr r3, [sp, " DSP_OUT "]\n"
        // Next channel: pointers, weights, multiplier and offset.
        "1:\n"
        "add lr, sp, " DSP_A "\n"
        "ldm lr, {r0-r2, r9-r12}\n"
        "add r4, r0, r12\n"
        "add r5, r1, r12\n"
        "add r6, r2, r12\n"
        "stm lr!, {r4-r6}\n"
        "ldr r7, [r9], #3\n"
        "ldr r8, [r9], #2\n"
        "ldr r12, [r9], #4\n"
        "ldrh r4, [r10], #2\n"
        "ldr r5, [r11], #4\n"
        "stm lr, {r9-r11}\n"
        "strd r4, r5, [sp]\n"
        "pkhbt r4, r7, r8, lsl #16\n"
        "pkhtb r6, r8, r7, asr #16\n"
        "sxtb16 r5, r4, ror #8\n"
        "sxtb16 r4, r4\n"
        "sxtb16 r6, r6\n"
        "sxtb16 r7, r12, ror #8\n"
        "sxtb16 r8, r12, ror #16\n"
        "ldrd r12, lr, [sp, " DSP_COLUMNS "]\n"
        "pkhbt r8, r8, r12, lsl #16\n"
        "tst lr, #12\n"
        "bne 8f\n"
        "2:\n"
        "ldr r9, [sp, " DSP_ZEROS "]\n"
        "tst lr, #16\n"
        "bne 20f\n"
        "strd r6, r7, [sp, #8]\n"
        "tst lr, #1\n"
        "bne 11f\n"
        "ldrh r11, [r0], #2\n"
        "ldrh r12, [r1], #2\n"
        "orr r11, r11, r12, lsl #16\n"
        "uxtb16 r12, r11, ror #8\n"
        "uxtb16 r11, r11\n"
        DSP_FIRST_COLUMNS("r11", "r12")
        "cmp r8, #0x20000\n"
        "bcc 17f\n"
        "ldr r11, [r2], #2\n"
        "b 12f\n"
        // The first window overlaps the padding.
        "11:\n"
        "ldrb r12, [r0], #1\n"
        "ldrb r10, [r1], #1\n"
        "mov r11, r9\n"
        "orr r12, r12, r10, lsl #16\n"
        DSP_FIRST_COLUMNS("r11", "r12")
        "ldr r12, [r2], #1\n"
        "lsl r12, r12, #8\n"
        "bfi r12, r11, #0, #8\n"
        "mov r11, r12\n"
        "12:\n"
        "subs r8, #0x40000\n"
        "bcs 14f\n"
        "b 16f\n"
        "13:\n"
        "ldr r11, [r2], #2\n"
        "14:\n"
        DSP_C_TWICE("r11", "r12")
        DSP_FOUR_COLUMNS("r11", "lr", "r12")
        DSP_LAST_COLUMNS("r11", "lr")
        DSP_FIRST_COLUMNS("r11", "lr")
        "ldr r11, [r2], #2\n"
        "15:\n"
        DSP_C_TWICE("r11", "lr")
        "uxtb16 r11, r12\n"
        "uxtb16 r12, r12, ror #8\n"
        DSP_LAST_COLUMNS("r11", "r12")
        DSP_FIRST_COLUMNS("r11", "r12")
        "subs r8, #0x40000\n"
        "bcs 13b\n"
        "tst r8, #0x20000\n"                    // two or three remain: half an iteration
        "beq 17f\n"
        "ldr r11, [r2], #2\n"
        "16:\n"
        "add r8, #0x20000\n"
        "ldrh lr, [r0], #2\n"
        "ldrh r12, [r1], #2\n"
        "orr r12, lr, r12, lsl #16\n"
        "b 15b\n"
        "17:\n"
        "tst r8, #0x10000\n"
        "beq 5f\n"
        "ldrb r11, [r0]\n"
        "ldrb r12, [r1]\n"
        "orr r11, r11, r12, lsl #16\n"
        "smlad r9, r11, r6, r9\n"
        "ldr r11, [r2]\n"
        DSP_ROW_C("r11", "r12")
        "smlad r9, r11, r7, r9\n"
        "smlabb r9, r12, r8, r9\n"
        "ldrd r11, r12, [sp]\n"
        DSP_REQUANTISE("r9", "r11", "r12")
        "b 5f\n"
        "20:\n"
        "tst lr, #1\n"
        "itt ne\n"
        "movne r12, r9\n"
        "bne 21f\n"
        "ldrb r9, [r0], #1\n"
        "ldrb r10, [r1], #1\n"
        "ldrb r12, [r2], #1\n"
        "orr r9, r9, r10, lsl #16\n"
        "21:\n"
        "smuad r9, r9, r4\n"
        "smlabb r9, r12, r7, r9\n"
        "subs r8, #0x40000\n"
        "bcc 24f\n"
        "22:\n"
        DSP_STRIDE_2("r9", "lr")
        "23:\n"
        DSP_STRIDE_2("lr", "r9")
        "subs r8, #0x40000\n"
        "bcs 22b\n"
        "24:\n"
        "tst r8, #0x20000\n"                    // two or three remain: half an iteration
        "ittt ne\n"
        "addne r8, #0x20000\n"
        "movne lr, r9\n"
        "bne 23b\n"
        "tst r8, #0x10000\n"
        "beq 5f\n"
        "ldrh r11, [r0]\n"
        "ldrh r12, [r1]\n"
        "orr r11, r11, r12, lsl #16\n"
        "uxtb16 r12, r11\n"
        "uxtb16 r11, r11, ror #8\n"
        "smlad r9, r12, r5, r9\n"
        "smlad r9, r11, r6, r9\n"
        "ldrb r11, [r2]\n"
        "ldrb r12, [r2, #1]\n"
        "smlabb r9, r11, r8, r9\n"
        "smlabt r9, r12, r7, r9\n"
        "ldrd r11, r12, [sp]\n"
        DSP_REQUANTISE("r9", "r11", "r12")
        // End of the channel. Its last output is computed again if its window overlaps the padding.
        "5:\n"
        "ldr lr, [sp, " DSP_EDGES "]\n"
        "sub lr, #0x100\n"
        "str lr, [sp, " DSP_EDGES "]\n"
        "tst lr, #2\n"
        "bne 7f\n"
        "6:\n"
        "cmp lr, #0x100\n"
        "bcs 1b\n"
        "43:\n"
        "add sp, #16\n"
        "pop {r4-r11, lr}\n"
        "add sp, #16\n"
        "bx lr\n"
        "7:\n"
        "add r12, sp, " DSP_A "\n"
        "ldm r12, {r0-r2}\n"
        "ldrd r9, r12, [sp, " DSP_ZEROS "]\n"
        "ldrh r0, [r0, r12]\n"
        "ldrh r1, [r1, r12]\n"
        "ldrh r2, [r2, r12]\n"
        "orr r0, r0, r1, lsl #16\n"
        "uxtb16 r1, r0\n"
        "uxtb16 r0, r0, ror #8\n"
        "pkhbt r2, r2, r9, lsl #16\n"
        DSP_ROW_C("r2", "r12")
        "smuad r10, r1, r4\n"
        "smlad r10, r0, r5, r10\n"
        "smlad r10, r9, r6, r10\n"
        "smlad r10, r2, r7, r10\n"
        "smlabb r10, r12, r8, r10\n"
        "ldrd r11, r12, [sp]\n"
        "sub r3, #1\n"
        DSP_REQUANTISE("r10", "r11", "r12")
        "b 6b\n"
        // Rows of padding: their constant contribution is added to the offset, and their weights are cleared.
        "8:\n"
        "ldr r9, [sp, " DSP_ZEROS "]\n"
        "tst lr, #4\n"
        "beq 9f\n"
        "uxth r12, r9\n"
        "smuad r10, r12, r4\n"
        "smlad r10, r12, r5, r10\n"
        "smlad r10, r12, r6, r10\n"
        "ldrd r11, r12, [sp]\n"
        "mla r12, r10, r11, r12\n"
        "str r12, [sp, #4]\n"
        "bfc r4, #0, #16\n"
        "bfc r5, #0, #16\n"
        "bfc r6, #0, #16\n"
        "9:\n"
        "tst lr, #8\n"
        "beq 2b\n"
        "smuad r10, r9, r7\n"
        "smlabb r10, r9, r8, r10\n"
        "ldrd r11, r12, [sp]\n"
        "mla r12, r10, r11, r12\n"
        "str r12, [sp, #4]\n"
        "movs r7, #0\n"
        "bfc r8, #0, #16\n"
        "b 2b\n"
        ::: MMN_CLOBBERS);
}

#undef DSP_A
#undef DSP_OUT
#undef DSP_COLUMNS
#undef DSP_EDGES
#undef DSP_ZEROS
#undef DSP_LAST
#undef DSP_REQUANTISE
#undef DSP_FOUR_COLUMNS
#undef DSP_ROW_C
#undef DSP_C_TWICE
#undef DSP_LAST_COLUMNS
#undef DSP_FIRST_COLUMNS
#undef DSP_STRIDE_2


// First layer with a single input plane and no padding: the pixels of two outputs are unpacked once for
// all 3 filters and stay in registers; weights are loaded from the stack.
//
// The stack holds the three rows and the number of remaining outputs, then for each filter five words of
// weights, the multiplier and the offset. r0 and r1 are sums, r2 and r3 hold loaded words.

// Multiplies five pairs of weights by pairs of pixels of the first and second output; `x` swaps the halves
// of the fourth pair of the first output.
#define DSP_STEM(a0, a1, a2, a3, b0, b1, b2, b3, x, last) \
    "ldrd r2, r3, [sp, #16 + 28 * \\f]\n"    \
    "smuad r0, " a0 ", r2\n"                 \
    "smuad r1, " b0 ", r2\n"                 \
    "smlad r0, " a1 ", r3, r0\n"             \
    "smlad r1, " b1 ", r3, r1\n"             \
    "ldrd r2, r3, [sp, #24 + 28 * \\f]\n"    \
    "smlad r0, " a2 ", r2, r0\n"             \
    "smlad r1, " b2 ", r2, r1\n"             \
    "smlad" x " r0, " a3 ", r3, r0\n"        \
    "smlad r1, " b3 ", r3, r1\n"             \
    "ldrd r2, r3, [sp, #32 + 28 * \\f]\n"    \
    "smlabb r0, " last ", r2, r0\n"          \
    "smlatb r1, " last ", r2, r1\n"          \
    "ldr r2, [sp, #40 + 28 * \\f]\n"         \
    "mla r0, r0, r3, r2\n"                   \
    "mla r1, r1, r3, r2\n"                   \
    "usat r0, #8, r0, asr #16\n"             \
    "usat r1, #8, r1, asr #16\n"

MMN_WHOLE static void stemRow(const uint8_t *, const uint8_t *, const uint8_t *, const int8_t *, const uint16_t *,
                              const uint32_t *, uint8_t *) {
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "sub sp, #16 + 28 * 3\n"
        "ldrd r11, r12, [sp, #52 + 28 * 3]\n"
        "add r10, sp, #16\n"
        "movs r9, #3\n"
        "1:\n"
        "ldr r6, [r3], #3\n"
        "ldr r5, [r3], #2\n"
        "ldr r8, [r3], #4\n"
        "pkhbt r4, r6, r5, lsl #16\n"
        "pkhtb r6, r5, r6, asr #16\n"
        "sxtb16 r5, r4, ror #8\n"
        "sxtb16 r4, r4\n"
        "sxtb16 r6, r6\n"
        "sxtb16 r7, r8, ror #8\n"
        "sxtb16 r8, r8, ror #16\n"
        "stm r10!, {r4-r8}\n"
        "ldrh r4, [r11], #2\n"
        "ldr r5, [r12], #4\n"
        "stm r10!, {r4, r5}\n"
        "subs r9, #1\n"
        "bne 1b\n"
        // r4 to r8 hold the columns 0 to 4 of rows a and b; r9, r10 and r11 the columns (2, 0), (2, 4)
        // and (1, 3) of row c. The last column is the first one of the next two outputs.
        "ldr r12, [sp, #60 + 28 * 3]\n"
        "ldrb r4, [r0], #1\n"
        "ldrb r5, [r1], #1\n"
        "ldrb r10, [r2], #1\n"
        "orr r4, r4, r5, lsl #16\n"
        "lsls r10, r10, #16\n"
        "movw lr, #47 - 2\n"
        "stm sp, {r0-r2}\n"
        "2:\n"
        "ldm sp, {r0-r2}\n"
        "ldr r5, [r0], #4\n"
        "ldr r8, [r1], #4\n"
        "ldr r11, [r2], #4\n"
        "stm sp, {r0-r2}\n"
        "pkhbt r6, r5, r8, lsl #16\n"
        "pkhtb r8, r8, r5, asr #16\n"
        "uxtb16 r5, r6\n"
        "uxtb16 r6, r6, ror #8\n"
        "uxtb16 r7, r8\n"
        "uxtb16 r8, r8, ror #8\n"
        "uxtb16 r0, r11, ror #8\n"
        "uxtb16 r11, r11\n"
        "pkhbt r9, r0, r10\n"
        "mov r10, r0\n"
        ".irp f, 2, 1\n"
        DSP_STEM("r4", "r5", "r6", "r9", "r6", "r7", "r8", "r10", "x", "r11")
        "strb r1, [r12, #47 * \\f + 1]\n"
        "strb r0, [r12, #47 * \\f]\n"
        ".endr\n"
        ".irp f, 0\n"
        DSP_STEM("r4", "r5", "r6", "r9", "r6", "r7", "r8", "r10", "x", "r11")
        ".endr\n"
        "strb r1, [r12, #1]\n"
        "strb r0, [r12], #2\n"
        "mov r4, r8\n"
        "subs lr, #2\n"
        "bpl 2b\n"
        "adds lr, #1\n"
        "bne 3f\n"
        // A single output remains: it is computed together with the previous one.
        "mov r4, r6\n"
        "lsls r10, r10, #16\n"
        "sub r12, #1\n"
        "ldm sp, {r0-r2}\n"
        "subs r0, #2\n"
        "subs r1, #2\n"
        "subs r2, #2\n"
        "stm sp, {r0-r2}\n"
        "b 2b\n"
        "3:\n"
        "add sp, #16 + 28 * 3\n"
        "pop {r4-r11, pc}\n" ::: MMN_CLOBBERS);
}
#undef DSP_STEM


// Inputs of filters at three neighbouring pixels, widened to 16 bits: every four values of a pixel form the
// pairs (0, 2) and (1, 3); the pairs (0, 2) of all pixels precede the pairs (1, 3). The bytes are aligned to
// 4. The sum of a pixel starts at -128 times the sum of its values, since weights are stored with 128 added.
struct Tile {
    uint8_t *values;
};

enum : uint8_t { tilePixels = 3, tileBytesPerQuad = 24 };

// Stores value `index` of a pixel.
static inline void put(Tile &tile, uint8_t pixel, uint16_t index, uint8_t value) {
    uint8_t *at = tile.values + (index >> 2) * tileBytesPerQuad + (index & 1) * 12 + pixel * 4 + (index & 2);
    at[0] = value;
    at[1] = 0;
}

// Multiplies a quad of three pixels by the weights of two filters: r0..r5 sums, r6..r8 values, r9..r11
// weights. Its code has 76 bytes.
#define DSP_QUAD                \
    "ldrd r9, r10, [lr], #8\n"  \
    "ldm r12!, {r6-r8}\n"       \
    "uxtb16 r11, r9\n"          \
    "smlad r0, r11, r6, r0\n"   \
    "smlad r1, r11, r7, r1\n"   \
    "smlad r2, r11, r8, r2\n"   \
    "uxtb16 r11, r10\n"         \
    "smlad r3, r11, r6, r3\n"   \
    "smlad r4, r11, r7, r4\n"   \
    "smlad r5, r11, r8, r5\n"   \
    "ldm r12!, {r6-r8}\n"       \
    "uxtb16 r9, r9, ror #8\n"   \
    "smlad r0, r9, r6, r0\n"    \
    "smlad r1, r9, r7, r1\n"    \
    "smlad r2, r9, r8, r2\n"    \
    "uxtb16 r10, r10, ror #8\n" \
    "smlad r3, r10, r6, r3\n"   \
    "smlad r4, r10, r7, r4\n"   \
    "smlad r5, r10, r8, r5\n"

// Requantises and stores sums: r6 and r7 point to multipliers and offsets, r8 to the output; r10 and r11 are
// the distances to the second and third pixel, or to the last existing pixel, which is stored last.
#define DSP_OUTPUTS(first, second, third)    \
    "ldrh r12, [r6], #2\n"                   \
    "ldr lr, [r7], #4\n"                     \
    "mla " first ", " first ", r12, lr\n"    \
    "mla " second ", " second ", r12, lr\n"  \
    "mla " third ", " third ", r12, lr\n"    \
    "usat " first ", #8, " first ", asr #16\n"   \
    "usat " second ", #8, " second ", asr #16\n" \
    "usat " third ", #8, " third ", asr #16\n"   \
    "strb " third ", [r8, r11]\n"            \
    "strb " second ", [r8, r10]\n"           \
    "strb " first ", [r8]\n"                 \
    "uxtah r8, r8, r9\n"

// Gathers the values 0 and 2, or 1 and 3, of three pixels from two planes into the tile.
#define DSP_WIDEN(low, high)                         \
    "pkhbt r0, " low ", " high ", lsl #16\n"         \
    "pkhtb " high ", " high ", " low ", asr #16\n"   \
    "uxtb16 " low ", r0, ror #8\n"                   \
    "uxtb16 r0, r0\n"                                \
    "uxtb16 " high ", " high "\n"                    \
    "smlad r8, r0, lr, r8\n"                         \
    "smlad r9, " low ", lr, r9\n"                    \
    "smlad r10, " high ", lr, r10\n"                 \
    "stm r12!, {r0, " low ", " high "}\n"

// A row of filters over `depth` planes. Arguments: tile, planes, bytes per plane, depth; then weights,
// multipliers, offsets, filters, output, bytes per output plane, number of pixels. If `planes` is null,
// the tile already holds the pixels, at most three.
//
// Stack layout: at 0 the variables for storing a pair of filters: multipliers, offsets, output, bytes per
// output plane with the number of remaining filters in the upper half, and distances to the second and
// third pixel. At 24 the variables for starting a pair: initial sums, twice, entry into the loop, tile and
// weights. At 60 the end of the tile, planes, bytes per plane and depth. At 112 the arguments from the
// weights on.
MMN_WHOLE static void products(uint8_t *, const uint8_t *, uint32_t, uint32_t, const uint8_t *, const uint16_t *,
                               const uint32_t *, uint32_t, uint8_t *, uint32_t, uint32_t) {
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "sub sp, #76\n"
        "str r0, [sp, #52]\n"
        "strd r1, r2, [sp, #64]\n"
        "str r3, [sp, #72]\n"
        // Three quads per iteration; the first iteration skips surplus ones.
        "adds r3, #3\n"
        "lsrs r3, r3, #2\n"
        "movs r4, #24\n"
        "mla r0, r3, r4, r0\n"
        "str r0, [sp, #60]\n"
        "adds r4, r3, #2\n"
        "movs r5, #3\n"
        "udiv r4, r4, r5\n"
        "mls r3, r4, r5, r3\n"
        "adr.w r0, 3f\n"
        "adds r0, #1\n"
        "movs r5, #76\n"
        "mls r0, r3, r5, r0\n"
        "str r0, [sp, #48]\n"
        // Next three pixels: output, then tile and sums.
        "1:\n"
        "add r12, sp, #112\n"
        "ldm r12, {r0-r6}\n"
        "str r0, [sp, #56]\n"
        "adds r7, r4, #3\n"
        "str r7, [sp, #128]\n"
        "subs r3, #1\n"
        "pkhbt r5, r5, r3, lsl #16\n"
        "mov r3, r4\n"
        "mov r4, r5\n"
        "subs r6, #1\n"
        "it hi\n"
        "movhi r6, #1\n"
        "mov r5, r6\n"
        "ldr r6, [sp, #136]\n"
        "cmp r6, #2\n"
        "ite hi\n"
        "movhi r6, #2\n"
        "movls r6, r5\n"
        "stm sp, {r1-r6}\n"
        "ldr r12, [sp, #52]\n"
        "add r0, sp, #64\n"
        "ldm r0, {r1-r3}\n"
        "mvn lr, #0x007f007f\n"                 // the pair (-128, -128)
        "movs r8, #0\n"
        "movs r9, #0\n"
        "movs r10, #0\n"
        "adds r0, r1, #3\n"
        "str r0, [sp, #64]\n"
        "add r11, r2, r2, lsl #1\n"
        "subs r3, #4\n"
        "bcc 6f\n"
        "4:\n"
        "ldr r4, [r1]\n"
        "ldr r5, [r1, r2]\n"
        "ldr r6, [r1, r2, lsl #1]\n"
        "ldr r7, [r1, r11]\n"
        "add r1, r1, r2, lsl #2\n"
        "5:\n"
        DSP_WIDEN("r4", "r6")
        DSP_WIDEN("r5", "r7")
        "subs r3, #4\n"
        "bcs 4b\n"
        "6:\n"
        "adds r3, #4\n"                         // remaining values, padded with zeros
        "beq 7f\n"
        "ldr r4, [r1]\n"
        "movs r5, #0\n"
        "movs r6, #0\n"
        "movs r7, #0\n"
        "cmp r3, #2\n"
        "it cs\n"
        "ldrcs r5, [r1, r2]\n"
        "it hi\n"
        "ldrhi r6, [r1, r2, lsl #1]\n"
        "movs r3, #0\n"
        "b 5b\n"
        "7:\n"
        "add r12, sp, #24\n"
        "stm r12!, {r8-r10}\n"
        "stm r12, {r8-r10}\n"
        // Next pair of filters.
        "2:\n"
        "add r11, sp, #24\n"
        "ldm r11, {r0-r5, r11, r12, lr}\n"
        "bx r11\n"
        ".balign 4\n"
        "3:\n"
        DSP_QUAD
        DSP_QUAD
        DSP_QUAD
        "ldr r11, [sp, #60]\n"
        "cmp r12, r11\n"
        "bne 3b\n"
        "str lr, [sp, #56]\n"
        "ldm sp, {r6-r11}\n"
        DSP_OUTPUTS("r0", "r1", "r2")
        "subs r9, #0x10000\n"
        "bcc 9f\n"
        DSP_OUTPUTS("r3", "r4", "r5")
        "subs r9, #0x10000\n"
        "stm sp, {r6-r9}\n"
        "bcs 2b\n"
        "9:\n"
        "ldr r0, [sp, #136]\n"
        "subs r0, #3\n"
        "str r0, [sp, #136]\n"
        "bhi 1b\n"
        "add sp, #76\n"
        "pop {r4-r11, pc}\n" ::: MMN_CLOBBERS);
}
#undef DSP_QUAD
#undef DSP_OUTPUTS
#undef DSP_WIDEN

// Computes a filter at one of three pixels.
#define DSP_PIXEL(even, odd, at)        \
    "smuad r10, r6, " even "\n"         \
    "smlad r10, r7, " odd ", r10\n"     \
    "mla r10, r10, r8, r9\n"            \
    "usat r10, #8, r10, asr #16\n"      \
    "strb r10, [r12, #" at "]\n"

enum : uint8_t { shallowFilters = 6 };

// Pointwise with up to 6 filters, up to four planes and at least three pixels: a row. Arguments: planes,
// bytes per plane, depth, weights; then multipliers, offsets, filters, output, bytes per output plane,
// pixels. The values of three pixels stay in registers; the stack holds, from offset 32, the constants of
// each filter: its signed, widened weights, its multiplier and its offset. The lowest bit above the
// multiplier marks the last filter.
MMN_WHOLE static void shallowProducts(const uint8_t *, uint32_t, uint32_t, const uint8_t *, const uint16_t *,
                                      const uint32_t *, uint32_t, uint8_t *, uint32_t, uint32_t) {
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "sub sp, #128\n"
        "add r12, sp, #164\n"
        "ldm r12, {r4-r9}\n"                    // multipliers, offsets, filters, output, plane, pixels
        "subs r9, #3\n"
        "strd r7, r8, [sp, #16]\n"
        "str r9, [sp, #24]\n"
        "add lr, sp, #32\n"
        "1:\n"
        "ldr r10, [r3], #4\n"
        "eor r10, r10, #0x80808080\n"
        "ldrh r11, [r4], #2\n"
        "ldr r12, [r5], #4\n"
        "sxtb16 r9, r10\n"
        "sxtb16 r10, r10, ror #8\n"
        "lsls r11, r11, #1\n"
        "subs r6, #1\n"
        "it eq\n"
        "addeq r11, #1\n"
        "stm lr!, {r9-r12}\n"
        "bne 1b\n"
        // Missing planes are replaced by others, with weights of 0.
        "mov r3, r1\n"
        "cmp r2, #2\n"
        "it cc\n"
        "movcc r3, #0\n"
        "mov r4, r3\n"
        "it hi\n"
        "addhi r4, r4, r1\n"
        "cmp r2, #4\n"
        "mov r5, r3\n"
        "it eq\n"
        "addeq r5, r4, r1\n"
        "mov r1, r3\n"
        "mov r2, r4\n"
        "mov r3, r5\n"
        "stm sp, {r0-r3}\n"
        "2:\n"
        "ldm sp, {r0-r3, r12, lr}\n"
        "ldr r4, [r0]\n"
        "ldr r5, [r0, r1]\n"
        "ldr r6, [r0, r2]\n"
        "ldr r7, [r0, r3]\n"
        "adds r0, #3\n"
        "str r0, [sp]\n"
        "add r11, r12, #3\n"
        "str r11, [sp, #16]\n"
        "pkhbt r8, r4, r6, lsl #16\n"
        "pkhtb r2, r6, r4, asr #16\n"
        "uxtb16 r0, r8\n"
        "uxtb16 r1, r8, ror #8\n"
        "uxtb16 r2, r2\n"
        "pkhbt r8, r5, r7, lsl #16\n"
        "pkhtb r5, r7, r5, asr #16\n"
        "uxtb16 r3, r8\n"
        "uxtb16 r4, r8, ror #8\n"
        "uxtb16 r5, r5\n"
        "add r11, sp, #32\n"
        "3:\n"
        "ldm r11!, {r6-r9}\n"
        "lsrs r8, r8, #1\n"
        DSP_PIXEL("r0", "r3", "0")
        DSP_PIXEL("r1", "r4", "1")
        DSP_PIXEL("r2", "r5", "2")
        "add r12, r12, lr\n"
        "bcc 3b\n"
        "ldr r0, [sp, #24]\n"
        "subs r0, #3\n"
        "str r0, [sp, #24]\n"
        "bpl 2b\n"
        "adds r1, r0, #3\n"
        "beq 4f\n"
        // One or two pixels remain: they are computed together with preceding ones.
        "ldr r2, [sp]\n"
        "ldr r3, [sp, #16]\n"
        "add r2, r2, r0\n"
        "add r3, r3, r0\n"
        "str r2, [sp]\n"
        "str r3, [sp, #16]\n"
        "movs r0, #0\n"
        "str r0, [sp, #24]\n"
        "b 2b\n"
        "4:\n"
        "add sp, #128\n"
        "pop {r4-r11, pc}\n" ::: MMN_CLOBBERS);
}
#undef DSP_PIXEL

#undef MMN_WHOLE
#undef MMN_CLOBBERS

#elif defined(__AVR_HAVE_MUL__)

// Requantisation: from an accumulator to a byte, (sum * multiplier + offset) >> 16, saturated to 0..255.
// Bytes are stored with 128 added, so that saturation at 0 is ReLU.
static inline uint8_t saturate(int32_t value) {
    return static_cast<uint8_t>(value < 0 ? 0 : (value > 255 ? 255 : value));
}

// Compilers multiply 32 by 32 bits, but multipliers have only 16. Bytes 0 and 1 of the product only
// contribute a carry; byte 3 (the high byte of `high`) is only tested for 0 and for its sign.
static inline uint8_t requantise(uint32_t sum, uint32_t multiplier, uint32_t offset) {
    uint16_t high;
    uint8_t middle, zero;
    __asm__(
        "clr %[zero]\n\t"
        "mul %B[sum], %B[multiplier]\n\t"
        "movw %A[high], r0\n\t"
        "mul %C[sum], %A[multiplier]\n\t"
        "add %A[high], r0\n\t"
        "adc %B[high], r1\n\t"
        "mul %C[sum], %B[multiplier]\n\t"
        "add %B[high], r0\n\t"
        "mul %D[sum], %A[multiplier]\n\t"
        "add %B[high], r0\n\t"
        "mul %A[sum], %A[multiplier]\n\t"
        "add r0, %A[offset]\n\t"
        "adc r1, %B[offset]\n\t"
        "adc %A[high], %C[offset]\n\t"
        "adc %B[high], %D[offset]\n\t"
        "mov %[middle], r1\n\t"
        "mul %A[sum], %B[multiplier]\n\t"
        "add %[middle], r0\n\t"
        "adc %A[high], r1\n\t"
        "adc %B[high], %[zero]\n\t"
        "mul %B[sum], %A[multiplier]\n\t"
        "add %[middle], r0\n\t"
        "adc %A[high], r1\n\t"
        "adc %B[high], %[zero]\n\t"
        "clr __zero_reg__\n\t"
        "cpse %B[high], __zero_reg__\n\t"
        "ser %A[high]\n\t"
        "sbrc %B[high], 7\n\t"
        "clr %A[high]"
        : [high] "=&d"(high), [middle] "=&r"(middle), [zero] "=&r"(zero)
        : [sum] "r"(sum), [multiplier] "r"(static_cast<uint16_t>(multiplier)), [offset] "r"(offset));
    return static_cast<uint8_t>(high);
}

// Depthwise 3x3: arguments for a row of all channels, padding included.
struct DepthwiseRow {
    // First input of the rows; a row of padding has the address of another row.
    const uint8_t *a, *b, *c;
    uint16_t plane;  // Distance between channels; 0 if all filters read the same channel.
    const int8_t *weights;
    const uint16_t *multipliers;
    const uint32_t *offsets;
    uint16_t filters, inner;
    // Whether a and c are padding, and whether windows overlap the padding on the left and on the right.
    bool noA, noC, left, right;
    uint8_t zero;
    uint32_t kept;  // The offset without padding on the left.
};

// Register allocation. The loop over pixels loads nothing but pixels:
//   r0, r1   product                   r16      weight of row c, since mulsu takes a signed factor
//   r2, r3   multiplier                         in r16 to r23; later byte 2 of the result
//   r4-r7    offset                    r17      pixel; later byte 3 of the result
//   r8, r9   out                       r18-r23  weights of the rows a and b
//   r10-r12  weights of row c          r24      byte 2 of the sum; later byte 1 of the result
//   r13      0                         r25      outputs left
//   r14, r15 bytes 0, 1 of the sum     X, Y, Z  rows a, b and c
// Y may be the compiler's frame pointer and is saved. The address of the DepthwiseRow is on top of the stack.
// These functions are not templates: in templates, some compilers ignore the registers of variables.

// Adds a product to the sum. The carry flag of mulsu is the sign of the product.
#define AVR_ADD(weight)         \
    "mulsu " weight ", r17\n\t" \
    "sbc r24, r13\n\t"          \
    "add r14, r0\n\t"           \
    "adc r15, r1\n\t"           \
    "adc r24, r13\n\t"

// Adds the offset and the products of byte 0 of the sum and byte 0 of the multiplier to r24, r16 and r17.
#define AVR_LOW_AND_OFFSET \
    "mul r14, r2\n\t"      \
    "add r0, r4\n\t"       \
    "adc r1, r5\n\t"       \
    "adc r16, r6\n\t"      \
    "adc r17, r7\n\t"      \
    "mov r24, r1\n\t"

#define AVR_MIDDLE(sum, multiplier)    \
    "mul " sum ", " multiplier "\n\t"  \
    "add r24, r0\n\t"                  \
    "adc r16, r1\n\t"                  \
    "adc r17, r13\n\t"

#define AVR_LOAD(field, low, high)       \
    "ldd " low ", Z+%[" field "]\n\t"    \
    "ldd " high ", Z+%[" field "]+1\n\t"
#define AVR_STORE(field, low, high)      \
    "std Z+%[" field "], " low "\n\t"    \
    "std Z+%[" field "]+1, " high "\n\t"

// Loads the address of the DepthwiseRow into Z.
#define AVR_FRAME              \
    "in r30, __SP_L__\n\t"     \
    "in r31, __SP_H__\n\t"     \
    "ldd r0, Z+1\n\t"          \
    "ldd r31, Z+2\n\t"         \
    "mov r30, r0\n\t"

// Loads the address of an input row into a register pair and advances the stored one to the next channel.
#define AVR_PLANE(field, low, high) \
    AVR_LOAD(field, low, high)      \
    "movw r0, " low "\n\t"          \
    "add r0, r24\n\t"               \
    "adc r1, r25\n\t" AVR_STORE(field, "r0", "r1")

// Adds the contribution of padding under three weights to the offset. Z has the address of the DepthwiseRow.
#define AVR_MISSING(first, second, third) \
    "mov r14, " first "\n\t"              \
    "mov r15, " second "\n\t"             \
    "mov r16, " third "\n\t"              \
    "rcall 7f\n\t"

// Nine products, with pixels of the rows a, b and c in turn. secondX and so on load the second and third
// pixel of a row into r17 and leave the pointer at the first pixel of the next output.
#define AVR_TAPS(secondX, thirdX, secondY, thirdY, secondZ, thirdZ)                                                  \
    "ld r17, X+\n\t"                                                                                                 \
    "mulsu r18, r17\n\t"                                                                                             \
    "movw r14, r0\n\t"                                                                                               \
    secondX                                                                                                          \
    "mulsu r19, r17\n\t"                                                                                             \
    "ldi r24, 8\n\t"                                                                                                 \
    "add r14, r0\n\t"                                                                                                \
    "adc r15, r1\n\t"                                                                                                \
    "brge .+2\n\t" /* The sign of all 17 bits. */                                                                    \
    "dec r24\n\t"                                                                                                    \
    thirdX AVR_ADD("r20")                                                                                            \
    "ld r17, Y+\n\t" AVR_ADD("r21")                                                                                  \
    secondY AVR_ADD("r22")                                                                                           \
    thirdY AVR_ADD("r23")                                                                                            \
    "mov r16, r10\n\t"                                                                                               \
    "ld r17, Z+\n\t" AVR_ADD("r16")                                                                                  \
    "mov r16, r11\n\t"                                                                                               \
    secondZ AVR_ADD("r16")                                                                                           \
    "mov r16, r12\n\t"                                                                                               \
    thirdZ AVR_ADD("r16")

// Saturates and stores an output; repeats from label `loop`.
#define AVR_NEXT(loop)                                                                                               \
    "brne 3f\n"                                                                                                      \
    "2:\n\t"                                                                                                         \
    "movw r0, r26\n\t"                                                                                               \
    "movw r26, r8\n\t"                                                                                               \
    "st X+, r16\n\t"                                                                                                 \
    "movw r8, r26\n\t"                                                                                               \
    "movw r26, r0\n\t"                                                                                               \
    "dec r25\n\t"                                                                                                    \
    "breq 8f\n\t"                                                                                                    \
    "rjmp " loop "b\n"                                                                                               \
    "8:\n\t"                                                                                                         \
    "ret\n"                                                                                                          \
    "3:\n\t" /* Below 0 or above 255. */                                                                             \
    "lsl r17\n\t"                                                                                                    \
    "sbc r16, r16\n\t"                                                                                               \
    "com r16\n\t"                                                                                                    \
    "rjmp 2b\n"

#define AVR_DEPTHWISE(secondX, thirdX, secondY, thirdY, secondZ, thirdZ)                                             \
    register uint8_t *inOut __asm__("r8") = out;                                                                     \
    register DepthwiseRow *at __asm__("r30") = &row;                                                                 \
    __asm__ volatile(                                                                                                \
        "push r28\n\t"                                                                                               \
        "push r29\n\t"                                                                                               \
        "push r31\n\t"                                                                                               \
        "push r30\n\t"                                                                                               \
        "clr r13\n"                                                                                                  \
        "1:\n\t" /* Next channel. */                                                                                 \
        "movw r28, r30\n\t" AVR_LOAD("weights", "r24", "r25")                                                        \
        "movw r30, r24\n\t"                                                                                          \
        "lpm r18, Z+\n\t"                                                                                            \
        "lpm r19, Z+\n\t"                                                                                            \
        "lpm r20, Z+\n\t"                                                                                            \
        "lpm r21, Z+\n\t"                                                                                            \
        "lpm r22, Z+\n\t"                                                                                            \
        "lpm r23, Z+\n\t"                                                                                            \
        "lpm r10, Z+\n\t"                                                                                            \
        "lpm r11, Z+\n\t"                                                                                            \
        "lpm r12, Z+\n\t"                                                                                            \
        "std Y+%[weights], r30\n\t"                                                                                  \
        "std Y+%[weights]+1, r31\n\t"                                                                                \
        "ldd r30, Y+%[multipliers]\n\t"                                                                              \
        "ldd r31, Y+%[multipliers]+1\n\t"                                                                            \
        "lpm r2, Z+\n\t"                                                                                             \
        "lpm r3, Z+\n\t"                                                                                             \
        "std Y+%[multipliers], r30\n\t"                                                                              \
        "std Y+%[multipliers]+1, r31\n\t"                                                                            \
        "ldd r30, Y+%[offsets]\n\t"                                                                                  \
        "ldd r31, Y+%[offsets]+1\n\t"                                                                                \
        "lpm r4, Z+\n\t"                                                                                             \
        "lpm r5, Z+\n\t"                                                                                             \
        "lpm r6, Z+\n\t"                                                                                             \
        "lpm r7, Z+\n\t"                                                                                             \
        "std Y+%[offsets], r30\n\t"                                                                                  \
        "std Y+%[offsets]+1, r31\n\t"                                                                                \
        "movw r30, r28\n\t"                                                                                          \
        "ldi r24, 8\n\t" /* Sums start at 8 << 16 to stay positive; the offset corrects it. */                       \
        "mul r24, r2\n\t"                                                                                            \
        "sub r6, r0\n\t"                                                                                             \
        "sbc r7, r1\n\t"                                                                                             \
        "mul r24, r3\n\t"                                                                                            \
        "sub r7, r0\n\t"                                                                                             \
        "clt\n\t" /* T: byte 1 of the multiplier is 0, which saves half of the products. */                          \
        "tst r3\n\t"                                                                                                 \
        "brne .+2\n\t"                                                                                               \
        "set\n\t"                                                                                                    \
        "ldd r24, Z+%[noA]\n\t"                                                                                      \
        "tst r24\n\t"                                                                                                \
        "breq 2f\n\t" AVR_MISSING("r18", "r19", "r20")                                                               \
        "clr r18\n\t"                                                                                                \
        "clr r19\n\t"                                                                                                \
        "clr r20\n"                                                                                                  \
        "2:\n\t"                                                                                                     \
        "ldd r24, Z+%[noC]\n\t"                                                                                      \
        "tst r24\n\t"                                                                                                \
        "breq 2f\n\t" AVR_MISSING("r10", "r11", "r12")                                                               \
        "clr r10\n\t"                                                                                                \
        "clr r11\n\t"                                                                                                \
        "clr r12\n"                                                                                                  \
        "2:\n\t" AVR_LOAD("plane", "r24", "r25")                                                                     \
        AVR_PLANE("a", "r26", "r27") AVR_PLANE("b", "r28", "r29") AVR_PLANE("c", "r16", "r17")                       \
        "ldd r25, Z+%[left]\n\t"                                                                                     \
        "tst r25\n\t"                                                                                                \
        "breq 3f\n\t"                                                                                                \
        "ldd r24, Z+%[zero]\n\t"                                                                                     \
        "tst r24\n\t"                                                                                                \
        "breq 2f\n\t"                                                                                                \
        "std Z+%[kept], r4\n\t"                                                                                      \
        "std Z+%[kept]+1, r5\n\t"                                                                                    \
        "std Z+%[kept]+2, r6\n\t"                                                                                    \
        "std Z+%[kept]+3, r7\n\t"                                                                                    \
        "push r16\n\t"                                                                                               \
        "push r17\n\t" AVR_MISSING("r18", "r21", "r10")                                                              \
        "pop r17\n\t"                                                                                                \
        "pop r16\n"                                                                                                  \
        "2:\n\t"                                                                                                     \
        "movw r30, r16\n\t"                                                                                          \
        "push r18\n\t"                                                                                               \
        "push r21\n\t"                                                                                               \
        "push r10\n\t"                                                                                               \
        "clr r18\n\t"                                                                                                \
        "clr r21\n\t"                                                                                                \
        "clr r10\n\t"                                                                                                \
        "ldi r25, 1\n\t"                                                                                             \
        "rcall 6f\n\t"                                                                                               \
        "pop r10\n\t"                                                                                                \
        "pop r21\n\t"                                                                                                \
        "pop r18\n\t"                                                                                                \
        "movw r16, r30\n\t" AVR_FRAME                                                                                \
        "ldd r24, Z+%[zero]\n\t"                                                                                     \
        "tst r24\n\t"                                                                                                \
        "breq 3f\n\t"                                                                                                \
        "ldd r4, Z+%[kept]\n\t"                                                                                      \
        "ldd r5, Z+%[kept]+1\n\t"                                                                                    \
        "ldd r6, Z+%[kept]+2\n\t"                                                                                    \
        "ldd r7, Z+%[kept]+3\n"                                                                                      \
        "3:\n\t" AVR_LOAD("inner", "r25", "r24")                                                                     \
        "movw r30, r16\n\t"                                                                                          \
        "cpse r25, r13\n\t" /* First the remainder modulo 256. */                                                    \
        "rjmp 2f\n\t"                                                                                                \
        "rjmp 3f\n"                                                                                                  \
        "2:\n\t"                                                                                                     \
        "push r24\n\t"                                                                                               \
        "rcall 6f\n\t"                                                                                               \
        "pop r24\n"                                                                                                  \
        "3:\n\t"                                                                                                     \
        "clr r25\n\t"                                                                                                \
        "subi r24, 1\n\t"                                                                                            \
        "brcc 2b\n\t"                                                                                                \
        "movw r14, r30\n\t" AVR_FRAME                                                                                \
        "ldd r24, Z+%[right]\n\t"                                                                                    \
        "tst r24\n\t"                                                                                                \
        "breq 3f\n\t"                                                                                                \
        "push r14\n\t"                                                                                               \
        "push r15\n\t" AVR_MISSING("r20", "r23", "r12")                                                              \
        "pop r31\n\t"                                                                                                \
        "pop r30\n\t"                                                                                                \
        "clr r20\n\t"                                                                                                \
        "clr r23\n\t"                                                                                                \
        "clr r12\n\t"                                                                                                \
        "ldi r25, 1\n\t"                                                                                             \
        "rcall 6f\n\t" AVR_FRAME                                                                                     \
        "3:\n\t" AVR_LOAD("filters", "r24", "r25")                                                                   \
        "sbiw r24, 1\n\t" AVR_STORE("filters", "r24", "r25")                                                         \
        "brne .+2\n\t"                                                                                               \
        "rjmp 9f\n\t"                                                                                                \
        "rjmp 1b\n"                                                                                                  \
                                                                                                                     \
        "6:\n\t" /* Computes r25 outputs. */                                                                         \
        "brtc 5f\n\t"                                                                                                \
        "rjmp 4f\n"                                                                                                  \
        "5:\n\t" AVR_TAPS(secondX, thirdX, secondY, thirdY, secondZ, thirdZ)                                         \
        "mul r15, r3\n\t"                                                                                            \
        "movw r16, r0\n\t"                                                                                           \
        "mul r24, r2\n\t"                                                                                            \
        "add r16, r0\n\t"                                                                                            \
        "adc r17, r1\n\t"                                                                                            \
        "mul r24, r3\n\t"                                                                                            \
        "add r17, r0\n\t"                                                                                            \
        AVR_LOW_AND_OFFSET AVR_MIDDLE("r14", "r3") AVR_MIDDLE("r15", "r2") AVR_NEXT("5")                             \
        "4:\n\t" AVR_TAPS(secondX, thirdX, secondY, thirdY, secondZ, thirdZ)                                         \
        "mul r24, r2\n\t"                                                                                            \
        "movw r16, r0\n\t"                                                                                           \
        AVR_LOW_AND_OFFSET AVR_MIDDLE("r15", "r2") AVR_NEXT("4")                                                     \
                                                                                                                     \
        "7:\n\t" /* offset += (r14 + r15 + r16) * zero * multiplier */                                               \
        "ldd r17, Z+%[zero]\n\t"                                                                                     \
        "cp r17, r13\n\t"                                                                                            \
        "breq 8f\n\t"                                                                                                \
        "mov r24, r14\n\t"                                                                                           \
        "clr r25\n\t"                                                                                                \
        "sbrc r14, 7\n\t"                                                                                            \
        "dec r25\n\t"                                                                                                \
        "add r24, r15\n\t"                                                                                           \
        "adc r25, r13\n\t"                                                                                           \
        "sbrc r15, 7\n\t"                                                                                            \
        "dec r25\n\t"                                                                                                \
        "add r24, r16\n\t"                                                                                           \
        "adc r25, r13\n\t"                                                                                           \
        "sbrc r16, 7\n\t"                                                                                            \
        "dec r25\n\t"                                                                                                \
        "mov r15, r17\n\t"                                                                                           \
        "mul r2, r15\n\t"                                                                                            \
        "movw r16, r0\n\t"                                                                                           \
        "clr r14\n\t"                                                                                                \
        "mul r3, r15\n\t"                                                                                            \
        "add r17, r0\n\t"                                                                                            \
        "adc r14, r1\n\t"                                                                                            \
        "mul r24, r16\n\t"                                                                                           \
        "add r4, r0\n\t"                                                                                             \
        "adc r5, r1\n\t"                                                                                             \
        "adc r6, r13\n\t"                                                                                            \
        "adc r7, r13\n\t"                                                                                            \
        "mul r24, r17\n\t"                                                                                           \
        "add r5, r0\n\t"                                                                                             \
        "adc r6, r1\n\t"                                                                                             \
        "adc r7, r13\n\t"                                                                                            \
        "mul r24, r14\n\t"                                                                                           \
        "add r6, r0\n\t"                                                                                             \
        "adc r7, r1\n\t"                                                                                             \
        "mul r25, r16\n\t"                                                                                           \
        "add r5, r0\n\t"                                                                                             \
        "adc r6, r1\n\t"                                                                                             \
        "adc r7, r13\n\t"                                                                                            \
        "mul r25, r17\n\t"                                                                                           \
        "add r6, r0\n\t"                                                                                             \
        "adc r7, r1\n\t"                                                                                             \
        "mul r25, r14\n\t"                                                                                           \
        "add r7, r0\n\t"                                                                                             \
        "sbrs r25, 7\n\t"                                                                                            \
        "ret\n\t"                                                                                                    \
        "sub r6, r16\n\t" /* Correction for a negative sum. */                                                       \
        "sbc r7, r17\n"                                                                                              \
        "8:\n\t"                                                                                                     \
        "ret\n"                                                                                                      \
                                                                                                                     \
        "9:\n\t"                                                                                                     \
        "clr r1\n\t"                                                                                                 \
        "pop r0\n\t"                                                                                                 \
        "pop r0\n\t"                                                                                                 \
        "pop r29\n\t"                                                                                                \
        "pop r28"                                                                                                    \
        : "+r"(inOut), "+r"(at)                                                                                      \
        : [a] "n"(__builtin_offsetof(DepthwiseRow, a)), [b] "n"(__builtin_offsetof(DepthwiseRow, b)),                \
          [c] "n"(__builtin_offsetof(DepthwiseRow, c)), [plane] "n"(__builtin_offsetof(DepthwiseRow, plane)),        \
          [weights] "n"(__builtin_offsetof(DepthwiseRow, weights)),                                                  \
          [multipliers] "n"(__builtin_offsetof(DepthwiseRow, multipliers)),                                          \
          [offsets] "n"(__builtin_offsetof(DepthwiseRow, offsets)),                                                  \
          [filters] "n"(__builtin_offsetof(DepthwiseRow, filters)),                                                  \
          [inner] "n"(__builtin_offsetof(DepthwiseRow, inner)), [noA] "n"(__builtin_offsetof(DepthwiseRow, noA)),    \
          [noC] "n"(__builtin_offsetof(DepthwiseRow, noC)), [left] "n"(__builtin_offsetof(DepthwiseRow, left)),      \
          [right] "n"(__builtin_offsetof(DepthwiseRow, right)), [kept] "n"(__builtin_offsetof(DepthwiseRow, kept)), [zero] "n"(__builtin_offsetof(DepthwiseRow, zero)) \
        : "r2", "r3", "r4", "r5", "r6", "r7", "r10", "r11", "r12", "r13", "r14", "r15", "r16", "r17", "r18", "r19",  \
          "r20", "r21", "r22", "r23", "r24", "r25", "r26", "r27", "memory");

// Depthwise 3x3: a row of at least three columns.
static void __attribute__((noinline)) depthwise3Row(const Step &step, const uint8_t *const *rows, uint8_t *out) {
    DepthwiseRow row;
    row.plane = step.channels == 1 ? 0 : step.width;
    row.weights = reinterpret_cast<const int8_t *>(weightTable + step.weights);
    row.multipliers = multiplierTable + step.constants;
    row.offsets = offsetTable + step.constants;
    row.filters = step.filters;
    row.inner = step.inner;
    row.left = step.first != 0;
    row.right = static_cast<uint16_t>(step.first + step.inner) != step.columns;
    row.zero = step.zero;
    const uint8_t pad = step.pad, stride = step.stride;
    const uint8_t *const a = rows[0], *const b = rows[1], *const c = rows[2];
    row.noA = !a;
    row.noC = !c;
    row.a = (a ? a : b) - pad;
    row.b = b - pad;
    row.c = (c ? c : b) - pad;
    if (stride == 1) {
        AVR_DEPTHWISE("ld r17, X+\n\t", "ld r17, X\n\tsbiw r26, 1\n\t", "ld r17, Y\n\t", "ldd r17, Y+1\n\t",
                      "ld r17, Z\n\t", "ldd r17, Z+1\n\t")
    }
    if (stride == 2) {
        AVR_DEPTHWISE("ld r17, X+\n\t", "ld r17, X\n\t", "ld r17, Y+\n\t", "ld r17, Y\n\t", "ld r17, Z+\n\t",
                      "ld r17, Z\n\t")
    }
}

#undef AVR_ADD
#undef AVR_LOW_AND_OFFSET
#undef AVR_MIDDLE
#undef AVR_LOAD
#undef AVR_STORE
#undef AVR_FRAME
#undef AVR_PLANE
#undef AVR_MISSING
#undef AVR_TAPS
#undef AVR_NEXT
#undef AVR_DEPTHWISE



// Pointwise without a tile: a row, one filter after another, four pixels at a time. A remainder is computed
// in blocks of three, which may overlap by a pixel. For at least three columns and depths up to 256.
struct PointwiseRow {
    const uint8_t *in;
    uint16_t back;  // Distance from the end of four pixels to the same four of the next plane.
    uint8_t depth;  // 0 means 256.
    uint8_t fours, threes;
    uint8_t overlap;  // Difference of a block of three to one of four, including overlapping pixels.
    const uint8_t *weights;
    uint16_t jump, pair;  // Distances from the weights of a filter to those of the next and of the next but one.
    const uint16_t *multipliers;
    const uint32_t *offsets;
    uint16_t filters;
    uint8_t *out;
    const uint8_t *at;
    uint8_t left;
};

// Multiplies a pixel of the next plane by the weight. The carry flag of mulsu is the sign of the product.
#define AVR_PIXEL(low, mid, high) \
    "mulsu r16, r17\n\t"          \
    "sbc " high ", r14\n\t"       \
    "add " low ", r0\n\t"         \
    "adc " mid ", r1\n\t"         \
    "adc " high ", r14\n\t"
#define AVR_FIRST(low, mid, high)  \
    "mulsu r16, r17\n\t"          \
    "movw " low ", r0\n\t"        \
    "sbc " high ", " high "\n\t"
#define AVR_THREE(pixel)                             \
    "lpm r16, Z+\n\t"                                \
    "subi r16, 128\n\t"                              \
    "ld r17, X+\n\t" pixel("r2", "r3", "r18")        \
    "ld r17, X+\n\t" pixel("r4", "r5", "r19")        \
    "ld r17, X+\n\t" pixel("r6", "r7", "r20")        \
    "ld r17, X+\n\t"
#define AVR_FOUR(pixel) AVR_THREE(pixel) pixel("r8", "r9", "r21")
#define AVR_PLANE         \
    "add r26, r10\n\t"    \
    "adc r27, r11\n\t"    \
    "dec r15\n\t"

// Accumulates all planes for three or four pixels. Weights are aligned quads, alternating between the two
// filters of a pair.
#define AVR_TAPS(tap)                     \
    tap(AVR_FIRST) AVR_PLANE              \
    "brne 5f\n\t"                         \
    "rjmp 6f\n"                           \
    "4:\n\t" tap(AVR_PIXEL) AVR_PLANE     \
    "breq 6f\n"                           \
    "5:\n\t" tap(AVR_PIXEL) AVR_PLANE     \
    "breq 6f\n\t"                         \
    "sbrc r30, 1\n\t"                     \
    "rjmp 4b\n\t"                         \
    "adiw r30, 4\n\t"                     \
    "rjmp 4b\n"

// Requantises. Bytes 0 and 1 of the product only contribute a carry. Bytes 1 to 3 are in r15 to r17.
#define AVR_LOW_AND_OFFSET(low) \
    "mul " low ", r22\n\t"      \
    "add r0, r12\n\t"           \
    "adc r1, r13\n\t"           \
    "adc r16, r24\n\t"          \
    "adc r17, r25\n\t"          \
    "mov r15, r1\n\t"
#define AVR_MIDDLE(sum, multiplier)   \
    "mul " sum ", " multiplier "\n\t" \
    "add r15, r0\n\t"                 \
    "adc r16, r1\n\t"                 \
    "adc r17, r14\n\t"
#define AVR_SATURATE   \
    "breq .+6\n\t"     \
    "lsl r17\n\t"      \
    "sbc r16, r16\n\t" \
    "com r16\n\t"      \
    "st X+, r16\n\t"
#define AVR_WIDE(low, mid, high)                                                 \
    "mulsu " high ", r22\n\t"                                                         \
    "movw r16, r0\n\t"                                                           \
    "mul " mid ", r23\n\t"                                                       \
    "add r16, r0\n\t"                                                            \
    "adc r17, r1\n\t"                                                            \
    "mul " high ", r23\n\t"                                                      \
    "add r17, r0\n\t"                                                            \
    AVR_LOW_AND_OFFSET(low) AVR_MIDDLE(low, "r23") AVR_MIDDLE(mid, "r22") AVR_SATURATE
// Requantises with a multiplier below 512.
#define AVR_NARROW(low, mid, high)                 \
    "mulsu " high ", r22\n\t"                           \
    "movw r16, r0\n\t"                             \
    AVR_LOW_AND_OFFSET(low) AVR_MIDDLE(mid, "r22") \
    "sbrs r23, 0\n\t"                              \
    "rjmp .+6\n\t"                                 \
    "add r15, " low "\n\t"                         \
    "adc r16, " mid "\n\t"                         \
    "adc r17, " high "\n\t"                        \
    "tst r17\n\t" AVR_SATURATE

//   r0, r1    product                      r10, r11  distance between planes
//   r2-r9     bytes 0 and 1 of four sums   r22, r23  multiplier
//   r18-r21   their bytes 2                r12, r13, r24, r25  offset
//   r14       0                            X         values; out
//   r15       planes left                  Y         the row
//   r16, r17  weight and value             Z         weights
//   T         set for a block of three pixels
// Y may be the compiler's frame pointer and is saved.
static void __attribute__((noinline)) pointwise(const Step &step, const uint8_t *in, uint8_t *out) {
    const uint16_t quads = static_cast<uint16_t>((step.channels + 3u) >> 2);
    PointwiseRow row;
    row.in = in;
    row.back = static_cast<uint16_t>(step.width - 4u);
    row.depth = static_cast<uint8_t>(step.channels);
    // Five columns are two overlapping blocks of three; all other numbers are sums of fours and threes.
    row.threes = step.columns == 5 ? 2 : static_cast<uint8_t>((4u - step.columns) & 3);
    row.fours = static_cast<uint8_t>((step.columns == 5 ? 0 : step.columns - 3u * row.threes) >> 2);
    row.overlap = step.columns == 5 ? 2 : 1;
    row.weights = weightTable + step.weights;
    row.jump = 4;
    row.pair = static_cast<uint16_t>(quads * 8);
    row.multipliers = multiplierTable + step.constants;
    row.offsets = offsetTable + step.constants;
    row.filters = step.filters;
    row.out = out;
    PointwiseRow *at = &row;
    __asm__ volatile(
        "push r28\n\t"
        "push r29\n\t"
        "movw r28, r30\n\t"
        "clr r14\n\t"
        "ldd r10, Y+%[back]\n\t"
        "ldd r11, Y+%[back]+1\n"

        "0:\n\t"  // Next filter.
        "ldd r30, Y+%[multipliers]\n\t"
        "ldd r31, Y+%[multipliers]+1\n\t"
        "lpm r22, Z+\n\t"
        "lpm r23, Z+\n\t"
        "std Y+%[multipliers], r30\n\t"
        "std Y+%[multipliers]+1, r31\n\t"
        "ldd r30, Y+%[offsets]\n\t"
        "ldd r31, Y+%[offsets]+1\n\t"
        "lpm r12, Z+\n\t"
        "lpm r13, Z+\n\t"
        "lpm r24, Z+\n\t"
        "lpm r25, Z+\n\t"
        "std Y+%[offsets], r30\n\t"
        "std Y+%[offsets]+1, r31\n\t"
        "ldd r26, Y+%[in]\n\t"
        "ldd r27, Y+%[in]+1\n\t"
        "ldd r16, Y+%[fours]\n\t"
        "clt\n\t"
        "tst r16\n\t"
        "brne 2f\n"
        "1:\n\t"
        "set\n\t"
        "ldd r16, Y+%[threes]\n"
        "2:\n\t"
        "std Y+%[left], r16\n"

        "3:\n\t"  // Next block.
        "movw r30, r26\n\t"
        "adiw r30, 4\n\t"
        "brtc 4f\n\t"
        "ldd r16, Y+%[overlap]\n\t"
        "sub r30, r16\n\t"
        "sbc r31, r14\n"
        "4:\n\t"
        "std Y+%[at], r30\n\t"
        "std Y+%[at]+1, r31\n\t"
        "ldd r30, Y+%[weights]\n\t"
        "ldd r31, Y+%[weights]+1\n\t"
        "ldd r15, Y+%[depth]\n\t"
        "brtc 3f\n\t"
        "rjmp 7f\n"
        "3:\n\t" AVR_TAPS(AVR_FOUR)
        "6:\n"
        "10:\n\t"
        "ldd r26, Y+%[out]\n\t"
        "ldd r27, Y+%[out]+1\n\t"
        "cpi r23, 2\n\t"
        "brlo .+2\n\t"
        "rjmp 5f\n\t"
        AVR_NARROW("r2", "r3", "r18")
        AVR_NARROW("r4", "r5", "r19")
        AVR_NARROW("r6", "r7", "r20")
        "brtc 6f\n\t"
        "rjmp 8f\n"
        "6:\n\t"
        AVR_NARROW("r8", "r9", "r21")
        "rjmp 9f\n"
        "5:\n\t"
        AVR_WIDE("r2", "r3", "r18")
        AVR_WIDE("r4", "r5", "r19")
        AVR_WIDE("r6", "r7", "r20")
        "brts 8f\n\t"
        AVR_WIDE("r8", "r9", "r21")
        "rjmp 9f\n"

        "8:\n\t"  // Step back over overlapping pixels of a block of three.
        "ldd r16, Y+%[left]\n\t"
        "dec r16\n\t"
        "breq 8f\n\t"
        "ldd r17, Y+%[overlap]\n\t"
        "dec r17\n\t"
        "sub r26, r17\n\t"
        "sbc r27, r14\n"
        "8:\n\t"
        "std Y+%[out], r26\n\t"
        "std Y+%[out]+1, r27\n\t"
        "tst r16\n\t"
        "breq 8f\n\t"
        "ldd r26, Y+%[at]\n\t"
        "ldd r27, Y+%[at]+1\n\t"
        "rjmp 2b\n"
        "9:\n\t"
        "std Y+%[out], r26\n\t"
        "std Y+%[out]+1, r27\n\t"
        "ldd r26, Y+%[at]\n\t"
        "ldd r27, Y+%[at]+1\n\t"
        "ldd r16, Y+%[left]\n\t"
        "dec r16\n\t"
        "breq 9f\n\t"
        "rjmp 2b\n"
        "9:\n\t"
        "ldd r16, Y+%[threes]\n\t"
        "tst r16\n\t"
        "breq 8f\n\t"
        "rjmp 1b\n"

        "8:\n\t"
        "ldd r30, Y+%[weights]\n\t"
        "ldd r31, Y+%[weights]+1\n\t"
        "ldd r16, Y+%[jump]\n\t"
        "ldd r17, Y+%[jump]+1\n\t"
        "add r30, r16\n\t"
        "adc r31, r17\n\t"
        "std Y+%[weights], r30\n\t"
        "std Y+%[weights]+1, r31\n\t"
        "ldd r30, Y+%[pair]\n\t"
        "ldd r31, Y+%[pair]+1\n\t"
        "sub r30, r16\n\t"
        "sbc r31, r17\n\t"
        "std Y+%[jump], r30\n\t"
        "std Y+%[jump]+1, r31\n\t"
        "ldd r30, Y+%[filters]\n\t"
        "ldd r31, Y+%[filters]+1\n\t"
        "sbiw r30, 1\n\t"
        "std Y+%[filters], r30\n\t"
        "std Y+%[filters]+1, r31\n\t"
        "brne .+2\n\t"
        "rjmp 9f\n\t"
        "rjmp 0b\n"

        "7:\n\t" AVR_TAPS(AVR_THREE)
        "6:\n\t"
        "rjmp 10b\n"
        "9:\n\t"
        "clr r1\n\t"
        "pop r29\n\t"
        "pop r28"
        : "+z"(at)
        : [in] "n"(__builtin_offsetof(PointwiseRow, in)), [back] "n"(__builtin_offsetof(PointwiseRow, back)),
          [depth] "n"(__builtin_offsetof(PointwiseRow, depth)), [fours] "n"(__builtin_offsetof(PointwiseRow, fours)),
          [threes] "n"(__builtin_offsetof(PointwiseRow, threes)),
          [overlap] "n"(__builtin_offsetof(PointwiseRow, overlap)),
          [weights] "n"(__builtin_offsetof(PointwiseRow, weights)), [jump] "n"(__builtin_offsetof(PointwiseRow, jump)),
          [pair] "n"(__builtin_offsetof(PointwiseRow, pair)),
          [multipliers] "n"(__builtin_offsetof(PointwiseRow, multipliers)),
          [offsets] "n"(__builtin_offsetof(PointwiseRow, offsets)),
          [filters] "n"(__builtin_offsetof(PointwiseRow, filters)), [out] "n"(__builtin_offsetof(PointwiseRow, out)),
          [at] "n"(__builtin_offsetof(PointwiseRow, at)), [left] "n"(__builtin_offsetof(PointwiseRow, left))
        : "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "r16", "r17",
          "r18", "r19", "r20", "r21", "r22", "r23", "r24", "r25", "r26", "r27", "memory");
}

#undef AVR_PIXEL
#undef AVR_FIRST
#undef AVR_THREE
#undef AVR_FOUR
#undef AVR_PLANE
#undef AVR_TAPS
#undef AVR_LOW_AND_OFFSET
#undef AVR_MIDDLE
#undef AVR_SATURATE
#undef AVR_WIDE
#undef AVR_NARROW

enum : uint16_t { localWords = 1 };

// Dense layer: `channels` inputs, `count` outputs. It needs no tile.
static void dense(uint32_t at, uint16_t constants, uint8_t shift, uint16_t channels, uint16_t count,
                  const uint8_t *in, uint8_t *, uint8_t *out) {
    const uint8_t *even = weightTable + at;
    for (uint16_t f = 0; f < count; f++) {
        const uint8_t *weight = even + (f & 1) * 4;
        uint32_t sum = 0;
        for (uint16_t i = 0; i < channels; i++) {
            const int8_t factor = static_cast<int8_t>(flash(weight++) ^ 0x80);
            sum += static_cast<uint32_t>(static_cast<int32_t>(static_cast<int16_t>(factor * in[i])));
            weight += i % 4 == 3 ? 4 : 0;
        }
        even += f % 2 == 0 ? 0 : (channels + 3u) / 4 * 8;
        const uint16_t multiplier = flash(multiplierTable + constants + f);
        const uint32_t offset = flash(offsetTable + constants + f);
        out[f] = requantise(sum, multiplier, offset);
    }
    static_cast<void>(shift);
}

#elif defined(__ARM_ARCH_6M__)

// Requantisation: from an accumulator to a byte, (sum * multiplier + offset) >> 16, saturated to 0..255.
// Bytes are stored with 128 added, so that saturation at 0 is ReLU.
static inline uint8_t saturate(int32_t value) {
    return static_cast<uint8_t>(value < 0 ? 0 : (value > 255 ? 255 : value));
}

static inline uint8_t requantise(uint32_t sum, uint32_t multiplier, uint32_t offset) {
    return saturate(static_cast<int32_t>(sum * multiplier + offset) >> 16);
}

// Depthwise 3x3 for cores whose multiplication overwrites one of its factors. It computes two outputs at a
// time. One instruction loads the weights of a row for each use, so that they may be overwritten: in the
// right order, no product needs a copy of a factor.
//
// Registers: r0 input, r1 weights, r3 r4 r5 weights of a row, r6 input or product, r7 sum of the first
// output, r2 of the second. High registers, which only add, mov and cmp access: r8 r9 r10 distances between
// rows and to the next columns, r11 output, r12 its end; lr saves r7, which may be the compiler's frame
// pointer.
#define MMN_TAKE(at) "ldrb r6, [r0, #" at "]\n\t"
#define MMN_FIRST(weight) "muls r6, " weight "\n\tadds r7, r7, r6\n\t"
#define MMN_SECOND(weight) "muls r6, " weight "\n\tadds r2, r2, r6\n\t"
#define MMN_SECOND_LAST(weight) "muls " weight ", r6\n\tadds r2, r2, " weight "\n\t"

// Accumulates a row. r6 holds the first pixel of the first output.
#define MMN_ROW1(first) MMN_TAKE("1") first MMN_FIRST("r4") \
    MMN_TAKE("2") MMN_SECOND_LAST("r4") MMN_FIRST("r5") MMN_TAKE("3") MMN_SECOND("r5")
#define MMN_ROW2(first) MMN_TAKE("1") MMN_FIRST("r4") \
    MMN_TAKE("2") first MMN_FIRST("r5") MMN_TAKE("3") MMN_SECOND("r4") MMN_TAKE("4") MMN_SECOND("r5")
#define MMN_ROW3(first) MMN_TAKE("1") MMN_FIRST("r4") MMN_TAKE("2") MMN_FIRST("r5") \
    MMN_TAKE("3") first MMN_TAKE("4") MMN_SECOND("r4") MMN_TAKE("5") MMN_SECOND("r5")

#define MMN_DEPTHWISE(row)                                                              \
    __asm__ volatile(                                                                 \
        ".syntax unified\n\t"                                                        \
        "mov r11, r2\n\t"                                                             \
        "mov r8, r3\n\t"                                                              \
        "mov r9, r4\n\t"                                                              \
        "mov r10, r5\n\t"                                                             \
        "mov r12, r6\n\t"                                                             \
        "mov lr, r7\n"                                                                \
        "1:\n\t"                                                                      \
        /* The first products initialise the sums. */                                 \
        "ldmia r1!, {r2, r4, r5}\n\t"                                                 \
        "ldrb r7, [r0, #0]\n\t"                                                       \
        "muls r7, r2\n\t"                                                             \
        row("muls r2, r6\n\t")                                                        \
        "add r0, r8\n\t"                                                              \
        "ldmia r1!, {r3, r4, r5}\n\t"                                                 \
        MMN_TAKE("0") MMN_FIRST("r3") row(MMN_SECOND_LAST("r3"))                            \
        "add r0, r9\n\t"                                                              \
        "ldmia r1!, {r3, r4, r5}\n\t"                                                 \
        MMN_TAKE("0") MMN_FIRST("r3") row(MMN_SECOND_LAST("r3"))                            \
        "add r0, r10\n\t"                                                             \
        "ldmia r1!, {r3, r4}\n\t"                                                     \
        "subs r1, r1, #44\n\t"                                                        \
        "mov r5, r11\n\t"                                                             \
        MMN_REQUANTISE("r7", "2")                                                       \
        "strb r7, [r5, #0]\n\t"                                                       \
        MMN_REQUANTISE("r2", "3")                                                       \
        "adds r6, r5, #2\n\t"                                                         \
        "mov r11, r6\n\t"                                                             \
        /* With an odd count, the last pair has one output. */                        \
        "cmp r6, r12\n\t"                                                             \
        "bhi 4f\n\t"                                                                  \
        "strb r2, [r5, #1]\n\t"                                                       \
        "bne 1b\n"                                                                    \
        "4:\n\t"                                                                      \
        "mov r7, lr"                                                                  \
        : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "+r"(r4), "+r"(r5), "+r"(r6)        \
        :                                                                             \
        : "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory")

// Requantises: (sum * r3 + r4) >> 16, saturated. If the top byte is not 0, the value is outside 0..255, and
// its inverted sign, extended to the whole register, is the saturated value.
#define MMN_REQUANTISE(sum, label)    \
    "muls " sum ", r3\n\t"          \
    "adds " sum ", " sum ", r4\n\t" \
    "lsrs r6, " sum ", #24\n\t"     \
    "beq " label "f\n\t"            \
    "mvns " sum ", " sum "\n\t"     \
    "asrs " sum ", " sum ", #31\n"  \
    label ":\n\t"                   \
    "lsrs " sum ", " sum ", #16\n\t"

// Constants of a channel: weights row by row, multiplier and offset.
struct Channel {
    int32_t taps[9];
    uint32_t multiplier, offset;
};

// Depthwise 3x3 without padding: a channel of a row. out[i] reads the columns i * stride to i * stride + 2 of
// the rows a, b and c. With an odd count it reads `stride` bytes beyond the last column.
template <uint8_t stride>
static void depthwise3(const Channel &channel, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out,
                       uint16_t count) {
    static_assert(stride >= 1 && stride <= 3, "strides are 1 to 3");
    if (count == 0) {
        return;
    }
    register const uint8_t *r0 __asm__("r0") = a;
    register const void *r1 __asm__("r1") = &channel;
    register uint8_t *r2 __asm__("r2") = out;
    register int32_t r3 __asm__("r3") = b - a;
    register int32_t r4 __asm__("r4") = c - b;
    register int32_t r5 __asm__("r5") = 2 * stride - (c - a);
    register const uint8_t *r6 __asm__("r6") = out + count;
    if (stride == 1) {
        MMN_DEPTHWISE(MMN_ROW1);
    } else if (stride == 2) {
        MMN_DEPTHWISE(MMN_ROW2);
    } else {
        MMN_DEPTHWISE(MMN_ROW3);
    }
}

#undef MMN_TAKE
#undef MMN_FIRST
#undef MMN_SECOND
#undef MMN_SECOND_LAST
#undef MMN_ROW1
#undef MMN_ROW2
#undef MMN_ROW3
#undef MMN_DEPTHWISE
#undef MMN_REQUANTISE

// Filters for cores with about the same cost of a load, an addition and a multiplication. A word holds a
// value of two pixels, the second pixel in the upper half. A weight times such a word gives two products at
// once, which do not overlap, since each has at most 16 bits. `both` accumulates whole words and `second`
// their upper halves, so that the sum of the first pixel is exactly both - (second << 16), modulo 2^32.
enum : uint8_t { tilePixels = 2, tileBytesPerQuad = 16 };

// Inputs of filters at two neighbouring pixels: an aligned word for every value. `both` and `second` start at
// the sums, which are -128 times all values, since weights are stored with 128 added. One instruction below
// loads all members in this order.
struct Tile {
    uint8_t *values;
    uint32_t sums[2];
};

// Stores value `index` of a pixel.
static inline void put(Tile &tile, uint8_t pixel, uint16_t index, uint8_t value) {
    uint8_t *at = tile.values + index * 4u + pixel * 2u;
    at[0] = value;
    at[1] = 0;
}

// Completes the tile after the last value of both pixels: pads the last quad and computes the initial sums.
static void complete(Tile &tile, uint16_t depth) {
    uint8_t *at = tile.values + depth * 4u;
    memset(at, 0, (0u - depth) % 4 * 4);
    uint32_t first = 0, second = 0;
    while (at != tile.values) {
        at -= 4;
        first += at[0];
        second += at[2];
    }
    tile.sums[0] = 0u - 128 * (first + (second << 16));
    tile.sums[1] = 0u - 128 * second;
}

// Gathers `depth` values of two pixels, which are `step` bytes apart; a plane is a channel of a row.
static void gather(Tile &tile, const uint8_t *in, uint16_t plane, uint8_t step, uint16_t depth) {
    if (depth - 1u > 256) {
        // The sum of a pixel has more than 16 bits.
        for (uint16_t i = 0; i < depth; i++, in += plane) {
            put(tile, 0, i, in[0]);
            put(tile, 1, i, in[step]);
        }
        complete(tile, depth);
        return;
    }
    uint8_t *at = tile.values;
    uint32_t both = 0;
    // Registers for a value; at first they pass the values for high registers.
    uint32_t first = plane;
    const uint8_t *second = at + depth * 4u;
    __asm__ volatile(
        ".syntax unified\n\t"
        "mov lr, %[first]\n\t"
        "mov r12, %[second]\n"
        "1:\n\t"
        "ldrb %[second], [%[in], %[step]]\n\t"
        "ldrb %[first], [%[in], #0]\n\t"
        "lsls %[second], %[second], #16\n\t"
        "adds %[first], %[first], %[second]\n\t"
        "adds %[both], %[both], %[first]\n\t"
        "stmia %[at]!, {%[first]}\n\t"
        "add %[in], lr\n\t"
        "cmp %[at], r12\n\t"
        "bne 1b"
        : [at] "+l"(at), [in] "+l"(in), [both] "+l"(both), [first] "+l"(first), [second] "+l"(second)
        : [step] "l"(static_cast<uint32_t>(step))
        : "r12", "lr", "cc", "memory");
    for (; depth % 4 != 0; depth++, at += 4) {
        memset(__builtin_assume_aligned(at, 4), 0, 4);
    }
    tile.sums[0] = 0u - 128 * both;
    tile.sums[1] = 0u - 128 * (both >> 16);
}

// Multiplies a weight by both pixels: the word of values is in `value`, the sums are `both` and `second`.
#define MMN_PRODUCT(at, value, both, second) \
    "ldrb r6, [r1, #" at "]\n\t"           \
    "muls r6, " value "\n\t"               \
    "add " both ", r6\n\t"                 \
    "lsrs r6, r6, #16\n\t"                 \
    "add " second ", r6\n\t"

// Requantises: (sum * r2 + r3) >> 16, saturated. If the top byte is not 0, the value is outside 0..255, and
// its inverted sign, extended to the whole register, is the saturated value.
#define MMN_REQUANTISE(sum, label, to) \
    "muls " sum ", r2\n\t"           \
    "adds " sum ", " sum ", r3\n\t"  \
    "lsrs r6, " sum ", #24\n\t"      \
    "beq " label "f\n\t"             \
    "mvns " sum ", " sum "\n\t"      \
    "asrs " sum ", " sum ", #31\n"   \
    label ":\n\t"                    \
    "lsrs " sum ", " sum ", #16\n\t" \
    "strb " sum ", " to "\n\t"

// Filters at two pixels. Weights are stored in pairs of filters: four of one, four of the other, padded to
// whole quads and pairs. Filter f writes the first pixel to out[f * plane] and the second to out[f * plane +
// step]; with step 0 only the first remains. Sums may need all 32 bits. There is at least one quad.
static void products(const Tile &tile, uint16_t quads, const uint8_t *weights, const uint16_t *multipliers,
                     const uint32_t *offsets, uint16_t filters, uint8_t *out, uint16_t plane, uint8_t step) {
    if (filters == 0) {
        return;
    }
    // Variables that are read once per filter. The loop below keeps them on the stack, where a single load
    // reaches each.
    const struct {
        uint8_t *out;
        uint32_t step;
        const uint32_t *offsets;
        const uint8_t *outEnd;
    } rest = {out, step, offsets, out + static_cast<uint32_t>(filters) * plane};
    register const Tile *r0 __asm__("r0") = &tile;
    register const uint8_t *r1 __asm__("r1") = weights;
    register const uint16_t *r2 __asm__("r2") = multipliers;
    register uint32_t r3 __asm__("r3") = plane;
    register const uint8_t *r4 __asm__("r4") = tile.values + quads * static_cast<uint32_t>(tileBytesPerQuad);
    register const void *r5 __asm__("r5") = &rest;
    // High registers, which only add and mov access: r8 and r10 `both` and r9 the last `second` of two
    // filters (the first is in r7), r11 multipliers, r12 end of the values, lr plane. r7 may be the
    // compiler's frame pointer and is restored.
    __asm__ volatile(
        ".syntax unified\n\t"
        "mov r11, r2\n\t"
        "mov lr, r3\n\t"
        "mov r12, r4\n\t"
        "ldmia r5, {r3, r4, r5, r6}\n\t"
        "push {r0, r3, r4, r5, r6, r7}\n"
        "1:\n\t"
        "ldr r0, [sp, #0]\n\t"
        "ldmia r0, {r0, r2, r3}\n\t"
        "mov r8, r2\n\t"
        "mov r10, r2\n\t"
        "mov r9, r3\n\t"
        "mov r7, r3\n"
        "2:\n\t"
        "ldmia r0!, {r2, r3, r4, r5}\n\t"
        MMN_PRODUCT("0", "r2", "r8", "r7")
        MMN_PRODUCT("1", "r3", "r8", "r7")
        MMN_PRODUCT("2", "r4", "r8", "r7")
        MMN_PRODUCT("3", "r5", "r8", "r7")
        MMN_PRODUCT("4", "r2", "r10", "r9")
        MMN_PRODUCT("5", "r3", "r10", "r9")
        MMN_PRODUCT("6", "r4", "r10", "r9")
        MMN_PRODUCT("7", "r5", "r10", "r9")
        "adds r1, r1, #8\n\t"
        "cmp r0, r12\n\t"
        "bne 2b\n\t"
        "ldr r0, [sp, #4]\n\t"
        "ldr r5, [sp, #8]\n\t"
        // Stores the first filter of the pair.
        "mov r6, r11\n\t"
        "ldrh r2, [r6, #0]\n\t"
        "ldr r6, [sp, #12]\n\t"
        "ldr r3, [r6, #0]\n\t"
        "mov r4, r8\n\t"
        "lsls r6, r7, #16\n\t"
        "subs r4, r4, r6\n\t"
        MMN_REQUANTISE("r7", "3", "[r0, r5]")
        MMN_REQUANTISE("r4", "4", "[r0, #0]")
        "add r0, lr\n\t"
        "ldr r6, [sp, #16]\n\t"
        "cmp r0, r6\n\t"
        "beq 7f\n\t"
        // Stores the second filter.
        "mov r6, r11\n\t"
        "ldrh r2, [r6, #2]\n\t"
        "adds r6, r6, #4\n\t"
        "mov r11, r6\n\t"
        "ldr r6, [sp, #12]\n\t"
        "ldr r3, [r6, #4]\n\t"
        "adds r6, r6, #8\n\t"
        "str r6, [sp, #12]\n\t"
        "mov r7, r9\n\t"
        "mov r4, r10\n\t"
        "lsls r6, r7, #16\n\t"
        "subs r4, r4, r6\n\t"
        MMN_REQUANTISE("r7", "5", "[r0, r5]")
        MMN_REQUANTISE("r4", "6", "[r0, #0]")
        "add r0, lr\n\t"
        "str r0, [sp, #4]\n\t"
        "ldr r6, [sp, #16]\n\t"
        "cmp r0, r6\n\t"
        "bne 1b\n"
        "7:\n\t"
        "add sp, #20\n\t"
        "pop {r7}"
        : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "+r"(r4), "+r"(r5)
        :
        : "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
}

#undef MMN_PRODUCT
#undef MMN_REQUANTISE

#else

// Requantisation: from an accumulator to a byte, (sum * multiplier + offset) >> 16, saturated to 0..255.
// Bytes are stored with 128 added, so that saturation at 0 is ReLU.
static inline uint8_t saturate(int32_t value) {
    return static_cast<uint8_t>(value < 0 ? 0 : (value > 255 ? 255 : value));
}

static inline uint8_t requantise(uint32_t sum, uint32_t multiplier, uint32_t offset) {
    return saturate(static_cast<int32_t>(sum * multiplier + offset) >> 16);
}

// Constants of a channel: weights row by row, multiplier and offset.
struct Channel {
    int32_t taps[9];
    uint32_t multiplier, offset;
};

// Depthwise 3x3 without padding: a channel of a row. out[i] reads the columns i * stride to i * stride + 2 of
// the rows a, b and c.
template <uint8_t stride>
static void depthwise3(const Channel &channel, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out,
                       uint16_t count) {
    enum : uint8_t { s = stride };
    const int32_t a0 = channel.taps[0], a1 = channel.taps[1], a2 = channel.taps[2];
    const int32_t b0 = channel.taps[3], b1 = channel.taps[4], b2 = channel.taps[5];
    const int32_t c0 = channel.taps[6], c1 = channel.taps[7], c2 = channel.taps[8];
    const uint32_t multiplier = channel.multiplier, offset = channel.offset;
    const uint8_t *end = out + count;
    if (count % 2 != 0) {
        const int32_t sum = a0 * a[0] + a1 * a[1] + a2 * a[2] + b0 * b[0] + b1 * b[1] + b2 * b[2] +
                            c0 * c[0] + c1 * c[1] + c2 * c[2];
        *out++ = requantise(static_cast<uint32_t>(sum), multiplier, offset);
        a += s, b += s, c += s;
    }
    // Two outputs at a time share weights and, unless the stride is 3, columns. Both sums are complete before
    // either is stored, since a compiler must assume that a store changes the inputs.
    for (; out != end; a += 2 * s, b += 2 * s, c += 2 * s, out += 2) {
        int32_t first = a0 * a[0] + a1 * a[1] + a2 * a[2];
        int32_t second = a0 * a[s] + a1 * a[s + 1] + a2 * a[s + 2];
        first = first + b0 * b[0] + b1 * b[1] + b2 * b[2];
        second = second + b0 * b[s] + b1 * b[s + 1] + b2 * b[s + 2];
        first = first + c0 * c[0] + c1 * c[1] + c2 * c[2];
        second = second + c0 * c[s] + c1 * c[s + 1] + c2 * c[s + 2];
        out[0] = requantise(static_cast<uint32_t>(first), multiplier, offset);
        out[1] = requantise(static_cast<uint32_t>(second), multiplier, offset);
    }
}

// Inputs of filters at two neighbouring pixels: quads alternate between the pixels. The sum of a pixel starts
// at -128 times the sum of its values, since weights are stored with 128 added.
struct Tile {
    uint8_t *values;
    uint32_t sums[2];
};

enum : uint8_t { tilePixels = 2, tileBytesPerQuad = 8 };

// Stores value `index` of a pixel.
static inline void put(Tile &tile, uint8_t pixel, uint16_t index, uint8_t value) {
    tile.values[(index & ~3u) * 2 + pixel * 4 + (index & 3)] = value;
}

// Completes the tile after the last value of both pixels: pads the last quad and computes the initial sums.
static void complete(Tile &tile, uint16_t depth) {
    for (; depth % 4 != 0; depth++) {
        put(tile, 0, depth, 0);
        put(tile, 1, depth, 0);
    }
    uint32_t first = 0, second = 0;
    const uint8_t *x = tile.values;
    for (const uint8_t *end = x + depth * 2u; x != end; x += 8) {
        first += static_cast<uint32_t>(x[0] + x[1] + x[2] + x[3]);
        second += static_cast<uint32_t>(x[4] + x[5] + x[6] + x[7]);
    }
    tile.sums[0] = 0u - 128u * first;
    tile.sums[1] = 0u - 128u * second;
}

// Gathers `depth` values of two pixels, which are `step` bytes apart; a plane is a channel of a row.
static void gather(Tile &tile, const uint8_t *in, uint16_t plane, uint8_t step, uint16_t depth) {
    uint8_t *to = tile.values;
    for (uint16_t left = depth; left != 0; left--, in += plane) {
        const uint8_t first = in[0], second = in[step];
        to[0] = first;
        to[4] = second;
        to += (depth - left) % 4 == 3 ? 5 : 1;
    }
    complete(tile, depth);
}

// Filters at two pixels, two filters at a time, so that every loaded weight and value is used twice. Weights
// are stored in pairs of filters: four of one, four of the other, padded to whole quads and pairs. Filter f
// writes the first pixel to out[f * plane] and the second to out[f * plane + step]; with step 0 only the
// first remains. The sums are signed, which keeps compilers from reordering additions; they do not overflow
// for depths up to 33000.
static void products(const Tile &tile, uint16_t quads, const uint8_t *weights, const uint16_t *multipliers,
                     const uint32_t *offsets, uint16_t filters, uint8_t *out, uint16_t plane, uint8_t step) {
    for (; filters != 0; filters--) {
        int32_t vx = static_cast<int32_t>(tile.sums[0]), vy = static_cast<int32_t>(tile.sums[1]), wx = vx, wy = vy;
        const uint8_t *x = tile.values;
        for (const uint8_t *end = x + quads * 8u; x != end; x += 8, weights += 8) {
            const int32_t v0 = flash(weights + 0), w0 = flash(weights + 4), x0 = x[0], y0 = x[4];
            vx += v0 * x0, vy += v0 * y0, wx += w0 * x0, wy += w0 * y0;
            const int32_t v1 = flash(weights + 1), w1 = flash(weights + 5), x1 = x[1], y1 = x[5];
            vx += v1 * x1, vy += v1 * y1, wx += w1 * x1, wy += w1 * y1;
            const int32_t v2 = flash(weights + 2), w2 = flash(weights + 6), x2 = x[2], y2 = x[6];
            vx += v2 * x2, vy += v2 * y2, wx += w2 * x2, wy += w2 * y2;
            const int32_t v3 = flash(weights + 3), w3 = flash(weights + 7), x3 = x[3], y3 = x[7];
            vx += v3 * x3, vy += v3 * y3, wx += w3 * x3, wy += w3 * y3;
        }
        uint32_t multiplier = flash(multipliers++), offset = flash(offsets++);
        out[step] = requantise(static_cast<uint32_t>(vy), multiplier, offset);
        out[0] = requantise(static_cast<uint32_t>(vx), multiplier, offset);
        out += plane;
        if (--filters == 0) {
            break;
        }
        multiplier = flash(multipliers++), offset = flash(offsets++);
        out[step] = requantise(static_cast<uint32_t>(wy), multiplier, offset);
        out[0] = requantise(static_cast<uint32_t>(wx), multiplier, offset);
        out += plane;
    }
}
#endif

#if defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'
// Depthwise 3x3: a row of at least three columns.
static void depthwise3Row(const Step &step, const uint8_t *const *rows, uint8_t *out) {
    if (step.kind == firstLayerKind) {
        stemRow(rows[0], rows[1], rows[2], reinterpret_cast<const int8_t *>(weightTable), multiplierTable, offsetTable, out);
        return;
    }
    const uint32_t plane = step.channels == 1 ? 0 : step.width;
    uint32_t edges = static_cast<uint32_t>(step.filters) << 8 | step.edges;
    const uint8_t *above = rows[0], *below = rows[2];
    if (!above) {
        edges |= topEdge;
        above = rows[1];
    }
    if (!below) {
        edges |= bottomEdge;
        below = rows[1];
    }
    int32_t last = static_cast<int32_t>(step.width - 2u - plane);
    depthwiseRow3(above, rows[1], below,
                  reinterpret_cast<const int8_t *>(weightTable + step.weights), multiplierTable + step.constants,
                  offsetTable + step.constants, plane, out, step.columns, edges,
                  step.zero * 0x10001u, last);
}
#elif !defined(__AVR_HAVE_MUL__)
// Removes a kernel row that reads padding: adds its constant contribution to the offset and clears its
// weights.
static void removeRow(Channel &channel, uint8_t row, uint8_t zero) {
    int32_t *const taps = channel.taps + 3 * row;
    channel.offset += static_cast<uint32_t>((taps[0] + taps[1] + taps[2]) * zero) * channel.multiplier;
    taps[0] = taps[1] = taps[2] = 0;
}

// Output whose window overlaps the padding by one column: two taps of each row read pixels, the third reads
// `zero`.
static uint8_t edgeOutput(const Channel &channel, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t first,
                          uint8_t missing, uint8_t zero) {
    const int32_t *const taps = channel.taps + first, *const beside = channel.taps + missing;
    int32_t sum = (beside[0] + beside[3] + beside[6]) * zero;
    sum += taps[0] * a[0] + taps[1] * a[1];
    sum += taps[3] * b[0] + taps[4] * b[1];
    sum += taps[6] * c[0] + taps[7] * c[1];
    return requantise(static_cast<uint32_t>(sum), channel.multiplier, channel.offset);
}

// Depthwise 3x3: a row of at least three columns.
static void depthwise3Row(const Step &step, const uint8_t *const *rows, uint8_t *out) {
    const int8_t *weights = reinterpret_cast<const int8_t *>(weightTable + step.weights);
    const uint8_t *a = rows[0] ? rows[0] : rows[1], *b = rows[1], *c = rows[2] ? rows[2] : rows[1];
    const uint8_t at = static_cast<uint8_t>(step.first * step.stride - step.pad);
    const uint16_t plane = step.channels == 1 ? 0 : step.width;
    for (uint16_t f = 0; f < step.filters; f++, a += plane, b += plane, c += plane) {
        Channel channel;
        for (int32_t *tap = channel.taps; tap != channel.taps + 9; tap += 3, weights += 3) {
            tap[0] = flash(weights);
            tap[1] = flash(weights + 1);
            tap[2] = flash(weights + 2);
        }
        channel.multiplier = flash(multiplierTable + step.constants + f);
        channel.offset = flash(offsetTable + step.constants + f);
        if (!rows[0]) {
            removeRow(channel, 0, step.zero);
        }
        if (!rows[2]) {
            removeRow(channel, 2, step.zero);
        }
        if (step.first) {
            *out++ = edgeOutput(channel, a, b, c, 1, 0, step.zero);
        }
        if (step.stride == 1) {
            depthwise3<1>(channel, a + at, b + at, c + at, out, step.inner);
        }
        if (step.stride == 2) {
            depthwise3<2>(channel, a + at, b + at, c + at, out, step.inner);
        }
        out += step.inner;
        if (step.first + step.inner < step.columns) {
            const uint16_t last = static_cast<uint16_t>(step.width - 2);
            *out++ = edgeOutput(channel, a + last, b + last, c + last, 0, 2, step.zero);
        }
    }
}
#endif

// Depthwise: a row of filters that read one channel each. With a single input channel, all filters read it.
MICROMOBILENET_NOINLINE static void depthwise(const Step &step, const uint8_t *const *rows, uint8_t *out) {
    depthwise3Row(step, rows, out);
}

#if !defined(__AVR_HAVE_MUL__)
// Size of the largest tile on the stack, in words.
enum : uint16_t { localWords = static_cast<uint32_t>(stackQuads) * tileBytesPerQuad / 4 };

// Input of filters: its rows, and the distance between channels (`plane`) and between pixels (`gap`), in
// bytes.
struct Source {
    const uint8_t *const *rows;
    uint16_t plane;
    uint8_t gap;
};

static inline uint16_t quadsOf(uint16_t depth) { return static_cast<uint16_t>((depth + 3u) >> 2); }

#if defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'
static inline uint16_t lesser(uint16_t one, uint16_t other) { return one < other ? one : other; }

// Pointwise on planes: a row.
MICROMOBILENET_INLINE void planeProducts(const Step &step, const Source &source, uint8_t *values, uint8_t *out) {
    const uint8_t *in = source.rows[0];
    uint16_t pixels = step.columns;
    products(values, in, source.plane, step.channels, weightTable + step.weights, multiplierTable + step.constants,
             offsetTable + step.constants, step.filters, out, step.columns, pixels);
}

#endif

#if defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'
// Pointwise with at most four input channels: a row, without a tile.
MICROMOBILENET_NOINLINE static void shallowRow(const Step &step, const uint8_t *in, uint8_t *out) {
    for (uint16_t f = 0; f < step.filters; f = static_cast<uint16_t>(f + shallowFilters)) {
        shallowProducts(in, step.width, step.channels, weightTable + step.weights + f * 4,
                        multiplierTable + step.constants + f, offsetTable + step.constants + f,
                        lesser(static_cast<uint16_t>(step.filters - f), shallowFilters),
                        out + static_cast<size_t>(f) * step.columns, step.columns, step.columns);
    }
}
#endif

// Filters that read all channels (convolution; pointwise if the kernel is 1x1): a row.
static void filters(const Step &step, const Source &source, uint8_t *values, uint8_t *out) {
#if defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'
    planeProducts(step, source, values, out);
#else
    const uint16_t depth = static_cast<uint16_t>(step.channels * step.kernel * step.kernel);
    const uint8_t gap = static_cast<uint8_t>(step.stride * source.gap);
    const uint8_t *const weights = weightTable + step.weights;
    const uint16_t *const multipliers = multiplierTable + step.constants;
    const uint32_t *const offsets = offsetTable + step.constants;
    Tile tile;
    tile.values = values;
    for (uint16_t x = 0; x < step.columns; x = static_cast<uint16_t>(x + tilePixels)) {
        const bool isPair = tilePixels == 2 && x + 1 < step.columns;
        gather(tile, source.rows[0] + static_cast<size_t>(x) * gap, source.plane, isPair ? gap : 0, depth);
        products(tile, quadsOf(depth), weights, multipliers, offsets, step.filters, out + x, step.columns, isPair);
    }
#endif
}

// Dense layer: `channels` inputs, `count` outputs.
static void dense(uint32_t at, uint16_t constants, uint8_t shift, uint16_t channels, uint16_t count,
                  const uint8_t *in, uint8_t *values, uint8_t *out) {
#if defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'
    static_cast<void>(shift);
    products(values, in, 1, channels, weightTable + at, multiplierTable + constants, offsetTable + constants, count, out,
             1, 1);
#else
    Step step = Step();
    step.weights = at;
    step.constants = constants;
    step.channels = channels;
    step.filters = count;
    step.width = step.columns = 1;
    step.kernel = step.stride = 1;
    static_cast<void>(shift);
    const Source source = {&in, 1, 1};
    filters(step, source, values, out);
#endif
}
#endif




#if defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'
// Maximum of each byte.
static inline uint32_t maximum(uint32_t one, uint32_t other) {
    uint32_t most;
    __asm__("uqsub8 %0, %1, %2\n\tuadd8 %0, %0, %2" : "=&r"(most) : "r"(one), "r"(other));
    return most;
}
#endif

// Global maximum pool: updates the maximum of each channel with a row.
static void pool(uint8_t *arena, const uint8_t *row) {
    uint8_t *const largest = arena + poolPlace;
    for (uint16_t c = 0; c < pooledChannels; c++) {
#if defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'
        if (pooledWidth >= 4) {
            // Four at a time; the last four may overlap the ones before.
            uint32_t four, most = largest[c];
            for (uint16_t x = 0; x + 4 < pooledWidth; x = static_cast<uint16_t>(x + 4)) {
                memcpy(&four, row + x, 4);
                most = maximum(four, most);
            }
            row += pooledWidth;
            memcpy(&four, row - 4, 4);
            most = maximum(four, most);
            most = maximum(most, most >> 16);
            largest[c] = static_cast<uint8_t>(maximum(most, most >> 8));
            continue;
        }
#endif
        uint8_t most = largest[c];
        for (uint16_t x = 0; x < pooledWidth; x++, row++) {
            most = *row > most ? *row : most;
        }
        largest[c] = most;
    }
}

static void clearPool(uint8_t *arena) { memset(arena + poolPlace, 0, poolBytes); }

// Computes the class scores, with 128 added.
static void head(uint8_t *arena, uint8_t *scores) {
    uint8_t *const pooled = arena + poolPlace;
    uint8_t *const values = arena + headTile;
    dense(headWeights, headConstants, headShift, pooledChannels, numClasses, pooled, values, scores);
}

#if !defined(__AVR_HAVE_MUL__)
// Runs filters on a tile, the inputs of several pixels, which is on the stack or in the arena. Not inlined,
// so that other kernels do not take the stack of the tile.
MICROMOBILENET_NOINLINE static void filterRow(const Step &step, uint8_t *arena, const uint8_t *const *rows,
                                              uint8_t *out) {
    uint32_t local[localWords];
    uint8_t *const values = step.tile == noPlace ? reinterpret_cast<uint8_t *>(local) : arena + step.tile;
    const Source source = {rows, step.width, 1};
    filters(step, source, values, out);
}
#endif

// Computes output row `index` of a step.
static inline void compute(const Step &step, uint8_t *arena, uint16_t index, const uint8_t *const *rows,
                           uint8_t *out) {
    static_cast<void>(index);
    switch (step.kind) {
    case depthwise3Kind:
    case firstLayerKind:
        depthwise(step, rows, out);
        break;
#if defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'
    case shallowKind:
        shallowRow(step, rows[0], out);
        break;
#endif
#if defined(__AVR_HAVE_MUL__)
    case shallowKind:
    case pointwiseKind:
        pointwise(step, rows[0], out);
        break;
#endif
    default:
#if defined(__AVR_HAVE_MUL__)
        static_cast<void>(arena);
        break;
#else
        filterRow(step, arena, rows, out);
#endif
    }
}

// Whether step `at` can compute its next row from the first `in` rows of its input.
static inline bool isReady(const Step *at, const State &state, uint16_t in) {
    const uint16_t next = state.made[MICROMOBILENET_OF(at, out)];
    const uint16_t reach = static_cast<uint16_t>(next * MICROMOBILENET_OF(at, stride) + MICROMOBILENET_OF(at, kernel));
    return next < MICROMOBILENET_OF(at, rows) &&
           (reach <= in + MICROMOBILENET_OF(at, pad) || in == MICROMOBILENET_OF(at, height));
}

static inline size_t rowBytes(const Step *at) {
    return static_cast<size_t>(MICROMOBILENET_OF(at, width)) * MICROMOBILENET_OF(at, channels) * sizeof(Value);
}

// The row buffer of a step for row `index` of its input.
static inline uint8_t *rowBuffer(const Step *at, uint8_t *arena, uint16_t index) {
    return arena + MICROMOBILENET_OF(at, ring) + (index & (MICROMOBILENET_OF(at, kernel) - 2u)) * rowBytes(at);
}

// The row buffer of step `at` for row `index`, if the step only stores this row for later; otherwise null.
static uint8_t *directBuffer(uint8_t *arena, const State &state, const Step *at, uint16_t index) {
    const uint16_t rows = static_cast<uint16_t>(index + 1);
    const bool isOnlyStored = MICROMOBILENET_OF(at, kernel) > 1 && !isReady(at, state, rows);
    return isOnlyStored ? rowBuffer(at, arena, index) : nullptr;
}

// Input row of a kernel: a buffered row if it is one of the first `kept` rows, the newest row if it follows
// them, null for padding.
static inline const uint8_t *inputRow(uint16_t row, uint16_t kept, const uint8_t *buffer, const uint8_t *newest) {
    return row < kept ? buffer : (row == kept ? newest : nullptr);
}

// Computes the next row of step `at` from its buffered rows and the newest row, which may be null. Returns
// null if the row was written to a row buffer of the next step, which needs nothing else to be done.
static uint8_t *computeRow(uint8_t *arena, const State &state, const Step *at, bool isLast, uint8_t *newest) {
    MICROMOBILENET_STEP(step, at);
    const uint16_t in = state.made[step.in];
    const uint16_t index = step.in != step.out ? state.made[step.out] : static_cast<uint16_t>(in - 1);
    const size_t bytes = static_cast<size_t>(step.columns) * step.filters * sizeof(Value);
    uint8_t *out = newest, *direct = nullptr;
    if (step.target == intoMap) {
        out = arena + step.row + index * bytes;
    } else if (step.target == intoRow) {
        direct = isLast ? nullptr : directBuffer(arena, state, at + 1, index);
        out = direct ? direct : arena + step.row;
    }
    const uint8_t *rows[kernelRows];
    rows[0] = newest;
    if (step.kernel > 1) {
        const size_t bytesKept = static_cast<size_t>(step.width) * step.channels * sizeof(Value);
        const uint16_t kept = static_cast<uint16_t>(newest ? in - 1 : in);
        const uint16_t row = static_cast<uint16_t>(index * step.stride - step.pad);
        const uint8_t *const ring = arena + step.ring;
        const uint8_t *const outer = ring + (row & 1u ? bytesKept : 0);
        const uint8_t *const middle = ring + (row & 1u ? 0 : bytesKept);
        rows[0] = inputRow(row, kept, outer, newest);
        rows[1] = inputRow(static_cast<uint16_t>(row + 1), kept, middle, newest);
        rows[2] = inputRow(static_cast<uint16_t>(row + 2), kept, outer, newest);
    }
    compute(step, arena, index, rows, out);
    MICROMOBILENET_TRACED(static_cast<uint8_t>(at - steps), index, reinterpret_cast<const Value *>(out),
                          static_cast<size_t>(step.columns) * step.filters);
    return direct ? nullptr : out;
}

// Stores the newest row in the row buffers of step `at` if one of its later output rows reads it.
static inline void storeRow(uint8_t *arena, const State &state, const Step *at, const uint8_t *newest) {
    const uint16_t in = state.made[MICROMOBILENET_OF(at, in)];
    const uint16_t next = state.made[MICROMOBILENET_OF(at, out)];
    const uint16_t reads = static_cast<uint16_t>(next * MICROMOBILENET_OF(at, stride));
    if (next < MICROMOBILENET_OF(at, rows) && reads < in + MICROMOBILENET_OF(at, pad)) {
        uint8_t *const kept = rowBuffer(at, arena, static_cast<uint16_t>(in - 1));
        if (kept != newest) {
            copy(kept, newest, rowBytes(at));
        }
    }
}

// Passes a row to the steps from `first` to `end` (exclusive) and computes all rows that depend on it. The
// next step processes each row before another one is computed.
MICROMOBILENET_NOINLINE static void stream(uint8_t *arena, State &state, uint8_t first, uint8_t end, uint8_t *newest) {
    const Step *const begin = steps + first, *const endStep = steps + end;
    const Step *at = begin;
    state.made[0]++;
    for (;;) {
        const uint32_t start = mmnClock();
        const uint8_t counter = MICROMOBILENET_OF(at, out);
        const bool isWindowed = MICROMOBILENET_OF(at, in) != counter;
        uint8_t *out = nullptr;
        if (!isWindowed || isReady(at, state, state.made[MICROMOBILENET_OF(at, in)])) {
            out = computeRow(arena, state, at, at + 1 == endStep, newest);
            state.made[counter] = static_cast<Counter>(state.made[counter] + isWindowed);
        }
        if (newest && MICROMOBILENET_OF(at, kernel) > 1) {
            storeRow(arena, state, at, newest);
        }
        MICROMOBILENET_CHARGE(state, at - steps, start);
        if (out) {
            at++;
            if (at != endStep) {
                newest = out;
                continue;
            }
            if (end == numSteps) {
                pool(arena, out);
            }
        }
        // Padding follows the last row, so that a step may have output rows left that need no further input.
        // They are computed after the first step has finished, beginning with the last such step.
        newest = nullptr;
        if (state.made[MICROMOBILENET_OF(begin, in)] < MICROMOBILENET_OF(begin, height) &&
            state.made[MICROMOBILENET_OF(begin, out)] < MICROMOBILENET_OF(begin, rows)) {
            return;
        }
        for (at = endStep - 1;; at--) {
            const uint8_t in = MICROMOBILENET_OF(at, in), made = MICROMOBILENET_OF(at, out);
            if (state.made[in] == MICROMOBILENET_OF(at, height) && in != made &&
                state.made[made] < MICROMOBILENET_OF(at, rows)) {
                break;
            }
            if (at == begin) {
                return;
            }
        }
    }
}

// The row buffer of the first step for the next camera row, if the step only stores this row for later;
// otherwise null. Constants of the first step replace reads of its entry in the table.
static inline uint8_t *cameraBuffer(uint8_t *arena, const State &state) {
    enum : uint16_t {
        height = 96,
        rows = 47,
        kernel = 3,
        stride = 2,
        pad = 0,
    };
    const uint16_t index = state.made[0], next = state.made[1];
    const bool isDue = next < rows && (next * stride + kernel <= index + pad + 1 || index + 1 == height);
    const size_t bytes = static_cast<size_t>(96) * 1 * sizeof(Value);
    return kernel == 1 || isDue ? nullptr : arena + 0 + (index & (kernel - 2u)) * bytes;
}

// The buffer for the next camera row.
static inline uint8_t *nextRow(uint8_t *arena, const State &state) {
    uint8_t *const kept = cameraBuffer(arena, state);
    return kept ? kept : arena + 2190;
}

// Processes a camera row. The first step only stores most of them.
static inline void commitRow(uint8_t *arena, State &state) {
    if (cameraBuffer(arena, state)) {
        state.made[0]++;
    } else {
        stream(arena, state, 0, firstSegmentEnd, arena + 2190);
    }
}

// Runs a segment, whose input rows are in a feature map.
static void streamMap(uint8_t *arena, State &state, uint8_t index) {
    Segment current;
    fetch(&current, segments + index, sizeof current);
    if (current.end == numSteps) {
        clearPool(arena);
    }
    const uint16_t height = MICROMOBILENET_OF(steps + current.first, height);
    const size_t bytes = rowBytes(steps + current.first);
    for (uint16_t y = 0; y < height; y++) {
        uint8_t *row = arena + current.source + y * bytes;
        stream(arena, state, current.first, current.end, row);
        mmnYield();
    }
}

// Resizes camera rows to the network's input and converts their colours, as the images were resized for
// training (cropped to the centre). Downscaling averages areas, upscaling is bilinear, both in integers: columns
// first, in units of 1/256, then rows. The object holds a few rows of the network's input.
template <typename Net>
class Camera {
public:
    // A camera with this number of columns and rows.
    Camera(Net &network, uint16_t columns, uint16_t rows) : net_(network), columns_(columns), rows_(rows) {
        source_.width = columns;
        source_.height = rows;
        source_.x = source_.y = 0;
        target_.width = Net::width;
        target_.height = Net::height;
        target_.x = target_.y = 0;
        const uint32_t across = static_cast<uint32_t>(columns) * Net::height;
        const uint32_t along = static_cast<uint32_t>(rows) * Net::width;
        // The largest centred part with the network's aspect ratio.
        if (across > along) {
            source_.width = static_cast<uint16_t>(atLeast1(along / Net::height));
            source_.x = static_cast<uint16_t>((columns - source_.width) / 2);
        } else {
            source_.height = static_cast<uint16_t>(atLeast1(across / Net::width));
            source_.y = static_cast<uint16_t>((rows - source_.height) / 2);
        }
        begin();
    }

    // Starts an image and discards an unfinished one.
    void begin() {
        net_.begin();
        taken_ = given_ = 0;
    }

    // Processes a camera row with one byte per pixel.
    void gray(const uint8_t *row) { take(Gray{row}); }

    // Processes a camera row with three bytes per pixel: red, green, blue.
    void rgb888(const uint8_t *row) { take(Rgb888{row}); }

    // Processes a camera row with two bytes per pixel: five bits of red, six of green, five of blue. Cameras
    // send the byte with red first.
    void rgb565(const uint8_t *row, bool redFirst = true) { take(Rgb565{row, redFirst}); }

    // Finishes an image and returns its class; the next row starts another one.
    uint16_t finish() {
        taken_ = 0;
        return net_.finish();
    }

private:
    struct Part {
        uint16_t x, y, width, height;
    };
    struct Gray {
        const uint8_t *row;
        uint8_t operator()(uint16_t x, uint8_t) const { return row[x]; }
    };
    struct Rgb888 {
        const uint8_t *row;
        uint8_t operator()(uint16_t x, uint8_t channel) const {
            const uint8_t *const pixel = row + static_cast<size_t>(x) * 3;
            return Net::channels == 3 ? pixel[channel] : luma(pixel[0], pixel[1], pixel[2]);
        }
    };
    struct Rgb565 {
        const uint8_t *row;
        bool redFirst;
        uint8_t operator()(uint16_t x, uint8_t channel) const {
            const uint8_t first = row[static_cast<size_t>(x) * 2], second = row[static_cast<size_t>(x) * 2 + 1];
            const uint16_t pixel = static_cast<uint16_t>(redFirst ? first << 8 | second : second << 8 | first);
            const uint8_t red = widened(static_cast<uint8_t>(pixel >> 11), 5);
            const uint8_t green = widened(static_cast<uint8_t>(pixel >> 5 & 63), 6);
            const uint8_t blue = widened(static_cast<uint8_t>(pixel & 31), 5);
            if (Net::channels == 1) {
                return luma(red, green, blue);
            }
            return channel == 0 ? red : (channel == 1 ? green : blue);
        }
    };

    static uint32_t atLeast1(uint32_t value) { return value ? value : 1; }
    static uint32_t atMost(uint32_t value, uint32_t most) { return value < most ? value : most; }
    static uint8_t widened(uint8_t value, uint8_t bits) {
        return static_cast<uint8_t>(value << (8 - bits) | value >> (2 * bits - 8));
    }
    static uint8_t luma(uint8_t red, uint8_t green, uint8_t blue) {
        const uint32_t sum = static_cast<uint32_t>(red) * 299 + static_cast<uint32_t>(green) * 587 +
                             static_cast<uint32_t>(blue) * 114;
        return static_cast<uint8_t>((sum + 500) / 1000);
    }

    // Prepares an image, including a black bar at the top. It overwrites the outputs of the previous image.
    void start() {
        given_ = 0;
        room_ = source_.height;
        memset(&rowsKept_, 0, sizeof rowsKept_);
        for (uint16_t y = 0; y < target_.y; y++) {
            black();
        }
    }

    void black() {
        memset(net_.nextRow(), 0, Net::width * Net::channels);
        net_.commitRow();
    }

    template <typename Read>
    void take(const Read &read) {
        if (given_ != 0 && !net_.hasRows()) {
            // finish() or begin() of the network was called directly.
            taken_ = 0;
        }
        const uint16_t row = taken_;
        if (row >= rows_ || !net_.hasArena()) {
            return;
        }
        if (row == 0) {
            start();
        }
        taken_++;
        if (row < source_.y || row >= source_.y + source_.height) {
            return;
        }
        for (uint8_t channel = 0; channel < Net::channels; channel++) {
            squeeze(read, channel);
        }
        if (target_.height < source_.height) {
            average();
        } else {
            interpolate(static_cast<uint16_t>(row - source_.y));
        }
        if (given_ == target_.height) {
            for (uint16_t y = static_cast<uint16_t>(target_.y + target_.height); y < Net::height; y++) {
                black();
            }
        }
    }

    // Resizes a channel of the row to the network's width, in units of 1/256.
    template <typename Read>
    void squeeze(const Read &read, uint8_t channel) {
        const uint16_t from = source_.width, to = target_.width;
        uint16_t *out = current_ + channel;
        if (to < from) {
            // In this scale each input column has the length `to`, each output column `from`.
            uint32_t sum = 0, room = from;
            for (uint16_t x = 0; x < from; x++) {
                const uint32_t value = read(static_cast<uint16_t>(source_.x + x), channel);
                uint32_t left = to;
                for (; left >= room; room = from, sum = 0, out += Net::channels) {
                    sum += room * value;
                    left -= room;
                    *out = static_cast<uint16_t>((256 * sum + from / 2) / from);
                }
                sum += left * value;
                room -= left;
            }
            return;
        }
        const uint32_t total = 2 * static_cast<uint32_t>(to);
        for (uint16_t o = 0; o < to; o++, out += Net::channels) {
            uint32_t weight;
            const uint16_t first = place(o, from, to, weight);
            const uint16_t last = static_cast<uint16_t>(first + 1 < from ? first + 1 : first);
            const uint32_t sum = (total - weight) * read(static_cast<uint16_t>(source_.x + first), channel) +
                                 weight * read(static_cast<uint16_t>(source_.x + last), channel);
            *out = static_cast<uint16_t>((256 * sum + total / 2) / total);
        }
    }

    // The first of two input positions that output o interpolates, and the weight of the second one, in units
    // of 1 / (2 * to).
    static uint16_t place(uint16_t o, uint16_t from, uint16_t to, uint32_t &weight) {
        const uint32_t middle = (2 * static_cast<uint32_t>(o) + 1) * from;
        const uint32_t centre = middle > to ? middle - to : 0;
        const uint32_t total = 2 * static_cast<uint32_t>(to);
        weight = centre % total;
        return static_cast<uint16_t>(centre / total);
    }

    void average() {
        const uint32_t from = source_.height;
        uint32_t left = target_.height;
        for (; left >= room_; room_ = from) {
            add(room_);
            left -= room_;
            give(rowsKept_.sums, from);
            memset(rowsKept_.sums, 0, sizeof rowsKept_.sums);
        }
        add(left);
        room_ -= left;
    }

    void add(uint32_t weight) {
        for (uint16_t i = 0; i < target_.width * Net::channels; i++) {
            rowsKept_.sums[i] += weight * current_[i];
        }
    }

    void interpolate(uint16_t row) {
        const uint32_t total = 2 * static_cast<uint32_t>(target_.height);
        while (given_ < target_.height) {
            uint32_t weight;
            const uint16_t first = place(given_, source_.height, target_.height, weight);
            const uint16_t last = static_cast<uint16_t>(first + 1 < source_.height ? first + 1 : first);
            if (last > row) {
                break;
            }
            const uint16_t *const before = first == row ? current_ : rowsKept_.previous;
            uint8_t *const out = net_.nextRow();
            memset(out, 0, Net::width * Net::channels);
            for (uint16_t i = 0; i < target_.width * Net::channels; i++) {
                const uint32_t sum = (total - weight) * before[i] + weight * current_[i];
                out[target_.x * Net::channels + i] = static_cast<uint8_t>((sum + 128 * total) / (256 * total));
            }
            net_.commitRow();
            given_++;
        }
        memcpy(rowsKept_.previous, current_, sizeof rowsKept_.previous);
    }

    void give(const uint32_t *sums, uint32_t total) {
        uint8_t *const out = net_.nextRow();
        memset(out, 0, Net::width * Net::channels);
        for (uint16_t i = 0; i < target_.width * Net::channels; i++) {
            out[target_.x * Net::channels + i] = static_cast<uint8_t>((sums[i] + 128 * total) / (256 * total));
        }
        net_.commitRow();
        given_++;
    }

    Net &net_;
    uint16_t columns_, rows_;
    Part source_, target_;
    uint16_t taken_, given_;
    // Downscaling: remaining length of the current output row.
    uint32_t room_;
    uint16_t current_[Net::width * Net::channels];
    union {
        uint16_t previous[Net::width * Net::channels];
        uint32_t sums[Net::width * Net::channels];
    } rowsKept_;
};

}  // namespace MicroMobileNet_detail

class MicroMobileNet : public MicroMobileNet_detail::Labels<void> {
public:
    enum : uint32_t {
        width = 96,
        height = 96,
        channels = 1,
        classes = 10,
        numInputs = 9216,
        numOutputs = 10,
        // Alignment of the arena, in bytes.
        arenaAlignment = 4,
#if defined(MICROMOBILENET_CALLER_ARENA)
        // Size of an arena without alignment, in bytes: row buffers and feature maps, the bytes to align
        // them, and the bytes behind them. Kernels load up to three bytes beyond the values that they use.
        arenaBytes = 4504,
#else
        arenaBytes = 4496,
#endif
    };

#if defined(MICROMOBILENET_CALLER_ARENA)
private:
    MicroMobileNet_detail::Word *const words_;

public:
    // The probability of each class.
    float outputs[10];
#else
    union {
        // The probability of each class, until the next image starts.
        float outputs[10];
        // The arena: row buffers and feature maps.
        MicroMobileNet_detail::Word words_[arenaBytes / sizeof(MicroMobileNet_detail::Word)];
    };
#endif

    // The probability of the predicted class.
    float proba;
    // The predicted class.
    uint16_t output;

private:
    MicroMobileNet_detail::State state_;

public:
    // The score of each class, from -128 to 127.
    int8_t scores[10];

private:
    uint8_t padding_[2];

public:
#if defined(MICROMOBILENET_CALLER_ARENA)
    // The arena holds arenaBytes bytes and needs no alignment. The caller owns it and may use it for other
    // things between images. If it is null, such as the result of a malloc() that failed, rows are ignored
    // and the class and its probability remain 0.
    explicit MicroMobileNet(void *arena) : words_(aligned(arena)) { clear(); }

    // Whether the network has an arena, that is, memory for feature maps.
    bool hasArena() const { return words_ != nullptr; }
#else
    MicroMobileNet() { clear(); }

    // Whether the network has an arena: always, since it is part of the object.
    bool hasArena() const { return true; }
#endif

    // Whether the probability of the predicted class reaches the confidence threshold, which validation
    // determined from the required precision.
    bool sure() const { return proba >= 0.52951276f; }

    // Starts an image and discards an unfinished one.
    void begin() { memset(state_.made, 0, sizeof state_.made); }

    // Whether the current image has at least one row.
    bool hasRows() const { return state_.made[0] != 0; }

    // Buffer for the next row of the image, width * channels camera bytes; null without an arena.
    uint8_t *nextRow() {
        if (!hasArena()) {
            return nullptr;
        }
        return MicroMobileNet_detail::nextRow(arena(), state_);
    }

    // Processes the row that was written to nextRow().
    void commitRow() {
        if (acceptsRow()) {
            stream();
        }
    }

    // Processes a row of width * channels camera bytes from memory of the caller.
    void push(const uint8_t *row) {
        if (acceptsRow()) {
            MicroMobileNet_detail::copy(nextRow(), row, width * channels);
            commitRow();
        }
    }

    // Finishes an image and returns its class; missing rows are black. The next row starts another image.
    // Without any row, returns the class of the previous image.
    uint16_t finish() {
        if (hasRows()) {
            while (state_.made[0] < height) {
                memset(nextRow(), 0, width * channels);
                commitRow();
            }
            for (uint8_t i = 1; i < MicroMobileNet_detail::numSegments; i++) {
                begin();
                MicroMobileNet_detail::streamMap(arena(), state_, i);
            }
            classify();
            begin();
        }
        return output;
    }

    // Classifies an image of camera bytes, row by row, the channels of a pixel side by side.
    uint16_t predict(const uint8_t *image) {
        begin();
        for (uint32_t y = 0; y < height; y++, image += width * channels) {
            push(image);
        }
        return finish();
    }

    // Classifies an image in flash (PROGMEM), on processors with a separate address space for flash too.
    uint16_t predict_P(const uint8_t *image) {
        begin();
        for (uint32_t y = 0; hasArena() && y < height; y++, image += width * channels) {
            MicroMobileNet_detail::fetch(nextRow(), image, width * channels);
            commitRow();
        }
        return finish();
    }

    // Classifies an image of floats from 0 to 1.
    uint16_t predict(const float *image) {
        begin();
        for (uint32_t y = 0; hasArena() && y < height; y++) {
            uint8_t *const row = nextRow();
            for (uint32_t i = 0; i < width * channels; i++, image++) {
                const float value = *image * 255.0f;
                row[i] = static_cast<uint8_t>(value > 0.0f ? (value < 255.0f ? value + 0.5f : 255.0f) : 0.0f);
            }
            commitRow();
        }
        return finish();
    }

#if defined(MICROMOBILENET_PROFILE)
    // Prints the microseconds of each operation since the last call, as comma-separated values.
    template <typename Printer>
    void printProfile(Printer &printer) {
        printer.println("layer,microseconds");
        for (uint8_t i = 0; i < MicroMobileNet_detail::numSteps; i++) {
            printer.print(MicroMobileNet_detail::names[i]);
            printer.print(',');
            printer.println(state_.microseconds[i]);
            state_.microseconds[i] = 0;
        }
    }
#endif

private:
    uint8_t *arena() { return reinterpret_cast<uint8_t *>(words_); }

    // Whether the image has fewer rows than the network expects.
    bool acceptsRow() const { return hasArena() && state_.made[0] < height; }

#if defined(MICROMOBILENET_CALLER_ARENA)
    // The first aligned address of an arena.
    static MicroMobileNet_detail::Word *aligned(void *arena) {
        const uintptr_t skipped = (0u - reinterpret_cast<uintptr_t>(arena)) % arenaAlignment;
        return reinterpret_cast<MicroMobileNet_detail::Word *>(static_cast<uint8_t *>(arena) + skipped);
    }
#endif

    void clear() {
#if defined(MICROMOBILENET_CALLER_ARENA)
        memset(outputs, 0, sizeof outputs);
        memset(&state_, 0, sizeof state_);
        proba = 0.0f;
        output = 0;
        memset(scores, 0, sizeof scores);
        if (hasArena()) {
            memset(words_, 0, 4496);
        }
#else
        // All members are numbers.
        memset(static_cast<void *>(this), 0, sizeof *this);
#endif
        static_cast<void>(padding_);
    }

    void stream() {
        MicroMobileNet_detail::commitRow(arena(), state_);
        MicroMobileNet_detail::mmnYield();
    }

    // Computes the predicted class and the probabilities from the scores by softmax: exp(x - largest),
    // divided by their sum.
    MICROMOBILENET_NOINLINE void classify() {
        uint8_t *const raw = reinterpret_cast<uint8_t *>(scores);
        MicroMobileNet_detail::head(arena(), raw);
        uint16_t best = 0;
        for (uint16_t i = 0; i < classes; i++) {
            raw[i] ^= 0x80;
            if (scores[i] > scores[best]) {
                best = i;
            }
        }
        float sum = 0.0f;
        for (uint16_t i = 0; i < classes; i++) {
            const float value = expf(static_cast<float>(scores[i] - scores[best]) * 0.109184414f);
            outputs[i] = value;
            sum += value;
        }
        for (uint16_t i = 0; i < classes; i++) {
            outputs[i] /= sum;
        }
        output = best;
        proba = outputs[best];
    }
};

// Classifies camera images: call gray(), rgb888() or rgb565() for each row, then finish().
typedef MicroMobileNet_detail::Camera<MicroMobileNet> MicroMobileNetCamera;

#pragma GCC diagnostic pop
#pragma pop_macro("above")
#pragma pop_macro("add")
#pragma pop_macro("below")
#pragma pop_macro("bits")
#pragma pop_macro("black")
#pragma pop_macro("blue")
#pragma pop_macro("byte")
#pragma pop_macro("clear")
#pragma pop_macro("columns")
#pragma pop_macro("copy")
#pragma pop_macro("count")
#pragma pop_macro("current")
#pragma pop_macro("depth")
#pragma pop_macro("end")
#pragma pop_macro("even")
#pragma pop_macro("first")
#pragma pop_macro("flash")
#pragma pop_macro("from")
#pragma pop_macro("gap")
#pragma pop_macro("gray")
#pragma pop_macro("green")
#pragma pop_macro("head")
#pragma pop_macro("height")
#pragma pop_macro("high")
#pragma pop_macro("image")
#pragma pop_macro("in")
#pragma pop_macro("index")
#pragma pop_macro("inner")
#pragma pop_macro("kernel")
#pragma pop_macro("label")
#pragma pop_macro("last")
#pragma pop_macro("left")
#pragma pop_macro("lesser")
#pragma pop_macro("local")
#pragma pop_macro("loop")
#pragma pop_macro("low")
#pragma pop_macro("made")
#pragma pop_macro("maximum")
#pragma pop_macro("mid")
#pragma pop_macro("middle")
#pragma pop_macro("next")
#pragma pop_macro("odd")
#pragma pop_macro("offset")
#pragma pop_macro("one")
#pragma pop_macro("out")
#pragma pop_macro("output")
#pragma pop_macro("pad")
#pragma pop_macro("pair")
#pragma pop_macro("pixel")
#pragma pop_macro("pixels")
#pragma pop_macro("place")
#pragma pop_macro("plane")
#pragma pop_macro("pool")
#pragma pop_macro("put")
#pragma pop_macro("raw")
#pragma pop_macro("reach")
#pragma pop_macro("read")
#pragma pop_macro("red")
#pragma pop_macro("rest")
#pragma pop_macro("right")
#pragma pop_macro("ring")
#pragma pop_macro("room")
#pragma pop_macro("row")
#pragma pop_macro("rows")
#pragma pop_macro("second")
#pragma pop_macro("shift")
#pragma pop_macro("source")
#pragma pop_macro("start")
#pragma pop_macro("state")
#pragma pop_macro("step")
#pragma pop_macro("steps")
#pragma pop_macro("stream")
#pragma pop_macro("sum")
#pragma pop_macro("take")
#pragma pop_macro("target")
#pragma pop_macro("top")
#pragma pop_macro("total")
#pragma pop_macro("value")
#pragma pop_macro("values")
#pragma pop_macro("weight")
#pragma pop_macro("weights")
#pragma pop_macro("width")
#pragma pop_macro("x")
#pragma pop_macro("y")
#pragma pop_macro("z")
#pragma pop_macro("zero")
#if !defined(MICROMOBILENET_CALLER_ARENA) && !defined(MICROMOBILENET_PROFILE)
static_assert(sizeof(MicroMobileNet) == 4520, "the object size differs from the memory plan");
#endif

#undef MICROMOBILENET_STEP
#undef MICROMOBILENET_OF
#undef MICROMOBILENET_TRACED
#undef MICROMOBILENET_CHARGE
#undef MICROMOBILENET_NOINLINE
#undef MICROMOBILENET_INLINE
#endif
