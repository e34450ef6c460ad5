// NanoMobileNet: image classifier, 10 classes.
// Written by micromobilenet 0.1.0. Do not edit: change the configuration and export again.
//
// format          1
// model           nano
// image           96 rows of 96 pixels, grayscale
// parameters      1750
// MACs            125331
// tables          2728 bytes of flash for weights, constants and steps
// object          1624 bytes of RAM, including an arena of 1600 bytes
// arithmetic      8-bit integers, single rounding: (sum * multiplier + offset) >> 16
// configuration   b9744cdc0fd5dca7
// trained weights ec7f46f745e8ebd8
// data            fashion-mnist (21cdc28a57a256d0)
// accuracy        0.8270 in validation
// sure()          confidence threshold 0.6357: precision at least 90.0 %, coverage 81.3 % in validation
// int8 accuracy   0.8280 in validation
//
// NanoMobileNet net;
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
// NanoMobileNet net(arena);    arena holds NanoMobileNet::arenaBytes bytes and needs no alignment
// net.scores[i]          the int8 score of class i, identical on all processors
#pragma once
#ifndef MICROMOBILENET_NANOMOBILENET_H
#define MICROMOBILENET_NANOMOBILENET_H

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

namespace NanoMobileNet_detail {

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

}  // namespace NanoMobileNet_detail

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

