#!/usr/bin/env bash
# Best and last validation accuracy of the presets on the photographs of MICROMOBILENET_PHOTOS,
# as means over training seeds:
#
#   MICROMOBILENET_PHOTOS=flowers benches/accuracy.sh             the five nets
#   MICROMOBILENET_PHOTOS=flowers benches/accuracy.sh micro       this one
#
# EPOCHS (those of the presets), SEEDS ("0 1 2") and OPTIONS (of the program: "--distill RUN",
# "--set model.input.channels=3") may be set.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
photographs=${MICROMOBILENET_PHOTOS:?set it to a folder with one sub-folder per class}
(($#)) || set -- pico nano micro milli mobilenet
cargo build --quiet --release
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

echo 'net,epochs,seed,best,last'
for net in "$@"; do
    for seed in ${SEEDS:-0 1 2}; do
        run=$scratch/$net-$seed
        # shellcheck disable=SC2086
        target/release/micromobilenet --config "configs/$net.toml" --data "$photographs" \
            ${EPOCHS:+--epochs "$EPOCHS"} --seed "$seed" ${OPTIONS-} --train --run "$run" >"$run.log" 2>&1 </dev/null ||
            { cat "$run.log" >&2; exit 1; }
        awk -F, -v net="$net" -v seed="$seed" \
            'NR > 1 { last = $5; if (last > best) best = last } END { printf "%s,%d,%s,%.4f,%.4f\n", net, NR - 1, seed, best, last }' \
            "$run/metrics.csv"
    done
done | tee "$scratch/all.csv"
awk -F, '{ best[$1] += $4; last[$1] += $5; count[$1]++ }
    END { for (net in count) printf "%s,mean of %d,best %.4f,last %.4f\n", net, count[net], best[net] / count[net], last[net] / count[net] }' \
    "$scratch/all.csv" | sort
