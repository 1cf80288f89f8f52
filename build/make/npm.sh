#!/usr/bin/env bash
# Installs the packages of a folder's lock file: npm.sh frontend. Nothing happens when that very lock file was installed
# before with this Node; the mark lies inside node_modules, so that removing the one removes the other.
set -euo pipefail
cd "$(dirname "$0")/../../$1"
mark=node_modules/.installed
want=$( { node --version; cat package.json package-lock.json; } | sha256sum 2>/dev/null || { node --version; cat package.json package-lock.json; } | shasum -a 256)
if [ -f "$mark" ] && [ "$(cat "$mark")" = "$want" ]; then exit 0; fi
echo "installing the packages of $1"
npm ci --ignore-scripts --no-audit --no-fund --silent
echo "$want" >"$mark"
