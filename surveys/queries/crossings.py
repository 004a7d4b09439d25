"""Two things about the same responses, crossed: choices, groups of the score, where they belong."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q
from django.utils.translation import gettext as _

from feedback.queries.scores import LEAST_SHOWN
from feedback.stats.crosstabs import CrossTab, cross_tab
from surveys.models import Answer, Question, Survey
from surveys.queries.breakdowns import best_of, choices_of, labels_of
from surveys.queries.cuts import DIMENSIONS, Cut, column, responses
from surveys.queries.lookup import STRETCHES
from surveys.queries.names import dimension_name, part_name

SCORE = "score"
# More columns than this are no table that somebody reads.
MOST_PARTS = 20


@dataclass(frozen=True, slots=True)
class Axis:
    """One way of dividing the responses. `name` is what an address carries."""

    name: str
    label: str
    kind: str
    question: Question | None = None
    item: str = ""


@dataclass(frozen=True, slots=True)
class Crossing:
    rows: Axis
    columns: Axis
    # (id in an address, words)
    row_parts: list[tuple[str, str]]
    column_parts: list[tuple[str, str]]
    table: CrossTab
    sentence: str
    left_out: int


def axes_of(survey: Survey) -> list[Axis]:
    """What the responses of this survey can be divided by."""
    axes = []
    if survey.kind in ("nps", "csat"):
        axes.append(Axis(SCORE, _("%(kind)sのグループ") % {"kind": survey.kind.upper()}, survey.kind))
    headline = True
    for question in Question.objects.filter(survey=survey, retired=False).order_by("position"):
        if question.kind == survey.kind and headline:
            headline = False
        elif question.kind in ("single", "nps", "csat", "ces", "rating"):
            axes.append(Axis(question.key, question.label, question.kind, question))
        elif question.kind == "multiple":
            names = labels_of(survey, [question])[question.pk]
            axes += [
                Axis(f"{question.key}:{one}", f"{question.label}：{names.get(one, one)}", "multiple", question, one)
                for one in choices_of(question, ())
            ]
    return axes + [Axis(f".{name}", dimension_name(name), name) for name in DIMENSIONS]


def crossing(survey: Survey, cut: Cut, rows: Axis, columns: Axis) -> Crossing:
    """Counts of everybody who is on both axes, small groups hidden, and whether they differ."""
    people = responses(survey.pk, cut)
    for alias, axis in (("one", rows), ("two", columns)):
        people = _joined(people, alias, axis)
    found = people.values_list(_place("one", rows), _place("two", columns)).annotate(n=Count("*")).order_by()
    counts: dict[tuple[str, str], int] = {}
    left_out = 0
    for one, two, n in found:
        row, col = _part(rows, one), _part(columns, two)
        if row is None or col is None:
            left_out += n
            continue
        counts[row, col] = counts.get((row, col), 0) + n
    row_parts = _parts(survey, rows, {one for one, _two in counts})[:MOST_PARTS]
    column_parts = _parts(survey, columns, {two for _one, two in counts})[:MOST_PARTS]
    table = cross_tab(
        [[counts.get((one, two), 0) for two, _label in column_parts] for one, _label in row_parts],
        least=LEAST_SHOWN,
    )
    return Crossing(rows, columns, row_parts, column_parts, table, _sentence(table), left_out)


def _joined(people: Any, alias: str, axis: Axis) -> Any:
    if axis.question is None:
        return people
    condition = Q(typed__question=axis.question)
    if axis.kind == "multiple":
        # Not chosen is said only of those who answered the question at all.
        people = people.filter(Exists(Answer.objects.filter(response=OuterRef("pk"), question=axis.question)))
        condition &= Q(typed__item=axis.item)
    people = people.annotate(**{alias: FilteredRelation("typed", condition=condition)})
    return people if axis.kind == "multiple" else people.filter(**{f"{alias}__isnull": False})


def _place(alias: str, axis: Axis) -> Any:
    if axis.name == SCORE:
        return F("score")
    if axis.question is None:
        return F(column(axis.kind))
    if axis.kind == "multiple":
        return F(f"{alias}__item")
    return F(f"{alias}__choice") if axis.kind == "single" else F(f"{alias}__number")


def _part(axis: Axis, value: Any) -> str | None:
    """The part of the axis that a stored value belongs to; None is on no part."""
    if axis.kind == "multiple":
        return "yes" if value else "no"
    if value is None:
        return None
    for name, points in STRETCHES.get(axis.kind, {}).items():
        if value in points:
            return name
    return str(value)


def _parts(survey: Survey, axis: Axis, met: set[str]) -> list[tuple[str, str]]:
    """The parts in order, with their words; those that nobody is in are left out of lists that grow."""
    if axis.kind == "multiple":
        return [("yes", _("選んだ")), ("no", _("選んでいない"))]
    if axis.kind in STRETCHES:
        names: Mapping[str, str] = {
            "promoter": _("推奨者（9〜10）"), "passive": _("中立者（7〜8）"), "detractor": _("批判者（0〜6）"),
            "satisfied": _("満足（4〜5）"), "other": _("それ以外（1〜3）"),
        }  # fmt: skip
        return [(name, names[name]) for name in STRETCHES[axis.kind]]
    if axis.question is None:
        return [(part, part_name(axis.kind, part)) for part in sorted(met)]
    if axis.kind == "single":
        words = labels_of(survey, [axis.question], {axis.question.pk: {("", part): 1 for part in met}})
        labels = words[axis.question.pk]
        return [(one, labels.get(one, one)) for one in choices_of(axis.question, met)]
    return [(str(point), str(point)) for point in range(1, best_of(axis.question) + 1)]


def _sentence(table: CrossTab) -> str:
    found = table.association
    if found.verdict == "differs":
        return _("行によって答えの割合に差があります。")
    if found.verdict == "same":
        return _("行の間の差は、誤差の範囲です。")
    if found.reason == "hidden":
        return _("人数の少ないグループを伏せたため、差があるかは判断できません。")
    return _("比べられる人数のグループが2つ以上ありません。")
