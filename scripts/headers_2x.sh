#!/bin/bash
# Whether our sources that use libtorch compile against the headers of libtorch 2.6 (Debian 13), by
# syntax: what trains with Debian 12's 1.13 is to train with 2.x too.
#   scripts/headers_2x.sh [FOLDER]   build/headers-2x receives the headers
# Debian's packages are fetched from where this machine's apt fetches, and only unpacked.
# Exit codes: 0 all compile, 1 one does not, 3 the packages could not be fetched (nothing was checked).
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p "${1:-build/headers-2x}"
dir=$(cd "${1:-build/headers-2x}" && pwd)
packages=(libtorch-dev libgloo-dev)

if [[ ! -f $dir/unpacked ]]; then
  mkdir -p "$dir/lists/partial" "$dir/archives/partial" "$dir/files"
  # This machine's own sources, one release further.
  if [[ -s /etc/apt/sources.list ]]; then
    sed 's/bookworm/trixie/g' /etc/apt/sources.list >"$dir/sources.list"
  fi
  if [[ -f /etc/apt/sources.list.d/debian.sources ]]; then
    sed 's/bookworm/trixie/g' /etc/apt/sources.list.d/debian.sources >"$dir/debian.sources"
    sources=(-o "Dir::Etc::sourcelist=$dir/debian.sources")
  else
    sources=(-o "Dir::Etc::sourcelist=$dir/sources.list")
  fi
  apt=(apt-get -q "${sources[@]}" -o "Dir::Etc::sourceparts=-" -o "Dir::State::lists=$dir/lists"
    -o "Dir::Cache=$dir" -o "Dir::Cache::archives=$dir/archives" -o "APT::Sandbox::User=root"
    -o "Acquire::Languages=none")
  log=$dir/apt.log
  if ! ("${apt[@]}" update && cd "$dir/archives" && "${apt[@]}" download "${packages[@]}") >"$log" 2>&1; then
    echo "headers_2x: not checked: Debian 13's packages cannot be fetched ($(tail -n 1 "$log")); see $log" >&2
    exit 3
  fi
  for package in "$dir"/archives/*.deb; do dpkg -x "$package" "$dir/files"; done
  touch "$dir/unpacked"
fi

include=$dir/files/usr/include
version=$(sed -n 's/^#define TORCH_VERSION_[A-Z]* //p' "$include/torch/csrc/api/include/torch/version.h" | paste -sd.)
mapfile -t sources < <(git ls-files flowtalk/ops/torch flowtalk/train | grep '\.cpp$' | grep -v _test)
sources+=(tests/parity_test.cpp tests/families_test.cpp)
flags=(-std=c++20 -Wall -Wextra -Wconversion -Werror -I. -isystem "$include/torch/csrc/api/include"
  -isystem "$include" -isystem /usr/include/eigen3 -DFMT_SHARED -DUSE_DISTRIBUTED -DUSE_C10D_GLOO -DFLOWTALK_GLOO
  -DFLOWTALK_DEFAULT_CHECKPOINT='""')
# clang instantiates what a precompiled header holds once (GCC: in each source, at 5 s). Where it is absent, or refuses
# what GCC takes, g++ has the word. Includes that are missing are seen by scripts/trixie.sh.
printf '#include <%s>\n' fmt/format.h nlohmann/json.hpp torch/torch.h >"$dir/all.h"
rm -f "$dir/all.pch"
clang++ "${flags[@]}" -fpch-instantiate-templates -x c++-header "$dir/all.h" -o "$dir/all.pch" 2>"$dir/clang.log" || true
# shellcheck disable=SC2016
check='source=$1 pch=$2
shift 2
clang++ "$@" -fsyntax-only -include-pch "$pch" "$source" 2>/dev/null || g++ "$@" -fsyntax-only "$source" || {
  echo "headers_2x: $source does not compile" >&2
  exit 1
}'
printf '%s\n' "${sources[@]}" |
  xargs -P "${JOBS:-$(nproc)}" -I{} bash -c "$check" check {} "$dir/all.pch" "${flags[@]}" || exit 1
echo "headers_2x: ${#sources[@]} sources compile against libtorch $version"
