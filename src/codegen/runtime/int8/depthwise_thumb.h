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
