// Resizes camera rows to the network's input and converts their colours, as the images were resized for
// training (@resizeText@). Downscaling averages areas, upscaling is bilinear, both in integers: columns
// first, in units of 1/256, then rows. The object holds a few rows of the network's input.
template <typename Net>
class Camera {
public:
    // A camera with this number of columns and rows.
    Camera(Net &network, uint16_t columns, uint16_t rows) : net_(network), columns_(columns), rows_(rows) {
        source_.width = columns;
        source_.height = rows;
        source_.x = source_.y = 0;
        target_.width = Net::width;
        target_.height = Net::height;
        target_.x = target_.y = 0;
        const uint32_t across = static_cast<uint32_t>(columns) * Net::height;
        const uint32_t along = static_cast<uint32_t>(rows) * Net::width;
//@if crop
        // The largest centred part with the network's aspect ratio.
        if (across > along) {
            source_.width = static_cast<uint16_t>(atLeast1(along / Net::height));
            source_.x = static_cast<uint16_t>((columns - source_.width) / 2);
        } else {
            source_.height = static_cast<uint16_t>(atLeast1(across / Net::width));
            source_.y = static_cast<uint16_t>((rows - source_.height) / 2);
        }
//@end
//@if pad
        // The whole image, centred, with black bars.
        if (across > along) {
            const uint32_t high = (2 * along + columns) / (2 * static_cast<uint32_t>(columns));
            target_.height = static_cast<uint16_t>(atMost(atLeast1(high), Net::height));
            target_.y = static_cast<uint16_t>((Net::height - target_.height) / 2);
        } else {
            const uint32_t wide = (2 * across + rows) / (2 * static_cast<uint32_t>(rows));
            target_.width = static_cast<uint16_t>(atMost(atLeast1(wide), Net::width));
            target_.x = static_cast<uint16_t>((Net::width - target_.width) / 2);
        }
//@end
//@if fit
        static_cast<void>(across);
        static_cast<void>(along);
//@end
        begin();
    }

    // Starts an image and discards an unfinished one.
    void begin() {
        net_.begin();
        taken_ = given_ = 0;
    }

    // Processes a camera row with one byte per pixel.
    void gray(const uint8_t *row) { take(Gray{row}); }

    // Processes a camera row with three bytes per pixel: red, green, blue.
    void rgb888(const uint8_t *row) { take(Rgb888{row}); }

    // Processes a camera row with two bytes per pixel: five bits of red, six of green, five of blue. Cameras
    // send the byte with red first.
    void rgb565(const uint8_t *row, bool redFirst = true) { take(Rgb565{row, redFirst}); }

    // Finishes an image and returns its class; the next row starts another one.
    uint16_t finish() {
        taken_ = 0;
        return net_.finish();
    }

private:
    struct Part {
        uint16_t x, y, width, height;
    };
    struct Gray {
        const uint8_t *row;
        uint8_t operator()(uint16_t x, uint8_t) const { return row[x]; }
    };
    struct Rgb888 {
        const uint8_t *row;
        uint8_t operator()(uint16_t x, uint8_t channel) const {
            const uint8_t *const pixel = row + static_cast<size_t>(x) * 3;
            return Net::channels == 3 ? pixel[channel] : luma(pixel[0], pixel[1], pixel[2]);
        }
    };
    struct Rgb565 {
        const uint8_t *row;
        bool redFirst;
        uint8_t operator()(uint16_t x, uint8_t channel) const {
            const uint8_t first = row[static_cast<size_t>(x) * 2], second = row[static_cast<size_t>(x) * 2 + 1];
            const uint16_t pixel = static_cast<uint16_t>(redFirst ? first << 8 | second : second << 8 | first);
            const uint8_t red = widened(static_cast<uint8_t>(pixel >> 11), 5);
            const uint8_t green = widened(static_cast<uint8_t>(pixel >> 5 & 63), 6);
            const uint8_t blue = widened(static_cast<uint8_t>(pixel & 31), 5);
            if (Net::channels == 1) {
                return luma(red, green, blue);
            }
            return channel == 0 ? red : (channel == 1 ? green : blue);
        }
    };

    static uint32_t atLeast1(uint32_t value) { return value ? value : 1; }
    static uint32_t atMost(uint32_t value, uint32_t most) { return value < most ? value : most; }
    static uint8_t widened(uint8_t value, uint8_t bits) {
        return static_cast<uint8_t>(value << (8 - bits) | value >> (2 * bits - 8));
    }
    static uint8_t luma(uint8_t red, uint8_t green, uint8_t blue) {
        const uint32_t sum = static_cast<uint32_t>(red) * 299 + static_cast<uint32_t>(green) * 587 +
                             static_cast<uint32_t>(blue) * 114;
        return static_cast<uint8_t>((sum + 500) / 1000);
    }

    // Prepares an image, including a black bar at the top. It overwrites the outputs of the previous image.
    void start() {
        given_ = 0;
        room_ = source_.height;
        memset(&rowsKept_, 0, sizeof rowsKept_);
        for (uint16_t y = 0; y < target_.y; y++) {
            black();
        }
    }

    void black() {
        memset(net_.nextRow(), 0, Net::width * Net::channels);
        net_.commitRow();
    }

