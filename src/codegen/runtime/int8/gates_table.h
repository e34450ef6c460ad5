// Squeeze-and-excitation: offsets of weights and constants, the number of hidden units, and shifts.
struct Gates {
    uint32_t reduce, expand;
    // Offsets of the constants of the mean, of the hidden units and of the inputs of the sigmoid.
    uint16_t mean, reduceConstants, expandConstants;
    uint16_t hidden;
    uint8_t meanShift, reduceShift, expandShift, padding;
};
