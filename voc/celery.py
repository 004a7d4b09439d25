"""Celery carries one message: "job N is due". Losing it costs at most one sweep."""

import os
from functools import cache
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_ready
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voc.settings")
# The folder of bells, in our own hands: see voc/broker.py for why.
TRANSPORT_ALIASES["filesystem"] = "voc.broker:Transport"

app = Celery("voc")
app.config_from_object("django.conf:settings", namespace="CELERY")


@app.task(name="voc.run_job")
def run_job(job_id: int) -> None:
    from voc import jobs

    jobs.work(job_id)


@app.task(name="voc.sweep")
def sweep_task() -> None:
    from voc import jobs

    begin()
    jobs.sweep()


@cache
def begin() -> None:
    """Once in the life of a process: promises what nobody's action would, such as nightly work."""
    from django.utils import timezone

    from voc.registry import registry

    for promise in registry.begin:
        promise(now=timezone.now())


@worker_ready.connect
def start_sweep(sender: Any, **_: Any) -> None:
    """Ring for due and abandoned jobs, at once and then every few seconds.

    A timer of the worker's main process rather than celery beat: with the filesystem
    broker `-B` hung on SIGTERM in three of four tries.
    """
    from django.conf import settings

    def ring() -> None:
        # The main process must not talk to the database from the timer thread for long:
        # it only sends one message; a pool process does the sweep.
        try:
            sweep_task.apply_async(expires=30)
        except Exception:  # noqa: BLE001 - a broker that is away is what the sweep is for
            return

    ring()
    sender.timer.call_repeatedly(settings.JOB_SWEEP_SECONDS, ring)


@worker_init.connect
def refuse_unsafe(**_: Any) -> None:
    """In the main process, before the pool is forked: a child that ends is only replaced."""
    from django.db import connections

    from voc.checks import refuse_unsafe_start

    refuse_unsafe_start()
    # A connection must not cross the fork.
    connections.close_all()
