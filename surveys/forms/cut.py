"""The bar above every page of results, and the cut that an address stands for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from feedback.queries.compare import period_before
from feedback.queries.periods import Period, last_days
from surveys.queries.cuts import DIMENSIONS, Cut
from voc.errors import Refused

PERIODS = {"28": 28, "91": 91, "365": 365}
FREE, DEFAULT = "free", "91"
# In an address: "belongs to no part", which is stored as "".
NOWHERE = "-"
_MOST_DAYS = 3_660


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an address asks for, and how to ask for it again."""

    cut: Cut
    key: str
    error: str = ""

    @property
    def query(self) -> dict[str, str]:
        """The parameters of this choice, those that are not the default only."""
        found = {} if self.key == DEFAULT else {"days": self.key}
        if self.key == FREE:
            period = self.cut.period
            found |= {"first": period.first.isoformat(), "last": period.last.isoformat()}
        return found | {name: part or NOWHERE for name, part in self.cut.parts.items()}

    def url(self, address: str, **more: object) -> str:
        """The address with this choice; None removes a parameter."""
        asked = {**self.query, **more}
        text = urlencode({name: value for name, value in asked.items() if value is not None}, doseq=True)
        return f"{address}?{text}" if text else address

    @property
    def before(self) -> str:
        """What the period before is called."""
        return _("前の1年") if self.key == "365" else period_before(self.cut.period)


def read(query: Mapping[str, str], today: date) -> Chosen:
    """The cut of an address; a period that makes no sense is the default one, with a reason."""
    parts = {}
    for name in DIMENSIONS:
        given = query.get(name, "").replace("\0", "")[:60]
        if given:
            parts[name] = "" if given == NOWHERE else given
    key = query.get("days") or (FREE if query.get("first") or query.get("last") else DEFAULT)
    if key == FREE:
        try:
            return Chosen(Cut(free(query.get("first", ""), query.get("last", "")), parts), FREE)
        except Refused as refused:
            default = Cut(last_days(today, PERIODS[DEFAULT]), parts)
            return Chosen(default, DEFAULT, refused.message)
    key = key if key in PERIODS else DEFAULT
    return Chosen(Cut(last_days(today, PERIODS[key]), parts), key)


def free(first: str, last: str) -> Period:
    """The period from one day to another, both included; `Refused` where there is none."""
    try:
        period = Period(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        raise Refused(_("期間の最初の日と最後の日を選んでください。"), "bad_period") from None
    if period.first > period.last:
        raise Refused(_("最初の日は、最後の日より前にしてください。"), "bad_period")
    if not (period.first.year >= 2000 and period.last.year <= 2100 and period.days <= _MOST_DAYS):
        raise Refused(_("期間は10年までにしてください。"), "bad_period")
    return period
