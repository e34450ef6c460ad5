#!/usr/bin/env bash
# Instructions of single layers with CMSIS-NN, as `cargo bench --bench layers` counts ours: the same layers, the same
# board of QEMU. Usage: benches/cmsis_nn.sh FOLDER, a checkout of CMSIS-NN (ARM-software/CMSIS-NN on GitHub).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

source=${1?"pass the folder of CMSIS-NN"}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

mapfile -t kernels < <(find "$source/Source" -name '*.c' ! -name '*_f16*' ! -name '*_f32*')
arm-none-eabi-gcc -O2 -mthumb -mcpu=cortex-m4 -ffunction-sections -fdata-sections -Wl,--gc-sections \
    -I "$source/Include" cmsis_nn.c "${kernels[@]}" --specs=rdimon.specs -T semihosting.ld -o "$scratch/layers.elf"
printf 'CMSIS-NN %s, %s\n\n' \
    "$(git -C "$source" describe --tags --always 2>/dev/null || sed -n 's/.*<release version="\([^"]*\)".*/\1/p;T;q' "$source"/*.pdsc)" \
    "$(arm-none-eabi-gcc -dumpversion)"
qemu-system-arm -machine mps2-an386 -display none -serial none -monitor none -icount shift=0 \
    -semihosting-config enable=on,target=native -kernel "$scratch/layers.elf"
