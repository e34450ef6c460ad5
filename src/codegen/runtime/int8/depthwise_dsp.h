// Rows of a 3x3 kernel on cores that multiply pairs of 16 bits.
//
// The taps of rows a and b at a column make a pair in one register, and so do the two
// weights, so that one instruction multiplies and adds both: registers r4, r5, r6 hold the pairs of
// the columns 0, 1, 2. Row c makes pairs of its own: r7 holds its weights 0 and 2, the lower half of
// r8 the one between. The outputs still to make are counted in the upper half of r8. r0, r1, r2 read
// the rows, r3 writes. Sums of outputs not yet complete stay in registers from turn to turn, so that
// every column is loaded once. Multiplier and offset wait on the stack, where the caller put them.

// Saves registers, splits the weights and takes output and count.
#define DSP_ROW_BEGIN              \
    "push {r4-r11, lr}\n"          \
    "ldm r3, {r9-r11}\n"           \
    "sxtb16 r12, r9\n"             \
    "sxtb16 r9, r9, ror #8\n"      \
    "sxtb16 r6, r10\n"             \
    "sxtb16 r10, r10, ror #8\n"    \
    "sxtb16 r7, r11\n"             \
    "sxtb16 r8, r11, ror #8\n"     \
    "pkhbt r5, r9, r10, lsl #16\n" \
    "pkhbt r4, r12, r6, lsl #16\n" \
    "pkhtb r6, r6, r12, asr #16\n" \
    "ldrd r3, r12, [sp, #44]\n"    \
    "pkhbt r8, r8, r12, lsl #16\n"

// Makes a sum the next output.
#define DSP_REQUANTISE(sum, multiplier, offset)          \
    "mla " sum ", " sum ", " multiplier ", " offset "\n" \
    "usat " sum ", #8, " sum ", asr #16\n"               \
    "strb " sum ", [r3], #1\n"

// Pairs of rows a and b at the next two columns; `rest` keeps the two columns after them.
#define DSP_FOUR_COLUMNS(first, second, rest)          \
    "ldr " first ", [r0], #4\n"                        \
    "ldr " rest ", [r1], #4\n"                         \
    "pkhbt " second ", " first ", " rest ", lsl #16\n" \
    "pkhtb " rest ", " rest ", " first ", asr #16\n"   \
    "uxtb16 " first ", " second "\n"                   \
    "uxtb16 " second ", " second ", ror #8\n"

// Row c: columns 0 and 2 in the first, 1 and 3 in the second.
#define DSP_ROW_C(at, first, second)         \
    "ldr " first ", [r2]" at "\n"            \
    "uxtb16 " second ", " first ", ror #8\n" \
    "uxtb16 " first ", " first "\n"

// Stride 1: row c for two outputs, r9 and r10.
#define DSP_C_TWICE(first, second)     \
    DSP_ROW_C(", #2", first, second)   \
    "smlad r9, " first ", r7, r9\n"    \
    "smlabb r9, " second ", r8, r9\n"  \
    "smlad r10, " second ", r7, r10\n" \
    "smlatb r10, " first ", r8, r10\n"

// Stride 1: what two outputs lack of rows a and b. No register is left for multiplier and offset:
// weights that are not needed for a while give way and come back.
#define DSP_LAST_COLUMNS(x, y)        \
    "smlad r9, " x ", r6, r9\n"       \
    "smlad r10, " x ", r5, r10\n"     \
    "smlad r10, " y ", r6, r10\n"     \
    "ldrd r6, r7, [sp, #36]\n"        \
    DSP_REQUANTISE("r9", "r6", "r7")  \
    DSP_REQUANTISE("r10", "r6", "r7") \
    "ldrd r6, r7, [sp, #44]\n"

// Stride 1: what the next two outputs get from the same columns.
#define DSP_FIRST_COLUMNS(x, y) \
    "smuad r9, " x ", r4\n"     \
    "smlad r9, " y ", r5, r9\n" \
    "smuad r10, " y ", r4\n"

template <uint8_t stride>
static void depthwise3(const uint8_t *a, const uint8_t *b, const uint8_t *c, const int8_t *weights,
                       uint16_t multiplier, uint32_t offset, uint8_t *out, uint16_t count);

template <>
MMN_WHOLE void depthwise3<1>(const uint8_t *, const uint8_t *, const uint8_t *, const int8_t *, uint16_t,
                             uint32_t, uint8_t *, uint16_t) {
    __asm__ volatile(
        DSP_ROW_BEGIN
        "strd r6, r7, [sp, #44]\n"              // in place of output and count
        "ldrh r11, [r0], #2\n"
        "ldrh r12, [r1], #2\n"
        "orr r11, r11, r12, lsl #16\n"
        "uxtb16 r12, r11, ror #8\n"
        "uxtb16 r11, r11\n"
        DSP_FIRST_COLUMNS("r11", "r12")
        "subs r8, #0x40000\n"
        "bcc 3f\n"
        "1:\n"
        DSP_C_TWICE("r11", "r12")
        DSP_FOUR_COLUMNS("r11", "lr", "r12")
        DSP_LAST_COLUMNS("r11", "lr")
        DSP_FIRST_COLUMNS("r11", "lr")
        "2:\n"
        DSP_C_TWICE("r11", "lr")
        "uxtb16 r11, r12\n"
        "uxtb16 r12, r12, ror #8\n"
        DSP_LAST_COLUMNS("r11", "r12")
        DSP_FIRST_COLUMNS("r11", "r12")
        "subs r8, #0x40000\n"
        "bcs 1b\n"
        "3:\n"
        "tst r8, #0x20000\n"                    // two or three remain: half a turn
        "beq 4f\n"
        "add r8, #0x20000\n"
        "ldrh r11, [r0], #2\n"
        "ldrh r12, [r1], #2\n"
        "orr r12, r11, r12, lsl #16\n"
        "b 2b\n"
        "4:\n"
        "tst r8, #0x10000\n"
        "beq 5f\n"
        "ldrb r11, [r0]\n"
        "ldrb r12, [r1]\n"
        "orr r11, r11, r12, lsl #16\n"
        "smlad r9, r11, r6, r9\n"
        DSP_ROW_C("", "r11", "r12")
        "smlad r9, r11, r7, r9\n"
        "smlabb r9, r12, r8, r9\n"
        "ldrd r11, r12, [sp, #36]\n"
        DSP_REQUANTISE("r9", "r11", "r12")
        "5:\n"
        "pop {r4-r11, pc}\n" ::: MMN_CLOBBERS);
}

