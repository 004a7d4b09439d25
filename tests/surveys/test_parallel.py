"""Fifty posts at one moment are one answer, on both databases.

SQLite runs on a file, as on a laptop: the suite's own in-memory database knows no second writer.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def _run(url: str, var: Path) -> dict:
    environment = {**os.environ, "DATABASE_URL": url, "VOC_VAR": str(var)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.surveys.parallel"], cwd=ROOT, env=environment,
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def _check(found: dict) -> None:
    assert found["by_link"] == {"303": 1, "409": 49}
    assert found["same_key"] == {"303": 50}
    assert (found["of_invitation"], found["of_key"], found["used"]) == (1, 1, 1)
    assert found["jobs"] == 2


def test_fifty_posts_at_once_are_one_answer_on_sqlite(tmp_path):
    _check(_run(f"sqlite:///{tmp_path / 'parallel.sqlite3'}", tmp_path))


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="runs where DATABASE_URL is PostgreSQL")
@pytest.mark.django_db(transaction=True)
def test_fifty_posts_at_once_are_one_answer_on_postgresql(tmp_path):
    database = settings.DATABASES["default"]
    where = f"{database['HOST'] or ''}{':' + str(database['PORT']) if database['PORT'] else ''}"
    who = f"{database['USER']}:{database['PASSWORD']}@" if database["USER"] else ""
    # The test database itself, already migrated; what is left in it is flushed after the test.
    url = f"postgres://{who}{where}/{connection.settings_dict['NAME']}"
    _check(_run(url, tmp_path))
