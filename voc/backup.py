"""One archive of the whole database, consistent while people go on working.

A zip with manifest.json (version, kind of database, migrations, rows of each table) and
either `voc.sqlite3`, made by VACUUM INTO, or one `tables/NAME.copy` for each table, read
by COPY inside one snapshot. No client program of the database is needed. A plain copy of
an SQLite file in WAL mode may hold no table at all; that is why it is never made.
"""

import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from voc.errors import Refused
from voc.models import User
from voc.registry import registry

FORMAT = 1
_MANIFEST = "manifest.json"
_SQLITE = "voc.sqlite3"
_CHUNK = 1 << 20
Tick = Callable[[int, int], None]


def backup(path: Path, *, now: datetime, progress: Tick) -> dict[str, Any]:
    """Writes the archive and returns its manifest. The file appears only when complete."""
    if path.exists():
        raise Refused(_("そのファイルはすでにあります。別の名前を指定してください。"), "exists")
    if not path.parent.is_dir():
        raise Refused(_("書き込み先のフォルダーがありません。"), "missing")
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        # Everybody's words are in it: readable by its owner alone.
        unfinished.touch(mode=0o600)
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            write = _write_postgresql if connection.vendor == "postgresql" else _write_sqlite
            manifest = {
                "format": FORMAT,
                "version": settings.VERSION,
                "vendor": connection.vendor,
                "made_at": now.isoformat(),
                **write(archive, progress),
            }
            _write_files(archive)
            archive.writestr(_MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return manifest


def restore(path: Path, *, replace: bool, progress: Tick) -> dict[str, Any]:
    """Puts the archive in place of this database; the rows of each table, checked to be equal."""
    with _opened(path) as archive:
        manifest = _manifest(archive)
        _refuse_unfit(manifest, replace=replace)
        if connection.vendor == "postgresql":
            _read_postgresql(archive, manifest, progress)
        else:
            _read_sqlite(archive, manifest, progress)
        _read_files(archive)
    # An older archive becomes today's tables.
    call_command("migrate", verbosity=0, interactive=False)
    for step in registry.rebuild.get("search", []):
        step(progress)
    return {
        "restored": str(path),
        "made_at": manifest["made_at"],
        "version": manifest["version"],
        "tables": {name: table["rows"] for name, table in manifest["tables"].items()},
        "rows": sum(table["rows"] for table in manifest["tables"].values()),
        "equal": True,
    }


def holds_data() -> bool:
    """True when somebody's data is in this database; False for none and for missing tables."""
    try:
        with transaction.atomic():
            return User.objects.exists() or any(holds() for holds in registry.holds_data)
    except DatabaseError:
        return False


# --- PostgreSQL ---------------------------------------------------------------


def _write_postgresql(archive: zipfile.ZipFile, progress: Tick) -> dict[str, Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        tables = _columns(cursor)
        for done, (table, columns) in enumerate(tables.items()):
            progress(done, len(tables))
            rows = 0
            with (
                archive.open(f"tables/{table}.copy", "w", force_zip64=True) as out,
                cursor.copy(f"COPY {_name(table)} ({_names(columns)}) TO STDOUT") as lines,
            ):
                for line in lines:
                    # One row a line: the text format writes a line break inside a value as \n.
                    rows += bytes(line).count(b"\n")
                    out.write(line)
            tables[table] = {"columns": columns, "rows": rows}
        cursor.execute(
            "SELECT sequencename, last_value FROM pg_sequences "
            "WHERE schemaname = current_schema() AND last_value IS NOT NULL"
        )
        return {
            "tables": tables,
            "sequences": dict(cursor.fetchall()),
            "migrations": _migrations(),
        }


def _read_postgresql(
    archive: zipfile.ZipFile, manifest: dict[str, Any], progress: Tick
) -> None:
    """One transaction: either all of it is here afterwards or the database is as before."""
    tables: dict[str, Any] = manifest["tables"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for table in _all_tables(cursor):
            cursor.execute(f"DROP TABLE {_name(table)} CASCADE")
        _migrate_to(manifest["migrations"])
        # Rows that migrations made are in the archive as well.
        cursor.execute(f"TRUNCATE {_names(list(_columns(cursor)))} CASCADE")
        for done, (table, of) in enumerate(tables.items()):
            progress(done, len(tables))
            with (
                archive.open(f"tables/{table}.copy") as lines,
                cursor.copy(
                    f"COPY {_name(table)} ({_names(of['columns'])}) FROM STDIN"
                ) as into,
            ):
                while block := lines.read(_CHUNK):
                    into.write(block)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _set_sequences(cursor, manifest["sequences"])
        _compare(tables, _count(cursor, tables))


def _columns(cursor: Any) -> dict[str, Any]:
    """Columns of every table that a model stands for. What no model knows is derived."""
    known = {*connection.introspection.django_table_names(), "django_migrations"}
    cursor.execute(
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND is_generated = 'NEVER' "
        "ORDER BY table_name, ordinal_position"
    )
    found: dict[str, Any] = {}
    for table, column in cursor.fetchall():
        if table in known:
            found.setdefault(table, []).append(column)
    return found


def _all_tables(cursor: Any) -> list[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    return [name for (name,) in cursor.fetchall()]


def _migrate_to(applied: dict[str, list[str]]) -> None:
    """Makes the tables as they were when the archive was written."""
    executor = MigrationExecutor(connection)
    nodes = executor.loader.graph.node_map
    done = {(app, name) for app, names in applied.items() for name in names}
    # Only the last of each app: to name an earlier one would mean to go back to it.
    executor.migrate(
        [
            key
            for key in sorted(done)
            if not any(child.key in done and child.key[0] == key[0] for child in nodes[key].children)
        ]
    )


def _set_sequences(cursor: Any, recorded: dict[str, int]) -> None:
    """Numbers go on after the last one given out, also when its row is gone."""
    cursor.execute(
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND is_identity = 'YES'"
    )
    for table, column in cursor.fetchall():
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [_name(table), column])
        sequence = cursor.fetchone()[0]
        plain = sequence.rpartition(".")[2].strip('"')
        cursor.execute(
            "SELECT setval(%s, GREATEST(%s, "  # noqa: S608 - names from the catalogue, quoted
            f"(SELECT coalesce(max({_name(column)}), 0) FROM {_name(table)}) + 1), false)",
            [sequence, recorded.get(plain, 0) + 1],
        )


def _name(name: str) -> str:
    return connection.ops.quote_name(name)


def _names(names: list[str]) -> str:
    return ", ".join(_name(name) for name in names)


# --- SQLite -------------------------------------------------------------------


def _write_sqlite(archive: zipfile.ZipFile, progress: Tick) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=Path(str(archive.filename)).parent) as folder:
        copy = Path(folder) / _SQLITE
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(copy)])
        with closing(sqlite3.connect(copy)) as database:
            counted = _sqlite_facts(database)
        total = copy.stat().st_size
        with copy.open("rb") as source, archive.open(_SQLITE, "w", force_zip64=True) as out:
            while block := source.read(_CHUNK):
                out.write(block)
                progress(source.tell(), total)
    return counted


