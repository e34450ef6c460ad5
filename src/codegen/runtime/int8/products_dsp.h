// What filters read at two neighbouring pixels, widened to 16 bits: of every four values of a pixel
// the pairs (0, 2) and (1, 3), first those of the first pixel, then those of the second. The bytes
// begin at a multiple of 4. Weights are kept with 128 added, hence -128 times the sum of each pixel.
struct Tile {
    uint8_t *values;
    uint32_t sums[2];
    const uint8_t *in;  // not null: see there for up to 4 values, which are not gathered at all
    uint32_t plane, depth;
};

enum : uint8_t { tilePixels = 2, tileBytesPerQuad = 16 };

// Value `index` of a pixel.
static inline void put(Tile &tile, uint8_t pixel, uint16_t index, uint8_t value) {
    uint8_t *at = tile.values + (index & ~3u) * 4 + pixel * 8 + (index & 1) * 4 + (index & 2);
    at[0] = value;
    at[1] = 0;
}

// Call it after the last value of both pixels: it fills up the last quad and adds up.
static void complete(Tile &tile, uint16_t depth) {
    for (uint8_t pixel = 0; pixel < 2; pixel++) {
        uint32_t sum = 0;
        for (uint16_t i = 0; i < ((depth + 3u) & ~3u); i++) {
            if (i >= depth) {
                put(tile, pixel, i, 0);
            }
            sum += tile.values[(i & ~3u) * 4 + pixel * 8 + (i & 1) * 4 + (i & 2)];
        }
        tile.sums[pixel] = 0u - 128u * sum;
    }
    tile.in = nullptr;
}

// Gathers pixels next to each other, loading both by one instruction.
MMN_WHOLE static void gatherNeighbours(Tile &, const uint8_t *, uint16_t, uint16_t) {
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "ldr r12, [r0]\n"
        "mvn lr, #0x007f007f\n"                 // twice -128
        "movs r8, #0\n"
        "movs r9, #0\n"
        "subs r3, #4\n"
        "bcc 3f\n"
        "add r10, r2, r2, lsl #1\n"
        "1:\n"
        "ldrh r4, [r1]\n"
        "ldrh r5, [r1, r2]\n"
        "ldrh r6, [r1, r2, lsl #1]\n"
        "ldrh r7, [r1, r10]\n"
        "add r1, r1, r2, lsl #2\n"
        "2:\n"
        "orr r6, r4, r6, lsl #16\n"
        "orr r7, r5, r7, lsl #16\n"
        "uxtb16 r4, r6\n"
        "uxtb16 r5, r7\n"
        "uxtb16 r6, r6, ror #8\n"
        "uxtb16 r7, r7, ror #8\n"
        "smlad r8, r4, lr, r8\n"
        "smlad r9, r6, lr, r9\n"
        "smlad r8, r5, lr, r8\n"
        "smlad r9, r7, lr, r9\n"
        "stm r12!, {r4-r7}\n"
        "subs r3, #4\n"
        "bcs 1b\n"
        "3:\n"
        "adds r3, #4\n"                         // values left over: filled up with zeros
        "beq 4f\n"
        "movs r5, #0\n"
        "movs r6, #0\n"
        "movs r7, #0\n"
        "ldrh r4, [r1]\n"
        "cmp r3, #2\n"
        "it cs\n"
        "ldrhcs r5, [r1, r2]\n"
        "it hi\n"
        "ldrhhi r6, [r1, r2, lsl #1]\n"
        "movs r3, #0\n"
        "b 2b\n"
        "4:\n"
        "strd r8, r9, [r0, #4]\n"
        "pop {r4-r11, pc}\n" ::: MMN_CLOBBERS);
}

// `depth` values of two pixels, which are `step` bytes apart; a plane is a channel of a row.
// With step 0 the second pixel does not count and may be the neighbour all the same.
static void gather(Tile &tile, const uint8_t *in, uint16_t plane, uint8_t step, uint16_t depth) {
    if (step <= 1 && depth <= 4) {
        tile.in = in;
        tile.plane = plane;
        tile.depth = depth;
        return;
    }
    if (step <= 1) {
        gatherNeighbours(tile, in, plane, depth);
        return;
    }
    for (uint16_t i = 0; i < depth; i++, in += plane) {
        put(tile, 0, i, in[0]);
        put(tile, 1, i, in[step]);
    }
    complete(tile, depth);
}

// A pair of filters at a quad: r2..r5 sums, r6..r9 values, r10, r11 weights. It is 56 bytes.
#define DSP_QUAD                \
    "ldrd r10, r11, [lr], #8\n" \
    "ldm r0!, {r6-r9}\n"        \
    "uxtb16 r12, r10\n"         \
    "uxtb16 r10, r10, ror #8\n" \
    "smlad r2, r12, r6, r2\n"   \
    "smlad r3, r12, r8, r3\n"   \
    "smlad r2, r10, r7, r2\n"   \
    "smlad r3, r10, r9, r3\n"   \
    "uxtb16 r12, r11\n"         \
    "uxtb16 r11, r11, ror #8\n" \
    "smlad r4, r12, r6, r4\n"   \
    "smlad r5, r12, r8, r5\n"   \
    "smlad r4, r11, r7, r4\n"   \
    "smlad r5, r11, r9, r5\n"

