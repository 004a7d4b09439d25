"""The folder of bells: whole messages or none, and a wiped folder stops nobody."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection, Queue

from voc.broker import Transport


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "queue" / "messages"


@pytest.fixture
def wire(folder: Path) -> Any:
    options = {"data_folder_in": str(folder), "polling_interval": 0.01}
    with Connection(transport=Transport, transport_options=options) as connection:
        yield connection


def publish(wire: Any, *bodies: Any) -> None:
    producer = wire.Producer(serializer="json")
    for body in bodies:
        producer.publish(body, routing_key="celery", declare=[Queue("celery")])


def receive(wire: Any) -> list[Any]:
    got: list[Any] = []

    def take(body: Any, message: Any) -> None:
        got.append(body)
        message.ack()

    with wire.Consumer(Queue("celery"), callbacks=[take], accept=["json"]):
        while True:
            try:
                wire.drain_events(timeout=0.05)
            except TimeoutError:
                return got


def test_messages_arrive_in_order_and_once(wire: Any, folder: Path) -> None:
    publish(wire, 1, 2, 3)

    assert receive(wire) == [1, 2, 3]
    assert receive(wire) == []
    assert list(folder.iterdir()) == []


def test_an_unfinished_message_is_not_read(wire: Any, folder: Path) -> None:
    publish(wire, 1)
    message = next(folder.glob("*.celery.msg"))
    message.rename(message.with_suffix(".part"))

    assert receive(wire) == []


def test_a_wiped_folder_is_made_again(wire: Any, folder: Path) -> None:
    publish(wire, 1)
    shutil.rmtree(folder.parent)

    assert receive(wire) == []
    publish(wire, 2)
    assert receive(wire) == [2]


def test_purging_empties_the_queue(wire: Any) -> None:
    publish(wire, 1, 2)

    assert wire.default_channel.queue_purge("celery") == 2
    assert receive(wire) == []
