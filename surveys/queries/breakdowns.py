"""What was answered to each question of a survey, counted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext as _

from feedback.queries.scores import LEAST_SHOWN, figure
from feedback.stats import scores
from feedback.stats.crosstabs import association
from feedback.stats.scores import Score
from surveys.models import Answer, AnswerDay, Question, Response, Survey, SurveyVersion
from surveys.queries import compared
from surveys.queries.compared import PartRow
from surveys.queries.cuts import Counts, Cut, chosen
from surveys.questions.asked import OTHER, SCALES, SCORES, SHOWN

# Kinds whose one answer is stored as several rows.
_SEVERAL = ("multiple", "matrix", "ranking")
# (item, value) → number of answers, as `AnswerDay` has them.
Cells = dict[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Line:
    """One point, choice or rank: how many gave it, and their share of those who answered."""

    value: str
    label: str
    count: int
    fraction: float


@dataclass(frozen=True, slots=True)
class MatrixRow:
    item: str
    label: str
    n: int
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Ranked:
    """The place a choice was given on average (1 is best), and how often it came first."""

    item: str
    label: str
    n: int
    mean: float | None
    firsts: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The answers to one question. Below the least number only n is told."""

    question: Question
    n: int
    enough: bool
    lines: list[Line] = field(default_factory=list)
    matrix: list[MatrixRow] = field(default_factory=list)
    ranking: list[Ranked] = field(default_factory=list)
    score: Score | None = None
    quartiles: tuple[Decimal, Decimal, Decimal] | None = None
    wordings: list[PartRow] = field(default_factory=list)
    wording_sentence: str = ""

    @property
    def columns(self) -> list[str]:
        return [line.label for line in self.matrix[0].lines] if self.matrix else []


def breakdowns(survey: Survey, cut: Cut) -> list[Breakdown]:
    """Every question in order; those that are no longer asked come last, if anybody answered."""
    asked = [q for q in Question.objects.filter(survey=survey).order_by("retired", "position", "pk") if q.kind not in SHOWN]
    cells = cells_of(survey, cut, asked)
    names = labels_of(survey, asked, cells)
    return [
        _breakdown(question, cells[question.pk], names[question.pk], cut)
        for question in asked
        if not question.retired or cells[question.pk]
    ]


def cells_of(survey: Survey, cut: Cut, asked: Iterable[Question]) -> dict[int, Cells]:
    """Question → cells: from the daily counts, or from the answers where a choice is made."""
    found: dict[int, Cells] = defaultdict(dict)
    if not cut.parts:
        days = AnswerDay.objects.filter(
            question__survey=survey, local_day__gte=cut.period.first, local_day__lte=cut.period.last
        )
        summed = days.values_list("question_id", "item", "value").annotate(n=Sum("count"))
        for question, item, value, n in summed.filter(n__gt=0).order_by():
            found[question][item, value] = n
        return found
    rows = answers(survey, cut).filter(question__in=[question.pk for question in asked])
    counted = rows.values_list("question_id", "item", "choice", "number").annotate(n=Count("*"))
    for question, item, choice, number, n in counted.order_by():
        cell = (item, value_of(choice, number))
        found[question][cell] = found[question].get(cell, 0) + n
    several = [question.pk for question in asked if question.kind in _SEVERAL]
    if several:
        people = rows.filter(question__in=several).values_list("question_id")
        for question, n in people.annotate(n=Count("response", distinct=True)).order_by():
            found[question]["", ""] = n
    return found


def value_of(choice: str, number: int | None) -> str:
    return choice or ("" if number is None else str(number))


def answers(survey: Survey, cut: Cut) -> QuerySet[Answer]:
    """The typed answers of the responses of a cut."""
    return Answer.objects.filter(
        local_day__gte=cut.period.first,
        local_day__lte=cut.period.last,
        # Of both tables, so that either can be read first.
        response__survey=survey,
        response__local_day__gte=cut.period.first,
        response__local_day__lte=cut.period.last,
        response__state=Response.State.WORKED,
        **chosen(cut, "response__"),
    )


