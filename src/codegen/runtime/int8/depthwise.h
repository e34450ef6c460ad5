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
    depthwiseRow3(above, rows[1], below,
                  reinterpret_cast<const int8_t *>(weightTable + step.weights), multiplierTable + step.constants,
                  offsetTable + step.constants, plane, out, step.columns, edges,
                  step.zero * 0x10001u, static_cast<int32_t>(step.width - 2u - plane));
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
// Depthwise with a kernel of any size: a row. Padding has the value `zero`.
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
//@if shiftedDepthwise
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
