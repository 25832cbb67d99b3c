#!/bin/sh
# Configures a preset of CMakePresets.json and builds it, or only the targets that are named.
#   JOBS=2 scripts/build.sh PRESET [-DNAME=VALUE...] [TARGET...]
set -eu
cd "$(dirname "$0")/.."
preset=$1
shift
definitions= targets=
for word in "$@"; do
  case $word in
    -D*) definitions="$definitions $word" ;;
    *) targets="$targets $word" ;;
  esac
done
# A user without a home of his own has no place for ccache, which would then refuse to compile.
if command -v ccache >/dev/null 2>&1; then
  kept=$(ccache --get-config cache_dir 2>/dev/null || true)
  if ! mkdir -p "$kept/tmp" 2>/dev/null || [ ! -w "$kept/tmp" ]; then export CCACHE_DISABLE=1; fi
fi
cmake --preset "$preset" --log-level=WARNING $definitions >/dev/null
cmake --build --preset "$preset" ${targets:+--target $targets} -j "${JOBS:-$(nproc)}"
