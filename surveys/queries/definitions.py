"""A survey as respondents meet it: the text of a publication, kept in this process for a while."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from surveys.models import Question, Quota, Survey, SurveyVersion
from surveys.questions import flow
from surveys.questions.asked import Asked

# How long this process trusts what it read. Publishing or closing in another process is seen
# after at most this long.
KEPT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Texts:
    """The words around the questions, in one language."""

    title: str
    purpose: str
    thanks: str


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
    languages: tuple[str, ...]
    translations: Mapping[str, Mapping[str, str]]
    shuffle: bool
    opens_at: datetime | None
    closes_at: datetime | None
    frame_origins: tuple[str, ...]
    questions: tuple[Asked, ...]
    # One page, in one order and one wording: its HTML can be kept and given to everybody.
    same_for_all: bool = False
    has_quotas: bool = False
    pages: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def by_key(self) -> dict[str, Asked]:
        return {question.key: question for question in self.questions}

    @property
    def score(self) -> Asked | None:
        """The question of the headline score."""
        return next((q for q in self.questions if q.kind == self.kind), None)

    @property
    def comment(self) -> Asked | None:
        """The first question that is answered in free words."""
        return next((q for q in self.questions if q.kind == "long"), None)

    def texts(self, language: str) -> Texts:
        """Title, purpose and thanks as the respondent reads them."""
        said = self.translations.get(language, {})
        return Texts(
            said.get("title") or self.title,
            said.get("purpose") or self.purpose,
            said.get("thanks") or self.thanks,
        )

    def is_open(self, now: datetime) -> bool:
        """Whether answers are taken at this moment."""
        return (
            self.state == Survey.State.PUBLISHED
            and (self.opens_at is None or self.opens_at <= now)
            and (self.closes_at is None or now < self.closes_at)
        )


_TEXTS = (
    "kind", "title", "purpose", "operator", "contact", "retention_months", "may_tell", "thanks",
    "touchpoint_id", "product", "translations", "shuffle",
)  # fmt: skip
_LISTS = ("languages", "frame_origins")
_TIMES = ("opens_at", "closes_at")
# Name in a version's content → column, where they differ.
_QUESTION = {
    "pk": "pk", "key": "key", "kind": "kind", "label": "label", "help": "help", "low": "low_label",
    "high": "high_label", "required": "required", "options": "options", "show_if": "show_if",
    "translations": "translations", "variants": "variants",
}  # fmt: skip


def questions_of(survey: Survey) -> list[Question]:
    """The questions that are asked now, in order."""
    return list(Question.objects.filter(survey=survey, retired=False).order_by("position"))


def freeze(survey: Survey) -> dict[str, Any]:
    """The survey's present words and questions as the content of a version."""
    times = {name: getattr(survey, name) for name in _TIMES}
    return {
        **{name: getattr(survey, name) for name in (*_TEXTS, *_LISTS)},
        **{name: at.isoformat() if at else None for name, at in times.items()},
        "questions": [
            {name: getattr(question, column) for name, column in _QUESTION.items()}
            for question in questions_of(survey)
        ],
    }


def thaw(
    survey: Survey, content: dict[str, Any], version: int, *, has_quotas: bool = False
) -> Definition:
    """The definition that a version's content describes."""
    questions = tuple(
        Asked(**{**row, "variants": tuple(row["variants"])}) for row in content["questions"]
    )
    return Definition(
        survey_id=survey.pk,
        slug=survey.slug,
        state=survey.state,
        version=version,
        questions=questions,
        same_for_all=not content["shuffle"] and _same_for_all(questions),
        has_quotas=has_quotas,
        languages=tuple(content["languages"]),
        frame_origins=tuple(content["frame_origins"]),
        opens_at=_moment(content["opens_at"]),
        closes_at=_moment(content["closes_at"]),
        **{name: content[name] for name in _TEXTS},
    )


def _same_for_all(questions: tuple[Asked, ...]) -> bool:
    return len(flow.pages(questions, {})) == 1 and not any(
        q.show_if or q.variants or q.kind == "hidden" or q.options.get("shuffle")
        for q in questions
    )


def _moment(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None


def of_version(survey: Survey, number: int) -> Definition | None:
    """The words of one publication; None for one that never was."""
    row = SurveyVersion.objects.filter(survey=survey, number=number).first()
    if row is not None:
        return thaw(survey, row.content, number, has_quotas=_quotas(survey))
    # Rows written without a publication (imports, fixtures): the present words are the version's.
    if number == survey.version and Question.objects.filter(survey=survey).exists():
        return thaw(survey, freeze(survey), number, has_quotas=_quotas(survey))
    return None


def _quotas(survey: Survey) -> bool:
    return Quota.objects.filter(survey=survey).exists()


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
