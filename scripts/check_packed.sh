#!/bin/sh
# Whether avatars that other programs pack become the films of the unpacked ones: gltfpack's (with and without
# rounded numbers) and draco_transcoder's of the made-up avatars. Says the mean PSNR of each, in dB.
#   scripts/check_packed.sh [VOICE]   default examples/voice.wav
# Wanted: scripts/install_deps.sh viewers, scripts/build.sh release flowtalk make_avatars. FLOWTALK and
# MAKE_AVATARS name other programs. Exit codes: 0 all above 35 dB, 1 one is not, 77 a program is absent.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
voice=$(realpath "${1:-$root/examples/voice.wav}")
flowtalk=${FLOWTALK:-$root/build/release/bin/flowtalk}
make_avatars=${MAKE_AVATARS:-$root/build/release/tests/make_avatars}
for program in gltfpack draco_transcoder ffmpeg "$flowtalk" "$make_avatars"; do
  command -v "$program" >/dev/null 2>&1 || { echo "check_packed: skipped: no $program" && exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$make_avatars" .
for avatar in rpm visemes jaw; do
  gltfpack -i $avatar.glb -o $avatar.meshopt.glb -c -noq -kn -km -ke >/dev/null
  gltfpack -i $avatar.glb -o $avatar.rounded.glb -cc -kn -km -ke >/dev/null
done
draco_transcoder -i jaw.glb -o jaw.draco.glb >/dev/null # it packs no morph targets
film() { nice -n 10 "$flowtalk" talk "$voice" --emotion happy --face "$1.glb" -o "$1.mp4" -q; }
failed=0
for avatar in rpm visemes jaw; do
  film $avatar
  for packed in "$avatar".*.glb; do
    packed=${packed%.glb}
    film "$packed"
    db=$(ffmpeg -hide_banner -nostdin -i $avatar.mp4 -i "$packed.mp4" -lavfi psnr -f null - 2>&1 |
      sed -n 's/.*average:\([0-9.inf]*\).*/\1/p')
    echo "$packed: $db dB"
    awk -v db="$db" 'BEGIN { exit !(db == "inf" || db > 35) }' || failed=1
  done
done
exit $failed
