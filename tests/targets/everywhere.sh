#!/usr/bin/env bash
# The scores of every int8 net, byte for byte, for 1,000 images on every emulated processor, and how
# long each takes. CI has fewer images on AVR and some Cortex-M: all of them take a quarter of an
# hour on two processors.
#
#   tests/targets/everywhere.sh [ARGUMENTS OF CARGO TEST…]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export MICROMOBILENET_EVERYWHERE=1 MICROMOBILENET_REQUIRE_TOOLS=1
cargo test --test targets "$@" scores_are_the_same_bytes_on_every_processor -- --nocapture
