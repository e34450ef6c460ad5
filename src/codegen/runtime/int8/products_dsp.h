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

//@if collectsImage
// Stores four adjacent values of each of three pixels, and advances to the next ones.
static inline void putQuads(uint8_t *&at, uint32_t a, uint32_t b, uint32_t c) {
    __asm__ volatile(
        "uxtb16 r3, %[a]\n\t"
        "uxtb16 r4, %[b]\n\t"
        "uxtb16 r5, %[c]\n\t"
        "stm %[at]!, {r3-r5}\n\t"
        "uxtb16 r3, %[a], ror #8\n\t"
        "uxtb16 r4, %[b], ror #8\n\t"
        "uxtb16 r5, %[c], ror #8\n\t"
        "stm %[at]!, {r3-r5}"
        : [at] "+r"(at)
        : [a] "r"(a), [b] "r"(b), [c] "r"(c)
        : "r3", "r4", "r5", "memory");
}

//@end
//@if collectsQuads
// Stores the same pair of values in all quads of a pixel.
static void fill(uint8_t *at, uint32_t bytes, uint32_t pair) {
    for (const uint8_t *const end = at + bytes; at != end; at += 12) {
        memcpy(__builtin_assume_aligned(at, 4), &pair, sizeof pair);
    }
}

// Stores the values of three neighbouring pixels, `stride` apart, of as many planes as fill `bytes` of a tile.
static inline void widen(uint8_t *at, uint32_t bytes, const uint8_t *in, uint32_t plane, uint8_t stride) {
    const uint8_t *const end = at + bytes;
//@if quadsBy2
    if (stride == 2) {
        __asm__ volatile(
            "1:\n"
            ".rept 2\n"
            "add r8, %[in], %[plane], lsl #1\n"
            "ldr r3, [%[in]]\n"
            "ldrb r6, [%[in], #4]\n"
            "ldr r5, [r8]\n"
            "ldrb r8, [r8, #4]\n"
            "add %[in], %[in], %[plane]\n"
            "uxtb16 r4, r3\n"
            "uxtb16 r5, r5\n"
            "pkhbt r3, r4, r5, lsl #16\n"
            "pkhtb r4, r5, r4, asr #16\n"
            "orr r5, r6, r8, lsl #16\n"
            "stm %[at]!, {r3-r5}\n"
            ".endr\n"
            "add %[in], %[in], %[plane], lsl #1\n"
            "cmp %[at], %[end]\n"
            "bne 1b\n"
            : [at] "+r"(at), [in] "+r"(in)
            : [end] "r"(end), [plane] "r"(plane)
            : "r3", "r4", "r5", "r6", "r8", "cc", "memory");
        return;
    }
//@end
//@if quadsBy1
    static_cast<void>(stride);
    __asm__ volatile(
        "1:\n"
        ".rept 2\n"
        "ldr r4, [%[in]]\n"
        "ldr r5, [%[in], %[plane], lsl #1]\n"
        "add %[in], %[in], %[plane]\n"
        "pkhbt r6, r4, r5, lsl #16\n"
        "pkhtb r5, r5, r4, asr #16\n"
        "uxtb16 r3, r6\n"
        "uxtb16 r4, r6, ror #8\n"
        "uxtb16 r5, r5\n"
        "stm %[at]!, {r3-r5}\n"
        ".endr\n"
        "add %[in], %[in], %[plane], lsl #1\n"
        "cmp %[at], %[end]\n"
        "bne 1b\n"
        : [at] "+r"(at), [in] "+r"(in)
        : [end] "r"(end), [plane] "r"(plane)
        : "r3", "r4", "r5", "r6", "cc", "memory");
//@end
}

//@end
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
//@if tilesByValue
        "cmp r1, #0\n"
        "beq 8f\n"
//@end
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
//@if tilesByValue
        "8:\n"
        "ldr r3, [sp, #60]\n"
        "9:\n"
        ".rept 2\n"
        "ldm r12!, {r4-r6}\n"
        "smlad r8, r4, lr, r8\n"
        "smlad r9, r5, lr, r9\n"
        "smlad r10, r6, lr, r10\n"
        ".endr\n"
        "cmp r12, r3\n"
        "bne 9b\n"
//@end
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

//@if pairTiles
// Multiplies a quad of two pixels by the weights of two filters: r0..r3 sums, r4..r7 values, r8..r10 weights. Its code
// has 56 bytes.
#define DSP_PAIR_QUAD           \
    "ldrd r8, r9, [lr], #8\n"   \
    "ldm r12!, {r4-r7}\n"       \
    "uxtb16 r10, r8\n"          \
    "smlad r0, r10, r4, r0\n"   \
    "smlad r1, r10, r5, r1\n"   \
    "uxtb16 r10, r9\n"          \
    "smlad r2, r10, r4, r2\n"   \
    "smlad r3, r10, r5, r3\n"   \
    "uxtb16 r8, r8, ror #8\n"   \
    "smlad r0, r8, r6, r0\n"    \
    "smlad r1, r8, r7, r1\n"    \
    "uxtb16 r9, r9, ror #8\n"   \
    "smlad r2, r9, r6, r2\n"    \
    "smlad r3, r9, r7, r3\n"

// Requantises and stores sums: r4 and r5 point to multipliers and offsets, r6 to the output; r8 is the distance to
// the second pixel, or 0 if there is none. The first is stored last.
#define DSP_PAIR_OUTPUTS(first, second)          \
    "ldrh r9, [r4], #2\n"                        \
    "ldr r10, [r5], #4\n"                        \
    "mla " first ", " first ", r9, r10\n"        \
    "mla " second ", " second ", r9, r10\n"      \
    "usat " first ", #8, " first ", asr #16\n"   \
    "usat " second ", #8, " second ", asr #16\n" \
    "strb " second ", [r6, r8]\n"                \
    "strb " first ", [r6]\n"                     \
    "uxtah r6, r6, r7\n"

