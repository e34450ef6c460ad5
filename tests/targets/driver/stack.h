// How deep calls reach: the memory below the stack is painted before a call and looked at after it.
#ifndef DRIVER_STACK_H
#define DRIVER_STACK_H

#include <stdint.h>

namespace stack {

static const uint32_t PAINT = 0xC5A396E1u;

static uintptr_t top = 0;
static uint32_t deepest = 0;

// Paints from `floor` to the stack pointer. `caller` is the stack pointer of who makes the calls.
// What lies between the two, a few words, is not seen: a call that needs less counts as none.
static inline void paint(uint32_t *floor, uintptr_t caller) {
    uintptr_t end;
#if defined(__arm__)
    __asm__ volatile("mov %0, sp" : "=r"(end));
#else
    __asm__ volatile("mv %0, sp" : "=r"(end));
#endif
    top = caller;
    // Volatile, so that it stays a loop: a call of memset would stand in its own paint.
    for (volatile uint32_t *at = floor; reinterpret_cast<uintptr_t>(at) < end; at++) {
        *at = PAINT;
    }
}

static inline void look(const uint32_t *floor) {
    const volatile uint32_t *at = floor;
    while (reinterpret_cast<uintptr_t>(at) < top && *at == PAINT) {
        at++;
    }
    const uint32_t depth = static_cast<uint32_t>(top - reinterpret_cast<uintptr_t>(at));
    deepest = depth > deepest ? depth : deepest;
}

}  // namespace stack

#endif
