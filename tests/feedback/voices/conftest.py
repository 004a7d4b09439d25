"""Voices that have been recorded and read."""

from datetime import timedelta
from typing import Any

import pytest

from feedback.services import analysis, voices
from tests import factories


@pytest.fixture
def record(now: Any) -> Any:
    """Records and analyses one comment; keyword arguments go to the service."""
    count = iter(range(10_000))

    def make(text: str = "アプリは便利だが、ログインが遅い", **fields: Any) -> Any:
        number = next(count)
        given = {
            "occurred_at": now - timedelta(days=1, minutes=number),
            "source": "import",
            "source_ref": f"made-{number}",
            **fields,
        }
        comment = voices.record_comment(text=text, now=now, **given)
        analysis.analyse_all()
        if comment:
            comment.refresh_from_db()
        return comment

    return make


@pytest.fixture
def customer(db: Any) -> Any:
    return factories.CustomerFactory()
