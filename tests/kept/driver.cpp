// Prints the scores of Kept.h for 20 images of a fixed pattern.
#include "Kept.h"

#include <stdio.h>

int main() {
    static Kept net;
    static uint8_t image[16 * 16];
    uint32_t state = 1;
    for (int index = 0; index < 20; index++) {
        for (uint8_t &pixel : image) {
            state = state * 1664525u + 1013904223u;
            pixel = static_cast<uint8_t>(state >> 24) / (index % 4 + 1);
        }
        const int answer = net.predict(image);
        printf("%d:", answer);
        for (int i = 0; i < 10; i++) {
            printf(" %d", static_cast<int>(net.scores[i]));
        }
        printf("\n");
    }
}
