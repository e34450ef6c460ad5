// Compiles and runs only if the compiler has the headers and libraries that an exported header needs.
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int count, char **words) {
    const float value = expf(static_cast<float>(count + strlen(words[0])));
    return printf("%d\n", value > 0.0f) == 2 ? EXIT_SUCCESS : EXIT_FAILURE;
}
