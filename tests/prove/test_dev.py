"""`manage.py dev` with real processes: up, reachable, and gone without a trace."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from tests.processes import ROOT, alive, environment, kill_group, manage, until

pytestmark = pytest.mark.prove


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(env: dict[str, str], port: int, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "manage.py", "dev", "--no-demo", "--port", str(port)],
            cwd=ROOT, env=env, stdout=out, stderr=out, start_new_session=True,
        )


def answers(port: int) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
        return True
    return False


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_after_the_end(tmp_path: Path, port: int, how: signal.Signals) -> None:
    env = environment(tmp_path)
    log = tmp_path / "dev.log"
    dev = start(env, port, log)
    try:
        until(lambda: answers(port), seconds=120, what="the page answers")
        until(lambda: f":{port}/" in log.read_text(), seconds=30, what="the welcome")
        assert len(alive(str(tmp_path))) >= 5

        taken = manage(env, "dev", "--port", str(port), check=False)
        assert taken.returncode == 1
        assert str(port) in taken.stderr
        assert "Traceback" not in taken.stderr

        begun = time.monotonic()
        os.kill(dev.pid, how)
        assert dev.wait(timeout=30) == 0
        print(f'{{"proof": "dev ends", "signal": "{how.name}", '  # noqa: T201
              f'"seconds": {time.monotonic() - begun:.1f}}}')
        assert alive(str(tmp_path)) == []
    finally:
        kill_group(dev)
        for process in alive(str(tmp_path)):
            os.kill(process, signal.SIGKILL)


def test_when_one_child_dies_everything_ends(tmp_path: Path, port: int) -> None:
    env = environment(tmp_path)
    log = tmp_path / "dev.log"
    dev = start(env, port, log)
    try:
        until(lambda: answers(port), seconds=120, what="the page answers")
        worker = _children(dev.pid, "celery")
        os.kill(worker, signal.SIGKILL)

        assert dev.wait(timeout=30) == 1
        assert "worker" in log.read_text()
        assert alive(str(tmp_path)) == []
    finally:
        kill_group(dev)
        for process in alive(str(tmp_path)):
            os.kill(process, signal.SIGKILL)


def _children(parent: int, word: str) -> int:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError):
                status = (entry / "status").read_text()
                mine = f"\nPPid:\t{parent}\n" in status
                if mine and word in (entry / "cmdline").read_text():
                    return int(entry.name)
    raise AssertionError(f"no child with {word}")
