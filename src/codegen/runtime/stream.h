// Whether a step can make its next row once `in` rows have come.
static inline bool due(const Step &step, const State &state, uint16_t in) {
    const uint16_t next = state.made[step.out];
    return next < step.rows && (next * step.stride + step.kernel <= in + step.pad || in == step.height);
}

static inline bool isWindowed(const Step &step) { return step.in != step.out; }

static inline size_t rowBytes(const Step &step) {
    return static_cast<size_t>(step.width) * step.channels * sizeof(Value);
}

// Where a step keeps row `index` of its input.
static inline uint8_t *slot(const Step &step, uint8_t *arena, uint16_t index) {
    return arena + step.ring + (index & (step.kernel - 2u)) * rowBytes(step);
}

// Where row `index` for a step may be written at once, if the step only keeps it; else null.
static inline uint8_t *landing(const Step &step, uint8_t *arena, const State &state, uint16_t index) {
    return step.kernel == 1 || due(step, state, static_cast<uint16_t>(index + 1)) ? nullptr : slot(step, arena, index);
}

// Row `index` of the step `at`, from the rows it keeps and the newest one, if there is one.
static inline uint8_t *make(uint8_t *arena, const State &state, const Step &step, const Step *at,
                            const Step *end, uint16_t index, uint8_t *newest) {
    uint8_t *out = newest;
    if (step.target == intoMap) {
        out = arena + step.row + index * (static_cast<size_t>(step.columns) * step.filters * sizeof(Value));
    } else if (step.target == intoRow) {
        out = nullptr;
        if (at + 1 != end) {
            MICROMOBILENET_STEP(after, at + 1);
            out = landing(after, arena, state, index);
        }
        out = out ? out : arena + step.row;
    }
    const uint8_t *rows[kernelRows];
    rows[0] = newest;
    if (isWindowed(step)) {
        uint16_t row = static_cast<uint16_t>(index * step.stride - step.pad);
        const uint16_t place = static_cast<uint16_t>(state.made[step.in] - 1 - row);
        const size_t bytes = rowBytes(step);
        for (uint8_t i = 0; i < step.kernel; i++, row++) {
            rows[i] = row < step.height ? arena + step.ring + (row & (step.kernel - 2u)) * bytes : nullptr;
        }
        if (newest && place < step.kernel) {
            rows[place] = newest;
        }
    }
    compute(step, arena, index, rows, out);
//@if additions
    if (step.keptRows) {
        const size_t bytes = static_cast<size_t>(step.columns) * step.filters * sizeof(Value);
        memcpy(arena + step.keeps + index % step.keptRows * bytes, out, bytes);
    }
//@end
    MICROMOBILENET_TRACED(at - steps, index, reinterpret_cast<const Value *>(out),
                          static_cast<size_t>(step.columns) * step.filters);
    return out;
}

// The last step from `at` back to `first` that has rows to make though none comes in: below the last
// row there is padding.
MICROMOBILENET_APART static const Step *waiting(const State &state, const Step *first, const Step *at) {
    for (;; at--) {
        MICROMOBILENET_STEP(step, at);
        if (isWindowed(step) && state.made[step.in] == step.height && state.made[step.out] < step.rows) {
            return at;
        }
        if (at == first) {
            return nullptr;
        }
    }
}

// Gives the steps from `first` to before `end` a row, and makes all that follows from it. Each
// row that is made goes on to the next step before another one is made.
static void stream(uint8_t *arena, State &state, const Step *first, const Step *end, uint8_t *newest) {
    const Step *at = first;
    state.made[0]++;
    for (;;) {
        const uint32_t start = MICROMOBILENET_CLOCK();
        MICROMOBILENET_STEP(step, at);
        const uint16_t in = state.made[step.in];
        uint8_t *out = nullptr;
        const bool moves = isWindowed(step);
        if (!moves || due(step, state, in)) {
            const uint16_t index = moves ? state.made[step.out] : static_cast<uint16_t>(in - 1);
            out = make(arena, state, step, at, end, index, newest);
            state.made[step.out] = static_cast<Counter>(state.made[step.out] + moves);
        }
        if (newest && step.kernel > 1) {
            const uint16_t next = state.made[step.out];
            if (next < step.rows && next * step.stride < in + step.pad) {
                uint8_t *const kept = slot(step, arena, static_cast<uint16_t>(in - 1));
                if (kept != newest) {
                    memcpy(kept, newest, rowBytes(step));
                }
            }
        }
        MICROMOBILENET_CHARGE(state, at - steps, start);
        if (out) {
            at++;
            if (at != end) {
                newest = out;
                continue;
            }
            if (end == steps + numSteps) {
                pool(arena, out);
            }
            at--;
        }
        // None of the steps has rows to make without another one before the first is done.
        newest = nullptr;
        {
            MICROMOBILENET_STEP(top, first);
            if (state.made[top.in] < top.height && state.made[top.out] < top.rows) {
                return;
            }
        }
        at = waiting(state, first, at);
        if (!at) {
            return;
        }
    }
}

// Where the camera writes its next row.
static inline uint8_t *nextRow(uint8_t *arena, const State &state) {
    MICROMOBILENET_STEP(step, steps);
    uint8_t *const kept = landing(step, arena, state, state.made[0]);
    return kept ? kept : arena + @camera@;
}

// The camera's row has come; most of them are only kept.
static inline void commitRow(uint8_t *arena, State &state) {
    MICROMOBILENET_STEP(step, steps);
    if (isWindowed(step) && !due(step, state, static_cast<uint16_t>(state.made[0] + 1))) {
        state.made[0]++;
    } else {
        stream(arena, state, steps, steps + firstStreamEnd, arena + @camera@);
    }
}
//@if streams

// A run of steps whose rows come from a map.
static void streamMap(uint8_t *arena, State &state, uint8_t index) {
    Stream current;
    fetch(&current, streams + index, sizeof current);
    const Step *const first = steps + current.first;
    MICROMOBILENET_STEP(step, first);
    if (current.end == numSteps) {
        clearPool(arena);
    }
//@if gates
    if (step.kind == gatesKind) {
        open(step, arena, arena + current.source);
    }
//@end
    for (uint16_t y = 0; y < step.height; y++) {
        uint8_t *row = arena + current.source + y * rowBytes(step);
//@if copies
        if (current.copy != noPlace) {
            memcpy(arena + current.copy, row, rowBytes(step));
            row = arena + current.copy;
        }
//@end
        stream(arena, state, first, steps + current.end, row);
        MICROMOBILENET_YIELD();
    }
}
//@end
