#!/bin/sh
# install.sh VENV LOCK: installs exactly what the lock file names, checked by its hashes.
# The dictionary is half of all bytes and a source package; it is built beside the others.
# --no-compile: Python compiles what is imported, which is a tenth of it.
set -eu
venv=$1
lock=$2
parts=$(mktemp -d)
trap 'rm -rf "$parts"' EXIT
awk -v large="$parts/large" -v rest="$parts/rest" \
    '/^[A-Za-z0-9]/ { out = /^unidic-lite==/ ? large : rest } out { print > out }' "$lock"
pip() {
    "$venv/bin/python" -m pip install --disable-pip-version-check --quiet --no-deps --no-compile \
        --require-hashes --requirement "$1"
}
echo "Installing from $lock; the first time takes about half a minute." >&2
# pip 23.0 warns about how the dictionary is built, which is no news to anybody here.
pip "$parts/large" 2>"$parts/log" &
pip "$parts/rest" || { kill $! 2>/dev/null; exit 1; }
wait $! || { cat "$parts/log" >&2; exit 1; }
