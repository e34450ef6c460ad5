//@if fastDepthwise
// Weights and bias of a 3x3 kernel.
struct Taps {
    float w0, w1, w2, w3, w4, w5, w6, w7, w8, bias;
};

// Output of the window that begins at a, b and c in its three rows.
MICROMOBILENET_INLINE float window(const Taps &w, const float *a, const float *b, const float *c) {
    float sum = w.bias + w.w0 * a[0];
    sum += w.w1 * a[1];
    sum += w.w2 * a[2];
    sum += w.w3 * b[0];
    sum += w.w4 * b[1];
    sum += w.w5 * b[2];
    sum += w.w6 * c[0];
    sum += w.w7 * c[1];
    return sum + w.w8 * c[2];
}

// Adds a kernel row to the sums of two neighbouring outputs.
MICROMOBILENET_INLINE void pair(float w0, float w1, float w2, const float *at, uint8_t stride, float &first,
                                float &second) {
    const float shared = at[stride];
    first += w0 * at[0];
    second += w0 * shared;
    first += w1 * at[1];
    second += w1 * at[stride + 1];
    first += w2 * at[2];
    second += w2 * at[stride + 2];
}

// All outputs up to `end`, two at a time. Their windows do not overlap the padding.
MICROMOBILENET_INLINE void windows(const Taps &w, const float *a, const float *b, const float *c, uint8_t stride,
                                   float *to, const float *end, const Clamp &clamp) {
    for (; end - to >= 2; to += 2, a += 2 * stride, b += 2 * stride, c += 2 * stride) {
        float first = w.bias, second = w.bias;
        pair(w.w0, w.w1, w.w2, a, stride, first, second);
        pair(w.w3, w.w4, w.w5, b, stride, first, second);
        pair(w.w6, w.w7, w.w8, c, stride, first, second);
        store(to, first, clamp);
        store(to + 1, second, clamp);
    }
    if (to != end) {
        store(to, window(w, a, b, c), clamp);
    }
}

// Depthwise 3x3, stride 1 to 3: a channel of a row of at least three columns.
static void depthwiseChannel3(const Step &step, const float *const *rows, uint16_t plane, const float *from,
                              float *out) {
    Taps w = {flash(from),     flash(from + 1), flash(from + 2), flash(from + 3), flash(from + 4),
              flash(from + 5), flash(from + 6), flash(from + 7), flash(from + 8), flash(from + 9)};
    const float *a = rows[0], *b = rows[1] + plane, *c = rows[2];
    // Rows of padding: another row is read instead, with weights of 0.
    if (a) {
        a += plane;
    } else {
        a = b;
        w.w0 = w.w1 = w.w2 = 0.0f;
    }
    if (c) {
        c += plane;
    } else {
        c = b;
        w.w6 = w.w7 = w.w8 = 0.0f;
    }
    const Clamp clamp = clampOf(step.activation);
    const uint8_t stride = step.stride;
    if (step.first) {
        float sum = w.bias + w.w1 * a[0];
        sum += w.w2 * a[1];
        sum += w.w4 * b[0];
        sum += w.w5 * b[1];
        sum += w.w7 * c[0];
        sum += w.w8 * c[1];
        store(out++, sum, clamp);
        a += stride - 1;
        b += stride - 1;
        c += stride - 1;
    }
    float *const end = out + step.inner;
    switch (stride) {
//@if stride1
    case 1:
        windows(w, a, b, c, 1, out, end, clamp);
        break;
//@end
//@if stride2
    case 2:
        windows(w, a, b, c, 2, out, end, clamp);
        break;
//@end
//@if stride3
    case 3:
        windows(w, a, b, c, 3, out, end, clamp);
        break;
//@end
    }
    if (step.first + step.inner < step.columns) {
        const uint16_t moved = static_cast<uint16_t>(step.inner * stride);
        a += moved;
        b += moved;
        c += moved;
        float sum = w.bias + w.w0 * a[0];
        sum += w.w1 * a[1];
        sum += w.w3 * b[0];
        sum += w.w4 * b[1];
        sum += w.w6 * c[0];
        sum += w.w7 * c[1];
        store(end, sum, clamp);
    }
}

//@end
//@if anyDepthwise
// Depthwise with a kernel of any size: a channel at four neighbouring pixels from column `x` on. Their windows do not
// overlap the padding on the left and on the right.
static void anyDepthwise4(const Step &step, const float *const *rows, uint16_t plane, const float *weight, uint16_t x,
                          float *out) {
    const uint8_t kernel = step.kernel, stride = step.stride;
    Block sums = filled(flash(weight + kernel * kernel));
    for (uint8_t row = 0; row < kernel; row++) {
        if (!rows[row]) {
            weight += kernel;
            continue;
        }
        const float *in = rows[row] + plane + (x * stride - step.pad);
        const float *second = in + stride, *third = second + stride, *fourth = third + stride;
        for (const float *const end = weight + kernel; weight != end; weight++) {
            const Block values = {*in++, *second++, *third++, *fourth++};
            multiply(sums, flash(weight), values);
        }
    }
    store(out, sums, clampOf(step.activation));
}

// Depthwise with a kernel of any size: a channel at column `x`.
static void anyDepthwise1(const Step &step, const float *const *rows, uint16_t plane, const float *weight, uint16_t x,
                          float *out) {
    const uint8_t kernel = step.kernel;
    const Span span = spanOf(step, x);
    float sum = flash(weight + kernel * kernel);
    for (uint8_t row = 0; row < kernel; row++, weight += kernel) {
        if (rows[row]) {
            const float *const in = rows[row] + plane + span.at;
            for (uint8_t i = span.first; i < span.end; i++) {
                sum += flash(weight + i) * in[i];
            }
        }
    }
    store(out, sum, clampOf(step.activation));
}

// Depthwise with a kernel of any size: a channel of a row.
static void anyDepthwise(const Step &step, const float *const *rows, uint16_t plane, const float *from, float *out) {
    for (uint16_t x = 0; x < step.columns;) {
        if (isInside(step, x)) {
            anyDepthwise4(step, rows, plane, from, x, out + x);
            x = static_cast<uint16_t>(x + 4);
        } else {
            anyDepthwise1(step, rows, plane, from, x, out + x);
            x++;
        }
    }
}

//@end
//@if depthwise
// Depthwise: a row of filters that read one channel each. With a single input channel, all filters read it.
static void depthwise(const Step &step, const float *const *rows, float *out) {
    const float *from = weightTable + step.weights;
    const uint8_t values = static_cast<uint8_t>(step.kernel * step.kernel + 1);
    uint16_t plane = 0;
    for (uint16_t c = 0; c < step.filters; c++, from += values, out += step.columns) {
//@if bothDepthwise
        if (step.kind == depthwiseKind) {
            anyDepthwise(step, rows, plane, from, out);
        } else {
            depthwiseChannel3(step, rows, plane, from, out);
        }
//@else
//@if fastDepthwise
        depthwiseChannel3(step, rows, plane, from, out);
//@else
        anyDepthwise(step, rows, plane, from, out);
//@end
//@end
        plane = static_cast<uint16_t>(step.channels == 1 ? 0 : plane + step.width);
    }
}
//@end
