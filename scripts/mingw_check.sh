#!/bin/bash
# Whether the rooms that `flowtalk predict` needs compile for Windows, by syntax: nothing is linked or run.
#   scripts/mingw_check.sh [FOLDER]   build/mingw receives headers and what the compiler says
# Fails when a source stops compiling, and when one that is known to need work compiles (take it off the list).
set -euo pipefail
cd "$(dirname "$0")/.."
rooms=(base tensor formats motion ops params nn audio encoder condition flow prior diffusion generate face perform model
  foreign predict render)
declare -A needs=(
  [flowtalk/base/folder_lock.cpp]="flock: LockFileEx"
  [flowtalk/base/run_apart.cpp]="fork: CreateProcess"
  [flowtalk/base/interruption.cpp]="signals: a console handler"
  [flowtalk/formats/mapped_file.cpp]="mmap: CreateFileMapping"
  [flowtalk/formats/sha256.cpp]="libav's SHA-256"
  [flowtalk/tensor/onednn_weights.cpp]="oneDNN: FLOWTALK_ONEDNN=OFF does without"
  [flowtalk/audio/decode.cpp]="libav: a RIFF reader"
  [flowtalk/audio/input.cpp]="libav"
  [flowtalk/audio/libav.cpp]="libav"
  [flowtalk/audio/load.cpp]="libav: a resampler"
  [flowtalk/audio/sound_names.cpp]="libav's names of formats"
)
compiler=x86_64-w64-mingw32-g++-posix
command -v $compiler >/dev/null || {
  echo "mingw_check: $compiler is missing; scripts/install_deps.sh full installs it" >&2
  exit 1
}

# Libraries that are headers alone (zlib's are the same everywhere), away from those of this system.
mkdir -p "${1:-build/mingw}"
dir=$(cd "${1:-build/mingw}" && pwd)
rm -rf "${dir:?}/include" "$dir/said"
mkdir "$dir/include" "$dir/said"
ln -s /usr/include/{fmt,nlohmann,CLI,eigen3/Eigen,zlib.h,zconf.h} "$dir/include/"
: >"$dir/include/builtin_shares.inc"  # a table that the build makes

flags=(-std=c++20 -Wall -Wextra -Wconversion -Werror -mavx512f -mfma -I. -isystem "$dir/include")
printf '#include <%s>\n' algorithm array filesystem functional map memory optional string vector fmt/format.h \
  nlohmann/json.hpp >"$dir/all.h"
$compiler "${flags[@]}" -x c++-header "$dir/all.h" -o "$dir/all.h.gch"
check() { # SOURCE COMMAND...: its name where it compiles
  if "${@:2}" "$1" >"$dir/said/${1//\//_}" 2>&1; then echo "$1"; fi
}
export dir
export -f check
more=(flowtalk/pipeline/predict.cpp apps/predict.cpp apps/options)
mapfile -t sources < <(git ls-files "${rooms[@]/#/flowtalk/}" "${more[@]}" |
  grep '\.cpp$' | grep -v -E '_test\.cpp|/test_|/golden_|formula_model|^flowtalk/ops/torch/')
compiled=$(printf '%s\n' "${sources[@]}" | xargs -P "${JOBS:-$(nproc)}" -I{} \
  bash -c 'check "$@"' check {} $compiler "${flags[@]}" -fsyntax-only -include "$dir/all.h")

wrong=0
for source in "${sources[@]}"; do
  if grep -q -x -F "$source" <<<"$compiled"; then
    [[ -z ${needs[$source]:-} ]] || { echo "mingw_check: $source compiles now; take it off the list" >&2 && wrong=1; }
  elif [[ -z ${needs[$source]:-} ]]; then
    head -n 20 "$dir/said/${source//\//_}" >&2
    echo "mingw_check: $source does not compile for Windows" >&2
    wrong=1
  fi
done
for source in "${!needs[@]}"; do
  [[ -f $source ]] || { echo "mingw_check: $source is on the list, but is no source; take it off" >&2 && wrong=1; }
done
[[ $wrong = 0 ]] || exit 1
echo "mingw_check: $(wc -l <<<"$compiled") sources compile for Windows, ${#needs[@]} are known to need work"
