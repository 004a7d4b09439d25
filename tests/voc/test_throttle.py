"""Token buckets: the allowance, its refill, and whose address counts."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import RequestFactory

from voc import throttle


def take(key: str, now: datetime) -> bool:
    return throttle.take(key, now=now, capacity=3, per_second=0.5)


@pytest.mark.django_db
def test_a_bucket_gives_its_capacity_and_then_nothing(now: datetime) -> None:
    assert [take("k", now) for _ in range(5)] == [True, True, True, False, False]


@pytest.mark.django_db
def test_tokens_come_back_with_time_and_never_beyond_the_capacity(now: datetime) -> None:
    for _ in range(4):
        take("k", now)

    assert not take("k", now + timedelta(seconds=1))
    assert take("k", now + timedelta(seconds=2))
    later = now + timedelta(days=1)
    assert [take("k", later) for _ in range(4)] == [True, True, True, False]


@pytest.mark.django_db
def test_buckets_do_not_share(now: datetime) -> None:
    for _ in range(4):
        take("a", now)

    assert take("b", now)


@pytest.mark.django_db
def test_a_clock_that_steps_back_gives_nothing_away(now: datetime) -> None:
    for _ in range(3):
        take("k", now)

    assert not take("k", now - timedelta(hours=1))
    assert not take("k", now)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_only_what_our_own_proxies_saw_is_believed(
    settings: Any, proxies: int, forwarded: str, expected: str
) -> None:
    settings.NUM_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR="10.0.0.1")

    assert throttle.client_address(request) == expected
