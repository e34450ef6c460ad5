// micromobilenet sketch 6215ee2cb9baa570
// Classifies the images of samples.h in a loop and prints the predicted class, the true class, the latency,
// and whether the outputs equal those computed at export (PASS or FAIL). Open the serial monitor at 115200 baud.
// Written by micromobilenet 0.1.0. You may edit it: an edited sketch is never overwritten.
#include "MilliMobileNet.h"
#include "samples.h"
#if defined(__arm__)
#include <unistd.h>
#endif

MilliMobileNet net;

// Free RAM in bytes; 0 if the core cannot tell.
static unsigned long freeRam() {
#if defined(ESP8266) || defined(ESP32)
    return ESP.getFreeHeap();
#elif defined(ARDUINO_ARCH_RP2040) && !defined(ARDUINO_ARCH_MBED)
    return static_cast<unsigned long>(rp2040.getFreeHeap());
#elif defined(__AVR__)
    extern char *__brkval;
    extern char __heap_start;
    char top;
    return static_cast<unsigned long>(&top - (__brkval ? __brkval : &__heap_start));
#elif defined(__arm__) && !defined(ARDUINO_ARCH_MBED)
    // From the end of the heap to the stack, unless the stack is below the heap.
    char top;
    const uintptr_t stack = reinterpret_cast<uintptr_t>(&top), heap = reinterpret_cast<uintptr_t>(sbrk(0));
    return stack > heap ? static_cast<unsigned long>(stack - heap) : 0;
#else
    return 0;
#endif
}

// Whether the outputs for sample i are the expected ones.
static bool isExpected(uint16_t i) {
    for (uint16_t c = 0; c < MilliMobileNet::classes; c++) {
        if (net.scores[c] != MilliMobileNet_samples::expected(i, c)) {
            return false;
        }
    }
    return true;
}

void setup() {
    Serial.begin(115200);
    // Boards with native USB wait up to 3 s for the serial monitor.
    while (!Serial && millis() < 3000) {
        delay(10);
    }
}

void loop() {
    uint16_t correct = 0;
    uint16_t passed = 0;
    uint32_t total = 0;
    for (uint16_t i = 0; i < MilliMobileNet_samples::count; i++) {
        const uint32_t start = micros();
        net.predict_P(MilliMobileNet_samples::image(i));
        const uint32_t elapsed = micros() - start;
        const uint16_t truth = MilliMobileNet_samples::truth(i);
        const bool pass = isExpected(i);
        total += elapsed;
        correct += net.output == truth;
        passed += pass;
        Serial.print(pass ? F("PASS") : F("FAIL"));
        Serial.print(F(", prediction: "));
        Serial.print(net.labels[net.output]);
        if (!net.sure()) {
            Serial.print(F(" (not sure)"));
        }
        Serial.print(F(", truth: "));
        Serial.print(net.labels[truth]);
        Serial.print(F(", probability: "));
        Serial.print(net.proba, 4);
        Serial.print(F(", microseconds: "));
        Serial.println(elapsed);
    }
    Serial.print(passed == MilliMobileNet_samples::count ? F("PASS: ") : F("FAIL: "));
    Serial.print(passed);
    Serial.print(F(" of "));
    Serial.print(static_cast<uint16_t>(MilliMobileNet_samples::count));
    Serial.print(F(" as expected, correct: "));
    Serial.print(correct);
    Serial.print(F(", microseconds per image: "));
    Serial.print(total / MilliMobileNet_samples::count);
    Serial.print(F(", object bytes: "));
    Serial.print(static_cast<unsigned long>(sizeof net));
    const unsigned long unused = freeRam();
    if (unused != 0) {
        Serial.print(F(", free RAM bytes: "));
        Serial.print(unused);
    }
    Serial.println();
    delay(5000);
}
