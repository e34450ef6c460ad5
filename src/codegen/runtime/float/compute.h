// Computes output row `index` of a step.
static inline void compute(const Step &step, uint8_t *arena, uint16_t index, const uint8_t *const *from,
                           uint8_t *to) {
    const float *rows[kernelRows];
    for (uint8_t i = 0; i < step.kernel; i++) {
        rows[i] = reinterpret_cast<const float *>(from[i]);
    }
    float *const out = reinterpret_cast<float *>(to);
    switch (step.kind) {
//@if depthwise
//@if depthwise3
    case depthwise3Kind:
//@end
//@if firstLayer
    case firstLayerKind:
//@end
//@if anyDepthwise
    case depthwiseKind:
//@end
        depthwise(step, rows, out);
        break;
//@end
//@if add
    case additionKind: {
        const size_t bytes = static_cast<size_t>(step.columns) * step.filters * sizeof *out;
        add(step, rows[0], reinterpret_cast<const float *>(arena + step.adds + index % step.addedRows * bytes), out);
        break;
    }
//@end
//@if gates
    case gatesKind:
        applyGates(step, reinterpret_cast<const float *>(arena + step.ring), rows[0], out);
        break;
//@end
    default: {
//@if colours
        const bool isImage = step.kind == imageKind;
        const Source source = {rows, isImage ? static_cast<uint16_t>(1) : step.width,
                               isImage ? static_cast<uint8_t>(step.channels) : static_cast<uint8_t>(1)};
//@else
        const Source source = {rows, step.width, 1};
//@end
//@if convolutions
        if (step.kernel > 1) {
            convolution(step, source, out);
        } else {
            pointwise(step, source, out);
        }
//@else
        pointwise(step, source, out);
//@end
    }
    }
    static_cast<void>(arena);
    static_cast<void>(index);
}
