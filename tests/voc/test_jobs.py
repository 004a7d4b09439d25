"""Work that must happen: claimed once, done once, tried again, and never lost silently."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from voc import audit, jobs
from voc.errors import DeliveryError
from voc.models import AuditEntry, Job, Workspace

# Before the suite's own fixture takes the bell away.
REAL_RING = jobs.ring

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinds of these tests live in a copy of the table of handlers."""
    monkeypatch.setattr(jobs, "_handlers", dict(jobs._handlers))


@pytest.fixture
def house(db: Any) -> Workspace:
    return Workspace.objects.create(pk=1, name="家", created_at=datetime(2026, 1, 1, tzinfo=UTC))


def effect(house: Workspace, name: str, now: datetime) -> None:
    audit.record(f"test.{name}", house, actor=None, now=now)


def effects(name: str) -> int:
    return AuditEntry.objects.filter(action=f"test.{name}").count()


def let_lease_run_out(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))


def claim(job: Job) -> Job | None:
    free = jobs._due() | jobs._abandoned()
    return jobs._claim(free.filter(pk=job.pk))


def queued(kind: str, now: datetime, **payload: Any) -> Job:
    jobs.enqueue(kind, payload, now=now)
    return Job.objects.latest("pk")


def test_a_job_runs_with_its_payload_and_is_done(house: Workspace, now: datetime) -> None:
    @jobs.handler("t.note")
    def note(run: jobs.Run, word: str) -> None:
        effect(house, word, run.now)

    job = queued("t.note", now, word="hello")

    assert jobs.drain() == 1
    job.refresh_from_db()
    assert (job.state, job.attempt, job.failures) == (Job.State.DONE, 1, 0)
    assert job.finished_at and job.lease_until is None
    assert effects("hello") == 1


def test_a_done_job_cannot_be_run_again(house: Workspace, now: datetime) -> None:
    jobs.handler("t.once")(lambda run: effect(house, "once", run.now))
    job = queued("t.once", now)

    assert jobs.run(job.pk) is True
    assert jobs.run(job.pk) is False
    assert effects("once") == 1


def test_a_job_goes_with_the_fact_it_follows_from(house: Workspace, now: datetime) -> None:
    jobs.handler("t.fact")(lambda run: None)

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        jobs.enqueue("t.fact", {}, now=now)
        raise ZeroDivisionError

    assert not Job.objects.filter(kind="t.fact").exists()


def test_an_unknown_kind_is_refused_where_it_is_promised(now: datetime) -> None:
    with pytest.raises(LookupError):
        jobs.enqueue("t.nobody-does-this", {}, now=now)


def test_a_job_due_later_waits_until_then(now: datetime) -> None:
    jobs.handler("t.later")(lambda run: None)
    jobs.enqueue("t.later", {}, now=now, due_at=datetime.now(UTC) + timedelta(hours=1))

    assert jobs.drain(kinds=("t.later",)) == 0
    Job.objects.filter(kind="t.later").update(due_at=Now())
    assert jobs.drain(kinds=("t.later",)) == 1


def test_at_once_means_by_the_clock_of_the_database(now: datetime) -> None:
    jobs.handler("t.ahead")(lambda run: None)
    an_hour_ahead = datetime.now(UTC) + timedelta(hours=1)

    jobs.enqueue("t.ahead", {}, now=an_hour_ahead)

    assert jobs.drain(kinds=("t.ahead",)) == 1


def test_a_running_job_is_nobody_elses_until_its_lease_ends(now: datetime) -> None:
    jobs.handler("t.held")(lambda run: None)
    job = queued("t.held", now)
    assert claim(job)

    assert claim(job) is None
    let_lease_run_out(job)
    again = claim(job)
    assert again and (again.attempt, again.failures) == (2, 1)


def test_the_late_commit_of_a_stale_worker_is_refused_and_rolled_back(
    house: Workspace, now: datetime
) -> None:
    @jobs.handler("t.slow")
    def slow(run: jobs.Run) -> None:
        effect(house, f"by-attempt-{run.attempt}", run.now)
        if run.attempt == 1:
            # Meanwhile the lease ran out and another worker took the job over.
            Job.objects.filter(pk=run.job_id).update(attempt=2)

    job = queued("t.slow", now)

    assert jobs.run(job.pk) is True

    assert effects("by-attempt-1") == 0
    job.refresh_from_db()
    assert job.state == Job.State.RUNNING
    assert job.last_error == ""


def test_a_stale_failure_does_not_disturb_the_worker_that_took_over(now: datetime) -> None:
    @jobs.handler("t.fails-late", outside=True)
    def fails_late(run: jobs.Run) -> None:
        Job.objects.filter(pk=run.job_id).update(attempt=2)
        raise OSError("late")

    job = queued("t.fails-late", now)

    jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.state, job.failures, job.last_error) == (Job.State.RUNNING, 0, "")


