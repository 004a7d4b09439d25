"""Work that must happen.

The guarantee: a job commits with the fact it follows from, runs at least once, and its
database effects happen exactly once, because effect and "done" commit together, fenced by
the attempt number. Effects outside the database carry `Run.idempotency_key` and may, if a
worker dies in the middle, be tried again with the same key.

The broker carries only "job N is due". Whatever it loses, `sweep` rings for again. Leases
are read and written by the database's clock, never by a worker's.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from voc.logs import set_request_id
from voc.models import Job

log = logging.getLogger("voc.jobs")

MAX_FAILURES = 5
_RETRY_SECONDS = (5, 30, 120, 600)


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
    job = Job(
        kind=kind, payload=payload, key=key, created_at=now, due_at=due_at or now
    )
    if key is None:
        job.save(force_insert=True)
    else:
        # PostgreSQL and SQLite both skip the row silently; ids of skipped rows are unset.
        Job.objects.bulk_create([job], ignore_conflicts=True)
    if due_at is None or due_at <= now:
        job_id = job.pk
        transaction.on_commit(lambda: ring(job_id) if job_id else ring_due())


def ring(job_id: int) -> None:
    """Tells a worker that the job is due. A broker that is down costs nothing but a log line."""
    from voc.celery import run_job

    try:
        run_job.apply_async((job_id,), ignore_result=True)
    except Exception as error:  # noqa: BLE001 - whatever the transport raises, the sweep will ring
        log.warning("bell not rung: %s", type(error).__name__, extra={"job": job_id})


def ring_due(limit: int = 100) -> int:
    """Rings for jobs that are due now; the number rung for."""
    ids = list(
        Job.objects.filter(state=Job.State.QUEUED, due_at__lte=Now())
        .order_by("due_at")
        .values_list("pk", flat=True)[:limit]
    )
    for job_id in ids:
        ring(job_id)
    return len(ids)


def sweep(limit: int = 500) -> int:
    """Rings for due jobs and for those whose worker has not come back in time."""
    abandoned = list(
        Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=Now())
        .order_by("lease_until")
        .values_list("pk", flat=True)[:limit]
    )
    for job_id in abandoned:
        ring(job_id)
    return len(abandoned) + ring_due(limit)


def _claim(job_id: int) -> Job | None:
    lease = timedelta(seconds=settings.JOB_LEASE_SECONDS)
    free = Q(state=Job.State.QUEUED, due_at__lte=Now()) | Q(
        state=Job.State.RUNNING, lease_until__lt=Now()
    )
    taken = Job.objects.filter(free, pk=job_id).update(
        state=Job.State.RUNNING,
        # A run that vanished without a word counts as a failure: a job that kills its
        # worker must not come back for ever.
        failures=F("failures") + _abandoned(),
        attempt=F("attempt") + 1,
        lease_until=Now() + lease,
    )
    return Job.objects.get(pk=job_id) if taken else None


def _abandoned() -> Any:
    from django.db.models import Case, Value, When

    return Case(When(state=Job.State.RUNNING, then=Value(1)), default=Value(0))


def run(job_id: int) -> bool:
    """Claims and runs one job; False when it was not free. Never raises what a handler raised."""
    job = _claim(job_id)
    if job is None:
        return False
    set_request_id(f"job-{job.pk}-{job.attempt}")
    registered = _handlers.get(job.kind)
    try:
        if job.failures >= MAX_FAILURES:
            raise RuntimeError("the worker died in every run of this job")
        if registered is None:
            raise LookupError(f"no handler for {job.kind}")
        now = _database_now()
        this = Run(job_id=job.pk, attempt=job.attempt, now=now)
        if registered.outside:
            registered.handler(this, **job.payload)
            with transaction.atomic():
                _finish(job)
        else:
            with transaction.atomic():
                registered.handler(this, **job.payload)
                _finish(job)
    except Superseded:
        log.warning("late result refused", extra={"job": job.pk, "kind": job.kind})
    except Exception as error:
        log.exception("job failed", extra={"job": job.pk, "kind": job.kind})
        _fail(job, error)
    return True


def _finish(job: Job) -> None:
    done = Job.objects.filter(
        pk=job.pk, state=Job.State.RUNNING, attempt=job.attempt
    ).update(state=Job.State.DONE, finished_at=Now(), lease_until=None, last_error="")
    if not done:
        # The lease ran out and somebody else holds the job: roll our effects back.
        raise Superseded


def _fail(job: Job, error: Exception) -> None:
    failures = job.failures + 1
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
    from datetime import UTC

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
    done = 0
    while done < limit:
        due = Job.objects.filter(state=Job.State.QUEUED, due_at__lte=Now())
        if kinds:
            due = due.filter(kind__in=kinds)
        job_id = due.order_by("due_at", "pk").values_list("pk", flat=True).first()
        if job_id is None:
            return done
        done += run(job_id)
    return done
