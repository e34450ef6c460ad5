// Compiled for ESP8266, never run: no emulator is at hand.
#include "driver.h"

// Somebody outside, so that nothing is optimised away.
void drive();
void drive() { driver::drive(); }
