//@if fastDepthwise
// A pixel where one column of a 3x3 kernel falls beside the map: two taps of every row.
static inline float side(const float *const *rows, uint16_t at, const float *weights, float sum) {
    for (uint8_t i = 0; i < 3; i++, weights += 3) {
        sum += weights[0] * rows[i][at] + weights[1] * rows[i][at + 1];
    }
    return sum;
}

// One channel of a row of a 3x3 kernel over at least three columns, two outputs at a time.
static void depthwiseChannel3(const Step &step, const float *const *rows, uint16_t plane, const float *from,
                              float *out) {
    float w[9];
    const float *planes[3];
    for (uint8_t i = 0; i < 9; i++) {
        w[i] = rows[i / 3] ? flash(from + i) : 0.0f;
    }
    for (uint8_t i = 0; i < 3; i++) {
        planes[i] = (rows[i] ? rows[i] : rows[1]) + plane;
    }
    const float bias = flash(from + 9);
    const uint8_t activation = step.activation;
    uint16_t x = step.first;
    if (x) {
        out[0] = activate(side(planes, 0, w + 1, bias), activation);
    }
    const uint8_t stride = step.stride;
    const uint16_t at = static_cast<uint16_t>(x * stride - step.pad);
    const float *a = planes[0] + at, *b = planes[1] + at, *c = planes[2] + at;
    float *to = out + x;
    const float w0 = w[0], w1 = w[1], w2 = w[2], w3 = w[3], w4 = w[4], w5 = w[5], w6 = w[6], w7 = w[7], w8 = w[8];
    float *const end = to + step.inner;
//@if stride1
    if (stride == 1) {
        for (; end - to >= 2; to += 2, a += 2, b += 2, c += 2) {
            float first = bias + w0 * a[0], second = bias + w0 * a[1];
            first += w1 * a[1];
            second += w1 * a[2];
            first += w2 * a[2];
            second += w2 * a[3];
            first += w3 * b[0];
            second += w3 * b[1];
            first += w4 * b[1];
            second += w4 * b[2];
            first += w5 * b[2];
            second += w5 * b[3];
            first += w6 * c[0];
            second += w6 * c[1];
            first += w7 * c[1];
            second += w7 * c[2];
            first += w8 * c[2];
            second += w8 * c[3];
            to[0] = activate(first, activation);
            to[1] = activate(second, activation);
        }
    }
//@end
    for (; to != end; to++, a += stride, b += stride, c += stride) {
        float sum = bias + w0 * a[0];
        sum += w1 * a[1];
        sum += w2 * a[2];
        sum += w3 * b[0];
        sum += w4 * b[1];
        sum += w5 * b[2];
        sum += w6 * c[0];
        sum += w7 * c[1];
        sum += w8 * c[2];
        *to = activate(sum, activation);
    }
    x = static_cast<uint16_t>(x + step.inner);
    if (x < step.columns) {
        out[x] = activate(side(planes, static_cast<uint16_t>(step.width - 2), w, bias), activation);
    }
}

//@end
//@if anyDepthwise
// One channel of a row of any kernel.
static void anyDepthwise(const Step &step, const float *const *rows, uint16_t plane, const float *from, float *out) {
    const uint8_t kernel = step.kernel;
    for (uint16_t x = 0; x < step.columns; x++) {
        float sum = flash(from + kernel * kernel);
        const float *weight = from;
        for (uint8_t row = 0; row < kernel; row++) {
            for (uint8_t i = 0; i < kernel; i++, weight++) {
                const uint16_t column = static_cast<uint16_t>(x * step.stride + i - step.pad);
                if (rows[row] && column < step.width) {
                    sum += flash(weight) * rows[row][plane + column];
                }
            }
        }
        out[x] = activate(sum, step.activation);
    }
}

//@end
//@if depthwise
// A row of filters that read one channel each; if there is a single channel, all of them read it.
static void depthwise(const Step &step, const float *const *rows, float *out) {
    const float *from = weightTable + step.weights;
    const uint8_t values = static_cast<uint8_t>(step.kernel * step.kernel + 1);
    uint16_t plane = 0;
    for (uint16_t c = 0; c < step.filters; c++, from += values, out += step.columns) {
//@if bothDepthwise
        if (step.kernel == 3 && step.width >= 3) {
            depthwiseChannel3(step, rows, plane, from, out);
        } else {
            anyDepthwise(step, rows, plane, from, out);
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
