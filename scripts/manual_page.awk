# The help text of a command as a man page (roff); see scripts/manual.sh.
# Variables: title, summary, version, others (the roff of SEE ALSO).

function plain(text) {
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  return text
}
function line(text) {
  if (text ~ /^[.\047]/) printf "\\&"
  print plain(text)
}
function fill(on) {
  if (on != filling) print (on ? ".fi" : ".nf")
  filling = on
}
function section(name) {
  fill(1)
  print ".SH " toupper(name)
  fresh = 1
}

# "-o,--output TEXT": names bold, the rest slanted, without what CLI11 says twice.
function option(text,   names, rest, n, i, name) {
  sub(/\{false\}/, "", text)
  sub(/INT:INT/, "INT", text)
  sub(/FLOAT:/, "FLOAT ", text)
  sub(/:\{[^}]*->[^}]*\}:/, ":", text)
  sub(/TEXT:\{/, "{", text)
  names = text
  sub(/[ =].*/, "", names)
  rest = substr(text, length(names) + 1)
  sub(/^ /, "", rest)
  n = split(names, name, ",")
  print ".TP"
  for (i = 1; i <= n; ++i) printf "%s\\fB%s\\fR", (i > 1 ? ", " : ""), plain(name[i])
  print (rest != "" ? " \\fI" plain(rest) "\\fR" : "")
}

# A line "  NAME   what it is": name and told are set. Names may hold one space.
function splits() {
  if (!match($0, /^  [^ ]+( [^ ]+)*   *[^ ]/)) return 0
  name = substr($0, 3, RLENGTH - 3)
  sub(/ +$/, "", name)
  told = substr($0, RLENGTH)
  return 1
}

{ text[NR] = $0 }

END {
  filling = 1
  printf ".TH \"%s\" 1 \"\" \"%s\" \"User Commands\"\n", toupper(title), version
  printf ".SH NAME\n%s \\- %s\n", plain(title), plain(summary)

  for (i = 1; i <= NR && text[i] !~ /^Usage: /; ++i) continue
  usage = i
  if (usage <= NR) {
    section("synopsis")
    fill(0)
    for (; i == usage || (i <= NR && text[i] ~ /^       /); ++i) line(substr(text[i], 8))
  }
  usage_end = i

  section("description")
  part = "text"
  for (i = 1; i <= NR; ++i) {
    if (i == usage) i = usage_end
    if (i > NR) break
    $0 = text[i]
    if ($0 ~ /^ *$/) {
      blank = 1
      continue
    }
    if ($0 ~ /^[A-Z][A-Za-z ]*:$/) {
      sub(/:$/, "")
      part = $0 ~ /^(Options|Positionals)$/ ? "options" : "examples"
      section($0 == "Positionals" ? "arguments" : $0)
      blank = 0
      continue
    }
    if (part == "options" && /^  [^ ]/) {
      fill(1)
      if (splits()) {
        option(name)
        line(told)
      } else {
        option(substr($0, 3))
      }
    } else if (part == "options" && /^   /) {
      sub(/^ +/, "")
      line($0)
    } else if (part == "text" && splits()) {
      fill(1)
      printf ".TP\n\\fB%s\\fR\n", plain(name)
      line(told)
    } else if (/^ /) {
      fill(0)
      line($0)
    } else {
      if (part != "text") section("notes")
      part = "text"
      fill(1)
      if (blank && !fresh) print ".PP"
      line($0)
    }
    blank = fresh = 0
  }
  fill(1)
  if (others != "") printf ".SH \"SEE ALSO\"\n%s\n", others
}
