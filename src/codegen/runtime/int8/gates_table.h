// Squeeze-and-excitation: how the gates of a map come about.
struct Gates {
    uint32_t reduce, expand;
    // In the tables: mean, hidden units and arguments of the sigmoid.
    uint16_t mean, reduceConstants, expandConstants;
    uint16_t hidden;
    uint8_t meanShift, reduceShift, expandShift, padding;
};
