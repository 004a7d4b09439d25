"""The two kinds of machine: the laptop and the server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import leftout
from tests.processes import postgresql_database
from tests.prove.machine import Machine

# Not the numbered database of the other tests: this one is emptied under running workers.
BROKER = f"{leftout.REDIS_URL.rpartition(chr(47))[0]}/14"


@pytest.fixture(params=["laptop", "server"])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Machine]:
    """SQLite and the folder of bells, or PostgreSQL and Redis."""
    if request.param == "laptop":
        yield from _used(Machine(tmp_path))
        return
    if not leftout.postgresql() or not leftout.redis():
        pytest.skip("no PostgreSQL or no Redis")
    with postgresql_database("voc_prove") as address:
        yield from _used(Machine(tmp_path, address=address, broker=BROKER))


def _used(machine: Machine) -> Iterator[Machine]:
    machine.wipe_broker()
    machine.migrate()
    try:
        yield machine
    finally:
        machine.stop()
        machine.wipe_broker()
