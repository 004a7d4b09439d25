"""Responses as an export reads them: in pieces by id, as texts; `cells` makes columns of those.

The database takes each answer out of the JSON; Python never builds an object for a response. A
piece is small and read by a range of ids, so that memory does not grow and nothing is skipped.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from django.db import connection
from django.db.models import (
    Case,
    F,
    Func,
    IntegerField,
    Max,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Concat
from django.db.models.lookups import Exact

from feedback.queries.comments import comments_for, masked
from feedback.text import masking
from surveys.models import Response, Survey
from surveys.queries.answers import HIDDEN
from surveys.queries.columns import Source, flag_labels
from surveys.queries.cuts import conditions
from voc.models import User

PIECE = 1_000

Texts = Sequence[str]
Cut = dict[str, Any]


def responses_in(survey: Survey, cut: Cut) -> QuerySet[Response]:
    """The responses of a cut {"first", "last", "parts"}: worked ones, as the figures count them."""
    rows = Response.objects.filter(survey=survey, state=Response.State.WORKED)
    if cut.get("first"):
        rows = rows.filter(local_day__gte=cut["first"])
    if cut.get("last"):
        rows = rows.filter(local_day__lte=cut["last"])
    return rows.filter(**conditions(cut.get("parts", {})))


def newest(rows: QuerySet[Response]) -> int:
    """The highest id: what comes in later belongs to another export."""
    return rows.aggregate(top=Max("pk"))["top"] or 0


def pieces(
    rows: QuerySet[Response], sources: Sequence[Source], *, user: User, up_to: int
) -> Iterator[Sequence[Texts]]:
    """Up to 1,000 responses at a time, oldest id first: for each source its values, as texts.

    A value is as it is stored, "" where nothing was answered; `cells` says what it means.
    """
    read = {f"c{n}": _Text(_read_by(source, user)) for n, source in enumerate(sources)}
    query = (
        rows.filter(pk__gt=_AFTER, pk__lte=up_to)
        .order_by("pk")
        .annotate(**read)
        .values_list("pk", *read)[:PIECE]
    )
    # Built once: to compile it for every piece would cost more than to read the piece.
    sql, parameters = query.query.sql_with_params()
    place = parameters.index(_AFTER)
    after = -1
    while True:
        with connection.cursor() as cursor:
            cursor.execute(sql, [*parameters[:place], after, *parameters[place + 1 :]])
            found = cursor.fetchall()
        if not found:
            return
        after = found[-1][0]
        short = len(found) < PIECE
        yield list(zip(*found, strict=True))[1:]
        if short:
            return


# Stands in the statement where the last id that was read belongs.
_AFTER = -7_061_957


def _read_by(source: Source, user: User) -> Any:
    """The expression that takes what this source needs out of a response."""
    if source.reads == "words":
        return _words(source, user)
    if source.key:
        return KeyTextTransform(source.key, "variants" if source.reads == "variant" else "answers")
    match source.reads:
        case "submitted_at":
            return _Tokyo("submitted_at")
        case "partial":
            return Cast("partial", IntegerField())
        case "customer":
            return F("customer__external_id")
    return F(source.reads)


class _Text(Func):
    """Anything as text, "" for NULL."""

    template = "COALESCE(CAST(%(expressions)s AS text), '')"
    output_field = TextField()


class _Tokyo(Func):
    """A moment as text, in Japan's time: nine hours ahead since 1951."""

    template = "((%(expressions)s AT TIME ZONE 'UTC') + INTERVAL '9 hours')"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        template = "strftime('%%%%Y-%%%%m-%%%%d %%%%H:%%%%M:%%%%S', %(expressions)s, '+9 hours')"
        return self.as_sql(compiler, connection, template=template, **more)


def _words(source: Source, user: User) -> Any:
    """The comment made from a free text, its mask in front: `[[0, 3, "…"]]text`, or NULL.

    "?" stands for a mask that the analysis has not made yet. A response without words looks up none.
    """
    which: Any = Value(f":{source.key}")
    if source.first_in:
        first = [
            When(Exact(OuterRef("survey_version"), number), then=Value(""))
            for number in source.first_in
        ]
        which = Case(*first, default=which)
    ref = Concat(
        Value("response:"), Cast(OuterRef("pk"), TextField()), which, output_field=TextField()
    )
    said = comments_for(user).filter(source="survey", source_ref=ref)
    spans = Case(
        When(analysed_version="", then=Value("?")),
        default=Cast("mask_spans", TextField()),
        output_field=TextField(),
    )
    pair = Concat(spans, "text", output_field=TextField())
    return Case(When(spoke=True, then=Subquery(said.values_list(pair))), default=None)


def cells(source: Source) -> Callable[[str], tuple[Any, ...]]:
    """From a stored value to one cell for each column of the source.

    A cell is None, a number, or a text: words masked, addresses and telephone numbers hidden.
    """
    nothing = (None,) * len(source.columns)
    read = _reader(source)
    return lambda value: read(value) if value else nothing


def _reader(source: Source) -> Callable[[str], tuple[Any, ...]]:
    match source.reads:
        case "words":
            return lambda value: (_with_mask(value),)
        case "masked":
            return lambda value: (masking.mask(value),)
        case "personal":
            return lambda value: (HIDDEN,)
        case "set":
            return partial(_set, source.items)
        case "ranks":
            return partial(_ranks, source.items)
        case "grid":
            return partial(_grid, source.items)
        case "flag":
            return lambda value: (int(value in ("1", "true")),)
        case "flags":
            return partial(_flags, flag_labels())
        case "submitted_at":
            return lambda value: (f"{value[:10]}T{value[11:19]}+09:00",)
    return lambda value: (value,)


def columns(sources: Sequence[Source], piece: Sequence[Texts]) -> list[Sequence[Any]]:
    """A piece as one list of cells for each column."""
    found: list[Sequence[Any]] = []
    for source, values in zip(sources, piece, strict=True):
        found += zip(*map(cells(source), values), strict=True)
    return found


def _with_mask(pair: str) -> str:
    """The text behind its spans, with private particulars replaced by what they are."""
    if pair.startswith("[]"):
        return pair[2:]
    if pair.startswith("?"):
        return masking.mask(pair[1:])
    spans, end = _decoder.raw_decode(pair)
    return masked(pair[end:], spans)


_decoder = json.JSONDecoder()


def _read(value: str, kind: type) -> Any:
    """The JSON of an answer; an empty one where it is of another kind (the question was changed)."""
    try:
        found = json.loads(value)
    except ValueError:
        found = None
    return found if isinstance(found, kind) else kind()


def _set(items: Sequence[str], value: str) -> tuple[int, ...]:
    chosen = _read(value, list)
    return tuple(int(item in chosen) for item in items)


def _ranks(items: Sequence[str], value: str) -> tuple[int | None, ...]:
    order = _read(value, list)
    return tuple(order.index(item) + 1 if item in order else None for item in items)


def _grid(items: Sequence[str], value: str) -> tuple[Any, ...]:
    rows = _read(value, dict)
    return tuple(rows.get(item) for item in items)


def _flags(labels: dict[str, str], value: str) -> tuple[str | None]:
    return ("、".join(labels.get(flag, str(flag)) for flag in _read(value, list)) or None,)
