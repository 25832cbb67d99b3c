#!/bin/sh
# Installs the Debian packages that flowtalk needs and that are missing; silent when none is.
#   scripts/install_deps.sh demo   build and run `flowtalk` (no libtorch)
#   scripts/install_deps.sh install  the same plus libhdf5 (`data import-mead`) and SDL2 (`live --microphone`)
#   scripts/install_deps.sh deb    the same plus what makes the .deb and tries it in a bare Debian
#   scripts/install_deps.sh full   the second plus tests, benchmarks, checks and training (libtorch)
#   scripts/install_deps.sh viewers  the first plus programs that show what is exported (Blender, Chromium)
#   scripts/install_deps.sh corpus the same plus the real prompts that the default model heard
set -eu

demo_packages="
  g++ cmake ninja-build pkg-config ccache
  libfmt-dev nlohmann-json3-dev libcli11-dev libeigen3-dev zlib1g-dev libdraco-dev libmeshoptimizer-dev
  libavcodec-dev libavformat-dev libavutil-dev libswscale-dev libswresample-dev
  libespeak-ng-dev espeak-ng-data flite1-dev
  libpocketsphinx-dev libsphinxbase-dev pocketsphinx-en-us libdnnl-dev
  asterisk-core-sounds-en-g722"
install_packages="$demo_packages libhdf5-dev libsdl2-dev"
deb_packages="$install_packages dpkg-dev file debootstrap ffmpeg"
full_packages="$install_packages
  git libgtest-dev libgmock-dev libbenchmark-dev clang-format ffmpeg man-db nodejs
  clang libclang-rt-dev g++-mingw-w64-x86-64-posix
  libtorch-dev libgloo-dev libopenblas0-pthread
  slurmctld slurmd slurm-client munge"
viewers_packages="$demo_packages nodejs blender python3-numpy chromium gltfpack draco ffmpeg"
corpus_packages="$full_packages asterisk-core-sounds-en
  asterisk-core-sounds-es asterisk-core-sounds-es-g722
  asterisk-core-sounds-fr asterisk-core-sounds-fr-g722
  asterisk-core-sounds-it asterisk-core-sounds-it-g722 asterisk-prompt-it-menardi-wav
  asterisk-core-sounds-ru asterisk-core-sounds-ru-g722
  tuxpaint-stamps-default flight-of-the-amazon-queen"

case "${1:-full}" in
  demo) wanted=$demo_packages ;;
  install) wanted=$install_packages ;;
  deb) wanted=$deb_packages ;;
  full) wanted=$full_packages ;;
  viewers) wanted=$viewers_packages ;;
  corpus) wanted=$corpus_packages ;;
  *) echo "usage: scripts/install_deps.sh [demo|install|deb|full|viewers|corpus]" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
  echo "install_deps: this is no Debian system. What flowtalk needs, by its Debian names:" >&2
  echo $wanted >&2
  echo "Install these with your package manager, then run cmake as the Makefile does." >&2
  exit 1
fi

missing=
for package in $wanted; do
  state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    echo "install_deps: these packages are missing and need root to install (no sudo found):" >&2
    echo "  apt-get install --no-install-recommends$missing" >&2
    exit 1
  fi
  as_root=sudo
fi

echo "installing from Debian:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Waits while another apt or dpkg holds one of its locks, at most FLOWTALK_APT_WAIT seconds.
patience=${FLOWTALK_APT_WAIT:-900}
held='Could not get lock|Unable to (acquire|lock)|lock was locked by another'
run() {
  told=
  since=$(date +%s)
  until $as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@" >"$log" 2>&1 </dev/null; do
    if ! grep -q -E "$held" "$log" || [ $(($(date +%s) - since)) -ge "$patience" ]; then
      tail -n 20 "$log" >&2
      echo "install_deps: '$*' failed; the lines above are its last words" >&2
      exit 1
    fi
    [ -n "$told" ] ||
      echo "install_deps: another apt or dpkg is at work; waiting for it, at most $patience s" >&2
    told=yes
    sleep 2
  done
}
run apt-get update -q
run apt-get install -q -y --no-install-recommends $missing
