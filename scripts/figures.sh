#!/bin/bash
# Measures every figure of docs/results.md, control.md, likelihood.md and restyle.md but those of the
# ablations (scripts/ablations.sh): what the commands print goes to OUT/*.txt, their JSON beside it.
#   scripts/figures.sh measure [OUT]       OUT: outputs/figures
#   scripts/figures.sh tables [OUT]        those of docs/results.md; needs jq
# Environment: DATA (datasets, with the parts of synth2-m), AUDIO (a folder of recorded voices),
# CLIPS (tuxpaint's sounds), SYLLABLES (gcin-voice's), VOICES (more folders of recordings, separated by
# spaces), BUILD (build/release). What is measured already is kept; remove OUT to begin anew.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${2:-outputs/figures}
build=${BUILD:-build/release}
bin=$build/bin
data=${DATA:-datasets}
audio=${AUDIO:-../shared/audio}
clips=${CLIPS:-/usr/share/tuxpaint/stamps}
syllables=${SYLLABLES:-/usr/share/gcin-voice/ogg}
mkdir -p "$out"

# say NAME COMMAND...: its output to OUT/NAME.txt, once it has ended well.
say() {
  local name=$1
  shift
  if [[ -f $out/$name.txt ]]; then return; fi
  echo "$*"
  "$@" >"$out/$name.partial" 2>"$out/$name.err"
  mv "$out/$name.partial" "$out/$name.txt"
}

evaluation() { # NAME OPTIONS...
  local name=$1
  shift
  say "$name" "$bin/flowtalk" evaluate --regions "$data/regions" --json "$out/$name.json" "$@"
}

lips() { # NAME OPTIONS...
  local name=$1
  shift
  say "$name" "$bin/flowtalk" evaluate lips --json "$out/$name.json" "$@"
}

gtests() { # NAME PROGRAM FILTER
  say "$1" "$build/tests/$2" --gtest_filter="$3" --gtest_output="json:$out/$1.json"
}

results() {
  local part emotion upper
  for part in mead unseen-voices; do
    evaluation "$part-deterministic" --dataset "$data/$part" --deterministic
    evaluation "$part-samples" --dataset "$data/$part" --num-samples 10
  done
  evaluation unseen-speakers-samples --dataset "$data/unseen-speakers" --id average --num-samples 10
  evaluation mead-plain --dataset "$data/mead" --num-samples 10 --temperature 0.3,lips:0.3
  for upper in 0.7 0.9; do
    evaluation "validation-$upper" --dataset "$data/mead" --split validation --num-samples 10 \
      --temperature "0.3,eyes:$upper,brows:$upper"
  done
  say score "$bin/flowtalk" score --dataset "$data" --split test --flag --json "$out/score.json"
  # The fit is kept beside a copy of the weights.
  if [[ ! -d $out/calibrated ]]; then
    rm -rf "$out/calibrated.partial"
    cp -r models/default "$out/calibrated.partial"
    mv "$out/calibrated.partial" "$out/calibrated"
  fi
  say score-validation "$bin/flowtalk" score --dataset "$data" --split validation --calibrate \
    --model "$out/calibrated"
  if [[ -d $audio ]]; then
    for emotion in neutral happy sad surprised fear disgusted angry contempt; do
      lips "lips-$emotion" --audio "$audio" --intensity high --emotion "$emotion" --deterministic
      lips "lips-$emotion-0.3" --audio "$audio" --intensity high --emotion "$emotion" --temperature 0.3
    done
  fi
}

