// Global pool: updates the maximum or sum of each channel with a row.
static void pool(uint8_t *arena, const uint8_t *from) {
    const float *row = reinterpret_cast<const float *>(from);
    float *const pooled = reinterpret_cast<float *>(arena + poolPlace);
    for (uint16_t c = 0; c < pooledChannels; c++) {
        for (uint16_t x = 0; x < pooledWidth; x++, row++) {
//@if max
            pooled[c] = *row > pooled[c] ? *row : pooled[c];
//@else
            pooled[c] += *row;
//@end
        }
    }
}

static void clearPool(uint8_t *arena) {
    float *const pooled = reinterpret_cast<float *>(arena + poolPlace);
    for (uint16_t c = 0; c < pooledChannels; c++) {
//@if max
        pooled[c] = -3.4028235e38f;
//@else
        pooled[c] = 0.0f;
//@end
    }
}

//@if tail
// Completes the global pool: divides sums to get means.
static void finishPool(uint8_t *arena) {
//@else
// Computes the logits.
static void head(uint8_t *arena, float *logits) {
//@end
    float *const pooled = reinterpret_cast<float *>(arena + poolPlace);
//@if avg
    for (uint16_t c = 0; c < pooledChannels; c++) {
        pooled[c] /= static_cast<float>(static_cast<uint32_t>(pooledPixels));
    }
//@end
//@if tail
    static_cast<void>(pooled);
}

// Computes the logits.
static void head(uint8_t *arena, float *logits) {
//@end
    // The logits must not overwrite their own inputs, hence the copy.
    float *const out = reinterpret_cast<float *>(arena + logitsPlace);
//@if tail
    dense(headWeights, headChannels, numClasses, linear, reinterpret_cast<const float *>(arena + headPlace), out);
//@else
    dense(headWeights, pooledChannels, numClasses, linear, pooled, out);
//@end
    memmove(logits, out, numClasses * sizeof *out);
}
