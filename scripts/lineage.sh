#!/bin/bash
# Trains the families of the field over the same data, encoder and conditioner, measures them on the
# benchmark, and prints the tables of docs/lineage.md from the measurements.
#   scripts/lineage.sh trials  [RUNS]    short runs of every row at each learning rate of LRS
#   scripts/lineage.sh train   [RUNS]    at the rate whose trial was best, where there are trials;
#                                        what is trained already is kept, what was cut off goes on
#   scripts/lineage.sh measure [RUNS]
#   scripts/lineage.sh spread  [RUNS]    diversity against error, over temperatures or skipped steps
#   scripts/lineage.sh tables  [RUNS]    needs jq
# RUNS (default runs/lineage) receives features/, prior-KIND/, trials/, BUDGET/ROW-SEED/ and their
# metrics. Environment: DATA (datasets), ENCODER (models/ear), CONFIG (configs/lineage.json),
# BUDGET (A: EPOCHS, default 14, of 100 steps; B: as many epochs as MINUTES, default 60, of processor
# time hold, by what budget A took of the same row), PRIOR_EPOCHS (10, of 200 steps), TRIAL_EPOCHS (4),
# LRS (3e-4 8e-4 2e-3), SEEDS (1), ROWS, SET (fields of all rows), JOBS (runs at a time, one thread
# each), SUBJECTS (whose clips the spread is measured on).
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.."
bin=${BIN:-build/release/bin}
data=${DATA:-datasets}
encoder=${ENCODER:-models/ear}
config=${CONFIG:-configs/lineage.json}
budget=${BUDGET:-A}
epochs=${EPOCHS:-14}
minutes=${MINUTES:-60}
prior_epochs=${PRIOR_EPOCHS:-10}
jobs=${JOBS:-$(nproc)}
runs=${2:-runs/lineage}
out=$runs/$budget
rows=${ROWS:-"flow regression regression-house vq vq-house latent-diffusion latent-diffusion-house face-diffuser face-diffuser-house"}
seeds=${SEEDS:-1}
trial_epochs=${TRIAL_EPOCHS:-4}
lrs=${LRS:-"3e-4 8e-4 2e-3"}
subjects=${SUBJECTS:-"M003 W009"}

# A row's family, its prior and its losses; "-house" adds the house's losses on the motion to the
# objective that the family is published with. Of the flow there are, if ROWS names them, flow-latent
# with regression's loss beside its own and flow-latent-only with that and the likelihood alone.
family_of() { case $1 in flow*) echo flow ;; regression*) echo regression ;; vq*) echo vq ;; *) echo diffusion ;; esac }
prior_of() { case $1 in vq*) echo vqvae ;; face-diffuser*) echo none ;; *) echo vae ;; esac }
losses_of() {
  local none="loss.reconstruction=0 loss.lips=0 loss.velocity=0"
  case $1 in
    regression) echo "loss.regression.latent=1 $none" ;;
    flow-latent) echo "loss.flow.latent=1" ;;
    flow-latent-only) echo "loss.flow.latent=1 $none" ;;
    vq) echo "loss.reconstruction=0.15 loss.lips=0 loss.velocity=0 loss.nll_only_share=0" ;;
    latent-diffusion | face-diffuser) echo "$none" ;;
    *) ;;
  esac
}

train_prior() { # KIND
  "$bin/flowtalk" train prior --model "$1" --dataset "$data" --out "$runs/prior-$1" \
    --max-epoch "$prior_epochs" --threads 1 --resume >>"$runs/prior-$1.log" 2>&1
}

# The lowest lip error of a run on validation, without chance.
error_of() { # RUN
  awk -F, 'NR == 1 { for (i = 1; i <= NF; ++i) if ($i == "valid_lve_mm2_tau0") at = i; next }
    least == "" || $at + 0 < least { least = $at + 0 } END { print least }' "$1/losses.csv"
}

# The rate whose trial was best; nothing without trials.
rate_of() { # ROW
  local lr
  for lr in $lrs; do
    if [[ -f $runs/trials/$1@$lr/losses.csv ]]; then
      echo "$(error_of "$runs/trials/$1@$lr") $lr"
    fi
  done | sort -g | head -n 1 | cut -d' ' -f2
}

trial_one() { # ROW@LR
  train_row "$runs/trials/$1" "${1%@*}" 1 "${1#*@}" "$trial_epochs"
}

