#!/bin/sh
# What the short commands do when something is in their way: a lock of apt, another build, no rights.
#   scripts_test.sh SOURCE_FOLDER
set -eu
scripts=$1/scripts
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
wrong() { echo "scripts_test: $*" >&2; exit 1; }
lines() { wc -l <"$1" | tr -d ' '; }

# apt-get finds a lock twice, then does its work. One line says so.
mkdir bin
printf '#!/bin/sh\nexit 1\n' >bin/dpkg-query
printf '#!/bin/sh\nexec "$@"\n' >bin/sudo
cat >bin/apt-get <<'FAKE'
#!/bin/sh
echo "$1" >>calls
[ "$(wc -l <calls)" -gt 2 ] && exit 0
echo "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1 (apt)" >&2
exit 100
FAKE
cat >bin/sleep <<'FAKE'
#!/bin/sh
FAKE
chmod +x bin/*
PATH=$work/bin:$PATH "$scripts/install_deps.sh" demo >out 2>&1 || wrong "a lock is not waited for: $(cat out)"
[ "$(lines out)" = 2 ] && grep -q 'another apt or dpkg is at work; waiting' out || wrong "$(cat out)"
[ "$(sort calls | uniq -c | tr -s ' \n' ' ')" = " 1 install 3 update " ] || wrong "calls: $(cat calls)"
rm calls
if PATH=$work/bin:$PATH FLOWTALK_APT_WAIT=0 "$scripts/install_deps.sh" demo >out 2>&1; then
  wrong "no patience, and yet it went on"
fi
grep -q 'Could not get lock' out || wrong "the reason is missing: $(cat out)"
printf '#!/bin/sh\necho "E: Unable to fetch some archives" >&2\nexit 100\n' >bin/apt-get
if PATH=$work/bin:$PATH "$scripts/install_deps.sh" demo >out 2>&1; then wrong "a failure is not seen"; fi
grep -q 'Unable to fetch' out || wrong "the reason is missing: $(cat out)"

# Two builds of one folder: the second waits, says so once, and both are done.
mkfifo started
"$scripts/in_turn.sh" build/x sh -c 'echo >started; /bin/sleep 1; echo first >>order' &
read -r _ <started
"$scripts/in_turn.sh" build/x sh -c 'echo second >>order' 2>out
wait
[ "$(tr '\n' ' ' <order)" = "first second " ] || wrong "not in turn: $(cat order)"
[ "$(lines out)" = 1 ] && grep -q 'another build is at work in build/x; waiting' out || wrong "$(cat out)"
if "$scripts/in_turn.sh" build/x sh -c 'exit 3'; then wrong "the failure of a command is lost"; fi

# No rights (root has all).
if [ "$(id -u)" != 0 ]; then
  mkdir closed && chmod 555 closed
  if "$scripts/in_turn.sh" closed/build true 2>out; then wrong "built without rights"; fi
  [ "$(lines out)" = 1 ] && grep -q 'no permission to write in closed/build' out || wrong "$(cat out)"
fi
mkdir tree && : >tree/outputs
if (cd tree && "$scripts/demo.sh" --check) 2>out; then wrong "outputs is a file, and demo went on"; fi
[ "$(lines out)" = 1 ] && grep -q 'outputs' out || wrong "$(cat out)"
(VOICE= "$scripts/demo.sh" --check) || wrong "demo's check fails where it should not"
if VOICE=absent.wav "$scripts/demo.sh" --check 2>out; then wrong "an absent VOICE passes"; fi
grep -q 'absent.wav does not exist' out || wrong "$(cat out)"
echo "scripts_test: all as it should be"
