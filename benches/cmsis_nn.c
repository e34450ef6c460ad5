// Instructions of layers with the int8 kernels of CMSIS-NN on a Cortex-M4 in QEMU: see cmsis_nn.sh.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "arm_nnfunctions.h"

// The timer of the board: 25 ticks of a microsecond. With an instruction a nanosecond, a tick is 40 instructions.
#define TIMER ((volatile uint32_t *)0x40000000u)
enum { tickInstructions = 40, images = 4, maxChannels = 144 };

typedef struct {
    const char *name;
    // Rows and columns of the input, channels, kernel, stride, padding on all sides, filters; depthwise with 0.
    int32_t size, channels, kernel, stride, pad, filters;
} Layer;

// The int8 layers of layers.rs.
static const Layer layers[] = {
    {"depthwise 5x5, 24x24x16", 24, 16, 5, 1, 2, 0},
    {"depthwise 3x3, 4x4x144", 4, 144, 3, 1, 1, 0},
    {"stem gray 5x5 stride 2, 8 filters", 48, 1, 5, 2, 2, 8},
    {"stem RGB 3x3 stride 2, 8 filters", 48, 3, 3, 2, 1, 8},
    {"stem RGB 3x3 stride 2, 16 filters", 48, 3, 3, 2, 1, 16},
    {"conv 3x3 8 to 8, 24x24", 24, 8, 3, 1, 1, 8},
    {"conv 3x3 16 to 32, 24x24", 24, 16, 3, 1, 1, 32},
    {"conv 3x3 stride 2 8 to 16, 24x24", 24, 8, 3, 2, 1, 16},
    {"conv 3x3 6 to 10, 24x24", 24, 6, 3, 1, 1, 10},
    {"pointwise 144 to 144, 4x4", 4, 144, 1, 1, 0, 144},
};

static int8_t input[24 * 24 * 16], output[24 * 24 * 32], weights[maxChannels * maxChannels];
static int32_t bias[maxChannels], multipliers[maxChannels], shifts[maxChannels];
static uint8_t buffer[1 << 16] __attribute__((aligned(8)));

static uint32_t run(const Layer *layer) {
    const int isDepthwise = layer->filters == 0;
    const int32_t filters = isDepthwise ? layer->channels : layer->filters;
    const int32_t columns = (layer->size + 2 * layer->pad - layer->kernel) / layer->stride + 1;
    const cmsis_nn_dims in = {1, layer->size, layer->size, layer->channels};
    const cmsis_nn_dims filter = {isDepthwise ? 1 : filters, layer->kernel, layer->kernel,
                                  isDepthwise ? filters : layer->channels};
    const cmsis_nn_dims biases = {1, 1, 1, filters}, out = {1, columns, columns, filters};
    const cmsis_nn_tile stride = {layer->stride, layer->stride}, pad = {layer->pad, layer->pad}, dilation = {1, 1};
    const cmsis_nn_activation activation = {-128, 127};
    const cmsis_nn_per_channel_quant_params quantisation = {multipliers, shifts};
    const cmsis_nn_dw_conv_params depthwise = {128, -128, 1, stride, pad, dilation, activation};
    const cmsis_nn_conv_params convolution = {128, -128, stride, pad, dilation, activation};
    const int32_t needed = isDepthwise
        ? arm_depthwise_conv_wrapper_s8_get_buffer_size(&depthwise, &in, &filter, &out)
        : arm_convolve_wrapper_s8_get_buffer_size(&convolution, &in, &filter, &out);
    if (needed > (int32_t)sizeof buffer) {
        return 0;
    }
    const cmsis_nn_context context = {buffer, sizeof buffer};
    const uint32_t begun = TIMER[1];
    for (int32_t i = 0; i < images; i++) {
        const arm_cmsis_nn_status status = isDepthwise
            ? arm_depthwise_conv_wrapper_s8(&context, &depthwise, &quantisation, &in, input, &filter, weights,
                                            &biases, bias, &out, output)
            : arm_convolve_wrapper_s8(&context, &convolution, &quantisation, &in, input, &filter, weights, &biases,
                                      bias, &out, output);
        if (status != ARM_CMSIS_NN_SUCCESS) {
            return 0;
        }
    }
    return (begun - TIMER[1]) * tickInstructions / images;
}

int main(void) {
    TIMER[2] = TIMER[1] = 0xFFFFFFFFu;
    TIMER[0] = 1;
    uint32_t random = 1;
    for (uint32_t i = 0; i < sizeof input; i++) {
        input[i] = (int8_t)((random = random * 1664525u + 1013904223u) >> 24);
    }
    for (uint32_t i = 0; i < sizeof weights; i++) {
        weights[i] = (int8_t)((random = random * 1664525u + 1013904223u) >> 24);
    }
    for (uint32_t i = 0; i < maxChannels; i++) {
        multipliers[i] = 1 << 30;
        shifts[i] = -8;
    }
    printf("| layer, m4 | MACs | instructions | a MAC |\n|---|---:|---:|---:|\n");
    for (uint32_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        const Layer *layer = layers + i;
        const uint32_t columns = (uint32_t)((layer->size + 2 * layer->pad - layer->kernel) / layer->stride + 1);
        const uint32_t macs = columns * columns * (uint32_t)(layer->kernel * layer->kernel * layer->channels) *
                              (uint32_t)(layer->filters == 0 ? 1 : layer->filters);
        const uint32_t instructions = run(layer);
        const uint32_t hundredths = (uint32_t)((uint64_t)instructions * 100u / macs);
        printf("| %s | %lu | %lu | %lu.%02lu |\n", layer->name, (unsigned long)macs, (unsigned long)instructions,
               (unsigned long)(hundredths / 100u), (unsigned long)(hundredths % 100u));
    }
    return 0;
}

extern void _start(void);
extern uint8_t stackTop[];
__attribute__((section(".vectors"), used)) static const void *const vectors[2] = {stackTop, (void *)_start};
