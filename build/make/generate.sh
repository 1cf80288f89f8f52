#!/usr/bin/env bash
# Writes what is generated from the Go sources and is committed: the schema as a fresh database reports it, the API's
# description, and the types that the UI takes from that.
set -euo pipefail
cd "$(dirname "$0")/../.."
. build/env.sh
go test -count=1 ./store -run '^TestSchema' -update >/dev/null
go test -count=1 ./backend/api -run '^TestOpenAPI' -update >/dev/null
(cd build/apigen && sh ./generate.sh >/dev/null)
