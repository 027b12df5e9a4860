#!/bin/sh
# scriptc compiles for musl with `zig cc`. This script takes its arguments and calls Debian's clang and lld instead, with musl and
# libgcc below $SYSROOT. The result is static.
set -eu
shift # cc
arch=x86_64
links=yes
count=$#
while [ "$count" -gt 0 ]; do
  argument=$1
  shift
  count=$((count - 1))
  case $argument in
    -target)
      arch=${1%%-*}
      shift
      count=$((count - 1))
      continue
      ;;
    -c | -E | -S | -'###') links=no ;;
  esac
  set -- "$@" "$argument"
done
set -- "$CLANG" "--target=$arch-unknown-linux-musl" -nostdlibinc -isystem "$SYSROOT/usr/include/$arch-linux-musl" "$@"
[ "$links" = yes ] || exec "$@"
musl=$SYSROOT/usr/lib/$arch-linux-musl
exec "$@" -static "-fuse-ld=$LLD" -nostdlib -nostartfiles "$musl/crt1.o" "$musl/crti.o" "-L$musl" "-L$LIBGCC" \
  -Wl,--start-group -lc -lgcc -lgcc_eh -Wl,--end-group "$musl/crtn.o"
