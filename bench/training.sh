#!/bin/bash
# How fast training is, by ratios within one run: the generator's windows per second at its batch
# against batches of one, as the recipes of the lineage have, on one thread and, as one would train
# here, on two: a process of two threads against two ranks of one. And two ranks against one. Runs
# alternate; the load of the machine is printed, since beside other work it says nothing.
#   bench/training.sh DATASET PRIOR ENCODER [ROUNDS]    DATASET may be a packed one
# Environment: TRAIN (build/release/bin/flowtalk-train), STEPS (60).
set -euo pipefail
if (($# < 3)); then
  sed -n '2,8p' "$0" >&2
  exit 2
fi
train=$(realpath "${TRAIN:-$(dirname "$0")/../build/release/bin/flowtalk-train}")
data=$1 prior=$2 encoder=$3 rounds=${4:-3} steps=${STEPS:-60}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# Windows per second of one short run, without what comes before the first step and after the last.
speed() { # BATCH STEPS RANKS THREADS
  rm -rf "$out/run"
  "$train" generator --dataset "$data" --prior "$prior" --encoder "$encoder" --out "$out/run" \
    --max-epoch 1 --threads "$4" --ranks "$3" --set train.batch="$1" --set train.steps_per_epoch="$2" \
    >"$out/log" 2>&1 || { cat "$out/log" >&2; exit 1; }
  tr '\r' '\n' <"$out/log" | sed -n "s|.*epoch 1/1 $2/$2 steps *\([0-9.]*\)/s.*|\1|p" | tail -n 1 |
    awk -v b="$1" '{ print b * $1 }'
}
mean() { awk '{ s += $1 } END { printf "%.2f", s / NR }' "$1"; }

load=$(cut -d' ' -f1 /proc/loadavg)
for ((round = 1; round <= rounds; ++round)); do
  speed 1 $((4 * steps)) 1 1 >>"$out/one"
  speed 1 $((4 * steps)) 1 2 >>"$out/one_two"
  speed 16 "$steps" 1 1 >>"$out/batch"
  speed 16 "$steps" 2 1 >>"$out/ranks"
done
one=$(mean "$out/one") two=$(mean "$out/one_two") batch=$(mean "$out/batch") ranks=$(mean "$out/ranks")
echo "windows/s: batch 1 $one, on two threads $two; batch 16 $batch, on two ranks $ranks"
awk -v a="$one" -v t="$two" -v b="$batch" -v c="$ranks" 'BEGIN {
  printf "on one core batch 16 is %.2f times batch 1; on two cores, with two ranks, %.2f times what\n", b / a, c / (a > t ? a : t)
  printf "batch 1 is with one thread or two; two ranks are %.2f times one\n", c / b
}'
if awk -v l="$load" 'BEGIN { exit l < 0.3 }'; then
  echo "not judged: the load was $load when it began, and ranks want the machine to themselves"
fi
