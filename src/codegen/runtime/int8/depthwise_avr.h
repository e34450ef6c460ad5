//@if fastDepthwise
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
//@if stride1
    if (stride == 1) {
        AVR_DEPTHWISE("ld r17, X+\n\t", "ld r17, X\n\tsbiw r26, 1\n\t", "ld r17, Y\n\t", "ldd r17, Y+1\n\t",
                      "ld r17, Z\n\t", "ldd r17, Z+1\n\t")
    }
//@end
//@if stride2
    if (stride == 2) {
        AVR_DEPTHWISE("ld r17, X+\n\t", "ld r17, X\n\t", "ld r17, Y+\n\t", "ld r17, Y\n\t", "ld r17, Z+\n\t",
                      "ld r17, Z\n\t")
    }
//@end
//@if stride3
    if (stride == 3) {
        AVR_DEPTHWISE("ld r17, X+\n\t", "ld r17, X+\n\t", "ld r17, Y+\n\t", "ld r17, Y+\n\t", "ld r17, Z+\n\t",
                      "ld r17, Z+\n\t")
    }
//@end
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

//@end
