//@if firstLayer
// First layer with a single input plane and no padding: the pixels of two outputs are unpacked once for
// all @stemFilters@ filters and stay in registers; weights are loaded from the stack.
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
        "sub sp, #16 + 28 * @stemFilters@\n"
        "ldrd r11, r12, [sp, #52 + 28 * @stemFilters@]\n"
        "add r10, sp, #16\n"
        "movs r9, #@stemFilters@\n"
        "1:\n"
        "ldr r6, [r3], #3\n"
        "ldr r5, [r3], #2\n"
        "ldr r8, [r3], #4\n"
//@if firstLayerBy2
        "pkhbt r4, r6, r5, lsl #16\n"
        "pkhtb r6, r5, r6, asr #16\n"
        "sxtb16 r5, r4, ror #8\n"
        "sxtb16 r4, r4\n"
        "sxtb16 r6, r6\n"
        "sxtb16 r7, r8, ror #8\n"
//@else
        "pkhbt r7, r6, r5, lsl #16\n"
        "sxtb16 r4, r6\n"
        "sxtb16 r5, r5\n"
        "sxtb16 r6, r8, ror #8\n"
        "sxtb16 r7, r7, ror #8\n"
//@end
        "sxtb16 r8, r8, ror #16\n"
        "stm r10!, {r4-r8}\n"
        "ldrh r4, [r11], #2\n"
        "ldr r5, [r12], #4\n"
        "stm r10!, {r4, r5}\n"
        "subs r9, #1\n"
        "bne 1b\n"
//@if firstLayerBy2
        // r4 to r8 hold the columns 0 to 4 of rows a and b; r9, r10 and r11 the columns (2, 0), (2, 4)
        // and (1, 3) of row c. The last column is the first one of the next two outputs.
        "ldr r12, [sp, #60 + 28 * @stemFilters@]\n"
        "ldrb r4, [r0], #1\n"
        "ldrb r5, [r1], #1\n"
        "ldrb r10, [r2], #1\n"
        "orr r4, r4, r5, lsl #16\n"
        "lsls r10, r10, #16\n"
        "movw lr, #@stemColumns@ - 2\n"
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
        ".irp f, @stemOthers@\n"
        DSP_STEM("r4", "r5", "r6", "r9", "r6", "r7", "r8", "r10", "x", "r11")
        "strb r1, [r12, #@stemColumns@ * \\f + 1]\n"
        "strb r0, [r12, #@stemColumns@ * \\f]\n"
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
//@else
        // First output: r4 to r6 hold the columns 0 and 2 of each row, r7 the middle of rows a and b.
        // Second output: r8 to r11 accordingly. r12 holds the middle of row c of both.
        "ldr lr, [sp, #60 + 28 * @stemFilters@]\n"
        "movw r3, #@stemColumns@ - 2\n"
        "stm sp, {r0-r3}\n"
        "2:\n"
        "ldm sp, {r0-r3}\n"
        "subs r3, #2\n"
        "ldr r4, [r0], #3\n"
        "ldr r5, [r1], #3\n"
        "ldr r6, [r2], #3\n"
        "ldr r8, [r0], #3\n"
        "ldr r9, [r1], #3\n"
        "ldr r10, [r2], #3\n"
        "stm sp, {r0-r3}\n"
        "pkhbt r7, r4, r5, lsl #16\n"
        "pkhbt r11, r8, r9, lsl #16\n"
        "pkhbt r12, r6, r10, lsl #16\n"
        "uxtb16 r7, r7, ror #8\n"
        "uxtb16 r11, r11, ror #8\n"
        "uxtb16 r12, r12, ror #8\n"
        "uxtb16 r4, r4\n"
        "uxtb16 r5, r5\n"
        "uxtb16 r6, r6\n"
        "uxtb16 r8, r8\n"
        "uxtb16 r9, r9\n"
        "uxtb16 r10, r10\n"
        ".irp f, @stemOthers@\n"
        DSP_STEM("r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "", "r12")
        "strb r1, [lr, #@stemColumns@ * \\f + 1]\n"
        "strb r0, [lr, #@stemColumns@ * \\f]\n"
        ".endr\n"
        ".irp f, 0\n"
        DSP_STEM("r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "", "r12")
        ".endr\n"
        "strb r1, [lr, #1]\n"
        "strb r0, [lr], #2\n"
        "bpl 2b\n"
        "ldm sp, {r0-r3}\n"
        "adds r3, #1\n"
        "bne 3f\n"
        // A single output remains: it is computed together with the previous one.
        "subs r0, #3\n"
        "subs r1, #3\n"
        "subs r2, #3\n"
        "sub lr, #1\n"
        "movs r3, #0\n"
        "stm sp, {r0-r3}\n"
        "b 2b\n"
//@end
        "3:\n"
        "add sp, #16 + 28 * @stemFilters@\n"
        "pop {r4-r11, pc}\n" ::: MMN_CLOBBERS);
}
#undef DSP_STEM

//@end
