// Requantisation: from an accumulator to a byte, (sum * multiplier + offset) >> 16, saturated to 0..255.
// Bytes are stored with 128 added, so that saturation at 0 is ReLU.
static inline uint8_t requantise(uint32_t sum, uint32_t multiplier, uint32_t offset) {
    uint32_t byte;
    __asm__("usat %0, #8, %1, asr #16" : "=r"(byte) : "r"(sum * multiplier + offset));
    return static_cast<uint8_t>(byte);
}

// Functions written entirely in assembly, since their loops need every register. The procedure call standard
// defines the registers and stack slots of their arguments. The attributes keep the compiler from optimising
// on the basis of their C++ part, which uses no argument and seems to clobber few registers.
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
