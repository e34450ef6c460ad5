// micromobilenet sketch 0d0d1c1826ed17d7
// Classifies the images of samples.h again and again, and prints what it thinks, what
// is right, and how long it took: open the serial monitor at 115200 baud.
// Written by micromobilenet 0.1.0. Edit it as you like: an edited sketch is never overwritten.
#include "MobileNet.h"
#include "samples.h"

MobileNet net;

void setup() {
    Serial.begin(115200);
    // Boards with a USB port of their own wait for the monitor, but not for ever.
    while (!Serial && millis() < 3000) {
        delay(10);
    }
}

void loop() {
    uint16_t right = 0;
    uint32_t total = 0;
    for (uint16_t i = 0; i < MobileNet_samples::count; i++) {
        const uint32_t start = micros();
        net.predict_P(MobileNet_samples::images[i]);
        const uint32_t elapsed = micros() - start;
        const uint16_t truth = MobileNet_samples::truths[i];
        total += elapsed;
        if (net.output == truth) {
            right++;
        }
        Serial.print(F("prediction: "));
        Serial.print(net.labels[net.output]);
        Serial.print(F(", truth: "));
        Serial.print(net.labels[truth]);
        Serial.print(F(", probability: "));
        Serial.print(net.proba, 4);
        Serial.print(F(", microseconds: "));
        Serial.println(elapsed);
    }
    Serial.print(F("right: "));
    Serial.print(right);
    Serial.print(F(" of "));
    Serial.print(static_cast<uint16_t>(MobileNet_samples::count));
    Serial.print(F(", microseconds each: "));
    Serial.print(total / MobileNet_samples::count);
    Serial.print(F(", bytes of the object: "));
    Serial.println(sizeof(net));
    delay(5000);
}
