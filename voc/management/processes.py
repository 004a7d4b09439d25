"""Several programs in one console, ended together."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

# Longer than a request and an ordinary job take to end; what is cut off is run again.
GRACE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Child:
    name: str
    process: subprocess.Popen[str]


def start(name: str, command: Sequence[str], *, cwd: str, env: dict[str, str]) -> Child:
    """A child in its own process group, its output copied here line by line with its name.

    The own group keeps a Ctrl-C of the console away from pool processes: Celery and gunicorn
    end them in order when only their main process is told.
    """
    process = subprocess.Popen(  # noqa: S603 - fixed programs of this environment
        list(command),
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    assert process.stdout is not None
    threading.Thread(target=_copy, args=(name, process.stdout), daemon=True).start()
    return Child(name, process)


def _copy(name: str, lines: IO[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{name:<6} | {line.rstrip()}\n")
        sys.stdout.flush()


class Stop:
    """True once a signal asked for the end. Installed by `listen`."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, *_: object) -> None:
        self.asked += 1

    def __bool__(self) -> bool:
        return self.asked > 0


def listen() -> Stop:
    """Turns Ctrl-C, a closed console and SIGTERM into a flag."""
    stop = Stop()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, stop)
    return stop


def first_dead(children: Sequence[Child]) -> Child | None:
    return next((child for child in children if child.process.poll() is not None), None)


def end(children: Sequence[Child], stop: Stop, *, grace: float = GRACE_SECONDS) -> None:
    """Ends every child: the main process is asked, and its group killed after the grace.

    A second Ctrl-C ends the grace.
    """
    for child in children:
        with suppress(ProcessLookupError):
            child.process.terminate()
    asked = stop.asked
    until = time.monotonic() + grace
    while time.monotonic() < until and stop.asked <= asked:
        if all(child.process.poll() is not None for child in children):
            break
        time.sleep(0.05)
    for child in children:
        # Also after an orderly end: a pool process may have outlived its parent.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
