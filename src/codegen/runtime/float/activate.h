// Activations operate on the bits of a float: positive floats compare like integers, which takes fewer
// instructions.
struct Clamp {
    // `negativeMask`: all ones if negative values become 0. `largest`: bits of the upper bound.
    int32_t negativeMask, largest;
};

static inline Clamp clampOf(uint8_t activation) {
    Clamp clamp = {activation == linear ? 0 : -1, 0x7f800000};
    if (activation == relu6) {
        clamp.largest = 0x40c00000;
    }
    return clamp;
}

MICROMOBILENET_INLINE void store(float *to, float value, const Clamp &clamp) {
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits &= ~((bits >> 31) & clamp.negativeMask);
    bits = bits > clamp.largest ? clamp.largest : bits;
    memcpy(to, &bits, sizeof bits);
}
