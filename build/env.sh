# Source this before running go by hand: it points cgo at the encrypted SQLite that build/sqlite/build.sh compiles.
# The Makefile does it for you.
root=$(cd "$(dirname "${BASH_SOURCE[0]:-$0}")/.." && pwd)
target=${TARGET:-$(go env GOHOSTOS)-$(go env GOHOSTARCH)}
export CGO_ENABLED=1
# Quoted for go, which splits these lists itself: the folder's name may hold spaces.
export CGO_CFLAGS="-O2 -g '-I$root/build/bin/sqlite/$target'"
export CGO_LDFLAGS="'-L$root/build/bin/sqlite/$target' -lm"
# The version is handed to the linker instead of stamped, so that a checkout owned by another account builds as well.
export GOFLAGS="-buildvcs=false -tags=libsqlite3,sqlite_fts5 ${EXTRA_GOFLAGS:-}"
