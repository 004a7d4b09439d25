"""Fixtures every test may use."""

import os
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import hypothesis
import pytest
from django.test import Client

from tests import factories
from voc import jobs
from voc.models import Role

TOKYO = ZoneInfo("Asia/Tokyo")

# A developer's run searches further every time; CI gives the same answer twice. No deadline:
# how long an example takes says more about the machine's other work than about the code.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("suite")
pytest_plugins = ["tests.leftout"]


@pytest.fixture(autouse=True)
def _no_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    """No broker in the suite: `run_jobs` plays the worker. Proofs with processes are apart."""
    monkeypatch.setattr(jobs, "ring", lambda job_id: None)


@pytest.fixture(autouse=True)
def _var(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def now() -> datetime:
    """Friday 20 November 2026, 09:12 in Tokyo: a working morning."""
    return datetime(2026, 11, 20, 9, 12, tzinfo=TOKYO)


@pytest.fixture
def people(db: Any) -> SimpleNamespace:
    """One user of each role, and a second agent who belongs to another inbox."""
    made = {role: factories.UserFactory(role=role) for role in Role.values}
    return SimpleNamespace(**made, other_agent=factories.UserFactory(role=Role.AGENT))


@pytest.fixture
def client_for() -> Any:
    def signed_in(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def api_for(db: Any) -> Any:
    def with_key(user: Any, *scopes: str) -> Any:
        from rest_framework.test import APIClient

        token = factories.api_token(user, scopes)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return client

    return with_key


@pytest.fixture
def run_jobs(db: Any) -> Any:
    """Plays the worker: runs due jobs, and those that they bring, until none is left."""

    def drain(*kinds: str) -> int:
        done = jobs.drain(kinds=kinds)
        dead = jobs.Job.objects.filter(last_error__gt="")
        assert not dead, [f"{job.kind}: {job.last_error}" for job in dead]
        return done

    return drain


@pytest.fixture
def inbox(people: SimpleNamespace) -> Any:
    made = factories.InboxFactory(key="support", name="お客様サポート", receives_recovery=True)
    made.members.add(people.agent)
    return made


@pytest.fixture
def other_inbox(people: SimpleNamespace) -> Any:
    made = factories.InboxFactory(key="corporate", name="法人窓口")
    made.members.add(people.other_agent)
    return made
