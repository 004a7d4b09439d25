"""Work that must happen.

The guarantee: a job commits with the fact it follows from, runs at least once, and its
database effects happen exactly once, because effect and "done" commit together, fenced by
the attempt number. Effects outside the database carry `Run.idempotency_key` and may, if a
worker dies in the middle, be tried again with the same key.

The broker carries only bells: "job N is due". Who hears one runs that job and then whatever
else is due, so a lost bell costs little and a repeated one nothing; `sweep` rings for the
rest. Leases are read and written by the database's clock, never by a worker's; a run that takes longer
than its lease renews it (`_Heartbeat`), so a lease may be short.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from voc.logs import set_request_id
from voc.models import Job

log = logging.getLogger("voc.jobs")

MAX_FAILURES = 5
_RETRY_SECONDS = (5, 30, 120, 600)
# After a bell that could not be rung, this process leaves ringing to the sweep for a while:
# a broker whose host swallows packets costs one connect timeout, not one per job.
_SILENT_SECONDS = 5.0
# A bell nobody heard in time is stale: the sweep rings again.
_BELL_SECONDS = 60
# Enough to wake every process of a worker. More would fill the broker faster than slow
# jobs empty it, until it carries nothing but stale bells.
_SWEEP_BELLS = 8
# One bell keeps a process at work this long before it lets other bells have their turn.
_WORK_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Run:
    """What a handler learns about the run it is in."""

    job_id: int
    attempt: int
    now: datetime

    @property
    def idempotency_key(self) -> str:
        return f"job-{self.job_id}"


Handler = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class _Registered:
    handler: Handler
    outside: bool


_handlers: dict[str, _Registered] = {}


class Superseded(Exception):  # noqa: N818 - a state, not a fault
    """Another worker has taken this job over; nothing of this run may be kept."""


def handler(kind: str, *, outside: bool = False) -> Callable[[Handler], Handler]:
    """Registers `f(run, **payload)` for jobs of this kind.

    It runs inside the transaction that marks the job done. With `outside=True` it runs
    without one, because it waits for someone else's server: it commits its own steps and
    calls nobody twice that `Run.idempotency_key` would not recognise.
    """

    def register(function: Handler) -> Handler:
        if kind in _handlers and _handlers[kind].handler is not function:
            raise RuntimeError(f"two handlers for {kind}")
        _handlers[kind] = _Registered(function, outside)
        return function

    return register


def known_kinds() -> list[str]:
    return sorted(_handlers)


def enqueue(
    kind: str,
    payload: dict[str, Any],
    *,
    now: datetime,
    due_at: datetime | None = None,
    key: str | None = None,
) -> None:
    """Promises the work, in the caller's transaction, and rings the bell on commit.

    With `key`, nothing is added while a job of that key is still waiting: the waiting one
    will see what has been committed by then.
    """
    if kind not in _handlers:
        raise LookupError(f"no handler for {kind}")
    # "At once" is said in the database's own time, or a job of a web server whose clock
    # runs ahead would not be due yet when its bell rings.
    at_once = due_at is None or due_at <= now
    due: Any = Now() if at_once else due_at
    job = Job(kind=kind, payload=payload, key=key, created_at=now, due_at=due)
    if key is None:
        job.save(force_insert=True)
    else:
        _save_once(job)
    if at_once:
        # Without an id (see `_save_once`) the bell says only that there is something to do.
        job_id = job.pk or 0
        transaction.on_commit(lambda: ring(job_id))


def _save_once(job: Job) -> None:
    """Stores the job unless one of its key is waiting, and then keeps that one waiting for us."""
    for _ in range(10):
        # PostgreSQL and SQLite both skip the row silently; ids of skipped rows are unset.
        Job.objects.bulk_create([job], ignore_conflicts=True)
        if connection.vendor != "postgresql" or _hold_waiting(str(job.key)):
            return
    # Ten times in a row a worker took the waiting job between two statements. One more
    # run does no harm; a fact that no run sees would.
    job.key = None
    job.save(force_insert=True)


def _hold_waiting(key: str) -> bool:
    """True when a job of this key waits and will not be claimed before we commit.

    Without the lock a worker could claim the waiting job and finish it while our
    transaction is still open: it would not see our fact, and no job would be left for it.
    SQLite has one writer at a time, so there the question does not arise.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT 1 FROM {Job._meta.db_table} WHERE key = %s AND state = 'queued' FOR SHARE",  # noqa: S608
            [key],
        )
        return cursor.fetchone() is not None


_silent_until = 0.0


def ring(job_id: int) -> None:
    """Tells a worker that the job is due. A broker that is down costs nothing but a log line."""
    global _silent_until
    from voc.celery import run_job

    if time.monotonic() < _silent_until:
        return
    try:
        run_job.apply_async((job_id,), ignore_result=True, expires=_BELL_SECONDS)
    except Exception as error:  # noqa: BLE001 - whatever the transport raises, the sweep will ring
        _silent_until = time.monotonic() + _SILENT_SECONDS
        log.warning("bell not rung: %s", type(error).__name__, extra={"job": job_id})


def sweep() -> int:
    """Rings for due jobs and for those whose worker has not come back in time; the bells rung."""
    due = _due().order_by("due_at")
    abandoned = _abandoned().order_by("lease_until")
    ids = [*abandoned.values_list("pk", flat=True)[:_SWEEP_BELLS]]
    ids += due.values_list("pk", flat=True)[: _SWEEP_BELLS - len(ids)]
    for job_id in ids:
        ring(job_id)
    return len(ids)


