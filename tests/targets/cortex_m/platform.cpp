// A Cortex-M without operating system or C library around it: vectors, start, semihosting, timer.
//
// Semihosting is the debugger's door: QEMU opens, reads and writes files of its working folder.
#include <stddef.h>

#include "driver.h"
#include "stack.h"

extern "C" {
extern uint32_t stack_top, data_load, data_begin, data_end, bss_begin, bss_end;
extern uint8_t ram_begin[], ram_end[];
extern void (*init_array_begin[])();
extern void (*init_array_end[])();
void start();
void fault();
}

__attribute__((section(".vectors"), used)) static void (*const vectors[16])() = {
    reinterpret_cast<void (*)()>(&stack_top), start, fault, fault, fault, fault, fault, fault,
    fault, fault, fault, fault, fault, fault, fault, fault,
};

namespace {

enum Operation : uint32_t { OPEN = 0x01, WRITE0 = 0x04, WRITE = 0x05, READ = 0x06, EXIT = 0x18 };

uint32_t semihosting(Operation operation, const void *arguments) {
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = arguments;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

[[noreturn]] void leave(bool well) {
    // ADP_Stopped_ApplicationExit, ADP_Stopped_InternalError.
    semihosting(EXIT, reinterpret_cast<const void *>(well ? 0x20026 : 0x20024));
    for (;;) {
    }
}

[[noreturn]] void fail(const char *why) {
    semihosting(WRITE0, why);
    leave(false);
}

uint32_t images = 0;
uint32_t answers = 0;
uint32_t began = 0;
uint32_t passed = 0;

uint32_t open(const char *name, uint32_t length, uint32_t mode) {
    const struct {
        const char *name;
        uint32_t mode, length;
    } arguments = {name, mode, length};
    const uint32_t handle = semihosting(OPEN, &arguments);
    if (handle == 0xFFFFFFFFu) {
        fail("a file cannot be opened\n");
    }
    return handle;
}

volatile uint32_t &at(uint32_t address) { return *reinterpret_cast<volatile uint32_t *>(address); }

#if defined(TIMER_NRF51)
void timer_starts() {
    at(TIMER_NRF51 + 0x508) = 3;  // BITMODE: 32
    at(TIMER_NRF51 + 0x510) = 0;  // PRESCALER: 16 MHz
    at(TIMER_NRF51 + 0x000) = 1;  // START
}
uint32_t timer() {
    at(TIMER_NRF51 + 0x040) = 1;  // CAPTURE
    return at(TIMER_NRF51 + 0x540);
}
#else
void timer_starts() {
    at(TIMER_CMSDK + 0x8) = 0xFFFFFFFFu;  // RELOAD
    at(TIMER_CMSDK + 0x4) = 0xFFFFFFFFu;  // VALUE, counted down
    at(TIMER_CMSDK + 0x0) = 1;            // CTRL
}
uint32_t timer() { return ~at(TIMER_CMSDK + 0x4); }
#endif

// As far down as the stack is watched.
uint32_t *stack_floor() {
    const uintptr_t lowest = reinterpret_cast<uintptr_t>(&bss_end);
    const uintptr_t near = reinterpret_cast<uintptr_t>(&stack_top) - 32 * 1024;
    return reinterpret_cast<uint32_t *>(near > lowest ? near : lowest);
}

bool watched = true;

}  // namespace

namespace platform {

void read(void *to, uint32_t count) {
    const struct {
        uint32_t handle;
        void *to;
        uint32_t count;
    } arguments = {images, to, count};
    // What is returned is the number of bytes that are missing.
    if (semihosting(READ, &arguments) != 0) {
        fail("the images end too early\n");
    }
}

void write(const void *from, uint32_t count) {
    const struct {
        uint32_t handle;
        const void *from;
        uint32_t count;
    } arguments = {answers, from, count};
    if (semihosting(WRITE, &arguments) != 0) {
        fail("the answers cannot be written\n");
    }
}

void call_begins() {
    if (watched) {
        stack::paint(stack_floor(), reinterpret_cast<uintptr_t>(__builtin_dwarf_cfa()));
    }
    began = timer();
}

void call_ended() {
    passed += timer() - began;
    if (watched) {
        stack::look(stack_floor());
    }
}

uint32_t ticks() {
    // One image is enough to know the stack: all take the same way.
    watched = false;
    const uint32_t all = passed;
    passed = 0;
    return all;
}

uint32_t stack_bytes() { return stack::deepest; }

#if defined(MICROMOBILENET_CALLER_ARENA)
// At the end of RAM, or where ARENA_AT_BEGIN is defined at its beginning: nothing is beyond.
void *arena(uint32_t bytes) {
#if defined(READ_BEYOND)
    static_cast<void>(*reinterpret_cast<volatile uint8_t *>(READ_BEYOND));
#endif
#if defined(ARENA_AT_BEGIN)
    static_cast<void>(bytes);
    return ram_begin;
#else
    return reinterpret_cast<void *>(reinterpret_cast<uintptr_t>(ram_end) - bytes);
#endif
}
#endif

}  // namespace platform

extern "C" void fault() { fail("a fault\n"); }

extern "C" void start() {
    for (uint32_t *from = &data_load, *to = &data_begin; to < &data_end;) {
        *to++ = *from++;
    }
    for (uint32_t *to = &bss_begin; to < &bss_end;) {
        *to++ = 0;
    }
#if defined(__ARM_FP)
    at(0xE000ED88) |= 0xFu << 20;  // CPACR: the floating-point unit is off after reset
    __asm__ volatile("dsb\n\tisb" ::: "memory");
#endif
#if defined(GUARDED)
    // The memory protection unit forbids 4 KB before RAM and 4 KB behind it, where an emulator may have more.
    const uintptr_t guards[2] = {reinterpret_cast<uintptr_t>(ram_begin) - 4096, reinterpret_cast<uintptr_t>(ram_end)};
    for (uint32_t region = 0; region < 2; region++) {
        at(0xE000ED98) = region;                       // RNR
        at(0xE000ED9C) = guards[region];               // RBAR
        at(0xE000EDA0) = 1u << 28 | 11u << 1 | 1u;     // RASR: no access to 2^12 bytes
    }
    at(0xE000ED94) = 1u << 2 | 1u;  // CTRL: what is in no region is as ever
    __asm__ volatile("dsb\n\tisb" ::: "memory");
#endif
    for (void (**constructor)() = init_array_begin; constructor < init_array_end; constructor++) {
        (*constructor)();
    }
    timer_starts();
    images = open("images", 6, 1);    // rb
    answers = open("answers", 7, 5);  // wb
    driver::drive();
    leave(true);
}