# Debian's tuxpaint-stamps-default: English NAME_desc.ogg, other languages NAME_desc_LANGUAGE.ogg; of
# those, Spanish is not in the training.
other_lips() {
  local language files folder
  for folder in ${VOICES:-}; do lips "lips-$(basename "$folder")" --quiet --audio "$folder"; done
  if [[ ! -d $clips ]]; then return; fi
  for language in en es; do
    if [[ $language == en ]]; then
      mapfile -t files < <(find "$clips" -name '*_desc.ogg' | LC_ALL=C sort)
    else
      mapfile -t files < <(find "$clips" -name "*_desc_$language.ogg" | LC_ALL=C sort | head -120)
    fi
    if ((${#files[@]} > 0)); then lips "lips-tuxpaint-$language" --quiet --audio "${files[@]}"; fi
  done
}

# Debian's gcin-voice: all syllables of Mandarin by two speakers, SYLLABLE/3.ogg and 5.ogg. Twenty
# utterances of twenty of them each, 0.06 s apart.
mandarin() {
  local speaker files folder utterance i inputs filter
  if [[ ! -d $syllables ]]; then return; fi
  for speaker in 3 5; do
    mapfile -t files < <(find "$syllables" -name "$speaker.ogg" | LC_ALL=C sort)
    folder=$out/mandarin-$speaker
    if [[ ! -d $folder ]]; then
      rm -rf "$folder.partial" && mkdir "$folder.partial"
      for utterance in {0..19}; do
        inputs=() filter=""
        for i in {0..19}; do
          inputs+=(-i "${files[utterance + 57 * i]}")
          filter+="[$i]apad=pad_dur=0.06[p$i];"
        done
        for i in {0..19}; do filter+="[p$i]"; done
        ffmpeg -v error "${inputs[@]}" -filter_complex "${filter}concat=n=20:v=0:a=1" -ac 1 \
          "$folder.partial/$(printf %02d "$utterance").wav" </dev/null
      done
      mv "$folder.partial" "$folder"
    fi
    lips "lips-mandarin-$speaker" --quiet --audio "$folder"
  done
}

examples() {
  local voice=$data/mead/wav/M003_028_6_2.wav motion=$data/mead/param/M003_028_6_2.npy
  local flowtalk=$bin/flowtalk g made=()
  say score-clip "$flowtalk" score "$voice" --motion "$motion" --emotion angry --intensity high --id M003
  "$flowtalk" predict "$voice" --emotion angry --intensity high --id M003 --take 0 --liveliness 0 \
    -o "$out/take0.npy" -q
  "$flowtalk" predict "$voice" --emotion angry --intensity high --id M003 --take 1 --liveliness 0 \
    -o "$out/take1.npy" -q
  "$flowtalk" predict "$voice" --emotion sad --id M003 --liveliness 0 -o "$out/sad.npy" -q
  say score-takes "$flowtalk" score "$voice" --motion "$out/take0.npy" "$out/take1.npy" "$out/sad.npy" \
    "$motion" --emotion angry --intensity high --id M003
  for g in 0 0.5 1 1.5 2 3; do
    "$flowtalk" predict "$voice" --id M003 --emotion angry --intensity low --guidance $g --deterministic \
      -o "$out/g$g.npy" -q
    made+=("$out/g$g.npy")
  done
  say guidance "$flowtalk" score "$voice" --motion "${made[@]}" --id M003 --emotion angry --intensity low
  say restyle-clip "$flowtalk" restyle "$voice" --motion "$motion" --emotion happy --intensity high \
    -o "$out/happy.npy"
  say restyle-score "$flowtalk" score "$voice" --motion "$out/happy.npy" "$motion"
  for g in 1 0.5 0; do
    say "restyle-keep$g" "$flowtalk" evaluate restyle --dataset "$data" --every 2 --keep $g \
      --json "$out/restyle-keep$g.json"
  done
  for g in low medium; do
    say "restyle-$g" "$flowtalk" evaluate restyle --dataset "$data" --every 2 --intensity $g \
      --json "$out/restyle-$g.json"
  done
}

# row NAME EXPRESSION FORMAT [samples|deterministic]: of both parts; an expression may give several.
row() {
  local kind=${4:-samples} part line="| $1 |"
  for part in mead unseen-voices; do
    # shellcheck disable=SC2059,SC2046
    line+=" $(printf "$3" $(jq -r "$2" "$out/$part-$kind.json")) |"
  done
  echo "$line"
}

table() {
  echo "| | test sentences | unseen voices |"
  echo "|---|---|---|"
  row "MVE mm, without chance" '.metrics.MVE*1e3' %.4f deterministic
  row "LVE mm^2, without chance" '.metrics.LVE*1e6' %.3f deterministic
  row "FDD, without chance" '.metrics.FDD*1e6' %.3f deterministic
  row "MVE mm, 0.3" '.metrics.MVE*1e3' %.4f
  row "LVE, 0.3" '.metrics.LVE*1e6' %.3f
  row "MEE" '.metrics.MEE*1e6' %.3f
  row "CE" '.metrics.CE*1e6' %.3f
  row "EVE" '.metrics.EVE*1e6' %.3f
  row "FDD" '.metrics.FDD*1e6' %.3f
  row "FDD_absolute" '.metrics.FDD_absolute*1e6' %.3f
  row "Diversity mm: all, lips, eyes, upper face" \
    '.metrics | .Diversity*1e3, .Diversity_lips*1e3, .Diversity_eyes*1e3, .Diversity_upper_face*1e3' \
    "%.3f, %.3f, %.3f, %.3f"
  row "Emotion accuracy (of the truth)" '.behaviour.Emotion_accuracy | .value, .reference' "%.4g (%.4g)"
  row "Emotion macro-F1 (of the truth)" '.behaviour.Emotion_macro_F1 | .value, .reference' "%.4g (%.4g)"
  row "Intensity rho (of the truth)" '.behaviour.Intensity_rho | .value, .reference' "%.3f (%.3f)"
  row "Monotonicity" '.behaviour.Monotonicity.value' %.4g
  row "Closure rate of P B M (of the truth)" '.behaviour.Closure_rate | .value, .reference' "%.3f (%.3g)"
  row "Jitter ratio" '.behaviour.Jitter_ratio.value' %.3f
  row "Spread at 0.1, 0.2, 0.3, 0.5, mm" \
    '.behaviour | .["Spread_0.1"].value*1e3, .["Spread_0.2"].value*1e3, .["Spread_0.3"].value*1e3, .["Spread_0.5"].value*1e3' \
    "%.3f, %.3f, %.3f, %.3f"
  row "NLL, nats per dimension (under another voice)" \
    '.behaviour.NLL | .value, .reference' "%.3f (%.3f)"
  row "Residual autocorrelation (learned rho)" '.behaviour.Residual_autocorrelation | .value, .reference' \
    "%.3f (%.3f)"
}

lip_table() {
  local emotion first="| without chance |" second="| 0.3 |"
  echo "| | neutral | happy | sad | surprised | fear | disgusted | angry | contempt |"
  echo "|---|---|---|---|---|---|---|---|---|"
  for emotion in neutral happy sad surprised fear disgusted angry contempt; do
    first+=" $(printf %.3f "$(jq .pooled.auc "$out/lips-$emotion.json")") |"
    second+=" $(printf %.3f "$(jq .pooled.auc "$out/lips-$emotion-0.3.json")") |"
  done
  echo "$first"
  echo "$second"
}

case ${1:-} in
  measure)
    results
    other_lips
    mandarin
    examples
    gtests jumps default_model_test '*NoFaceJumps*'
    gtests regions default_model_test '*LipsStandStill*'
    gtests restyle default_model_test 'RestyleTest*'
    gtests flags cli_data_test 'CliFlag*'
    ;;
  tables)
    table
    echo
    lip_table
    ;;
  *) sed -n '2,8p' "$0" && exit 2 ;;
esac
