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
  # NAME KIND SIZE: functions, and the few variables that a library sets when it starts.
  ${READELF:-readelf} -W --dyn-syms "$library" |
    awk '$5 != "LOCAL" && $7 != "UND" && ($4 == "FUNC" || $4 == "OBJECT" || $4 == "IFUNC") {
           sub(/@.*/, "", $8); print $8, $4, $3 }' | sort -u |
    join "$work/wanted" - | sed "s/\$/ $soname/" >>"$work/taken"
done
sort -u -k 1,1 "$work/taken" | awk '
  BEGIN { n = count = v = 0 }
  { kind = $2; if (kind == "OBJECT") { variables[++v] = $1; size[v] = $3; next }
    name[n] = $1
    if (!($4 in number)) { number[$4] = count; soname[count++] = $4 }
    library[n++] = number[$4] }
  END {
    print "// Made by scripts/lazy_libraries.sh."
    print "#include \"apps/lazy_libraries.h\"\n"
    print "namespace flowtalk::apps {"
    printf "const LazyFunction kLazyFunctions[] = {\n"
    for (i = 0; i < n; ++i) printf "    {\"%s\", \"%s\"},\n", name[i], soname[library[i]]
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
    print "  .bss"
    for (i = 1; i <= v; ++i) {
      printf "  .balign 16\n  .globl %s\n  .type %s,@object\n  .size %s,%d\n%s:\n  .zero %d\n", \
        variables[i], variables[i], variables[i], size[i], variables[i], size[i]
    }
    print "  .text\n)asm\");"
  }' >"$work/source"
cmp -s "$work/source" "$output" || cp "$work/source" "$output"