def labels_of(
    survey: Survey, asked: Iterable[Question], cells: Mapping[int, Cells] | None = None
) -> dict[int, dict[str, str]]:
    """Question → id of a choice or row → its words, those of older versions included if met."""
    found = {question.pk: _labels(question.options) for question in asked}
    strange = any(
        name and name not in found[pk] and not name.isdigit()
        for pk in found
        for cell in (cells or {}).get(pk, ())
        for name in cell
    )
    if strange:
        for content in SurveyVersion.objects.filter(survey=survey).order_by("-number").values_list("content", flat=True)[:20]:
            for row in content["questions"]:
                old = _labels(row.get("options") or {})
                if row["pk"] in found:
                    found[row["pk"]] = old | found[row["pk"]]
    return found


def _labels(options: Mapping[str, Any]) -> dict[str, str]:
    rows = [*options.get("choices", ()), *options.get("rows", ())]
    # A row and a choice may share an id: `_row_labels` asks for the rows alone.
    found = {row["id"]: str(row["label"]) for row in reversed(rows)}
    return {**found, OTHER: _("その他")} if options.get(OTHER) else found


def _breakdown(question: Question, cells: Cells, names: dict[str, str], cut: Cut) -> Breakdown:
    n = answered(cells)
    enough = n >= LEAST_SHOWN
    if not enough:
        return Breakdown(question, n, enough=False)
    more: dict[str, Any] = {}
    match question.kind:
        case kind if kind in SCALES:
            counts = points_of(cells)
            more["score"] = score_of(question, counts)
            more["lines"] = [
                Line(str(point), _point_label(question, point), counts.get(point, 0), counts.get(point, 0) / n)
                for point in range(best_of(question), 0 if kind != "nps" else -1, -1)
            ]
        case "single" | "consent":
            given = {value: number for (_item, value), number in cells.items() if value}
            more["lines"] = _lines(choices_of(question, given), given, names, n)
        case "multiple":
            given = {item: number for (item, _value), number in cells.items() if item}
            more["lines"] = _lines(choices_of(question, given), given, names, n)
        case "matrix":
            more["matrix"] = _matrix(question, cells, names)
        case "ranking":
            more["ranking"] = _ranking(question, cells, names)
        case "number":
            more["quartiles"] = quartiles(question, cut, n)
    if question.variants:
        more["wordings"], more["wording_sentence"] = _wordings(question, cut)
    return Breakdown(question, n, enough=True, **more)


def answered(cells: Cells) -> int:
    """How many answered the question at all."""
    items = any(item for item, _value in cells)
    return cells.get(("", ""), 0) if items else sum(cells.values())


def points_of(cells: Cells) -> Counts:
    return {int(value): n for (_item, value), n in cells.items() if value.lstrip("-").isdigit()}


def best_of(question: Question) -> int:
    fixed = {"nps": 10, "csat": 5, "ces": 7}
    return fixed.get(question.kind) or int(question.options.get("points", 5))


def score_of(question: Question, counts: Counts) -> Score:
    """NPS, CSAT or CES of the answers; of another scale the mean, with its interval."""
    if question.kind in SCORES:
        return figure(question.kind, counts)
    top = best_of(question)
    return scores.ces({point: n for point, n in counts.items() if 1 <= point <= top}, top)


def _point_label(question: Question, point: int) -> str:
    ends = {best_of(question): question.high_label, 0 if question.kind == "nps" else 1: question.low_label}
    return f"{point}　{ends[point]}" if ends.get(point) else str(point)


def choices_of(question: Question, given: Iterable[str]) -> list[str]:
    """Ids in the order of the question; those that only older answers have come last."""
    if question.kind == "consent":
        return ["yes"]
    known = [row["id"] for row in question.options.get("choices", ())]
    known += [OTHER] if question.options.get(OTHER) else []
    return known + sorted(set(given) - set(known))


