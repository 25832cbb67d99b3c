#!/bin/bash
# Makes the pictures of the documents, docs/images/*.jpg, anew: after a change of how heads look.
#   scripts/pictures.sh VOICE            a recording of five seconds or more
# Environment: FLOWTALK (build/release/bin/flowtalk), FRAME (117), the moment that is shown.
set -euo pipefail
if (($# != 1)); then
  sed -n '2,4p' "$0" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")/.." && pwd)
flowtalk=$(realpath "${FLOWTALK:-$here/build/release/bin/flowtalk}") voice=$(realpath "$1") frame=${FRAME:-117}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cd "$out"

jpeg() { ffmpeg -v error -y -i "$1" -vf "scale=$3:-2:flags=area" -q:v 4 "$here/docs/images/$2.jpg"; }

faces=() captions=()
for emotion in neutral happy sad surprised fear disgusted angry contempt; do
  strength=(--intensity high) caption="$emotion, high"
  [ "$emotion" != neutral ] || strength=() caption=neutral
  "$flowtalk" predict "$voice" --emotion "$emotion" "${strength[@]}" --seed 3 -o "$emotion.npz" -q
  faces+=("$emotion.npz") captions+=(--caption "$caption")
done
"$flowtalk" render "${faces[@]}" "${captions[@]}" --frames faces --columns 4 --size 384 -q
jpeg "faces/$(printf %05d "$frame").png" faces 1548

"$flowtalk" render neutral.npz happy.npz surprised.npz angry.npz --frames people --size 384 -q \
  --person paul --person nora --person amara --person kenji \
  --caption paul --caption nora --caption amara --caption kenji --columns 4
jpeg "people/$(printf %05d "$frame").png" people 1080

cat >curve.json <<'CURVE'
{
  "base": {"emotion": "neutral"},
  "events": [
    {"start": 0.8, "end": 2.4, "emotion": "happy", "strength": "high"},
    {"start": 2.9, "emotion": {"sad": 0.6, "fear": 0.4}, "strength": 0.9, "attack": 0.8}
  ]
}
CURVE
ffmpeg -v error -i "$voice" -t 5 five.wav
"$flowtalk" talk five.wav --curve curve.json -o curve.mp4 --contact-sheet curve.png --size 256 -q
jpeg curve.png curve 1080
