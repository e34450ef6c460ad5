//@if anyDepthwise
// Depthwise with a kernel of one, three or five columns, for cores with the DSP extension: neighbouring outputs
// share eight columns of pixels, four outputs with stride 1, two otherwise. Narrower kernels have weights of 0.

// A row of the kernel: pairs of its weights 0 and 2, and 1 and 3; weight 4.
struct KernelRow {
    uint32_t even, odd, last;
};

// Columns 0 and 2, and 1 and 3, of four bytes.
static inline uint32_t evenBytes(uint32_t bytes) {
    uint32_t pair;
    __asm__("uxtb16 %0, %1" : "=r"(pair) : "r"(bytes));
    return pair;
}
static inline uint32_t oddBytes(uint32_t bytes) {
    uint32_t pair;
    __asm__("uxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(bytes));
    return pair;
}

// Adds the products of a pair of pixels and a pair of weights to a sum.
static inline void addPair(int32_t &sum, uint32_t pixels, uint32_t weights) {
    __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(pixels), "r"(weights));
}

// The upper half of `first` and the lower half of `second`: adjacent pixels of one parity, in exchanged order.
static inline uint32_t across(uint32_t first, uint32_t second) {
    uint32_t pair;
    __asm__("pkhtb %0, %1, %2" : "=r"(pair) : "r"(first), "r"(second));
    return pair;
}
static inline void addExchanged(int32_t &sum, uint32_t pixels, uint32_t weights) {
    __asm__("smladx %0, %1, %2, %0" : "+r"(sum) : "r"(pixels), "r"(weights));
}

// Adds the product of a single pixel, the lower or the upper half of `pixels`.
static inline void addLower(int32_t &sum, uint32_t pixels, uint32_t weight) {
    __asm__("smlabb %0, %1, %2, %0" : "+r"(sum) : "r"(pixels), "r"(weight));
}
static inline void addUpper(int32_t &sum, uint32_t pixels, uint32_t weight) {
    __asm__("smlatb %0, %1, %2, %0" : "+r"(sum) : "r"(pixels), "r"(weight));
}

// Eight columns of a row from column `at`, some of which are padding.
MICROMOBILENET_NOINLINE static uint64_t sideColumns(const uint8_t *row, int32_t at, const Step &step) {
    // Bytes differ from padding by `low` and `high`, so that shifts move padding in.
    const uint32_t zeros = step.zero * 0x01010101u;
    const int32_t width = step.width;
    uint32_t low, high = 0;
    if (width < 4) {
        low = 0;
        for (int32_t i = width; i-- != 0;) {
            low = low << 8 | (row[i] ^ step.zero);
        }
    } else {
        // The first eight, or the last if it is the right side.
        const int32_t first = at < 0 || width < 8 ? 0 : width - 8, rest = width < 8 ? width - 4 : first + 4;
        memcpy(&low, row + first, sizeof low);
        memcpy(&high, row + rest, sizeof high);
        low ^= zeros;
        high ^= zeros;
        if (width < 8) {
            high = high >> (8 * (7 - width)) >> 8;
        }
        at -= first;
    }
    if (at < 0) {
        high = high << (-8 * at) | low >> (32 + 8 * at);
        low <<= -8 * at;
    } else {
        if (at >= 4) {
            low = high;
            high = 0;
            at -= 4;
        }
        low = low >> (8 * at) | high << 8 << (24 - 8 * at);
        high >>= 8 * at;
    }
    return static_cast<uint64_t>(high ^ zeros) << 32 | (low ^ zeros);
}

// Adds the products of eight columns and a row of the kernel to the sums.
template <uint8_t stride>
MICROMOBILENET_INLINE void addRow(int32_t &a, int32_t &b, int32_t &c, int32_t &d, uint32_t low, uint32_t high,
                                  const KernelRow &row) {
    const uint32_t even = evenBytes(low), odd = oddBytes(low);
    low = evenBytes(high), high = oddBytes(high);
    addPair(a, even, row.even);
    addPair(a, odd, row.odd);
    addLower(a, low, row.last);
    const uint32_t evenMiddle = across(even, low), oddMiddle = across(odd, high);
    if (stride == 1) {
        addPair(b, odd, row.even);
        addExchanged(b, evenMiddle, row.odd);
        addLower(b, high, row.last);
        addExchanged(c, evenMiddle, row.even);
        addExchanged(c, oddMiddle, row.odd);
        addUpper(c, low, row.last);
        addExchanged(d, oddMiddle, row.even);
        addPair(d, low, row.odd);
        addUpper(d, high, row.last);
    } else if (stride == 2) {
        addExchanged(b, evenMiddle, row.even);
        addExchanged(b, oddMiddle, row.odd);
        addUpper(b, low, row.last);
    } else {
        addExchanged(b, oddMiddle, row.even);
        addPair(b, low, row.odd);
        addUpper(b, high, row.last);
    }
}

