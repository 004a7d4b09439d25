"""What this machine can run: tests that need a server or a browser which is not here are skipped.

`make test` says in its last line what that was; with VOC_REQUIRE_ALL=1 it is an error.
"""

import os
import shutil
from functools import cache
from typing import Any

import pytest

# Its own numbered database, so that a developer's queue is never touched.
REDIS_URL = os.environ.get("VOC_TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
POSTGRESQL_URL = os.environ.get("VOC_TEST_DATABASE_URL", "postgres:///voc")


@cache
def postgresql() -> bool:
    """True when the server of POSTGRESQL_URL answers."""
    import psycopg

    try:
        with psycopg.connect(POSTGRESQL_URL, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


@cache
def redis() -> bool:
    """True when the server of REDIS_URL answers."""
    import redis as client

    try:
        with client.from_url(REDIS_URL, socket_connect_timeout=2) as server:
            return bool(server.ping())
    except client.RedisError:
        return False


@cache
def chromium() -> str | None:
    """Path of the browser; VOC_CHROMIUM overrides the search."""
    asked = os.environ.get("VOC_CHROMIUM")
    return asked or shutil.which("chromium") or shutil.which("chromium-browser")


def on_postgresql() -> bool:
    """True in the pass of the suite that runs on PostgreSQL."""
    return os.environ.get("DATABASE_URL", "").startswith("postgres")


def pytest_configure(config: pytest.Config) -> None:
    """Tests that commit are cleaned up on PostgreSQL with the tables that no model stands for."""
    if not on_postgresql():
        return
    from django.db.backends.postgresql.operations import DatabaseOperations

    flush = DatabaseOperations.sql_flush

    def with_the_rest(self: Any, style: Any, tables: Any, **options: Any) -> Any:
        return flush(self, style, tables, **{**options, "allow_cascade": True})

    DatabaseOperations.sql_flush = with_the_rest


def pytest_collection_modifyitems(config: pytest.Config, items: list[Any]) -> None:
    reasons = {
        "postgres": None if on_postgresql() else "runs in the pass on PostgreSQL",
        "redis": None if redis() else "no Redis",
        "browser": None if chromium() else "no Chromium",
    }
    proofs = "prove" in (config.option.markexpr or "")
    kept, apart = [], []
    for item in items:
        for marker, reason in reasons.items():
            if reason and item.get_closest_marker(marker) and not proofs:
                item.add_marker(pytest.mark.skip(reason=reason))
        (apart if item.get_closest_marker("prove") and not proofs else kept).append(item)
    if apart:
        config.hook.pytest_deselected(items=apart)
        items[:] = kept
