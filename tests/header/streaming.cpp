// All ways to feed a network give one answer. HEADER is the header of class Net.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned yields = 0;
#define MICROMOBILENET_YIELD() static_cast<void>(yields++)
#if defined(MICROMOBILENET_PROFILE)
static unsigned long now = 0;
static unsigned long micros() { return now += 5; }
struct Printer {
    unsigned lines;
    template <typename T>
    void print(T) {}
    void println(const char *) { lines++; }
    void println(unsigned value) {
        lines++;
        if (value == 0) {
            puts("a layer took no time");
            exit(1);
        }
    }
};
#endif
#include "Net.h"
#include "Second.h"

static const size_t row = Net::width * Net::channels;
static uint8_t image[Net::numInputs];
static float first[Net::classes];

static void demand(bool holds, const char *what) {
    if (!holds) {
        puts(what);
        exit(1);
    }
}

static void same(Net &net, uint16_t label, const char *what) {
    demand(net.output == label && memcmp(first, net.outputs, sizeof first) == 0, what);
}

static void keep(Net &net) { memcpy(first, net.outputs, sizeof first); }

int main() {
#if defined(MICROMOBILENET_CALLER_ARENA)
    const size_t ours = Net::arenaBytes, theirs = Second::arenaBytes;
    static uint8_t arena[ours > theirs ? ours : theirs];
    Net net(arena);
    Second second(arena);
    static Net *place = &net;
#else
    static Net net;
    demand(net.finish() == 0 && !(net.proba > 0), "a class before any image");
    static Second second;
    static Net *place = &net;
#endif
    for (size_t i = 0; i < sizeof image; i++) {
        image[i] = static_cast<uint8_t>(i * 7 + i / row * 13);
    }
    const uint16_t label = place->predict(image);
    keep(net);
    float sum = 0;
    for (uint32_t i = 0; i < Net::classes; i++) {
        sum += net.outputs[i];
    }
    demand(sum > 0.999f && sum < 1.001f && net.proba == net.outputs[label], "no probabilities");
    const uint16_t other = second.predict(image);
    demand(second.predict(image) == other, "the second network is not steady");
    demand(net.predict(image) == label, "a second network in between changes the answer");
    same(net, label, "predict again");
    net.predict_P(image);
    same(net, label, "predict_P");

    yields = 0;
    net.begin();
    for (size_t y = 0; y < Net::height; y++) {
        memcpy(net.nextRow(), image + y * row, row);
        net.commitRow();
    }
    net.finish();
    same(net, label, "nextRow and commitRow");
    demand(yields >= Net::height, "no time for others between rows");

    // An image begins anew after finish() without begin(); rows too many are ignored.
    for (size_t y = 0; y < Net::height; y++) {
        net.push(image + y * row);
    }
    net.push(image);
    net.commitRow();
    net.finish();
    same(net, label, "push");

    // Without a row the answer remains the last one.
    demand(net.finish() == label && net.finish() == label, "finish() without rows");
    same(net, label, "finish() twice");
    net.begin();
    demand(!net.hasRows() && net.finish() == label, "finish() after begin()");
    same(net, label, "finish() after begin()");

    // begin() forgets an image that was not finished.
    net.push(image + 3 * row);
    net.begin();
    net.predict(image);
    same(net, label, "an image that was not finished");

    // A camera's image begins anew after finish() without begin() too.
    NetCamera camera(net, Net::width, Net::height);
    for (int time = 0; time < 3; time++) {
        for (size_t y = 0; y < Net::height; y++) {
            Net::channels == 3 ? camera.rgb888(image + y * row) : camera.gray(image + y * row);
        }
        demand(camera.finish() == label && camera.finish() == label, "a camera");
        same(net, label, "a camera");
    }

    // Rows that never came are black.
    const size_t seen = Net::height / 3 + 1;
    for (size_t y = 0; y < seen; y++) {
        net.push(image + y * row);
    }
    const uint16_t part = net.finish();
    keep(net);
    memset(image + seen * row, 0, sizeof image - seen * row);
    net.predict(image);
    same(net, part, "an image that ends early");

    static float fractions[Net::numInputs];
    for (size_t i = 0; i < sizeof image; i++) {
        fractions[i] = static_cast<float>(image[i]) / 255.0f;
    }
    net.predict(fractions);
    for (uint32_t i = 0; i < Net::classes; i++) {
        demand(fabsf(first[i] - net.outputs[i]) < 1e-5f, "fractions");
    }
#if defined(MICROMOBILENET_PROFILE)
    Printer printer = {0};
    net.printProfile(printer);
    demand(printer.lines == 1 + STEPS, "not a line for each layer");
#endif
    puts("fine");
    return 0;
}
