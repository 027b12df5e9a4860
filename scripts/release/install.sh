#!/bin/sh
# Installs docker-credential-docr @VERSION@. Verifies the release's signature and the archive's digest before it installs anything.
# Usage: sh install.sh [PREFIX]. The default prefix is /usr/local for root, and ~/.local otherwise.
# DOCR_RELEASE_URL: another place with the files of the release.
set -eu
url=${DOCR_RELEASE_URL:-@URL@}
key='@KEY@'
fail() { echo "install.sh: $*" >&2; exit 1; }
[ -n "$url" ] || fail "set DOCR_RELEASE_URL to the address of the release's files"
[ "$(uname -s)" = Linux ] || fail "this script is for Linux"
for tool in curl tar xz sha256sum minisign; do
  command -v "$tool" >/dev/null || fail "$tool is not installed (minisign verifies the signature; your distribution has it)"
done
case $(uname -m) in
  x86_64) target=linux-x64 ;;
  aarch64) target=linux-arm64 ;;
  *) fail "there are no executables for $(uname -m)" ;;
esac
if [ "$target" = linux-x64 ] && ! [ -e /lib64/ld-linux-x86-64.so.2 ]; then target=linux-musl-x64; fi
if [ $# -gt 0 ]; then prefix=$1
elif [ "$(id -u)" -eq 0 ]; then prefix=/usr/local
else prefix=$HOME/.local
fi
archive=docker-credential-docr-@VERSION@-$target.tar.xz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for file in SHA256SUMS SHA256SUMS.minisig "$archive"; do
  curl -fsSL -o "$file" "$url/$file" || fail "$url/$file cannot be downloaded"
done
minisign -Vqm SHA256SUMS -P "$key" || fail "the signature of $url/SHA256SUMS is wrong; nothing was installed"
grep " $archive\$" SHA256SUMS | sha256sum -c --quiet - || fail "the digest of $archive is wrong; nothing was installed"
tar -xJf "$archive"
mkdir -p "$prefix"
cp -R --remove-destination "${archive%.tar.xz}/." "$prefix/" 2>/dev/null || cp -Rf "${archive%.tar.xz}/." "$prefix/"
echo "installed $("$prefix/bin/docr" version) in $prefix/bin"
case :$PATH: in *":$prefix/bin:"*) ;; *) echo "add $prefix/bin to your PATH" ;; esac
