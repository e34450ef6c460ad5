#!/usr/bin/env bash
# Trains the nets of the family on the bundled images, keeps the weights beside this script and
# writes their sketches into ArduinoCode/:
#
#   assets/weights/make.sh                    all five
#   assets/weights/make.sh pico micro         these
#   assets/weights/make.sh -- --epochs 5      all, with options for the training
#   assets/weights/make.sh --export           no training: the sketches anew, from the weights
#
# tests/arduino_code.rs exports the weights again and compares bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

train=yes nets=()
while (($#)) && [[ $1 != -- ]]; do
    case $1 in
        --export) train=no ;;
        *)
            [[ -f configs/$1.toml ]] || { echo "there is no configs/$1.toml" >&2; exit 2; }
            nets+=("$1")
            ;;
    esac
    shift
done
[[ ${1-} != -- ]] || shift
((${#nets[@]})) || nets=(pico nano micro milli mobilenet)

cargo build --release
micromobilenet() { cargo run --quiet --release -- "$@" </dev/null; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for net in "${nets[@]}"; do
    if [[ $train == yes ]]; then
        micromobilenet --config "configs/$net.toml" --train --run "$scratch/$net" "$@"
        install -m 644 "$scratch/$net/checkpoints/best.safetensors" "assets/weights/$net.safetensors"
    fi
    # From the file, not from the run: nothing of the options above may reach the header.
    micromobilenet --config "configs/$net.toml" --weights "assets/weights/$net.safetensors" \
        --export --output ArduinoCode
done

echo
for net in "${nets[@]}"; do
    class=$(sed -n 's/^class_name = "\(.*\)".*/\1/p' "configs/$net.toml")
    printf '%-10s %s\n' "$net" "$(sed -n 's|^// accuracy *||p' "ArduinoCode/$class/$class.h")"
done
