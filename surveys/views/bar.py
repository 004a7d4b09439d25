"""What stands above every page of results: the four views, and the bar that narrows them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from surveys.forms.answer import CHANNELS
from surveys.forms.cut import FREE, NOWHERE, Chosen
from surveys.models import Survey
from surveys.queries.cuts import by_part
from surveys.queries.names import dimension_name, part_name

_TONES = {"draft": "dashed", "published": "matsu", "closed": ""}


def tone_of(survey: Survey) -> str:
    return _TONES[survey.state]


@dataclass(frozen=True, slots=True)
class Select:
    """One choice of the bar: (value, words, chosen)."""

    name: str
    label: str
    options: list[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True)
class Bar:
    periods: list[tuple[str, str, bool]]
    selects: list[Select]
    free: bool
    first: str
    last: str
    error: str
    # What is chosen, and the address without it.
    active: list[tuple[str, str]]
    clear: str


def tabs_of(survey: Survey, chosen: Chosen, here: str) -> list[tuple[str, str, bool]]:
    """(words, address, current) of the views; each keeps the choice."""
    names = {
        "survey": _("概要"),
        "survey-questions": _("質問ごと"),
        "survey-compare": _("比べる"),
        "survey-responses": _("回答"),
    }
    return [
        (words, chosen.url(reverse(name, args=[survey.pk])), name == here)
        for name, words in names.items()
    ]


def bar_of(survey: Survey, chosen: Chosen, segments: Iterable[str] | None = None) -> Bar:
    """The bar; `segments` are those of the period, where the page has counted them anyway."""
    if segments is None:
        segments = by_part(survey.pk, chosen.cut, "segment")
    parts: dict[str, list[str]] = {
        "segment": sorted(segments, key=lambda part: (not part, part)),
        "channel": [*sorted(CHANNELS), "api"],
        "language": list(survey.languages),
        "version": [str(number) for number in range(1, survey.version + 1)][-30:],
        "device": ["phone", "tablet", "desktop", ""],
    }
    selects = []
    for name, known in parts.items():
        now = chosen.cut.parts.get(name)
        known = known if now is None or now in known else [*known, now]
        if len(known) > 1 or now is not None:
            options = [(part or NOWHERE, part_name(name, part), part == now) for part in known]
            selects.append(Select(name, dimension_name(name), options))
    period = chosen.cut.period
    keys = {"28": _("4週間"), "91": _("13週間"), "365": _("1年"), FREE: _("自由に選ぶ")}
    active = [
        (part_name(name, part), chosen.url("", **{name: None}) or "?")
        for name, part in chosen.cut.parts.items()
    ]
    return Bar(
        periods=[(key, words, key == chosen.key) for key, words in keys.items()],
        selects=selects,
        free=chosen.key == FREE,
        first=period.first.isoformat(),
        last=period.last.isoformat(),
        error=chosen.error,
        active=active,
        clear="?" if chosen.key != FREE else f"?days=free&first={period.first}&last={period.last}",
    )

