/* An Arduino board in simavr whose serial port is listened to, as the Arduino IDE's monitor does.
 *
 *   monitor ELF MCU SAID WORD...
 *
 * Writes what the sketch says to the file SAID. Ends after a whole line that begins with one of the words, or fails when the board has run for a
 * minute of its own time without one.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>

enum { MEGAHERTZ = 16, SECONDS = 60 };

/* Not the standard output: simavr talks there. */
static FILE *said;
static char **words;
static int ended = 0;

static void fail(const char *why) {
    fprintf(stderr, "%s\n", why);
    exit(1);
}

/* A byte from the sketch. */
static void received(struct avr_irq_t *irq, uint32_t byte, void *unused) {
    static char line[1000];
    static size_t length = 0;
    (void)irq;
    (void)unused;
    if (ended) {
        return;
    }
    if (length + 1 < sizeof line) {
        line[length++] = (char)byte;
    }
    if (byte != '\n') {
        return;
    }
    if (fwrite(line, 1, length, said) != length) {
        fail("what the sketch says cannot be written");
    }
    for (char **word = words; *word != NULL; word++) {
        ended |= strncmp(line, *word, strlen(*word)) == 0;
    }
    length = 0;
}

int main(int count, char **arguments) {
    static elf_firmware_t firmware;
    uint32_t flags = 0;
    if (count < 5) {
        fail("monitor ELF MCU SAID WORD...");
    }
    words = arguments + 4;
    said = fopen(arguments[3], "wb");
    if (said == NULL) {
        fail("the file for what the sketch says cannot be written");
    }
    if (elf_read_firmware(arguments[1], &firmware) != 0) {
        fail("this is no program for AVR");
    }
    avr_t *avr = avr_make_mcu_by_name(arguments[2]);
    if (avr == NULL) {
        fail("simavr does not know this MCU");
    }
    avr_init(avr);
    avr->frequency = MEGAHERTZ * 1000000;
    avr->log = LOG_ERROR;
    avr_load_firmware(avr, &firmware);
    /* It would print the lines, too. */
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), received, NULL);
    while (!ended) {
        const int state = avr_run(avr);
        if (state == cpu_Done || state == cpu_Crashed) {
            fail("the sketch has crashed");
        }
        if (avr->cycle > (avr_cycle_count_t)SECONDS * MEGAHERTZ * 1000000) {
            fail("the sketch does not say what is waited for");
        }
    }
    return fclose(said) == 0 ? 0 : 1;
}
