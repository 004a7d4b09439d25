"""What is missing here and how to mend it. Each finding is looked at, nothing is changed."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.checks import run_checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from voc.models import Job
from voc.registry import registry

FREE_BYTES = 1 << 30
LATE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Finding:
    """`needed` False: the product works without it, with less."""

    name: str
    ok: bool
    what: str
    mend: str = ""
    needed: bool = True


def examine(*, now: datetime) -> list[Finding]:
    """Everything looked at, in the order in which it should be mended."""
    found = list(_database(now))
    found += [_broker(), *_disk(), *_settings(), *_static(), _mail(), *_programs()]
    for step in registry.doctor:
        found += _asked(step)
    return found


def _asked(step: Callable[..., object]) -> Iterator[Finding]:
    try:
        for ok, what, mend in step():  # type: ignore[attr-defined]
            yield Finding(step.__module__, ok, str(what), str(mend))
    except DatabaseError:
        yield Finding(step.__module__, False, _("データベースを読めません。"), "manage.py migrate")


def _database(now: datetime) -> Iterator[Finding]:
    name = connection.vendor
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError as error:
        yield Finding(
            "database",
            False,
            _("データベース（%(name)s）につながりません: %(error)s")
            % {"name": name, "error": str(error).splitlines()[0]},
            _("DATABASE_URL と、データベースが動いているかを確かめてください。"),
        )
        return
    yield Finding("database", True, _("データベース（%(name)s）につながります。") % {"name": name})
    yield Finding(
        "migrations",
        not pending,
        _("適用していない変更が %(number)d 件あります。") % {"number": pending}
        if pending
        else _("テーブルは最新です。"),
        "" if not pending else "manage.py migrate",
    )
    if not pending:
        yield from _jobs(now)


def _jobs(now: datetime) -> Iterator[Finding]:
    oldest = Job.objects.filter(state=Job.State.QUEUED, due_at__lte=Now()).aggregate(
        at=Min("due_at")
    )["at"]
    waits = max(int((now - oldest).total_seconds()), 0) if oldest else 0
    yield Finding(
        "work",
        waits < LATE_SECONDS,
        _("いちばん古い未処理の仕事は %(seconds)d 秒待っています。") % {"seconds": waits}
        if oldest
        else _("待っている仕事はありません。"),
        "" if waits < LATE_SECONDS else _("ワーカーを動かしてください: manage.py worker"),
    )
    dead = Job.objects.filter(state=Job.State.DEAD).count()
    yield Finding(
        "dead_work",
        not dead,
        _("何度か失敗して止まった仕事が %(number)d 件あります。") % {"number": dead}
        if dead
        else _("止まった仕事はありません。"),
        "" if not dead else _("設定の「裏の仕事」で理由を確かめ、やり直してください。"),
    )


def _broker() -> Finding:
    from voc.celery import app

    kind = settings.BROKER_URL.split(":", 1)[0]
    try:
        with app.connection_for_write() as wire:
            wire.ensure_connection(max_retries=0, timeout=2)
            if kind == "filesystem" and not os.access(settings.VAR_DIR, os.W_OK):
                raise PermissionError(settings.VAR_DIR)
    except Exception as error:  # noqa: BLE001 - each transport raises its own
        return Finding(
            "broker",
            False,
            _("仕事の呼び鈴（%(kind)s）につながりません: %(error)s")
            % {"kind": kind, "error": type(error).__name__},
            _("BROKER_URL を確かめてください。つながるまで、仕事は数秒遅れて始まります。"),
        )
    return Finding("broker", True, _("仕事の呼び鈴（%(kind)s）につながります。") % {"kind": kind})


def _disk() -> Iterator[Finding]:
    place = settings.VAR_DIR if settings.VAR_DIR.exists() else settings.BASE_DIR
    free = shutil.disk_usage(place).free
    enough = free >= FREE_BYTES
    yield Finding(
        "disk",
        enough,
        _("%(place)s の空きは %(free).1f GB です。") % {"place": place, "free": free / 1e9},
        "" if enough else _("1 GB 以上空けてください。満杯になると、回答を受け付けられません。"),
    )


def _settings() -> Iterator[Finding]:
    """The checks that would keep production from starting."""
    errors = [message for message in run_checks() if message.is_serious()]
    for message in errors:
        yield Finding(str(message.id), False, str(message.msg), str(message.hint or ""))
    if not errors:
        yield Finding(
            "settings",
            True,
            _("本番の設定に問題はありません。")
            if settings.PRODUCTION
            else _("手もとで動かす設定です（VOC_PRODUCTION=1 で本番になります）。"),
        )


def _static() -> Iterator[Finding]:
    root = settings.STATIC_ROOT
    if not settings.PRODUCTION or root is None:
        return
    collected = (root / "staticfiles.json").exists()
    yield Finding(
        "static",
        collected,
        _("画面のファイルは集めてあります。") if collected else _("画面のファイルを集めていません。"),
        "" if collected else "manage.py collectstatic --noinput",
    )


def _mail() -> Finding:
    sends = bool(settings.EMAIL_HOST)
    return Finding(
        "mail",
        sends,
        _("メールは %(host)s から送ります。") % {"host": settings.EMAIL_HOST}
        if sends
        else _("メールは送らず、画面に表示します。"),
        "" if sends else _("送るには VOC_SMTP_HOST を設定してください。"),
        needed=settings.PRODUCTION,
    )


def _programs() -> Iterator[Finding]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    yield Finding(
        "chromium",
        bool(chromium),
        chromium or _("Chromium がありません。画面のテストだけに使います。"),
        "" if chromium else "apt-get install chromium",
        needed=False,
    )
    japanese = _has_japanese_font()
    yield Finding(
        "fonts",
        japanese,
        _("日本語フォントがあります。")
        if japanese
        else _("日本語フォントがこの機械にありません。画面のテストの写真だけに使います。"),
        "" if japanese else "apt-get install fonts-noto-cjk",
        needed=False,
    )


def _has_japanese_font() -> bool:
    program = shutil.which("fc-list")
    if program is None:
        return False
    listed = subprocess.run(  # noqa: S603 - fixed program, fixed argument
        [program, ":lang=ja", "family"], capture_output=True, text=True, check=False, timeout=20
    )
    return bool(listed.stdout.strip())
