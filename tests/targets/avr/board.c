/* An Arduino board in simavr that talks to the sketch of this folder over the serial port.
 *
 *   board ELF MCU ANSWERS < images
 *
 * The sketch sends the frames of driver.h; a frame Q asks for as many bytes of images as its one
 * byte says. GPIOR0 is 1 while a call of the network runs: its cycles are counted, and the RAM
 * below the stack is painted before it and looked at after it. Both cost the sketch nothing.
 * Added to the frames of the sketch:
 *   X  after every T: cycles in calls since the last one, 64 bits
 *   K  bytes of stack below the caller of the deepest call
 *   F  bytes between the variables and the deepest that the stack went in a call
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <simavr/sim_io.h>

enum { SPL = 0x5D, SPH = 0x5E, GPIOR0 = 0x3E, PAINT = 0xC5 };

/* Not the standard output: simavr talks there. */
static FILE *answers;
static avr_t *avr;
static avr_irq_t *input;
static uint16_t heap_start;

static int ended = 0, in_call = 0;
static avr_cycle_count_t began, spent = 0;
static uint16_t caller;
static uint32_t deepest = 0, free_bytes = 0xFFFF;

static void fail(const char *why) {
    fprintf(stderr, "%s\n", why);
    exit(1);
}

static uint16_t stack_pointer(void) { return (uint16_t)(avr->data[SPL] | avr->data[SPH] << 8); }

static void reached(uint16_t lowest) {
    const uint32_t depth = caller + 1 - lowest;
    if (lowest <= heap_start) {
        fail("the stack has reached the variables");
    }
    deepest = depth > deepest ? depth : deepest;
    if ((uint32_t)(lowest - heap_start) < free_bytes) {
        free_bytes = lowest - heap_start;
    }
}

static void call_begins(void) {
    caller = stack_pointer();
    reached(caller);
    memset(avr->data + heap_start, PAINT, caller + 1 - heap_start);
    began = avr->cycle;
    in_call = 1;
}

static void call_ended(void) {
    in_call = 0;
    spent += avr->cycle - began;
    uint16_t lowest = heap_start;
    while (lowest <= caller && avr->data[lowest] == PAINT) {
        lowest++;
    }
    reached(lowest);
}

/* The paint shows what was written, interrupts included; the stack pointer shows frames that were
 * not. Its halves change apart: it counts once it has stayed for longer than that takes. */
static void watch(void) {
    static uint16_t last = 0;
    static uint8_t stayed = 0;
    const uint16_t now = stack_pointer();
    stayed = now != last ? 0 : stayed < 4 ? stayed + 1 : 4;
    last = now;
    if (stayed == 3) {
        reached(now + 1);
    }
}

static void marked(avr_t *of, avr_io_addr_t address, uint8_t value, void *unused) {
    (void)unused;
    of->data[address] = value;
    if (value) {
        call_begins();
    } else {
        call_ended();
    }
}

static void add(char tag, const void *from, uint8_t count) {
    const uint8_t head[5] = {(uint8_t)tag, count, 0, 0, 0};
    if (fwrite(head, 1, sizeof head, answers) != sizeof head || fwrite(from, 1, count, answers) != count) {
        fail("the answers cannot be written");
    }
}

/* At most what the 64 bytes of simavr's FIFO and those of the Arduino's take. */
static void feed(uint8_t count) {
    while (count--) {
        const int byte = getchar();
        if (byte == EOF) {
            fail("the images end too early");
        }
        avr_raise_irq(input, (uint32_t)byte);
    }
}

/* A byte from the sketch, in the frame it belongs to. */
static void received(struct avr_irq_t *irq, uint32_t byte, void *unused) {
    static uint8_t head[5];
    static uint8_t have = 0;
    static uint32_t left = 0;
    (void)irq;
    (void)unused;
    if (left == 0) {
        head[have++] = (uint8_t)byte;
        if (have < sizeof head) {
            return;
        }
        have = 0;
        memcpy(&left, head + 1, sizeof left);
        if (head[0] == 'E') {
            add('K', &deepest, sizeof deepest);
            add('F', &free_bytes, sizeof free_bytes);
            ended = 1;
        }
        if (head[0] != 'Q') {
            fwrite(head, 1, sizeof head, answers);
        }
        return;
    }
    left--;
    if (head[0] == 'Q') {
        feed((uint8_t)byte);
    } else {
        putc((int)byte, answers);
    }
    if (left == 0 && head[0] == 'T') {
        const uint64_t cycles = spent;
        add('X', &cycles, sizeof cycles);
        spent = 0;
    }
}

int main(int count, char **arguments) {
    static elf_firmware_t firmware;
    uint32_t flags = 0;
    if (count != 4) {
        fail("board ELF MCU ANSWERS");
    }
    answers = fopen(arguments[3], "wb");
    if (answers == NULL) {
        fail("the file of answers cannot be written");
    }
    if (elf_read_firmware(arguments[1], &firmware) != 0) {
        fail("this is no program for AVR");
    }
    for (uint32_t i = 0; i < firmware.symbolcount; i++) {
        if (strcmp(firmware.symbol[i]->symbol, "_end") == 0) {
            heap_start = (uint16_t)firmware.symbol[i]->addr;
        }
    }
    if (heap_start == 0) {
        fail("the program has no symbol _end");
    }
    avr = avr_make_mcu_by_name(arguments[2]);
    if (avr == NULL) {
        fail("simavr does not know this MCU");
    }
    avr_init(avr);
    avr->frequency = 16000000;
    avr_load_firmware(avr, &firmware);
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
    input = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), received, NULL);
    avr_register_io_write(avr, GPIOR0, marked, NULL);
    while (!ended) {
        const int state = avr_run(avr);
        if (state == cpu_Done || state == cpu_Crashed) {
            fail("the sketch has crashed");
        }
        if (in_call) {
            watch();
        }
    }
    return fflush(answers) == 0 ? 0 : 1;
}
