//@if fastDepthwise
#if defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'
// Depthwise 3x3: a row of at least three columns.
static void depthwise3Row(const Step &step, const uint8_t *const *rows, uint8_t *out) {
//@if firstLayer
    if (step.kind == firstLayerKind) {
        stemRow(rows[0], rows[1], rows[2], reinterpret_cast<const int8_t *>(weightTable), multiplierTable, offsetTable, out);
        return;
    }
//@end
    const uint32_t plane = step.channels == 1 ? 0 : step.width;
    uint32_t edges = static_cast<uint32_t>(step.filters) << 8 | step.edges;
    const uint8_t *above = rows[0], *below = rows[2];
    if (!above) {
        edges |= topEdge;
        above = rows[1];
    }
    if (!below) {
        edges |= bottomEdge;
        below = rows[1];
    }
    int32_t last = static_cast<int32_t>(step.width - 2u - plane);
//@if shortRows
    if (edges & shortRow) {
        const uint8_t *const end = out + static_cast<size_t>(step.filters) * step.columns;
        last = static_cast<int32_t>(reinterpret_cast<intptr_t>(end));
    }
//@end
    depthwiseRow3(above, rows[1], below,
                  reinterpret_cast<const int8_t *>(weightTable + step.weights), multiplierTable + step.constants,
                  offsetTable + step.constants, plane, out, step.columns, edges,
                  step.zero * 0x10001u, last);
}
#elif !defined(__AVR_HAVE_MUL__)
// Removes a kernel row that reads padding: adds its constant contribution to the offset and clears its
// weights.
static void removeRow(Channel &channel, uint8_t row, uint8_t zero) {
    int32_t *const taps = channel.taps + 3 * row;
    channel.offset += static_cast<uint32_t>((taps[0] + taps[1] + taps[2]) * zero) * channel.multiplier;
    taps[0] = taps[1] = taps[2] = 0;
}

// Output whose window overlaps the padding by one column: two taps of each row read pixels, the third reads
// `zero`.
static uint8_t edgeOutput(const Channel &channel, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t first,
                          uint8_t missing, uint8_t zero) {
    const int32_t *const taps = channel.taps + first, *const beside = channel.taps + missing;
    int32_t sum = (beside[0] + beside[3] + beside[6]) * zero;
    sum += taps[0] * a[0] + taps[1] * a[1];
    sum += taps[3] * b[0] + taps[4] * b[1];
    sum += taps[6] * c[0] + taps[7] * c[1];
    return requantise(static_cast<uint32_t>(sum), channel.multiplier, channel.offset);
}

// Depthwise 3x3: a row of at least three columns.
static void depthwise3Row(const Step &step, const uint8_t *const *rows, uint8_t *out) {
    const int8_t *weights = reinterpret_cast<const int8_t *>(weightTable + step.weights);
    const uint8_t *a = rows[0] ? rows[0] : rows[1], *b = rows[1], *c = rows[2] ? rows[2] : rows[1];
    const uint8_t at = static_cast<uint8_t>(step.first * step.stride - step.pad);
    const uint16_t plane = step.channels == 1 ? 0 : step.width;
    for (uint16_t f = 0; f < step.filters; f++, a += plane, b += plane, c += plane) {
        Channel channel;
        for (int32_t *tap = channel.taps; tap != channel.taps + 9; tap += 3, weights += 3) {
            tap[0] = flash(weights);
            tap[1] = flash(weights + 1);
            tap[2] = flash(weights + 2);
        }
        channel.multiplier = flash(multiplierTable + step.constants + f);
        channel.offset = flash(offsetTable + step.constants + f);
        if (!rows[0]) {
            removeRow(channel, 0, step.zero);
        }
        if (!rows[2]) {
            removeRow(channel, 2, step.zero);
        }
        if (step.first) {
            *out++ = edgeOutput(channel, a, b, c, 1, 0, step.zero);
        }
//@if stride1
        if (step.stride == 1) {
            depthwise3<1>(channel, a + at, b + at, c + at, out, step.inner);
        }
//@end
//@if stride2
        if (step.stride == 2) {
            depthwise3<2>(channel, a + at, b + at, c + at, out, step.inner);
        }
//@end
//@if stride3
        if (step.stride == 3) {
            depthwise3<3>(channel, a + at, b + at, c + at, out, step.inner);
        }
//@end
        out += step.inner;
        if (step.first + step.inner < step.columns) {
            const uint16_t last = static_cast<uint16_t>(step.width - 2);
            *out++ = edgeOutput(channel, a + last, b + last, c + last, 0, 2, step.zero);
        }
    }
}
#endif

//@end
//@if anyDepthwise
#if !defined(__ARM_FEATURE_DSP) || __ARM_ARCH_PROFILE != 'M'
// Number of neighbouring outputs that are computed together, and a sum of products.
#if defined(__AVR_HAVE_MUL__)
enum : uint8_t { sharedOutputs = 2 };
__extension__ typedef __int24 Sum;
#elif defined(__ARM_ARCH_6M__)
enum : uint8_t { sharedOutputs = 2 };
typedef int32_t Sum;
#else
enum : uint8_t { sharedOutputs = 4 };
typedef int32_t Sum;
#endif

// A channel of a row: the rows of the kernel that are no padding, their weights and number, and constants.
struct Taps {
    const uint8_t *const *rows;
    const int8_t *weights;
    uint8_t count, kernel;
    uint16_t multiplier;
    uint32_t offset;
//@if shiftedDepthwise
    uint8_t shift;
//@end
};

static inline uint8_t finish(const Taps &taps, Sum sum) {
//@if shiftedDepthwise
    const uint32_t product = static_cast<uint32_t>(sum) * taps.multiplier;
    return saturate(static_cast<int32_t>(product + taps.offset) >> taps.shift);
//@else
    return requantise(static_cast<uint32_t>(sum), taps.multiplier, taps.offset);
//@end
}

