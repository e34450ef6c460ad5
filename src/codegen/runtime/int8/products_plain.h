// Inputs of filters at two neighbouring pixels: quads alternate between the pixels. The sum of a pixel starts
// at -128 times the sum of its values, since weights are stored with 128 added.
struct Tile {
    uint8_t *values;
    uint32_t sums[2];
};

enum : uint8_t { tilePixels = 2, tileBytesPerQuad = 8 };

// Stores value `index` of a pixel.
static inline void put(Tile &tile, uint8_t pixel, uint16_t index, uint8_t value) {
    tile.values[(index & ~3u) * 2 + pixel * 4 + (index & 3)] = value;
}

// Completes the tile after the last value of both pixels: pads the last quad and computes the initial sums.
static void complete(Tile &tile, uint16_t depth) {
    for (; depth % 4 != 0; depth++) {
        put(tile, 0, depth, 0);
        put(tile, 1, depth, 0);
    }
    uint32_t first = 0, second = 0;
    const uint8_t *x = tile.values;
    for (const uint8_t *end = x + depth * 2u; x != end; x += 8) {
        first += static_cast<uint32_t>(x[0] + x[1] + x[2] + x[3]);
        second += static_cast<uint32_t>(x[4] + x[5] + x[6] + x[7]);
    }
    tile.sums[0] = 0u - 128u * first;
    tile.sums[1] = 0u - 128u * second;
}

//@if gathers
// Gathers `depth` values of two pixels, which are `step` bytes apart; a plane is a channel of a row.
static void gather(Tile &tile, const uint8_t *in, uint16_t plane, uint8_t step, uint16_t depth) {
    uint8_t *to = tile.values;
    for (uint16_t left = depth; left != 0; left--, in += plane) {
        const uint8_t first = in[0], second = in[step];
        to[0] = first;
        to[4] = second;
        to += (depth - left) % 4 == 3 ? 5 : 1;
    }
    complete(tile, depth);
}
//@end

// Filters at two pixels, two filters at a time, so that every loaded weight and value is used twice. Weights
// are stored in pairs of filters: four of one, four of the other, padded to whole quads and pairs. Filter f
// writes the first pixel to out[f * plane] and the second to out[f * plane + step]; with step 0 only the
// first remains. The sums are signed, which keeps compilers from reordering additions; they do not overflow
// for depths up to 33000.
static void products(const Tile &tile, uint16_t quads, const uint8_t *weights, const uint16_t *multipliers,
                     const uint32_t *offsets, uint16_t filters, uint8_t *out, uint16_t plane, uint8_t step) {
    for (; filters != 0; filters--) {
        int32_t vx = static_cast<int32_t>(tile.sums[0]), vy = static_cast<int32_t>(tile.sums[1]), wx = vx, wy = vy;
        const uint8_t *x = tile.values;
        for (const uint8_t *end = x + quads * 8u; x != end; x += 8, weights += 8) {
            const int32_t v0 = flash(weights + 0), w0 = flash(weights + 4), x0 = x[0], y0 = x[4];
            vx += v0 * x0, vy += v0 * y0, wx += w0 * x0, wy += w0 * y0;
            const int32_t v1 = flash(weights + 1), w1 = flash(weights + 5), x1 = x[1], y1 = x[5];
            vx += v1 * x1, vy += v1 * y1, wx += w1 * x1, wy += w1 * y1;
            const int32_t v2 = flash(weights + 2), w2 = flash(weights + 6), x2 = x[2], y2 = x[6];
            vx += v2 * x2, vy += v2 * y2, wx += w2 * x2, wy += w2 * y2;
            const int32_t v3 = flash(weights + 3), w3 = flash(weights + 7), x3 = x[3], y3 = x[7];
            vx += v3 * x3, vy += v3 * y3, wx += w3 * x3, wy += w3 * y3;
        }
        uint32_t multiplier = flash(multipliers++), offset = flash(offsets++);
        out[step] = requantise(static_cast<uint32_t>(vy), multiplier, offset);
        out[0] = requantise(static_cast<uint32_t>(vx), multiplier, offset);
        out += plane;
        if (--filters == 0) {
            break;
        }
        multiplier = flash(multipliers++), offset = flash(offsets++);
        out[step] = requantise(static_cast<uint32_t>(wy), multiplier, offset);
        out[0] = requantise(static_cast<uint32_t>(wx), multiplier, offset);
        out += plane;
    }
}
