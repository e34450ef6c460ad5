class @Class@ : public @Class@_detail::Labels<void> {
public:
    enum : uint32_t {
        width = @width@,
        height = @height@,
        channels = @channels@,
        classes = @classes@,
        numInputs = @numInputs@,
        numOutputs = @classes@,
        // Rows and maps begin at a multiple of so many bytes.
        arenaAlignment = @arenaAlignment@,
#if defined(MICROMOBILENET_CALLER_ARENA)
        // Bytes of an arena that begins anywhere: rows and maps, and what is left free in front of them
        // and behind them. Kernels load up to three bytes beyond the values that they use.
        arenaBytes = @callerArenaBytes@,
#else
        arenaBytes = @arenaBytes@,
#endif
    };

#if defined(MICROMOBILENET_CALLER_ARENA)
private:
    @Class@_detail::Word *const words_;

public:
    // The probability of each class.
    float outputs[@classes@];
#else
    union {
        // The probability of each class, until the next image begins.
        float outputs[@classes@];
        // Rows and maps.
        @Class@_detail::Word words_[arenaBytes / sizeof(@Class@_detail::Word)];
    };
#endif

    // The probability of the class found.
    float proba;
    // The class found.
    uint16_t output;

private:
    @Class@_detail::State state_;

public:
//@if int8
    // The score of each class, from -128 to 127.
    int8_t scores[@classes@];
//@end
//@if padding

private:
    uint8_t padding_[@padding@];
//@end

public:
#if defined(MICROMOBILENET_CALLER_ARENA)
    // The arena holds arenaBytes and stays with the caller; between images it may serve others. It may
    // begin anywhere. If it is null, as what malloc() returns where there is no room, rows are ignored
    // and the class and its probability remain 0.
    explicit @Class@(void *arena) : words_(aligned(arena)) { clear(); }

    // Whether there is an arena to work in.
    bool hasArena() const { return words_ != nullptr; }
#else
    @Class@() { clear(); }

    // Whether there is an arena to work in: it is part of the object.
    bool hasArena() const { return true; }
#endif

    // Whether the answer may be relied on: its probability is at least that from which on answers were
    // right often enough in validation.
    bool sure() const { return proba >= @sure@; }

    // Starts an image, whether the last one was finished or not.
    void begin() { memset(state_.made, 0, sizeof state_.made); }

    // Whether a row has come since the last image was finished, or one was begun.
    bool hasRows() const { return state_.made[0] != 0; }

    // Where the next row of the image goes: width * channels camera bytes; null without an arena.
    uint8_t *nextRow() {
        if (!hasArena()) {
            return nullptr;
        }
//@if int8
        return @Class@_detail::nextRow(arena(), state_);
//@else
        return @Class@_detail::nextRow(arena(), state_) + width * channels * (sizeof(float) - 1);
//@end
    }

    // The row that nextRow() pointed to is complete.
    void commitRow() {
        if (isDue()) {
//@if float
            uint8_t *const bytes = nextRow();
            float *const values = reinterpret_cast<float *>(bytes - width * channels * (sizeof(float) - 1));
            for (uint32_t i = 0; i < width * channels; i++) {
                // The float goes where no byte is left to read.
                const float value = static_cast<float>(bytes[i]);
                values[i] = value@centre@;
            }
//@end
            stream();
        }
    }

    // A row of width * channels camera bytes that lies elsewhere.
    void push(const uint8_t *row) {
        if (isDue()) {
            @Class@_detail::copy(nextRow(), row, width * channels);
            commitRow();
        }
    }

    // Ends an image and returns its class; rows that never came are black. The next row starts another
    // image. If no row has come yet, the class is that of the last image again.
    uint16_t finish() {
        if (hasRows()) {
            while (state_.made[0] < height) {
                memset(nextRow(), 0, width * channels);
                commitRow();
            }
//@if streams
            for (uint8_t i = 1; i < @Class@_detail::numStreams; i++) {
                begin();
                @Class@_detail::streamMap(arena(), state_, i);
            }
//@end
            conclude();
            begin();
        }
        return output;
    }

    // An image: camera bytes, row by row, the colours of a pixel side by side.
    uint16_t predict(const uint8_t *image) {
        begin();
        for (uint32_t y = 0; y < height; y++, image += width * channels) {
            push(image);
        }
        return finish();
    }

    // The same image in flash, where that is not memory like any other.
    uint16_t predict_P(const uint8_t *image) {
        begin();
        for (uint32_t y = 0; hasArena() && y < height; y++, image += width * channels) {
            @Class@_detail::fetch(nextRow(), image, width * channels);
            commitRow();
        }
        return finish();
    }

    // An image of numbers from 0 to 1.
    uint16_t predict(const float *image) {
        begin();
        for (uint32_t y = 0; hasArena() && y < height; y++) {
//@if int8
            uint8_t *const row = nextRow();
            for (uint32_t i = 0; i < width * channels; i++, image++) {
                const float value = *image * 255.0f;
                row[i] = static_cast<uint8_t>(value > 0.0f ? (value < 255.0f ? value + 0.5f : 255.0f) : 0.0f);
            }
            commitRow();
//@else
            float *const row = reinterpret_cast<float *>(nextRow() - width * channels * (sizeof(float) - 1));
            for (uint32_t i = 0; i < width * channels; i++, image++) {
                const float value = *image * 255.0f;
                row[i] = value@centre@;
            }
            stream();
//@end
        }
        return finish();
    }

#if defined(MICROMOBILENET_PROFILE)
    // Prints what each operation took since the last time, as comma-separated values.
    template <typename Printer>
    void printProfile(Printer &printer) {
        printer.println("layer,microseconds");
        for (uint8_t i = 0; i < @Class@_detail::numSteps; i++) {
            printer.print(@Class@_detail::names[i]);
            printer.print(',');
            printer.println(state_.microseconds[i]);
            state_.microseconds[i] = 0;
        }
    }
#endif

private:
    uint8_t *arena() { return reinterpret_cast<uint8_t *>(words_); }

    // Whether another row of the image may come.
    bool isDue() const { return hasArena() && state_.made[0] < height; }

#if defined(MICROMOBILENET_CALLER_ARENA)
    // The first place in an arena where rows and maps may begin.
    static @Class@_detail::Word *aligned(void *arena) {
        const uintptr_t skipped = (0u - reinterpret_cast<uintptr_t>(arena)) % arenaAlignment;
        return reinterpret_cast<@Class@_detail::Word *>(static_cast<uint8_t *>(arena) + skipped);
    }
#endif

    void clear() {
#if defined(MICROMOBILENET_CALLER_ARENA)
        memset(outputs, 0, sizeof outputs);
        memset(&state_, 0, sizeof state_);
        proba = 0.0f;
        output = 0;
//@if int8
        memset(scores, 0, sizeof scores);
//@end
        if (hasArena()) {
            memset(words_, 0, @arenaBytes@);
        }
#else
        // Every member is numbers.
        memset(static_cast<void *>(this), 0, sizeof *this);
#endif
//@if padding
        static_cast<void>(padding_);
//@end
    }

    void stream() {
//@if singleStream
        if (state_.made[0] == 0) {
            @Class@_detail::clearPool(arena());
        }
//@end
        @Class@_detail::commitRow(arena(), state_);
        @Class@_detail::mmnYield();
    }

    // Scores become the class and probabilities: exp(x - largest), divided by their sum.
    MICROMOBILENET_APART void conclude() {
//@if int8
        uint8_t *const raw = reinterpret_cast<uint8_t *>(scores);
        @Class@_detail::head(arena(), raw);
        uint16_t best = 0;
        for (uint16_t i = 0; i < classes; i++) {
            raw[i] ^= 0x80;
            if (scores[i] > scores[best]) {
                best = i;
            }
        }
        float sum = 0.0f;
        for (uint16_t i = 0; i < classes; i++) {
            const float value = expf(static_cast<float>(scores[i] - scores[best]) * @scoreScale@);
            outputs[i] = value;
            sum += value;
        }
//@else
        @Class@_detail::head(arena(), outputs);
        uint16_t best = 0;
        for (uint16_t i = 1; i < classes; i++) {
            if (outputs[i] > outputs[best]) {
                best = i;
            }
        }
        const float largest = outputs[best];
        float sum = 0.0f;
        for (uint16_t i = 0; i < classes; i++) {
            const float value = expf(outputs[i] - largest);
            outputs[i] = value;
            sum += value;
        }
//@end
        for (uint16_t i = 0; i < classes; i++) {
            outputs[i] /= sum;
        }
        output = best;
        proba = outputs[best];
    }
};