train_one() { # ROW-SEED
  local row=${1%-*} last=$epochs
  if [[ $budget == B ]]; then last=$(epochs_within "$row"); fi
  train_row "$out/$1" "$row" "${1##*-}" "$(rate_of "$row")" "$last"
}

# How many epochs of a row MINUTES of processor time hold, by what budget A took.
epochs_within() { # ROW
  local spent=$runs/A/$1-${seeds%% *}.seconds
  if [[ ! -f ${spent%.seconds}.done ]]; then echo "budget B of $1 needs budget A first ($spent)" >&2 && return 1; fi
  awk -v minutes="$minutes" -v epochs="$(<"${spent%.seconds}.done")" '{ s += $1 + $2 }
    END { n = int(minutes * 60 * epochs / s); print n < 1 ? 1 : n }' "$spent"
}

train_row() { # OUT ROW SEED LR EPOCHS; the processor's seconds go to OUT.seconds, user and system
  local run=$1 row=$2 seed=$3 prior fields=() field
  if [[ -f $run.done && $(<"$run.done") == "$5" ]]; then return; fi
  prior=$(prior_of "$row")
  if [[ $prior != none ]]; then prior=$runs/prior-$prior; fi
  if [[ -n $4 ]]; then fields+=(--lr "$4"); fi
  for field in $(losses_of "$row") ${SET:-}; do fields+=(--set "$field"); done
  local TIMEFORMAT='%U %S'
  { time "$bin/flowtalk" train generator --model "$(family_of "$row")" --dataset "$data" \
    --config "$config" --encoder "$encoder" --prior "$prior" --features "$runs/features" --out "$run" \
    --max-epoch "$5" --threads 1 --resume --set "train.seed=$seed" "${fields[@]}" \
    >>"$run.log" 2>&1; } 2>>"$run.seconds"
  echo "$5" >"$run.done"
}

measure_one() { # ROW-SEED
  local part options
  for part in mead unseen-voices; do
    for options in --deterministic "--num-samples 10"; do
      if [[ $options == --num-samples* && $1 == regression* ]]; then continue; fi
      local json="$out/$1/$part${options// /}.json" plain="--blinks 0 --subset 0"
      if [[ -f $json ]]; then continue; fi
      if [[ $options == --deterministic ]]; then plain=""; fi
      # shellcheck disable=SC2086
      "$bin/flowtalk" evaluate --dataset "$data/$part" --regions "$data/regions" \
        --save-path "$out/$1" $options $plain --threads 1 --quiet --json "$json" >/dev/null
    done
  done
}

# Error and diversity of one row over how much chance there is: temperatures, or skipped steps.
spread_one() { # ROW-SEED
  local chance json
  local all=("--temperature 0.1" "--temperature 0.3" "--temperature 0.5" "--temperature 0.8" "--temperature 1")
  case $1 in regression*) return ;; latent-* | face-*) all=("--skip-steps 900" "--skip-steps 500" "--skip-steps 0") ;; esac
  for chance in "${all[@]}"; do
    json="$out/$1/spread${chance// /}.json"
    if [[ -f $json ]]; then continue; fi
    # shellcheck disable=SC2086
    "$bin/flowtalk" evaluate --dataset "$data/mead" --regions "$data/regions" --save-path "$out/$1" \
      --test-subjects "$subjects" --num-samples 10 --blinks 0 --subset 0 $chance --threads 1 --quiet \
      --json "$json" >/dev/null
  done
}

# How many numbers lie under a name in the weights of a run, in thousands.
weights_of() { # RUN PREFIX
  if [[ ! -d $1 ]]; then printf -- "-" && return; fi
  "$bin/flowtalk" inspect --json "$1/last/weights.safetensors" |
    jq -r --arg p "$2" '[.arrays[] | select(.name | startswith($p)) | .shape | reduce .[] as $n (1; . * $n)] |
      add // 0 | . / 1000 | round'
}

# EXPRESSION FORMAT FILE...: the mean over the files; "-" where one or its figure is missing.
cell() { cell_of 'add / length' "$@"; }
cell_of() { # JQ_OF_ALL EXPRESSION FORMAT FILE...
  local all=$1 expression=$2 format=$3 file value
  shift 3
  for file in "$@"; do
    if [[ ! -f $file ]]; then printf -- "-" && return; fi
  done
  value=$(jq -s "map($expression) | if all(. != null) then $all else empty end" "$@")
  # shellcheck disable=SC2059
  if [[ -n $value ]]; then printf "$format" "$value"; else printf -- "-"; fi
}

