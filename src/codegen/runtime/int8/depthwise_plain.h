// One channel of a row of a 3x3 kernel away from the sides: out[i] from columns i * stride to
// i * stride + 2 of the rows a, b and c. The weights of a row are three bytes and a zero.
template <uint8_t stride>
static void depthwise3(const uint8_t *a, const uint8_t *b, const uint8_t *c, const int8_t *weights,
                       uint16_t multiplier, uint32_t offset, uint8_t *out, uint16_t count) {
    const int32_t a0 = weights[0], a1 = weights[1], a2 = weights[2];
    const int32_t b0 = weights[4], b1 = weights[5], b2 = weights[6];
    const int32_t c0 = weights[8], c1 = weights[9], c2 = weights[10];
    for (const uint8_t *end = out + count; out != end; a += stride, b += stride, c += stride) {
        const int32_t sum = a0 * a[0] + a1 * a[1] + a2 * a[2] + b0 * b[0] + b1 * b[1] + b2 * b[2] +
                            c0 * c[0] + c1 * c[1] + c2 * c[2];
        *out++ = requantise(static_cast<uint32_t>(sum), multiplier, offset);
    }
}
