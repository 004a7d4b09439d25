#!/bin/bash
# What the tests use beyond Python, on Debian or Ubuntu: PostgreSQL, Redis, Chromium, a
# Japanese font, gettext. Run as root; may be run again; needs no systemd.
set -euo pipefail

if [ "$(id -u)" != 0 ]; then
    echo "make services installs packages and starts servers: run it as root (sudo make services)." >&2
    exit 1
fi
if ! command -v apt-get >/dev/null; then
    echo "This is not Debian or Ubuntu. Install and start yourself: PostgreSQL, Redis, Chromium." >&2
    exit 1
fi

missing=()
need() { command -v "$2" >/dev/null || missing+=("$1"); }
need redis-server redis-server
need chromium chromium
need gettext msgfmt
compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || missing+=(postgresql)
fc-list :lang=ja 2>/dev/null | grep -q . || missing+=(fonts-noto-cjk)
if [ ${#missing[@]} -gt 0 ]; then
    echo "Installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# The person the tests run as: a role of the same name comes in through the local socket.
person=${SUDO_USER:-root}
as_person() { runuser -u "$person" -- "$@"; }
as_postgres() { (cd / && runuser -u postgres -- "$@"); }

if ! as_person psql -qd postgres -c '' 2>/dev/null && ! as_postgres psql -qc '' 2>/dev/null; then
    if ! pg_lsclusters -h | grep -q .; then
        pg_createcluster "$(ls /usr/lib/postgresql | sort -V | tail -1)" main
    fi
    pg_lsclusters -h | while read -r version name _port state _; do
        [ "$state" = online ] || pg_ctlcluster "$version" "$name" start
    done
fi
if ! as_person psql -qd postgres -c '' 2>/dev/null; then
    as_postgres createuser --createdb "$person"
fi
if ! as_person psql -qd voc -c '' 2>/dev/null; then
    as_person createdb voc
fi

if ! redis-cli ping >/dev/null 2>&1; then
    runuser -u redis -- redis-server --bind 127.0.0.1 --port 6379 --save '' --appendonly no \
        --dir /var/lib/redis --daemonize yes >/dev/null
fi
for _ in $(seq 50); do
    if redis-cli ping >/dev/null 2>&1 && as_person psql -qd voc -c '' 2>/dev/null; then
        echo "PostgreSQL (postgres:///voc) and Redis (redis://127.0.0.1:6379) answer."
        exit 0
    fi
    sleep 0.2
done
echo "PostgreSQL or Redis did not come up; their logs are in /var/log/postgresql and /var/log/redis." >&2
exit 1
