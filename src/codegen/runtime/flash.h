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
//@if int8
static inline int8_t flash(const int8_t *at) { return static_cast<int8_t>(pgm_read_byte(at)); }
//@else
static inline float flash(const float *at) { return pgm_read_float(at); }
//@end
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
//@if int8
static inline uint8_t flash(const uint8_t *at) { return *at; }
static inline int8_t flash(const int8_t *at) { return *at; }
static inline uint16_t flash(const uint16_t *at) { return *at; }
static inline uint32_t flash(const uint32_t *at) { return *at; }
//@else
static inline float flash(const float *at) { return *at; }
//@end
#define MICROMOBILENET_STEP(step, at) const Step &step = *(at)
#define MICROMOBILENET_OF(at, field) (at)->field
#endif
