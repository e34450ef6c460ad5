// For each network: reads images from stdin, writes the size of the object and the probabilities
// of each image to stdout, and checks that all ways to pass an image agree.
#include <stdio.h>
#include <stdlib.h>

int second();

static void demand(bool holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "%s\n", what);
        exit(3);
    }
}

template <class Net>
static void answer() {
    static Net net;
    static uint8_t image[Net::numInputs];
    static float fractions[Net::numInputs];
    const uint32_t size = static_cast<uint32_t>(sizeof(Net));
    uint32_t count = 0;
    demand(fread(&count, sizeof count, 1, stdin) == 1, "no count");
    demand(fwrite(&size, sizeof size, 1, stdout) == 1, "cannot write");
    for (uint32_t n = 0; n < count; n++) {
        demand(fread(image, sizeof image, 1, stdin) == 1, "no image");
        const uint32_t label = net.predict(image);
        demand(label == net.output && net.proba == net.outputs[label], "output and proba disagree");
        for (uint32_t i = 0; i < Net::classes; i++) {
            demand(net.outputs[i] <= net.proba, "another class is more probable");
        }
        demand(net.labels[label] != 0, "no label");
        demand(fwrite(net.outputs, sizeof net.outputs, 1, stdout) == 1, "cannot write");
        if (n % 10 < 2) {
            float outputs[Net::numOutputs];
            memcpy(outputs, net.outputs, sizeof outputs);
            net.predict_P(image);
            demand(memcmp(outputs, net.outputs, sizeof outputs) == 0, "bytes in flash give another answer");
            for (uint32_t i = 0; i < Net::numInputs; i++) {
                fractions[i] = static_cast<float>(image[i]) / 255.0f;
            }
            net.predict(fractions);
            for (uint32_t i = 0; i < Net::classes; i++) {
                demand(fabsf(outputs[i] - net.outputs[i]) < 1e-4f, "fractions give another answer");
            }
        }
    }
}
