//@if tiled
// Inputs of filters at two neighbouring pixels: the values alternate between the pixels and, unlike the
// weights, are not padded. The sum of a pixel starts at -128 times the sum of its values, since weights are
// stored with 128 added.
struct Tile {
    uint8_t *values;
    struct {
        uint8_t low;  // Byte 0 of 3.
        uint16_t high;
    } sums[2];
    uint8_t quads, rest;  // Whole quads and remaining values, if the depth is at most 256.
    // Variables of products() that have no register.
    mutable const uint8_t *weights;
    mutable const uint16_t *multipliers;
    mutable const uint32_t *offsets;
    mutable uint8_t *out;
    mutable uint16_t plane;
    mutable uint8_t step, rounds, secondMultiplier;
};

enum : uint8_t { tilePixels = 2, tileBytesPerQuad = 8 };

// Stores value `index` of a pixel.
static inline void put(Tile &tile, uint8_t pixel, uint16_t index, uint8_t value) {
    tile.values[index * 2 + pixel] = value;
}

static inline void describe(Tile &tile, uint16_t depth, uint16_t first, uint16_t second) {
    tile.sums[0].low = (first & 1) ? 128 : 0;
    tile.sums[0].high = static_cast<uint16_t>(0u - (first >> 1) - (first & 1));
    tile.sums[1].low = (second & 1) ? 128 : 0;
    tile.sums[1].high = static_cast<uint16_t>(0u - (second >> 1) - (second & 1));
    tile.rest = depth & 3;
    tile.quads = static_cast<uint8_t>(depth >> 2);
}

//@if collected
// Completes the tile after the last value of both pixels.
static void complete(Tile &tile, uint16_t depth) {
    uint16_t first = 0, second = 0;
    const uint8_t *x = tile.values;
    for (uint16_t i = depth; i != 0; i--) {
        first = static_cast<uint16_t>(first + *x++);
        second = static_cast<uint16_t>(second + *x++);
    }
    describe(tile, depth, first, second);
}

//@end
//@if gathers
// Gathers `depth` values of two pixels, which are `step` bytes apart; a plane is a channel of a row.
static void gather(Tile &tile, const uint8_t *in, uint16_t plane, uint8_t step, uint16_t depth) {
    uint16_t first = 0, second = 0, left = depth;
    uint8_t *to = tile.values;
    __asm__ volatile(
        "1:\n\t"
        "ld __tmp_reg__, %a[in]\n\t"
        "st %a[to]+, __tmp_reg__\n\t"
        "add %A[first], __tmp_reg__\n\t"
        "adc %B[first], __zero_reg__\n\t"
        "add %A[in], %[step]\n\t"
        "adc %B[in], __zero_reg__\n\t"
        "ld __tmp_reg__, %a[in]\n\t"
        "st %a[to]+, __tmp_reg__\n\t"
        "add %A[second], __tmp_reg__\n\t"
        "adc %B[second], __zero_reg__\n\t"
        "add %A[in], %A[back]\n\t"
        "adc %B[in], %B[back]\n\t"
        "sbiw %A[left], 1\n\t"
        "brne 1b"
        : [in] "+&x"(in), [to] "+&z"(to), [first] "+&r"(first), [second] "+&r"(second), [left] "+&w"(left)
        : [step] "r"(step), [back] "r"(static_cast<uint16_t>(plane - step))
        : "memory");
    describe(tile, depth, first, second);
}
//@end

//@if deep
// Depths above 256 need sums of 4 bytes.
static void __attribute__((noinline))
productsDeep(const Tile &tile, uint16_t quads, const uint8_t *weights, const uint16_t *multipliers,
             const uint32_t *offsets, uint16_t filters, uint8_t *out, uint16_t plane, uint8_t step) {
    const uint16_t depth = static_cast<uint16_t>(tile.rest ? quads * 4 - 4 + tile.rest : quads * 4);
    for (uint16_t f = 0; f < filters; f++, out += plane) {
        for (uint8_t pixel = 2; pixel-- != 0;) {
            const uint8_t *w = weights + (f & 1) * 4, *x = tile.values + pixel;
            uint32_t sum = 0;
            for (uint16_t i = 0; i < depth; i++, x += 2) {
                if ((i & 3) == 0 && i != 0) {
                    w += 4;
                }
                sum += static_cast<uint32_t>(static_cast<int16_t>(flash(w++) - 128) * static_cast<int32_t>(*x));
            }
            out[pixel ? step : 0] = requantise(sum, flash(multipliers + f), flash(offsets + f));
        }
        if (f & 1) {
            weights += quads * 8;
        }
    }
}

