#!/bin/sh
# Runs a command while no other one of the same folder runs: two builds in one folder would write the
# same files. The second waits, and says so in one line.
#   scripts/in_turn.sh FOLDER COMMAND...     FOLDER is made when it is missing
set -eu
folder=$1
shift
if ! mkdir -p "$folder" 2>/dev/null || [ ! -w "$folder" ]; then
  echo "flowtalk: no permission to write in $folder; use a copy of the sources that belongs to you" >&2
  exit 1
fi
command -v flock >/dev/null 2>&1 || exec "$@"
lock=$folder/.in_turn
if [ -e "$lock" ] && [ ! -w "$lock" ]; then
  echo "flowtalk: $lock belongs to another user, who has built in $folder; use a copy of the sources" >&2
  exit 1
fi
exec 9>>"$lock"
if ! flock -n 9; then
  echo "flowtalk: another build is at work in $folder; waiting for it" >&2
  flock 9
fi
"$@" 9>&-