def test_five_failures_stop_a_job_and_a_replay_starts_it_anew(
    house: Workspace, now: datetime
) -> None:
    broken = True

    @jobs.handler("t.broken")
    def handle(run: jobs.Run) -> None:
        effect(house, "broken", run.now)
        if broken:
            raise ValueError("first line\ncustomer's words that must not be kept")

    job = queued("t.broken", now)
    waits = []
    for _ in range(jobs.MAX_FAILURES):
        assert jobs.run(job.pk)
        job.refresh_from_db()
        waits.append(round((job.due_at - datetime.now(UTC)).total_seconds(), -1))
        Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(due_at=Now())

    assert job.state == Job.State.DEAD
    assert job.failures == 5
    assert job.last_error == "ValueError: first line"
    assert waits[1:4] == [30, 120, 600]
    assert effects("broken") == 0
    assert jobs.run(job.pk) is False

    broken = False
    jobs.replay(job, now=now)
    assert jobs.drain(kinds=("t.broken",)) == 1
    job.refresh_from_db()
    assert (job.state, job.failures, job.last_error) == (Job.State.DONE, 0, "")
    assert effects("broken") == 1


def test_a_permanent_failure_is_not_tried_again(now: datetime) -> None:
    @jobs.handler("t.gone", outside=True)
    def gone(run: jobs.Run) -> None:
        raise DeliveryError("410", permanent=True)

    job = queued("t.gone", now)

    jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.state, job.failures) == (Job.State.DEAD, 1)


def test_a_job_that_kills_its_worker_five_times_is_stopped(now: datetime) -> None:
    ran = []
    jobs.handler("t.deadly")(lambda run: ran.append(run.attempt))
    job = queued("t.deadly", now)

    for _ in range(5):
        # A claim without an end is what a killed worker leaves behind.
        assert claim(job)
        let_lease_run_out(job)
    assert jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.state, job.failures, ran) == (Job.State.DEAD, 5, [])
    assert "worker died" in job.last_error


def test_replay_leaves_a_job_that_is_not_dead_alone(now: datetime) -> None:
    jobs.handler("t.fine")(lambda run: None)
    job = queued("t.fine", now)
    jobs.run(job.pk)

    jobs.replay(job, now=now)

    job.refresh_from_db()
    assert job.state == Job.State.DONE


def test_a_key_waits_once_and_may_wait_again_after_its_run(now: datetime) -> None:
    jobs.handler("t.keyed")(lambda run: None)

    for _ in range(3):
        jobs.enqueue("t.keyed", {}, now=now, key="k")
    jobs.enqueue("t.keyed", {}, now=now, key="other")
    assert Job.objects.filter(kind="t.keyed").count() == 2

    jobs.drain(kinds=("t.keyed",))
    jobs.enqueue("t.keyed", {}, now=now, key="k")
    assert Job.objects.filter(kind="t.keyed", state=Job.State.QUEUED).count() == 1


def test_a_failed_job_gives_its_key_back(now: datetime) -> None:
    @jobs.handler("t.fails")
    def fails(run: jobs.Run) -> None:
        raise ValueError

    jobs.enqueue("t.fails", {}, now=now, key="k")
    jobs.drain(kinds=("t.fails",))

    jobs.enqueue("t.fails", {}, now=now, key="k")

    assert Job.objects.filter(kind="t.fails", state=Job.State.QUEUED).count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_waiting_job_is_not_taken_away_under_an_open_transaction_that_counts_on_it(
    now: datetime,
) -> None:
    """Otherwise the worker finishes without seeing our fact, and no job is left for it."""
    jobs.handler("t.shared")(lambda run: None)
    jobs.enqueue("t.shared", {}, now=now, key="k")
    waiting = Job.objects.get(kind="t.shared")
    answers: list[Any] = []

    def worker() -> None:
        answers.append(jobs.run(waiting.pk))
        connection.close()

    with transaction.atomic():
        jobs.enqueue("t.shared", {}, now=now, key="k")
        thread = threading.Thread(target=worker)
        thread.start()
        thread.join()

    assert answers == [False]
    assert Job.objects.filter(kind="t.shared").count() == 1
    assert jobs.run(waiting.pk) is True


