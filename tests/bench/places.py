"""Scratch databases: made for one run, dropped at its end. Nothing else is touched."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

# As a server of this size would be set; both sides of every comparison run under it.
_SETTINGS = {"max_parallel_workers_per_gather": "0", "jit": "off", "work_mem": "64MB"}
NAMES = ("empty", "small", "large")


@dataclass(frozen=True, slots=True)
class Place:
    """Three databases of one kind: migrated and empty, with few rows, with many."""

    vendor: str
    urls: dict[str, str]
    var: Path

    def environment(self, name: str) -> dict[str, str]:
        """What a process needs to work on one of them, and on nothing of the developer's."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("VOC_")}
        return {
            **kept,
            "DATABASE_URL": self.urls[name],
            "VOC_VAR": str(self.var),
            "VOC_SECRET_KEY": "bench-" + "0" * 50,
            "VOC_LOG_LEVEL": "ERROR",
            "BROKER_URL": "filesystem://",
            # Posts come from many networks, each under the limit of one.
            "VOC_NUM_PROXIES": "1",
            "DJANGO_SETTINGS_MODULE": "voc.settings",
            "PYTHONWARNINGS": "ignore",
        }

    def copy(self, source: str, target: str) -> None:
        """Makes `target` from `source`, which nobody may be connected to."""
        if self.vendor == "postgresql":
            with _admin(self.urls[source]) as cursor:
                _create(cursor, _name(self.urls[target]), template=_name(self.urls[source]))
            return
        with sqlite3.connect(_file(self.urls[source])) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(_file(self.urls[source]), _file(self.urls[target]))


def _name(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def _file(url: str) -> str:
    return url.removeprefix("sqlite:///")


def _with_name(url: str, name: str) -> str:
    parts = urlsplit(url)
    # Not urlunsplit: it takes the slashes from postgres:///name, which has no host.
    return f"{parts.scheme}://{parts.netloc}/{name}" + (f"?{parts.query}" if parts.query else "")


@contextmanager
def _admin(url: str) -> Iterator[psycopg.Cursor]:
    """A cursor outside of any transaction, on the server's own database."""
    server = _with_name(url, "postgres")
    with psycopg.connect(server, autocommit=True, connect_timeout=2) as connection:
        yield connection.cursor()


def _create(cursor: psycopg.Cursor, name: str, *, template: str) -> None:
    cursor.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template)
        )
    )
    for setting, value in _SETTINGS.items():
        cursor.execute(
            sql.SQL("ALTER DATABASE {} SET {} = {}").format(
                sql.Identifier(name), sql.Identifier(setting), sql.Literal(value)
            )
        )


def postgres_url() -> str:
    """The server to use: VOC_BENCH_POSTGRES, else the configured one, else the local socket."""
    configured = os.environ.get("DATABASE_URL", "")
    return os.environ.get("VOC_BENCH_POSTGRES") or (
        configured if configured.startswith("postgres") else "postgres:///postgres"
    )


def unreachable(url: str) -> str:
    """Why PostgreSQL cannot be measured here; "" when it can."""
    try:
        with _admin(url) as cursor:
            pid = cursor.connection.info.backend_pid
            cursor.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
            found = cursor.fetchone()
    except psycopg.Error as error:
        return str(error).splitlines()[0]
    try:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        name = ""
    if not name.startswith("postgres"):
        return "the server runs on another machine: its processor time cannot be read"
    return "" if found and found[0] else "this role may not create databases"


@contextmanager
def sqlite_place(folder: Path) -> Iterator[Place]:
    """Files in a folder that the caller removes."""
    folder.mkdir(parents=True)
    urls = {name: f"sqlite:///{folder / name}.sqlite3" for name in NAMES}
    yield Place("sqlite", urls, folder / "var")


@contextmanager
def postgres_place(folder: Path, url: str) -> Iterator[Place]:
    """Databases named after this process; dropped at the end, whatever happens."""
    folder.mkdir(parents=True)
    names = {name: f"voc_bench_{os.getpid()}_{name}" for name in NAMES}
    urls = {name: _with_name(url, names[name]) for name in NAMES}
    with _admin(url) as cursor:
        _create(cursor, names["empty"], template="template1")
    try:
        yield Place("postgresql", urls, folder / "var")
    finally:
        with suppress(psycopg.Error), _admin(url) as cursor:
            for name in names.values():
                cursor.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                )
