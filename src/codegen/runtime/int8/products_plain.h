// What filters read at two neighbouring pixels: for every four values of the first pixel the four
// of the second, and for each pixel -128 times their sum, since weights are kept with 128 added.
struct Tile {
    uint8_t *values;
    uint32_t sums[2];
};

enum : uint8_t { tilePixels = 2, tileBytesPerQuad = 8 };

// Value `index` of a pixel.
static inline void put(Tile &tile, uint8_t pixel, uint16_t index, uint8_t value) {
    tile.values[(index & ~3u) * 2 + pixel * 4 + (index & 3)] = value;
}

// Call it after the last value of both pixels: it fills up the last quad and adds up.
static void complete(Tile &tile, uint16_t depth) {
    for (uint8_t pixel = 0; pixel < 2; pixel++) {
        uint32_t sum = 0;
        for (uint16_t i = 0; i < ((depth + 3u) & ~3u); i++) {
            if (i >= depth) {
                put(tile, pixel, i, 0);
            }
            sum += tile.values[(i & ~3u) * 2 + pixel * 4 + (i & 3)];
        }
        tile.sums[pixel] = 0u - 128u * sum;
    }
}

// `depth` values of two pixels, which are `step` bytes apart; a plane is a channel of a row.
static void gather(Tile &tile, const uint8_t *in, uint16_t plane, uint8_t step, uint16_t depth) {
    for (uint16_t i = 0; i < depth; i++, in += plane) {
        put(tile, 0, i, in[0]);
        put(tile, 1, i, in[step]);
    }
    complete(tile, depth);
}

// Filters at two pixels. Weights come in pairs of filters: four of the one, four of the other,
// padded to whole quads and pairs. The result of filter f at the first pixel goes to
// out[f * plane], at the second to out[f * plane + step]; with step 0 the first remains.
static void products(const Tile &tile, uint16_t quads, const uint8_t *weights, const uint16_t *multipliers,
                     const uint32_t *offsets, uint16_t filters, uint8_t *out, uint16_t plane, uint8_t step) {
    for (uint16_t f = 0; f < filters; f++, out += plane) {
        const uint8_t *w = weights + static_cast<uint32_t>(f >> 1) * quads * 8 + (f & 1) * 4;
        const uint8_t *x = tile.values;
        uint32_t first = tile.sums[0], second = tile.sums[1];
        for (uint16_t quad = 0; quad < quads; quad++, w += 8, x += 8) {
            for (uint8_t i = 0; i < 4; i++) {
                const uint32_t weight = flash(w + i);
                first += weight * x[i];
                second += weight * x[4 + i];
            }
        }
        const uint32_t multiplier = flash(multipliers + f), offset = flash(offsets + f);
        out[step] = requantise(second, multiplier, offset);
        out[0] = requantise(first, multiplier, offset);
    }
}