// Output whose window begins at column `at` of the rows and may overlap the padding.
static uint8_t sideOutput(const Taps &taps, const Step &step, uint16_t plane, int16_t at) {
    const uint8_t before = at < 0 ? static_cast<uint8_t>(-at) : static_cast<uint8_t>(0);
    const uint16_t rest = static_cast<uint16_t>(step.width - at);
    const uint8_t end = rest < taps.kernel ? static_cast<uint8_t>(rest) : taps.kernel;
    const int8_t *weight = taps.weights;
    // The weights of padding are added up: all of its pixels have the same value.
    int16_t padded = 0;
    Sum sum = 0;
    for (uint8_t row = 0; row < taps.count; row++) {
        const uint8_t *pixel = taps.rows[row] + static_cast<uint16_t>(plane + (at + before));
        const int8_t *const first = weight + before, *const last = weight + end, *const next = weight + taps.kernel;
        for (; weight != first; weight++) {
            padded = static_cast<int16_t>(padded + flash(weight));
        }
        for (; weight != last; weight++, pixel++) {
            sum += flash(weight) * *pixel;
        }
        for (; weight != next; weight++) {
            padded = static_cast<int16_t>(padded + flash(weight));
        }
    }
    return finish(taps, sum + static_cast<Sum>(padded) * step.zero);
}

// Outputs whose windows do not overlap the padding, from column `at` of the rows: neighbours share weights.
// Returns how many it computed: `count` rounded down to whole groups.
template <uint8_t stride>
static uint16_t innerOutputs(const Taps &taps, uint16_t at, uint8_t *out, uint16_t count) {
    uint16_t left = count;
    for (; left >= sharedOutputs; left = static_cast<uint16_t>(left - sharedOutputs)) {
        const int8_t *weight = taps.weights;
        Sum a = 0, b = 0, c = 0, d = 0;
        for (uint8_t row = 0; row < taps.count; row++) {
            const uint8_t *pixel = taps.rows[row] + at;
            for (uint8_t i = 0; i < taps.kernel; i++, pixel++, weight++) {
                const int8_t factor = flash(weight);
                a += factor * pixel[0];
                b += factor * pixel[stride];
                if (sharedOutputs > 2) {
                    c += factor * pixel[2 * stride];
                    d += factor * pixel[3 * stride];
                }
            }
        }
        // All sums are complete before any is stored: an output may lie where inputs lay.
        for (uint8_t i = 0; i < sharedOutputs; i++) {
            *out++ = finish(taps, a);
            a = b, b = c, c = d;
        }
        at = static_cast<uint16_t>(at + sharedOutputs * stride);
    }
    return static_cast<uint16_t>(count - left);
}

// Depthwise with a kernel of any size: a row. Padding has the value `zero`.
static void anyDepthwise(const Step &step, const uint8_t *const *rows, uint8_t *out) {
    const int8_t *weights = reinterpret_cast<const int8_t *>(weightTable + step.weights);
    uint16_t plane = 0;
    for (uint16_t c = 0; c < step.filters; c++, out += step.columns) {
        Taps taps;
        taps.rows = nullptr;
        taps.weights = weights;
        taps.count = 0;
        taps.kernel = step.kernel;
        taps.multiplier = flash(multiplierTable + step.constants + c);
        taps.offset = flash(offsetTable + step.constants + c);
//@if shiftedDepthwise
        taps.shift = step.shift;
//@end
        for (uint8_t row = 0; row < step.kernel; row++) {
            if (!rows[row]) {
                // A row of padding adds a constant.
                int16_t sum = 0;
                for (uint8_t i = 0; i < step.kernel; i++) {
                    sum = static_cast<int16_t>(sum + flash(weights + i));
                }
                taps.offset += static_cast<uint32_t>(static_cast<int32_t>(sum) * step.zero) * taps.multiplier;
            } else if (taps.count++ == 0) {
                taps.rows = rows + row;
                taps.weights = weights;
            }
            weights += step.kernel;
        }
        int16_t at = static_cast<int16_t>(-step.pad);
        for (uint16_t x = 0; x < step.columns; x++) {
            if (x == step.first) {
                const uint16_t place = static_cast<uint16_t>(plane + at);
                uint16_t made = 0;
//@if anyStride1
                if (step.stride == 1) {
                    made = innerOutputs<1>(taps, place, out + x, step.inner);
                }
//@end
//@if anyStride2
                if (step.stride == 2) {
                    made = innerOutputs<2>(taps, place, out + x, step.inner);
                }
//@end
//@if anyStride3
                if (step.stride == 3) {
                    made = innerOutputs<3>(taps, place, out + x, step.inner);
                }
//@end
                x = static_cast<uint16_t>(x + made);
                if (x == step.columns) {
                    break;
                }
                at = static_cast<int16_t>(at + made * step.stride);
            }
            out[x] = sideOutput(taps, step, plane, at);
            at = static_cast<int16_t>(at + step.stride);
        }
        plane = static_cast<uint16_t>(step.channels == 1 ? 0 : plane + step.width);
    }
}
#endif

//@end
//@if depthwise
// Depthwise: a row of filters that read one channel each. With a single input channel, all filters read it.
MICROMOBILENET_NOINLINE static void depthwise(const Step &step, const uint8_t *const *rows, uint8_t *out) {
//@if bothDepthwise
    if (step.kind == depthwiseKind) {
        anyDepthwise(step, rows, out);
    } else {
        depthwise3Row(step, rows, out);
    }
//@else
//@if fastDepthwise
    depthwise3Row(step, rows, out);
//@else
    anyDepthwise(step, rows, out);
//@end
//@end
}
//@end
