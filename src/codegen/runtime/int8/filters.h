//@unless tiled
#if !defined(__AVR_HAVE_MUL__)
//@end
// Size of the largest tile on the stack, in words.
enum : uint16_t { localWords = static_cast<uint32_t>(stackQuads) * tileBytesPerQuad / 4 };

// Input of filters: its rows, and the distance between channels (`plane`) and between pixels (`gap`), in
// bytes.
struct Source {
    const uint8_t *const *rows;
    uint16_t plane;
    uint8_t gap;
};

static inline uint16_t quadsOf(uint16_t depth) { return static_cast<uint16_t>((depth + 3u) >> 2); }

//@if convolutions
// Input of output column x at a position of the kernel; the zero point for padding.
static uint8_t valueAt(const Step &step, const Source &source, uint16_t x, uint16_t channel, uint8_t row,
                       uint8_t column) {
    const uint16_t at = static_cast<uint16_t>(x * step.stride + column - step.pad);
    if (!source.rows[row] || at >= step.width) {
//@if colours
        return source.gap > 1 ? flash(imageZeros + channel) : step.zero;
//@else
        return step.zero;
//@end
    }
    return source.rows[row][static_cast<size_t>(channel) * source.plane + static_cast<size_t>(at) * source.gap];
}

//@end
//@if collected
// Gathers all inputs of an output pixel (im2col).
static void collect(const Step &step, const Source &source, uint16_t x, Tile &tile, uint8_t pixel) {
    uint16_t index = 0;
    for (uint16_t channel = 0; channel < step.channels; channel++) {
        for (uint8_t row = 0; row < step.kernel; row++) {
            for (uint8_t column = 0; column < step.kernel; column++, index++) {
                put(tile, pixel, index, valueAt(step, source, x, channel, row, column));
            }
        }
    }
}

//@end
//@if shiftedFilters
// Filters with a shift other than 16: a row.
static void shiftedFilters(const Step &step, const Source &source, uint8_t *out) {
    const uint16_t taps = static_cast<uint16_t>(step.kernel * step.kernel);
    const uint16_t quads = quadsOf(static_cast<uint16_t>(step.channels * taps));
    for (uint16_t f = 0; f < step.filters; f++, out += step.columns) {
        const uint8_t *const from = weightTable + step.weights + static_cast<uint32_t>(f >> 1) * quads * 8 + (f & 1) * 4;
        const uint32_t multiplier = flash(multiplierTable + step.constants + f);
        const uint32_t offset = flash(offsetTable + step.constants + f);
        for (uint16_t x = 0; x < step.columns; x++) {
            uint32_t sum = 0;
            uint16_t index = 0;
            for (uint16_t channel = 0; channel < step.channels; channel++) {
                for (uint16_t tap = 0; tap < taps; tap++, index++) {
                    const int32_t weight = flash(from + (index >> 2) * 8 + (index & 3)) - 128;
//@if convolutions
                    const uint8_t value = valueAt(step, source, x, channel, static_cast<uint8_t>(tap / step.kernel),
                                                  static_cast<uint8_t>(tap % step.kernel));
//@else
                    const uint8_t value = source.rows[0][static_cast<size_t>(channel) * source.plane +
                                                         static_cast<size_t>(x) * step.stride * source.gap];
//@end
                    sum += static_cast<uint32_t>(weight * value);
                }
            }
            out[x] = saturate(static_cast<int32_t>(sum * multiplier + offset) >> step.shift);
        }
    }
}

//@end
#if defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'
static inline uint16_t lesser(uint16_t one, uint16_t other) { return one < other ? one : other; }
#endif

//@if shallow
#if defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'
// Pointwise with at most four input channels: a row, without a tile.
MICROMOBILENET_NOINLINE static void shallowRow(const Step &step, const uint8_t *in, uint8_t *out) {
    for (uint16_t f = 0; f < step.filters; f = static_cast<uint16_t>(f + shallowFilters)) {
        shallowProducts(in, step.width, step.channels, weightTable + step.weights + f * 4,
                        multiplierTable + step.constants + f, offsetTable + step.constants + f,
                        lesser(static_cast<uint16_t>(step.filters - f), shallowFilters),
                        out + static_cast<size_t>(f) * step.columns, step.columns, step.columns);
    }
}
#endif

