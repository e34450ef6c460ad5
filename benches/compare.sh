#!/usr/bin/env bash
# Training speed here and in PyTorch, in one run, in turn, as medians over several rounds:
#
#   PYTHON=/tmp/pytorch/bin/python benches/compare.sh        see benches/README.md
#
# PEERS="candle burn" also measures these Rust libraries (benches/peers, built once), of which a step of a net with many
# channels takes seconds. ROUNDS (3), BENCH_SECONDS (1, for each figure), BENCH_THREADS (2), BENCH_NORM (both) and BENCH_NETS may be set; a net is
# a preset, on gray images (meadow) or colour ones (meadow:rgb), or the path of any configuration.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

python=${PYTHON:-python3}
rounds=${ROUNDS:-3}
export BENCH_SECONDS=${BENCH_SECONDS:-1} BENCH_THREADS=${BENCH_THREADS:-2}
export BENCH_NETS=${BENCH_NETS:-pico nano micro milli mobilenet}

"$python" -c 'import torch' || { echo "$python has no torch: pass PYTHON=" >&2; exit 2; }
cargo bench --no-run --quiet --bench training
read -ra peers <<<"${PEERS-}"
if ((${#peers[@]} > 0)); then
    cargo build --quiet --release --manifest-path benches/peers/Cargo.toml --target-dir target/peers \
        --features "$(IFS=,; echo "${peers[*]}")"
fi

figures=$(mktemp)
trap 'rm -f "$figures"' EXIT
# One net at a time, ours and theirs side by side, so that both meet the same load.
for ((round = 1; round <= rounds; round++)); do
    for net in $BENCH_NETS; do
        echo "round $round of $rounds: $net" >&2
        BENCH_NETS=$net cargo bench --quiet --bench training | sed '1d; s/$/,ours/' >>"$figures"
        BENCH_NETS=$net "$python" benches/pytorch.py | sed 1d >>"$figures"
        for peer in "${peers[@]}"; do
            BENCH_NETS=$net RAYON_NUM_THREADS=$BENCH_THREADS target/peers/release/peers "$peer" | sed 1d >>"$figures"
        done
    done
done

"$python" - "$figures" "${peers[@]}" <<'PYTHON'
import csv, statistics, sys

speeds = {}
for net, batch_norm, _, speed, kind in csv.reader(open(sys.argv[1])):
    speeds.setdefault((batch_norm, net), {}).setdefault(kind, []).append(float(speed))
peers = sys.argv[2:]
print("| " + " | ".join(["net | batch norm | here | PyTorch NCHW | PyTorch channels_last", *peers, "here / better layout |"]))
print("|---|---|" + "---:|" * (4 + len(peers)))
for (batch_norm, net), kinds in speeds.items():
    ours, nchw, last = (statistics.median(kinds[kind]) for kind in ("ours", "NCHW", "channels_last"))
    with_norm = "yes" if batch_norm == "true" else "no"
    others = "".join(f" {statistics.median(kinds[peer]):,.1f} |" for peer in peers)
    print(f"| {net} | {with_norm} | {ours:,.0f} | {nchw:,.0f} | {last:,.0f} |{others} {ours / max(nchw, last):.1f} |")
PYTHON
