"""One way of looking at what came back: a period, and whose answers. All figures count through here.

Nothing or one thing chosen is read from the daily counts; several things together are counted from
the index `response_cut`, which holds every column asked for here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncMonth, TruncWeek

from feedback.queries.periods import Period
from surveys.models import CutDay, Response, ResponseDay

# What answers can be cut by, in the order in which the page offers it.
DIMENSIONS = ("segment", "channel", "language", "version", "device")
_COLUMNS = {"version": "survey_version"}
Counts = dict[int, int]


@dataclass(frozen=True, slots=True)
class Cut:
    """Answers of these days; `parts` says where they belong ("" is "not known")."""

    period: Period
    parts: Mapping[str, str] = field(default_factory=dict)

    def without(self, dimension: str) -> "Cut":
        return Cut(self.period, {k: v for k, v in self.parts.items() if k != dimension})

    @property
    def before(self) -> "Cut":
        """The same answers in the period of the same length before."""
        return Cut(self.period.before, self.parts)


def column(dimension: str) -> str:
    """The column of a response that this dimension is read from."""
    return _COLUMNS.get(dimension, dimension)


def responses(survey_id: int, cut: Cut) -> QuerySet[Response]:
    """The responses that are counted, each a row."""
    return Response.objects.filter(
        survey=survey_id,
        local_day__gte=cut.period.first,
        local_day__lte=cut.period.last,
        state=Response.State.WORKED,
        **chosen(cut),
    )


def chosen(cut: Cut, prefix: str = "") -> dict[str, Any]:
    """The cut's parts as conditions on the columns of a response, reached through `prefix`."""
    return conditions(cut.parts, prefix)


def conditions(parts: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Dimension → part as conditions on the columns of a response."""
    return {prefix + column(name): typed(name, part) for name, part in parts.items()}


def typed(dimension: str, part: Any) -> Any:
    """The part as its column holds it; a version that cannot be is −1, which no answer has."""
    if dimension != "version":
        return part
    text = str(part)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def tally(survey_id: int, cut: Cut, *by: str) -> list[Any]:
    """(…, number of responses) for each combination of `by`: value, week, month, local_day.

    `value` is the headline score, −1 where none was given.
    """
    rows: Any
    number: Any
    if len(cut.parts) > 1:
        rows = responses(survey_id, cut).annotate(value=Coalesce("score", ResponseDay.NO_SCORE))
        number = Count("*")
    else:
        rows, number = _days(survey_id, cut), Sum("count")
    # Weeks and months are made by the database: it returns a row for each, not for each day.
    starts = {"week": TruncWeek("local_day"), "month": TruncMonth("local_day")}
    rows = rows.annotate(**{name: starts[name] for name in by if name in starts})
    return list(rows.values_list(*by).annotate(n=number).filter(n__gt=0).order_by())


def _days(survey_id: int, cut: Cut) -> QuerySet[Any]:
    when = {"local_day__gte": cut.period.first, "local_day__lte": cut.period.last}
    for dimension, part in cut.parts.items():
        return CutDay.objects.filter(survey=survey_id, dimension=dimension, part=part, **when)
    return ResponseDay.objects.filter(survey=survey_id, **when)


def by_part(survey_id: int, cut: Cut, dimension: str) -> dict[str, Counts]:
    """Part → value → number, for every part of one dimension; the cut's own choice of it is left out."""
    cut = cut.without(dimension)
    rows: Iterable[Any]
    if cut.parts:
        rows = (
            responses(survey_id, cut)
            .annotate(part=F(column(dimension)), value=Coalesce("score", ResponseDay.NO_SCORE))
            .values_list("part", "value")
            .annotate(n=Count("*"))
            .order_by("part")
        )
    else:
        rows = (
            CutDay.objects.filter(
                survey=survey_id,
                dimension=dimension,
                local_day__gte=cut.period.first,
                local_day__lte=cut.period.last,
            )
            .values_list("part", "value")
            .annotate(n=Sum("count"))
            .filter(n__gt=0)
            .order_by("part")
        )
    found: dict[str, Counts] = {}
    for part, value, number in rows:
        found.setdefault(str(part), {})[value] = number
    return found


def scored(counts: Mapping[int, int]) -> Counts:
    """Without those who gave no score: they are in no denominator."""
    return {value: n for value, n in counts.items() if value != ResponseDay.NO_SCORE}
