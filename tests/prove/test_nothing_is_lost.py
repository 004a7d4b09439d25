"""Workers killed in the middle of their work, brokers wiped: every job done, every effect once."""

import json
import os
import random
import signal
import time

import pytest

from tests.processes import kill_group, until
from tests.prove.machine import LEASE_SECONDS, Machine

pytestmark = pytest.mark.prove

KILLS = 20
JOBS = 150
SECONDS = 0.2


def report(**numbers: object) -> None:
    print(json.dumps(numbers, ensure_ascii=False), flush=True)  # noqa: T201 - the proof's figures


def assert_each_effect_once(machine: Machine, jobs: int) -> None:
    effects = machine.query("SELECT detail FROM voc_auditentry WHERE action = 'prove.work'")
    details = [row[0] if isinstance(row[0], dict) else json.loads(row[0]) for row in effects]
    numbers = [detail["number"] for detail in details]
    assert sorted(numbers) == list(range(jobs))


def test_killed_workers_lose_nothing_and_do_nothing_twice(
    machine: Machine, request: pytest.FixtureRequest
) -> None:
    dice = random.Random(20)
    machine.enqueue(JOBS, seconds=SECONDS)
    begun = time.monotonic()
    in_the_middle = rounds = 0
    while in_the_middle < KILLS:
        worker = machine.start_worker()
        until(
            lambda: machine.count(f"state = 'running' AND {_leased(machine)}"),
            seconds=60,
            what="the worker works",
        )
        # Long enough that one job is not hit five times, which would rightly stop it.
        time.sleep(dice.uniform(0, SECONDS * 3.5))
        os.killpg(worker.pid, signal.SIGSTOP)
        # Frozen first, so that "in the middle" is a fact when it is counted.
        in_the_middle += bool(machine.count(f"state = 'running' AND {_leased(machine)}"))
        kill_group(worker)
        rounds += 1
        if rounds == KILLS // 2:
            machine.wipe_broker()
        assert machine.count("state <> 'done'"), "the work ran out before the kills"
    killed_for = time.monotonic() - begun

    begun = time.monotonic()
    machine.start_worker()
    until(lambda: not machine.count("state <> 'done'"), seconds=180, what="all jobs done")

    assert_each_effect_once(machine, JOBS)
    assert machine.count("failures > 0") > 0
    report(
        proof="kill -9 of the worker's group",
        machine=request.node.callspec.id,
        jobs=JOBS,
        kills=rounds,
        kills_in_the_middle=in_the_middle,
        done=machine.count("state = 'done'"),
        effects=JOBS,
        run_again=machine.count("attempt > 1"),
        dead=machine.count("state = 'dead'"),
        killing_seconds=round(killed_for, 1),
        rest_seconds=round(time.monotonic() - begun, 1),
    )


def _leased(machine: Machine) -> str:
    """Claimed by a living worker just now, not by one killed before."""
    now = "clock_timestamp()" if machine.address else "strftime('%Y-%m-%d %H:%M:%f', 'now')"
    return f"lease_until > {now}"


def test_a_frozen_worker_that_comes_back_too_late_commits_nothing(
    machine: Machine, request: pytest.FixtureRequest, tmp_path: object
) -> None:
    if not machine.address:
        # A frozen writer of SQLite holds the only write lock: there is nobody to overtake it.
        pytest.skip("one writer at a time: no second worker can take the job over")
    machine.execute(
        "from django.utils import timezone\n"
        "from voc import jobs\nfrom voc.models import Workspace\nimport tests.prove.handlers\n"
        "Workspace.objects.create(pk=1, name='x', created_at=timezone.now())\n"
        f"jobs.enqueue('prove.freeze', {{'folder': {str(tmp_path)!r}}}, now=timezone.now())"
    )
    first = machine.start_worker()
    marks = machine.folder
    until((marks / "begun-1").exists, seconds=60, what="the first worker begins")
    os.killpg(first.pid, signal.SIGSTOP)
    time.sleep(LEASE_SECONDS + 0.5)
    machine.start_worker()
    until(lambda: machine.count("state = 'done'"), seconds=60, what="the second worker is done")

    (marks / "go-on").touch()
    os.killpg(first.pid, signal.SIGCONT)
    until(
        lambda: "late result refused" in machine.log.read_text(), seconds=60, what="the refusal"
    )

    attempts = [
        row[0]["attempt"] if isinstance(row[0], dict) else json.loads(row[0])["attempt"]
        for row in machine.query("SELECT detail FROM voc_auditentry WHERE action = 'prove.freeze'")
    ]
    assert attempts == [2]
    report(proof="late commit", machine=request.node.callspec.id, refused=1, effects=1)


def test_a_wiped_broker_delays_work_and_loses_none(
    machine: Machine, request: pytest.FixtureRequest
) -> None:
    machine.enqueue(60, seconds=0.05)
    machine.start_worker()
    wiped = 0
    while machine.count("state <> 'done'"):
        machine.wipe_broker()
        wiped += 1
        assert wiped < 600, "the work does not end"
        time.sleep(0.3)

    assert_each_effect_once(machine, 60)
    assert wiped > 1
    report(proof="wiped broker", machine=request.node.callspec.id, jobs=60, wiped=wiped)
