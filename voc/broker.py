"""Bells as files in one folder: the laptop's broker, without a server.

kombu's own filesystem transport writes a message into the file that a reader may already
be moving away, keeps its routing tables in files, and stops the worker when its folder is
wiped. This one renames finished files into place, routes by queue name alone, and makes
the folder again. It may lose messages, as any broker may; `jobs.sweep` rings again.
"""

import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import virtual
from kombu.utils.encoding import bytes_to_str, str_to_bytes
from kombu.utils.json import dumps, loads


class Channel(virtual.Channel):
    """One file a message, named by time and queue."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Names of the last look into the folder: one look serves all it found.
        self.seen: dict[str, list[Path]] = {}

    @property
    def folder(self) -> Path:
        return Path(self.connection.client.transport_options["data_folder_in"])

    def _lookup(self, exchange: str, routing_key: str, default: str | None = None) -> list[str]:
        # Celery's own chatter (worker.heartbeat …) has no listener here.
        return [] if exchange.startswith("celeryev") else [routing_key]

    def _put(self, queue: str, message: Any, **_: Any) -> None:
        name = f"{time.time_ns():020d}-{uuid.uuid4().hex}"
        unfinished = self.folder / f"{name}.part"
        body = str_to_bytes(dumps(message))
        try:
            unfinished.write_bytes(body)
        except FileNotFoundError:
            self.folder.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(body)
        unfinished.rename(self.folder / f"{name}.{queue}.msg")

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        if not self.seen.get(queue):
            self.seen[queue] = self._waiting(queue)[::-1]
        while self.seen[queue]:
            path = self.seen[queue].pop()
            try:
                body = path.read_bytes()
                path.unlink()
            except FileNotFoundError:
                # Another worker was first.
                continue
            return loads(bytes_to_str(body))
        raise Empty

    def _waiting(self, queue: str) -> list[Path]:
        try:
            return sorted(self.folder.glob(f"*.{queue}.msg"))
        except FileNotFoundError:
            return []

    def _size(self, queue: str) -> int:
        return len(self._waiting(queue))

    def _purge(self, queue: str) -> int:
        waiting = self._waiting(queue)
        for path in waiting:
            path.unlink(missing_ok=True)
        return len(waiting)


class Transport(virtual.Transport):
    """Direct exchanges only; found under `filesystem://` (see voc/celery.py)."""

    Channel = Channel
    implements = virtual.Transport.implements.extend(
        asynchronous=False, exchange_type=frozenset(["direct"])
    )
    # Shared by the connections of a process, like the folder.
    global_state = virtual.BrokerState()
    driver_type = "filesystem"
    driver_name = "voc.broker"

    def __init__(self, client: Any, **options: Any) -> None:
        super().__init__(client, **options)
        self.state = self.global_state

    def drain_events(self, connection: Any, **options: Any) -> None:  # type: ignore[override]
        # The worker looks for a signal to end between two calls, otherwise 2 s apart.
        super().drain_events(connection, timeout=min(options.get("timeout") or 0.5, 0.5))

    @property
    def default_connection_params(self) -> dict[str, Any]:
        return {}

    def driver_version(self) -> str:
        return "1"
