// Input of filters: its rows, and the distance between channels (`plane`) and between pixels (`gap`), in
// values.
struct Source {
    const float *const *rows;
    uint16_t plane;
    uint8_t gap;
};

#if defined(__ARM_FEATURE_FMA) && defined(__ARM_FP) && __ARM_ARCH_PROFILE == 'M'
// Multiplies four pixels of the next plane by the weights of four filters.
#define VFP_PLANE                             \
    "vldmia %[at], {s16-s19}\n"               \
    "add %[at], %[at], %[plane]\n"            \
    "vldmia %[weight]!, {s20-s23}\n"          \
    "vfma.f32 %[a0], s20, s16\n"              \
    "vfma.f32 %[a1], s20, s17\n"              \
    "vfma.f32 %[a2], s20, s18\n"              \
    "vfma.f32 %[a3], s20, s19\n"              \
    "vfma.f32 %[b0], s21, s16\n"              \
    "vfma.f32 %[b1], s21, s17\n"              \
    "vfma.f32 %[b2], s21, s18\n"              \
    "vfma.f32 %[b3], s21, s19\n"              \
    "vfma.f32 %[c0], s22, s16\n"              \
    "vfma.f32 %[c1], s22, s17\n"              \
    "vfma.f32 %[c2], s22, s18\n"              \
    "vfma.f32 %[c3], s22, s19\n"              \
    "vfma.f32 %[d0], s23, s16\n"              \
    "vfma.f32 %[d1], s23, s17\n"              \
    "vfma.f32 %[d2], s23, s18\n"              \
    "vfma.f32 %[d3], s23, s19\n"

// Sums of four filters at four neighbouring pixels. Compilers load each value and each weight with an instruction of its
// own.
MICROMOBILENET_INLINE void pointwiseSums(const float *at, uint16_t plane, const float *&weight, uint16_t planes,
                                         const float *bias, Block &a, Block &b, Block &c, Block &d) {
    float a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3;
    __asm__ volatile(
        "vldmia %[bias], {s16-s19}\n"
        "vmov.f32 %[a0], s16\n"
        "vmov.f32 %[a1], s16\n"
        "vmov.f32 %[a2], s16\n"
        "vmov.f32 %[a3], s16\n"
        "vmov.f32 %[b0], s17\n"
        "vmov.f32 %[b1], s17\n"
        "vmov.f32 %[b2], s17\n"
        "vmov.f32 %[b3], s17\n"
        "vmov.f32 %[c0], s18\n"
        "vmov.f32 %[c1], s18\n"
        "vmov.f32 %[c2], s18\n"
        "vmov.f32 %[c3], s18\n"
        "vmov.f32 %[d0], s19\n"
        "vmov.f32 %[d1], s19\n"
        "vmov.f32 %[d2], s19\n"
        "vmov.f32 %[d3], s19\n"
        "tst %[planes], #1\n"
        "bne 2f\n"
        "1:\n"
        VFP_PLANE
        "2:\n"
        VFP_PLANE
        "cmp %[weight], %[end]\n"
        "bne 1b\n"
        : [at] "+r"(at), [weight] "+r"(weight),
          [a0] "=&t"(a0), [a1] "=&t"(a1), [a2] "=&t"(a2), [a3] "=&t"(a3),
          [b0] "=&t"(b0), [b1] "=&t"(b1), [b2] "=&t"(b2), [b3] "=&t"(b3),
          [c0] "=&t"(c0), [c1] "=&t"(c1), [c2] "=&t"(c2), [c3] "=&t"(c3),
          [d0] "=&t"(d0), [d1] "=&t"(d1), [d2] "=&t"(d2), [d3] "=&t"(d3)
        : [plane] "r"(plane * sizeof *at), [planes] "r"(planes), [end] "r"(weight + planes * 4u), [bias] "r"(bias)
        : "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23", "cc", "memory");
    const Block first = {a0, a1, a2, a3}, second = {b0, b1, b2, b3}, third = {c0, c1, c2, c3}, fourth = {d0, d1, d2, d3};
    a = first;
    b = second;
    c = third;
    d = fourth;
}
#undef VFP_PLANE
#else
// Sums of four filters at four neighbouring pixels.
MICROMOBILENET_INLINE void pointwiseSums(const float *at, uint16_t plane, const float *&weight, uint16_t planes,
                                         const float *bias, Block &a, Block &b, Block &c, Block &d) {
    a = filled(flash(bias));
    b = filled(flash(bias + 1));
    c = filled(flash(bias + 2));
    d = filled(flash(bias + 3));
    for (const float *const end = weight + planes * 4u; weight != end; weight += 4, at += plane) {
        const Block values = {at[0], at[1], at[2], at[3]};
        multiply(a, flash(weight), values);
        multiply(b, flash(weight + 1), values);
        multiply(c, flash(weight + 2), values);
        multiply(d, flash(weight + 3), values);
    }
}
#endif

