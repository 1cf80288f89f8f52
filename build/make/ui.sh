#!/usr/bin/env bash
# Builds the UI into frontend/dist unless its sources are those of the last build.
set -euo pipefail
cd "$(dirname "$0")/../../frontend"
mark=../build/bin/ui.built
want=$(find index.html package.json package-lock.json tsconfig*.json vite.config.ts public src -type f -print0 |
  LC_ALL=C sort -z | xargs -0 cksum | cksum)
if [ -f dist/index.html ] && [ -f "$mark" ] && [ "$(cat "$mark")" = "$want" ]; then exit 0; fi
npm run --silent build
mkdir -p ../build/bin
echo "$want" >"$mark"
