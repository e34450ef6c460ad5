// Whether step `at` can make its next row once `in` rows have come.
static inline bool due(const Step *at, const State &state, uint16_t in) {
    const uint16_t next = state.made[MICROMOBILENET_OF(at, out)];
    const uint16_t reach = static_cast<uint16_t>(next * MICROMOBILENET_OF(at, stride) + MICROMOBILENET_OF(at, kernel));
    return next < MICROMOBILENET_OF(at, rows) &&
           (reach <= in + MICROMOBILENET_OF(at, pad) || in == MICROMOBILENET_OF(at, height));
}

static inline size_t rowBytes(const Step *at) {
    return static_cast<size_t>(MICROMOBILENET_OF(at, width)) * MICROMOBILENET_OF(at, channels) * sizeof(Value);
}

// Where a step keeps row `index` of its input.
static inline uint8_t *slot(const Step *at, uint8_t *arena, uint16_t index) {
    return arena + MICROMOBILENET_OF(at, ring) + (index & (MICROMOBILENET_OF(at, kernel) - 2u)) * rowBytes(at);
}

// Where row `index` for step `at` may be written at once, if that step only keeps it; else null.
static uint8_t *landing(uint8_t *arena, const State &state, const Step *at, uint16_t index) {
    const bool isKept = MICROMOBILENET_OF(at, kernel) > 1 && !due(at, state, static_cast<uint16_t>(index + 1));
    return isKept ? slot(at, arena, index) : nullptr;
}

// A row that a kernel reads: one of the first `kept` rows, the one after them or padding.
static inline const uint8_t *pick(uint16_t row, uint16_t kept, const uint8_t *slot, const uint8_t *newest) {
    return row < kept ? slot : (row == kept ? newest : nullptr);
}

// The next row of step `at`, from the rows it keeps and the newest one, if there is one. Null if the
// next step has got it and does nothing else with it.
static uint8_t *make(uint8_t *arena, const State &state, const Step *at, bool isLast, uint8_t *newest) {
    MICROMOBILENET_STEP(step, at);
    const uint16_t in = state.made[step.in];
    const uint16_t index = step.in != step.out ? state.made[step.out] : static_cast<uint16_t>(in - 1);
    const size_t bytes = static_cast<size_t>(step.columns) * step.filters * sizeof(Value);
    uint8_t *out = newest, *landed = nullptr;
    if (step.target == intoMap) {
        out = arena + step.row + index * bytes;
    } else if (step.target == intoRow) {
        landed = isLast ? nullptr : landing(arena, state, at + 1, index);
        out = landed ? landed : arena + step.row;
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
        rows[0] = pick(row, kept, outer, newest);
        rows[1] = pick(static_cast<uint16_t>(row + 1), kept, middle, newest);
        rows[2] = pick(static_cast<uint16_t>(row + 2), kept, outer, newest);
//@else
        for (uint8_t i = 0; i < step.kernel; i++) {
            const uint16_t next = static_cast<uint16_t>(row + i);
            rows[i] = pick(next, kept, ring + (next & (step.kernel - 2u)) * bytesKept, newest);
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
    return landed ? nullptr : out;
}

// Keeps the newest row for step `at`, if a row that it makes later reads it.
static inline void keep(uint8_t *arena, const State &state, const Step *at, const uint8_t *newest) {
    const uint16_t in = state.made[MICROMOBILENET_OF(at, in)];
    const uint16_t next = state.made[MICROMOBILENET_OF(at, out)];
    const uint16_t reads = static_cast<uint16_t>(next * MICROMOBILENET_OF(at, stride));
    if (next < MICROMOBILENET_OF(at, rows) && reads < in + MICROMOBILENET_OF(at, pad)) {
        uint8_t *const kept = slot(at, arena, static_cast<uint16_t>(in - 1));
        if (kept != newest) {
            copy(kept, newest, rowBytes(at));
        }
    }
}

// Gives the steps from `first` to before `end` a row, and makes all that follows from it. Each
// row that is made goes on to the next step before another one is made.
MICROMOBILENET_APART static void stream(uint8_t *arena, State &state, uint8_t first, uint8_t end, uint8_t *newest) {
    const Step *const begin = steps + first, *const behind = steps + end;
    const Step *at = begin;
    state.made[0]++;
    for (;;) {
        const uint32_t start = mmnClock();
        const uint8_t counter = MICROMOBILENET_OF(at, out);
        const bool isWindowed = MICROMOBILENET_OF(at, in) != counter;
        uint8_t *out = nullptr;
//@if waits
        if (!isWindowed || due(at, state, state.made[MICROMOBILENET_OF(at, in)])) {
            out = make(arena, state, at, at + 1 == behind, newest);
            state.made[counter] = static_cast<Counter>(state.made[counter] + isWindowed);
        }
//@else
        // A row that a step only keeps has not come here: it landed where it is kept.
        out = make(arena, state, at, at + 1 == behind, newest);
        state.made[counter] = static_cast<Counter>(state.made[counter] + isWindowed);
//@end
        if (newest && MICROMOBILENET_OF(at, kernel) > 1) {
            keep(arena, state, at, newest);
        }
        MICROMOBILENET_CHARGE(state, at - steps, start);
        if (out) {
            at++;
            if (at != behind) {
                newest = out;
                continue;
            }
            if (end == @pooledSteps@) {
                pool(arena, out);
            }
        }
        // Below the last row there is padding: a step may have rows to make that need no other. They
        // can wait until the first step has made all of its own; then the last such step goes first.
        newest = nullptr;
        if (state.made[MICROMOBILENET_OF(begin, in)] < MICROMOBILENET_OF(begin, height) &&
            state.made[MICROMOBILENET_OF(begin, out)] < MICROMOBILENET_OF(begin, rows)) {
            return;
        }
        for (at = behind - 1;; at--) {
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

// Where the next row of the camera may be written at once, if the first step only keeps it; else
// null. What is known of that step spares a look at it.
static inline uint8_t *cameraLanding(uint8_t *arena, const State &state) {
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

// Where the camera writes its next row.
static inline uint8_t *nextRow(uint8_t *arena, const State &state) {
    uint8_t *const kept = cameraLanding(arena, state);
    return kept ? kept : arena + @camera@;
}

// The camera's row has come; most of them are only kept.
static inline void commitRow(uint8_t *arena, State &state) {
    if (cameraLanding(arena, state)) {
        state.made[0]++;
    } else {
        stream(arena, state, 0, firstStreamEnd, arena + @camera@);
    }
}
//@if streams
//@if gates

// What a run of steps that begins with gates does first.
static void openAt(uint8_t *arena, const Step *at, Place map) {
    MICROMOBILENET_STEP(step, at);
    if (step.kind == gatesKind) {
        open(step, arena, arena + map);
    }
}
//@end

// A run of steps whose rows come from a map.
static void streamMap(uint8_t *arena, State &state, uint8_t index) {
    Stream current;
    fetch(&current, streams + index, sizeof current);
    if (current.end == @pooledSteps@) {
        clearPool(arena);
    }
//@if tail
    if (current.first == bodySteps) {
        closePool(arena);
    }
//@end
//@if gates
    openAt(arena, steps + current.first, current.source);
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
