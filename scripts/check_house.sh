#!/bin/sh
# The house rules that a script can check; prints each finding and fails if there is one.
#   scripts/check_house.sh [ROOT]
set -eu
root=${1:-$(dirname "$0")/..}
cd "$root"
findings=$(mktemp)
trap 'rm -f "$findings"' EXIT

if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
  files=$(git ls-files)
else
  files=$(find . -type f -not -path './build*' -not -path './.git/*' | sed 's|^\./||')
fi
exists() { while read -r f; do [ -f "$f" ] && printf '%s\n' "$f"; done; return 0; }
all=$(printf '%s\n' "$files" | exists)
code=$(printf '%s\n' "$all" | grep -E '\.(cpp|h)$' || true)

# Includes and CMake links against the arrows. The table of docs/architecture.md is the only list.
printf '%s\n' "$all" | grep -E '^flowtalk/.*(\.(cpp|h)|CMakeLists\.txt)$' |
  xargs awk -v table=docs/architecture.md '
  function close_over(room, from,   list, n, i) {
    if ((room, from) in allowed) return
    allowed[room, from] = 1
    n = split(direct[from], list, " ")
    for (i = 1; i <= n; ++i) close_over(room, list[i])
  }
  function check(other) {
    if (!(other in direct)) printf "%s:%d: %s is not in the table of %s\n", FILENAME, FNR, other, table
    else if (!((room, other) in allowed))
      printf "%s:%d: %s must not include %s (the arrows of %s)\n", FILENAME, FNR, room, other, table
  }
  BEGIN {
    while ((getline line < table) > 0) {
      if (line !~ /^\| `[a-z]+` \|.*\|.*\|$/) continue
      split(line, cell, "|")
      gsub(/[` ]/, "", cell[2]); gsub(/`/, "", cell[4])
      direct[cell[2]] = cell[4]
    }
    for (r in direct) close_over(r, r)
  }
  FNR == 1 {
    split(FILENAME, part, "/"); room = part[2]; depends = 0
    if (!(room in direct)) printf "%s: folder %s is not in the table of %s\n", FILENAME, room, table
  }
  /^[ \t]*#[ \t]*include[ \t]*"flowtalk\// { split($0, part, "/"); check(part[2]) }
  FILENAME ~ /CMakeLists/ {
    line = $0; gsub(/[()]/, " ", line); n = split(line, word, " ")
    for (i = 1; i <= n; ++i) {
      if (word[i] == "DEPENDS") depends = 1
      else if (word[i] ~ /^[A-Z]/) depends = 0
      else if (depends && word[i] ~ /^[a-z]+$/) check(word[i])
    }
  }' >>"$findings"

# libtorch headers only where they belong.
printf '%s\n' "$code" | grep -v -E '^flowtalk/(ops/torch|train/)|^apps/train_|^tests/.*parity' |
  xargs grep -n -E '#[[:space:]]*include[[:space:]]*[<"](torch|ATen|c10)/' /dev/null |
  sed 's/$/  (libtorch outside ops\/torch, train, apps\/train_* and parity tests)/' >>"$findings" || true

# The command-line library only in apps/; what lies below names fields, and apps add the flags.
# (train_all.cpp writes the command lines of the programs that it starts.)
printf '%s\n' "$code" | grep -v '^apps/' |
  xargs grep -n -E '#[[:space:]]*include[[:space:]]*[<"]CLI/' /dev/null |
  sed 's/$/  (CLI11 outside apps)/' >>"$findings" || true
printf '%s\n' "$code" | grep '^flowtalk/' | grep -v -E '_test\.cpp$|^flowtalk/train/train_all\.cpp' |
  xargs grep -n -E '"([^"\\]|\\.)*--[a-z][a-z-]' /dev/null | grep -v '`[a-z-]* --' |
  sed 's/$/  (a flag in the library; name the field: Field("max_cut"))/' >>"$findings" || true

# The widths of motion rows are known in motion/ alone.
printf '%s\n' "$code" | grep '^flowtalk/' | grep -v -E '^flowtalk/motion/|_test\.cpp$|/test_' |
  xargs grep -n -w -E 'kWideRow \+ [0-9]|= (53|353|403);|\{(53|353|403)\}' /dev/null |
  grep -v 'width = 403' |
  sed 's/$/  (a width of motion rows; see motion\/layout.h)/' >>"$findings" || true

# Tests run at the same time, so none chooses the name of its folder. (PWNED must not be there.)
printf '%s\n' "$code" | grep -v '^tests/scratch_folder\.h$' |
  xargs grep -n -E 'temp_directory_path|TempDir\(|"/tmp' /dev/null | grep -v 'PWNED' |
  sed 's/$/  (a temporary folder by name; see tests\/scratch_folder.h)/' >>"$findings" || true

# Functions of at most 60 lines, commands of at most 120.
printf '%s\n' "$code" | xargs awk '
  FNR == 1 { begin = 0 }
  begin == 0 && /^ *[^ #\/].*[)a-z>] \{$/ && !/^ *(namespace|struct|class|enum|union|extern)/ {
    match($0, /^ */); indent = RLENGTH
    if (indent <= 2) { begin = FNR; name = $0; sub(/^ */, "", name); sub(/\(.*/, "", name) }
  }
  begin > 0 && /^ *\}/ {
    match($0, /^ */)
    if (RLENGTH == indent) {
      if (FNR - begin + 1 > 60)
        printf "%s:%d: %s has %d lines, at most 60\n", FILENAME, begin, name, FNR - begin + 1
      begin = 0
    }
  }' >>"$findings"
printf '%s\n' "$code" | grep -E '^apps/[^/]*\.cpp$' | xargs wc -l /dev/null |
  awk '$2 != "total" && $1 > 130 { printf "%s: %d lines, a command has at most 130; its work belongs into the library\n", $2, $1 }' \
    >>"$findings"

# Unfinished marks (written so that this file does not match itself).
printf '%s\n' "$all" | grep -E '\.(cpp|h|sh|cmake|md)$|CMakeLists\.txt$|Makefile$' |
  xargs grep -n -w -E 'TO''DO|FIX''ME|XX''X|HA''CK' /dev/null |
  sed 's/$/  (unfinished mark)/' >>"$findings" || true

# Paths of one machine.
printf '%s\n' "$all" | grep -v -E '\.(npy|safetensors|png|jpg|wav|g722)$' |
  xargs grep -n -I -E '(^|[^[:alnum:]_.])/(wo''rk|ro''ot|ho''me/[a-z]+)/' /dev/null |
  sed 's/$/  (path of one machine)/' >>"$findings" || true

printf '%s\n' "$code" | xargs wc -l /dev/null |
  awk '$2 != "total" && $1 > 450 { printf "%s: %d lines, at most 450; split it by meaning\n", $2, $1 }' \
    >>"$findings"

if command -v clang-format >/dev/null 2>&1; then
  printf '%s\n' "$code" | xargs clang-format --dry-run 2>&1 |
    grep -E '^[^ ].*warning:' | sed 's/:[0-9]*: warning:.*/: not clang-formatted (make format)/' |
    sed 's/:[0-9]*: not clang/: not clang/' | sort -u >>"$findings" || true
fi

if [ -s "$findings" ]; then
  cat "$findings" >&2
  echo "check_house: $(wc -l <"$findings") findings" >&2
  exit 1
fi
echo "check_house: $(printf '%s\n' "$code" | wc -l) source files keep the house rules"
