// Sums or values at four pixels.
struct Block {
    float a0, a1, a2, a3;
};

MICROMOBILENET_INLINE void multiply(Block &sums, float weight, const Block &values) {
    sums.a0 += weight * values.a0;
    sums.a1 += weight * values.a1;
    sums.a2 += weight * values.a2;
    sums.a3 += weight * values.a3;
}

MICROMOBILENET_INLINE void store(float *to, const Block &sums, const Clamp &clamp) {
    store(to, sums.a0, clamp);
    store(to + 1, sums.a1, clamp);
    store(to + 2, sums.a2, clamp);
    store(to + 3, sums.a3, clamp);
}

MICROMOBILENET_INLINE Block filled(float value) {
    const Block block = {value, value, value, value};
    return block;
}

//@if windows
// Whether four neighbouring outputs are computed at once: where floats are computed in software, as many sums would only
// take stack.
#if defined(__AVR__) || defined(__SOFTFP__) || defined(__XTENSA_SOFT_FLOAT__) || \
    (defined(__riscv) && !defined(__riscv_flen))
enum : bool { computesFour = false };
#else
enum : bool { computesFour = true };
#endif

// Whether four outputs from column `x` on are computed at once: their windows do not overlap the padding on the left and
// on the right.
static inline bool isInside(const Step &step, uint16_t x) {
    return computesFour && x >= step.first && x - step.first + 4u <= step.inner;
}

// The columns of a kernel that read no padding at a column of the output: kernel column i reads input column at + i.
struct Span {
    int32_t at;
    uint8_t first, end;
};

static inline Span spanOf(const Step &step, uint16_t x) {
    const int32_t at = static_cast<int32_t>(x) * step.stride - step.pad, left = step.width - at;
    const Span span = {at, static_cast<uint8_t>(at < 0 ? -at : 0),
                       static_cast<uint8_t>(left < step.kernel ? left : step.kernel)};
    return span;
}

//@end