def test_an_outside_handler_runs_without_a_transaction_and_with_the_same_key_each_time(
    now: datetime,
) -> None:
    seen: list[tuple[str, int]] = []
    depth = len(connection.savepoint_ids)

    @jobs.handler("t.outside", outside=True)
    def outside(run: jobs.Run) -> None:
        assert len(connection.savepoint_ids) == depth
        seen.append((run.idempotency_key, run.attempt))
        if run.attempt == 1:
            raise OSError("connection reset")

    job = queued("t.outside", now)
    jobs.run(job.pk)
    Job.objects.filter(pk=job.pk).update(due_at=Now())
    jobs.run(job.pk)

    assert seen == [(f"job-{job.pk}", 1), (f"job-{job.pk}", 2)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("outside", [True, False])
def test_a_run_that_takes_longer_than_its_lease_keeps_the_job(
    now: datetime, settings: Any, outside: bool
) -> None:
    settings.JOB_LEASE_SECONDS = 0.6
    running, end = threading.Event(), threading.Event()

    @jobs.handler("t.long", outside=outside)
    def long(run: jobs.Run) -> None:
        running.set()
        end.wait(20)

    job = queued("t.long", now)

    def worker() -> None:
        jobs.run(job.pk)
        connection.close()

    thread = threading.Thread(target=worker)
    thread.start()
    running.wait(20)
    time.sleep(1.5)
    taken_over = jobs.run(job.pk)
    end.set()
    thread.join()

    assert taken_over is False
    job.refresh_from_db()
    assert (job.state, job.attempt, job.failures) == (Job.State.DONE, 1, 0)


def test_a_broker_that_is_down_is_swallowed_and_left_alone_for_a_while(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from voc.celery import run_job

    tries = []

    def refuse(*_: Any, **__: Any) -> None:
        tries.append(1)
        raise ConnectionRefusedError

    monkeypatch.setattr(jobs, "_silent_until", 0.0)
    monkeypatch.setattr(run_job, "apply_async", refuse)

    for number in range(20):
        REAL_RING(number)

    assert len(tries) == 1


def test_publishing_to_a_refused_redis_raises_at_once_instead_of_trying_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from celery import Celery
    from django.conf import settings

    assert settings.CELERY_TASK_PUBLISH_RETRY_POLICY == {"max_retries": 0}
    away = Celery("away", broker="redis://127.0.0.1:1/0", set_as_current=False)
    away.conf.task_publish_retry_policy = settings.CELERY_TASK_PUBLISH_RETRY_POLICY
    away.conf.broker_transport_options = {"socket_connect_timeout": 2}
    monkeypatch.setattr(jobs, "_silent_until", 0.0)
    monkeypatch.setattr("voc.celery.run_job", away.task(name="voc.run_job")(lambda job_id: None))

    REAL_RING(1)

    assert jobs._silent_until > time.monotonic()


def test_the_sweep_rings_for_what_is_due_and_for_what_was_abandoned(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[int] = []
    monkeypatch.setattr(jobs, "ring", rung.append)
    jobs.handler("t.swept")(lambda run: None)
    due, abandoned, held, done = (queued("t.swept", now) for _ in range(4))
    for job in (abandoned, held, done):
        claim(job)
    let_lease_run_out(abandoned)
    Job.objects.filter(pk=done.pk).update(state=Job.State.DONE)

    assert jobs.sweep() == 2

    assert sorted(rung) == sorted([due.pk, abandoned.pk])


def test_the_sweep_rings_a_few_bells_however_much_is_waiting(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bell for every waiting job, every few seconds, drowned the broker in stale ones."""
    rung: list[int] = []
    monkeypatch.setattr(jobs, "ring", rung.append)
    jobs.handler("t.many")(lambda run: None)
    for _ in range(50):
        jobs.enqueue("t.many", {}, now=now)

    jobs.sweep()

    assert 0 < len(rung) <= 8


def test_who_hears_one_bell_works_off_everything_that_is_due(
    house: Workspace, now: datetime
) -> None:
    jobs.handler("t.many")(lambda run: effect(house, "many", run.now))
    first, abandoned, *_ = [queued("t.many", now) for _ in range(6)]
    claim(abandoned)
    let_lease_run_out(abandoned)

    assert jobs.work(first.pk) == 6

    assert effects("many") == 6
    assert jobs.work(first.pk) == 0
    assert jobs.work(0) == 0


def test_a_process_that_has_worked_long_passes_the_bell_on(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[int] = []
    monkeypatch.setattr(jobs, "ring", rung.append)
    monkeypatch.setattr(jobs, "_WORK_SECONDS", 0)
    jobs.handler("t.many")(lambda run: None)
    first, _second = queued("t.many", now), queued("t.many", now)

    assert jobs.work(first.pk) == 1

    assert rung == [0]


def test_the_bell_rings_on_commit_and_not_before(
    now: datetime, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    rung: list[int] = []
    monkeypatch.setattr(jobs, "ring", rung.append)
    jobs.handler("t.bell")(lambda run: None)

    with django_capture_on_commit_callbacks(execute=True):
        job = queued("t.bell", now)
        assert rung == []

    assert rung == [job.pk]
