"""Manners every command shares: JSON on stdout, progress on stderr, exit 0, 1 or 2."""

import json
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from voc.errors import Refused


class Progress:
    """A bar on stderr, shown when the work takes longer than two seconds."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.started = time.monotonic()
        self.shown = 0.0

    def __call__(self, done: int, total: int = 0) -> None:
        now = time.monotonic()
        if now - self.started < 2 or now - self.shown < 0.2:
            return
        self.shown = now
        if total:
            filled = min(24, 24 * done // total)
            bar = "█" * filled + "·" * (24 - filled)
            sys.stderr.write(f"\r{self.label} {bar} {done:,} / {total:,}  ")
        else:
            sys.stderr.write(f"\r{self.label} {done:,}  ")
        sys.stderr.flush()

    def close(self) -> None:
        if self.shown:
            sys.stderr.write("\n")


class ReadyCommand(BaseCommand):
    """A command whose `run(**options)` returns the object to print; `Refused` becomes exit 1.

    On the laptop's own SQLite file the tables are made first when they are missing.
    """

    requires_migrations_checks = False

    def run(self, **options: Any) -> Any:
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_migrated()
        try:
            result = self.run(**options)
        except Refused as refused:
            raise CommandError(refused.message, returncode=1) from None
        if result is not None:
            self.stdout.write(json.dumps(result, ensure_ascii=False, default=str))


def ensure_migrated() -> None:
    """Migrates a laptop's database that is not; elsewhere says so and ends."""
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    if settings.PRODUCTION or connection.vendor != "sqlite":
        raise CommandError("The database is not migrated. Run: manage.py migrate", returncode=1)
    call_command("migrate", verbosity=0, interactive=False)
