"""How much one network may send to one survey: counted in this process, never in the database.

Generous, because a shop, an office or a mobile carrier is one address to us. The count is there
against a program that posts in a loop, which a database row for each post would only help.
"""

import ipaddress
import time
from collections import OrderedDict

# Posts of whole pages; saves of single answers come more often.
POSTS = (120.0, 2.0)
SAVES = (600.0, 10.0)
MOST_BUCKETS = 10_000
RETRY_SECONDS = 10

_buckets: OrderedDict[tuple[int, str, bool], tuple[float, float]] = OrderedDict()


def network(address: str) -> str:
    """The /24 or /56 an address lies in: what one line, or one sender of many addresses, has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    length = 24 if found.version == 4 else 56
    return str(ipaddress.ip_network((found, length), strict=False).network_address)


def allowed(survey_id: int, address: str, *, save: bool = False, now: float | None = None) -> bool:
    """True and one less of the allowance, or False; `now` in seconds of a clock that never turns back."""
    capacity, per_second = SAVES if save else POSTS
    moment = time.monotonic() if now is None else now
    place = (survey_id, network(address), save)
    tokens, before = _buckets.pop(place, (capacity, moment))
    tokens = min(capacity, tokens + max(moment - before, 0.0) * per_second)
    allowance = tokens >= 1
    _buckets[place] = (tokens - 1 if allowance else tokens, moment)
    # The one not used for the longest time has filled up again, or belongs to somebody passing by.
    while len(_buckets) > MOST_BUCKETS:
        _buckets.popitem(last=False)
    return allowance


def forget() -> None:
    """Everybody's allowance is full again, in this process."""
    _buckets.clear()
