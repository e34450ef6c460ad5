#!/usr/bin/env bash
# Ablation study of the training settings: the preset micro (or another) on the photographs of
# MICROMOBILENET_PHOTOS, then with one setting removed, added or changed at a time:
#
#   MICROMOBILENET_PHOTOS=flowers benches/ablation.sh [NET]
#
# Means over training seeds, as a row of a Markdown table each. EPOCHS (200) and SEEDS ("0 1 2") may be set.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
net=${1:-micro}
export EPOCHS=${EPOCHS:-200}

rows='the preset|
without flip|augment.flip=false
without shift|augment.shift=0.0
without mixup|augment.mixup=0.0
without label smoothing|train.label_smoothing=0.0
without averaged weights (EMA)|train.ema=0.0
without weight decay|train.weight_decay=0.0
without quantisation-aware epochs|train.quantization_aware=0.0
a constant learning rate|train.schedule=constant
AdamW at 0.02|train.optimizer=adamw train.learning_rate=0.02
with brightness 0.1|augment.brightness=0.1
with zoom 0.1 and rotation 10|augment.zoom=0.1 augment.rotate=10'

printf '| %s, %s epochs | best | last |\n|---|---:|---:|\n' "$net" "$EPOCHS"
while IFS='|' read -r what keys; do
    options=''
    for key in $keys; do options+=" --set $key"; done
    OPTIONS=$options benches/accuracy.sh "$net" </dev/null | tail -1 |
        awk -F'[ ,]' -v what="$what" '{ for (i = 1; i < NF; i++) value[$i] = $(i + 1)
            printf "| %s | %.1f %% | %.1f %% |\n", what, 100 * value["best"], 100 * value["last"] }'
done <<<"$rows"
