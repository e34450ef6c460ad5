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

//@if stride1
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

//@end
//@if depthwise2
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

//@end
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
//@if shortRows
        "tst lr, #64\n"
        "bne 40f\n"
//@end
        "tst lr, #12\n"
        "bne 8f\n"
        "2:\n"
        "ldr r9, [sp, " DSP_ZEROS "]\n"
//@if depthwise3By3
//@if otherStrides
        "tst lr, #32\n"
        "bne 30f\n"
//@end
//@end
//@if depthwise2
//@if stride1
        "tst lr, #16\n"
        "bne 20f\n"
//@end
//@end
//@if stride1
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
//@end
//@if depthwise2
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
//@end
//@if depthwise3By3
//@if otherStrides
        "b 5f\n"
//@end
        // No column belongs to two outputs.
        "30:\n"
        "tst lr, #1\n"
        "beq 31f\n"
        "ldr r11, [r0], #2\n"
        "ldr r12, [r1], #2\n"
        "ldr lr, [r2], #2\n"
        "lsl r11, r11, #8\n"
        "lsl r12, r12, #8\n"
        "lsl lr, lr, #8\n"
        "bfi r11, r9, #0, #8\n"
        "bfi r12, r9, #0, #8\n"
        "bfi lr, r9, #0, #8\n"
        "b 32f\n"
        "31:\n"
        "ldr r11, [r0], #3\n"
        "ldr r12, [r1], #3\n"
        "ldr lr, [r2], #3\n"
        "32:\n"
        "pkhbt r9, r11, r12, lsl #16\n"         // columns 0 and 1
        "pkhtb r12, r12, r11, asr #16\n"        // column 2 and an unused one
        "uxtb16 r11, r9\n"
        "uxtb16 r9, r9, ror #8\n"
        "uxtb16 r12, r12\n"
        "smuad r11, r11, r4\n"
        "smlad r9, r9, r5, r11\n"
        "smlad r9, r12, r6, r9\n"
        DSP_ROW_C("lr", "r12")
        "smlad r9, lr, r7, r9\n"
        "smlabb r9, r12, r8, r9\n"
        "ldrd r11, r12, [sp]\n"
        DSP_REQUANTISE("r9", "r11", "r12")
        "subs r8, #0x10000\n"
        "cmp r8, #0x10000\n"
        "bcs 31b\n"
//@end
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
//@if shortRows
        DSP_SHORT_ROW
//@end
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
//@if shortRows
#undef DSP_SHORT_ROW
//@end
//@if stride1
#undef DSP_C_TWICE
#undef DSP_LAST_COLUMNS
#undef DSP_FIRST_COLUMNS
//@end
//@if depthwise2
#undef DSP_STRIDE_2
//@end
