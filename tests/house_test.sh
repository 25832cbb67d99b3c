#!/bin/sh
# check_house.sh must find what it claims to find: each rule is broken once in a small tree.
#   house_test.sh CHECK_HOUSE
set -eu
check=$1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/docs" "$tree/flowtalk/base" "$tree/flowtalk/tensor" "$tree/flowtalk/face"
cat >"$tree/docs/architecture.md" <<'TABLE'
| folder | holds | may include |
|---|---|---|
| `base` | errors | |
| `tensor` | tensors | `base` |
| `face` | faces | `tensor` |
TABLE
printf '#include "flowtalk/base/a.h"\n' >"$tree/flowtalk/face/good.cpp"

expect() {  # expect NAME EXPECTED_TEXT
  if output=$("$check" "$tree" 2>&1); then
    echo "$1: passed, expected a finding"; exit 1
  fi
  case $output in
    *"$2"*) ;;
    *) echo "$1: expected '$2' in: $output"; exit 1 ;;
  esac
}

"$check" "$tree" >/dev/null || { echo "a good tree is refused"; exit 1; }

printf '#include "flowtalk/face/face.h"\n' >"$tree/flowtalk/base/bad.cpp"
expect "include against the arrows" "base must not include face"
printf '#include "flowtalk/nowhere/x.h"\n' >"$tree/flowtalk/base/bad.cpp"
expect "unknown folder" "nowhere is not in the table"
printf '#include <torch/torch.h>\n' >"$tree/flowtalk/base/bad.cpp"
expect "libtorch" "libtorch outside"
printf '// TO''DO later\n' >"$tree/flowtalk/base/bad.cpp"
expect "unfinished mark" "unfinished mark"
printf 'const char* p = "/ro''ot/x";\n' >"$tree/flowtalk/base/bad.cpp"
expect "path" "path of one machine"
awk 'BEGIN { for (i = 0; i < 451; ++i) print "" }' >"$tree/flowtalk/base/bad.cpp"
expect "long file" "451 lines"
printf '#include <CLI/CLI.hpp>\n' >"$tree/flowtalk/base/bad.cpp"
expect "command line below apps" "CLI11 outside apps"
printf 'const char* p = "give --motion";\n' >"$tree/flowtalk/base/bad.cpp"
expect "flag in the library" "a flag in the library"
printf 'int width = 353;\nauto w = Shape{353};\n' >"$tree/flowtalk/base/bad.cpp"
expect "width of motion rows" "a width of motion rows"
printf 'const fs::path p = fs::temp_directory_path() / "x";\n' >"$tree/flowtalk/base/bad.cpp"
expect "temporary folder by name" "a temporary folder by name"
{ echo 'void longest() {'; awk 'BEGIN { for (i = 0; i < 60; ++i) print "  work();" }'; echo '}'; } \
  >"$tree/flowtalk/base/bad.cpp"
expect "long function" "longest has 62 lines"
rm "$tree/flowtalk/base/bad.cpp"
mkdir -p "$tree/apps"
awk 'BEGIN { for (i = 0; i < 131; ++i) print "// a line" }' >"$tree/apps/bad.cpp"
expect "long command" "a command has at most 130"
rm -r "$tree/apps"
printf 'flowtalk_room(tensor SOURCES a.cpp\n  DEPENDS base face)\n' >"$tree/flowtalk/tensor/CMakeLists.txt"
expect "link against the arrows" "tensor must not include face"
