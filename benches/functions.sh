#!/usr/bin/env bash
# Instructions of one image by function, of an exported header on a Cortex-M4 in QEMU, floats in software:
# benches/functions.sh ArduinoCode/PicoMobileNet/PicoMobileNet.h. The loop that makes the image and the C library count.
set -euo pipefail

header=$(realpath "${1?"pass an exported header"}")
class=$(basename "$header" .h)
layout=$(realpath "$(dirname "${BASH_SOURCE[0]}")/semihosting.ld")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

cat >image.cpp <<SOURCE
#include "$header"
static $class net;
int main() {
    for (uint32_t y = 0; y < $class::height; y++) {
        uint8_t *const row = net.nextRow();
        for (uint32_t i = 0; i < $class::width * $class::channels; i++) {
            row[i] = static_cast<uint8_t>(y * 7 + i * 13);
        }
        net.commitRow();
    }
    net.finish();
    return 0;
}
extern "C" void _start();
extern "C" uint8_t stackTop[];
__attribute__((section(".vectors"), used)) static const void *const vectors[2] = {
    stackTop, reinterpret_cast<const void *>(_start)};
SOURCE
arm-none-eabi-g++ -O2 -mthumb -mcpu=cortex-m4 -std=c++11 -fno-exceptions -fno-rtti -ffunction-sections \
    -Wl,--gc-sections image.cpp --specs=rdimon.specs -T "$layout" -o image.elf
qemu-system-arm -machine mps2-an386 -display none -serial none -monitor none -singlestep -d exec,nochain -D trace.txt \
    -semihosting-config enable=on,target=native -kernel image.elf
arm-none-eabi-nm -nC image.elf >symbols.txt

python3 - <<'PYTHON'
import bisect, collections, re

symbols = [line.rstrip("\n").split(" ", 2) for line in open("symbols.txt")]
symbols = [(int(at, 16) & ~1, name) for at, kind, name in symbols if kind in "tTwW"]
starts, counts = [at for at, _ in symbols], collections.Counter()
for line in open("trace.txt"):
    if found := re.search(r"\[[0-9a-f]+/([0-9a-f]+)/", line):
        counts[symbols[bisect.bisect_right(starts, int(found[1], 16)) - 1][1]] += 1
print("| function | instructions |\n|---|---:|")
for name, count in counts.most_common(12):
    print(f"| {name.split('(')[0]} | {count:,} |")
print(f"| all | {counts.total():,} |")
PYTHON
