#!/usr/bin/env bash
# Before a release: 2,000 random architectures planned, exported, compiled and run on this machine, plain
# and sanitized, and 200 of them on an emulated Cortex-M4; 500 searched for kernels that nothing reaches. Prints the seed, how many there are of each
# kind, how many are wrong, and how long that took. The last result stands in benches/README.md.
#
#   tests/differential/everywhere.sh [SEED]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export MICROMOBILENET_REQUIRE_TOOLS=1 MICROMOBILENET_NETS=2000 MICROMOBILENET_NETS_ON_M4=200 MICROMOBILENET_LINKED=500
export MICROMOBILENET_SEED=${1:-$(date +%s)}
cargo test --test differential -- --nocapture --test-threads 1
cargo test --test targets random_architectures -- --nocapture
