"""Real processes for tests: management commands, workers, and databases of their own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from tests import leftout

ROOT = Path(__file__).resolve().parent.parent


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a machine of its own: files under `folder`, nothing of the caller's."""
    foreign = ("VOC_", "DATABASE_URL", "BROKER_URL", "PYTEST", "DJANGO_", "COV_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
    return {**kept, "VOC_VAR": str(folder / "var"), "PYTHONPATH": str(ROOT), **more}


def manage(
    env: dict[str, str], *arguments: str, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """The finished command."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert not check or done.returncode == 0, done.stderr[-3000:]
    return done


def python(env: dict[str, str], code: str) -> subprocess.CompletedProcess[str]:
    """The finished program, run with the product's settings."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**env, "DJANGO_SETTINGS_MODULE": "voc.settings"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@contextmanager
def postgresql_database(name: str) -> Iterator[str]:
    """Address of a new database, dropped at the end."""
    base, _, query = leftout.POSTGRESQL_URL.partition("?")
    address = base.rpartition("/")[0] + f"/{name}" + (f"?{query}" if query else "")
    with psycopg.connect(leftout.POSTGRESQL_URL, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield address
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def started(command: list[str], env: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """A process in a group of its own, its output in the log."""
    with log.open("ab") as out:
        return subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=out, stderr=out, start_new_session=True
        )


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """kill -9 for the process and all its children."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def alive(marker: str) -> list[int]:
    """Processes whose environment carries this text, such as a test's own folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with suppress(OSError):
            if marker.encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
    return found


def until(condition: Callable[[], Any], *, seconds: float, what: str) -> Any:
    """The first true answer; fails with `what` when none comes in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")
