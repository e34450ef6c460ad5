// For each network: reads images from stdin and writes, for each of them, every row that is made and
// then the scores or probabilities. A caller's arena lies on the heap, where a sanitizer sees its ends,
// and a camera object must not change what is predicted.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool isTraced;

// Frames: what it is, step, row, bytes of a value, how many values, values.
static void frame(char what, uint32_t step, uint32_t row, uint32_t size, uint32_t count, const void *data) {
    const uint32_t head[5] = {static_cast<uint32_t>(what), step, row, size, count};
    fwrite(head, sizeof head, 1, stdout);
    fwrite(data, size, count, stdout);
}

template <typename T>
static void traced(uint32_t step, uint32_t row, const T *data, size_t count) {
    if (isTraced) {
        frame('R', step, row, sizeof(T), static_cast<uint32_t>(count), data);
    }
}
#define MICROMOBILENET_TRACE(step, row, data, count) traced(step, row, data, count)

static void demand(bool holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "%s\n", what);
        exit(3);
    }
}

template <class Net>
static auto result(const Net &net, int) -> decltype(static_cast<const void *>(net.scores)) {
    return net.scores;
}
template <class Net>
static const void *result(const Net &net, long) {
    return net.outputs;
}

template <class Net, class Camera>
static void answer(uint32_t size) {
    uint8_t *const image = static_cast<uint8_t *>(malloc(Net::numInputs));
#if defined(MICROMOBILENET_CALLER_ARENA)
    void *const arena = malloc(Net::arenaBytes);
    Net *const net = new Net(arena);
#else
    Net *const net = new Net;
#endif
    uint32_t count = 0;
    demand(fread(&count, sizeof count, 1, stdin) == 1, "no count");
    for (uint32_t n = 0; n < count; n++) {
        demand(fread(image, Net::numInputs, 1, stdin) == 1, "no image");
        isTraced = true;
        net->predict(image);
        isTraced = false;
        frame('S', 0, 0, size, Net::classes, result(*net, 0));
        const uint16_t found = net->output;
        Camera camera(*net, Net::width, Net::height);
        camera.begin();
        for (uint32_t y = 0; y < Net::height; y++) {
            const uint8_t *const row = image + y * Net::width * Net::channels;
            if (Net::channels == 1) {
                camera.gray(row);
            } else {
                camera.rgb888(row);
            }
        }
        demand(camera.finish() == found, "a camera gives another class");
    }
    delete net;
#if defined(MICROMOBILENET_CALLER_ARENA)
    free(arena);
#endif
    free(image);
}
