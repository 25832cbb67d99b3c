#!/bin/sh
# Man pages and bash completion, made from what the program prints for --help.
#   scripts/manual.sh PROGRAM FOLDER
# writes FOLDER/man1/flowtalk.1, one page per command and subcommand, and FOLDER/flowtalk.bash.
# The same program gives the same bytes; what is newer than the program is left as it is.
set -eu
program=$1
folder=$2
here=$(dirname "$0")
made=$folder/flowtalk.bash
stale=
for source in "$program" "$(dirname "$program")/flowtalk-train" "$0" "$here/manual_page.awk"; do
  [ ! -e "$source" ] || [ "$made" -nt "$source" ] || stale=yes
done
[ -n "$stale" ] || exit 0
export LC_ALL=C
version=$("$program" version | awk '{ print $1, $2; exit }')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# help_of WORDS: the file with what `flowtalk WORDS --help` says. Each is asked for once.
help_of() { printf '%s' "$work/help/$(printf '%s' "$*" | tr ' ' '-')"; }
ask() { "$program" "$@" --help >"$(help_of "$@")" 2>/dev/null </dev/null; }

# Words that may be subcommands of a command: those of its table, those that follow it in examples.
candidates() {
  awk -v command="flowtalk $1" '
    match($0, /^  [a-z][a-z0-9-]+   *[^ ]/) { print $1 }
    {
      while ((at = index($0, command " ")) > 0) {
        $0 = substr($0, at + length(command) + 1)
        if (match($0, /^[a-z][a-z0-9-]+/)) print substr($0, 1, RLENGTH)
      }
    }' "$(help_of "$1")" | sort -u
}

# What the table of a command says of its subcommand, or else how the subcommand's own help begins.
summary_of() {
  awk -v word="$2" '
    $1 == word && /^  [a-z]/ { sub(/^  [a-z0-9-]+ +/, ""); print; found = 1; exit }
    END { if (!found) exit 1 }' "$(help_of "$1")" ||
    sed 's/[.:] .*//; s/[.:]$//; q' "$(help_of "$@")"
}

# One line per command: its words, a tab, what the help that names it says of it.
commands() {
  awk '/^  flowtalk [a-z-]+  / {
    name = $2; sub(/^  flowtalk [a-z-]+ +/, ""); printf "%s\t%s\n", name, $0
  }' "$work/overview" | while IFS='	' read -r command summary; do
    ask "$command" || continue  # train, where flowtalk-train was not built
    printf '%s\t%s\n' "$command" "$summary"
    for word in $(candidates "$command"); do
      ask "$command" "$word" || continue
      grep -q "^Usage: flowtalk $command $word\( \|\$\)" "$(help_of "$command" "$word")" || continue
      printf '%s\t%s\n' "$command $word" "$(summary_of "$command" "$word")"
    done
  done
}

# page TITLE SUMMARY OTHERS: the man page of the help text on the standard input.
page() {
  awk -f "$here/manual_page.awk" -v title="$1" -v summary="$2" -v version="$version" \
    -v others="$(printf '%s' "$3" | sed 's/\\/\\\\/g')"
}

# The long options of a command, and of those that list their values a test that offers these.
options_of() {
  awk -v indent="$1" '
    /^[A-Z][A-Za-z ]*:$/ { inside = ($0 == "Options:") }
    inside && /^  -/ {
      head = substr($0, 3); values = ""
      if (match(head, /  +/)) head = substr(head, 1, RSTART - 1)
      if (match(head, /\{[^}>]*\}$/)) values = substr(head, RSTART + 1, RLENGTH - 2)
      if (values == "false") values = ""
      gsub(/,/, " ", values)
      sub(/[ ={].*/, "", head)
      n = split(head, name, ",")
      for (i = 1; i <= n; ++i) {
        if (name[i] !~ /^--/) continue
        all = all (all == "" ? "" : " ") name[i]
        if (values == "") continue
        tests = tests indent "[ \"$before\" = " name[i] " ] && values=\"" values "\"\n"
      }
    }
    END { printf "%soptions=\"%s\"\n%s", indent, all, tests }' "$2"
}

# names_of GROUP: the next words that `flowtalk GROUP` takes.
names_of() {
  awk -F'\t' -v group="$1" '
    { n = split($1, word, " ") }
    (group == "" && n == 1) || (n == 2 && word[1] == group) {
      printf "%s%s", space, word[n]
      space = " "
    }' "$work/commands"
}

completion() {
  cat <<'HEAD'
# bash completion of flowtalk, made from what it prints for --help
_flowtalk() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local command= subcommand= names= options= values=
  [ "$COMP_CWORD" -gt 1 ] && command=${COMP_WORDS[1]}
  [ "$COMP_CWORD" -gt 2 ] && subcommand=${COMP_WORDS[2]}
  case $command in
HEAD
  printf '    "") names="%s" options="--help --version" ;;\n' "$(names_of "")"
  for command in $(names_of ""); do
    printf '    %s)\n' "$command"
    options_of '      ' "$(help_of "$command")"
    if [ -n "$(names_of "$command")" ]; then
      printf '      [ "$COMP_CWORD" = 2 ] && names="%s"\n' "$(names_of "$command")"
      printf '      case $subcommand in\n'
      for word in $(names_of "$command"); do
        printf '        %s)\n' "$word"
        options_of '          ' "$(help_of "$command" "$word")"
        printf '          ;;\n'
      done
      printf '      esac\n'
    fi
    printf '      ;;\n'
  done
  cat <<'TAIL'
  esac
  COMPREPLY=()
  if [ -n "$values" ]; then
    COMPREPLY=($(compgen -W "$values" -- "$word"))
  elif [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  elif [ -n "$names" ]; then
    COMPREPLY=($(compgen -W "$names" -- "$word"))
  fi  # anything else is a file, by -o default
}
complete -o bashdefault -o default -F _flowtalk flowtalk
TAIL
}

mkdir "$work/help"
"$program" --help >"$work/overview"
commands >"$work/commands"
mkdir -p "$folder/man1"
rm -f "$made" "$folder"/man1/flowtalk*.1

others=$(cut -f1 "$work/commands" | awk 'NF == 1 {
  printf "%s\\fBflowtalk\\-%s\\fR(1)", (NR > 1 ? ", " : ""), $1 }')
page flowtalk "a voice in, an emotional 3D face out" "$others" <"$work/overview" \
  >"$folder/man1/flowtalk.1"
while IFS='	' read -r words summary; do
  set -- $words
  others='\fBflowtalk\fR(1)'
  [ $# = 1 ] || others="$others, \\fBflowtalk\\-$1\\fR(1)"
  for word in $(names_of "$words"); do others="$others, \\fBflowtalk\\-$1\\-$word\\fR(1)"; done
  name=flowtalk-$(printf '%s' "$words" | tr ' ' '-')
  page "$name" "$summary" "$others" <"$(help_of "$@")" >"$folder/man1/$name.1"
done <"$work/commands"
completion >"$made"
