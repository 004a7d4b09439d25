"""manage.py doctor: JSON on stdout, words on stderr, exit 1 when something needed is missing."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from voc import jobs
from voc.doctor import examine
from voc.models import Job
from voc.registry import registry

pytestmark = pytest.mark.django_db


def finding(name: str) -> Any:
    return next(found for found in examine(now=datetime.now(UTC)) if found.name == name)


def test_a_sound_laptop_has_nothing_to_mend() -> None:
    out, err = io.StringIO(), io.StringIO()

    call_command("doctor", stdout=out, stderr=err)

    answer = json.loads(out.getvalue())
    assert answer["ok"] is True
    names = [found["name"] for found in answer["findings"]]
    assert names[:4] == ["database", "migrations", "work", "dead_work"]
    assert "データベース" in err.getvalue()


def test_work_that_waits_too_long_and_dead_work_are_named(now: datetime) -> None:
    kind = jobs.known_kinds()[0]
    old = datetime.now(UTC) - timedelta(minutes=10)
    Job.objects.create(kind=kind, due_at=old, created_at=old)
    Job.objects.create(kind=kind, due_at=old, created_at=old, state=Job.State.DEAD)
    out, err = io.StringIO(), io.StringIO()

    with pytest.raises(CommandError):
        call_command("doctor", stdout=out, stderr=err)

    assert "manage.py worker" in finding("work").mend
    assert not finding("dead_work").ok
    assert json.loads(out.getvalue())["ok"] is False


def test_a_broker_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from voc.celery import app

    def refuse(*_: Any, **__: Any) -> Any:
        raise ConnectionRefusedError

    monkeypatch.setattr(app, "connection_for_write", refuse)

    found = finding("broker")
    assert not found.ok
    assert "BROKER_URL" in found.mend


def test_what_an_app_registered_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def step() -> Iterator[tuple[bool, str, str]]:
        yield False, "窓口がありません。", "窓口を作ってください。"

    monkeypatch.setattr(registry, "doctor", [step])

    assert finding(__name__).what == "窓口がありません。"
