// Input of filters: its rows, and the distance between channels (`plane`) and between pixels (`gap`), in
// values.
struct Source {
    const float *const *rows;
    uint16_t plane;
    uint8_t gap;
};

// Sums or values at four pixels.
struct Block {
    float a0, a1, a2, a3;
};

MICROMOBILENET_INLINE void multiply(Block &sums, float weight, const Block &values) {
    sums.a0 += weight * values.a0;
    sums.a1 += weight * values.a1;
    sums.a2 += weight * values.a2;
    sums.a3 += weight * values.a3;
}

MICROMOBILENET_INLINE void store(float *to, const Block &sums, const Clamp &clamp) {
    store(to, sums.a0, clamp);
    store(to + 1, sums.a1, clamp);
    store(to + 2, sums.a2, clamp);
    store(to + 3, sums.a3, clamp);
}

MICROMOBILENET_INLINE Block filled(float value) {
    const Block block = {value, value, value, value};
    return block;
}

// Pointwise: four neighbouring pixels of a row. Weights are interleaved in groups of four filters.
static void pointwise4(const Step &step, const float *in, uint16_t plane, const float *weight, const float *bias,
                       float *out) {
    const Clamp clamp = clampOf(step.activation);
    const uint16_t columns = step.columns;
    for (uint16_t left = step.filters;; left = static_cast<uint16_t>(left - 4)) {
        Block s0 = filled(flash(bias)), s1 = filled(flash(bias + 1)), s2 = filled(flash(bias + 2)),
              s3 = filled(flash(bias + 3));
        const float *at = in;
        for (const float *const end = weight + step.channels * 4u; weight != end; weight += 4, at += plane) {
            const Block values = {at[0], at[1], at[2], at[3]};
            multiply(s0, flash(weight), values);
            multiply(s1, flash(weight + 1), values);
            multiply(s2, flash(weight + 2), values);
            multiply(s3, flash(weight + 3), values);
        }
        store(out, s0, clamp);
        if (left > 1) {
            store(out + columns, s1, clamp);
        }
        if (left > 2) {
            store(out + columns * 2, s2, clamp);
        }
        if (left > 3) {
            store(out + columns * 3, s3, clamp);
        }
        if (left <= 4) {
            return;
        }
        out += columns * 4;
        bias += 4;
    }
}

// Pointwise: a row. Biases follow all weights.
static void pointwise(const Step &step, const Source &source, float *out) {
    const float *const first = weightTable + step.weights;
    const float *const biases = first + static_cast<uint32_t>((step.filters + 3u) & ~3u) * step.channels;
    const uint16_t gap = static_cast<uint16_t>(step.stride * source.gap);
    if (gap == 1 && step.columns >= 4) {
        for (uint16_t x = 0; x < step.columns; x = static_cast<uint16_t>(x + 4)) {
            // If fewer than four pixels are left, the last four are computed again.
            const uint16_t at = x + 4 > step.columns ? static_cast<uint16_t>(step.columns - 4) : x;
            pointwise4(step, source.rows[0] + at, source.plane, first, biases, out + at);
        }
        return;
    }
    const Clamp clamp = clampOf(step.activation);
    for (uint16_t x = 0; x < step.columns; x++) {
        const float *const pixel = source.rows[0] + static_cast<size_t>(x) * gap;
        const float *weight = first;
        float *to = out + x;
        for (uint16_t f = 0; f < step.filters; f = static_cast<uint16_t>(f + 4)) {
            float sums[4] = {0.0f, 0.0f, 0.0f, 0.0f};
            const float *at = pixel;
            for (uint16_t i = step.channels; i > 0; i--, at += source.plane, weight += 4) {
                const float value = *at;
                sums[0] += flash(weight) * value;
                sums[1] += flash(weight + 1) * value;
                sums[2] += flash(weight + 2) * value;
                sums[3] += flash(weight + 3) * value;
            }
            for (uint8_t i = 0; i < 4 && f + i < step.filters; i++, to += step.columns) {
                store(to, sums[i] + flash(biases + f + i), clamp);
            }
        }
    }
}

//@if convolutions
// Convolution with a kernel of any size: a row.
static void convolution(const Step &step, const Source &source, float *out) {
    const uint16_t depth = static_cast<uint16_t>(step.channels * step.kernel * step.kernel);
    const float *const first = weightTable + step.weights;
    const float *const biases = first + static_cast<uint32_t>((step.filters + 3u) & ~3u) * depth;
    for (uint16_t f = 0; f < step.filters; f++) {
        for (uint16_t x = 0; x < step.columns; x++, out++) {
            const float *weight = first + static_cast<uint32_t>(f & ~3u) * depth + (f & 3);
            float sum = flash(biases + f);
            for (uint16_t channel = 0; channel < step.channels; channel++) {
                for (uint8_t row = 0; row < step.kernel; row++) {
                    for (uint8_t column = 0; column < step.kernel; column++, weight += 4) {
                        const uint16_t at = static_cast<uint16_t>(x * step.stride + column - step.pad);
                        if (source.rows[row] && at < step.width) {
                            sum += flash(weight) * source.rows[row][static_cast<size_t>(channel) * source.plane +
                                                                    static_cast<size_t>(at) * source.gap];
                        }
                    }
                }
            }
            store(out, sum, clampOf(step.activation));
        }
    }
}

//@end
// Dense layer: `channels` inputs, `count` outputs.
static void dense(uint32_t at, uint16_t channels, uint16_t count, uint8_t activation, const float *in, float *out) {
    Step step = Step();
    step.weights = at;
    step.channels = channels;
    step.filters = count;
    step.columns = 1;
    step.stride = 1;
    step.activation = activation;
    const Source source = {&in, 1, 1};
    pointwise(step, source, out);
}
