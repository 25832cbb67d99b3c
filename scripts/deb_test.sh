#!/bin/sh
# Installs flowtalk's Debian package in a bare Debian 12, makes a film there and looks at it.
#   sudo scripts/deb_test.sh FILE.deb       (`make deb` makes one)
# VOICE names the recording that speaks. BARE names a folder with a bare Debian that debootstrap made
# before; a copy of it is used. Needs root and the network, takes some minutes, leaves nothing behind.
set -eu
package=$(readlink -f "$1")
voice=${VOICE:-/usr/share/asterisk/sounds/en_US_f_Allison/queue-periodic-announce.g722}
wrong() { echo "deb_test: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || wrong "needs root, for chroot: sudo scripts/deb_test.sh $1"
[ -f "$package" ] || wrong "$package does not exist; make deb makes it"
for tool in debootstrap ffmpeg ffprobe; do
  command -v "$tool" >/dev/null 2>&1 || wrong "$tool is missing; scripts/install_deps.sh deb installs it"
done

work=$(mktemp -d "${TMPDIR:-/tmp}/flowtalk-deb-XXXXXX")
root=$work/root
clean() {
  umount "$root/proc" 2>/dev/null || true
  if grep -q " $root/" /proc/mounts; then wrong "$root is still in use; unmount and delete it"; fi
  rm -rf --one-file-system "$work"
}
trap clean EXIT
trap 'exit 130' INT TERM
inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"; }
step() { echo "deb_test: $*"; }
logged() { "$@" >"$work/log" 2>&1 </dev/null || { tail -n 20 "$work/log" >&2; wrong "'$*' failed"; }; }

# The mirror and the proxy that this machine uses.
mirror=$(sed -n -E 's/^URIs: *([^ ]*).*/\1/p; s/^deb (\[[^]]*\] )?([^ ]*) .*/\2/p' \
  /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null | head -n 1)
mirror=${mirror:-http://deb.debian.org/debian}
if [ -n "${BARE:-}" ]; then
  step "a copy of $BARE"
  cp -a "$BARE" "$root"
else
  step "a bare Debian 12 from $mirror"
  logged debootstrap --variant=minbase bookworm "$root" "$mirror"
fi
cp /etc/resolv.conf "$root/etc/resolv.conf"
echo "deb $mirror bookworm main" >"$root/etc/apt/sources.list"
apt-config dump | grep -E '^Acquire::(http|https|Check-)' >"$root/etc/apt/apt.conf.d/90host" || true
mount -t proc proc "$root/proc"  # where the program finds itself

before=$(inside dpkg-query -W | wc -l)
cp "$package" "$root/tmp/flowtalk.deb"
step "apt-get install ./$(basename "$package")"
logged inside apt-get update -q
logged inside apt-get install -q -y --no-install-recommends /tmp/flowtalk.deb
step "$(($(inside dpkg-query -W | wc -l) - before)) packages came; flowtalk needs $(
  inside dpkg-query -W -f='${Installed-Size}' flowtalk) kB of its own"

logged ffmpeg -loglevel error -y -i "$voice" -ac 1 -ar 16000 "$root/tmp/voice.wav"
mkdir -m 777 "$root/tmp/films"
inside flowtalk version
logged inside chroot --userspec=nobody:nogroup / sh -c \
  'cd /tmp/films && flowtalk talk /tmp/voice.wav --emotion happy --size 256 -o face.mp4'
film=$root/tmp/films/face.mp4
ffprobe -v error -show_entries stream=codec_name,r_frame_rate,width,height -show_entries format=duration \
  -of csv=p=0 "$film" | tee "$work/probe"
grep -q '^h264,256,256,25/1' "$work/probe" || wrong "no H.264 film of 256 x 256 at 25 per second"
grep -q '^aac' "$work/probe" || wrong "no sound in the film"
seconds() { ffprobe -v error -show_entries format=duration -of csv=p=0 "$1"; }
awk -v film="$(seconds "$film")" -v voice="$(seconds "$root/tmp/voice.wav")" \
  'BEGIN { exit !(film > voice - 0.1 && film < voice + 0.2) }' || wrong "the film is not as long as the voice"

for file in /usr/share/man/man1/flowtalk.1 /usr/share/bash-completion/completions/flowtalk \
  /usr/share/doc/flowtalk/copyright /usr/share/doc/flowtalk/licences.md; do
  inside dpkg-query -L flowtalk | grep -q -F -x -e "$file" -e "$file.gz" || wrong "the package lacks $file"
done
logged inside dpkg --purge flowtalk
[ ! -e "$root/usr/share/flowtalk" ] || wrong "removal leaves /usr/share/flowtalk"
step "installed, ran and was removed"
