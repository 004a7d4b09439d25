"""Daily counts beside the responses: headline, every question, and the headline by its cuts."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Count, Model, Q, QuerySet
from django.db.models.functions import Coalesce

from surveys.models import Answer, AnswerDay, CutDay, Response, ResponseDay
from voc import tallies

_RESPONSE = ("survey_id", "local_day", "value")
_ANSWER = ("question_id", "local_day", "item", "value")
_CUT = ("survey_id", "dimension", "local_day", "part", "value")
_WORDS = ("count", "with_words")


def count(
    response: Response, value: int | None, words: bool, answers: Iterable[Answer], sign: int = 1
) -> None:
    """Counts one worked response in (or, with sign −1, out of) its day."""
    place = ResponseDay.NO_SCORE if value is None else value
    cell = (response.survey_id, response.local_day, place)
    tallies.add(ResponseDay, _RESPONSE, {cell: (sign, sign * int(words))}, numbers=_WORDS)
    given: Counter[tuple[Any, ...]] = Counter()
    several = set()
    for answer in answers:
        given[answer.question_id, answer.local_day, answer.item, value_of(answer)] += 1
        if answer.item:
            several.add((answer.question_id, answer.local_day, "", ""))
    given.update(several)
    tallies.add(AnswerDay, _ANSWER, {cell: sign * n for cell, n in given.items()})
    cuts = {
        (response.survey_id, dimension, response.local_day, part, place): sign
        for dimension, part in parts_of(response).items()
    }
    tallies.add(CutDay, _CUT, cuts)


def value_of(answer: Answer) -> str:
    """What a day is counted by: the choice, else the point or rank, else only "answered"."""
    if answer.choice:
        return answer.choice
    return "" if answer.number is None else str(answer.number)


def parts_of(response: Response) -> dict[str, str]:
    """Dimension → where this response belongs; "" is "not known"."""
    parts = {
        "channel": response.channel,
        "language": response.language,
        "device": response.device,
        "version": str(response.survey_version),
        "segment": response.segment,
    }
    marks = marks_of(response.flags, response.partial)
    return parts | {CutDay.QUALITY: marks} if marks else parts


def marks_of(flags: Iterable[str], partial: bool) -> str:
    """What is odd or missing about a response, in one word for the day's count; "" is nothing."""
    return ",".join(sorted({*flags, CutDay.PARTIAL} if partial else set(flags)))


def rebuild_days(progress: Callable[[int, int], None] = lambda done, total: None) -> dict[str, int]:
    """Counts the days of every survey again from the rows; {"checked", "changed"} in cells."""
    checked = changed = 0
    steps: list[Callable[[], tuple[int, int]]] = [_responses, _answers]
    steps += [partial(_cuts, dimension) for dimension in CutDay.DIMENSIONS] + [_quality]
    for index, step in enumerate(steps):
        with transaction.atomic():
            seen, differed = step()
        checked, changed = checked + seen, changed + differed
        progress(index + 1, len(steps))
    return {"checked": checked, "changed": changed}


# Differences are added, values never set: answers worked meanwhile keep their place.


def _place() -> Any:
    return Coalesce("score", ResponseDay.NO_SCORE)


def _worked() -> QuerySet[Response]:
    return Response.objects.filter(state=Response.State.WORKED)


def _responses() -> tuple[int, int]:
    counted = (
        _worked()
        .annotate(value=_place())
        .values_list(*_RESPONSE)
        .annotate(n=Count("pk"), m=Count("pk", filter=Q(spoke=True)))
        .order_by()
    )
    true = {tuple(row[:3]): tuple(row[3:]) for row in counted}
    kept = {tuple(row[:3]): tuple(row[3:]) for row in ResponseDay.objects.values_list(*_RESPONSE, *_WORDS)}
    return _mend(ResponseDay, _RESPONSE, true, kept, numbers=_WORDS)


def _answers() -> tuple[int, int]:
    counted = (
        Answer.objects.filter(response__state=Response.State.WORKED)
        .values_list("question_id", "local_day", "item", "choice", "number")
        .annotate(n=Count("pk"))
        .order_by()
    )
    true: Counter[Any] = Counter()
    for question, day, item, choice, number, n in counted:
        true[question, day, item, choice or ("" if number is None else str(number))] += n
    people = (
        Answer.objects.filter(response__state=Response.State.WORKED)
        .exclude(item="")
        .values_list("question_id", "local_day")
        .annotate(n=Count("response", distinct=True))
        .order_by()
    )
    for question, day, n in people:
        true[question, day, "", ""] += n
    kept = {tuple(row[:4]): row[4] for row in AnswerDay.objects.values_list(*_ANSWER, "count")}
    return _mend(AnswerDay, _ANSWER, true, kept)


def _cuts(dimension: str) -> tuple[int, int]:
    column = "survey_version" if dimension == "version" else dimension
    counted = (
        _worked()
        .annotate(value=_place())
        .values_list("survey_id", "local_day", column, "value")
        .annotate(n=Count("pk"))
        .order_by()
    )
    true = {
        (survey, dimension, day, str(part), value): n for survey, day, part, value, n in counted
    }
    return _mend(CutDay, _CUT, true, _kept_cuts(dimension))


def _quality() -> tuple[int, int]:
    counted = (
        _worked()
        .filter(Q(partial=True) | ~Q(flags=[]))
        .annotate(value=_place())
        .values_list("survey_id", "local_day", "flags", "partial", "value")
        .annotate(n=Count("pk"))
        .order_by()
    )
    true: Counter[Any] = Counter()
    for survey, day, flags, is_partial, value, n in counted:
        true[survey, CutDay.QUALITY, day, marks_of(flags, is_partial), value] += n
    return _mend(CutDay, _CUT, true, _kept_cuts(CutDay.QUALITY))


def _kept_cuts(dimension: str) -> dict[Any, int]:
    rows = CutDay.objects.filter(dimension=dimension).values_list(*_CUT, "count")
    return {tuple(row[:5]): row[5] for row in rows}


def _mend(
    model: type[Model],
    columns: tuple[str, ...],
    true: Mapping[Any, Any],
    kept: Mapping[Any, Any],
    *,
    numbers: tuple[str, ...] = ("count",),
) -> tuple[int, int]:
    changes = tallies.differences(true, kept)
    tallies.add(model, columns, changes, numbers=numbers)
    model._default_manager.filter(**dict.fromkeys(numbers, 0)).delete()
    return len(true), len(changes)
