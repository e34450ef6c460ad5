// Whether step `at` can compute its next row from the first `in` rows of its input.
static inline bool isReady(const Step *at, const State &state, uint16_t in) {
    const uint16_t next = state.made[MICROMOBILENET_OF(at, out)];
    const uint16_t reach = static_cast<uint16_t>(next * MICROMOBILENET_OF(at, stride) + MICROMOBILENET_OF(at, kernel));
    return next < MICROMOBILENET_OF(at, rows) &&
           (reach <= in + MICROMOBILENET_OF(at, pad) || in == MICROMOBILENET_OF(at, height));
}

static inline size_t rowBytes(const Step *at) {
    return static_cast<size_t>(MICROMOBILENET_OF(at, width)) * MICROMOBILENET_OF(at, channels) * sizeof(Value);
}

// The row buffer of a step for row `index` of its input.
static inline uint8_t *rowBuffer(const Step *at, uint8_t *arena, uint16_t index) {
    return arena + MICROMOBILENET_OF(at, ring) + (index & (MICROMOBILENET_OF(at, kernel) - 2u)) * rowBytes(at);
}

// The row buffer of step `at` for row `index`, if the step only stores this row for later; otherwise null.
static uint8_t *directBuffer(uint8_t *arena, const State &state, const Step *at, uint16_t index) {
    const uint16_t rows = static_cast<uint16_t>(index + 1);
    const bool isOnlyStored = MICROMOBILENET_OF(at, kernel) > 1 && !isReady(at, state, rows);
    return isOnlyStored ? rowBuffer(at, arena, index) : nullptr;
}

// Input row of a kernel: a buffered row if it is one of the first `kept` rows, the newest row if it follows
// them, null for padding.
static inline const uint8_t *inputRow(uint16_t row, uint16_t kept, const uint8_t *buffer, const uint8_t *newest) {
    return row < kept ? buffer : (row == kept ? newest : nullptr);
}

// Computes the next row of step `at` from its buffered rows and the newest row, which may be null. Returns
// null if the row was written to a row buffer of the next step, which needs nothing else to be done.
static uint8_t *computeRow(uint8_t *arena, const State &state, const Step *at, bool isLast, uint8_t *newest) {
    MICROMOBILENET_STEP(step, at);
    const uint16_t in = state.made[step.in];
    const uint16_t index = step.in != step.out ? state.made[step.out] : static_cast<uint16_t>(in - 1);
    const size_t bytes = static_cast<size_t>(step.columns) * step.filters * sizeof(Value);
    uint8_t *out = newest, *direct = nullptr;
    if (step.target == intoMap) {
        out = arena + step.row + index * bytes;
    } else if (step.target == intoRow) {
        direct = isLast ? nullptr : directBuffer(arena, state, at + 1, index);
        out = direct ? direct : arena + step.row;
    }
    const uint8_t *rows[kernelRows];
    rows[0] = newest;
    if (step.kernel > 1) {
        const size_t bytesKept = static_cast<size_t>(step.width) * step.channels * sizeof(Value);
        const uint16_t kept = static_cast<uint16_t>(newest ? in - 1 : in);
        const uint16_t row = static_cast<uint16_t>(index * step.stride - step.pad);
        const uint8_t *const ring = arena + step.ring;
//@if threeRows
        const uint8_t *const outer = ring + (row & 1u ? bytesKept : 0);
        const uint8_t *const middle = ring + (row & 1u ? 0 : bytesKept);
        rows[0] = inputRow(row, kept, outer, newest);
        rows[1] = inputRow(static_cast<uint16_t>(row + 1), kept, middle, newest);
        rows[2] = inputRow(static_cast<uint16_t>(row + 2), kept, outer, newest);
//@else
        for (uint8_t i = 0; i < step.kernel; i++) {
            const uint16_t next = static_cast<uint16_t>(row + i);
            rows[i] = inputRow(next, kept, ring + (next & (step.kernel - 2u)) * bytesKept, newest);
        }
//@end
    }
    compute(step, arena, index, rows, out);
//@if additions
    if (step.keptRows) {
        copy(arena + step.keeps + index % step.keptRows * bytes, out, bytes);
    }
//@end
    MICROMOBILENET_TRACED(static_cast<uint8_t>(at - steps), index, reinterpret_cast<const Value *>(out),
                          static_cast<size_t>(step.columns) * step.filters);
    return direct ? nullptr : out;
}

// Stores the newest row in the row buffers of step `at` if one of its later output rows reads it.
static inline void storeRow(uint8_t *arena, const State &state, const Step *at, const uint8_t *newest) {
    const uint16_t in = state.made[MICROMOBILENET_OF(at, in)];
    const uint16_t next = state.made[MICROMOBILENET_OF(at, out)];
    const uint16_t reads = static_cast<uint16_t>(next * MICROMOBILENET_OF(at, stride));
    if (next < MICROMOBILENET_OF(at, rows) && reads < in + MICROMOBILENET_OF(at, pad)) {
        uint8_t *const kept = rowBuffer(at, arena, static_cast<uint16_t>(in - 1));
        if (kept != newest) {
            copy(kept, newest, rowBytes(at));
        }
    }
}

