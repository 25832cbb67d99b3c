#!/bin/sh
# What other programs show of files that flowtalk exports, beside what the motion says: Debian's Blender, and
# three.js, three-vrm and TinyUSDZ in Debian's Chromium. Says the largest differences, a line per file.
#   scripts/check_viewers.sh install          gets what the browser runs from the npm registry
#   scripts/check_viewers.sh [VOICE] [FOLDER] VOICE: 2.1 s or more, default examples/voice.wav;
#                                             FOLDER: what is made is kept there, pictures, too
# Wanted: scripts/install_deps.sh viewers, scripts/build.sh release flowtalk make_avatars. FLOWTALK and
# MAKE_AVATARS name other programs. Exit codes: 0 all agree, 1 something differs, 77 a program is absent.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
here=$root/tests/viewers
if [ "${1:-}" = install ]; then
  [ -d "$root/tests/gltf/node_modules/three" ] || node "$root/tests/gltf/fetch.mjs"
  [ -d "$here/node_modules/tinyusdz" ] || node "$root/tests/gltf/fetch.mjs" "$here"
  exit 0
fi
voice=$(realpath "${1:-$root/examples/voice.wav}")
flowtalk=${FLOWTALK:-$root/build/release/bin/flowtalk}
make_avatars=${MAKE_AVATARS:-$root/build/release/tests/make_avatars}
python=/usr/bin/python3 # Debian's own, whose numpy Blender has, too
absent() { echo "check_viewers: skipped: no $1; get it with $2"; exit 77; }
for program in blender chromium node "$python"; do
  command -v "$program" >/dev/null 2>&1 || absent "$program" "scripts/install_deps.sh viewers"
done
for program in "$flowtalk" "$make_avatars"; do
  [ -x "$program" ] || absent "$program" "scripts/build.sh release flowtalk make_avatars"
done
[ -d "$root/tests/gltf/node_modules/three" ] && [ -d "$here/node_modules/tinyusdz" ] ||
  absent three.js "scripts/check_viewers.sh install"

if [ -n "${2:-}" ]; then
  mkdir -p "$2" && cd "$2"
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cd "$work"
fi
moments="0 0.4 1.2 2" # frames of 25, 30 and 60 a second
export_() { nice -n 10 "$flowtalk" export "$@" -q --threads 1; }
nice -n 10 "$flowtalk" predict "$voice" --emotion happy -o said.npz -q --threads 1
"$python" "$here/turned.py" said.npz turned.npz
"$python" -c 'import numpy; numpy.save("still.npy", numpy.zeros((1, 50), "f4"))'
export_ vertices --expression still.npy -o rest.npy
for motion in said turned; do
  export_ arkit $motion.npz --fps 25 --head -o $motion.csv
  export_ vertices $motion.npz -o $motion.npy
done
export_ arkit said.npz -o said60.csv
export_ vertices said.npz --fps 60 -o said60.npy
export_ glb said.npz -o morphs.glb
export_ glb said.npz --fps 60 -o morphs60.glb
export_ glb turned.npz --rig skin -o skin.glb
export_ usda said.npz -o said.usda
export_ pc2 said.npz -o said.pc2
export_ usda turned.npz --rig skin -o skin.usda
export_ obj said.npz -o first.obj
export_ vrma turned.npz --head -o turned.vrma
export_ vrma turned.npz --head --names arkit -o shapes.vrma
"$make_avatars" .
for avatar in rpm.glb visemes.glb jaw.glb vrm0.vrm vrm1.vrm sync0.vrm sync1.vrm looks0.vrm looks1.vrm; do
  export_ glb turned.npz --face $avatar -o moved_${avatar%.*}.glb
done

in_blender() { # KIND FILE FPS OUT
  nice -n 10 blender -b --factory-startup --python-exit-code 1 --python "$here/in_blender.py" -- \
    "$@" $moments >blender.log 2>&1 </dev/null || { tail -n 20 blender.log >&2; exit 1; }
}
for file in morphs skin moved_rpm moved_visemes moved_jaw moved_vrm0 moved_vrm1; do
  in_blender glb $file.glb 25 $file.blender.json
done
in_blender open skin.glb 25 open.blender.json
in_blender glb morphs60.glb 60 morphs60.blender.json
in_blender pc2 "$PWD/said.pc2" 25 said.blender.json
moments=0 in_blender obj first.obj 25 first.blender.json
nice -n 10 node "$here/in_chromium.mjs" . "$(echo $moments | tr ' ' ,)" morphs.glb morphs60.glb skin.glb \
  moved_rpm.glb moved_visemes.glb moved_jaw.glb moved_vrm0.glb moved_vrm1.glb \
  moved_sync0.glb moved_sync1.glb moved_looks0.glb moved_looks1.glb vrm0.vrm+turned.vrma vrm1.vrm+turned.vrma \
  sync0.vrm+shapes.vrma sync1.vrm+shapes.vrma looks0.vrm+turned.vrma looks1.vrm+turned.vrma said.usda skin.usda

failed=0
compare() { nice -n 10 "$python" -B "$here/compare.py" "$@" || failed=1; }
said="--vertices said.npy --scores said.csv --motion said.npz"
turned="--scores turned.csv --motion turned.npz"
joints="Root=body Neck=head Jaw=jaw LeftEye=left_joint RightEye=right_joint"
looks="Head=head LeftEye=Left RightEye=Right"
old="--back --bones J_Bip_C_Head=head J_Adj_L_FaceEye=Left J_Adj_R_FaceEye=Right"
for shown in .blender .glb.three; do
  compare morphs$shown.json morphs.glb $said --near 1.2 --bones Root=body Neck=head
  compare morphs60$shown.json morphs60.glb --rate 60 --vertices said60.npy --near 1.2 --scores said60.csv
  compare moved_rpm$shown.json moved_rpm.glb $turned --bones Head=head
  compare moved_visemes$shown.json moved_visemes.glb $turned --bones $looks
  compare moved_jaw$shown.json moved_jaw.glb $turned --bones $looks
  compare moved_vrm0$shown.json moved_vrm0.glb $turned --range 90 10 $old
  compare moved_vrm1$shown.json moved_vrm1.glb $turned --range 60 20 --bones $looks
done
skin="skin.glb --vertices turned.npy --motion turned.npz --bones $joints"
compare skin.glb.three.json $skin --near 0.1
compare open.blender.json $skin --near 0.1
compare skin.blender.json $skin --near 0.6 --cut
compare said.blender.json said.pc2 --vertices said.npy
compare first.blender.json first.obj --vertices said.npy
compare said.usda.three.json morphs.glb --scores said.csv --motion said.npz --bones Root=body Neck=head
compare skin.usda.three.json skin.glb --motion turned.npz --bones $joints
old="--range 90 10 --back --bones J_Bip_C_Head=head J_Adj_L_FaceEye=gaze J_Adj_R_FaceEye=gaze"
new="--range 60 20 --bones Head=head LeftEye=gaze RightEye=gaze"
compare vrm0.vrm+turned.vrma.three.json turned.vrma --same moved_vrm0.glb.three.json $turned $old
compare vrm1.vrm+turned.vrma.three.json turned.vrma --same moved_vrm1.glb.three.json $turned $new
compare sync0.vrm+shapes.vrma.three.json shapes.vrma --same moved_sync0.glb.three.json $turned $old
compare sync1.vrm+shapes.vrma.three.json shapes.vrma --same moved_sync1.glb.three.json $turned $new
for version in 0 1; do
  compare looks$version.vrm+turned.vrma.three.json turned.vrma --same moved_looks$version.glb.three.json
done
exit $failed
