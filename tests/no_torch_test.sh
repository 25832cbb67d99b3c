#!/bin/sh
# flowtalk must start without libtorch: none of its libraries, direct or indirect, may be one.
#   no_torch_test.sh PROGRAM
set -eu
libraries=$(ldd "$1")
if echo "$libraries" | grep -E 'libtorch|libc10|libcaffe2'; then
  echo "$1 links libtorch"
  exit 1
fi
echo "$libraries" | grep -q libstdc++ || { echo "ldd said nothing useful"; exit 1; }