def _lines(ids: Iterable[str], given: Mapping[str, int], names: Mapping[str, str], n: int) -> list[Line]:
    said = {"yes": _("同意した"), **names}
    return [Line(one, said.get(one, one), given.get(one, 0), given.get(one, 0) / n if n else 0.0) for one in ids]


def _matrix(question: Question, cells: Cells, names: dict[str, str]) -> list[MatrixRow]:
    titles = {row["id"]: str(row["label"]) for row in question.options.get("rows", ())}
    rows = [*titles, *sorted({item for item, _value in cells if item} - set(titles))]
    columns = choices_of(question, {value for _item, value in cells if value})
    choice_names = names | {row["id"]: str(row["label"]) for row in question.options.get("choices", ())}
    found = []
    for item in rows:
        given = {value: n for (row, value), n in cells.items() if row == item}
        n = sum(given.values())
        found.append(MatrixRow(item, titles.get(item, names.get(item, item)), n, _lines(columns, given, choice_names, n)))
    return found


def _ranking(question: Question, cells: Cells, names: dict[str, str]) -> list[Ranked]:
    found = []
    for item in choices_of(question, {item for item, _value in cells if item}):
        ranks = {int(value): n for (row, value), n in cells.items() if row == item and value}
        n = sum(ranks.values())
        mean = sum(rank * times for rank, times in ranks.items()) / n if n else None
        found.append(Ranked(item, names.get(item, item), n, mean, ranks.get(1, 0)))
    return sorted(found, key=lambda row: (row.mean is None, row.mean))


def quartiles(question: Question, cut: Cut, n: int) -> tuple[Decimal, Decimal, Decimal] | None:
    """Lower quartile, median and upper quartile of the numbers given: the smallest value that at
    least a quarter, half, three quarters do not exceed. Read as a stream of distinct values."""
    rows = of_question(question, cut).exclude(amount=None).values_list("amount").annotate(n=Count("*"))
    counted = list[Decimal]()
    marks = [n / 4, n / 2, 3 * n / 4]
    seen = 0
    last: Decimal | None = None
    for amount, times in rows.order_by("amount").iterator(chunk_size=2_000):
        seen += times
        last = amount
        while len(counted) < 3 and seen >= marks[len(counted)]:
            counted.append(amount)
        if len(counted) == 3:
            break
    if last is None:
        return None
    counted += [last] * (3 - len(counted))
    return counted[0], counted[1], counted[2]


def of_question(question: Question, cut: Cut) -> QuerySet[Answer]:
    return answers(question.survey, cut).filter(question=question)


def _wordings(question: Question, cut: Cut) -> tuple[list[PartRow], str]:
    """Each wording beside the others: the same question, asked in other words."""
    rows = (
        of_question(question, cut)
        .annotate(wording=KeyTextTransform(question.key, F("response__variants")))
        .values_list("wording", "item", "choice", "number")
        .annotate(n=Count("*"))
        .order_by()
    )
    tables: dict[str, dict[str, int]] = {"": {}} | {row["id"]: {} for row in question.variants}
    for wording, item, choice, number, n in rows:
        table = tables.setdefault(wording or "", {})
        value = f"{item} {value_of(choice, number)}".strip()
        table[value] = table.get(value, 0) + n
    if question.kind in SCORES:
        found = compared.parts_of(
            question.kind, {name: {int(v): n for v, n in table.items()} for name, table in tables.items()}
        )
        return found.rows, found.sentence
    if question.kind not in ("single", "rating"):
        return [], ""
    names = [name for name, table in tables.items() if sum(table.values()) >= LEAST_SHOWN]
    values = sorted({value for table in tables.values() for value in table})
    lines = [PartRow(name, n if n >= LEAST_SHOWN else None, None) for name, n in ((name, sum(t.values())) for name, t in tables.items())]
    verdict = association([[tables[name].get(value, 0) for value in values] for name in names]).verdict
    said = {
        "differs": _("言い方によって答えに差があります。"),
        "same": _("言い方の間の差は、誤差の範囲です。"),
    }
    return lines, said.get(verdict, _("比べられる人数のグループが2つ以上ありません。"))
