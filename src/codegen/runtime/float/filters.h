// What filters read: rows, the values from a channel to the next, and from a pixel to the next.
struct Source {
    const float *const *rows;
    uint16_t plane;
    uint8_t gap;
};

// A row of pointwise filters, four of them at two pixels at a time. Weights come by fours of
// filters, biases after all of them.
static void pointwise(const Step &step, const Source &source, float *out) {
    const float *const first = weightTable + step.weights;
    const float *const biases = first + static_cast<uint32_t>((step.filters + 3u) & ~3u) * step.channels;
    const uint16_t gap = static_cast<uint16_t>(step.stride * source.gap);
    const uint8_t activation = step.activation;
    for (uint16_t x = 0; x < step.columns; x = static_cast<uint16_t>(x + 2)) {
        // A last pixel without a neighbour is worked out twice.
        const uint8_t other = x + 1 < step.columns;
        const float *const pixels = source.rows[0] + static_cast<size_t>(x) * gap;
        const float *weight = first;
        float *to = out + x;
        for (uint16_t f = 0; f < step.filters; f = static_cast<uint16_t>(f + 4)) {
            float a0 = 0.0f, a1 = 0.0f, a2 = 0.0f, a3 = 0.0f, b0 = 0.0f, b1 = 0.0f, b2 = 0.0f, b3 = 0.0f;
            const float *a = pixels, *b = pixels + other * gap;
            for (uint16_t i = step.channels; i > 0; i--, a += source.plane, b += source.plane, weight += 4) {
                const float va = *a, vb = *b;
                const float w0 = flash(weight), w1 = flash(weight + 1), w2 = flash(weight + 2), w3 = flash(weight + 3);
                a0 += w0 * va;
                b0 += w0 * vb;
                a1 += w1 * va;
                b1 += w1 * vb;
                a2 += w2 * va;
                b2 += w2 * vb;
                a3 += w3 * va;
                b3 += w3 * vb;
            }
            const float sums[4][2] = {{a0, b0}, {a1, b1}, {a2, b2}, {a3, b3}};
            for (uint8_t i = 0; i < 4 && f + i < step.filters; i++, to += step.columns) {
                const float bias = flash(biases + f + i);
                to[other] = activate(sums[i][1] + bias, activation);
                to[0] = activate(sums[i][0] + bias, activation);
            }
        }
    }
}

//@if convolutions
// A row of filters of any kernel.
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
            *out = activate(sum, step.activation);
        }
    }
}

//@end
// Fully connected: `channels` values to `count` values.
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
