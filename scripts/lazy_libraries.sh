#!/bin/sh
# Writes the C++ source of functions that load their shared library when they are first called
# (docs/decisions/010-libraries-on-first-use.md): those of the given libraries that the archives call.
#   lazy_libraries.sh OUTPUT ARCHIVE... -- LIBRARY...
# NM and READELF name the tools. x86-64 only.
set -eu
output=$1
shift
archives=
while [ "$1" != -- ]; do
  archives="$archives $1"
  shift
done
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C

${NM:-nm} -u $archives 2>/dev/null | awk '$1 == "U" { print $2 }' | sort -u >"$work/wanted"
: >"$work/taken"
for library in "$@"; do
  soname=$(${READELF:-readelf} -d "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
  [ -n "$soname" ] || { echo "lazy_libraries: $library has no name of its own" >&2; exit 1; }
  # NAME FUNC SONAME
  ${READELF:-readelf} -W --dyn-syms "$library" |
    awk '$5 != "LOCAL" && $7 != "UND" && $4 ~ /^(FUNC|IFUNC|OBJECT)$/ {
           sub(/@.*/, "", $8); print $8, $4, $3, $2, $7 }' | sort -u -k 1,1 |
    join "$work/wanted" - >"$work/defined"
  awk '$2 == "FUNC" || $2 == "IFUNC" { print $1, "FUNC" }' "$work/defined" |
    sed "s/\$/ $soname/" >>"$work/taken"
  # NAME OBJECT BYTES: variables, which begin as in the library.
  awk '$2 == "OBJECT" { print $1, $3, $4, $5 }' "$work/defined" | while read -r name size address section; do
    offset=$(${READELF:-readelf} -W -S "$library" | tr -d '[]' | awk -v s="$section" -v a="$address" '
      function number(hex,   i, x) {
        for (i = 1; i <= length(hex); ++i) x = 16 * x + index("0123456789abcdef", substr(hex, i, 1)) - 1
        return x }
      $1 == s && $3 == "PROGBITS" { printf "%d", number(a) - number($4) + number($5) }')
    [ -n "$offset" ] || { echo "lazy_libraries: $name of $soname has no first value" >&2; exit 1; }
    echo "$name OBJECT $(od -An -v -tx1 -j "$offset" -N "$size" "$library" | tr -d '\n' |
      sed 's/^ //; s/ /,0x/g; s/^/0x/')"
  done >>"$work/taken"
done
sort -u -k 1,1 "$work/taken" | awk '
  BEGIN { n = v = 0 }
  { kind = $2; if (kind == "OBJECT") { variables[++v] = $1; bytes[v] = $3; next }
    name[n] = $1
    soname[n++] = $3 }
  END {
    print "// Made by scripts/lazy_libraries.sh."
    print "#include \"apps/lazy_libraries.h\"\n"
    print "namespace flowtalk::apps {"
    printf "const LazyFunction kLazyFunctions[] = {\n"
    for (i = 0; i < n; ++i) printf "    {\"%s\", \"%s\"},\n", name[i], soname[i]
    print "};\n}  // namespace flowtalk::apps\n"
    print "asm(R\"asm("
    print "  .text"
    for (i = 0; i < n; ++i) {
      printf "  .globl %s\n  .type %s,@function\n%s:\n  endbr64\n", name[i], name[i], name[i]
      printf "  jmp *flowtalk_lazy_targets+%d(%%rip)\n  .size %s,.-%s\n", 8 * i, name[i], name[i]
      printf ".Llazy%d:\n  pushq $%d\n  jmp flowtalk_lazy_first\n", i, i
    }
    print "  .data\n  .balign 8\n  .globl flowtalk_lazy_targets\n  .hidden flowtalk_lazy_targets"
    print "flowtalk_lazy_targets:"
    for (i = 0; i < n; ++i) printf "  .quad .Llazy%d\n", i
    for (i = 1; i <= v; ++i) {
      printf "  .balign 16\n  .globl %s\n  .type %s,@object\n%s:\n  .byte %s\n  .size %s,.-%s\n", \
        variables[i], variables[i], variables[i], bytes[i], variables[i], variables[i]
    }
    print "  .text\n)asm\");"
  }' >"$work/source"
cmp -s "$work/source" "$output" || cp "$work/source" "$output"
