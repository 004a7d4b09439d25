"""What happened, by name: one job for each subscriber, in the publisher's transaction."""

from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from voc import events, jobs
from voc.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names and subscribers of these tests live in copies."""
    monkeypatch.setattr(jobs, "_handlers", dict(jobs._handlers))
    monkeypatch.setattr(events, "_declared", dict(events._declared))
    monkeypatch.setattr(events, "_subscribers", {k: [*v] for k, v in events._subscribers.items()})


def test_every_subscriber_gets_its_own_job_with_the_payload(
    now: datetime, run_jobs: Any
) -> None:
    got: list[tuple[str, int]] = []
    jobs.handler("t.first")(lambda run, thing_id: got.append(("first", thing_id)))
    jobs.handler("t.second")(lambda run, thing_id: got.append(("second", thing_id)))
    name = events.declare("test.thing.happened", "thing_id")
    events.subscribe(name, "t.first")
    events.subscribe(name, "t.second")
    events.subscribe(name, "t.second")

    events.publish(name, now=now, thing_id=7)
    run_jobs("t.first", "t.second")

    assert sorted(got) == [("first", 7), ("second", 7)]


def test_a_subscriber_that_fails_does_not_hold_up_the_other(now: datetime) -> None:
    got: list[int] = []

    @jobs.handler("t.fails")
    def fails(run: jobs.Run, thing_id: int) -> None:
        raise ValueError

    jobs.handler("t.works")(lambda run, thing_id: got.append(thing_id))
    name = events.declare("test.thing.happened", "thing_id")
    events.subscribe(name, "t.fails")
    events.subscribe(name, "t.works")

    events.publish(name, now=now, thing_id=1)
    jobs.drain(kinds=("t.fails", "t.works"))

    assert got == [1]
    assert Job.objects.get(kind="t.fails").failures == 1


def test_an_event_that_is_rolled_back_never_happened(now: datetime) -> None:
    jobs.handler("t.never")(lambda run: None)
    name = events.declare("test.never")
    events.subscribe(name, "t.never")

    with pytest.raises(RuntimeError), transaction.atomic():
        events.publish(name, now=now)
        raise RuntimeError

    assert not Job.objects.filter(kind="t.never").exists()


def test_an_event_nobody_subscribed_to_makes_no_work(now: datetime) -> None:
    before = Job.objects.count()

    events.publish(events.declare("test.quiet"), now=now)

    assert Job.objects.count() == before


def test_a_payload_other_than_declared_is_refused(now: datetime) -> None:
    name = events.declare("test.thing.happened", "thing_id")

    with pytest.raises(TypeError):
        events.publish(name, now=now, thing_id=1, extra=2)
    with pytest.raises(TypeError):
        events.publish(name, now=now)


def test_every_subscription_of_the_product_has_a_handler_and_a_declared_event() -> None:
    missing = [
        (name, kind)
        for name, kinds in events.subscriptions().items()
        for kind in kinds
        if name not in events.declared() or kind not in jobs.known_kinds()
    ]

    assert missing == []
