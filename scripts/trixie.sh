#!/bin/sh
# Builds flowtalk in a Debian 13 (GCC 14, libtorch 2.6, FFmpeg 7) and runs the fast tests of training there.
#   sudo scripts/trixie.sh FOLDER [ctest options]     else -L unit, and the tests that need libtorch
# FOLDER receives that Debian; what is installed and built in it serves the next time too. JOBS as everywhere.
# Needs root, the network, 5 GB and the better part of an hour.
set -eu
cd "$(dirname "$0")/.."
wrong() { echo "trixie: $*" >&2; exit 1; }
[ $# -ge 1 ] || wrong "which folder is to receive Debian 13? sudo scripts/trixie.sh FOLDER [ctest options]"
[ "$(id -u)" = 0 ] || wrong "needs root, for chroot: sudo scripts/trixie.sh $*"
command -v debootstrap >/dev/null 2>&1 || wrong "debootstrap is missing; scripts/install_deps.sh deb installs it"
mkdir -p "$1"
root=$(readlink -f "$1")
shift

work=$(mktemp -d)
clean() {
  umount "$root/proc" 2>/dev/null || true
  rm -rf "$work"
}
trap clean EXIT
trap 'exit 130' INT TERM
inside() {
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root JOBS="${JOBS:-$(nproc)}" \
    chroot "$root" sh -c 'cd /usr/src/flowtalk && exec "$@"' inside "$@"
}
step() { echo "trixie: $*"; }
logged() { "$@" >"$work/log" 2>&1 </dev/null || { tail -n 40 "$work/log" >&2; wrong "'$*' failed"; }; }

# The mirror and the proxy that this machine uses.
mirror=$(sed -n -E 's/^URIs: *([^ ]*).*/\1/p; s/^deb (\[[^]]*\] )?([^ ]*) .*/\2/p' \
  /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null | head -n 1)
mirror=${mirror:-http://deb.debian.org/debian}
if [ ! -f "$root/bare" ]; then
  step "a bare Debian 13 from $mirror"
  logged debootstrap --variant=minbase trixie "$root" "$mirror"
  touch "$root/bare"
fi
cp /etc/resolv.conf "$root/etc/resolv.conf"
echo "deb $mirror trixie main" >"$root/etc/apt/sources.list"
apt-config dump | grep -E '^Acquire::(http|https|Check-)' >"$root/etc/apt/apt.conf.d/90host" || true
mount -t proc proc "$root/proc"

# The tracked files as they are here; times are kept, so that only what changed is built again.
source=$root/usr/src/flowtalk
mkdir -p "$source"
find "$source" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
git ls-files -z | tar -c --null -T - | tar -x -C "$source" --no-same-owner

step "its packages"
inside scripts/install_deps.sh full
step "the release build, with $(inside g++ --version | head -n 1) and libtorch $(
  inside dpkg-query -W libtorch-dev | cut -f 2)"
inside scripts/build.sh release
[ $# -gt 0 ] || set -- -L unit -R 'Parity|OnTorch|TrainedFamily|Trains|Gradients|Summands|Together|Schedule|Feature[CE]'
inside ctest --preset release -j "${JOBS:-$(nproc)}" "$@"
