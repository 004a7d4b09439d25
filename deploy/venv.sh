#!/bin/sh
# venv.sh DIR [MINIMUM]: a virtual environment of the first Python that is new enough.
set -eu
dir=$1
minimum=${2:-3.11}
[ ! -x "$dir/bin/python" ] || exit 0

# `python3` of a version manager may be a stub that fails, so each candidate is tried.
try() {
    "$1" -c "import sys, ensurepip; sys.exit(sys.version_info < tuple(map(int, '$minimum'.split('.'))))" 2>/dev/null
}
for python in python3 python3.11 python3.12 python3.13 python3.14 /usr/bin/python3 \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin/python3; do
    if try "$python"; then
        echo "$dir: $("$python" --version)" >&2
        exec "$python" -m venv "$dir"
    fi
done
echo "No Python $minimum or newer with venv was found. On Debian or Ubuntu: apt-get install python3-venv" >&2
exit 1
