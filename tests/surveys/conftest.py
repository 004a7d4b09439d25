"""Surveys for the tests of this folder, and a way to answer them as a browser would."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from feedback.models import Touchpoint
from surveys.models import Survey
from surveys.queries import definitions
from tests import factories


@pytest.fixture(autouse=True)
def _fresh_definitions() -> Iterator[None]:
    """What this process remembers of surveys belongs to one test."""
    definitions.forget()
    yield
    definitions.forget()


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
    found = re.search(rb'name="key" value="([0-9a-f-]{36})"', page.content)
    assert found, page.content[:400]
    return found[1].decode()


def answers(**given: Any) -> dict[str, Any]:
    return {"key": str(uuid.uuid4()), "v": "1", "score": "9", "comment": "", **given}
