"""A browser for the tests of this folder, and people who sign in with it."""

import os
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from feedback.models import Touchpoint
from surveys.queries import definitions
from tests import factories
from tests.e2e.walk import ARGUMENTS, CHROMIUM, Walker
from voc.models import Workspace

# Playwright's loop runs in the test's thread; the database is used between its calls only.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def house(transactional_db: Any, people: SimpleNamespace, inbox: Any) -> Workspace:
    """An empty workspace with people and one inbox, which takes recovery tickets."""
    inbox.touchpoint = Touchpoint.objects.get(key="support")
    inbox.save()
    definitions.forget()
    return Workspace.objects.create(
        pk=1,
        name="みなも商店",
        operator="みなも商店",
        contact="support@minamo.example",
        created_at=factories.AT,
    )


@pytest.fixture
def walker(chromium: Any, live_server: Any, settings: Any) -> Iterator[Callable[..., Walker]]:
    """Opens a browser of its own for somebody; what its pages complain about fails the test."""
    settings.BASE_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    opened: list[Walker] = []

    def open_for(**options: Any) -> Walker:
        opened.append(Walker(chromium, live_server.url, **options))
        return opened[-1]

    yield open_for
    complaints = [line for one in opened for line in one.watch.take()]
    for one in opened:
        one.close()
    assert not complaints, complaints