def _read_sqlite(archive: zipfile.ZipFile, manifest: dict[str, Any], progress: Tick) -> None:
    """By SQLite's own backup call, page by page under its locks: other processes may be running."""
    place = Path(settings.DATABASES["default"]["NAME"]).parent
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place) as folder:
        copy = Path(folder) / _SQLITE
        with archive.open(_SQLITE) as source, copy.open("wb") as out:
            while block := source.read(_CHUNK):
                out.write(block)
        with closing(sqlite3.connect(copy)) as database:
            sound = database.execute("PRAGMA integrity_check").fetchone()[0]
            if sound != "ok":
                raise Refused(_("バックアップの中のデータベースが壊れています。"), "corrupt")
            _compare(manifest["tables"], _sqlite_facts(database)["tables"])
            connection.ensure_connection()
            database.backup(connection.connection, pages=4_000, progress=_pages(progress))
    connection.close()
    with connection.cursor() as cursor:
        _compare(manifest["tables"], _count(cursor, manifest["tables"]))


def _pages(progress: Tick) -> Callable[[int, int, int], None]:
    return lambda _status, remaining, total: progress(total - remaining, total)


def _sqlite_facts(database: sqlite3.Connection) -> dict[str, Any]:
    known = {*connection.introspection.django_table_names(), "django_migrations"}
    names = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    tables = {
        name: {"rows": database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]}  # noqa: S608
        for name in sorted(known & names)
    }
    applied: dict[str, list[str]] = {}
    for app, name in database.execute("SELECT app, name FROM django_migrations ORDER BY id"):
        applied.setdefault(app, []).append(name)
    return {"tables": tables, "migrations": applied}


