#!/usr/bin/env bash
# Prints window or browser: which variant of the program suits this machine.
set -euo pipefail
if [ "$(uname)" != Linux ] || [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  echo window
elif pkg-config --exists gtk+-3.0 webkit2gtk-4.1 2>/dev/null; then
  echo window
else
  echo browser
fi
