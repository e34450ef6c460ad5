// Squeeze-and-excitation: offsets of the weights, and the number of hidden units.
struct Gates {
    uint32_t reduce, expand;
    uint16_t hidden, padding;
};
