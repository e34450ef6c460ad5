//@if max
#if defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'
// Maximum of each byte.
static inline uint32_t maximum(uint32_t one, uint32_t other) {
    uint32_t most;
    __asm__("uqsub8 %0, %1, %2\n\tuadd8 %0, %0, %2" : "=&r"(most) : "r"(one), "r"(other));
    return most;
}
#endif

// Global maximum pool: updates the maximum of each channel with a row.
static void pool(uint8_t *arena, const uint8_t *row) {
    uint8_t *const largest = arena + poolPlace;
    for (uint16_t c = 0; c < pooledChannels; c++) {
#if defined(__ARM_FEATURE_DSP) && __ARM_ARCH_PROFILE == 'M'
        if (pooledWidth >= 4) {
            // Four at a time; the last four may overlap the ones before.
            uint32_t four, most = largest[c];
            for (uint16_t x = 0; x + 4 < pooledWidth; x = static_cast<uint16_t>(x + 4)) {
                memcpy(&four, row + x, 4);
                most = maximum(four, most);
            }
            row += pooledWidth;
            memcpy(&four, row - 4, 4);
            most = maximum(four, most);
            most = maximum(most, most >> 16);
            largest[c] = static_cast<uint8_t>(maximum(most, most >> 8));
            continue;
        }
#endif
        uint8_t most = largest[c];
        for (uint16_t x = 0; x < pooledWidth; x++, row++) {
            most = *row > most ? *row : most;
        }
        largest[c] = most;
    }
}
//@else
// Global average pool: adds a row to the sum of each channel.
static void pool(uint8_t *arena, const uint8_t *row) {
    for (uint16_t c = 0; c < pooledChannels; c++) {
        uint32_t sum;
        memcpy(&sum, arena + poolPlace + c * sizeof sum, sizeof sum);
        sum = addBytes(sum, row, pooledWidth);
        row += pooledWidth;
        memcpy(arena + poolPlace + c * sizeof sum, &sum, sizeof sum);
    }
}
//@end

static void clearPool(uint8_t *arena) { memset(arena + poolPlace, 0, poolBytes); }

//@if tail
// Completes the global pool: requantises it to bytes.
static void finishPool(uint8_t *arena) {
//@else
// Computes the class scores, with 128 added.
static void head(uint8_t *arena, uint8_t *scores) {
//@end
    uint8_t *const pooled = arena + poolPlace;
//@if avg
    const uint32_t half = (static_cast<uint32_t>(1) << meanShift) >> 1;
    for (uint16_t c = 0; c < pooledChannels; c++) {
        uint32_t sum;
        memcpy(&sum, pooled + c * sizeof sum, sizeof sum);
        const int32_t shifted = static_cast<int32_t>(sum - pooledZeros + half) >> meanShift;
        pooled[c] = requantise(static_cast<uint32_t>(shifted), flash(multiplierTable + meanConstants),
                               flash(offsetTable + meanConstants));
    }
//@end
//@if tail
    static_cast<void>(pooled);
}

// Computes the class scores, with 128 added.
static void head(uint8_t *arena, uint8_t *scores) {
//@end
//@if headTile
    uint8_t *const values = arena + headTile;
//@else
    uint32_t local[localWords];
    uint8_t *const values = reinterpret_cast<uint8_t *>(local);
//@end
//@if tail
    dense(headWeights, headConstants, headShift, headChannels, numClasses, arena + headPlace, values, scores);
//@else
    dense(headWeights, headConstants, headShift, pooledChannels, numClasses, pooled, values, scores);
//@end
}
