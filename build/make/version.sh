#!/usr/bin/env bash
# Prints the version that a binary carries: the tag, or the commit when there is none, or the release in wails.json
# outside a checkout.
set -euo pipefail
cd "$(dirname "$0")/../.."
git -c safe.directory='*' describe --tags --always --dirty 2>/dev/null ||
  sed -n 's/.*"productVersion": *"\([^"]*\)".*/\1/p' wails.json
