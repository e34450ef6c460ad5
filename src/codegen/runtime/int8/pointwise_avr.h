//@if pointwise
// Pointwise without a tile: a row, one filter after another, four pixels at a time. A remainder is computed
// in blocks of three, which may overlap by a pixel. For at least three columns and depths up to 256.
struct PointwiseRow {
    const uint8_t *in;
    uint16_t back;  // Distance from the end of four pixels to the same four of the next plane.
    uint8_t depth;  // 0 means 256.
    uint8_t fours, threes;
    uint8_t overlap;  // Difference of a block of three to one of four, including overlapping pixels.
    const uint8_t *weights;
    uint16_t jump, pair;  // Distances from the weights of a filter to those of the next and of the next but one.
    const uint16_t *multipliers;
    const uint32_t *offsets;
    uint16_t filters;
    uint8_t *out;
    const uint8_t *at;
    uint8_t left;
};

// Multiplies a pixel of the next plane by the weight. The carry flag of mulsu is the sign of the product.
#define AVR_PIXEL(low, mid, high) \
    "mulsu r16, r17\n\t"          \
    "sbc " high ", r14\n\t"       \
    "add " low ", r0\n\t"         \
    "adc " mid ", r1\n\t"         \
    "adc " high ", r14\n\t"
#define AVR_FIRST(low, mid, high)  \
    "mulsu r16, r17\n\t"          \
    "movw " low ", r0\n\t"        \
    "sbc " high ", " high "\n\t"
#define AVR_THREE(pixel)                             \
    "lpm r16, Z+\n\t"                                \
    "subi r16, 128\n\t"                              \
    "ld r17, X+\n\t" pixel("r2", "r3", "r18")        \
    "ld r17, X+\n\t" pixel("r4", "r5", "r19")        \
    "ld r17, X+\n\t" pixel("r6", "r7", "r20")        \
    "ld r17, X+\n\t"
#define AVR_FOUR(pixel) AVR_THREE(pixel) pixel("r8", "r9", "r21")
#define AVR_PLANE         \
    "add r26, r10\n\t"    \
    "adc r27, r11\n\t"    \
    "dec r15\n\t"

// Accumulates all planes for three or four pixels. Weights are aligned quads, alternating between the two
// filters of a pair.
#define AVR_TAPS(tap)                     \
    tap(AVR_FIRST) AVR_PLANE              \
    "brne 5f\n\t"                         \
    "rjmp 6f\n"                           \
    "4:\n\t" tap(AVR_PIXEL) AVR_PLANE     \
    "breq 6f\n"                           \
    "5:\n\t" tap(AVR_PIXEL) AVR_PLANE     \
    "breq 6f\n\t"                         \
    "sbrc r30, 1\n\t"                     \
    "rjmp 4b\n\t"                         \
    "adiw r30, 4\n\t"                     \
    "rjmp 4b\n"

// Requantises. Bytes 0 and 1 of the product only contribute a carry. Bytes 1 to 3 are in r15 to r17.
#define AVR_LOW_AND_OFFSET(low) \
    "mul " low ", r22\n\t"      \
    "add r0, r12\n\t"           \
    "adc r1, r13\n\t"           \
    "adc r16, r24\n\t"          \
    "adc r17, r25\n\t"          \
    "mov r15, r1\n\t"
#define AVR_MIDDLE(sum, multiplier)   \
    "mul " sum ", " multiplier "\n\t" \
    "add r15, r0\n\t"                 \
    "adc r16, r1\n\t"                 \
    "adc r17, r14\n\t"
#define AVR_SATURATE   \
    "breq .+6\n\t"     \
    "lsl r17\n\t"      \
    "sbc r16, r16\n\t" \
    "com r16\n\t"      \
    "st X+, r16\n\t"
#define AVR_WIDE(low, mid, high)                                                 \
    "mulsu " high ", r22\n\t"                                                         \
    "movw r16, r0\n\t"                                                           \
    "mul " mid ", r23\n\t"                                                       \
    "add r16, r0\n\t"                                                            \
    "adc r17, r1\n\t"                                                            \
    "mul " high ", r23\n\t"                                                      \
    "add r17, r0\n\t"                                                            \
    AVR_LOW_AND_OFFSET(low) AVR_MIDDLE(low, "r23") AVR_MIDDLE(mid, "r22") AVR_SATURATE
// Requantises with a multiplier below 512.
#define AVR_NARROW(low, mid, high)                 \
    "mulsu " high ", r22\n\t"                           \
    "movw r16, r0\n\t"                             \
    AVR_LOW_AND_OFFSET(low) AVR_MIDDLE(mid, "r22") \
    "sbrs r23, 0\n\t"                              \
    "rjmp .+6\n\t"                                 \
    "add r15, " low "\n\t"                         \
    "adc r16, " mid "\n\t"                         \
    "adc r17, " high "\n\t"                        \
    "tst r17\n\t" AVR_SATURATE

