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

//@if gathers
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
//@end

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
