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

// Where the next row for step `at` may be written at once, if that step only keeps it; else null.
static uint8_t *landing(uint8_t *arena, const State &state, uint8_t at) {
    MICROMOBILENET_STEP(step, at);
    const uint16_t index = state.made[step.in];
    return step.kernel == 1 || due(step, state, static_cast<uint16_t>(index + 1)) ? nullptr : slot(step, arena, index);
}

// The next row of step `at`, from the rows it keeps and the newest one, if there is one.
static uint8_t *make(uint8_t *arena, const State &state, uint8_t at, bool isLast, uint8_t *newest) {
    MICROMOBILENET_STEP(step, at);
    const uint16_t index = isWindowed(step) ? state.made[step.out] : static_cast<uint16_t>(state.made[step.in] - 1);
    const size_t bytes = static_cast<size_t>(step.columns) * step.filters * sizeof(Value);
    uint8_t *out = newest;
    if (step.target == intoMap) {
        out = arena + step.row + index * bytes;
    } else if (step.target == intoRow) {
        out = isLast ? nullptr : landing(arena, state, static_cast<uint8_t>(at + 1));
        out = out ? out : arena + step.row;
    }
    const uint8_t *rows[kernelRows];
    for (uint8_t i = 0; i < step.kernel; i++) {
        const uint16_t row = static_cast<uint16_t>(index * step.stride + i - step.pad);
        const bool isNewest = newest && row == static_cast<uint16_t>(state.made[step.in] - 1);
        rows[i] = isNewest ? newest : (row < step.height ? slot(step, arena, row) : nullptr);
    }
    compute(step, arena, index, rows, out);
//@if additions
    if (step.keptRows) {
        memcpy(arena + step.keeps + index % step.keptRows * bytes, out, bytes);
    }
//@end
    MICROMOBILENET_TRACED(at, index, reinterpret_cast<const Value *>(out),
                          static_cast<size_t>(step.columns) * step.filters);
    return out;
}

// Gives the steps from `first` to before `end` a row, and makes all that follows from it. Each
// row that is made goes on to the next step before another one is made.
static void stream(uint8_t *arena, State &state, uint8_t first, uint8_t end, uint8_t *newest) {
    uint8_t at = first;
    state.made[0]++;
    for (;;) {
        const uint32_t start = MICROMOBILENET_CLOCK();
        MICROMOBILENET_STEP(step, at);
        const uint16_t in = state.made[step.in];
        uint8_t *out = nullptr;
        if (!isWindowed(step) || due(step, state, in)) {
            out = make(arena, state, at, at + 1 == end, newest);
            state.made[step.out] = static_cast<Counter>(state.made[step.out] + isWindowed(step));
        }
        if (newest && step.kernel > 1) {
            uint8_t *const kept = slot(step, arena, static_cast<uint16_t>(in - 1));
            const uint16_t next = state.made[step.out];
            if (kept != newest && next < step.rows && next * step.stride < in + step.pad) {
                memcpy(kept, newest, rowBytes(step));
            }
        }
        MICROMOBILENET_CHARGE(state, at, start);
        if (out) {
            at++;
            if (at < end) {
                newest = out;
                continue;
            }
            if (end == numSteps) {
                pool(arena, out);
            }
            at--;
        }
        // Below the last row there is padding: a step may have rows to make that need no other.
        newest = nullptr;
        for (;; at--) {
            MICROMOBILENET_STEP(before, at);
            if (isWindowed(before) && state.made[before.in] == before.height && state.made[before.out] < before.rows) {
                break;
            }
            if (at == first) {
                return;
            }
        }
    }
}
//@if streams

// A run of steps whose rows come from a map.
static void streamMap(uint8_t *arena, State &state, uint8_t index) {
    Stream current;
    fetch(&current, streams + index, sizeof current);
    MICROMOBILENET_STEP(step, current.first);
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
        stream(arena, state, current.first, current.end, row);
        MICROMOBILENET_YIELD();
    }
}
//@end
