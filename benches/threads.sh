#!/usr/bin/env bash
# Speed-up of training by a second thread: images per second on one and on two threads, alternating, over
# several rounds. On a shared machine the fastest round is closest to the peak performance.
#
#   ROUNDS=5 benches/threads.sh
#
# ROUNDS (5), BENCH_SECONDS (1, for each figure) and BENCH_NETS may be set.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export BENCH_SECONDS=${BENCH_SECONDS:-1} BENCH_NETS=${BENCH_NETS:-pico nano micro milli mobilenet meadow}
cargo bench --no-run --quiet --bench training
for ((round = 1; round <= ${ROUNDS:-5}; round++)); do
    for net in $BENCH_NETS; do
        for threads in 1 2; do
            BENCH_NETS=$net BENCH_THREADS=$threads cargo bench --quiet --bench training | grep ',true,'
        done
    done
done | sort -s -t, -k1,1 -k3,3n -k4,4n | awk -F, '
    { key = $1 "," $3; count[key]++; speed[key, count[key]] = $4; if ($3 == 1) nets[++all] = $1 }
    END {
        print "| net | 1 thread: median | fastest | 2 threads: median | fastest | ratio of medians | of the fastest |"
        print "|---|---:|---:|---:|---:|---:|---:|"
        for (i = 1; i <= all; i++) {
            net = nets[i]
            if (seen[net]++) continue
            for (threads = 1; threads <= 2; threads++) {
                key = net "," threads
                median[threads] = speed[key, int((count[key] + 1) / 2)]; most[threads] = speed[key, count[key]]
            }
            printf "| %s | %d | %d | %d | %d | %.2f | %.2f |\n", net, median[1], most[1], median[2], most[2],
                median[2] / median[1], most[2] / most[1]
        }
    }'
