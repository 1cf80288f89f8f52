#!/usr/bin/env bash
# Prints the folders and files of our Go sources, one a line.
set -euo pipefail
cd "$(dirname "$0")/../.."
printf '%s\n' main.go app backend store build/bench build/check build/devloop build/field build/sim build/suite frontend/embed.go |
  while read -r path; do if [ -e "$path" ]; then echo "$path"; fi; done
