#!/bin/sh
# What `cmake --install` makes works on its own: models found, manuals complete, completion right, and
# nothing in it that names the trees it was built from.
#   install_test.sh SOURCE_FOLDER BUILD_FOLDER
set -eu
source=$1
build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
wrong() { echo "install_test: $*" >&2; exit 1; }

cmake --install "$build" --prefix "$prefix" >"$work/log" || wrong "cmake --install failed"
for file in bin/flowtalk share/flowtalk/models/default/weights.safetensors \
  share/flowtalk/models/classifier/config.json share/flowtalk/models/prompt_phones.gz share/doc/flowtalk/LICENSE \
  share/doc/flowtalk/licences.md share/doc/flowtalk/README.md; do
  [ -f "$prefix/$file" ] || wrong "$file is missing"
done
[ ! -e "$build/bin/flowtalk-train" ] || [ -x "$prefix/bin/flowtalk-train" ] || wrong "no flowtalk-train"
for program in "$prefix"/bin/*; do
  for folder in "$source" "$build"; do
    ! grep -q -F "$folder/" "$program" || wrong "$program names $folder"
  done
done

# Half a second of sound, 16 kHz: a header, then any bytes.
cd "$work"
flowtalk() { env -i "$prefix/bin/flowtalk" "$@"; }
{
  printf 'RIFF\244\076\0\0WAVEfmt \020\0\0\0\001\0\001\0\200\076\0\0\0\175\0\0\002\0\020\0data\200\076\0\0'
  yes 'any bytes are a sound' | head -c 16000
} >voice.wav
flowtalk version | grep -q '^flowtalk [0-9]' || wrong "version says nothing of use"
flowtalk predict voice.wav --emotion happy -o happy.npy -q || wrong "predict failed"
[ -s happy.npy ] || wrong "predict wrote nothing"
mkdir linked && ln -s "$prefix/bin/flowtalk" linked/flowtalk
env -i linked/flowtalk predict voice.wav --emotion happy -o again.npy -q || wrong "a link fails"
cmp happy.npy again.npy
# A program without its models says so in one line; FLOWTALK_MODELS helps it.
mkdir alone && cp "$prefix/bin/flowtalk" alone/
if env -i alone/flowtalk predict voice.wav -o x.npy 2>error; then wrong "a model from nowhere"; fi
[ "$(wc -l <error)" = 1 ] && grep -q 'no default model found.*FLOWTALK_MODELS' error || wrong "$(cat error)"
if env -i alone/flowtalk data phones -o phones 2>error; then wrong "phones of prompts from nowhere"; fi
[ "$(wc -l <error)" = 1 ] && grep -q 'phones of recorded prompts are missing.*FLOWTALK_MODELS' error || wrong "$(cat error)"
[ ! -e phones ] || wrong "a folder is left"
env -i FLOWTALK_MODELS="$prefix/share/flowtalk/models" alone/flowtalk predict voice.wav \
  --emotion happy -o told.npy -q || wrong "FLOWTALK_MODELS is not heard"
cmp happy.npy told.npy

# A manual for every command that the program knows, which `man` reads without a complaint.
manuals=$prefix/share/man/man1
commands=$(flowtalk --help | sed -n 's/^  flowtalk \([a-z-]*\)  .*/\1/p')
[ "$(echo "$commands" | wc -l)" -ge 10 ] || wrong "--help lists too few commands"
[ -x "$prefix/bin/flowtalk-train" ] || commands=$(echo "$commands" | grep -v '^train$')
for name in $commands data-synth data-import-mead evaluate-lips evaluate-restyle export-vertices; do
  page=$manuals/flowtalk-$name.1
  [ -s "$page" ] || wrong "no manual of '$name'"
  grep -q '^\.SH SYNOPSIS' "$page" || wrong "no synopsis in $page"
done
grep -q '^\\fB\\-o\\fR, \\fB\\-\\-output\\fR' "$manuals/flowtalk-talk.1" || wrong "talk's manual lacks -o"
for option in $(flowtalk predict --help | awk '/^  -/ { print $1 }' | grep -o -E '\-\-[a-z][a-z-]+'); do
  grep -q -e "$(printf '%s' "$option" | sed 's/-/\\\\-/g')\\\\fR" "$manuals/flowtalk-predict.1" ||
    wrong "predict's manual lacks $option"
done
if command -v man >/dev/null 2>&1; then
  for page in "$manuals"/*.1; do
    complaints=$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l "$page" 2>&1 >"$work/text")
    [ -z "$complaints" ] || wrong "$page: $complaints"
    [ -s "$work/text" ] || wrong "$page shows nothing"
  done
fi

# Completion, asked as bash asks it.
completion=$prefix/share/bash-completion/completions/flowtalk
bash -n "$completion" || wrong "the completion script does not parse"
complete() {  # complete EXPECTED WORDS...: what the last word may become
  expected=$1
  shift
  found=$(bash -c '. "$0"; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _flowtalk; echo "${COMPREPLY[*]}"' \
    "$completion" "$@")
  [ "$found" = "$expected" ] || wrong "completion of '$*': expected '$expected', got '$found'"
}
complete talk flowtalk ta
complete "predict" flowtalk pr
complete "synth" flowtalk data s
complete "restyle" flowtalk evaluate r
complete "--contact-sheet" flowtalk talk --con
complete "--contact-sheet" flowtalk talk voice.wav --con
complete "--clips-per-style" flowtalk data synth --cl
complete "natural grey" flowtalk talk --look ""
complete "" flowtalk talk voi  # a file, by bash's own rule

# The same files a second time.
cp -r "$prefix" first
rm -f "$build/manual/flowtalk.bash"
cmake --install "$build" --prefix "$prefix" >"$work/log"
diff -r first "$prefix" || wrong "a second installation differs"
echo "install_test: $(find "$prefix" -type f | wc -l) files are in order"
