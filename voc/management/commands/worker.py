"""manage.py worker: the process that does the work, for servers. `dev` starts its own."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from voc.checks import refuse_unsafe_start


def celery_command(*extra: str) -> list[str]:
    """The command line of a worker; workers need not know of each other."""
    return [
        *(sys.executable, "-m", "celery", "--quiet", "--app", "voc", "worker"),
        *("--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat"),
        *extra,
    ]


class Command(BaseCommand):
    help = "Run the worker until SIGTERM. Start as many as wanted, on as many machines."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--processes", type=int, default=settings.CELERY_WORKER_CONCURRENCY, metavar="N"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_unsafe_start()
        connections.close_all()
        os.chdir(settings.BASE_DIR)
        command = celery_command("--concurrency", str(options["processes"]))
        # Replaces this process: a supervisor's signal must reach Celery itself.
        os.execv(command[0], command)  # noqa: S606