namespace NanoMobileNet_detail {

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

alignas(4) static const uint8_t weightTable[1660] MICROMOBILENET_FLASH = {
    222, 55, 61, 193, 18, 70, 30, 20, 126, 155, 33, 17, 230, 50, 253, 191, 202, 130, 127, 102, 47,
    26, 222, 20, 19, 233, 35, 189, 28, 15, 249, 92, 127, 199, 117, 69, 234, 26, 18, 229, 26, 48,
    231, 41, 127, 107, 23, 194, 127, 236, 147, 47, 40, 248, 0, 0, 33, 1, 92, 128, 225, 128, 1, 128,
    82, 255, 172, 128, 48, 205, 1, 128, 78, 255, 111, 128, 246, 1, 243, 128, 42, 40, 122, 244, 9,
    15, 181, 129, 38, 58, 39, 0, 72, 127, 92, 8, 85, 38, 22, 233, 195, 246, 223, 186, 189, 129, 201,
    190, 15, 81, 134, 240, 127, 154, 231, 69, 36, 127, 25, 78, 62, 235, 235, 196, 151, 48, 91, 91,
    243, 246, 21, 203, 129, 187, 0, 0, 92, 67, 213, 96, 255, 243, 148, 18, 1, 118, 128, 128, 171,
    147, 128, 128, 108, 48, 145, 73, 164, 106, 237, 103, 101, 255, 128, 128, 1, 63, 128, 128, 81,
    255, 227, 41, 80, 194, 19, 255, 169, 114, 128, 128, 196, 193, 128, 128, 55, 1, 143, 26, 252, 1,
    118, 110, 181, 123, 128, 128, 110, 60, 128, 128, 145, 255, 146, 111, 108, 137, 1, 152, 173, 98,
    128, 128, 38, 129, 128, 128, 132, 62, 87, 255, 140, 149, 99, 126, 137, 144, 128, 128, 99, 255,
    128, 128, 190, 171, 191, 37, 51, 40, 246, 118, 127, 211, 8, 77, 217, 237, 45, 34, 7, 129, 249,
    8, 214, 245, 81, 100, 2, 62, 127, 81, 127, 49, 74, 109, 15, 77, 254, 214, 255, 129, 165, 243,
    44, 45, 248, 54, 42, 8, 130, 154, 234, 156, 167, 14, 245, 14, 5, 201, 59, 207, 0, 121, 15, 123,
    127, 249, 246, 49, 247, 28, 59, 214, 225, 127, 83, 58, 12, 116, 126, 38, 19, 71, 3, 248, 7, 6,
    18, 24, 10, 220, 165, 130, 244, 193, 177, 191, 135, 129, 151, 146, 184, 173, 144, 129, 172, 165,
    157, 3, 218, 228, 127, 136, 159, 163, 108, 22, 20, 155, 121, 52, 105, 155, 43, 125, 64, 9, 255,
    29, 42, 85, 110, 19, 255, 243, 197, 109, 213, 146, 118, 88, 181, 19, 1, 176, 120, 212, 95, 160,
    142, 208, 123, 144, 155, 189, 55, 255, 237, 42, 95, 144, 138, 55, 1, 97, 78, 75, 255, 35, 118,
    121, 98, 53, 164, 16, 203, 116, 119, 113, 147, 67, 70, 103, 97, 68, 90, 145, 167, 124, 107, 46,
    147, 92, 138, 102, 27, 110, 154, 244, 105, 151, 95, 255, 1, 121, 97, 121, 1, 108, 86, 135, 185,
    152, 196, 186, 67, 73, 144, 159, 146, 83, 111, 36, 64, 54, 84, 122, 194, 191, 128, 255, 11, 116,
    167, 1, 160, 193, 139, 56, 116, 147, 245, 92, 135, 51, 165, 83, 158, 134, 134, 153, 1, 121, 9,
    145, 18, 160, 127, 74, 93, 165, 236, 105, 125, 34, 110, 1, 220, 133, 145, 121, 136, 90, 10, 125,
    120, 140, 163, 1, 136, 131, 118, 101, 143, 141, 255, 78, 127, 255, 185, 153, 114, 124, 209, 62,
    46, 126, 217, 100, 41, 125, 95, 97, 40, 142, 1, 115, 255, 77, 141, 191, 20, 121, 95, 173, 104,
    64, 130, 152, 235, 101, 199, 182, 27, 103, 104, 83, 255, 125, 148, 125, 115, 93, 58, 140, 126,
    100, 79, 124, 97, 170, 32, 71, 231, 190, 79, 190, 255, 109, 146, 95, 6, 240, 93, 177, 126, 152,
    76, 143, 168, 160, 255, 99, 146, 27, 149, 113, 102, 170, 161, 103, 4, 11, 1, 218, 75, 96, 113,
    238, 35, 132, 22, 156, 1, 118, 24, 95, 84, 89, 69, 97, 84, 100, 138, 110, 251, 173, 32, 1, 10,
    46, 49, 205, 213, 129, 177, 229, 152, 3, 202, 223, 129, 171, 129, 190, 27, 197, 169, 220, 218,
    18, 239, 10, 63, 42, 129, 245, 202, 127, 253, 159, 219, 66, 51, 200, 129, 68, 47, 13, 78, 143,
    4, 213, 247, 230, 233, 220, 19, 3, 67, 78, 127, 101, 238, 89, 49, 15, 127, 75, 214, 96, 3, 71,
    90, 126, 158, 251, 115, 42, 83, 87, 212, 211, 159, 194, 127, 172, 209, 116, 40, 145, 154, 130,
    188, 134, 138, 246, 206, 181, 58, 55, 235, 31, 119, 70, 129, 181, 222, 211, 214, 223, 129, 141,
    178, 228, 182, 207, 44, 163, 216, 97, 243, 129, 127, 64, 22, 28, 158, 227, 249, 129, 204, 15,
    232, 214, 50, 168, 154, 127, 65, 17, 104, 12, 81, 254, 241, 59, 87, 147, 233, 93, 129, 208, 253,
    19, 87, 238, 204, 176, 162, 144, 129, 15, 240, 199, 127, 41, 204, 102, 76, 21, 52, 76, 208, 21,
    67, 70, 179, 129, 194, 55, 0, 232, 95, 134, 172, 246, 129, 150, 30, 1, 184, 232, 237, 239, 186,
    18, 127, 57, 107, 81, 127, 26, 20, 15, 173, 202, 127, 115, 57, 65, 61, 9, 248, 240, 240, 31,
    125, 58, 46, 127, 79, 10, 73, 36, 5, 116, 203, 73, 115, 198, 74, 195, 190, 252, 6, 30, 139, 61,
    118, 156, 96, 193, 83, 116, 85, 103, 164, 93, 115, 73, 208, 185, 72, 152, 154, 87, 1, 86, 85,
    79, 255, 123, 135, 69, 5, 117, 105, 25, 105, 188, 100, 54, 122, 132, 107, 116, 115, 111, 104,
    162, 141, 168, 153, 143, 1, 155, 114, 55, 220, 115, 23, 94, 88, 206, 135, 212, 172, 141, 89,
    139, 117, 194, 95, 83, 208, 88, 169, 138, 127, 160, 74, 132, 81, 150, 255, 117, 114, 89, 239,
    104, 188, 53, 92, 70, 1, 147, 158, 126, 73, 93, 34, 171, 85, 146, 84, 114, 231, 228, 119, 2,
    153, 221, 87, 153, 182, 186, 191, 118, 228, 74, 68, 115, 159, 164, 205, 239, 162, 125, 33, 68,
    174, 141, 35, 72, 95, 147, 141, 212, 135, 2, 88, 84, 196, 151, 226, 182, 136, 82, 102, 134, 126,
    88, 110, 186, 138, 38, 45, 196, 178, 243, 63, 143, 134, 149, 25, 140, 79, 102, 179, 255, 125,
    190, 94, 160, 47, 248, 64, 144, 99, 48, 148, 99, 229, 156, 209, 148, 91, 77, 144, 113, 104, 1,
    73, 105, 80, 48, 134, 255, 112, 151, 144, 248, 114, 201, 135, 203, 160, 128, 28, 126, 130, 65,
    109, 179, 90, 158, 109, 160, 197, 114, 146, 7, 71, 136, 129, 81, 87, 107, 44, 82, 56, 191, 125,
    118, 182, 156, 1, 50, 139, 105, 123, 162, 121, 161, 48, 95, 101, 195, 87, 135, 27, 84, 93, 186,
    106, 202, 176, 233, 204, 22, 183, 103, 89, 126, 141, 148, 167, 127, 169, 209, 128, 203, 163, 1,
    229, 44, 202, 144, 131, 74, 52, 38, 109, 133, 130, 89, 207, 155, 189, 174, 144, 108, 37, 221,
    64, 44, 135, 142, 117, 99, 145, 74, 131, 83, 234, 255, 109, 58, 104, 1, 51, 145, 154, 164, 178,
    153, 137, 150, 190, 224, 176, 118, 161, 97, 187, 185, 158, 84, 79, 140, 69, 162, 138, 53, 255,
    90, 198, 221, 71, 110, 1, 54, 129, 109, 166, 148, 36, 147, 170, 99, 22, 153, 194, 54, 151, 25,
    99, 25, 120, 218, 116, 179, 118, 107, 80, 157, 140, 181, 21, 247, 93, 94, 99, 144, 157, 128,
    134, 45, 172, 23, 143, 120, 105, 103, 255, 127, 125, 179, 145, 180, 102, 231, 95, 76, 135, 182,
    169, 107, 109, 245, 100, 133, 175, 134, 43, 142, 35, 167, 235, 138, 145, 93, 132, 178, 96, 157,
    88, 159, 79, 255, 117, 147, 129, 156, 159, 155, 136, 146, 1, 155, 35, 2, 143, 32, 141, 87, 216,
    96, 152, 74, 171, 76, 196, 95, 108, 83, 58, 75, 88, 88, 85, 89, 128, 84, 176, 152, 193, 144, 63,
    119, 117, 81, 31, 12, 5, 154, 186, 126, 127, 82, 85, 165, 194, 222, 113, 144, 30, 233, 132, 163,
    180, 80, 209, 73, 27, 135, 255, 172, 10, 89, 149, 95, 177, 92, 185, 92, 196, 66, 117, 101, 22,
    20, 8, 15, 158, 61, 84, 158, 92, 145, 142, 89, 210, 62, 1, 198, 161, 167, 103, 63, 50, 53, 211,
    154, 173, 151, 78, 187, 158, 124, 140, 116, 123, 122, 43, 84, 189, 160, 134, 135, 170, 10, 128,
    224, 1, 163, 1, 25, 158, 164, 195, 239, 130, 116, 132, 126, 80, 157, 44, 7, 47, 139, 79, 105,
    144, 142, 214, 91, 138, 133, 68, 46, 88, 146, 81, 78, 209, 120, 2, 115, 128, 213, 128, 178, 166,
    116, 181, 98, 36, 153, 99, 169, 1, 122, 157, 181, 160, 212, 110, 115, 61, 141, 164, 56, 175,
    151, 102, 169, 104, 127, 19, 159, 194, 142, 149, 19, 106, 199, 92, 54, 104, 160, 98, 4, 45, 24,
    129, 131, 134, 190, 114, 87, 72, 173, 150, 141, 174, 162, 131, 105, 37, 231, 44, 150, 166, 2,
    254, 40, 39, 114, 147, 91, 169, 136, 127, 5, 149, 222, 119, 45, 53, 101, 248, 17, 233, 167, 255,
    28, 148, 167, 81, 173, 99, 41, 158, 95, 144, 125, 208, 193, 1, 10, 142, 175, 181, 48, 141, 49,
    106, 84, 159, 60, 148, 49, 116, 116, 186, 103, 83, 47, 194, 59, 157, 146, 74, 104, 122, 26, 75,
    96, 119, 172, 164, 51, 130, 18, 121, 223, 119, 197, 77, 92, 2, 111, 165, 157, 137, 42, 2, 88,
    239, 199, 55, 129, 47, 71, 193, 77, 100, 64, 162, 135, 119, 144, 52, 169, 73, 50, 206, 162, 150,
    151, 79, 86, 43, 145, 116, 120, 160, 174, 142, 93, 188, 75, 161, 99, 122, 215, 206, 28, 129,
    128, 218, 81, 151, 105, 171, 1, 125, 45, 84, 204, 45, 105, 135, 116, 140, 201, 129, 114, 76,
    121, 96, 187, 2, 214, 51, 37, 213, 130, 27, 145, 169, 102, 71, 115, 100, 173, 115, 64
};

alignas(4) static const uint16_t multiplierTable[124] MICROMOBILENET_FLASH = {
    124, 152, 154, 232, 526, 278, 2015, 1511, 1079, 615, 1387, 350, 330, 243, 190, 225, 290, 537,
    788, 424, 481, 724, 304, 626, 1006, 656, 444, 778, 722, 869, 205, 451, 346, 112, 559, 139, 166,
    506, 182, 298, 256, 263, 361, 510, 645, 475, 266, 392, 1282, 549, 481, 610, 279, 688, 404, 621,
    1122, 221, 265, 558, 405, 373, 423, 498, 457, 209, 392, 203, 239, 331, 702, 411, 311, 150, 359,
    199, 430, 266, 249, 390, 243, 477, 293, 279, 265, 295, 530, 241, 306, 229, 187, 480, 335, 249,
    175, 192, 174, 193, 285, 232, 165, 354, 240, 271, 291, 194, 245, 252, 234, 176, 238, 231, 273,
    297, 99, 221, 144, 91, 127, 166, 80, 161, 148, 151
};

alignas(4) static const uint32_t offsetTable[124] MICROMOBILENET_FLASH = {
    6398863u, 10624164u, 4532360u, 4289429311u, 4280781883u, 704972u, 20581999u, 6560474u, 250425u,
    15607279u, 2763452u, 728547u, 4294811632u, 326539u, 8544543u, 2255959u, 157130u, 2770813u,
    7601707u, 4293675005u, 4294282676u, 4536092u, 4294917383u, 4291276986u, 5257065u, 1823595u,
    4294730427u, 10859337u, 4293258400u, 4291099781u, 1118063u, 116186u, 4294928483u, 4292025303u,
    1129960u, 6196584u, 4294215459u, 4290412404u, 140794u, 4435283u, 5180111u, 5288323u, 5678038u,
    4793799u, 4287703386u, 1297669u, 5107303u, 13747906u, 4294042433u, 5367674u, 12406251u,
    4284512246u, 6934979u, 11105206u, 13172525u, 3919409u, 4282744682u, 7267121u, 5082497u,
    4610928u, 4292007716u, 2030433u, 629796u, 11834645u, 10299392u, 8369694u, 8247102u, 9935950u,
    7064157u, 2997724u, 1022350u, 4282187870u, 4287402758u, 1656747u, 4294031559u, 9053286u,
    4294539802u, 11837228u, 1308713u, 6925496u, 4294618183u, 7475384u, 11819228u, 4253469u,
    1020597u, 4826604u, 4294481596u, 2155368u, 4291490459u, 4286717162u, 3103950u, 4290224411u,
    4289509662u, 4291658912u, 4290834894u, 4294045739u, 3651431u, 4283572771u, 4290834128u,
    4292838681u, 4293969884u, 4287676651u, 33995u, 4283947705u, 7748360u, 4287028586u, 4290920440u,
    4288142103u, 3783782u, 3058732u, 471065u, 2881297u, 315471u, 4288062773u, 10438433u, 10407749u,
    10970633u, 10919972u, 10439193u, 11091332u, 11145474u, 10629350u, 10273441u, 9595830u
};

typedef uint16_t Place;
typedef uint8_t Counter;
typedef uint8_t Value;
typedef uint8_t Word;

enum : Place { noPlace = static_cast<Place>(-1) };
enum : uint16_t {
    numSteps = 9,
    numSegments = 1,
    firstSegmentEnd = 9,
    kernelRows = 3,
    numClasses = 10,
    pooledChannels = 24,
    pooledWidth = 3,
    stackQuads = 6,
};
enum : uint32_t {
    poolPlace = 0,
    poolBytes = 24,
    headWeights = 1420,
    headConstants = 114,
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
};

// Number of rows that each step has read or computed.
struct State {
    Counter made[6];
#if defined(MICROMOBILENET_PROFILE)
    uint32_t microseconds[9];
#endif
};

static const Step steps[9] MICROMOBILENET_FLASH = {
    // stem: convolution 3x3, stride 2, padding 0, 96x96x1 -> 47x47x3
    {0, 24, 1458, 0, 96, 96, 1, 47, 47, 3, 0, 47, firstLayerKind, intoRow, 3, 2, 0, 0, 1, 0, 16, 16},
    // block0.depthwise: depthwise 3x3, stride 2, padding 1, 47x47x3 -> 24x24x3
    {27, 216, 1362, 3, 47, 47, 3, 24, 24, 3, 1, 22, depthwise3Kind, intoRow, 3, 2, 1, 1, 2, 87, 16, 19},
    // block0.pointwise: pointwise, 24x24x3 -> 24x24x6
    {56, 498, 1455, 6, 24, 24, 3, 24, 24, 6, 0, 24, shallowKind, intoRow, 1, 1, 0, 2, 2, 0, 16, 0},
    // block1.depthwise: depthwise 3x3, stride 2, padding 1, 24x24x6 -> 12x12x6
    {80, 498, 1362, 12, 24, 24, 6, 12, 12, 6, 1, 11, depthwise3Kind, intoRow, 3, 2, 1, 2, 3, 0, 16, 17},
    // block1.pointwise: pointwise, 12x12x6 -> 12x12x12
    {136, 786, 1455, 18, 12, 12, 6, 12, 12, 12, 0, 12, pointwiseKind, intoRow, 1, 1, 0, 3, 3, 0, 16, 0},
    // block2.depthwise: depthwise 3x3, stride 2, padding 1, 12x12x12 -> 6x6x12
    {232, 786, 1362, 30, 12, 12, 12, 6, 6, 12, 1, 5, depthwise3Kind, intoRow, 3, 2, 1, 3, 4, 0, 16, 17},
    // block2.pointwise: pointwise, 6x6x12 -> 6x6x24
    {340, 1074, 1455, 42, 6, 6, 12, 6, 6, 24, 0, 6, pointwiseKind, intoRow, 1, 1, 0, 4, 4, 0, 16, 0},
    // block3.depthwise: depthwise 3x3, stride 2, padding 1, 6x6x24 -> 3x3x24
    {628, 1074, 1362, 66, 6, 6, 24, 3, 3, 24, 1, 2, depthwise3Kind, intoRow, 3, 2, 1, 4, 5, 0, 16, 17},
    // block3.pointwise: pointwise, 3x3x24 -> 3x3x24
    {844, 1362, 1527, 90, 3, 3, 24, 3, 3, 24, 0, 3, pointwiseKind, intoRow, 1, 1, 0, 5, 5, 0, 16, 0},
};
static_assert(sizeof(Step) == 36, "Step contains no implicit padding");

#if defined(MICROMOBILENET_PROFILE)
static const char *const names[9] = {
    "stem", "block0.depthwise", "block0.pointwise", "block1.depthwise", "block1.pointwise",
    "block2.depthwise", "block2.pointwise", "block3.depthwise", "block3.pointwise"
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
    uint8_t *const values = reinterpret_cast<uint8_t *>(local);
    static_cast<void>(arena);
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
        // Rows that a step only stores do not get here: they were written to its row buffers.
        out = computeRow(arena, state, at, at + 1 == endStep, newest);
        state.made[counter] = static_cast<Counter>(state.made[counter] + isWindowed);
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
    return kernel == 1 || isDue ? nullptr : arena + 24 + (index & (kernel - 2u)) * bytes;
}

// The buffer for the next camera row.
static inline uint8_t *nextRow(uint8_t *arena, const State &state) {
    uint8_t *const kept = cameraBuffer(arena, state);
    return kept ? kept : arena + 1362;
}

// Processes a camera row. The first step only stores most of them.
static inline void commitRow(uint8_t *arena, State &state) {
    if (cameraBuffer(arena, state)) {
        state.made[0]++;
    } else {
        stream(arena, state, 0, firstSegmentEnd, arena + 1362);
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

}  // namespace NanoMobileNet_detail

class NanoMobileNet : public NanoMobileNet_detail::Labels<void> {
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
        arenaBytes = 1608,
#else
        arenaBytes = 1600,
#endif
    };

#if defined(MICROMOBILENET_CALLER_ARENA)
private:
    NanoMobileNet_detail::Word *const words_;

public:
    // The probability of each class.
    float outputs[10];
#else
    union {
        // The probability of each class, until the next image starts.
        float outputs[10];
        // The arena: row buffers and feature maps.
        NanoMobileNet_detail::Word words_[arenaBytes / sizeof(NanoMobileNet_detail::Word)];
    };
#endif

    // The probability of the predicted class.
    float proba;
    // The predicted class.
    uint16_t output;

private:
    NanoMobileNet_detail::State state_;

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
    explicit NanoMobileNet(void *arena) : words_(aligned(arena)) { clear(); }

    // Whether the network has an arena, that is, memory for feature maps.
    bool hasArena() const { return words_ != nullptr; }
#else
    NanoMobileNet() { clear(); }

    // Whether the network has an arena: always, since it is part of the object.
    bool hasArena() const { return true; }
#endif

    // Whether the probability of the predicted class reaches the confidence threshold, which validation
    // determined from the required precision.
    bool sure() const { return proba >= 0.6356974f; }

    // Starts an image and discards an unfinished one.
    void begin() { memset(state_.made, 0, sizeof state_.made); }

    // Whether the current image has at least one row.
    bool hasRows() const { return state_.made[0] != 0; }

    // Buffer for the next row of the image, width * channels camera bytes; null without an arena.
    uint8_t *nextRow() {
        if (!hasArena()) {
            return nullptr;
        }
        return NanoMobileNet_detail::nextRow(arena(), state_);
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
            NanoMobileNet_detail::copy(nextRow(), row, width * channels);
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
            NanoMobileNet_detail::fetch(nextRow(), image, width * channels);
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
        for (uint8_t i = 0; i < NanoMobileNet_detail::numSteps; i++) {
            printer.print(NanoMobileNet_detail::names[i]);
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
    static NanoMobileNet_detail::Word *aligned(void *arena) {
        const uintptr_t skipped = (0u - reinterpret_cast<uintptr_t>(arena)) % arenaAlignment;
        return reinterpret_cast<NanoMobileNet_detail::Word *>(static_cast<uint8_t *>(arena) + skipped);
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
            memset(words_, 0, 1600);
        }
#else
        // All members are numbers.
        memset(static_cast<void *>(this), 0, sizeof *this);
#endif
        static_cast<void>(padding_);
    }

    void stream() {
        if (state_.made[0] == 0) {
            NanoMobileNet_detail::clearPool(arena());
        }
        NanoMobileNet_detail::commitRow(arena(), state_);
        NanoMobileNet_detail::mmnYield();
    }

    // Computes the predicted class and the probabilities from the scores by softmax: exp(x - largest),
    // divided by their sum.
    MICROMOBILENET_NOINLINE void classify() {
        uint8_t *const raw = reinterpret_cast<uint8_t *>(scores);
        NanoMobileNet_detail::head(arena(), raw);
        uint16_t best = 0;
        for (uint16_t i = 0; i < classes; i++) {
            raw[i] ^= 0x80;
            if (scores[i] > scores[best]) {
                best = i;
            }
        }
        float sum = 0.0f;
        for (uint16_t i = 0; i < classes; i++) {
            const float value = expf(static_cast<float>(scores[i] - scores[best]) * 0.13877794f);
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
typedef NanoMobileNet_detail::Camera<NanoMobileNet> NanoMobileNetCamera;

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
static_assert(sizeof(NanoMobileNet) == 1624, "the object size differs from the memory plan");
#endif

#undef MICROMOBILENET_STEP
#undef MICROMOBILENET_OF
#undef MICROMOBILENET_TRACED
#undef MICROMOBILENET_CHARGE
#undef MICROMOBILENET_NOINLINE
#undef MICROMOBILENET_INLINE
#endif