//@end
//@unless filters
//@unless shiftedFilters
// Dense layers alone need no rows here.
#if !(defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M')
//@end
//@end
// Filters that read all channels (convolution; pointwise if the kernel is 1x1): a row.
static void filters(const Step &step, const Source &source, uint8_t *values, uint8_t *out) {
//@if shiftedFilters
    if (step.shift != 16) {
        shiftedFilters(step, source, out);
        return;
    }
//@end
    const uint16_t depth = static_cast<uint16_t>(step.channels * step.kernel * step.kernel);
    const uint8_t gap = static_cast<uint8_t>(step.stride * source.gap);
    const uint8_t *const weights = weightTable + step.weights;
    const uint16_t *const multipliers = multiplierTable + step.constants;
    const uint32_t *const offsets = offsetTable + step.constants;
#if defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'
//@if tilesByValue
    if (step.kernel == 1 && gap == 1) {
        products(values, source.rows[0], source.plane, depth, weights, multipliers, offsets, step.filters, out,
                 step.columns, step.columns);
        return;
    }
    for (uint16_t x = 0; x < step.columns; x = static_cast<uint16_t>(x + tilePixels)) {
        const uint16_t pixels = static_cast<uint16_t>(step.columns - x);
        Tile tile;
        tile.values = values;
        for (uint8_t i = 0; i < tilePixels; i++) {
            const uint16_t at = static_cast<uint16_t>(x + (i < pixels ? i : 0));
//@if collected
            collect(step, source, at, tile, i);
//@else
            for (uint16_t c = 0; c < depth; c++) {
                put(tile, i, c, source.rows[0][static_cast<size_t>(at) * gap + static_cast<size_t>(c) * source.plane]);
            }
//@end
            for (uint16_t c = depth; c % 4 != 0; c++) {
                put(tile, i, c, 0);
            }
        }
        products(values, nullptr, 0, depth, weights, multipliers, offsets, step.filters, out + x, step.columns,
                 lesser(pixels, tilePixels));
    }
//@else
    static_cast<void>(gap);
    products(values, source.rows[0], source.plane, depth, weights, multipliers, offsets, step.filters, out,
             step.columns, step.columns);
//@end
#else
//@if collected
    static_cast<void>(gap);
//@end
    Tile tile;
    tile.values = values;
    for (uint16_t x = 0; x < step.columns; x = static_cast<uint16_t>(x + tilePixels)) {
        const bool isPair = tilePixels == 2 && x + 1 < step.columns;
//@if collected
//@if gathers
        if (step.kernel > 1) {
//@end
            collect(step, source, x, tile, 0);
            if (tilePixels == 2) {
                collect(step, source, isPair ? static_cast<uint16_t>(x + 1) : x, tile, 1);
            }
            complete(tile, depth);
//@if gathers
        } else {
            gather(tile, source.rows[0] + static_cast<size_t>(x) * gap, source.plane, isPair ? gap : 0, depth);
        }
//@end
//@else
        gather(tile, source.rows[0] + static_cast<size_t>(x) * gap, source.plane, isPair ? gap : 0, depth);
//@end
        products(tile, quadsOf(depth), weights, multipliers, offsets, step.filters, out + x, step.columns, isPair);
    }
#endif
}
//@unless filters
//@unless shiftedFilters
#endif
//@end
//@end

//@if tiled
#if !defined(__AVR_HAVE_MUL__)
//@end
// Dense layer: `channels` inputs, `count` outputs.
static void dense(uint32_t at, uint16_t constants, uint8_t shift, uint16_t channels, uint16_t count,
                  const uint8_t *in, uint8_t *values, uint8_t *out) {
#if defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'
//@if shiftedFilters
    if (shift == 16) {
        products(values, in, 1, channels, weightTable + at, multiplierTable + constants, offsetTable + constants, count,
                 out, 1, 1);
        return;
    }
//@else
    static_cast<void>(shift);
    products(values, in, 1, channels, weightTable + at, multiplierTable + constants, offsetTable + constants, count, out,
             1, 1);
#else
//@end
//@if shiftedFilters
#endif
//@end
    Step step = Step();
    step.weights = at;
    step.constants = constants;
    step.channels = channels;
    step.filters = count;
    step.width = step.columns = 1;
    step.kernel = step.stride = 1;
//@if shiftedFilters
    step.shift = shift;
//@else
    static_cast<void>(shift);
//@end
    const Source source = {&in, 1, 1};
    filters(step, source, values, out);
//@unless shiftedFilters
#endif
//@end
}
#endif
