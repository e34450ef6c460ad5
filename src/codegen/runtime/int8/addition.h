//@if add
// Adds two rows that have different scales.
static void add(const Step &step, const uint8_t *in, const uint8_t *other, uint8_t *out) {
    const uint16_t multiplier = flash(multiplierTable + step.constants);
    const uint16_t otherMultiplier = flash(multiplierTable + step.constants + 1);
    const uint32_t offset = flash(offsetTable + step.constants);
    const size_t count = static_cast<size_t>(step.width) * step.channels;
    for (size_t i = 0; i < count; i++) {
        const uint32_t second = static_cast<uint32_t>(other[i] - step.otherZero) * otherMultiplier;
        out[i] = requantise(static_cast<uint32_t>(in[i] - step.zero), multiplier, second + offset);
    }
}
//@end
