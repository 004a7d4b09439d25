"""A survey as respondents meet it: the text of a publication, kept in this process for a while."""

import time
from dataclasses import dataclass, field
from typing import Any

from surveys.models import Question, Survey, SurveyVersion

# How long this process trusts what it read. Publishing or closing in another process is seen
# after at most this long.
KEPT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One question in the words of a publication."""

    pk: int
    label: str
    help: str
    low: str
    high: str
    required: bool


@dataclass(frozen=True, slots=True)
class Definition:
    """Everything a form needs; `pages` keeps its rendered HTML by language and kind of link."""

    survey_id: int
    slug: str
    state: str
    version: int
    kind: str
    title: str
    purpose: str
    operator: str
    contact: str
    retention_months: int
    may_tell: bool
    thanks: str
    touchpoint_id: int | None
    product: str
    score: Asked
    comment: Asked | None
    pages: dict[Any, tuple[bytes, bytes]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def lowest(self) -> int:
        return 0 if self.kind == Survey.Kind.NPS else 1

    @property
    def highest(self) -> int:
        return 10 if self.kind == Survey.Kind.NPS else 5


_TEXTS = (
    "kind", "title", "purpose", "operator", "contact", "retention_months", "may_tell", "thanks",
    "touchpoint_id", "product",
)  # fmt: skip


def freeze(survey: Survey) -> dict[str, Any]:
    """The survey's present words and questions as the content of a version."""
    questions = [
        {
            "pk": question.pk,
            "kind": question.kind,
            "label": question.label,
            "help": question.help,
            "low": question.low_label,
            "high": question.high_label,
            "required": question.required,
        }
        for question in Question.objects.filter(survey=survey).order_by("position")
    ]
    return {**{name: getattr(survey, name) for name in _TEXTS}, "questions": questions}


def thaw(survey: Survey, content: dict[str, Any], version: int) -> Definition:
    """The definition that a version's content describes."""
    asked: dict[str, Asked] = {}
    for row in content["questions"]:
        words = {name: value for name, value in row.items() if name != "kind"}
        asked.setdefault(row["kind"], Asked(**words))
    return Definition(
        survey_id=survey.pk,
        slug=survey.slug,
        state=survey.state,
        version=version,
        score=asked[Question.Kind.SCORE],
        comment=asked.get(Question.Kind.TEXT),
        **{name: content[name] for name in _TEXTS},
    )


def of_version(survey: Survey, number: int) -> Definition | None:
    """The words of one publication; None for one that never was."""
    row = SurveyVersion.objects.filter(survey=survey, number=number).first()
    if row is not None:
        return thaw(survey, row.content, number)
    # Rows written without a publication (imports, fixtures): the present words are the version's.
    if number == survey.version and Question.objects.filter(survey=survey, kind="score").exists():
        return thaw(survey, freeze(survey), number)
    return None


def answered_version(current: Definition, number: int | None) -> Definition:
    """The publication a page was rendered from, when it was an older one; else the current."""
    if number is None or number == current.version or not 1 <= number < current.version:
        return current
    survey = Survey.objects.get(pk=current.survey_id)
    return of_version(survey, number) or current


_kept: dict[str, tuple[float, Definition]] = {}


def current(slug: str) -> Definition | None:
    """The published or closed survey of this address, from memory for up to 30 seconds."""
    kept = _kept.get(slug)
    if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS:
        return kept[1]
    survey = Survey.objects.filter(slug=slug).exclude(state=Survey.State.DRAFT).first()
    definition = of_version(survey, survey.version) if survey else None
    if definition is None:
        # Unknown addresses are not kept: they are free to invent and would fill the memory.
        _kept.pop(slug, None)
        return None
    _kept[slug] = (time.monotonic(), definition)
    return definition


def forget(slug: str | None = None) -> None:
    """Reads one survey, or all, anew on the next request to this process."""
    if slug is None:
        _kept.clear()
    else:
        _kept.pop(slug, None)
