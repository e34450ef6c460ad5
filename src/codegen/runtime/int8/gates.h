//@if gates
// Squeeze-and-excitation: computes a gate, one byte, for each channel of a feature map. The gates overwrite
// the channel means.
static void squeezeExcite(const Step &step, const Gates &gates, const uint8_t *map, uint8_t *values, uint8_t *place) {
    const uint32_t pixels = static_cast<uint32_t>(step.height) * step.width;
    const size_t row = static_cast<size_t>(step.channels) * step.width;
    const uint32_t multiplier = flash(multiplierTable + gates.mean), offset = flash(offsetTable + gates.mean);
    const uint32_t half = (static_cast<uint32_t>(1) << gates.meanShift) >> 1;
    for (uint16_t c = 0; c < step.channels; c++, map += step.width) {
        uint32_t sum = 0u - pixels * step.zero;
        for (uint16_t y = 0; y < step.height; y++) {
            sum = addBytes(sum, map + y * row, step.width);
        }
        const int32_t shifted = static_cast<int32_t>(sum + half) >> gates.meanShift;
        place[c] = requantise(static_cast<uint32_t>(shifted), multiplier, offset);
    }
    uint8_t *const hidden = place + step.channels;
    dense(gates.reduce, gates.reduceConstants, gates.reduceShift, step.channels, gates.hidden, place, values, hidden);
    dense(gates.expand, gates.expandConstants, gates.expandShift, gates.hidden, step.channels, hidden, values, place);
    for (uint16_t c = 0; c < step.channels; c++) {
        place[c] = flash(sigmoidTable + place[c]);
    }
}

// Computes the gates of a step from its whole input feature map.
static void computeGates(const Step &step, uint8_t *arena, const uint8_t *map) {
    Gates gates;
    fetch(&gates, gatesTable + step.weights, sizeof gates);
    uint32_t local[localWords];
//@if tiles
    uint8_t *const values = step.tile == noPlace ? reinterpret_cast<uint8_t *>(local) : arena + step.tile;
//@else
    uint8_t *const values = reinterpret_cast<uint8_t *>(local);
//@end
    squeezeExcite(step, gates, map, values, arena + step.ring);
}

// Squeeze-and-excitation: multiplies a row by the gates.
static void applyGates(const Step &step, const uint8_t *gates, const uint8_t *in, uint8_t *out) {
    // The gate is part of the sum, since multipliers have only 16 bits.
    const uint32_t multiplier = flash(multiplierTable + step.constants), offset = flash(offsetTable + step.constants);
    for (uint16_t c = 0; c < step.channels; c++) {
        const int32_t gate = gates[c];
        for (uint16_t x = 0; x < step.width; x++, in++, out++) {
            *out = requantise(static_cast<uint32_t>((*in - step.zero) * gate), multiplier, offset);
        }
    }
}
//@end
