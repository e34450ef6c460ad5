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

//@if shiftedFilters
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
//@end
//@if collected
// Gathers the inputs of output column x at a position of the kernel: all channels, from `index` on.
static void collectChannels(const Step &step, const Source &source, uint16_t x, uint8_t row, uint8_t column,
                            uint16_t index, Tile &tile, uint8_t pixel) {
    const uint16_t at = static_cast<uint16_t>(x * step.stride + column - step.pad);
    const uint16_t end = static_cast<uint16_t>(index + step.channels);
    if (source.rows[row] && at < step.width) {
        const uint8_t *in = source.rows[row] + static_cast<size_t>(at) * source.gap;
        for (; index != end; index++, in += source.plane) {
            put(tile, pixel, index, *in);
        }
        return;
    }
    // Padding has the zero point.
//@if colours
    const uint8_t *zero = imageZeros;
    for (; index != end; index++, zero++) {
        put(tile, pixel, index, source.gap > 1 ? flash(zero) : step.zero);
    }
//@else
    for (; index != end; index++) {
        put(tile, pixel, index, step.zero);
    }
//@end
}

// Gathers all inputs of an output pixel (im2col), ordered by row, column and channel.
static void collect(const Step &step, const Source &source, uint16_t x, Tile &tile, uint8_t pixel) {
    uint16_t index = 0;
    for (uint8_t row = 0; row < step.kernel; row++) {
        for (uint8_t column = 0; column < step.kernel; column++) {
            collectChannels(step, source, x, row, column, index, tile, pixel);
            index = static_cast<uint16_t>(index + step.channels);
        }
    }
}

//@if collectsQuads
#if defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'
// Gathers the inputs of three output pixels, ordered by row, column and channel. The number of channels is a multiple
// of 4, and the stride 1 or 2.
static void collectQuads(const Step &step, const Source &source, uint16_t x, Tile &tile) {
    const bool isInside = static_cast<uint16_t>(x - step.first) + tilePixels <= step.inner;
    const uint32_t bytes = step.channels * (tileBytesPerQuad / 4u);
    const uint32_t zeros = step.zero * 0x10001u;
    uint8_t *to = tile.values;
    for (uint8_t row = 0; row < step.kernel; row++) {
        const uint8_t *const in = source.rows[row];
        for (uint8_t column = 0; column < step.kernel; column++, to += bytes) {
            int32_t at = x * step.stride + column - step.pad;
            if (isInside && in) {
                widen(to, bytes, in + at, source.plane, step.stride);
                continue;
            }
            // Pixels before the row are skipped: values behind their quads are overwritten by the next quads.
            uint8_t i = 0;
            for (; i < tilePixels && (!in || at < 0); i++, at += step.stride) {
                fill(to + i * 4, bytes, zeros);
            }
            if (i < tilePixels && at < step.width) {
                widen(to + i * 4, bytes, in + at, source.plane, step.stride);
                for (uint8_t before = 0; before < i; before++) {
                    fill(to + before * 4, bytes, zeros);
                }
            }
            for (; i < tilePixels; i++, at += step.stride) {
                if (at >= step.width) {
                    fill(to + i * 4, bytes, zeros);
                }
            }
        }
    }
}
#endif