// Passes a row to the steps from `first` to `end` (exclusive) and computes all rows that depend on it. The
// next step processes each row before another one is computed.
MICROMOBILENET_NOINLINE static void stream(uint8_t *arena, State &state, uint8_t first, uint8_t end, uint8_t *newest) {
    const Step *const begin = steps + first, *const endStep = steps + end;
    const Step *at = begin;
    state.made[0]++;
    for (;;) {
        const uint32_t start = mmnClock();
        const uint8_t counter = MICROMOBILENET_OF(at, out);
        const bool isWindowed = MICROMOBILENET_OF(at, in) != counter;
        uint8_t *out = nullptr;
//@if waits
        if (!isWindowed || isReady(at, state, state.made[MICROMOBILENET_OF(at, in)])) {
            out = computeRow(arena, state, at, at + 1 == endStep, newest);
            state.made[counter] = static_cast<Counter>(state.made[counter] + isWindowed);
        }
//@else
        // Rows that a step only stores do not get here: they were written to its row buffers.
        out = computeRow(arena, state, at, at + 1 == endStep, newest);
        state.made[counter] = static_cast<Counter>(state.made[counter] + isWindowed);
//@end
        if (newest && MICROMOBILENET_OF(at, kernel) > 1) {
            storeRow(arena, state, at, newest);
        }
        MICROMOBILENET_CHARGE(state, at - steps, start);
        if (out) {
            at++;
            if (at != endStep) {
                newest = out;
                continue;
            }
            if (end == @pooledSteps@) {
                pool(arena, out);
            }
        }
        // Padding follows the last row, so that a step may have output rows left that need no further input.
        // They are computed after the first step has finished, beginning with the last such step.
        newest = nullptr;
        if (state.made[MICROMOBILENET_OF(begin, in)] < MICROMOBILENET_OF(begin, height) &&
            state.made[MICROMOBILENET_OF(begin, out)] < MICROMOBILENET_OF(begin, rows)) {
            return;
        }
        for (at = endStep - 1;; at--) {
            const uint8_t in = MICROMOBILENET_OF(at, in), made = MICROMOBILENET_OF(at, out);
            if (state.made[in] == MICROMOBILENET_OF(at, height) && in != made &&
                state.made[made] < MICROMOBILENET_OF(at, rows)) {
                break;
            }
            if (at == begin) {
                return;
            }
        }
    }
}

// The row buffer of the first step for the next camera row, if the step only stores this row for later;
// otherwise null. Constants of the first step replace reads of its entry in the table.
static inline uint8_t *cameraBuffer(uint8_t *arena, const State &state) {
    enum : uint16_t {
        height = @height@,
        rows = @cameraRows@,
        kernel = @cameraKernel@,
        stride = @cameraStride@,
        pad = @cameraPad@,
    };
    const uint16_t index = state.made[0], next = state.made[@cameraMade@];
    const bool isDue = next < rows && (next * stride + kernel <= index + pad + 1 || index + 1 == height);
    const size_t bytes = static_cast<size_t>(@width@) * @channels@ * sizeof(Value);
    return kernel == 1 || isDue ? nullptr : arena + @cameraRing@ + (index & (kernel - 2u)) * bytes;
}

// The buffer for the next camera row.
static inline uint8_t *nextRow(uint8_t *arena, const State &state) {
    uint8_t *const kept = cameraBuffer(arena, state);
    return kept ? kept : arena + @camera@;
}

// Processes a camera row. The first step only stores most of them.
static inline void commitRow(uint8_t *arena, State &state) {
    if (cameraBuffer(arena, state)) {
        state.made[0]++;
    } else {
        stream(arena, state, 0, firstSegmentEnd, arena + @camera@);
    }
}
//@if segments
//@if gates

// Computes the gates of a segment that begins with squeeze-and-excitation.
static void startGates(uint8_t *arena, const Step *at, Place map) {
    MICROMOBILENET_STEP(step, at);
    if (step.kind == gatesKind) {
        computeGates(step, arena, arena + map);
    }
}
//@end

// Runs a segment, whose input rows are in a feature map.
static void streamMap(uint8_t *arena, State &state, uint8_t index) {
    Segment current;
    fetch(&current, segments + index, sizeof current);
    if (current.end == @pooledSteps@) {
        clearPool(arena);
    }
//@if tail
    if (current.first == bodySteps) {
        finishPool(arena);
    }
//@end
//@if gates
    startGates(arena, steps + current.first, current.source);
//@end
    const uint16_t height = MICROMOBILENET_OF(steps + current.first, height);
    const size_t bytes = rowBytes(steps + current.first);
    for (uint16_t y = 0; y < height; y++) {
        uint8_t *row = arena + current.source + y * bytes;
//@if copies
        if (current.copy != noPlace) {
            copy(arena + current.copy, row, bytes);
            row = arena + current.copy;
        }
//@end
        stream(arena, state, current.first, current.end, row);
        mmnYield();
    }
}
//@end