def _due() -> QuerySet[Job]:
    return Job.objects.filter(state=Job.State.QUEUED, due_at__lte=Now())


def _abandoned() -> QuerySet[Job]:
    return Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=Now())


def work(job_id: int) -> int:
    """Answers a bell: runs that job, then whatever is due; the number of jobs run."""
    until = time.monotonic() + _WORK_SECONDS
    done = int(bool(job_id) and run(job_id))
    while time.monotonic() < until:
        job = _claim(_due().order_by("due_at")) or _claim(_abandoned().order_by("lease_until"))
        if job is None:
            return done
        _run(job)
        done += 1
    ring(0)
    return done


def _claim(candidates: QuerySet[Job]) -> Job | None:
    """The first of them, now ours until the lease ends; None when none is free."""
    # On SQLite a bell that finds nothing must not queue for the write lock.
    return _take(candidates) if candidates.exists() else None


@transaction.atomic
def _take(candidates: QuerySet[Job]) -> Job | None:
    # A row that somebody holds, or is just claiming, is left to them or to a later bell.
    skip = connection.features.has_select_for_update_skip_locked
    job = candidates.select_for_update(skip_locked=skip).first()
    if job is None:
        return None
    # A run that vanished without a word counts as a failure: a job that kills its worker
    # must not come back for ever.
    job.failures += job.state == Job.State.RUNNING
    job.attempt += 1
    job.state = Job.State.RUNNING
    Job.objects.filter(pk=job.pk).update(
        state=job.state,
        failures=job.failures,
        attempt=job.attempt,
        lease_until=Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS),
    )
    return job


class _Heartbeat:
    """Renews the lease of a run that takes long, from a thread with its own connection.

    A frozen or killed worker stops beating and loses the job; one that merely has much to
    do keeps it. Inside a write transaction of SQLite the beat waits, and so does every
    other claim.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._beat, name=f"lease-{job.pk}", daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.stopped.set()

    def _beat(self) -> None:
        lease = settings.JOB_LEASE_SECONDS
        try:
            while not self.stopped.wait(lease / 3):
                with suppress(DatabaseError):
                    Job.objects.filter(
                        pk=self.job.pk, state=Job.State.RUNNING, attempt=self.job.attempt
                    ).update(lease_until=Now() + timedelta(seconds=lease))
        finally:
            connection.close()


def run(job_id: int) -> bool:
    """Claims and runs one job; False when it was not free. Never raises what a handler raised."""
    job = _claim(_due().filter(pk=job_id)) or _claim(_abandoned().filter(pk=job_id))
    if job is None:
        return False
    _run(job)
    return True


def _run(job: Job) -> None:
    set_request_id(f"job-{job.pk}-{job.attempt}")
    if job.failures >= MAX_FAILURES:
        _fail(job, RuntimeError("the worker died in every run of this job"))
        return
    try:
        with _Heartbeat(job):
            _work(job)
    except Superseded:
        log.warning("late result refused", extra={"job": job.pk, "kind": job.kind})
    except Exception as error:
        log.exception("job failed", extra={"job": job.pk, "kind": job.kind})
        _fail(job, error)


def _work(job: Job) -> None:
    registered = _handlers.get(job.kind)
    if registered is None:
        raise LookupError(f"no handler for {job.kind}")
    this = Run(job_id=job.pk, attempt=job.attempt, now=_database_now())
    if registered.outside:
        registered.handler(this, **job.payload)
        _finish(job)
        return
    with transaction.atomic():
        registered.handler(this, **job.payload)
        _finish(job)


def _finish(job: Job) -> None:
    done = Job.objects.filter(
        pk=job.pk, state=Job.State.RUNNING, attempt=job.attempt
    ).update(state=Job.State.DONE, finished_at=Now(), lease_until=None, last_error="")
    if not done:
        # The lease ran out and somebody else holds the job: roll our effects back.
        raise Superseded


def _fail(job: Job, error: Exception) -> None:
    failures = min(job.failures + 1, MAX_FAILURES)
    permanent = getattr(error, "permanent", False)
    dead = permanent or failures >= MAX_FAILURES
    wait = _RETRY_SECONDS[min(failures, len(_RETRY_SECONDS)) - 1]
    Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempt=job.attempt).update(
        state=Job.State.DEAD if dead else Job.State.QUEUED,
        key=None,
        failures=failures,
        due_at=Now() + timedelta(seconds=wait),
        lease_until=None,
        # Type and first line only: messages of parsers quote customers' words at length.
        last_error=f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"[:300],
    )


def _database_now() -> datetime:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT clock_timestamp()")
            moment: datetime = cursor.fetchone()[0]
            return moment.astimezone(UTC)
        cursor.execute("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")
        return datetime.fromisoformat(cursor.fetchone()[0]).replace(tzinfo=UTC)


@transaction.atomic
def replay(job: Job, *, now: datetime) -> None:
    """Puts a dead job back in the queue with a clean count of failures."""
    revived = Job.objects.filter(pk=job.pk, state=Job.State.DEAD).update(
        state=Job.State.QUEUED, failures=0, due_at=now, last_error=""
    )
    if revived:
        transaction.on_commit(lambda: ring(job.pk))


def drain(*, kinds: tuple[str, ...] = (), limit: int = 10_000) -> int:
    """Runs due jobs in this process until none is left; the number run. For commands and tests."""
    for done in range(limit):
        due = _due().filter(kind__in=kinds) if kinds else _due()
        job = _claim(due.order_by("due_at", "pk"))
        if job is None:
            return done
        _run(job)
    return limit
