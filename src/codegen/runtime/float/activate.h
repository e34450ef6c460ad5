// Activations work on the bits of a float: those of positive numbers compare as integers, which
// takes fewer instructions than comparing numbers.
struct Clamp {
    // All ones where negative numbers become 0; the bits of the largest number.
    int32_t negatives, most;
};

static inline Clamp clampOf(uint8_t activation) {
    Clamp clamp = {activation == linear ? 0 : -1, 0x7f800000};
    if (activation == relu6) {
        clamp.most = 0x40c00000;
    }
    return clamp;
}

MICROMOBILENET_INLINE void store(float *to, float value, const Clamp &clamp) {
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits &= ~((bits >> 31) & clamp.negatives);
    bits = bits > clamp.most ? clamp.most : bits;
    memcpy(to, &bits, sizeof bits);
}
