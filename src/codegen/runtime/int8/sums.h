//@if sums
// Adds `count` bytes to a sum.
static inline uint32_t addBytes(uint32_t sum, const uint8_t *bytes, uint16_t count) {
    const uint8_t *const end = bytes + count;
#if defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'
    for (; end - bytes >= 4; bytes += 4) {
        uint32_t four;
        memcpy(&four, bytes, sizeof four);
        __asm__("usada8 %0, %1, %2, %0" : "+r"(sum) : "r"(four), "r"(0));
    }
#endif
    for (; bytes != end; bytes++) {
        sum += *bytes;
    }
    return sum;
}
//@end
