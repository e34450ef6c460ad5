//@if filters
//@unless tiled
#if !defined(__AVR_HAVE_MUL__)
//@end
// Runs filters on a tile, the inputs of several pixels, which is on the stack or in the arena. Not inlined,
// so that other kernels do not take the stack of the tile.
MICROMOBILENET_NOINLINE static void filterRow(const Step &step, uint8_t *arena, const uint8_t *const *rows,
                                              uint8_t *out) {
    uint32_t local[localWords];
//@if tiles
    uint8_t *const values = step.tile == noPlace ? reinterpret_cast<uint8_t *>(local) : arena + step.tile;
//@else
    uint8_t *const values = reinterpret_cast<uint8_t *>(local);
    static_cast<void>(arena);
//@end
//@if colours
    const bool isImage = step.kind == imageKind;
    const Source source = {rows, isImage ? static_cast<uint16_t>(1) : step.width,
                           isImage ? static_cast<uint8_t>(step.channels) : static_cast<uint8_t>(1)};
//@else
    const Source source = {rows, step.width, 1};
//@end
    filters(step, source, values, out);
}
//@unless tiled
#endif
//@end

//@end
// Computes output row `index` of a step.
static inline void compute(const Step &step, uint8_t *arena, uint16_t index, const uint8_t *const *rows,
                           uint8_t *out) {
//@unless add
    static_cast<void>(index);
//@end
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
        const size_t bytes = static_cast<size_t>(step.columns) * step.filters;
        add(step, rows[0], arena + step.adds + index % step.addedRows * bytes, out);
        break;
    }
//@end
//@if gates
    case gatesKind:
        applyGates(step, arena + step.ring, rows[0], out);
        break;
//@end
//@if shallow
#if defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'
    case shallowKind:
        shallowRow(step, rows[0], out);
        break;
#endif
//@end
//@if pointwise
#if defined(__AVR_HAVE_MUL__)
    case shallowKind:
    case pointwiseKind:
        pointwise(step, rows[0], out);
        break;
#endif
//@end
    default:
//@if filters
//@if tiled
        filterRow(step, arena, rows, out);
//@else
#if defined(__AVR_HAVE_MUL__)
        static_cast<void>(arena);
        break;
#else
        filterRow(step, arena, rows, out);
#endif
//@end
//@else
        static_cast<void>(arena);
        break;
//@end
    }
}
