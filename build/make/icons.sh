#!/usr/bin/env bash
# Draws the program's icons from frontend/public/icon.svg. Run by hand after changing the drawing; the results are committed.
# Needs chromium and imagemagick.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
svg=$(sed 's/<svg /<svg width="1024" height="1024" /' frontend/public/icon.svg)
printf '<!doctype html><style>*{margin:0;background:transparent}svg{display:block}</style>%s' "$svg" >"$work/icon.html"
chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --default-background-color=00000000 \
  --user-data-dir="$work/profile" --window-size=1024,1024 --screenshot="$work/icon.png" "file://$work/icon.html" 2>/dev/null
png() { convert "$work/icon.png" -resize "$1" -strip -define png:exclude-chunks=date,time "$2"; }
png 1024x1024 build/appicon.png
png 256x256 app/icon.png
mkdir -p build/windows build/linux
convert "$work/icon.png" -strip -define icon:auto-resize=256,128,64,48,32,16 build/windows/icon.ico
