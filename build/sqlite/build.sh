#!/usr/bin/env bash
# Compiles the SQLite3 Multiple Ciphers amalgamation from the locked npm package into build/bin/sqlite/<target>/libsqlite3.a.
# Usage: build.sh [target], target being linux-amd64 (this machine's by default) or windows-amd64 and the like.
# Nothing happens when the archive is newer than its lock file and this script.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target=${1:-$(go env GOHOSTOS)-$(go env GOHOSTARCH)}
out=$root/build/bin/sqlite/$target
archive=$out/libsqlite3.a
if [ "$archive" -nt "$here/package-lock.json" ] && [ "$archive" -nt "$here/build.sh" ]; then exit 0; fi

(cd "$here" && npm ci --ignore-scripts --no-audit --no-fund --silent)
source=$here/node_modules/better-sqlite3-multiple-ciphers/deps/sqlite3

cc=${CC:-cc}
ar=${AR:-ar}
case $target in
  windows-*) cc=${CC:-x86_64-w64-mingw32-gcc} ar=${AR:-x86_64-w64-mingw32-ar} ;;
esac
# The ciphers' AES code needs these instruction sets on x86; ARM compilers have theirs on by default.
case $target in
  *-amd64) machine="-maes -msse4.2" ;;
  *) machine="" ;;
esac

mkdir -p "$out"
cp "$source/sqlite3.h" "$out/"
echo "compiling SQLite3 Multiple Ciphers for $target (about half a minute)"
# shellcheck disable=SC2086 # $machine is a list of flags
$cc -c -O2 $machine \
  -DSQLITE_THREADSAFE=1 \
  -DSQLITE_ENABLE_FTS5 \
  -DSQLITE_ENABLE_STAT4 \
  -DSQLITE_DEFAULT_FOREIGN_KEYS=1 \
  -DSQLITE_TEMP_STORE=3 \
  -DSQLITE_OMIT_DEPRECATED \
  -DSQLITE_DQS=0 \
  -o "$out/sqlite3.o" "$source/sqlite3.c"
$ar rcs "$archive" "$out/sqlite3.o"
rm "$out/sqlite3.o"
