#!/usr/bin/env bash
# Compiles the SQLite3 Multiple Ciphers amalgamation from the locked npm package into
# build/bin/sqlite/<target>/libsqlite3.a, with sqlite3.h beside it.
#
# Usage: build.sh [target]
#   target is Go's system and processor, this machine's by default: linux-amd64, windows-amd64, darwin-arm64 …
#   CC and AR override the compiler and the archiver, for a cross compiler of another name.
#
# Nothing happens when the archive is newer than the lock file and this script. The archive is put in place in one step,
# so that a build that is linking meanwhile sees the old one or the new one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
host=$(go env GOHOSTOS)-$(go env GOHOSTARCH)
target=${1:-$host}
out=$root/build/bin/sqlite/$target
archive=$out/libsqlite3.a
if [ "$archive" -nt "$here/package-lock.json" ] && [ "$archive" -nt "$here/build.sh" ]; then exit 0; fi

source=$here/node_modules/better-sqlite3-multiple-ciphers/deps/sqlite3
if [ ! "$source/sqlite3.c" -nt "$here/package-lock.json" ]; then
  (cd "$here" && npm ci --ignore-scripts --no-audit --no-fund --silent)
  touch "$source/sqlite3.c"
fi

# The compiler, the archiver and what the system asks of the code.
cc=cc ar=ar machine=(-fPIC)
case $target in
  "$host") command -v cc >/dev/null || cc=gcc ;; # a Windows machine with mingw has only gcc
  windows-amd64) cc=x86_64-w64-mingw32-gcc ar=x86_64-w64-mingw32-ar ;;
  windows-arm64) cc=aarch64-w64-mingw32-gcc ar=aarch64-w64-mingw32-ar ;;
  linux-amd64) cc=x86_64-linux-gnu-gcc ar=x86_64-linux-gnu-ar ;;
  linux-arm64) cc=aarch64-linux-gnu-gcc ar=aarch64-linux-gnu-ar ;;
  darwin-*) ;; # Apple's compiler builds for both processors
  *)
    if [ -z "${CC:-}" ]; then
      echo "no compiler is known for $target: set CC and AR" >&2
      exit 1
    fi
    ;;
esac
case $target in
  darwin-amd64) machine+=(-arch x86_64 -mmacosx-version-min=11.0) ;;
  darwin-arm64) machine+=(-arch arm64 -mmacosx-version-min=11.0) ;;
  windows-*) machine=() ;; # all code is position independent there, and gcc says so when asked
esac
cc=${CC:-$cc} ar=${AR:-$ar}

options=(
  # What the program uses.
  -DSQLITE_THREADSAFE=1
  -DSQLITE_ENABLE_FTS5
  -DSQLITE_ENABLE_STAT4
  # One cipher: ChaCha20-Poly1305. Without the AES ones the code needs no particular processor.
  -DHAVE_CIPHER_CHACHA20=1
  -DHAVE_CIPHER_AES_128_CBC=0
  -DHAVE_CIPHER_AES_256_CBC=0
  -DHAVE_CIPHER_SQLCIPHER=0
  -DHAVE_CIPHER_RC4=0
  -DHAVE_CIPHER_ASCON128=0
  -DHAVE_CIPHER_AEGIS=0
  # Temporary data stay in memory: on disk they would be plain text.
  -DSQLITE_TEMP_STORE=3
  # Strictness ("SQLite: Recommended Compile-time Options").
  -DSQLITE_DQS=0
  -DSQLITE_DEFAULT_FOREIGN_KEYS=1
  -DSQLITE_LIKE_DOESNT_MATCH_BLOBS
  -DSQLITE_OMIT_DEPRECATED
  -DSQLITE_OMIT_SHARED_CACHE
  # Speed: no global counters of memory, waits in milliseconds instead of seconds, and room beside each connection for what a
  # statement needs while it runs (600 kB; a tenth less time for a push).
  -DSQLITE_DEFAULT_MEMSTATUS=0
  -DSQLITE_DEFAULT_LOOKASIDE=1200,500
  -DHAVE_USLEEP=1
)

mkdir -p "$out"
work=$(mktemp -d "$out/build.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "compiling SQLite3 Multiple Ciphers for $target (about half a minute)"
# shellcheck disable=SC2086 # $cc may carry options or a wrapper such as ccache
$cc -c -O2 "${machine[@]+"${machine[@]}"}" "${options[@]}" -o "$work/sqlite3.o" "$source/sqlite3.c"
"$ar" rcs "$work/libsqlite3.a" "$work/sqlite3.o"
cp "$source/sqlite3.h" "$work/"
mv -f "$work/sqlite3.h" "$out/sqlite3.h"
mv -f "$work/libsqlite3.a" "$archive"
