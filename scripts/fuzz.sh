#!/bin/bash
# Builds the fuzzers with clang and runs each of them; docs/fuzzing.md says what counts as a finding.
#   scripts/fuzz.sh [SECONDS] [NAME...]    600 seconds each, all of them; JOBS of them at a time
# Exit codes: 0 nothing found, 1 a finding or a failed build, 77 clang is absent (nothing was run).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
seconds=600
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
  seconds=$1
  shift
fi

jobs=${JOBS:-$(nproc)}
probe=$(mktemp -d)
trap 'rm -rf "$probe"' EXIT
echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' \
  >"$probe/probe.cpp"
if ! clang++ -fsanitize=fuzzer,address,undefined "$probe/probe.cpp" -o "$probe/probe" \
  >"$probe/log" 2>&1; then
  echo "fuzz: skipped: no clang++ with libFuzzer here; install the packages clang and" \
    "libclang-rt-dev (scripts/install_deps.sh full)"
  exit 77
fi

cd "$root"
build=$root/build/fuzz
if ! { cmake --preset fuzz && cmake --build --preset fuzz -j "$jobs"; } \
  >"$probe/log" 2>&1; then
  tail -n 40 "$probe/log" >&2
  echo "fuzz: the build failed" >&2
  exit 1
fi

names=("$@")
if [ ${#names[@]} = 0 ]; then
  for plan in "$build"/fuzz/*.plan; do names+=("$(basename "$plan" .plan)"); done
fi
for name in "${names[@]}"; do
  [ -f "$build/fuzz/$name.plan" ] && continue
  echo "fuzz: no fuzzer '$name'; there are:" "$(cd "$build/fuzz" && echo *.plan | sed 's/\.plan//g')" >&2
  exit 1
done
mkdir -p "$build/findings"

run_one() {
  local name=$1 malloc_mb= seeds= dictionary= seed
  # shellcheck disable=SC1090
  . "$build/fuzz/$name.plan"
  local corpus=$build/corpus/$name starts=$probe/$name log=$build/findings/$name.log
  mkdir -p "$corpus" "$starts"
  for seed in $seeds; do
    if [ -d "$seed" ]; then find "$seed" -type f -exec cp {} "$starts" \;; fi
    if [ -f "$seed" ]; then cp "$seed" "$starts/$(echo "$seed" | tr / _)"; fi
  done
  if "$build/fuzz/${name}_fuzzer" ${dictionary:+"-dict=$dictionary"} -max_total_time="$seconds" \
    -max_len=65536 -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb="$malloc_mb" \
    -print_final_stats=1 -artifact_prefix="$build/findings/$name-" "$corpus" "$starts" \
    >"$log" 2>&1; then
    echo "$name: $(grep -aE '^Done [0-9]+ runs' "$log")," \
      "$(grep -aoE 'cov: [0-9]+ ft: [0-9]+' "$log" | tail -n 1)"
    return 0
  fi
  {
    echo "$name: a finding, see $log"
    grep -aE 'FINDING|ERROR|SUMMARY|runtime error|terminate|Test unit written' "$log" | cut -c1-300
  } >&2
  return 1
}
export -f run_one
export build probe seconds
export ASAN_OPTIONS=detect_stack_use_after_return=1:${ASAN_OPTIONS:-}
export UBSAN_OPTIONS=print_stacktrace=1:${UBSAN_OPTIONS:-}
if ! printf '%s\n' "${names[@]}" | xargs -P "$jobs" -I{} bash -c 'run_one {}'; then
  echo "fuzz: there are findings" >&2
  exit 1
fi
