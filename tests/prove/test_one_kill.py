"""The one kill that every run of the suite keeps, for each broker; the proof proper has many."""

import os
import signal

from tests.processes import kill_group, until
from tests.prove.machine import Machine
from tests.prove.test_nothing_is_lost import assert_each_effect_once

JOBS = 8


def test_a_worker_killed_in_the_middle_loses_nothing_and_does_nothing_twice(
    machine: Machine,
) -> None:
    machine.enqueue(JOBS, seconds=0.4)
    worker = machine.start_worker()
    until(lambda: machine.count("state = 'running'"), seconds=60, what="the worker works")
    os.killpg(worker.pid, signal.SIGSTOP)
    in_the_middle = machine.count("state = 'running'")
    kill_group(worker)

    machine.start_worker()
    until(lambda: not machine.count("state <> 'done'"), seconds=60, what="all jobs done")

    assert in_the_middle
    assert_each_effect_once(machine, JOBS)
