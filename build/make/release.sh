#!/usr/bin/env bash
# Builds the program for this system and for Windows into build/bin/release, stripped, with their icons.
# From Linux, Windows is built with mingw; on other systems only the system's own program is built.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=build/bin/release
version=$(build/make/version.sh)
link="-s -w -X sitegroup.mx/crm/app.version=$version"
rm -rf "$out"
mkdir -p "$out"

build/make/packages.sh window release
(
  . build/env.sh
  go build -trimpath -tags "desktop production webkit2_41 libsqlite3 sqlite_fts5" -ldflags "$link" \
    -o "$out/sitegroup-crm-$(go env GOOS)-$(go env GOARCH)" .
)
[ "$(uname)" = Linux ] || exit 0

export TARGET=windows-amd64 CC=x86_64-w64-mingw32-gcc AR=x86_64-w64-mingw32-ar
build/sqlite/build.sh "$TARGET"
. build/env.sh
# Go links every .syso beside main.go; the name keeps it to this target.
resources=rsrc_windows_amd64.syso
trap 'rm -f "$resources"' EXIT
(cd build/windows && x86_64-w64-mingw32-windres -O coff -o "../../$resources" resources.rc)
GOOS=windows GOARCH=amd64 go build -trimpath -tags "desktop production libsqlite3 sqlite_fts5" \
  -ldflags "$link -H windowsgui -extldflags=-static" -o "$out/sitegroup-crm-windows-amd64.exe" .
(cd "$out" && sha256sum sitegroup-crm-* >SHA256SUMS && ls -l)