// The same row of filters in blocks of two pixels, for one, two or four of them. Arguments as for `products`, from
// planes; the tile holds two pixels, a quad of both in 16 bytes.
//
// Stack layout: at 0 the variables for storing a pair of filters: multipliers, offsets, output, bytes per output plane
// with the number of remaining filters in the upper half, and the distance to the second pixel. At 20 the variables
// for starting a pair: initial sums, twice, entry into the loop, end of the tile, tile and weights. At 52 planes, bytes
// per plane and depth. At 100 the arguments from the weights on.
MMN_WHOLE static void pairProducts(uint8_t *, const uint8_t *, uint32_t, uint32_t, const uint8_t *, const uint16_t *,
                                   const uint32_t *, uint32_t, uint8_t *, uint32_t, uint32_t) {
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "sub sp, #64\n"
        "str r0, [sp, #44]\n"
        "strd r1, r2, [sp, #52]\n"
        "str r3, [sp, #60]\n"
        // Four quads per iteration; the first iteration skips surplus ones.
        "adds r3, #3\n"
        "lsrs r3, r3, #2\n"
        "add r0, r0, r3, lsl #4\n"
        "str r0, [sp, #40]\n"
        "rsbs r3, r3, #0\n"
        "and r3, r3, #3\n"
        "adr.w r0, 3f\n"
        "adds r0, #1\n"
        "movs r5, #56\n"
        "mla r0, r3, r5, r0\n"
        "str r0, [sp, #36]\n"
        // Next two pixels: output, then tile and sums.
        "1:\n"
        "add r12, sp, #100\n"
        "ldm r12, {r0-r6}\n"
        "str r0, [sp, #48]\n"
        "adds r7, r4, #2\n"
        "str r7, [sp, #116]\n"
        "subs r3, #1\n"
        "pkhbt r5, r5, r3, lsl #16\n"
        "subs r6, #1\n"
        "it ne\n"
        "movne r6, #1\n"
        "stm sp, {r1, r2, r4, r5, r6}\n"
        "ldr r12, [sp, #44]\n"
        "add r0, sp, #52\n"
        "ldm r0, {r1-r3}\n"
        "mvn lr, #0x007f007f\n"                 // the pair (-128, -128)
        "movs r8, #0\n"
        "movs r9, #0\n"
        "adds r0, r1, #2\n"
        "str r0, [sp, #52]\n"
        "add r11, r2, r2, lsl #1\n"
        "subs r3, #4\n"
        "bcc 6f\n"
        "4:\n"
        "ldrh r4, [r1]\n"
        "ldrh r5, [r1, r2]\n"
        "ldrh r6, [r1, r2, lsl #1]\n"
        "ldrh r7, [r1, r11]\n"
        "add r1, r1, r2, lsl #2\n"
        "5:\n"
        "orr r0, r4, r6, lsl #16\n"
        "orr r10, r5, r7, lsl #16\n"
        "uxtb16 r4, r0\n"
        "uxtb16 r5, r0, ror #8\n"
        "uxtb16 r6, r10\n"
        "uxtb16 r7, r10, ror #8\n"
        "smlad r8, r4, lr, r8\n"
        "smlad r9, r5, lr, r9\n"
        "smlad r8, r6, lr, r8\n"
        "smlad r9, r7, lr, r9\n"
        "stm r12!, {r4-r7}\n"
        "subs r3, #4\n"
        "bcs 4b\n"
        "6:\n"
        "adds r3, #4\n"                         // remaining values, padded with zeros
        "beq 7f\n"
        "ldrh r4, [r1]\n"
        "movs r5, #0\n"
        "movs r6, #0\n"
        "movs r7, #0\n"
        "cmp r3, #2\n"
        "it cs\n"
        "ldrhcs r5, [r1, r2]\n"
        "it hi\n"
        "ldrhhi r6, [r1, r2, lsl #1]\n"
        "movs r3, #0\n"
        "b 5b\n"
        "7:\n"
        "add r12, sp, #20\n"
        "stm r12!, {r8, r9}\n"
        "stm r12, {r8, r9}\n"
        // Next pair of filters.
        "2:\n"
        "add r10, sp, #20\n"
        "ldm r10, {r0-r3, r10, r11, r12, lr}\n"
        "bx r10\n"
        ".balign 4\n"
        "3:\n"
        DSP_PAIR_QUAD
        DSP_PAIR_QUAD
        DSP_PAIR_QUAD
        DSP_PAIR_QUAD
        "cmp r12, r11\n"
        "bne 3b\n"
        "str lr, [sp, #48]\n"
        "ldm sp, {r4-r8}\n"
        DSP_PAIR_OUTPUTS("r0", "r1")
        "subs r7, #0x10000\n"
        "bcc 9f\n"
        DSP_PAIR_OUTPUTS("r2", "r3")
        "subs r7, #0x10000\n"
        "stm sp, {r4-r7}\n"
        "bcs 2b\n"
        "9:\n"
        "ldr r0, [sp, #124]\n"
        "subs r0, #2\n"
        "str r0, [sp, #124]\n"
        "bhi 1b\n"
        "add sp, #64\n"
        "pop {r4-r11, pc}\n" ::: MMN_CLOBBERS);
}
#undef DSP_PAIR_QUAD
#undef DSP_PAIR_OUTPUTS

//@end
//@if shallow
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
//@end

#undef MMN_WHOLE
#undef MMN_CLOBBERS
