#!/usr/bin/env bash
# Trains the nets of the family on the bundled images, keeps the weights beside this script and
# writes their sketches into ArduinoCode/:
#
#   assets/weights/make.sh                    all five
#   assets/weights/make.sh pico micro         these
#   assets/weights/make.sh -- --epochs 5      all, with options for the training
#
# tests/arduino_code.rs exports the weights again and compares bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

nets=()
while (($#)) && [[ $1 != -- ]]; do
    [[ -f configs/$1.toml ]] || { echo "there is no configs/$1.toml" >&2; exit 2; }
    nets+=("$1")
    shift
done
[[ ${1-} != -- ]] || shift
((${#nets[@]})) || nets=(pico nano micro milli mobilenet)

micromobilenet() { cargo run --quiet --release -- "$@" </dev/null; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for net in "${nets[@]}"; do
    micromobilenet --config "configs/$net.toml" --train --run "$scratch/$net" "$@"
    install -m 644 "$scratch/$net/checkpoints/best.safetensors" "assets/weights/$net.safetensors"
    # From the file, not from the run: nothing of the options above may reach the header.
    micromobilenet --config "configs/$net.toml" --weights "assets/weights/$net.safetensors" \
        --export --output ArduinoCode
done
echo
for net in "${nets[@]}"; do
    accuracy=$(sed -n 's/.*"val_accuracy": *\([0-9.]*\).*/\1/p' "$scratch/$net/run.json" | head -n 1)
    echo "$net: best validation accuracy $accuracy"
done
