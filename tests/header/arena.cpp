// Networks in an arena of the caller's: what surrounds it must not be touched.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

@includes@
static void demand(bool holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "%s\n", what);
        exit(3);
    }
}

static void fill(uint8_t *to, size_t bytes, unsigned seed) {
    for (size_t i = 0; i < bytes; i++) {
        seed = seed * 1103515245u + 12345u;
        to[i] = static_cast<uint8_t>(seed >> 16);
    }
}

// Writes what the network makes of some images and of a frame of a camera.
template <class Net, class Camera>
static void answer(Net &net) {
    static uint8_t image[Net::numInputs];
    static uint8_t row[3 * 61];
    for (unsigned n = 0; n < 3; n++) {
        fill(image, sizeof image, n);
        net.predict(image);
        demand(fwrite(net.outputs, sizeof net.outputs, 1, stdout) == 1, "cannot write");
    }
    Camera camera(net, 61, 47);
    for (unsigned y = 0; y < 47; y++) {
        fill(row, sizeof row, y);
        camera.rgb888(row);
    }
    camera.finish();
    demand(fwrite(net.outputs, sizeof net.outputs, 1, stdout) == 1, "cannot write");
}

#if defined(MICROMOBILENET_CALLER_ARENA)
template <class Net, class Camera>
static void answer_in(uint8_t *arena) {
    memset(arena, 0xa5, Net::arenaBytes);
    Net net(arena);
    demand(net.hasArena(), "an arena is not one");
    answer<Net, Camera>(net);
}

template <class Net, class Camera>
static void run() {
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    const size_t inner = (Net::arenaBytes + 4 + page - 1) / page * page;
    void *const mapped = mmap(nullptr, inner + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    demand(mapped != MAP_FAILED, "no memory");
    uint8_t *const first = static_cast<uint8_t *>(mapped) + page;
    demand(mprotect(first, inner, PROT_READ | PROT_WRITE) == 0, "no memory");
    for (size_t skipped = 0; skipped < Net::arenaAlignment; skipped++) {
        answer_in<Net, Camera>(first + skipped);
        answer_in<Net, Camera>(first + inner - Net::arenaBytes - skipped);
    }
    munmap(mapped, inner + 2 * page);
    uint8_t *const heap = static_cast<uint8_t *>(malloc(Net::arenaBytes));
    answer_in<Net, Camera>(heap);
    free(heap);

    Net none(nullptr);
    static uint8_t image[Net::numInputs];
    static float fractions[Net::numInputs];
    demand(!none.hasArena() && none.nextRow() == nullptr, "null is an arena");
    none.push(image);
    none.commitRow();
    demand(none.finish() == 0 && none.predict(image) == 0, "a class without an arena");
    demand(none.predict(fractions) == 0 && none.predict_P(image) == 0, "a class without an arena");
    Camera camera(none, 5, 5);
    for (unsigned y = 0; y < 5; y++) {
        camera.gray(image);
    }
    demand(camera.finish() == 0 && !(none.proba > 0) && !(none.outputs[0] > 0), "a probability without an arena");
}
#else
template <class Net, class Camera>
static void run() {
    static Net net;
    demand(net.hasArena(), "the object has no arena");
    // As often as in all places of an arena of the caller's.
    for (size_t place = 0; place < 2 * Net::arenaAlignment + 1; place++) {
        answer<Net, Camera>(net);
    }
}
#endif

int main() {
@calls@
    return 0;
}
