#!/usr/bin/env bash
# Instructions that a training step of a preset takes on 64-bit Arm: with the NEON kernels, and with the
# portable ones built without vectorisation.
#
#   benches/instructions.sh [PRESET]        micro
#
# `cargo bench --bench training` runs on Debian's arm64 kernel in QEMU, whose -icount shift=0 lets the
# clock go on by one nanosecond an instruction: its seconds count instructions, those of the kernel
# included. Wanted: Rust's library for aarch64, gcc-aarch64-linux-gnu, qemu-system-arm, cpio, and packages
# of arm64 (dpkg --add-architecture arm64).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

net=${1:-micro} target=aarch64-unknown-linux-gnu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc

kernel=$(apt-cache depends linux-image-arm64:arm64 | sed -n 's/.*Depends: //p' | head -1)
(cd "$scratch" && apt-get -qq -o APT::Sandbox::User=root download "$kernel")
dpkg-deb --fsys-tarfile "$scratch"/*.deb | tar -C "$scratch" -x --wildcards './boot/vmlinuz*'

# The first process: it runs the benchmark and switches off.
init() {
    cat <<C
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void) {
    mount("proc", "/proc", "proc", 0, 0);
    mount("tmpfs", "/tmp", "tmpfs", 0, 0);
    setenv("BENCH_NETS", "$net", 1);
    setenv("BENCH_THREADS", "1", 1);
    setenv("BENCH_SECONDS", "0.1", 1);
    setenv("MICROMOBILENET_SIMD", "$1", 1);
    if (fork() == 0) execl("/training", "training", "--bench", (char *)0);
    wait(0);
    reboot(RB_POWER_OFF);
}
C
}

# measure LEVEL FLAGS: images a virtual second, with and without batch norm
measure() {
    local root=$scratch/$1 program
    mkdir -p "$root"/{proc,tmp,dev}
    program=$(RUSTFLAGS="-C target-feature=+crt-static $2" CARGO_TARGET_DIR=target/$target-$1 \
        cargo bench --no-run --bench training --target $target 2>&1 | sed -n 's/.*(\(.*training-.*\))/\1/p')
    cp "$program" "$root/training"
    init "$1" | aarch64-linux-gnu-gcc -static -xc - -o "$root/init"
    (cd "$root" && find . | cpio --quiet -o -H newc) | gzip -1 >"$scratch/$1.img"
    qemu-system-aarch64 -M virt -cpu cortex-a53 -m 1024 -nographic -icount shift=0 \
        -kernel "$scratch"/boot/vmlinuz* -initrd "$scratch/$1.img" -append 'console=ttyAMA0 quiet' |
        tr -d '\r' | sed -n "s/^$net,\(true\|false\),1,/\1 /p"
}

echo "| $net | images a virtual second | instructions a step of 32 images |"
echo "|---|---:|---:|"
for level in neon portable; do
    flags=
    [[ $level == neon ]] || flags='-C no-vectorize-loops -C no-vectorize-slp'
    while read -r norm speed; do
        with=$([[ $norm == true ]] && echo 'batch norm' || echo 'no batch norm')
        echo "| $level, $with | $speed | $(awk "BEGIN { printf \"%.0f M\", 32000 / $speed }") |"
    done < <(measure "$level" "$flags")
done