// Pointwise: four neighbouring pixels of a row. Weights are interleaved in groups of four filters.
static void pointwise4(const Step &step, const float *in, uint16_t plane, const float *weight, const float *bias,
                       float *out) {
    const Clamp clamp = clampOf(step.activation);
    const uint16_t columns = step.columns;
    for (uint16_t left = step.filters;; left = static_cast<uint16_t>(left - 4)) {
        Block s0, s1, s2, s3;
        pointwiseSums(in, plane, weight, step.channels, bias, s0, s1, s2, s3);
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
// Convolution with a kernel of any size: four filters at four neighbouring pixels from column `x` on. Their windows do
// not overlap the padding on the left and on the right.
static void convolution4(const Step &step, const Source &source, const float *weight, const float *bias, uint16_t x,
                         uint16_t filters, float *out) {
    Block s0 = filled(flash(bias)), s1 = filled(flash(bias + 1)), s2 = filled(flash(bias + 2)),
          s3 = filled(flash(bias + 3));
    const uint32_t gap = static_cast<uint32_t>(step.stride) * source.gap;
    const uint32_t first = static_cast<uint32_t>(x * step.stride - step.pad) * source.gap;
    uint8_t columns = step.kernel;
    uint16_t inputs = step.channels;
//@if colours
    if (source.gap > 1) {
        // The columns of a row of the window follow each other.
        inputs = static_cast<uint16_t>(inputs * columns);
        columns = 1;
    }
//@end
    for (uint8_t row = 0; row < step.kernel; row++) {
        if (!source.rows[row]) {
            weight += step.kernel * step.channels * 4u;
            continue;
        }
        for (uint8_t column = 0; column < columns; column++) {
            const float *in = source.rows[row] + first + column;
            for (const float *const end = weight + inputs * 4u; weight != end; weight += 4, in += source.plane) {
                const Block values = {in[0], in[gap], in[2 * gap], in[3 * gap]};
                multiply(s0, flash(weight), values);
                multiply(s1, flash(weight + 1), values);
                multiply(s2, flash(weight + 2), values);
                multiply(s3, flash(weight + 3), values);
            }
        }
    }
    const Clamp clamp = clampOf(step.activation);
    store(out, s0, clamp);
    if (filters > 1) {
        store(out + step.columns, s1, clamp);
    }
    if (filters > 2) {
        store(out + step.columns * 2, s2, clamp);
    }
    if (filters > 3) {
        store(out + step.columns * 3, s3, clamp);
    }
}

// Convolution with a kernel of any size: four filters at column `x`.
static void convolution1(const Step &step, const Source &source, const float *weight, const float *bias, uint16_t x,
                         uint16_t filters, float *out) {
    const Span span = spanOf(step, x);
    Block sums = {flash(bias), flash(bias + 1), flash(bias + 2), flash(bias + 3)};
    for (uint8_t row = 0; row < step.kernel; row++) {
        if (source.rows[row]) {
            const float *at = weight + span.first * step.channels * 4u;
            for (uint8_t i = span.first; i < span.end; i++) {
                const float *in = source.rows[row] + (span.at + i) * source.gap;
                for (uint16_t channel = 0; channel < step.channels; channel++, at += 4, in += source.plane) {
                    const Block weights = {flash(at), flash(at + 1), flash(at + 2), flash(at + 3)};
                    multiply(sums, *in, weights);
                }
            }
        }
        weight += step.kernel * step.channels * 4u;
    }
    const float all[4] = {sums.a0, sums.a1, sums.a2, sums.a3};
    for (uint8_t i = 0; i < 4 && i < filters; i++, out += step.columns) {
        store(out, all[i], clampOf(step.activation));
    }
}

// Convolution: a row. Biases follow all weights. Not inlined, so that other kernels do not take its stack.
MICROMOBILENET_NOINLINE static void convolution(const Step &step, const Source &source, float *out) {
    const uint16_t depth = static_cast<uint16_t>(step.channels * step.kernel * step.kernel);
    const float *weight = weightTable + step.weights;
    const float *bias = weight + static_cast<uint32_t>((step.filters + 3u) & ~3u) * depth;
    for (uint16_t f = 0; f < step.filters; f = static_cast<uint16_t>(f + 4)) {
        const uint16_t left = static_cast<uint16_t>(step.filters - f);
        for (uint16_t x = 0; x < step.columns;) {
            if (isInside(step, x)) {
                convolution4(step, source, weight, bias, x, left, out + x);
                x = static_cast<uint16_t>(x + 4);
            } else {
                convolution1(step, source, weight, bias, x, left, out + x);
                x++;
            }
        }
        weight += depth * 4u;
        bias += 4;
        out += step.columns * 4;
    }
}

//@end
// Dense layer: `channels` inputs, `count` outputs. Not inlined, so that its step takes stack only while it runs.
MICROMOBILENET_NOINLINE static void dense(uint32_t at, uint16_t channels, uint16_t count, uint8_t activation, const float *in, float *out) {
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
