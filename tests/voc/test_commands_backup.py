"""backup and restore, on real databases, while somebody goes on writing."""

import json
import shutil
import sqlite3
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from tests import leftout
from tests.processes import environment, kill_group, manage, postgresql_database, started, until
from voc.backup import backup, restore
from voc.errors import Refused

# Pairs of rows in one transaction: a snapshot that is no snapshot shows an odd number.
WRITER = """
import django, itertools; django.setup()
from datetime import UTC, datetime
from django.db import transaction
from voc.models import AuditEntry
for number in itertools.count():
    with transaction.atomic():
        for half in "ab":
            AuditEntry.objects.create(
                at=datetime.now(UTC), actor_label="writer", action=f"test.{half}",
                object_type="x", object_id=str(number), detail={"text": "改行\\n、タブ\\t、\\\\N"},
            )
"""


@pytest.fixture(scope="module")
def worker_id(request: pytest.FixtureRequest) -> str:
    return str(getattr(request.config, "workerinput", {}).get("workerid", "main"))


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, made once and copied."""
    env = environment(tmp_path_factory.mktemp("template"))
    manage(env, "migrate", "-v0", "--skip-checks")
    return Path(env["VOC_VAR"])


def machine_of(folder: Path, lived_in: Path) -> dict[str, str]:
    shutil.copytree(lived_in, folder / "var")
    return environment(folder)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def machine(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[Any]:
    """Environments of two machines of the same kind; the first is migrated, the second new."""
    if request.param == "sqlite":
        if leftout.on_postgresql():
            pytest.skip("runs in the pass on SQLite")
        template = request.getfixturevalue("lived_in")
        yield machine_of(tmp_path / "a", template), environment(tmp_path / "b")
        return
    with (
        postgresql_database(f"voc_backup_a_{worker_id}") as first,
        postgresql_database(f"voc_backup_b_{worker_id}") as second,
    ):
        source = environment(tmp_path / "a", DATABASE_URL=first)
        manage(source, "migrate", "-v0", "--skip-checks")
        yield source, environment(tmp_path / "b", DATABASE_URL=second)


def query(env: dict[str, str], sql: str) -> list[tuple[Any, ...]]:
    if address := env.get("DATABASE_URL"):
        with psycopg.connect(address) as database:
            return database.execute(sql).fetchall()
    with closing(sqlite3.connect(Path(env["VOC_VAR"]) / "voc.sqlite3", timeout=20)) as file, file:
        return file.execute(sql).fetchall()


def add_user(env: dict[str, str], email: str) -> None:
    query(
        env,
        "INSERT INTO voc_user (email, password, name, role, language, is_active, created_at) "
        f"VALUES ('{email}', '', '人', 'viewer', 'ja', true, CURRENT_TIMESTAMP) RETURNING id",
    )


def written(env: dict[str, str]) -> int:
    return int(query(env, "SELECT count(*) FROM voc_auditentry")[0][0])


def test_a_backup_taken_while_somebody_writes_comes_back_whole(
    machine: Any, tmp_path: Path
) -> None:
    source, target = machine
    archive = tmp_path / "voc.zip"
    writer = started(
        [sys.executable, "-c", WRITER],
        {**source, "DJANGO_SETTINGS_MODULE": "voc.settings"},
        tmp_path / "writer.log",
    )
    try:
        until(lambda: written(source) > 50, seconds=60, what="the writer writes")
        before = written(source)
        saved = json.loads(manage(source, "backup", str(archive)).stdout)
        until(lambda: written(source) > saved["tables"]["voc_auditentry"], seconds=60, what="goes on")
    finally:
        kill_group(writer)

    restored = json.loads(manage(target, "restore", str(archive)).stdout)

    assert restored["equal"] is True
    assert restored["tables"] == saved["tables"]
    kept = written(target)
    assert kept == saved["tables"]["voc_auditentry"] >= before
    halves = dict(query(target, "SELECT action, count(*) FROM voc_auditentry GROUP BY action"))
    assert halves["test.a"] == halves["test.b"]
    rows = "SELECT id, object_id, detail FROM voc_auditentry ORDER BY id LIMIT 100"
    assert query(target, rows) == query(source, rows)
    assert archive.stat().st_mode & 0o077 == 0

    # Numbers go on after the last one given out.
    highest = query(target, "SELECT max(id) FROM voc_auditentry")[0][0]
    columns = "at, actor_label, action, object_type, object_id, detail, request_id"
    values = "CURRENT_TIMESTAMP, '', 'next', 'x', '1', '{}', ''"
    new = query(target, f"INSERT INTO voc_auditentry ({columns}) VALUES ({values}) RETURNING id")
    assert new[0][0] > highest


def test_a_database_with_data_is_replaced_only_when_asked(machine: Any, tmp_path: Path) -> None:
    source, target = machine
    archive = tmp_path / "voc.zip"
    add_user(source, "one@voc.example")
    manage(source, "backup", str(archive))

    manage(target, "restore", str(archive))
    assert query(target, "SELECT email FROM voc_user") == [("one@voc.example",)]
    add_user(target, "two@voc.example")

    refused = manage(target, "restore", str(archive), check=False)
    assert refused.returncode == 1
    assert "--replace" in refused.stderr
    assert len(query(target, "SELECT email FROM voc_user")) == 2

    manage(target, "restore", str(archive), "--replace")
    assert query(target, "SELECT email FROM voc_user") == [("one@voc.example",)]


def refusal(archive: Path) -> str:
    with pytest.raises(Refused) as refused:
        restore(archive, replace=False, progress=lambda done, total: None)
    return refused.value.message


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"vendor": "oracle"}, "oracle"),
        ({"format": 99}, "形式"),
        ({"migrations": {"voc": ["9999_from_the_future"]}}, "9999_from_the_future"),
    ],
)
def test_an_archive_that_does_not_fit_is_refused_in_words(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    archive = tmp_path / "odd.zip"
    manifest = {
        "format": 1, "version": "0.1.0", "vendor": connection.vendor, "made_at": "", "tables": {},
        "migrations": {}, **change,
    }
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("manifest.json", json.dumps(manifest))

    assert reason in refusal(archive)


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"", b"not a zip", None])
def test_a_file_that_is_no_archive_is_refused_in_words(
    tmp_path: Path, content: bytes | None
) -> None:
    archive = tmp_path / "x.zip"
    if content is not None:
        archive.write_bytes(content)

    assert refusal(archive)


def test_a_backup_does_not_write_over_a_file(tmp_path: Path, now: datetime) -> None:
    (tmp_path / "voc.zip").write_text("older")

    with pytest.raises(Refused):
        backup(tmp_path / "voc.zip", now=now, progress=lambda done, total: None)

    assert (tmp_path / "voc.zip").read_text() == "older"


def test_a_damaged_archive_leaves_the_database_as_it_was(
    tmp_path: Path, lived_in: Path
) -> None:
    target = machine_of(tmp_path, lived_in)
    add_user(target, "one@voc.example")
    short = tmp_path / "short.zip"
    manifest = {
        "format": 1, "version": "0.1.0", "vendor": "sqlite", "made_at": "",
        "tables": {"voc_user": {"rows": 7}}, "migrations": {},
    }
    with zipfile.ZipFile(short, "w") as out:
        out.writestr("manifest.json", json.dumps(manifest))
        out.write(lived_in / "voc.sqlite3", "voc.sqlite3")

    refused = manage(target, "restore", str(short), "--replace", check=False)

    assert refused.returncode == 1
    assert "voc_user" in refused.stderr
    assert query(target, "SELECT email FROM voc_user") == [("one@voc.example",)]
