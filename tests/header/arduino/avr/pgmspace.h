// Stands in for the header of avr-libc, to run on the host what AVR boards compile.
#pragma once
#include <stdint.h>

#define PROGMEM
#define pgm_read_byte(at) (*static_cast<const uint8_t *>(at))
#define pgm_read_float(at) (*static_cast<const float *>(at))
#define pgm_read_word(at) (*static_cast<const uint16_t *>(at))
#define pgm_read_dword(at) (*static_cast<const uint32_t *>(at))
#define memcpy_P memcpy
