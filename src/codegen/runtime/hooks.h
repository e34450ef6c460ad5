// Only these functions use macros that the sketch defines before it includes this file: some macros are
// undefined below, until the end of the file.
//
// MICROMOBILENET_YIELD() is called between rows: define it as the background work of your board.
static inline void mmnYield() {
#if defined(MICROMOBILENET_YIELD)
    MICROMOBILENET_YIELD();
#endif
}

// Define MICROMOBILENET_TRACE(step, row, data, count) to receive every row that a step computes: steps
// are numbered from 0, and a row holds its channels one after another (planar).
#if defined(MICROMOBILENET_TRACE)
template <typename T>
static inline void mmnTrace(uint8_t mmnStep, uint16_t mmnRow, const T *mmnData, size_t mmnCount) {
    MICROMOBILENET_TRACE(mmnStep, mmnRow, mmnData, mmnCount);
    static_cast<void>(mmnStep), static_cast<void>(mmnRow), static_cast<void>(mmnData), static_cast<void>(mmnCount);
}
#define MICROMOBILENET_TRACED(step, row, data, count) mmnTrace(step, row, data, count)
#else
#define MICROMOBILENET_TRACED(step, row, data, count) static_cast<void>(0)
#endif

// Define MICROMOBILENET_PROFILE to get printProfile(Serial), which prints the latency of each operation.
#if defined(MICROMOBILENET_PROFILE)
static inline uint32_t mmnClock() { return static_cast<uint32_t>(micros()); }
#define MICROMOBILENET_CHARGE(state, step, start) state.microseconds[step] += mmnClock() - start
#else
static inline uint32_t mmnClock() { return 0; }
#define MICROMOBILENET_CHARGE(state, step, start) static_cast<void>(start)
#endif
