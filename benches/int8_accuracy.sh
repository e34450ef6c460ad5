#!/usr/bin/env bash
# Accuracy drop of int8 on validation images, per network and on average, on the bundled images and on
# the photographs of MICROMOBILENET_PHOTOS (if set):
#
#   MICROMOBILENET_PHOTOS=flowers benches/int8_accuracy.sh          the five nets and squeeze
#   MICROMOBILENET_PHOTOS=flowers benches/int8_accuracy.sh micro    this one
#
# The weights are those that --export takes: the best quantisation-aware epoch, selected on the same
# images. SEEDS ("0 1"), EPOCHS (30, on the photographs) and BUNDLED_EPOCHS (10) may be set, and RUNS to a
# folder that keeps the trainings and takes those it has. Exit code 1 where the mean loss on a data
# set is more than half a point.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
(($#)) || set -- pico nano micro milli mobilenet squeeze
cargo build --quiet --release
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
runs=${RUNS:-$scratch/runs}
mkdir -p "$runs"

# measure DATA NAME EPOCHS NET SEED
measure() {
    local run=$runs/$2-$4-$5 log=$scratch/log
    [[ -d $run ]] || target/release/micromobilenet --config "configs/$4.toml" --data "$1" --epochs "$3" \
        --seed "$5" --train --run "$run" >"$log" 2>&1 </dev/null || { cat "$log" >&2; exit 1; }
    target/release/micromobilenet --run "$run" --data "$1" --precision int8 --json --evaluate 2>/dev/null |
        sed -n 's/^{"type":"comparison","images":\([0-9]*\),"float_accuracy":\([0-9.e-]*\),"int8_accuracy":\([0-9.e-]*\),"agreement":\([0-9.e-]*\),.*"name":"head","snr_db":\([0-9.]*\).*/\1,\2,\3,\4,\5/p' |
        awk -F, -v of="$2,$4,$5" '{ printf "%s,%d,%.4f,%.4f,%.4f,%.4f,%.1f\n", of, $1, $2, $3, $2 - $3, $4, $5 }'
}

echo 'data,net,seed,images,float,int8,drop,agreement,snr_db'
for net in "$@"; do
    for seed in ${SEEDS:-0 1}; do
        measure fashion-mnist fashion-mnist "${BUNDLED_EPOCHS:-10}" "$net" "$seed"
        [[ -z ${MICROMOBILENET_PHOTOS-} ]] ||
            measure "$MICROMOBILENET_PHOTOS" photographs "${EPOCHS:-30}" "$net" "$seed"
    done
done | tee "$scratch/all.csv"
echo
awk -F, -v nets="$*" '
    { at = $1 "," $2; count[at]++; float[at] += $5; int8[at] += $6; agree[at] += $8; snr[at] += $9
      all[$1]++; lost[$1] += $7 }
    END {
        print "data,net,float,int8,drop,agreement,snr_db (means over the seeds)"
        split(nets, names, " ")
        for (data in all) {
            for (i = 1; i in names; i++) {
                at = data "," names[i]; n = count[at]
                printf "%s,%.4f,%.4f,%.4f,%.4f,%.1f\n", at, float[at] / n, int8[at] / n, (float[at] - int8[at]) / n, agree[at] / n, snr[at] / n
            }
            printf "%s,all,,,%.4f,,\n", data, lost[data] / all[data]
            if (lost[data] / all[data] > 0.005) bad = 1
        }
        exit bad
    }' "$scratch/all.csv"