line() { # PART ROW
  local part=$1 row=$2 seed still=() taken=() spent=()
  for seed in $seeds; do
    still+=("$out/$row-$seed/$part--deterministic.json")
    taken+=("$out/$row-$seed/$part--num-samples10.json")
    if [[ -f $out/$row-$seed.seconds ]]; then spent+=("$(awk '{s += $1 + $2} END {print s}' "$out/$row-$seed.seconds")"); fi
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
    "$(cell '.behaviour.NLL.value' %.3f "${still[@]}") | $(weights_of "$out/$row-${seeds%% *}" prior/) |" \
    "$(weights_of "$out/$row-${seeds%% *}" generator/) | $(rate_of "$row") | $took |"
}

spread_table() {
  local row file
  echo "| row | chance | CE | LVE, sampled | diversity mm |"
  echo "|---|---|---|---|---|"
  for row in $rows; do
    for file in "$out/$row-${seeds%% *}"/spread*.json; do
      if [[ ! -f $file ]]; then continue; fi
      local chance=${file##*spread--}
      echo "| $row | ${chance%.json} | $(cell '.metrics.CE*1e6' %.3f "$file") |" \
        "$(cell '.metrics.LVE*1e6' %.3f "$file") | $(cell '.metrics.Diversity*1e3' %.3f "$file") |"
    done
  done
}

# The same as cell, followed by the least and the most.
ranged() { # EXPRESSION FORMAT FILE...
  local mean least most
  mean=$(cell "$@")
  if [[ $mean == - ]]; then echo - && return; fi
  least=$(cell_of min "$@") most=$(cell_of max "$@")
  echo "$mean ($least to $most)"
}

# What the seeds of a row differ by.
seeds_table() { # PART
  local row seed still taken
  echo "| row | LVE mm^2 | LVE, sampled | CE | closure |"
  echo "|---|---|---|---|---|"
  for row in $rows; do
    still=() taken=()
    for seed in $seeds; do
      still+=("$out/$row-$seed/$1--deterministic.json")
      taken+=("$out/$row-$seed/$1--num-samples10.json")
    done
    echo "| $row | $(ranged '.metrics.LVE*1e6' %.3f "${still[@]}") | $(ranged '.metrics.LVE*1e6' %.3f "${taken[@]}") |" \
      "$(ranged '.metrics.CE*1e6' %.3f "${taken[@]}") | $(ranged '.behaviour.Closure_rate.value' %.3f "${still[@]}") |"
  done
}

table() { # PART
  local row
  echo "| row | MVE mm | LVE mm^2 | LVE, sampled | EVE | FDD | MEE | CE | diversity mm | closure | jitter | accuracy | rho | NLL | prior k | generator k | rate | minutes |"
  echo "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"
  for row in $rows; do line "$1" "$row"; done
}

export bin data encoder config budget epochs minutes prior_epochs runs out trial_epochs lrs seeds subjects
export -f train_prior train_one train_row trial_one measure_one spread_one family_of prior_of losses_of
export -f error_of rate_of epochs_within
mkdir -p "$runs/trials" "$out"
priors() { printf '%s\n' vae vqvae | xargs -P "$jobs" -I{} bash -ec 'train_prior {}'; }
all() { for seed in $seeds; do for row in $rows; do echo "$row-$seed"; done; done; }
case ${1:-} in
  trials)
    priors
    for row in $rows; do for lr in $lrs; do echo "$row@$lr"; done; done |
      xargs -P "$jobs" -I{} bash -ec 'trial_one {}'
    ;;
  train)
    priors
    all | xargs -P "$jobs" -I{} bash -ec 'train_one {}'
    ;;
  measure) all | xargs -P "$jobs" -I{} bash -ec 'measure_one {}' ;;
  spread) all | xargs -P "$jobs" -I{} bash -ec 'spread_one {}' ;;
  tables)
    for part in mead unseen-voices; do
      echo && echo "$part:" && echo && table "$part"
      if [[ $seeds == *" "* ]]; then echo && seeds_table "$part"; fi
    done
    echo && echo "spread:" && echo && spread_table
    ;;
  *) sed -n '2,15p' "$0" && exit 2 ;;
esac
