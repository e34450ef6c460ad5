#!/usr/bin/env bash
# Training speed here and in PyTorch, in one run, in turn, as medians over several rounds:
#
#   PYTHON=/tmp/pytorch/bin/python benches/compare.sh        see benches/README.md
#
# ROUNDS (3), BENCH_SECONDS (1, for each figure), BENCH_THREADS (2) and BENCH_NETS may be set.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

python=${PYTHON:-python3}
rounds=${ROUNDS:-3}
export BENCH_SECONDS=${BENCH_SECONDS:-1} BENCH_THREADS=${BENCH_THREADS:-2}
export BENCH_NETS=${BENCH_NETS:-pico nano micro milli mobilenet}

"$python" -c 'import torch' || { echo "$python has no torch: pass PYTHON=" >&2; exit 2; }
cargo bench --no-run --quiet --bench training

figures=$(mktemp)
trap 'rm -f "$figures"' EXIT
# One net at a time, ours and theirs side by side, so that both meet the same load.
for ((round = 1; round <= rounds; round++)); do
    for net in $BENCH_NETS; do
        echo "round $round of $rounds: $net" >&2
        BENCH_NETS=$net cargo bench --quiet --bench training | sed '1d; s/$/,ours/' >>"$figures"
        BENCH_NETS=$net "$python" benches/pytorch.py | sed 1d >>"$figures"
    done
done

"$python" - "$figures" <<'PYTHON'
import csv, statistics, sys

speeds = {}
for net, batch_norm, _, speed, kind in csv.reader(open(sys.argv[1])):
    speeds.setdefault((batch_norm, net), {}).setdefault(kind, []).append(float(speed))
print("| net | batch norm | here | PyTorch NCHW | PyTorch channels_last | here / better layout |")
print("|---|---|---:|---:|---:|---:|")
for (batch_norm, net), kinds in speeds.items():
    ours, nchw, last = (statistics.median(kinds[kind]) for kind in ("ours", "NCHW", "channels_last"))
    with_norm = "yes" if batch_norm == "true" else "no"
    print(f"| {net} | {with_norm} | {ours:,.0f} | {nchw:,.0f} | {last:,.0f} | {ours / max(nchw, last):.1f} |")
PYTHON
