"""One way from counted scores to a figure, for pages, API and digests alike."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from feedback.queries.compare import change, period_before
from feedback.queries.periods import (
    CES_SCALE,
    Period,
    score_counts,
    score_counts_by_segment,
    score_counts_by_week,
    weeks,
)
from feedback.stats import scores
from feedback.stats.differences import (
    Difference,
    ces_difference,
    csat_difference,
    nps_difference,
)
from voc.charts import Chart, Mark, Point, histogram, line_chart
from voc.templatetags.written import jmonth

# Fewer answers than this give no figure on a page (reference: interval ±38 points at 10).
LEAST_SHOWN = 10


def figure(kind: str, counts: dict[int, int]) -> scores.Score:
    """NPS, CSAT or CES of counted answers, with its interval and n."""
    if kind == "nps":
        promoters = counts.get(9, 0) + counts.get(10, 0)
        passives = counts.get(7, 0) + counts.get(8, 0)
        detractors = sum(counts.get(value, 0) for value in range(7))
        return scores.nps(promoters, passives, detractors)
    if kind == "ces":
        return scores.ces(counts, CES_SCALE)
    return scores.csat(*_satisfied(counts))


def groups(counts: dict[int, int]) -> tuple[int, int, int]:
    """(promoters, passives, detractors)."""
    return (
        counts.get(9, 0) + counts.get(10, 0),
        counts.get(7, 0) + counts.get(8, 0),
        sum(counts.get(value, 0) for value in range(7)),
    )


@dataclass(frozen=True, slots=True)
class ScorePage:
    """Everything the score page shows of one kind over one period."""

    kind: str
    period: Period
    current: scores.Score
    previous: scores.Score
    sentence: str
    histogram: Chart | None
    compact_histogram: Chart | None
    trend: Chart
    compact_trend: Chart
    counts: dict[int, int]
    groups: tuple[int, int, int]
    segments: list[tuple[str, scores.Score]]
    known_segments: list[str]


def score_page(
    kind: str, period: Period, *, today: date, segment: str = "", releases: list[tuple[date, str]]
) -> ScorePage:
    """Figure, comparison in words, distribution, trend and segments."""
    counts = score_counts(kind, period, segment)
    before = score_counts(kind, period.before, segment)
    current, previous = figure(kind, counts), figure(kind, before)
    by_segment = score_counts_by_segment(kind, period)
    points, marks = _moving(kind, today=today, segment=segment, releases=releases)
    return ScorePage(
        kind=kind,
        period=period,
        current=current,
        previous=previous,
        sentence=_comparison(kind, counts, before, period),
        histogram=_histogram(counts) if kind == "nps" else None,
        compact_histogram=_histogram(counts, compact=True) if kind == "nps" else None,
        trend=_drawn(kind, points, marks),
        compact_trend=_drawn(kind, points, marks, compact=True),
        counts=counts,
        groups=groups(counts),
        segments=[(name, figure(kind, by_segment[name])) for name in list(by_segment)[:12]],
        known_segments=list(by_segment),
    )


def difference(kind: str, before: dict[int, int], now: dict[int, int]) -> Difference:
    """How far NPS, CSAT or CES of counted answers moved; no verdict where a figure is hidden."""
    if kind == "nps":
        return nps_difference(groups(before), groups(now), least=LEAST_SHOWN)
    if kind == "ces":
        return ces_difference(before, now, scales=(CES_SCALE, CES_SCALE), least=LEAST_SHOWN)
    return csat_difference(_satisfied(before), _satisfied(now), least=LEAST_SHOWN)


def _satisfied(counts: dict[int, int]) -> tuple[int, int]:
    return counts.get(4, 0) + counts.get(5, 0), sum(counts.values())


def _comparison(kind: str, now: dict[int, int], before: dict[int, int], period: Period) -> str:
    """The difference between two periods in a sentence a shop manager understands."""
    n = sum(now.values())
    if 0 < n < LEAST_SHOWN:
        return ngettext(
            "回答が%(n)s件です。%(least)s件になると表示します。",
            "回答が%(n)s件です。%(least)s件になると表示します。",
            n,
        ) % {"n": n, "least": LEAST_SHOWN}
    return change(kind, difference(kind, before, now), against=period_before(period))


def _histogram(counts: dict[int, int], *, compact: bool = False) -> Chart:
    values = [counts.get(value, 0) for value in range(11)]
    total = sum(values)
    promoters, passives, detractors = groups(counts)
    summary = _("0から10までの回答の分布。回答%(n)s件、批判者%(d)s件、中立者%(p)s件、推奨者%(r)s件。") % {
        "n": total,
        "d": detractors,
        "p": passives,
        "r": promoters,
    }
    return histogram(values, summary=summary, compact=compact)


def _moving(
    kind: str, *, today: date, segment: str, releases: list[tuple[date, str]], number: int = 26
) -> tuple[list[Point], list[Mark]]:
    """The four-week figure at each week's end with its bounds, and the releases, read once."""
    mondays = weeks(today, number + 3)
    weekly = score_counts_by_week(kind, mondays, segment)
    points: list[Point] = []
    for index in range(3, len(mondays)):
        merged: dict[int, int] = {}
        for counts in weekly[index - 3 : index + 1]:
            for answer, count in counts.items():
                merged[answer] = merged.get(answer, 0) + count
        score = figure(kind, merged)
        known = score.n >= LEAST_SHOWN
        week = mondays[index]
        first_of_month = week.day <= 7
        points.append(
            Point(
                label=f"{week.year}/{week.month}/{week.day}",
                value=score.value if known else None,
                low=score.low if known else None,
                high=score.high if known else None,
                tick=jmonth(week) if first_of_month else "",
            )
        )
    shown = mondays[3:]
    marks = [
        Mark(max(i for i, week in enumerate(shown) if week <= day), title)
        for day, title in releases
        if shown and day >= shown[0]
    ]
    return points, marks


def _drawn(kind: str, points: list[Point], marks: list[Mark], *, compact: bool = False) -> Chart:
    name = kind.upper()
    last = next((p for p in reversed(points) if p.value is not None), None)
    if last is None:
        summary = _("%(name)sの推移。まだ表示できる回答数がありません。") % {"name": name}
    else:
        summary = _("%(name)sの推移。直近は%(value).1f、95％区間は%(low).1f から %(high).1f。") % {
            "name": name,
            "value": last.value,
            "low": last.low,
            "high": last.high,
        }
    return line_chart(
        points, summary=summary, releases=marks, headers=(_("週"), name), compact=compact
    )
