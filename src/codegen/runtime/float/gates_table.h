// Squeeze-and-excitation: how the gates of a map come about.
struct Gates {
    uint32_t reduce, expand;
    uint16_t hidden, padding;
};
