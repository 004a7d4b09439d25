"""What a row gets to measure with, inside the process of one kind of database."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import dj_database_url
from django.db import connection, connections

from tests.bench import web
from tests.bench.cpu import Meter
from tests.bench.places import Place
from tests.bench.protocol import Comparison, compare


@dataclass(frozen=True, slots=True)
class Scale:
    """How much work a measurement consists of."""

    texts: int
    stored: int
    inserts: int
    posts: int
    gets: int
    pages: int
    words: int
    jobs: int


FULL = Scale(
    texts=20_000, stored=3_000, inserts=400, posts=120, gets=200, pages=16, words=9, jobs=80
)
QUICK = Scale(texts=2_000, stored=1_000, inserts=100, posts=30, gets=50, pages=6, words=3, jobs=20)


@dataclass
class Bench:
    """One kind of database, its three scratch copies, and the sites that run on them."""

    place: Place
    scale: Scale
    rounds: int
    session: str
    started: ExitStack
    _sites: dict[str, web.Site] = field(default_factory=dict)
    _wrappers: dict[str, Any] = field(default_factory=dict)

    @property
    def database(self) -> str:
        return self.place.vendor

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        """Django's default connection leads to this copy."""
        if name not in self._wrappers:
            settings = {**connections.databases["default"]}
            settings |= dj_database_url.parse(self.place.urls[name], conn_max_age=None)
            wrapper = connections.create_connection("default")
            settings["OPTIONS"] = wrapper.settings_dict["OPTIONS"]
            wrapper.settings_dict = {**wrapper.settings_dict, **settings}
            self._wrappers[name] = wrapper
        before = connections["default"]
        connections["default"] = self._wrappers[name]
        try:
            connection.ensure_connection()
            yield
        finally:
            connections["default"] = before

    def backend(self) -> list[int]:
        """The server process behind the present connection."""
        if self.database != "postgresql" or connection.connection is None:
            return []
        return [connection.connection.info.backend_pid]

    def site(self, name: str) -> web.Site:
        """gunicorn on this copy, warm; it ends with the run."""
        if name not in self._sites:
            environment = self.place.environment(name)
            self._sites[name] = self.started.enter_context(
                web.serving(environment, session=self.session)
            )
        return self._sites[name]

    def processes(self, site: web.Site, name: str) -> Callable[[], list[int]]:
        """The workers of a site, and the server processes of its database."""

        def pids() -> list[int]:
            if self.database != "postgresql":
                return site.workers()
            with self.on(name), connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
                    "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
                )
                return site.workers() + [pid for (pid,) in cursor.fetchall()]

        return pids

    def http(self, name: str, request: Callable[[], object], times: int) -> Callable[[], float]:
        """Processor seconds of one request at the server; the client is not counted."""
        site = self.site(name)
        # Both workers, and both of their connections, have seen it.
        for _ in range(3 * web.WORKERS):
            request()
        meter = Meter(self.processes(site, name), own=False)

        def work() -> None:
            for _ in range(times):
                request()

        return lambda: meter.spent(work, times)

    def in_process(self, work: Callable[[], object], units: int) -> Callable[[], float]:
        """Processor seconds a unit, of this process and of its database's."""
        return lambda: Meter(self.backend).spent(work, units)

    def compare(self, limit: Callable[[], float], product: Callable[[], float]) -> Comparison:
        return compare(limit, product, rounds=self.rounds)
