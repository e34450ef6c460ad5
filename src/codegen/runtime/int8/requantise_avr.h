// Requantisation: from an accumulator to a byte, (sum * multiplier + offset) >> 16, saturated to 0..255.
// Bytes are stored with 128 added, so that saturation at 0 is ReLU.
static inline uint8_t saturate(int32_t value) {
    return static_cast<uint8_t>(value < 0 ? 0 : (value > 255 ? 255 : value));
}

// Compilers multiply 32 by 32 bits, but multipliers have only 16. Bytes 0 and 1 of the product only
// contribute a carry; byte 3 (the high byte of `high`) is only tested for 0 and for its sign.
static inline uint8_t requantise(uint32_t sum, uint32_t multiplier, uint32_t offset) {
    uint16_t high;
    uint8_t middle, zero;
    __asm__(
        "clr %[zero]\n\t"
        "mul %B[sum], %B[multiplier]\n\t"
        "movw %A[high], r0\n\t"
        "mul %C[sum], %A[multiplier]\n\t"
        "add %A[high], r0\n\t"
        "adc %B[high], r1\n\t"
        "mul %C[sum], %B[multiplier]\n\t"
        "add %B[high], r0\n\t"
        "mul %D[sum], %A[multiplier]\n\t"
        "add %B[high], r0\n\t"
        "mul %A[sum], %A[multiplier]\n\t"
        "add r0, %A[offset]\n\t"
        "adc r1, %B[offset]\n\t"
        "adc %A[high], %C[offset]\n\t"
        "adc %B[high], %D[offset]\n\t"
        "mov %[middle], r1\n\t"
        "mul %A[sum], %B[multiplier]\n\t"
        "add %[middle], r0\n\t"
        "adc %A[high], r1\n\t"
        "adc %B[high], %[zero]\n\t"
        "mul %B[sum], %A[multiplier]\n\t"
        "add %[middle], r0\n\t"
        "adc %A[high], r1\n\t"
        "adc %B[high], %[zero]\n\t"
        "clr __zero_reg__\n\t"
        "cpse %B[high], __zero_reg__\n\t"
        "ser %A[high]\n\t"
        "sbrc %B[high], 7\n\t"
        "clr %A[high]"
        : [high] "=&d"(high), [middle] "=&r"(middle), [zero] "=&r"(zero)
        : [sum] "r"(sum), [multiplier] "r"(static_cast<uint16_t>(multiplier)), [offset] "r"(offset));
    return static_cast<uint8_t>(high);
}
