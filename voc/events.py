"""What happened, by name; one job for each subscriber, in the publisher's transaction.

Names are those that webhooks carry, such as `support.ticket.resolved`. A publisher
declares its events with their payload keys; a subscriber names the event and the kind of
job that handles it, so nobody imports upwards.
"""

from datetime import datetime
from typing import Any

from voc import jobs

_declared: dict[str, frozenset[str]] = {}
_subscribers: dict[str, list[str]] = {}


def declare(name: str, *keys: str) -> str:
    """Makes the event known with its payload keys; returns the name."""
    _declared[name] = frozenset(keys)
    return name


def subscribe(name: str, kind: str) -> None:
    """Jobs of `kind` will be made for every event of this name."""
    kinds = _subscribers.setdefault(name, [])
    if kind not in kinds:
        kinds.append(kind)


def publish(name: str, *, now: datetime, **payload: Any) -> None:
    """Promises one job for each subscriber. Call it last in a service."""
    expected = _declared[name]
    if set(payload) != expected:
        raise TypeError(f"{name} carries {sorted(expected)}, not {sorted(payload)}")
    for kind in _subscribers.get(name, []):
        jobs.enqueue(kind, payload, now=now)


def declared() -> dict[str, frozenset[str]]:
    return dict(_declared)


def subscriptions() -> dict[str, list[str]]:
    return {name: list(kinds) for name, kinds in _subscribers.items()}
