"""A real web server on a scratch database, and the simplest client that can talk to it."""

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Site:
    """gunicorn with its workers."""

    port: int
    master: int
    cookie: str

    def workers(self) -> list[int]:
        """Processes that answer requests; the master only watches them."""
        children = Path(f"/proc/{self.master}/task/{self.master}/children").read_text()
        return [int(pid) for pid in children.split()]

    def get(self, path: str, *, signed_in: bool = False) -> bytes:
        """The body of a page that answers 200; anything else is an error."""
        headers = {"Cookie": self.cookie} if signed_in else {}
        status, body = self.ask("GET", path, None, headers)
        if status != 200:
            raise RuntimeError(f"GET {path} answered {status}")
        return body

    def post(self, path: str, fields: dict[str, str], *, expect: int) -> None:
        address = f"10.{random.randrange(256)}.{random.randrange(256)}.7"
        headers = {
            "Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": address,
        }  # fmt: skip
        status, body = self.ask("POST", path, urlencode(fields), headers)
        if status != expect:
            raise RuntimeError(f"POST {path} answered {status}: {body[:200]!r}")

    def ask(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        """Status and body, whatever the status."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(environment: dict[str, str], *, session: str = "") -> Iterator[Site]:
    """A site of two sync workers; ended with everything it started."""
    port = _free_port()
    command = [
        sys.executable, "-m", "gunicorn", "voc.wsgi:application", "--workers", str(WORKERS),
        "--bind", f"127.0.0.1:{port}", "--log-level", "error", "--no-control-socket",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        site = Site(port, process.pid, f"voc-session={session}")
        _wait(site, process)
        yield site
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(site: Site, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        try:
            site.get("/healthz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the web server did not start")
