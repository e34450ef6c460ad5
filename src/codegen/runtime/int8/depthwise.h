//@if fastDepthwise
#if defined(__ARM_FEATURE_DSP)
// A row of a 3x3 kernel over at least three columns.
static void depthwise3Row(const Step &step, const uint8_t *const *rows, uint8_t *out) {
//@if stem
    // The weights of the first layer are the first.
    if (step.weights == 0) {
        stemRow(rows[0], rows[1], rows[2], reinterpret_cast<const int8_t *>(weightTable), multiplierTable, offsetTable, out);
        return;
    }
//@end
    const uint32_t plane = step.channels == 1 ? 0 : step.width;
    uint32_t edges = static_cast<uint32_t>(step.filters) << 8;
    edges |= step.first ? leftEdge : 0;
    edges |= step.first + step.inner < step.columns ? rightEdge : 0;
    edges |= rows[0] ? 0 : topEdge;
    edges |= rows[2] ? 0 : bottomEdge;
    edges |= step.stride == 2 ? byTwo : 0;
    edges |= step.stride == 3 ? byThree : 0;
    depthwiseRow3(rows[0] ? rows[0] : rows[1], rows[1], rows[2] ? rows[2] : rows[1],
                  reinterpret_cast<const int8_t *>(weightTable + step.weights), multiplierTable + step.constants,
                  offsetTable + step.constants, plane, out, step.columns, edges,
                  step.zero * 0x10001u, static_cast<int32_t>(step.width - 2u - plane));
}
#elif !defined(__AVR_HAVE_MUL__)
// A pixel where one column of a 3x3 kernel falls beside the map: two taps of every row.
static uint8_t side(const uint8_t *const *rows, uint16_t at, const int8_t *weights, uint16_t multiplier,
                    uint32_t offset) {
    int32_t sum = 0;
    for (uint8_t i = 0; i < 3; i++, weights += 4) {
        sum += static_cast<int32_t>(weights[0]) * rows[i][at];
        sum += static_cast<int32_t>(weights[1]) * rows[i][at + 1];
    }
    return requantise(static_cast<uint32_t>(sum), multiplier, offset);
}

// One channel of a row of a 3x3 kernel over at least three columns.
static void depthwiseChannel3(const Step &step, const uint8_t *const *rows, uint16_t plane, const int8_t *weights,
                              uint16_t multiplier, uint32_t offset, uint8_t *out) {
    uint32_t words[3] = {0, 0, 0};
    int8_t *const taps = reinterpret_cast<int8_t *>(words);
    const uint8_t *planes[3];
    for (uint8_t i = 0; i < 3; i++, weights += 3) {
        planes[i] = (rows[i] ? rows[i] : rows[1]) + plane;
        if (rows[i]) {
            fetch(taps + 4 * i, weights, 3);
        } else if (step.zero) {
            const int32_t missing = flash(weights) + flash(weights + 1) + flash(weights + 2);
            offset += static_cast<uint32_t>(missing * step.zero) * multiplier;
        }
    }
    uint16_t x = step.first;
    if (x) {
        const int32_t missing = static_cast<int32_t>(taps[0] + taps[4] + taps[8]) * step.zero;
        out[0] = side(planes, 0, taps + 1, multiplier, offset + static_cast<uint32_t>(missing) * multiplier);
    }
    const uint16_t at = static_cast<uint16_t>(x * step.stride - step.pad);
    const uint8_t *const a = planes[0] + at, *const b = planes[1] + at, *const c = planes[2] + at;
//@if stride1
    if (step.stride == 1) {
        depthwise3<1>(a, b, c, taps, multiplier, offset, out + x, step.inner);
    }
//@end
//@if stride2
    if (step.stride == 2) {
        depthwise3<2>(a, b, c, taps, multiplier, offset, out + x, step.inner);
    }
//@end
//@if stride3
    if (step.stride == 3) {
        depthwise3<3>(a, b, c, taps, multiplier, offset, out + x, step.inner);
    }
//@end
    x = static_cast<uint16_t>(x + step.inner);
    if (x < step.columns) {
        const int32_t missing = static_cast<int32_t>(taps[2] + taps[6] + taps[10]) * step.zero;
        out[x] = side(planes, static_cast<uint16_t>(step.width - 2), taps, multiplier,
                      offset + static_cast<uint32_t>(missing) * multiplier);
    }
}

// A row of a 3x3 kernel over at least three columns.
static void depthwise3Row(const Step &step, const uint8_t *const *rows, uint8_t *out) {
    const int8_t *from = reinterpret_cast<const int8_t *>(weightTable + step.weights);
    uint16_t plane = 0;
    for (uint16_t c = 0; c < step.filters; c++, from += 9, out += step.columns) {
        depthwiseChannel3(step, rows, plane, from, flash(multiplierTable + step.constants + c),
                          flash(offsetTable + step.constants + c), out);
        plane = static_cast<uint16_t>(step.channels == 1 ? 0 : plane + step.width);
    }
}
#endif

//@end
//@if anyDepthwise
// A row of any kernel; padding reads `zero`.
static void anyDepthwise(const Step &step, const uint8_t *const *rows, uint8_t *out) {
    const int8_t *from = reinterpret_cast<const int8_t *>(weightTable + step.weights);
    const uint8_t taps = static_cast<uint8_t>(step.kernel * step.kernel);
    uint16_t plane = 0;
    for (uint16_t c = 0; c < step.filters; c++, from += taps, out += step.columns) {
        const uint16_t multiplier = flash(multiplierTable + step.constants + c);
        const uint32_t offset = flash(offsetTable + step.constants + c);
        for (uint16_t x = 0; x < step.columns; x++) {
            int32_t sum = 0;
            const int8_t *weight = from;
            for (uint8_t row = 0; row < step.kernel; row++) {
                for (uint8_t i = 0; i < step.kernel; i++, weight++) {
                    const uint16_t column = static_cast<uint16_t>(x * step.stride + i - step.pad);
                    const bool isInside = rows[row] && column < step.width;
                    sum += static_cast<int32_t>(flash(weight)) * (isInside ? rows[row][plane + column] : step.zero);
                }
            }
//@if shifts
            out[x] = saturate(static_cast<int32_t>(static_cast<uint32_t>(sum) * multiplier + offset) >> step.shift);
//@else
            out[x] = requantise(static_cast<uint32_t>(sum), multiplier, offset);
//@end
        }
        plane = static_cast<uint16_t>(step.channels == 1 ? 0 : plane + step.width);
    }
}

//@end
//@if depthwise
// A row of filters that read one channel each; if there is a single channel, all of them read it.
MICROMOBILENET_APART static void depthwise(const Step &step, const uint8_t *const *rows, uint8_t *out) {
//@if bothDepthwise
    if (step.kernel == 3 && step.width >= 3 && step.shift == 16) {
        depthwise3Row(step, rows, out);
    } else {
        anyDepthwise(step, rows, out);
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
