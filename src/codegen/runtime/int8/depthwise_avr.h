// One channel of a row of a 3x3 kernel away from the sides: out[i] from columns i * stride to
// i * stride + 2 of the rows a, b and c. The weights of a row are three bytes and a zero.
// This one is for strides above 3, the others follow.
template <uint8_t stride>
static void depthwise3(const uint8_t *a, const uint8_t *b, const uint8_t *c, const int8_t *weights,
                       uint16_t multiplier, uint32_t offset, uint8_t *out, uint16_t count) {
    for (const uint8_t *end = out + count; out != end; a += stride, b += stride, c += stride) {
        int32_t sum = 0;
        for (uint8_t i = 0; i < 3; i++) {
            sum += static_cast<int32_t>(weights[i]) * a[i] + static_cast<int32_t>(weights[4 + i]) * b[i] +
                   static_cast<int32_t>(weights[8 + i]) * c[i];
        }
        *out++ = requantise(static_cast<uint32_t>(sum), multiplier, offset);
    }
}

// Only values are read within the loop, so that all registers are taken:
//   r0, r1   product                   r16      weight of row c, as a signed factor has to be in
//   r2, r3   multiplier                         r16 to r23; later byte 2 of the result
//   r4-r7    offset                    r17      value; later byte 3 of the result
//   r8, r9   out                       r18-r23  weights of the rows a and b
//   r10-r12  weights of row c          r24      byte 2 of the sum; later byte 1 of the result
//   r13      0                         r25      outputs left, their high byte is on the stack
//   r14, r15 bytes 0, 1 of the sum     X, Y, Z  rows a, b and c
// Y may be the compiler's own, so the text saves it. Functions are no templates, because in
// these some compilers forget which registers variables are in.

// The carry of mulsu is the sign of the product.
#define AVR_ADD(weight)         \
    "mulsu " weight ", r17\n\t" \
    "sbc r24, r13\n\t"          \
    "add r14, r0\n\t"           \
    "adc r15, r1\n\t"           \
    "adc r24, r13\n\t"

// Offset and products with byte 0 of the sum and the multiplier, to r24, r16 and r17.
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

