class @Class@ : public @Class@_detail::Labels<void> {
public:
    enum : uint32_t {
        width = @width@,
        height = @height@,
        channels = @channels@,
        classes = @classes@,
        numInputs = @numInputs@,
        numOutputs = @classes@,
        // Alignment of the arena, in bytes.
        arenaAlignment = @arenaAlignment@,
#if defined(MICROMOBILENET_CALLER_ARENA)
        // Size of an arena without alignment, in bytes: row buffers and feature maps, the bytes to align
        // them, and the bytes behind them. Kernels load up to three bytes beyond the values that they use.
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
        // The probability of each class, until the next image starts.
        float outputs[@classes@];
        // The arena: row buffers and feature maps.
        @Class@_detail::Word words_[arenaBytes / sizeof(@Class@_detail::Word)];
    };
#endif

    // The probability of the predicted class.
    float proba;
    // The predicted class.
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
    // The arena holds arenaBytes bytes and needs no alignment. The caller owns it and may use it for other
    // things between images. If it is null, such as the result of a malloc() that failed, rows are ignored
    // and the class and its probability remain 0.
    explicit @Class@(void *arena) : words_(aligned(arena)) { clear(); }

    // Whether the network has an arena, that is, memory for feature maps.
    bool hasArena() const { return words_ != nullptr; }
#else
    @Class@() { clear(); }

    // Whether the network has an arena: always, since it is part of the object.
    bool hasArena() const { return true; }
#endif

    // Whether the probability of the predicted class reaches the confidence threshold, which validation
    // determined from the required precision.
    bool sure() const { return proba >= @sure@; }

    // Starts an image and discards an unfinished one.
    void begin() { memset(state_.made, 0, sizeof state_.made); }

    // Whether the current image has at least one row.
    bool hasRows() const { return state_.made[0] != 0; }

    // Buffer for the next row of the image, width * channels camera bytes; null without an arena.
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

    // Processes the row that was written to nextRow().
    void commitRow() {
        if (acceptsRow()) {
//@if float
            uint8_t *const bytes = nextRow();
            float *const values = reinterpret_cast<float *>(bytes - width * channels * (sizeof(float) - 1));
            for (uint32_t i = 0; i < width * channels; i++) {
                // The float is written over bytes that have been read.
                const float value = static_cast<float>(bytes[i]);
                values[i] = value@centre@;
            }
//@end
            stream();
        }
    }

    // Processes a row of width * channels camera bytes from memory of the caller.
    void push(const uint8_t *row) {
        if (acceptsRow()) {
            @Class@_detail::copy(nextRow(), row, width * channels);
            commitRow();
        }
    }

    // Finishes an image and returns its class; missing rows are black. The next row starts another image.
    // Without any row, returns the class of the previous image.
    uint16_t finish() {
        if (hasRows()) {
            while (state_.made[0] < height) {
                memset(nextRow(), 0, width * channels);
                commitRow();
            }
//@if segments
            for (uint8_t i = 1; i < @Class@_detail::numSegments; i++) {
                begin();
                @Class@_detail::streamMap(arena(), state_, i);
            }
//@end
            classify();
            begin();
        }
        return output;
    }

    // Classifies an image of camera bytes, row by row, the channels of a pixel side by side.
    uint16_t predict(const uint8_t *image) {
        begin();
        for (uint32_t y = 0; y < height; y++, image += width * channels) {
            push(image);
        }
        return finish();
    }

    // Classifies an image in flash (PROGMEM), on processors with a separate address space for flash too.
    uint16_t predict_P(const uint8_t *image) {
        begin();
        for (uint32_t y = 0; hasArena() && y < height; y++, image += width * channels) {
            @Class@_detail::fetch(nextRow(), image, width * channels);
            commitRow();
        }
        return finish();
    }

    // Classifies an image of floats from 0 to 1.
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
    // Prints the microseconds of each operation since the last call, as comma-separated values.
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

    // Whether the image has fewer rows than the network expects.
    bool acceptsRow() const { return hasArena() && state_.made[0] < height; }

#if defined(MICROMOBILENET_CALLER_ARENA)
    // The first aligned address of an arena.
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
        // All members are numbers.
        memset(static_cast<void *>(this), 0, sizeof *this);
#endif
//@if padding
        static_cast<void>(padding_);
//@end
    }

    void stream() {
//@if singleSegment
        if (state_.made[0] == 0) {
            @Class@_detail::clearPool(arena());
        }
//@end
        @Class@_detail::commitRow(arena(), state_);
        @Class@_detail::mmnYield();
    }

    // Computes the predicted class and the probabilities from the scores by softmax: exp(x - largest),
    // divided by their sum.
    MICROMOBILENET_NOINLINE void classify() {
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
