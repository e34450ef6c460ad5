// One channel of a row of a 3x3 kernel away from the sides: out[i] from columns i * stride to
// i * stride + 2 of the rows a, b and c. The weights of a row are three bytes and a zero.
template <uint8_t stride>
static void depthwise3(const uint8_t *a, const uint8_t *b, const uint8_t *c, const int8_t *weights,
                       uint16_t multiplier, uint32_t offset, uint8_t *out, uint16_t count) {
    enum : uint8_t { s = stride };
    const int32_t a0 = weights[0], a1 = weights[1], a2 = weights[2];
    const int32_t b0 = weights[4], b1 = weights[5], b2 = weights[6];
    const int32_t c0 = weights[8], c1 = weights[9], c2 = weights[10];
    const uint8_t *end = out + count;
    if (count % 2 != 0) {
        const int32_t sum = a0 * a[0] + a1 * a[1] + a2 * a[2] + b0 * b[0] + b1 * b[1] + b2 * b[2] +
                            c0 * c[0] + c1 * c[1] + c2 * c[2];
        *out++ = requantise(static_cast<uint32_t>(sum), multiplier, offset);
        a += s, b += s, c += s;
    }
    // Two outputs at a time share weights and, unless the stride is 3, columns. Both sums are
    // complete before either is stored, since a store might change what has been loaded.
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
