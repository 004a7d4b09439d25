"""manage.py dev: the whole product on this machine, in one console."""

import io
import os
import socket
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from voc import demo_accounts
from voc.management import processes
from voc.management.commands.worker import celery_command
from voc.models import User
from voc.registry import registry

HOST = "127.0.0.1"
# True of a laptop and no news there: static files come from the source tree, and containers
# run as root.
_QUIET = {
    "PYTHONUNBUFFERED": "1",
    "PYTHONWARNINGS": "ignore:No directory at,ignore:You're running the worker",
}


class Command(BaseCommand):
    help = "Migrate, load the demo into an empty database, then run web and worker until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(
                _("これは手もとで動かすためのコマンドです。本番の動かし方は docs/production.md にあります。")
            )
        port = options["port"]
        _refuse_taken(port)
        self.prepare(demo=not options["no_demo"])
        connections.close_all()
        stop = processes.listen()
        address = f"http://{HOST}:{port}"
        env = {"VOC_BASE_URL": address, **_QUIET, **os.environ}
        cwd = str(settings.BASE_DIR)
        children = [
            processes.start("web", _web_command(port), cwd=cwd, env=env),
            processes.start("worker", celery_command(), cwd=cwd, env=env),
        ]
        try:
            if _answers(f"{address}/healthz", lambda: not stop and not processes.first_dead(children)):
                self.welcome(address)
            while not stop and processes.first_dead(children) is None:
                time.sleep(0.1)
            dead = None if stop else processes.first_dead(children)
        finally:
            self.say(_("終了しています…"))
            processes.end(children, stop)
        if dead:
            raise CommandError(
                _("%(name)s が終了したため、全体を止めました（終了コード %(code)s）。")
                % {"name": dead.name, "code": dead.process.returncode}
            )

    def prepare(self, *, demo: bool) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.say(_("データベースを用意しています…"))
            call_command("migrate", verbosity=0, interactive=False)
        empty = not User.objects.exists() and not any(holds() for holds in registry.holds_data)
        if demo and empty:
            self.say(_("お試し用のデータを作っています…"))
            call_command("demo", stdout=io.StringIO())

    def welcome(self, address: str) -> None:
        self.say("")
        self.say(_("VOC が動いています。ブラウザーで開いてください。"))
        for name, label in _PAGES:
            with suppress(NoReverseMatch):
                self.say(f"  {address}{reverse(name):<12} {label()}")
        for email, password, role in demo_accounts.accounts()[:8]:
            self.say(f"  {email:<28} {password:<20} {role}")
        self.say(_("終わるときは Ctrl-C を押してください。"))
        self.say("")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


_PAGES: tuple[tuple[str, Callable[[], str]], ...] = (
    ("home", lambda: _("社内の画面")),
    ("voice", lambda: _("お客様への報告")),
    ("api-docs", lambda: _("API の説明")),
)


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        # As the web server binds it: a port that only lingers in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                _("ポート %(port)s は使われています。make run PORT=8001 のように、別の番号を指定してください。")
                % {"port": port}
            ) from error


def _web_command(port: int) -> list[str]:
    # Threads, because browsers open connections ahead of need and each would occupy a
    # worker that has only one.
    options = ["--preload", "--workers", "2", "--worker-class", "gthread", "--threads", "4"]
    return [
        *(sys.executable, "-m", "gunicorn", "voc.wsgi", "--bind", f"{HOST}:{port}"),
        *(*options, "--log-level", "warning", "--no-control-socket"),
    ]


def _answers(url: str, wanted: Callable[[], bool]) -> bool:
    """True when the page answers, False when it is no longer wanted."""
    while wanted():
        with suppress(OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310 - own address
            return True
        time.sleep(0.05)
    return False
