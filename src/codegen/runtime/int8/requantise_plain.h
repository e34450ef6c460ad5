// Requantisation: from an accumulator to a byte, (sum * multiplier + offset) >> 16, saturated to 0..255.
// Bytes are stored with 128 added, so that saturation at 0 is ReLU.
static inline uint8_t saturate(int32_t value) {
    return static_cast<uint8_t>(value < 0 ? 0 : (value > 255 ? 255 : value));
}

static inline uint8_t requantise(uint32_t sum, uint32_t multiplier, uint32_t offset) {
    return saturate(static_cast<int32_t>(sum * multiplier + offset) >> 16);
}
