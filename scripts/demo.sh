#!/bin/sh
# One voice, every emotion: outputs/demo.mp4 and outputs/demo.png (a contact sheet).
#   scripts/demo.sh PROGRAM        VOICE=my.wav takes another recording
#   scripts/demo.sh --check        only whether the recording exists and outputs/ can be written
set -eu
program=$1
if ! mkdir -p outputs 2>/dev/null || [ ! -w outputs ]; then
  echo "demo: no permission to write in $PWD/outputs; use a copy of the sources that belongs to you" >&2
  exit 1
fi
prompt=/usr/share/asterisk/sounds/en_US_f_Allison/queue-periodic-announce.g722
voice=${VOICE:-$prompt}
if [ "$program" = --check ] && [ "$voice" = "$prompt" ]; then exit 0; fi  # comes with the packages
if [ ! -e "$voice" ]; then
  echo "demo: $voice does not exist; set VOICE to a recording, or install asterisk-core-sounds-en-g722" >&2
  exit 1
fi
if [ "$program" = --check ]; then exit 0; fi
"$program" talk "$voice" --emotion all --intensity high --size 384 \
  -o outputs/demo.mp4 --contact-sheet outputs/demo.png
echo
echo "voice:         $voice"
echo "video:         $PWD/outputs/demo.mp4"
echo "contact sheet: $PWD/outputs/demo.png"
echo
echo "The README's first steps run after this line:"
echo "  export PATH=\"$(cd "$(dirname "$program")" && pwd):\$PATH\""
