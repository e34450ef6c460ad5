// Activations work on the bits of a float: comparing those of positive numbers as integers is
// cheaper than comparing numbers.
static inline float activate(float value, uint8_t activation) {
    if (activation == linear) {
        return value;
    }
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits &= ~(bits >> 31);
    const int32_t six = 0x40c00000;
    if (activation == relu6 && bits > six) {
        bits = six;
    }
    memcpy(&value, &bits, sizeof value);
    return value;
}
