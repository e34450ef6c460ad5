// Constants of a channel: weights row by row, multiplier and offset.
struct Channel {
    int32_t taps[9];
    uint32_t multiplier, offset;
};

// Depthwise 3x3 without padding: a channel of a row. out[i] reads the columns i * stride to i * stride + 2 of
// the rows a, b and c.
template <uint8_t stride>
static void depthwise3(const Channel &channel, const uint8_t *a, const uint8_t *b, const uint8_t *c, uint8_t *out,
                       uint16_t count) {
    enum : uint8_t { s = stride };
    const int32_t a0 = channel.taps[0], a1 = channel.taps[1], a2 = channel.taps[2];
    const int32_t b0 = channel.taps[3], b1 = channel.taps[4], b2 = channel.taps[5];
    const int32_t c0 = channel.taps[6], c1 = channel.taps[7], c2 = channel.taps[8];
    const uint32_t multiplier = channel.multiplier, offset = channel.offset;
    const uint8_t *end = out + count;
    if (count % 2 != 0) {
        const int32_t sum = a0 * a[0] + a1 * a[1] + a2 * a[2] + b0 * b[0] + b1 * b[1] + b2 * b[2] +
                            c0 * c[0] + c1 * c[1] + c2 * c[2];
        *out++ = requantise(static_cast<uint32_t>(sum), multiplier, offset);
        a += s, b += s, c += s;
    }
    // Two outputs at a time share weights and, unless the stride is 3, columns. Both sums are complete before
    // either is stored, since a compiler must assume that a store changes the inputs.
    for (; out != end; a += 2 * s, b += 2 * s, c += 2 * s, out += 2) {
        int32_t first = a0 * a[0] + a1 * a[1] + a2 * a[2];
        int32_t second = a0 * a[s] + a1 * a[s + 1] + a2 * a[s + 2];
        first = first + b0 * b[0] + b1 * b[1] + b2 * b[2];
        second = second + b0 * b[s] + b1 * b[s + 1] + b2 * b[s + 2];
        first = first + c0 * c[0] + c1 * c[1] + c2 * c[2];
        second = second + c0 * c[s] + c1 * c[s + 1] + c2 * c[s + 2];
        out[0] = requantise(static_cast<uint32_t>(first), multiplier, offset);
        out[1] = requantise(static_cast<uint32_t>(second), multiplier, offset);
    }
}
