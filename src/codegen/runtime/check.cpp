// Writes the outputs of @Class@ to stdout, in the byte order of this machine. First the number of images in
// samples.h; for each of them the image, the expected outputs and the outputs; then the outputs for each
// image on stdin.
#include "@Class@.h"
#include "samples.h"
#include <stdio.h>
#include <stdlib.h>

static @Class@ net;
static uint8_t image[@Class@::numInputs];

static void put(const void *data, size_t count) {
    if (fwrite(data, 1, count, stdout) != count) {
        exit(@outputFailed@);
    }
}

static void putOutputs(uint16_t label) {
    put(&label, sizeof label);
//@if int8
    put(net.scores, sizeof net.scores);
//@end
    put(net.outputs, sizeof net.outputs);
}

// Classifies the image in three ways: as a whole, by push(), and by nextRow() and commitRow().
static void classify() {
    enum : size_t { rowBytes = @Class@::width * @Class@::channels };
    putOutputs(net.predict(image));
    net.begin();
    for (size_t y = 0; y < @Class@::height; y++) {
        net.push(image + y * rowBytes);
    }
    putOutputs(net.finish());
    net.begin();
    for (size_t y = 0; y < @Class@::height; y++) {
        memcpy(net.nextRow(), image + y * rowBytes, rowBytes);
        net.commitRow();
    }
    putOutputs(net.finish());
}

int main() {
    const uint16_t count = @Class@_samples::count;
    put(&count, sizeof count);
    for (uint16_t i = 0; i < count; i++) {
        memcpy(image, @Class@_samples::image(i), sizeof image);
        put(image, sizeof image);
        for (uint16_t label = 0; label < @Class@::classes; label++) {
            const @Value@ expected = @Class@_samples::expected(i, label);
            put(&expected, sizeof expected);
        }
        classify();
    }
    while (fread(image, sizeof image, 1, stdin) == 1) {
        classify();
    }
    if (fflush(stdout) != 0) {
        exit(@outputFailed@);
    }
    return 0;
}