static inline uint8_t finish(const Step &step, int32_t sum, uint32_t multiplier, uint32_t offset) {
//@if shiftedDepthwise
    return saturate(static_cast<int32_t>(static_cast<uint32_t>(sum) * multiplier + offset) >> step.shift);
//@else
    static_cast<void>(step);
    return requantise(static_cast<uint32_t>(sum), multiplier, offset);
//@end
}

// A channel of a row.
template <uint8_t stride>
static void channelRow(const Step &step, const uint8_t *const *rows, uint32_t plane, const KernelRow *kernel,
                       const KernelRow *end, uint32_t multiplier, uint32_t offset, uint8_t *out) {
    enum : uint8_t { together = stride == 1 ? 4 : 2 };
    const uint32_t inside = step.width >= 8 ? step.width - 7u : 0;
    int32_t at = -static_cast<int32_t>(step.pad);
    for (uint32_t left = step.columns;; left -= together, at += together * stride) {
        int32_t a = 0, b = 0, c = 0, d = 0;
        const uint8_t *const *from = rows;
        for (const KernelRow *row = kernel; row != end; row++) {
            const uint8_t *const columns = *from++ + plane;
            uint32_t low, high;
            if (static_cast<uint32_t>(at) < inside) {
                memcpy(&low, columns + at, sizeof low);
                memcpy(&high, columns + at + 4, sizeof high);
            } else {
                const uint64_t eight = sideColumns(columns, at, step);
                low = static_cast<uint32_t>(eight);
                high = static_cast<uint32_t>(eight >> 32);
            }
            addRow<stride>(a, b, c, d, low, high, *row);
        }
        *out++ = finish(step, a, multiplier, offset);
        if (left > 1) {
            *out++ = finish(step, b, multiplier, offset);
        }
        if (stride == 1 && left > 2) {
            *out++ = finish(step, c, multiplier, offset);
            if (left > 3) {
                *out++ = finish(step, d, multiplier, offset);
            }
        }
        if (left <= together) {
            return;
        }
    }
}

// Depthwise with a kernel of any size: a row. Padding has the value `zero`.
static void anyDepthwise(const Step &step, const uint8_t *const *rows, uint8_t *out) {
    const int8_t *weights = reinterpret_cast<const int8_t *>(weightTable + step.weights);
    const uint32_t used = step.kernel < 4 ? 0xffffffffu >> (32 - 8 * step.kernel) : 0xffffffffu;
    const uint8_t *const *first = rows;
    while (!*first) {
        first++;
    }
    uint32_t plane = 0;
    for (uint16_t c = 0; c < step.filters; c++, out += step.columns) {
        const uint32_t multiplier = multiplierTable[step.constants + c];
        uint32_t offset = offsetTable[step.constants + c];
        KernelRow kernel[kernelRows], *end = kernel;
        for (uint8_t i = 0; i < step.kernel; i++, weights += step.kernel) {
            uint32_t four;
            memcpy(&four, weights, sizeof four);
            four &= used;
            uint32_t even, odd;
            __asm__("sxtb16 %0, %1" : "=r"(even) : "r"(four));
            __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd) : "r"(four));
            *end = {even, odd, step.kernel > 4 ? static_cast<uint32_t>(weights[4]) : 0};
            if (rows[i]) {
                end++;
            } else {
                // A row of padding adds a constant.
                int32_t sum = static_cast<int32_t>(end->last) * step.zero;
                addPair(sum, step.zero * 0x10001u, even);
                addPair(sum, step.zero * 0x10001u, odd);
                offset += static_cast<uint32_t>(sum) * multiplier;
            }
        }
//@if anyStride1
        if (step.stride == 1) {
            channelRow<1>(step, first, plane, kernel, end, multiplier, offset, out);
        }
//@end
//@if anyStride2
        if (step.stride == 2) {
            channelRow<2>(step, first, plane, kernel, end, multiplier, offset, out);
        }
//@end
//@if anyStride3
        if (step.stride == 3) {
            channelRow<3>(step, first, plane, kernel, end, multiplier, offset, out);
        }
//@end
        plane = step.channels == 1 ? 0 : plane + step.width;
    }
}
//@end
