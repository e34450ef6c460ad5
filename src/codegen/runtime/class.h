class @Class@ : public @Class@_detail::Labels<void> {
public:
    enum : uint32_t {
        width = @width@,
        height = @height@,
        channels = @channels@,
        classes = @classes@,
        numInputs = @numInputs@,
        numOutputs = @classes@,
        arenaBytes = @arenaBytes@,
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
    // The arena holds arenaBytes and stays with the caller; between images it may serve others.
    explicit @Class@(void *arena) : words_(static_cast<@Class@_detail::Word *>(arena)) { clear(); }
#else
    @Class@() { clear(); }
#endif

    // Starts an image.
    void begin() { memset(state_.made, 0, sizeof state_.made); }

    // Where the next row of the image goes: width * channels camera bytes.
    uint8_t *nextRow() {
//@if int8
        return @Class@_detail::nextRow(arena(), state_);
//@else
        return @Class@_detail::nextRow(arena(), state_) + width * channels * (sizeof(float) - 1);
//@end
    }

    // The row that nextRow() pointed to is complete.
    void commitRow() {
        if (state_.made[0] < height) {
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
        if (state_.made[0] < height) {
            @Class@_detail::copy(nextRow(), row, width * channels);
            commitRow();
        }
    }

    // Ends an image and returns its class; rows that never came are black.
    uint16_t finish() {
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
        for (uint32_t y = 0; y < height; y++, image += width * channels) {
            @Class@_detail::fetch(nextRow(), image, width * channels);
            commitRow();
        }
        return finish();
    }

    // An image of numbers from 0 to 1.
    uint16_t predict(const float *image) {
        begin();
        for (uint32_t y = 0; y < height; y++) {
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

    void clear() {
        memset(words_, 0, arenaBytes);
        memset(&state_, 0, sizeof state_);
        proba = 0.0f;
        output = 0;
//@if int8
        memset(scores, 0, sizeof scores);
//@end
//@if padding
        memset(padding_, 0, sizeof padding_);
//@end
    }

    void stream() {
//@if singleStream
        if (state_.made[0] == 0) {
            @Class@_detail::clearPool(arena());
        }
//@end
        @Class@_detail::commitRow(arena(), state_);
        MICROMOBILENET_YIELD();
    }

    // Scores become the class and probabilities: exp(x - largest), divided by their sum.
    MICROMOBILENET_APART void conclude() {
//@if int8
        uint8_t *const raw = reinterpret_cast<uint8_t *>(scores);
        @Class@_detail::head(arena(), raw);
        output = 0;
        for (uint16_t i = 0; i < classes; i++) {
            raw[i] ^= 0x80;
            if (scores[i] > scores[output]) {
                output = i;
            }
        }
        float sum = 0.0f;
        for (uint16_t i = 0; i < classes; i++) {
            outputs[i] = expf(static_cast<float>(scores[i] - scores[output]) * @scoreScale@);
            sum += outputs[i];
        }
//@else
        @Class@_detail::head(arena(), outputs);
        output = 0;
        for (uint16_t i = 1; i < classes; i++) {
            if (outputs[i] > outputs[output]) {
                output = i;
            }
        }
        const float largest = outputs[output];
        float sum = 0.0f;
        for (uint16_t i = 0; i < classes; i++) {
            outputs[i] = expf(outputs[i] - largest);
            sum += outputs[i];
        }
//@end
        for (uint16_t i = 0; i < classes; i++) {
            outputs[i] /= sum;
        }
        proba = outputs[output];
    }
};