# --- both ---------------------------------------------------------------------


def _count(cursor: Any, tables: dict[str, Any]) -> dict[str, Any]:
    counted = {}
    for table in tables:
        cursor.execute(f"SELECT count(*) FROM {_name(table)}")  # noqa: S608
        counted[table] = {"rows": cursor.fetchone()[0]}
    return counted


def _compare(promised: dict[str, Any], found: dict[str, Any]) -> None:
    for table, of in promised.items():
        rows = found.get(table, {}).get("rows")
        if rows != of["rows"]:
            raise Refused(
                _("%(table)s の行数が合いません（バックアップ %(promised)s、復元後 %(found)s）。")
                % {"table": table, "promised": of["rows"], "found": rows},
                "unequal",
            )


def _migrations() -> dict[str, list[str]]:
    applied: dict[str, list[str]] = {}
    for app, name in MigrationRecorder(connection).applied_migrations():
        applied.setdefault(app, []).append(name)
    return {app: sorted(names) for app, names in sorted(applied.items())}


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise Refused(_("ファイルが見つかりません。"), "missing") from error
    except (OSError, zipfile.BadZipFile) as error:
        raise Refused(_("VOC のバックアップではありません。"), "not_a_backup") from error
    with archive:
        yield archive


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    try:
        manifest = json.loads(archive.read(_MANIFEST))
        if manifest["format"] != FORMAT:
            raise Refused(_("この版では読めない形式のバックアップです。"), "format")
        return {**manifest, "tables": dict(manifest["tables"])}
    except (KeyError, ValueError, TypeError) as error:
        raise Refused(_("VOC のバックアップではありません。"), "not_a_backup") from error


def _refuse_unfit(manifest: dict[str, Any], *, replace: bool) -> None:
    if manifest["vendor"] != connection.vendor:
        raise Refused(
            _("%(from)s のバックアップは %(to)s には戻せません。同じ種類のデータベースに戻してください。")
            % {"from": manifest["vendor"], "to": connection.vendor},
            "other_database",
        )
    known = MigrationExecutor(connection).loader.disk_migrations
    newer = [
        f"{app}.{name}"
        for app, names in manifest["migrations"].items()
        for name in names
        if (app, name) not in known
    ]
    if newer:
        raise Refused(
            _("このバックアップは、より新しい版の VOC のものです（%(names)s）。")
            % {"names": ", ".join(newer[:3])},
            "newer",
        )
    if not replace and holds_data():
        raise Refused(
            _("このデータベースにはすでにデータがあります。置き換えるには --replace を付けてください。"),
            "not_empty",
        )


def _write_files(archive: zipfile.ZipFile) -> None:
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(root.rglob("*")):
        if path.is_file():
            archive.write(path, f"files/{path.relative_to(root)}")


def _read_files(archive: zipfile.ZipFile) -> None:
    root = Path(settings.MEDIA_ROOT).resolve()
    for entry in archive.namelist():
        if not entry.startswith("files/"):
            continue
        target = (root / entry.removeprefix("files/")).resolve()
        if not target.is_relative_to(root):
            raise Refused(_("VOC のバックアップではありません。"), "not_a_backup")
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as source, target.open("wb") as out:
            while block := source.read(_CHUNK):
                out.write(block)
