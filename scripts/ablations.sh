#!/bin/bash
# Trains the generator and its ablations (configs/ablations/) over one encoder and prior, measures each
# on the benchmark, and prints the tables of docs/results.md from the measurements.
#   scripts/ablations.sh train   [RUNS]    what is trained already is kept, what was cut off goes on
#   scripts/ablations.sh measure [RUNS]
#   scripts/ablations.sh tables  [RUNS]    needs jq
# RUNS (default runs/ablations) receives NAME-SEED/ and its metrics. Environment: DATA (datasets),
# ENCODER and PRIOR (runs/default/...), EPOCHS (14), JOBS (runs at a time, one thread each).
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
other_rows="no-shift-1 one-hot-1 embedding-1 graph-without-va-1 gaussian-1 white-base-1 no-lip-losses-1"
rows=${ROWS:-"$main_rows $other_rows"}

train_one() { # NAME-SEED
  local name=${1%-*} seed=${1##*-} config=()
  if [[ $name != flow ]]; then config=(--config "configs/ablations/$name.json"); fi
  "$bin/flowtalk" train generator --dataset "$data" --encoder "$encoder" --prior "$prior" \
    --features "$runs/features" --out "$runs/$1" --max-epoch "$epochs" --threads 1 --resume \
    --set "train.seed=$seed" "${config[@]}" >>"$runs/$1.log" 2>&1
}

measure_one() { # NAME-SEED
  local part options
  for part in mead unseen-voices; do
    for options in "--deterministic" "--num-samples 10"; do
      if [[ $options == --num-samples* && $1 == regression* ]]; then continue; fi
      # shellcheck disable=SC2086
      "$bin/flowtalk" evaluate --dataset "$data/$part" --regions "$data/regions" \
        --save-path "$runs/$1" $options --threads 1 --quiet \
        --json "$runs/$1/$part${options// /}.json"
    done
  done
}

cell() { # FILE JQ-EXPRESSION FORMAT
  if [[ -f $1 ]]; then printf "$3" "$(jq "$2" "$1")"; else printf -- "-"; fi
}

table() { # PART
  local row file taken
  echo "| run | MVE mm, no chance | LVE mm^2, no chance | FDD mm^2, no chance | LVE | MEE | CE | FDD | Diversity mm |"
  echo "|---|---|---|---|---|---|---|---|---|"
  for row in $rows; do
    file=$runs/$row/$1--deterministic.json
    taken=$runs/$row/$1--num-samples10.json
    echo "| $row | $(cell "$file" '.metrics.MVE*1e3' %.4f) | $(cell "$file" '.metrics.LVE*1e6' %.3f) |" \
      "$(cell "$file" '.metrics.FDD*1e6' %.4f) | $(cell "$taken" '.metrics.LVE*1e6' %.3f) |" \
      "$(cell "$taken" '.metrics.MEE*1e6' %.3f) | $(cell "$taken" '.metrics.CE*1e6' %.3f) |" \
      "$(cell "$taken" '.metrics.FDD*1e6' %.4f) | $(cell "$taken" '.metrics.Diversity*1e3' %.4f) |"
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