//@end

// Multiplies a weight of a filter by a value of each pixel.
#define AVR_TAP(first, second, low0, mid0, high0, low1, mid1, high1) \
    "mul r23, " first "\n\t"                                         \
    "add " low0 ", r0\n\t"                                           \
    "adc " mid0 ", r1\n\t"                                           \
    "adc " high0 ", r22\n\t"                                         \
    "mul r23, " second "\n\t"                                        \
    "add " low1 ", r0\n\t"                                           \
    "adc " mid1 ", r1\n\t"                                           \
    "adc " high1 ", r22\n\t"
#define AVR_TAP_A(first, second) AVR_TAP(first, second, "r2", "r3", "r16", "r4", "r5", "r17")
#define AVR_TAP_B(first, second) AVR_TAP(first, second, "r6", "r7", "r18", "r8", "r9", "r19")
#define AVR_NEXT_A(first, second) "lpm r23, Z+\n\t" AVR_TAP_A(first, second)
#define AVR_NEXT_B(first, second) "lpm r23, Z+\n\t" AVR_TAP_B(first, second)

#define AVR_REST(next)                            \
    "sbrs r24, 1\n\t"                             \
    "rjmp 4f\n\t"                                 \
    next("r10", "r11") next("r12", "r13") "4:\n\t" \
    "sbrs r24, 0\n\t"                             \
    "rjmp 4f\n\t"                                 \
    next("r14", "r15") "4:\n\t"                   \
    "add r30, r20\n\t"                            \
    "adc r31, r22\n\t"

// Requantises a sum, with the multiplier in r20 and r21 and the offset in r12 to r15. Bytes 1, 2 and 3 of the
// product are in r24, r10 and r11; byte 0 only contributes a carry.
#define AVR_LOW_AND_OFFSET(low) \
    "mul " low ", r20\n\t"      \
    "add r0, r12\n\t"           \
    "adc r1, r13\n\t"           \
    "adc r10, r14\n\t"          \
    "adc r11, r15\n\t"          \
    "mov r24, r1\n\t"
#define AVR_MIDDLE(sum, multiplier)   \
    "mul " sum ", " multiplier "\n\t" \
    "add r24, r0\n\t"                 \
    "adc r10, r1\n\t"                 \
    "adc r11, r22\n\t"
#define AVR_SATURATE   \
    "breq .+6\n\t"     \
    "lsl r11\n\t"      \
    "sbc r10, r10\n\t" \
    "com r10\n\t"
#define AVR_SCALE_WIDE(low, mid, high) \
    "mul " mid ", r21\n\t"             \
    "movw r10, r0\n\t"                 \
    "mulsu " high ", r20\n\t"          \
    "add r10, r0\n\t"                  \
    "adc r11, r1\n\t"                  \
    "mul " high ", r21\n\t"            \
    "add r11, r0\n\t"                  \
    AVR_LOW_AND_OFFSET(low) AVR_MIDDLE(low, "r21") AVR_MIDDLE(mid, "r20") AVR_SATURATE
// Requantises with a multiplier below 512, the most frequent case, and below 256.
#define AVR_SCALE_ONE(low, mid, high)              \
    "mulsu " high ", r20\n\t"                      \
    "movw r10, r0\n\t"                             \
    AVR_LOW_AND_OFFSET(low) AVR_MIDDLE(mid, "r20") \
    "add r24, " low "\n\t"                         \
    "adc r10, " mid "\n\t"                         \
    "adc r11, " high "\n\t"                        \
    AVR_SATURATE
#define AVR_SCALE(low, mid, high) \
    "mulsu " high ", r20\n\t"     \
    "movw r10, r0\n\t"            \
    AVR_LOW_AND_OFFSET(low) AVR_MIDDLE(mid, "r20") AVR_SATURATE

