"""Surveys for the tests of this folder, and a way to answer them as a browser would."""

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from feedback.models import Touchpoint
from surveys.forms.answer import token
from surveys.models import Survey
from surveys.queries import definitions
from surveys.views import limits
from tests import factories
from tests.surveys.designs import BRANCHING, survey_of


@pytest.fixture(autouse=True)
def _fresh_definitions() -> Iterator[None]:
    """What this process remembers of surveys and of senders belongs to one test."""
    definitions.forget()
    limits.forget()
    yield
    definitions.forget()
    limits.forget()


@pytest.fixture
def survey(db: Any) -> Survey:
    return factories.SurveyFactory(slug="delivery")


@pytest.fixture
def csat(db: Any) -> Survey:
    """A published CSAT survey about support."""
    touchpoint, _made = Touchpoint.objects.get_or_create(
        key="support", defaults={"name": "問い合わせる", "stage": "after"}
    )
    made = factories.SurveyFactory(slug="after-support", kind="csat", touchpoint=touchpoint)
    made.questions.update(low_label="", high_label="")
    return made


@pytest.fixture
def visitor() -> Client:
    """Somebody without a session, whose posts are checked for forgery like everybody's."""
    return Client(enforce_csrf_checks=True)


def key_of(page: Any) -> str:
    """The response key inside a rendered form."""
    return field_of(page, "key")


def without_its_own(page: Any) -> bytes:
    """The rendered form without its key and its token, which no other has."""
    content: bytes = page.content
    for name in ("key", "t"):
        content = content.replace(field_of(page, name).encode(), b"")
    return content


def field_of(page: Any, name: str) -> str:
    """What a hidden field of a rendered form holds."""
    found = re.search(rb'name="%b" value="([^"]+)"' % name.encode(), page.content)
    assert found, page.content[:400]
    return found[1].decode()


def answers(**given: Any) -> dict[str, Any]:
    """What the form of the two questions sends, opened a minute ago."""
    key = given.get("key", str(uuid.uuid4()))
    opened = timezone.now() - timedelta(minutes=1)
    return {
        "key": key, "t": token(key, opened), "v": "1", "score": "9", "comment": "", **given,
    }  # fmt: skip


@pytest.fixture
def branching(db: Any) -> Survey:
    """A draft with branches, in two languages."""
    return survey_of(
        BRANCHING, version=0, state="draft", languages=["ja", "en"],
        translations={"en": {"purpose": "To improve."}},
    )  # fmt: skip


@pytest.fixture
def desk(people: Any, client_for: Any) -> Client:
    """The browser of an analyst."""
    return client_for(people.analyst)