//@end
//@if collectsImage
#if defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'
static inline uint32_t fourBytes(const uint8_t *at) {
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

// Gathers all inputs of three output pixels of an interleaved image, whose windows lie inside of it; the second and
// third begin `second` and `third` bytes after the first. In a row of the kernel the values of a pixel are adjacent:
// four are loaded at once, and those that fill no quad are carried to the next row.
static void collectPixels(const Step &step, const Source &source, uint32_t first, uint32_t second, uint32_t third,
                          Tile &tile) {
    uint8_t *at = tile.values;
    uint32_t a = 0, b = 0, c = 0, bits = 0;
    for (uint8_t row = 0; row < step.kernel; row++) {
        const uint8_t *in = source.rows[row] ? source.rows[row] + first : imageZeros;
        const uint32_t toSecond = source.rows[row] ? second : 0, toThird = source.rows[row] ? third : 0;
        a |= fourBytes(in) << bits;
        b |= fourBytes(in + toSecond) << bits;
        c |= fourBytes(in + toThird) << bits;
        int32_t left = step.kernel * step.channels - 4 + static_cast<int32_t>(bits >> 3);
        in += 4 - (bits >> 3);
        for (; left >= 0; left -= 4, in += 4) {
            putQuads(at, a, b, c);
            a = fourBytes(in);
            b = fourBytes(in + toSecond);
            c = fourBytes(in + toThird);
        }
        bits = static_cast<uint32_t>(left + 4) << 3;
        const uint32_t kept = (static_cast<uint32_t>(1) << bits) - 1;
        a &= kept;
        b &= kept;
        c &= kept;
    }
    if (bits != 0) {
        putQuads(at, a, b, c);
    }
}

// Gathers the inputs of three output pixels of an interleaved image, if the windows of the last two lie inside of it.
// Returns the number of pixels that are still to be gathered.
static uint8_t collectInside(const Step &step, const Source &source, uint16_t x, Tile &tile) {
    const uint16_t inner = static_cast<uint16_t>(x - step.first);
    const uint32_t gap = static_cast<uint32_t>(step.stride) * step.channels;
    const uint32_t first = static_cast<uint32_t>(x * step.stride - step.pad) * step.channels;
    if (inner + tilePixels <= step.inner) {
        collectPixels(step, source, first, gap, 2 * gap, tile);
        return 0;
    }
    if (static_cast<uint16_t>(inner + 1) + tilePixels - 1 <= step.inner) {
        // The first one is gathered again.
        collectPixels(step, source, first + gap, 0, gap, tile);
        return 1;
    }
    return tilePixels;
}
#endif

//@end
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
            for (uint16_t tap = 0; tap < taps; tap++) {
                for (uint16_t channel = 0; channel < step.channels; channel++, index++) {
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

//@if filters
// Pointwise on planes: a row.
MICROMOBILENET_INLINE void planeProducts(const Step &step, const Source &source, uint8_t *values, uint8_t *out) {
    const uint8_t *in = source.rows[0];
    uint16_t pixels = step.columns;
//@if pairTiles
    // Two blocks of two pixels compute four of them; with one of three, two thirds of a second one would be lost.
    const uint16_t remainder = pixels % tilePixels;
    const uint16_t paired = remainder == 1 && pixels > 1 ? 4 : remainder;
    if (paired != 0) {
        pixels = static_cast<uint16_t>(pixels - paired);
        pairProducts(values, in + pixels, source.plane, step.channels, weightTable + step.weights,
                     multiplierTable + step.constants, offsetTable + step.constants, step.filters, out + pixels,
                     step.columns, paired);
        if (pixels == 0) {
            return;
        }
    }
//@end
    products(values, in, source.plane, step.channels, weightTable + step.weights, multiplierTable + step.constants,
             offsetTable + step.constants, step.filters, out, step.columns, pixels);
}

//@end
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
#if defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'
//@if tilesByValue
    const uint16_t depth = static_cast<uint16_t>(step.channels * step.kernel * step.kernel);
    const uint8_t gap = static_cast<uint8_t>(step.stride * source.gap);
    const uint8_t *const weights = weightTable + step.weights;
    const uint16_t *const multipliers = multiplierTable + step.constants;
    const uint32_t *const offsets = offsetTable + step.constants;
    if (step.kernel == 1 && gap == 1) {
        planeProducts(step, source, values, out);
        return;
    }
    for (uint16_t x = 0; x < step.columns; x = static_cast<uint16_t>(x + tilePixels)) {
        const uint16_t pixels = static_cast<uint16_t>(step.columns - x);
        Tile tile;
        tile.values = values;
        uint8_t left = tilePixels;
//@if collectsQuads
        if (step.kind == quadsKind) {
            collectQuads(step, source, x, tile);
            left = 0;
        }
//@end
//@if collectsImage
        if (source.gap > 1) {
            left = collectInside(step, source, x, tile);
        }
//@end
        for (uint8_t i = 0; i < left; i++) {
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
    planeProducts(step, source, values, out);
//@end
#else
    const uint16_t depth = static_cast<uint16_t>(step.channels * step.kernel * step.kernel);
    const uint8_t gap = static_cast<uint8_t>(step.stride * source.gap);
    const uint8_t *const weights = weightTable + step.weights;
    const uint16_t *const multipliers = multiplierTable + step.constants;
    const uint32_t *const offsets = offsetTable + step.constants;
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