// Filters at two pixels. Weights are stored in pairs of filters: four of one, four of the other,
// padded to whole quads and pairs. Filter f writes the first pixel to out[f * plane] and the second
// to out[f * plane + step]; with step 0 only the first remains.
//             products                                   results
//   r2-r9     bytes 0 and 1 of four sums: filter A at the first and second pixel, filter B
//   r16-r19   their bytes 2
//   r10-r15   values                                     bytes 2 and 3, offset
//   r20, r21  values                                     multiplier
//   r22       0                                          0
//   r23       weight                                     low byte of B's multiplier
//   r24       quads or values left                       byte 1, step
//   r25       filters left, T: at B
//   X, Y, Z   values, tile, weights                      out, tile, offsets
static void __attribute__((noinline))
products(const Tile &tile, uint16_t quads, const uint8_t *weights, const uint16_t *multipliers,
         const uint32_t *offsets, uint16_t filters, uint8_t *out, uint16_t plane, uint8_t step) {
    if (filters == 0) {
        return;
    }
//@if deep
    if (quads > 64) {
        productsDeep(tile, quads, weights, multipliers, offsets, filters, out, plane, step);
        return;
    }
//@else
    static_cast<void>(quads);
//@end
    const Tile *from = &tile;
    __asm__("" : "+z"(from));  // Loads through X, which needs it later, take three times as long.
    from->multipliers = multipliers;
    from->offsets = offsets;
    from->out = out;
    from->plane = plane;
    from->step = step;
    from->rounds = static_cast<uint8_t>(((filters - 1u) >> 8) + 1u);
    register uint8_t left __asm__("r25") = static_cast<uint8_t>(filters);
    __asm__ volatile(
        "push r28\n\t"
        "push r29\n\t"
        "movw r28, r26\n\t"
        "clr r22\n"

        "1:\n\t"
        "ldd r26, Y+%[values]\n\t"
        "ldd r27, Y+%[values]+1\n\t"
        "ldd r2, Y+%[sums]\n\t"
        "ldd r3, Y+%[sums]+1\n\t"
        "ldd r16, Y+%[sums]+2\n\t"
        "ldd r4, Y+%[sums]+3\n\t"
        "ldd r5, Y+%[sums]+4\n\t"
        "ldd r17, Y+%[sums]+5\n\t"
        "movw r6, r2\n\t"
        "movw r8, r4\n\t"
        "movw r18, r16\n\t"
        "ldd r24, Y+%[quads]\n\t"
        "tst r24\n\t"
        "brne 2f\n\t"
        "rjmp 3f\n"
        "2:\n\t"
        "ld r10, X+\n\t"
        "ld r11, X+\n\t"
        "ld r12, X+\n\t"
        "ld r13, X+\n\t"
        "ld r14, X+\n\t"
        "ld r15, X+\n\t"
        "ld r20, X+\n\t"
        "ld r21, X+\n\t"
        AVR_NEXT_A("r10", "r11") AVR_NEXT_A("r12", "r13") AVR_NEXT_A("r14", "r15") AVR_NEXT_A("r20", "r21")
        AVR_NEXT_B("r10", "r11") AVR_NEXT_B("r12", "r13") AVR_NEXT_B("r14", "r15") AVR_NEXT_B("r20", "r21")
        "dec r24\n\t"
        "breq 3f\n\t"
        "rjmp 2b\n"
        // One to three remaining values: a pair if there are at least two, then a single one if the number is
        // odd. The remaining weights of a filter are skipped.
        "3:\n\t"
        "ldd r24, Y+%[rest]\n\t"
        "cpse r24, r22\n\t"
        "rjmp 4f\n\t"
        "rjmp 5f\n"
        "4:\n\t"
        "sbrs r24, 1\n\t"
        "rjmp 4f\n\t"
        "ld r10, X+\n\t"
        "ld r11, X+\n\t"
        "ld r12, X+\n\t"
        "ld r13, X+\n"
        "4:\n\t"
        "ld r14, X+\n\t"
        "ld r15, X+\n\t"
        "ldi r20, 4\n\t"
        "sub r20, r24\n\t"
        AVR_REST(AVR_NEXT_A)
        AVR_REST(AVR_NEXT_B)
        "5:\n\t"

        "std Y+%[weights], r30\n\t"
        "std Y+%[weights]+1, r31\n\t"
        "ldd r30, Y+%[multipliers]\n\t"
        "ldd r31, Y+%[multipliers]+1\n\t"
        "lpm r20, Z+\n\t"
        "lpm r21, Z+\n\t"
        "lpm r23, Z+\n\t"
        "lpm r24, Z+\n\t"
        "std Y+%[secondMultiplier], r24\n\t"
        "std Y+%[multipliers], r30\n\t"
        "std Y+%[multipliers]+1, r31\n\t"
        "ldd r30, Y+%[offsets]\n\t"
        "ldd r31, Y+%[offsets]+1\n\t"
        "ldd r26, Y+%[out]\n\t"
        "ldd r27, Y+%[out]+1\n\t"
        "clt\n"

        "6:\n\t"
        "lpm r12, Z+\n\t"
        "lpm r13, Z+\n\t"
        "lpm r14, Z+\n\t"
        "lpm r15, Z+\n\t"
        "cpi r21, 1\n\t"
        "breq 7f\n\t"
        "brlo .+2\n\t"
        "rjmp 3f\n\t"
        AVR_SCALE("r4", "r5", "r17")
        "mov r4, r10\n\t"
        AVR_SCALE("r2", "r3", "r16")
        "rjmp 8f\n"
        "7:\n\t"
        AVR_SCALE_ONE("r4", "r5", "r17")
        "mov r4, r10\n\t"
        AVR_SCALE_ONE("r2", "r3", "r16")
        "rjmp 8f\n"
        "3:\n\t"
        AVR_SCALE_WIDE("r4", "r5", "r17")
        "mov r4, r10\n\t"
        AVR_SCALE_WIDE("r2", "r3", "r16")
        "8:\n\t"
        "ldd r24, Y+%[step]\n\t"
        "add r26, r24\n\t"
        "adc r27, r22\n\t"
        "st X, r4\n\t"
        "sub r26, r24\n\t"
        "sbc r27, r22\n\t"
        "st X, r10\n\t"
        "ldd r24, Y+%[plane]\n\t"
        "add r26, r24\n\t"
        "ldd r24, Y+%[plane]+1\n\t"
        "adc r27, r24\n\t"
        "dec r25\n\t"
        "breq 9f\n"
        "3:\n\t"
        "brts 4f\n\t"
        "set\n\t"
        "mov r20, r23\n\t"
        "ldd r21, Y+%[secondMultiplier]\n\t"
        "movw r2, r6\n\t"
        "movw r4, r8\n\t"
        "movw r16, r18\n\t"
        "rjmp 6b\n"
        "4:\n\t"
        "std Y+%[offsets], r30\n\t"
        "std Y+%[offsets]+1, r31\n\t"
        "std Y+%[out], r26\n\t"
        "std Y+%[out]+1, r27\n\t"
        "ldd r30, Y+%[weights]\n\t"
        "ldd r31, Y+%[weights]+1\n\t"
        "rjmp 1b\n"

        "9:\n\t"  // After every 256 filters; the first round has the remainder.
        "ldd r24, Y+%[rounds]\n\t"
        "dec r24\n\t"
        "std Y+%[rounds], r24\n\t"
        "brne 3b\n\t"
        "clr r1\n\t"
        "pop r29\n\t"
        "pop r28"
        : "+r"(left), "+x"(from), "+z"(weights)
        : [values] "n"(__builtin_offsetof(Tile, values)),
          [sums] "n"(__builtin_offsetof(Tile, sums)), [quads] "n"(__builtin_offsetof(Tile, quads)),
          [rest] "n"(__builtin_offsetof(Tile, rest)), [weights] "n"(__builtin_offsetof(Tile, weights)),
          [multipliers] "n"(__builtin_offsetof(Tile, multipliers)), [offsets] "n"(__builtin_offsetof(Tile, offsets)),
          [out] "n"(__builtin_offsetof(Tile, out)), [plane] "n"(__builtin_offsetof(Tile, plane)),
          [step] "n"(__builtin_offsetof(Tile, step)), [rounds] "n"(__builtin_offsetof(Tile, rounds)),
          [secondMultiplier] "n"(__builtin_offsetof(Tile, secondMultiplier))
        : "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "r16", "r17",
          "r18", "r19", "r20", "r21", "r22", "r23", "r24", "memory");
}

#undef AVR_TAP
#undef AVR_TAP_A
#undef AVR_TAP_B
#undef AVR_NEXT_A
#undef AVR_NEXT_B
#undef AVR_REST
#undef AVR_LOW_AND_OFFSET
#undef AVR_MIDDLE
#undef AVR_SATURATE
#undef AVR_SCALE_WIDE
#undef AVR_SCALE_ONE
#undef AVR_SCALE
//@end