    template <typename Read>
    void take(const Read &read) {
        if (given_ != 0 && !net_.hasRows()) {
            // finish() or begin() of the network was called directly.
            taken_ = 0;
        }
        const uint16_t row = taken_;
        if (row >= rows_ || !net_.hasArena()) {
            return;
        }
        if (row == 0) {
            start();
        }
        taken_++;
        if (row < source_.y || row >= source_.y + source_.height) {
            return;
        }
        for (uint8_t channel = 0; channel < Net::channels; channel++) {
            squeeze(read, channel);
        }
        if (target_.height < source_.height) {
            average();
        } else {
            interpolate(static_cast<uint16_t>(row - source_.y));
        }
        if (given_ == target_.height) {
            for (uint16_t y = static_cast<uint16_t>(target_.y + target_.height); y < Net::height; y++) {
                black();
            }
        }
    }

    // Resizes a channel of the row to the network's width, in units of 1/256.
    template <typename Read>
    void squeeze(const Read &read, uint8_t channel) {
        const uint16_t from = source_.width, to = target_.width;
        uint16_t *out = current_ + channel;
        if (to < from) {
            // In this scale each input column has the length `to`, each output column `from`.
            uint32_t sum = 0, room = from;
            for (uint16_t x = 0; x < from; x++) {
                const uint32_t value = read(static_cast<uint16_t>(source_.x + x), channel);
                uint32_t left = to;
                for (; left >= room; room = from, sum = 0, out += Net::channels) {
                    sum += room * value;
                    left -= room;
                    *out = static_cast<uint16_t>((256 * sum + from / 2) / from);
                }
                sum += left * value;
                room -= left;
            }
            return;
        }
        const uint32_t total = 2 * static_cast<uint32_t>(to);
        for (uint16_t o = 0; o < to; o++, out += Net::channels) {
            uint32_t weight;
            const uint16_t first = place(o, from, to, weight);
            const uint16_t last = static_cast<uint16_t>(first + 1 < from ? first + 1 : first);
            const uint32_t sum = (total - weight) * read(static_cast<uint16_t>(source_.x + first), channel) +
                                 weight * read(static_cast<uint16_t>(source_.x + last), channel);
            *out = static_cast<uint16_t>((256 * sum + total / 2) / total);
        }
    }

    // The first of two input positions that output o interpolates, and the weight of the second one, in units
    // of 1 / (2 * to).
    static uint16_t place(uint16_t o, uint16_t from, uint16_t to, uint32_t &weight) {
        const uint32_t middle = (2 * static_cast<uint32_t>(o) + 1) * from;
        const uint32_t centre = middle > to ? middle - to : 0;
        const uint32_t total = 2 * static_cast<uint32_t>(to);
        weight = centre % total;
        return static_cast<uint16_t>(centre / total);
    }

    void average() {
        const uint32_t from = source_.height;
        uint32_t left = target_.height;
        for (; left >= room_; room_ = from) {
            add(room_);
            left -= room_;
            give(rowsKept_.sums, from);
            memset(rowsKept_.sums, 0, sizeof rowsKept_.sums);
        }
        add(left);
        room_ -= left;
    }

    void add(uint32_t weight) {
        for (uint16_t i = 0; i < target_.width * Net::channels; i++) {
            rowsKept_.sums[i] += weight * current_[i];
        }
    }

    void interpolate(uint16_t row) {
        const uint32_t total = 2 * static_cast<uint32_t>(target_.height);
        while (given_ < target_.height) {
            uint32_t weight;
            const uint16_t first = place(given_, source_.height, target_.height, weight);
            const uint16_t last = static_cast<uint16_t>(first + 1 < source_.height ? first + 1 : first);
            if (last > row) {
                break;
            }
            const uint16_t *const before = first == row ? current_ : rowsKept_.previous;
            uint8_t *const out = net_.nextRow();
            memset(out, 0, Net::width * Net::channels);
            for (uint16_t i = 0; i < target_.width * Net::channels; i++) {
                const uint32_t sum = (total - weight) * before[i] + weight * current_[i];
                out[target_.x * Net::channels + i] = static_cast<uint8_t>((sum + 128 * total) / (256 * total));
            }
            net_.commitRow();
            given_++;
        }
        memcpy(rowsKept_.previous, current_, sizeof rowsKept_.previous);
    }

    void give(const uint32_t *sums, uint32_t total) {
        uint8_t *const out = net_.nextRow();
        memset(out, 0, Net::width * Net::channels);
        for (uint16_t i = 0; i < target_.width * Net::channels; i++) {
            out[target_.x * Net::channels + i] = static_cast<uint8_t>((sums[i] + 128 * total) / (256 * total));
        }
        net_.commitRow();
        given_++;
    }

    Net &net_;
    uint16_t columns_, rows_;
    Part source_, target_;
    uint16_t taken_, given_;
    // Downscaling: remaining length of the current output row.
    uint32_t room_;
    uint16_t current_[Net::width * Net::channels];
    union {
        uint16_t previous[Net::width * Net::channels];
        uint32_t sums[Net::width * Net::channels];
    } rowsKept_;
};