//   r0, r1    product                      r10, r11  distance between planes
//   r2-r9     bytes 0 and 1 of four sums   r22, r23  multiplier
//   r18-r21   their bytes 2                r12, r13, r24, r25  offset
//   r14       0                            X         values; out
//   r15       planes left                  Y         the row
//   r16, r17  weight and value             Z         weights
//   T         set for a block of three pixels
// Y may be the compiler's frame pointer and is saved.
static void __attribute__((noinline)) pointwise(const Step &step, const uint8_t *in, uint8_t *out) {
    const uint16_t quads = static_cast<uint16_t>((step.channels + 3u) >> 2);
    PointwiseRow row;
    row.in = in;
    row.back = static_cast<uint16_t>(step.width - 4u);
    row.depth = static_cast<uint8_t>(step.channels);
    // Five columns are two overlapping blocks of three; all other numbers are sums of fours and threes.
    row.threes = step.columns == 5 ? 2 : static_cast<uint8_t>((4u - step.columns) & 3);
    row.fours = static_cast<uint8_t>((step.columns == 5 ? 0 : step.columns - 3u * row.threes) >> 2);
    row.overlap = step.columns == 5 ? 2 : 1;
    row.weights = weightTable + step.weights;
    row.jump = 4;
    row.pair = static_cast<uint16_t>(quads * 8);
    row.multipliers = multiplierTable + step.constants;
    row.offsets = offsetTable + step.constants;
    row.filters = step.filters;
    row.out = out;
    PointwiseRow *at = &row;
    __asm__ volatile(
        "push r28\n\t"
        "push r29\n\t"
        "movw r28, r30\n\t"
        "clr r14\n\t"
        "ldd r10, Y+%[back]\n\t"
        "ldd r11, Y+%[back]+1\n"

        "0:\n\t"  // Next filter.
        "ldd r30, Y+%[multipliers]\n\t"
        "ldd r31, Y+%[multipliers]+1\n\t"
        "lpm r22, Z+\n\t"
        "lpm r23, Z+\n\t"
        "std Y+%[multipliers], r30\n\t"
        "std Y+%[multipliers]+1, r31\n\t"
        "ldd r30, Y+%[offsets]\n\t"
        "ldd r31, Y+%[offsets]+1\n\t"
        "lpm r12, Z+\n\t"
        "lpm r13, Z+\n\t"
        "lpm r24, Z+\n\t"
        "lpm r25, Z+\n\t"
        "std Y+%[offsets], r30\n\t"
        "std Y+%[offsets]+1, r31\n\t"
        "ldd r26, Y+%[in]\n\t"
        "ldd r27, Y+%[in]+1\n\t"
        "ldd r16, Y+%[fours]\n\t"
        "clt\n\t"
        "tst r16\n\t"
        "brne 2f\n"
        "1:\n\t"
        "set\n\t"
        "ldd r16, Y+%[threes]\n"
        "2:\n\t"
        "std Y+%[left], r16\n"

        "3:\n\t"  // Next block.
        "movw r30, r26\n\t"
        "adiw r30, 4\n\t"
        "brtc 4f\n\t"
        "ldd r16, Y+%[overlap]\n\t"
        "sub r30, r16\n\t"
        "sbc r31, r14\n"
        "4:\n\t"
        "std Y+%[at], r30\n\t"
        "std Y+%[at]+1, r31\n\t"
        "ldd r30, Y+%[weights]\n\t"
        "ldd r31, Y+%[weights]+1\n\t"
        "ldd r15, Y+%[depth]\n\t"
        "brtc 3f\n\t"
        "rjmp 7f\n"
        "3:\n\t" AVR_TAPS(AVR_FOUR)
        "6:\n"
        "10:\n\t"
        "ldd r26, Y+%[out]\n\t"
        "ldd r27, Y+%[out]+1\n\t"
        "cpi r23, 2\n\t"
        "brlo .+2\n\t"
        "rjmp 5f\n\t"
        AVR_NARROW("r2", "r3", "r18")
        AVR_NARROW("r4", "r5", "r19")
        AVR_NARROW("r6", "r7", "r20")
        "brtc 6f\n\t"
        "rjmp 8f\n"
        "6:\n\t"
        AVR_NARROW("r8", "r9", "r21")
        "rjmp 9f\n"
        "5:\n\t"
        AVR_WIDE("r2", "r3", "r18")
        AVR_WIDE("r4", "r5", "r19")
        AVR_WIDE("r6", "r7", "r20")
        "brts 8f\n\t"
        AVR_WIDE("r8", "r9", "r21")
        "rjmp 9f\n"

        "8:\n\t"  // Step back over overlapping pixels of a block of three.
        "ldd r16, Y+%[left]\n\t"
        "dec r16\n\t"
        "breq 8f\n\t"
        "ldd r17, Y+%[overlap]\n\t"
        "dec r17\n\t"
        "sub r26, r17\n\t"
        "sbc r27, r14\n"
        "8:\n\t"
        "std Y+%[out], r26\n\t"
        "std Y+%[out]+1, r27\n\t"
        "tst r16\n\t"
        "breq 8f\n\t"
        "ldd r26, Y+%[at]\n\t"
        "ldd r27, Y+%[at]+1\n\t"
        "rjmp 2b\n"
        "9:\n\t"
        "std Y+%[out], r26\n\t"
        "std Y+%[out]+1, r27\n\t"
        "ldd r26, Y+%[at]\n\t"
        "ldd r27, Y+%[at]+1\n\t"
        "ldd r16, Y+%[left]\n\t"
        "dec r16\n\t"
        "breq 9f\n\t"
        "rjmp 2b\n"
        "9:\n\t"
        "ldd r16, Y+%[threes]\n\t"
        "tst r16\n\t"
        "breq 8f\n\t"
        "rjmp 1b\n"

        "8:\n\t"
        "ldd r30, Y+%[weights]\n\t"
        "ldd r31, Y+%[weights]+1\n\t"
        "ldd r16, Y+%[jump]\n\t"
        "ldd r17, Y+%[jump]+1\n\t"
        "add r30, r16\n\t"
        "adc r31, r17\n\t"
        "std Y+%[weights], r30\n\t"
        "std Y+%[weights]+1, r31\n\t"
        "ldd r30, Y+%[pair]\n\t"
        "ldd r31, Y+%[pair]+1\n\t"
        "sub r30, r16\n\t"
        "sbc r31, r17\n\t"
        "std Y+%[jump], r30\n\t"
        "std Y+%[jump]+1, r31\n\t"
        "ldd r30, Y+%[filters]\n\t"
        "ldd r31, Y+%[filters]+1\n\t"
        "sbiw r30, 1\n\t"
        "std Y+%[filters], r30\n\t"
        "std Y+%[filters]+1, r31\n\t"
        "brne .+2\n\t"
        "rjmp 9f\n\t"
        "rjmp 0b\n"

        "7:\n\t" AVR_TAPS(AVR_THREE)
        "6:\n\t"
        "rjmp 10b\n"
        "9:\n\t"
        "clr r1\n\t"
        "pop r29\n\t"
        "pop r28"
        : "+z"(at)
        : [in] "n"(__builtin_offsetof(PointwiseRow, in)), [back] "n"(__builtin_offsetof(PointwiseRow, back)),
          [depth] "n"(__builtin_offsetof(PointwiseRow, depth)), [fours] "n"(__builtin_offsetof(PointwiseRow, fours)),
          [threes] "n"(__builtin_offsetof(PointwiseRow, threes)),
          [overlap] "n"(__builtin_offsetof(PointwiseRow, overlap)),
          [weights] "n"(__builtin_offsetof(PointwiseRow, weights)), [jump] "n"(__builtin_offsetof(PointwiseRow, jump)),
          [pair] "n"(__builtin_offsetof(PointwiseRow, pair)),
          [multipliers] "n"(__builtin_offsetof(PointwiseRow, multipliers)),
          [offsets] "n"(__builtin_offsetof(PointwiseRow, offsets)),
          [filters] "n"(__builtin_offsetof(PointwiseRow, filters)), [out] "n"(__builtin_offsetof(PointwiseRow, out)),
          [at] "n"(__builtin_offsetof(PointwiseRow, at)), [left] "n"(__builtin_offsetof(PointwiseRow, left))
        : "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "r16", "r17",
          "r18", "r19", "r20", "r21", "r22", "r23", "r24", "r25", "r26", "r27", "memory");
}

