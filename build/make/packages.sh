#!/usr/bin/env bash
# Installs the Debian packages of the groups named: packages.sh compile [window] [test] [release].
# Nothing happens when they are there, nor on other systems, where README.md says what to install first.
set -euo pipefail

for tool in go node npm; do
  if ! command -v "$tool" >/dev/null; then
    echo "Falta «$tool». / \"$tool\" is missing. See README.md: Go 1.26, Node 20.19 or newer, git." >&2
    exit 1
  fi
done

wanted=()
for group in "$@"; do
  case $group in
    compile) wanted+=(gcc libc6-dev) ;;
    window) wanted+=(pkg-config libgtk-3-dev libwebkit2gtk-4.1-dev) ;;
    test) wanted+=(chromium xvfb xdotool imagemagick x11-utils gnome-keyring dbus-x11 fonts-dejavu-core fonts-inter fonts-noto-color-emoji) ;;
    release) wanted+=(gcc-mingw-w64-x86-64 zip) ;;
    *) echo "packages.sh: unknown group $group" >&2; exit 2 ;;
  esac
done

command -v dpkg-query >/dev/null || exit 0
missing=()
for package in "${wanted[@]}"; do
  # A package's name may stand for one that provides it, as pkg-config does on newer systems.
  dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

command=(apt-get install -y --no-install-recommends "${missing[@]}")
as=()
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    as=(sudo)
  else
    echo "Faltan paquetes del sistema y aquí no hay permiso para instalarlos. Pide que se ejecute:" >&2
    echo "System packages are missing and there is no permission to install them here. Have this run:" >&2
    echo "  sudo ${command[*]}" >&2
    exit 1
  fi
fi
echo "installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
install() { "${as[@]}" env DEBIAN_FRONTEND=noninteractive "${command[@]}" </dev/null >"$log" 2>&1; }
# The lists of a fresh machine are empty, and those of an old one name files that are gone.
if ! install; then
  "${as[@]}" apt-get update -qq </dev/null >>"$log" 2>&1 || true
  if ! install; then
    cat "$log" >&2
    echo "No se pudieron instalar los paquetes. / The packages could not be installed." >&2
    exit 1
  fi
fi
