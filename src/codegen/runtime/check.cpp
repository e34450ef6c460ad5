// Writes what @Class@ answers to stdout, as bytes of this machine: for the images of samples.h, of
// which it first writes how many there are, each before its answers with what the sketch expects of
// it; then for the images on stdin, until there are no more.
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

static void putAnswer(uint16_t label) {
    put(&label, sizeof label);
//@if int8
    put(net.scores, sizeof net.scores);
//@end
    put(net.outputs, sizeof net.outputs);
}

// The same image as a whole, row by row from elsewhere, and row by row where the net wants them.
static void answer() {
    enum : size_t { rowBytes = @Class@::width * @Class@::channels };
    putAnswer(net.predict(image));
    net.begin();
    for (size_t y = 0; y < @Class@::height; y++) {
        net.push(image + y * rowBytes);
    }
    putAnswer(net.finish());
    net.begin();
    for (size_t y = 0; y < @Class@::height; y++) {
        memcpy(net.nextRow(), image + y * rowBytes, rowBytes);
        net.commitRow();
    }
    putAnswer(net.finish());
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
        answer();
    }
    while (fread(image, sizeof image, 1, stdin) == 1) {
        answer();
    }
    if (fflush(stdout) != 0) {
        exit(@outputFailed@);
    }
    return 0;
}
