#!/bin/bash
# Trains the families of the field over the same data, encoder and conditioner, measures them on the
# benchmark, and prints the tables of docs/lineage.md from the measurements.
#   scripts/lineage.sh train   [RUNS]    what is trained already is kept, what was cut off goes on
#   scripts/lineage.sh measure [RUNS]
#   scripts/lineage.sh tables  [RUNS]    needs jq
# RUNS (default runs/lineage) receives prior-KIND/, ROW-SEED/ and their metrics. Environment: DATA
# (datasets), ENCODER (models/default), BUDGET (A: EPOCHS, default 14, of 100 steps; B: MINUTES,
# default 60, of processor time a run, the best epoch of validation), PRIOR_EPOCHS (10, of 200
# steps), SEEDS (1), ROWS, SET (fields of all rows), JOBS (runs at a time, one thread each).
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${BIN:-build/release/bin}
data=${DATA:-datasets}
encoder=${ENCODER:-models/default}
budget=${BUDGET:-A}
epochs=${EPOCHS:-14}
minutes=${MINUTES:-60}
prior_epochs=${PRIOR_EPOCHS:-10}
jobs=${JOBS:-$(nproc)}
runs=${2:-runs/lineage}
rows=${ROWS:-"flow regression regression-house vq vq-house latent-diffusion latent-diffusion-house face-diffuser face-diffuser-house"}
seeds=${SEEDS:-1}

# A row's family, its prior and its losses; "-house" adds the house's losses on the motion to the
# objective that the family is published with.
family_of() { case $1 in flow) echo flow ;; regression*) echo regression ;; vq*) echo vq ;; *) echo diffusion ;; esac }
prior_of() { case $1 in vq*) echo vqvae ;; face-diffuser*) echo none ;; *) echo vae ;; esac }
losses_of() {
  local none="loss.reconstruction=0 loss.lips=0 loss.velocity=0"
  case $1 in
    regression) echo "loss.regression.latent=1 $none" ;;
    vq) echo "loss.reconstruction=0.15 loss.lips=0 loss.velocity=0 loss.nll_only_share=0" ;;
    latent-diffusion | face-diffuser) echo "$none" ;;
    *) ;;
  esac
}

train_prior() { # KIND
  "$bin/flowtalk" train prior --model "$1" --dataset "$data" --out "$runs/prior-$1" \
    --max-epoch "$prior_epochs" --threads 1 --resume >>"$runs/prior-$1.log" 2>&1
}

train_one() { # ROW-SEED
  local row=${1%-*} seed=${1##*-} prior fields=() field last=$epochs
  prior=$(prior_of "$row")
  if [[ $prior != none ]]; then prior=$runs/prior-$prior; fi
  for field in $(losses_of "$row") ${SET:-}; do fields+=(--set "$field"); done
  local until=("$bin/flowtalk")
  if [[ $budget == B ]]; then
    last=1000
    until=(timeout --signal=TERM "${minutes}m" "$bin/flowtalk")
  fi
  local begin=$SECONDS
  "${until[@]}" train generator --model "$(family_of "$row")" --dataset "$data" \
    --encoder "$encoder" --prior "$prior" --features "$runs/features" --out "$runs/$1" \
    --max-epoch "$last" --threads 1 --resume --set "train.seed=$seed" "${fields[@]}" \
    >>"$runs/$1.log" 2>&1 || [[ $budget == B ]]
  echo "$((SECONDS - begin))" >>"$runs/$1.seconds"
}

measure_one() { # ROW-SEED
  local part options
  for part in mead unseen-voices; do
    for options in --deterministic "--num-samples 10"; do
      if [[ $options == --num-samples* && $1 == regression* ]]; then continue; fi
      local out="$runs/$1/$part${options// /}.json" plain="--blinks 0"
      if [[ -f $out ]]; then continue; fi
      if [[ $options == --deterministic ]]; then plain=""; fi
      # shellcheck disable=SC2086
      "$bin/flowtalk" evaluate --dataset "$data/$part" --regions "$data/regions" \
        --save-path "$runs/$1" $options $plain --threads 1 --quiet --json "$out"
    done
  done
}

# EXPRESSION FORMAT FILE...: the mean over the files; "-" where one or its figure is missing.
cell() {
  local expression=$1 format=$2 file value
  shift 2
  for file in "$@"; do
    if [[ ! -f $file ]]; then printf -- "-" && return; fi
  done
  value=$(jq -s "map($expression) | if all(. != null) then add / length else empty end" "$@")
  # shellcheck disable=SC2059
  if [[ -n $value ]]; then printf "$format" "$value"; else printf -- "-"; fi
}

line() { # PART ROW
  local part=$1 row=$2 seed still=() taken=() spent=()
  for seed in $seeds; do
    still+=("$runs/$row-$seed/$part--deterministic.json")
    taken+=("$runs/$row-$seed/$part--num-samples10.json")
    if [[ -f $runs/$row-$seed.seconds ]]; then spent+=("$(paste -sd+ "$runs/$row-$seed.seconds" | bc)"); fi
  done
  local took="-"
  if ((${#spent[@]})); then took=$(printf '%s\n' "${spent[@]}" | awk '{s += $1} END {printf "%.0f", s / NR / 60}'); fi
  echo "| $row | $(cell '.metrics.MVE*1e3' %.4f "${still[@]}") | $(cell '.metrics.LVE*1e6' %.3f "${still[@]}") |" \
    "$(cell '.metrics.LVE*1e6' %.3f "${taken[@]}") | $(cell '.metrics.EVE*1e6' %.3f "${still[@]}") |" \
    "$(cell '.metrics.FDD*1e6' %.3f "${taken[@]}") | $(cell '.metrics.MEE*1e6' %.3f "${taken[@]}") |" \
    "$(cell '.metrics.CE*1e6' %.3f "${taken[@]}") | $(cell '.metrics.Diversity*1e3' %.3f "${taken[@]}") |" \
    "$(cell '.behaviour.Closure_rate.value' %.3f "${still[@]}") |" \
    "$(cell '.behaviour.Jitter_ratio.value' %.3f "${still[@]}") |" \
    "$(cell '.behaviour.Emotion_accuracy.value' %.3f "${still[@]}") |" \
    "$(cell '.behaviour.Intensity_rho.value' %.3f "${still[@]}") |" \
    "$(cell '.behaviour.NLL.value' %.3f "${still[@]}") | $took |"
}

table() { # PART
  local row
  echo "| row | MVE mm | LVE mm^2 | LVE, sampled | EVE | FDD | MEE | CE | diversity mm | closure | jitter | accuracy | rho | NLL | minutes |"
  echo "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"
  for row in $rows; do line "$1" "$row"; done
}

export bin data encoder budget epochs minutes prior_epochs runs
export -f train_prior train_one measure_one family_of prior_of losses_of
mkdir -p "$runs"
all() { for seed in $seeds; do for row in $rows; do echo "$row-$seed"; done; done; }
case ${1:-} in
  train)
    printf '%s\n' vae vqvae | xargs -P "$jobs" -I{} bash -ec 'train_prior {}'
    all | xargs -P "$jobs" -I{} bash -ec 'train_one {}'
    ;;
  measure) all | xargs -P "$jobs" -I{} bash -ec 'measure_one {}' ;;
  tables)
    for part in mead unseen-voices; do
      echo && echo "$part:" && echo && table "$part"
    done
    ;;
  *) sed -n '2,12p' "$0" && exit 2 ;;
esac
