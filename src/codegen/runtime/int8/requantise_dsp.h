// From a sum of products to a byte: (sum * multiplier + offset) >> 16, saturated to 0..255.
// Bytes are kept with 128 added, so that what a rectifier cuts off is 0.
static inline uint8_t requantise(uint32_t sum, uint32_t multiplier, uint32_t offset) {
    uint32_t byte;
    __asm__("usat %0, #8, %1, asr #16" : "=r"(byte) : "r"(sum * multiplier + offset));
    return static_cast<uint8_t>(byte);
}

// Functions that are assembly as a whole, since their loops need every register. They find their
// arguments where the procedure call standard puts them. The compiler must not draw conclusions from
// what it sees of them: arguments without any use, and registers that seem to be spared.
#if defined(__clang__)
#define MMN_WHOLE __attribute__((naked, noinline, unused))
#elif __GNUC__ >= 8
#define MMN_WHOLE __attribute__((naked, noinline, noclone, noipa, unused))
#else
#define MMN_WHOLE __attribute__((naked, noinline, noclone, unused))
#endif
#define MMN_CLOBBERS "r0", "r1", "r2", "r3", "r12", "cc", "memory"

static inline uint8_t saturate(int32_t value) {
    return static_cast<uint8_t>(value < 0 ? 0 : (value > 255 ? 255 : value));
}
