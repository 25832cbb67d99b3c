#!/bin/sh
# What others make of glTF files: Khronos' validator and three.js.
#   scripts/validate_gltf.sh install    gets it from the npm registry (tests/gltf/package-lock.json)
#   scripts/validate_gltf.sh FILE...    prints each error and warning
#   scripts/validate_gltf.sh pose FILE SECONDS   where three.js puts the vertices then, as JSON
# Exit codes: 0 none, 1 there are some, 77 node or the validator is absent (nothing was looked at).
set -eu
folder=$(cd "$(dirname "$0")/.." && pwd)/tests/gltf

if [ "${1:-}" = install ]; then
  command -v node >/dev/null 2>&1 || { echo "validate_gltf: no node here (Debian's nodejs)" >&2; exit 77; }
  [ -d "$folder/node_modules/three" ] && [ -d "$folder/node_modules/gltf-validator" ] ||
    node "$folder/fetch.mjs" || {
    echo "validate_gltf: the npm registry gave no validator; its test is skipped" >&2
    exit 77
  }
  exit 0
fi
if ! command -v node >/dev/null 2>&1 || [ ! -d "$folder/node_modules/three" ]; then
  echo "validate_gltf: skipped: no validator here; get it with scripts/validate_gltf.sh install"
  exit 77
fi
if [ "${1:-}" = pose ]; then
  shift
  exec node "$folder/pose.mjs" "$@"
fi
exec node "$folder/validate.js" "$@"