// Stride 2: two outputs, the first of which already has its column 0 in `sum`, as the one after
// the second then has in `next`.
#define DSP_TWO_APART(sum, next)             \
    DSP_FOUR_COLUMNS("r11", next, "r12")     \
    "smlad " sum ", r11, r5, " sum "\n"      \
    "smlad " sum ", " next ", r6, " sum "\n" \
    "smuad r10, " next ", r4\n"              \
    "uxtb16 r11, r12\n"                      \
    "uxtb16 r12, r12, ror #8\n"              \
    "smlad r10, r11, r5, r10\n"              \
    "smlad r10, r12, r6, r10\n"              \
    "smuad " next ", r12, r4\n"              \
    DSP_ROW_C(", #4", "r11", "r12")          \
    "smlabb " sum ", r11, r8, " sum "\n"     \
    "smlabt " sum ", r12, r7, " sum "\n"     \
    "smlad r10, r12, r7, r10\n"              \
    "smlatb r10, r11, r8, r10\n"             \
    "smlatb " next ", r12, r7, " next "\n"   \
    "ldrd r11, r12, [sp, #36]\n"             \
    DSP_REQUANTISE(sum, "r11", "r12")        \
    DSP_REQUANTISE("r10", "r11", "r12")

template <>
MMN_WHOLE void depthwise3<2>(const uint8_t *, const uint8_t *, const uint8_t *, const int8_t *, uint16_t,
                             uint32_t, uint8_t *, uint16_t) {
    __asm__ volatile(
        DSP_ROW_BEGIN
        "ldrb r9, [r0], #1\n"
        "ldrb r10, [r1], #1\n"
        "ldrb r12, [r2], #1\n"
        "orr r9, r9, r10, lsl #16\n"
        "smuad r9, r9, r4\n"
        "smlabb r9, r12, r7, r9\n"
        "subs r8, #0x40000\n"
        "bcc 3f\n"
        "1:\n"
        DSP_TWO_APART("r9", "lr")
        "2:\n"
        DSP_TWO_APART("lr", "r9")
        "subs r8, #0x40000\n"
        "bcs 1b\n"
        "3:\n"
        "tst r8, #0x20000\n"                    // two or three remain: half a turn
        "beq 4f\n"
        "add r8, #0x20000\n"
        "mov lr, r9\n"
        "b 2b\n"
        "4:\n"
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
        "ldrd r11, r12, [sp, #36]\n"
        DSP_REQUANTISE("r9", "r11", "r12")
        "5:\n"
        "pop {r4-r11, pc}\n" ::: MMN_CLOBBERS);
}

// Stride 3: no column serves two outputs.
template <>
MMN_WHOLE void depthwise3<3>(const uint8_t *, const uint8_t *, const uint8_t *, const int8_t *, uint16_t,
                             uint32_t, uint8_t *, uint16_t) {
    __asm__ volatile(
        DSP_ROW_BEGIN
        "ldrd r10, lr, [sp, #36]\n"
        "subs r8, #0x10000\n"
        "bcc 2f\n"
        "1:\n"
        "ldr r11, [r0], #3\n"
        "ldr r12, [r1], #3\n"
        "pkhbt r9, r11, r12, lsl #16\n"         // columns 0 and 1
        "pkhtb r12, r12, r11, asr #16\n"        // column 2 and another
        "uxtb16 r11, r9\n"
        "uxtb16 r9, r9, ror #8\n"
        "uxtb16 r12, r12\n"
        "smuad r11, r11, r4\n"
        "smlad r9, r9, r5, r11\n"
        "smlad r9, r12, r6, r9\n"
        DSP_ROW_C(", #3", "r11", "r12")
        "smlad r9, r11, r7, r9\n"
        "smlabb r9, r12, r8, r9\n"
        DSP_REQUANTISE("r9", "r10", "lr")
        "subs r8, #0x10000\n"
        "bcs 1b\n"
        "2:\n"
        "pop {r4-r11, pc}\n" ::: MMN_CLOBBERS);
}

#undef DSP_ROW_BEGIN
#undef DSP_REQUANTISE
#undef DSP_FOUR_COLUMNS
#undef DSP_ROW_C
#undef DSP_C_TWICE
#undef DSP_LAST_COLUMNS
#undef DSP_FIRST_COLUMNS
#undef DSP_TWO_APART
