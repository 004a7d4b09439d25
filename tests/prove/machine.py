"""One machine of a proof: its own database, broker and worker processes."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import redis

from tests.processes import environment, kill_group, manage, python, started

LEASE_SECONDS = 1

_ENQUEUE = """
import django; django.setup()
from django.db import transaction
from django.utils import timezone
from voc import jobs
from voc.models import Workspace
import tests.prove.handlers
Workspace.objects.get_or_create(pk=1, defaults={{"name": "x", "created_at": timezone.now()}})
for number in range({number}):
    # Each in its own transaction, as requests do it; the bell rings after each.
    jobs.enqueue("prove.work", {{"number": number, "seconds": {seconds}}}, now=timezone.now())
"""


@dataclass
class Machine:
    """`address` empty: SQLite. `broker` empty: the folder of bells."""

    folder: Path
    address: str = ""
    broker: str = ""
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    # Variables of this machine alone, such as where its mail goes.
    more: dict[str, str] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        more = {"VOC_JOB_LEASE_SECONDS": str(LEASE_SECONDS), "VOC_JOB_SWEEP_SECONDS": "0.5"}
        if self.address:
            more["DATABASE_URL"] = self.address
        if self.broker:
            more["BROKER_URL"] = self.broker
        return environment(self.folder, **more, **self.more)

    @property
    def log(self) -> Path:
        return self.folder / "worker.log"

    def migrate(self) -> None:
        manage(self.env, "migrate", "-v0", "--skip-checks")

    def enqueue(self, number: int, *, seconds: float) -> None:
        done = python(self.env, _ENQUEUE.format(number=number, seconds=seconds))
        assert done.returncode == 0, done.stderr[-2000:]

    def start_worker(self) -> subprocess.Popen[bytes]:
        options = ["--include", "tests.prove.handlers", "--concurrency", "2", "--loglevel", "WARNING"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        command = [sys.executable, "-m", "celery", "--app", "voc", "worker", *options, *quiet]
        worker = started(command, self.env, self.log)
        self.workers.append(worker)
        return worker

    def stop(self) -> None:
        for worker in self.workers:
            kill_group(worker)

    def wipe_broker(self) -> None:
        if self.broker:
            with redis.from_url(self.broker) as server:
                server.flushdb()
        else:
            shutil.rmtree(self.folder / "var" / "queue", ignore_errors=True)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        if self.address:
            with psycopg.connect(self.address) as database:
                return database.execute(sql).fetchall()
        file = self.folder / "var" / "voc.sqlite3"
        with closing(sqlite3.connect(file, timeout=30)) as database:
            return database.execute(sql).fetchall()

    def count(self, where: str) -> int:
        """Jobs of the proof; the house's own, such as tomorrow's, are left out."""
        counted = f"SELECT count(*) FROM voc_job WHERE kind LIKE 'prove.%' AND ({where})"
        return int(self.query(counted)[0][0])

    def execute(self, code: str) -> str:
        done = python(self.env, f"import django; django.setup()\n{code}")
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout


