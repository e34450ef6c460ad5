#!/usr/bin/env bash
# Whether two builds of the program give the same bytes, for a change that must not change results:
#   benches/same_bytes.sh BEFORE AFTER
# with the paths of the two programs. For each preset: the weights of a training of one epoch, the int8
# scores of the exported header on 1,000 images, and the header's code for Cortex-M4 in bytes.
# Needs g++, python3 and arm-none-eabi-g++.
set -euo pipefail
((${#} == 2)) || { sed -n 's/^# \?//p' "${BASH_SOURCE[0]}" | sed -n '2,6p' >&2; exit 2; }
before=$(realpath "$1") after=$(realpath "$2")
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# The tensors of a safetensors file, without its metadata.
cat >tensors.py <<'END'
import hashlib, json, sys
data = open(sys.argv[1], "rb").read()
length = int.from_bytes(data[:8], "little")
header = json.loads(data[8 : 8 + length])
header.pop("__metadata__", None)
print(hashlib.sha256(json.dumps(header, sort_keys=True).encode() + data[8 + length :]).hexdigest())
END
# The scores of the header NET on pseudo-random images, dark and bright ones too.
cat >driver.cpp <<'END'
#include HEADER
#include <stdio.h>
int main() {
    static NET net;
    static uint8_t image[NET::width * NET::height * NET::channels];
    uint32_t state = 1;
    for (int index = 0; index < 1000; index++) {
        for (size_t at = 0; at < sizeof image; at++) {
            state = state * 1664525u + 1013904223u;
            image[at] = static_cast<uint8_t>((state >> 24) / (index % 5 + 1) + index % 7 * (at / 64 % 8));
        }
        printf("%d", static_cast<int>(net.predict(image)));
        for (size_t i = 0; i < sizeof net.scores; i++) printf(" %d", static_cast<int>(net.scores[i]));
        printf("\n");
    }
}
END
cat >object.cpp <<'END'
#include HEADER
NET net;
int answer(const uint8_t *image) { return net.predict(image); }
END

export MICROMOBILENET_CACHE=$scratch/cache
status=0
printf '%-14s %-8s %-8s %10s %10s\n' preset weights scores 'B before' 'B after'
for config in "$root"/configs/*.toml; do
    name=$(basename "$config" .toml)
    for side in before after; do
        "${!side}" --config "$config" --train --epochs 1 --run "$side/$name" >/dev/null 2>&1
        # Of the same weights, so that a difference of training is not one of the header.
        "${!side}" --run "before/$name" --precision int8 --export --no-check --output "$side/code" >/dev/null 2>&1
        header=$(ls -t "$side"/code/*/*.h | grep -v samples.h | head -1)
        class=$(basename "$header" .h)
        defines=(-I. "-DHEADER=\"$header\"" "-DNET=$class")
        g++ -std=c++11 -O1 "${defines[@]}" driver.cpp -o "driver_$side"
        ./"driver_$side" >"scores_$side"
        arm-none-eabi-g++ -std=c++11 -mcpu=cortex-m4 -mthumb -Os -ffunction-sections "${defines[@]}" \
            -c object.cpp -o "object_$side.o"
        python3 "$scratch/tensors.py" "$side/$name/checkpoints/last.safetensors" >"weights_$side"
    done
    same() { cmp -s "$1_before" "$1_after" && echo same || { status=1; echo DIFFER; }; }
    code() { arm-none-eabi-size "object_$1.o" | awk 'NR == 2 { print $1 }'; }
    printf '%-14s %-8s %-8s %10s %10s\n' "$name" "$(same weights)" "$(same scores)" "$(code before)" "$(code after)"
done
exit $status