#undef AVR_PIXEL
#undef AVR_FIRST
#undef AVR_THREE
#undef AVR_FOUR
#undef AVR_PLANE
#undef AVR_TAPS
#undef AVR_LOW_AND_OFFSET
#undef AVR_MIDDLE
#undef AVR_SATURATE
#undef AVR_WIDE
#undef AVR_NARROW

//@end
//@unless tiled
enum : uint16_t { localWords = 1 };

//@end
// Dense layer: `channels` inputs, `count` outputs. It needs no tile.
static void dense(uint32_t at, uint16_t constants, uint8_t shift, uint16_t channels, uint16_t count,
                  const uint8_t *in, uint8_t *, uint8_t *out) {
    const uint8_t *even = weightTable + at;
    for (uint16_t f = 0; f < count; f++) {
        const uint8_t *weight = even + (f & 1) * 4;
        uint32_t sum = 0;
        for (uint16_t i = 0; i < channels; i++) {
            const int8_t factor = static_cast<int8_t>(flash(weight++) ^ 0x80);
            sum += static_cast<uint32_t>(static_cast<int32_t>(static_cast<int16_t>(factor * in[i])));
            weight += i % 4 == 3 ? 4 : 0;
        }
        even += f % 2 == 0 ? 0 : (channels + 3u) / 4 * 8;
        const uint16_t multiplier = flash(multiplierTable + constants + f);
        const uint32_t offset = flash(offsetTable + constants + f);
//@if shiftedFilters
        out[f] = saturate(static_cast<int32_t>(sum * multiplier + offset) >> shift);
//@else
        out[f] = requantise(sum, multiplier, offset);
//@end
    }
//@unless shiftedFilters
    static_cast<void>(shift);
//@end
}
