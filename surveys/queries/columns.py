"""The columns of an export: made from every publication of a survey, so that they stay.

A question that was taken out keeps its column, a choice that was taken out keeps its own. Names
are keys and ids, which never change; labels are those of the newest publication that had them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from django.utils.translation import gettext as _

from surveys.models import Question, Survey, SurveyVersion
from surveys.queries import definitions
from surveys.queries.definitions import Definition
from surveys.questions.asked import OTHER, SCALES, SHOWN, Asked


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `kind` is number, flag (0 or 1), code (an id with a label), day, moment or text."""

    name: str
    label: str
    kind: str
    # What the values mean, by value.
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """What is read from the database for some neighbouring columns.

    `reads` says how: scalar (as it is), list and row (JSON, expanded by `items`), personal, masked,
    words (free text with its mask), or the name of a field of the response.
    """

    reads: str
    columns: tuple[Column, ...]
    key: str = ""
    items: tuple[str, ...] = ()
    # Of free words: the versions in which this is the first such question.
    first_in: tuple[int, ...] = ()


_SCALAR = {
    **dict.fromkeys(SCALES, "number"), "number": "number", "date": "day", "single": "code",
    "consent": "flag",
}  # fmt: skip


def sources_of(survey: Survey, *, with_people: bool = False) -> list[Source]:
    """Everything that a row of this survey consists of, in order."""
    published = _publications(survey)
    found: dict[str, list[Asked]] = {}
    for definition in published:
        for question in definition.questions:
            found.setdefault(question.key, []).append(question)
    places = Question.objects.filter(survey=survey).order_by("position", "retired", "pk")
    order = [key for key in places.values_list("key", flat=True) if key in found]
    keys = [*order, *(key for key in found if key not in order)]
    sources = [
        source
        for key in keys
        if found[key][0].kind not in SHOWN
        for source in _question(found[key], published)
        if source.columns
    ]
    variants = [found[key] for key in keys if any(question.variants for question in found[key])]
    return sources + _response(variants, with_people=with_people)


def _publications(survey: Survey) -> list[Definition]:
    """Newest first."""
    rows = SurveyVersion.objects.filter(survey=survey).order_by("-number")
    published = [definitions.thaw(survey, row.content, row.number) for row in rows]
    if not any(one.version == survey.version for one in published):
        # A draft, or a survey without a kept publication: its present words.
        published.insert(0, definitions.thaw(survey, definitions.freeze(survey), survey.version))
    return published


def _question(asked: list[Asked], published: list[Definition]) -> list[Source]:
    newest = asked[0]
    key, label, kind = newest.key, newest.words("").label or newest.key, newest.kind
    choices = _labels(asked, "choices")
    make = partial(Source, key=key)
    if kind in ("multiple", "ranking"):
        each = "flag" if kind == "multiple" else "number"
        columns = tuple(
            Column(f"{key}.{one}", f"{label}［{name}］", each) for one, name in choices.items()
        )
        source = make("set" if kind == "multiple" else "ranks", columns, items=tuple(choices))
    elif kind == "matrix":
        rows = _labels(asked, "rows")
        columns = tuple(
            Column(f"{key}.{row}", f"{label}［{name}］", "code", choices)
            for row, name in rows.items()
        )
        source = make("grid", columns, items=tuple(rows))
    elif kind == "long":
        first_in = tuple(one.version for one in published if one.comment and one.comment.key == key)
        source = make("words", (Column(key, label, "text"),), first_in=first_in)
    elif kind in ("email", "phone"):
        source = make("personal", (Column(key, label, "text"),))
    elif kind in _SCALAR:
        column = Column(key, label, _SCALAR[kind], choices if kind == "single" else {})
        source = make("flag" if kind == "consent" else "scalar", (column,))
    else:
        source = make("masked", (Column(key, label, "text"),))
    if OTHER not in choices or kind not in ("single", "multiple"):
        return [source]
    # A choice may not be called "text": ids are checked, but old ones could be.
    other = Column(
        f"{key}.{OTHER}_text", _("%(question)s（その他の内容）") % {"question": label}, "text"
    )
    return [source, Source("masked", (other,), key=f"{key}.{OTHER}")]


def _labels(asked: Iterable[Asked], name: str) -> dict[str, str]:
    """Every choice (or row) there ever was, by id."""
    labels: dict[str, str] = {}
    for question in asked:
        for row in question.options.get(name, ()):
            labels.setdefault(str(row["id"]), str(row["label"]))
    if name == "choices" and any(question.options.get(OTHER) for question in asked):
        labels.pop(OTHER, None)
        labels[OTHER] = _("その他")
    return labels


def _response(variants: list[list[Asked]], *, with_people: bool) -> list[Source]:
    def one(
        reads: str, name: str, label: str, kind: str, labels: Mapping[str, str] | None = None
    ) -> Source:
        return Source(reads, (Column(name, label, kind, labels or {}),))

    sources = [
        one("id", "_id", _("回答番号"), "number"),
        one("submitted_at", "_submitted_at", _("回答日時"), "moment"),
        one("local_day", "_day", _("回答日"), "day"),
        one("channel", "_channel", _("経路"), "code", channel_labels()),
        one("language", "_language", _("言語"), "text"),
        one("device", "_device", _("端末"), "code", device_labels()),
        one("segment", "_segment", _("区分"), "text"),
        one("survey_version", "_version", _("版"), "number"),
        one("partial", "_partial", _("途中まで"), "flag"),
        one("flags", "_flags", _("気になる点"), "text"),
    ]
    for asked in variants:
        ids = {str(row["id"]): str(row.get("label", "")) for q in asked for row in q.variants}
        label = _("%(question)s（文面）") % {"question": asked[0].words("").label}
        column = Column(f"{asked[0].key}._variant", label, "code", ids)
        sources.append(Source("variant", (column,), key=asked[0].key))
    if with_people:
        sources.append(one("customer", "_customer", _("お客様番号"), "text"))
    return sources


def channel_labels() -> dict[str, str]:
    """What the ways of coming here are called."""
    return {"link": _("リンク"), "qr": "QR", "mail": _("メール"), "kiosk": _("店頭"), "api": "API"}


def device_labels() -> dict[str, str]:
    """What the devices are called."""
    return {"phone": _("スマートフォン"), "tablet": _("タブレット"), "desktop": _("パソコン")}


def flag_labels() -> dict[str, str]:
    """What odd things are called."""
    return {"speeder": _("速すぎる回答"), "straightliner": _("同じ答えの並び")}


def columns_of(sources: Iterable[Source]) -> list[Column]:
    """All columns, from left to right."""
    return [column for source in sources for column in source.columns]