// A filter at the only quad: its values are in r9, r11 (first pixel) and r10, lr (second). The 128
// is taken off the weights here, as that needs no registers for sums.
#define DSP_FILTER                 \
    "ldr r0, [r2], #4\n"           \
    "eor r0, r0, #0x80808080\n"    \
    "sxtb16 r1, r0\n"              \
    "sxtb16 r0, r0, ror #8\n"      \
    "smuad r5, r1, r9\n"           \
    "smuad r12, r1, r10\n"         \
    "smlad r5, r0, r11, r5\n"      \
    "smlad r12, r0, lr, r12\n"     \
    "ldrh r0, [r3], #2\n"          \
    "ldr r1, [r4], #4\n"           \
    "mla r5, r5, r0, r1\n"         \
    "mla r12, r12, r0, r1\n"       \
    "usat r5, #8, r5, asr #16\n"   \
    "usat r12, #8, r12, asr #16\n" \
    "strb r12, [r6, r8]\n"         \
    "strb r5, [r6]\n"              \
    "uxtah r6, r6, r7\n"

// A frame keeps what a pair of filters begins with: values, turns, sums and where to enter the loop,
// and above it what it needs to finish: multipliers, offsets, plane with the filters still to do in
// the upper half, output and step. A last filter without a partner is done as a pair, with a plane
// of 0, so that the result of the partner, which is stored first, is lost.
MMN_WHOLE static void products(const Tile &, uint16_t, const uint8_t *, const uint16_t *, const uint32_t *,
                               uint16_t, uint8_t *, uint16_t, uint8_t) {
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "add r12, sp, #36\n"
        "ldm r12, {r4-r8}\n"                    // offsets, filters, out, plane, step
        "cmp r1, #1\n"
        "bne 1f\n"
        "ldr r9, [r0, #12]\n"
        "cmp r9, #0\n"
        "bne 5f\n"
        "1:\n"
        "cmp r5, #1\n"
        "bcc 8f\n"
        "itt eq\n"
        "moveq r5, #2\n"
        "moveq r7, #0\n"
        "subs r5, #2\n"
        "pkhbt r5, r7, r5, lsl #16\n"
        "mov r7, r8\n"
        "push {r3-r7}\n"
        "mov lr, r2\n"
        "ldm r0, {r0, r2, r3}\n"
        // Three quads a turn; the first turn skips those that would be too many.
        "movs r4, #3\n"
        "adds r5, r1, #2\n"
        "udiv r5, r5, r4\n"
        "mls r4, r5, r4, r1\n"
        "mov r1, r5\n"
        "adr r12, 3f\n"
        "add r12, r12, #1\n"
        "movs r5, #56\n"
        "mls r12, r4, r5, r12\n"
        "mov r4, r2\n"
        "mov r5, r3\n"
        "push {r0-r5, r12}\n"
        "2:\n"
        "ldm sp, {r0-r5, r12}\n"
        "bx r12\n"
        ".balign 4\n"
        "3:\n"
        DSP_QUAD
        DSP_QUAD
        DSP_QUAD
        "subs r1, #1\n"
        "bne 3b\n"
        "add r12, sp, #28\n"
        "ldm r12, {r6-r10}\n"
        "ldrh r0, [r6], #2\n"
        "ldrd r1, r11, [r7], #8\n"
        "mla r2, r2, r0, r1\n"
        "mla r3, r3, r0, r1\n"
        "ldrh r0, [r6], #2\n"
        "usat r2, #8, r2, asr #16\n"
        "usat r3, #8, r3, asr #16\n"
        "mla r4, r4, r0, r11\n"
        "mla r5, r5, r0, r11\n"
        "usat r4, #8, r4, asr #16\n"
        "usat r5, #8, r5, asr #16\n"
        "uxtah r11, r9, r8\n"
        "strb r5, [r11, r10]\n"
        "strb r4, [r11]\n"
        "strb r3, [r9, r10]\n"
        "strb r2, [r9]\n"
        "uxtah r9, r11, r8\n"
        "subs r8, #0x20000\n"
        "stm r12, {r6-r9}\n"
        "bcs 2b\n"
        "tst r8, #0x10000\n"
        "beq 4f\n"
        "movs r8, #0\n"
        "str r8, [r12, #8]\n"
        "b 2b\n"
        "4:\n"
        "add sp, #48\n"
        "b 8f\n"
        // One quad: its values are taken from where they are and remain in registers.
        "5:\n"
        "cmp r5, #0\n"
        "beq 8f\n"
        "pkhbt r7, r7, r5, lsl #16\n"
        "ldrd r10, r11, [r0, #16]\n"            // plane and depth of the input
        "movs r0, #0\n"
        "movs r1, #0\n"
        "mov lr, #0\n"
        "ldrh r12, [r9]\n"
        "cmp r11, #2\n"
        "it cs\n"
        "ldrhcs r0, [r9, r10]\n"
        "it hi\n"
        "ldrhhi r1, [r9, r10, lsl #1]\n"
        "cmp r11, #4\n"
        "itt eq\n"
        "addeq r9, r9, r10\n"
        "ldrheq lr, [r9, r10, lsl #1]\n"
        "orr r1, r12, r1, lsl #16\n"
        "orr r0, r0, lr, lsl #16\n"
        "uxtb16 r9, r1\n"
        "uxtb16 r10, r1, ror #8\n"
        "uxtb16 r11, r0\n"
        "uxtb16 lr, r0, ror #8\n"
        "subs r7, #0x10000\n"
        "tst r7, #0x10000\n"
        "beq 7f\n"
        "6:\n"
        DSP_FILTER
        "7:\n"
        DSP_FILTER
        "subs r7, #0x20000\n"
        "bcs 6b\n"
        "8:\n"
        "pop {r4-r11, pc}\n" ::: MMN_CLOBBERS);
}
#undef DSP_QUAD
#undef DSP_FILTER

#undef MMN_WHOLE
#undef MMN_CLOBBERS
