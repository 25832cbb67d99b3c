#!/bin/bash
# Whether our sources that use libtorch compile against the headers of libtorch 2.6 (Debian 13), by
# syntax: what trains with Debian 12's 1.13 is to train with 2.x too.
#   scripts/headers_2x.sh [FOLDER]   build/headers-2x receives the headers
# Debian's packages are fetched from where this machine's apt fetches, and only unpacked.
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
  "${apt[@]}" update >"$log" 2>&1 && (cd "$dir/archives" && "${apt[@]}" download "${packages[@]}" >>"$log" 2>&1) || {
    tail -n 5 "$log" >&2
    echo "headers_2x: Debian 13's packages cannot be fetched" >&2
    exit 1
  }
  for package in "$dir"/archives/*.deb; do dpkg -x "$package" "$dir/files"; done
  touch "$dir/unpacked"
fi

include=$dir/files/usr/include
version=$(sed -n 's/^#define TORCH_VERSION "\(.*\)"/\1/p' "$include/torch/csrc/api/include/torch/version.h")
mapfile -t sources < <(git ls-files flowtalk/ops/torch flowtalk/train | grep '\.cpp$' | grep -v _test)
sources+=(tests/parity_test.cpp tests/families_test.cpp)
check() { # SOURCE
  g++ -std=c++20 -fsyntax-only -Wall -Wextra -Wconversion -Werror -I. -isystem "$include/torch/csrc/api/include" \
    -isystem "$include" -isystem /usr/include/eigen3 -DFMT_SHARED -DUSE_DISTRIBUTED -DUSE_C10D_GLOO -DFLOWTALK_GLOO \
    -DFLOWTALK_DEFAULT_CHECKPOINT='""' "$1" || {
    echo "headers_2x: $1 does not compile" >&2
    return 1
  }
}
export include
export -f check
printf '%s\n' "${sources[@]}" | xargs -P "${JOBS:-$(nproc)}" -I{} bash -c 'check {}'
echo "headers_2x: ${#sources[@]} sources compile against libtorch $version"
