//@if gates
// Squeeze-and-excitation: computes a gate for each channel of a feature map. The gates overwrite the channel
// means.
static void computeGates(const Step &step, uint8_t *arena, const uint8_t *source) {
    Gates gates;
    fetch(&gates, gatesTable + step.weights, sizeof gates);
    const float *map = reinterpret_cast<const float *>(source);
    float *const place = reinterpret_cast<float *>(arena + step.ring);
    const size_t row = static_cast<size_t>(step.channels) * step.width;
    for (uint16_t c = 0; c < step.channels; c++, map += step.width) {
        float sum = 0.0f;
        for (uint16_t y = 0; y < step.height; y++) {
            for (uint16_t x = 0; x < step.width; x++) {
                sum += map[y * row + x];
            }
        }
        place[c] = sum / static_cast<float>(static_cast<uint32_t>(step.height) * step.width);
    }
    float *const hidden = place + step.channels;
    dense(gates.reduce, step.channels, gates.hidden, relu, place, hidden);
    dense(gates.expand, gates.hidden, step.channels, linear, hidden, place);
    for (uint16_t c = 0; c < step.channels; c++) {
        place[c] = 1.0f / (1.0f + expf(-place[c]));
    }
}

// Squeeze-and-excitation: multiplies a row by the gates.
static void applyGates(const Step &step, const float *gates, const float *in, float *out) {
    for (uint16_t c = 0; c < step.channels; c++) {
        for (uint16_t x = 0; x < step.width; x++, in++, out++) {
            *out = *in * gates[c];
        }
    }
}
//@end