// secondX and so on load the second and third value of a row into r17. Together they leave the
// pointer at the next output's first value.
#define AVR_DEPTHWISE(secondX, thirdX, secondY, thirdY, secondZ, thirdZ)                             \
    if (count == 0) {                                                                                \
        return;                                                                                      \
    }                                                                                                \
    register uint16_t inMultiplier __asm__("r2") = multiplier;                                       \
    register uint32_t inOffset __asm__("r4") = offset;                                               \
    register uint8_t *inOut __asm__("r8") = out;                                                     \
    register const uint8_t *inB __asm__("r14") = b;                                                  \
    register const uint8_t *inC __asm__("r16") = c;                                                  \
    register uint16_t inCount __asm__("r24") = count;                                                \
    register const uint8_t *inA __asm__("r26") = a;                                                  \
    register const int8_t *inWeights __asm__("r30") = weights;                                       \
    __asm__ volatile(                                                                                \
        "push r28\n\t"                                                                               \
        "push r29\n\t"                                                                               \
        "movw r28, r14\n\t"                                                                          \
        "ld r18, Z\n\t"                                                                              \
        "ldd r19, Z+1\n\t"                                                                           \
        "ldd r20, Z+2\n\t"                                                                           \
        "ldd r21, Z+4\n\t"                                                                           \
        "ldd r22, Z+5\n\t"                                                                           \
        "ldd r23, Z+6\n\t"                                                                           \
        "ldd r10, Z+8\n\t"                                                                           \
        "ldd r11, Z+9\n\t"                                                                           \
        "ldd r12, Z+10\n\t"                                                                          \
        "movw r30, r16\n\t"                                                                          \
        "clr r13\n\t"                                                                                \
        "sbiw r24, 1\n\t" /* A round is 256 outputs, the first what remains. */                      \
        "inc r25\n\t"                                                                                \
        "push r25\n\t"                                                                               \
        "inc r24\n\t"                                                                                \
        "mov r25, r24\n\t"                                                                           \
        "ldi r24, 8\n\t" /* Sums start at 8 << 16 to be positive, which offset makes up for. */      \
        "mul r24, r2\n\t"                                                                            \
        "sub r6, r0\n\t"                                                                             \
        "sbc r7, r1\n\t"                                                                             \
        "mul r24, r3\n\t"                                                                            \
        "sub r7, r0\n\t"                                                                             \
        "clt\n\t" /* T: the multiplier's high byte is 0, so half of the products are. */             \
        "cpse r3, r13\n\t"                                                                           \
        "rjmp 3f\n\t"                                                                                \
        "set\n\t"                                                                                    \
        "rjmp 3f\n"                                                                                  \
        "1:\n\t" /* The end of a round. */                                                           \
        "pop r0\n\t"                                                                                 \
        "dec r0\n\t"                                                                                 \
        "brne .+2\n\t"                                                                               \
        "rjmp 9f\n\t"                                                                                \
        "push r0\n\t"                                                                                \
        "rjmp 3f\n"                                                                                  \
        "2:\n\t" /* Stores an output. */                                                             \
        "movw r0, r26\n\t"                                                                           \
        "movw r26, r8\n\t"                                                                           \
        "st X+, r16\n\t"                                                                             \
        "movw r8, r26\n\t"                                                                           \
        "movw r26, r0\n\t"                                                                           \
        "dec r25\n\t"                                                                                \
        "breq 1b\n"                                                                                  \
        "3:\n\t"                                                                                     \
        "ld r17, X+\n\t"                                                                             \
        "mulsu r18, r17\n\t"                                                                         \
        "movw r14, r0\n\t"                                                                           \
        secondX                                                                                      \
        "mulsu r19, r17\n\t"                                                                         \
        "ldi r24, 8\n\t"                                                                             \
        "add r14, r0\n\t"                                                                            \
        "adc r15, r1\n\t"                                                                            \
        "brge .+2\n\t" /* The sign of all 17 bits. */                                                \
        "dec r24\n\t"                                                                                \
        thirdX AVR_ADD("r20")                                                                        \
        "ld r17, Y+\n\t" AVR_ADD("r21")                                                              \
        secondY AVR_ADD("r22")                                                                       \
        thirdY AVR_ADD("r23")                                                                        \
        "mov r16, r10\n\t"                                                                           \
        "ld r17, Z+\n\t" AVR_ADD("r16")                                                              \
        "mov r16, r11\n\t"                                                                           \
        secondZ AVR_ADD("r16")                                                                       \
        "mov r16, r12\n\t"                                                                           \
        thirdZ AVR_ADD("r16")                                                                        \
        "brts 4f\n\t"                                                                                \
        "mul r15, r3\n\t"                                                                            \
        "movw r16, r0\n\t"                                                                           \
        "mul r24, r2\n\t"                                                                            \
        "add r16, r0\n\t"                                                                            \
        "adc r17, r1\n\t"                                                                            \
        "mul r24, r3\n\t"                                                                            \
        "add r17, r0\n\t"                                                                            \
        AVR_LOW_AND_OFFSET AVR_MIDDLE("r14", "r3") AVR_MIDDLE("r15", "r2")                           \
        "brne 5f\n\t"                                                                                \
        "rjmp 2b\n"                                                                                  \
        "4:\n\t"                                                                                     \
        "mul r24, r2\n\t"                                                                            \
        "movw r16, r0\n\t"                                                                           \
        AVR_LOW_AND_OFFSET AVR_MIDDLE("r15", "r2")                                                   \
        "brne 5f\n\t"                                                                                \
        "rjmp 2b\n"                                                                                  \
        "5:\n\t" /* Below 0 or above 255. */                                                         \
        "lsl r17\n\t"                                                                                \
        "sbc r16, r16\n\t"                                                                           \
        "com r16\n\t"                                                                                \
        "rjmp 2b\n"                                                                                  \
        "9:\n\t"                                                                                     \
        "clr r1\n\t"                                                                                 \
        "pop r29\n\t"                                                                                \
        "pop r28"                                                                                    \
        : "+r"(inMultiplier), "+r"(inOffset), "+r"(inOut), "+r"(inB), "+r"(inA), "+r"(inCount),      \
          "+r"(inWeights), "+r"(inC)                                                                 \
        :                                                                                            \
        : "r10", "r11", "r12", "r13", "r18", "r19", "r20", "r21", "r22", "r23", "memory");

template <>
__attribute__((noinline, unused)) void
depthwise3<1>(const uint8_t *a, const uint8_t *b, const uint8_t *c, const int8_t *weights, uint16_t multiplier,
              uint32_t offset, uint8_t *out, uint16_t count) {
    AVR_DEPTHWISE("ld r17, X+\n\t", "ld r17, X\n\tsbiw r26, 1\n\t", "ld r17, Y\n\t", "ldd r17, Y+1\n\t",
                  "ld r17, Z\n\t", "ldd r17, Z+1\n\t")
}

template <>
__attribute__((noinline, unused)) void
depthwise3<2>(const uint8_t *a, const uint8_t *b, const uint8_t *c, const int8_t *weights, uint16_t multiplier,
              uint32_t offset, uint8_t *out, uint16_t count) {
    AVR_DEPTHWISE("ld r17, X+\n\t", "ld r17, X\n\t", "ld r17, Y+\n\t", "ld r17, Y\n\t", "ld r17, Z+\n\t",
                  "ld r17, Z\n\t")
}

template <>
__attribute__((noinline, unused)) void
depthwise3<3>(const uint8_t *a, const uint8_t *b, const uint8_t *c, const int8_t *weights, uint16_t multiplier,
              uint32_t offset, uint8_t *out, uint16_t count) {
    AVR_DEPTHWISE("ld r17, X+\n\t", "ld r17, X+\n\t", "ld r17, Y+\n\t", "ld r17, Y+\n\t", "ld r17, Z+\n\t",
                  "ld r17, Z+\n\t")
}

#undef AVR_ADD
#undef AVR_LOW_AND_OFFSET
#undef AVR_MIDDLE
#undef AVR_DEPTHWISE
