#!/bin/bash
# Trains the generator and its ablations (configs/ablations/) over one encoder and prior, measures each
# on the benchmark, and prints the tables of docs/results.md from the measurements.
#   scripts/ablations.sh train   [RUNS]    what is trained already is kept, what was cut off goes on
#   scripts/ablations.sh measure [RUNS]
#   scripts/ablations.sh tables  [RUNS]    needs jq
# RUNS (default runs/ablations) receives NAME-SEED/ and its metrics. Environment: DATA (datasets),
# ENCODER and PRIOR (runs/default/...), EPOCHS (14), SET (fields of all rows, as "copies=0"),
# JOBS (runs at a time, one thread each).
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${BIN:-build/release/bin}
data=${DATA:-datasets}
encoder=${ENCODER:-runs/default/encoder}
prior=${PRIOR:-runs/default/prior}
epochs=${EPOCHS:-14}
jobs=${JOBS:-$(nproc)}
runs=${2:-runs/ablations}

main_rows="flow-1 regression-1 flow-2 regression-2 flow-3 regression-3"
other_rows="full-likelihood-1 no-copies-1 no-shift-1 one-hot-1 embedding-1 graph-without-va-1 gaussian-1 white-base-1 no-lip-losses-1"
rows=${ROWS:-"$main_rows $other_rows"}

train_one() { # NAME-SEED
  local name=${1%-*} seed=${1##*-} config=() field
  if [[ $name != flow ]]; then config=(--config "configs/ablations/$name.json"); fi
  for field in ${SET:-}; do config+=(--set "$field"); done
  "$bin/flowtalk" train generator --dataset "$data" --encoder "$encoder" --prior "$prior" \
    --features "$runs/features" --out "$runs/$1" --max-epoch "$epochs" --threads 1 --resume \
    --set "train.seed=$seed" "${config[@]}" >>"$runs/$1.log" 2>&1
}

# Blinks are the same for every model, so samples are compared without them; eyes and brows at the
# temperature that suits that.
measure_one() { # NAME-SEED
  local part options plain
  for part in mead unseen-voices; do
    for options in "--deterministic" "--num-samples 10"; do
      if [[ $options == --num-samples* && $1 == regression* ]]; then continue; fi
      plain="--blinks 0 --temperature 0.3,eyes:0.825,brows:0.825"
      if [[ $options == --deterministic ]]; then plain=""; fi
      # shellcheck disable=SC2086
      "$bin/flowtalk" evaluate --dataset "$data/$part" --regions "$data/regions" \
        --save-path "$runs/$1" $options $plain --threads 1 --quiet \
        --json "$runs/$1/$part${options// /}.json"
    done
  done
}

# EXPRESSION FORMAT FILE...: the mean over the files; "-" where one is missing.
cell() {
  local expression=$1 format=$2 file
  shift 2
  for file in "$@"; do
    if [[ ! -f $file ]]; then printf -- "-" && return; fi
  done
  # shellcheck disable=SC2059
  printf "$format" "$(jq -s "map($expression) | add / length" "$@")"
}

line() { # PART LABEL ROW...
  local part=$1 label=$2 row still=() taken=()
  shift 2
  for row in "$@"; do
    still+=("$runs/$row/$part--deterministic.json")
    taken+=("$runs/$row/$part--num-samples10.json")
  done
  echo "| $label | $(cell '.metrics.MVE*1e3' %.4f "${still[@]}") | $(cell '.metrics.LVE*1e6' %.3f "${still[@]}") |" \
    "$(cell '.metrics.FDD*1e6' %.3f "${still[@]}") | $(cell '.behaviour.Closure_rate.value' %.3f "${still[@]}") |" \
    "$(cell '.metrics.CE*1e6' %.3f "${taken[@]}") | $(cell '.metrics.MEE*1e6' %.3f "${taken[@]}") |" \
    "$(cell '.metrics.FDD*1e6' %.3f "${taken[@]}") | $(cell '.metrics.Diversity*1e3' %.3f "${taken[@]}") |" \
    "$(cell '.behaviour.Jitter_ratio.value' %.3f "${taken[@]}") |" \
    "$(cell '.behaviour.Emotion_accuracy.value' %.3f "${taken[@]}") |" \
    "$(cell '.behaviour.Intensity_rho.value' %.3f "${taken[@]}") | $(cell '.behaviour.NLL.value' %.3f "${taken[@]}") |"
}

table() { # PART; first without chance, from CE on at 0.3
  local row name
  echo "| run | MVE mm | LVE mm^2 | FDD mm^2 | closure | CE | MEE | FDD | diversity mm | jitter | accuracy | rho | NLL |"
  echo "|---|---|---|---|---|---|---|---|---|---|---|---|---|"
  for row in $rows; do line "$1" "$row" "$row"; done
  for name in flow regression; do
    line "$1" "$name, mean" "$name-1" "$name-2" "$name-3"
  done
}

export bin data encoder prior epochs runs
export -f train_one measure_one
mkdir -p "$runs"
case ${1:-} in
  train) tr ' ' '\n' <<<"$rows" | xargs -P "$jobs" -I{} bash -ec 'train_one {}' ;;
  measure) tr ' ' '\n' <<<"$rows" | xargs -P "$jobs" -I{} bash -ec 'measure_one {}' ;;
  tables)
    for part in mead unseen-voices; do
      echo && echo "$part:" && echo && table "$part"
    done
    ;;
  *) sed -n '2,8p' "$0" && exit 2 ;;
esac
