"""Questions as the form's template draws them: every word in the respondent's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from surveys.questions import flow
from surveys.questions.asked import OTHER, SHOWN, Asked, Choice

# Name → values, as a form sends them.
Sent = Mapping[str, Sequence[str]]
_TYPES = {
    "email": ("email", "email", "email"),
    "phone": ("tel", "tel", "tel"),
    "number": ("text", "decimal", "off"),
    "date": ("date", "", "off"),
    "short": ("text", "", "off"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be chosen: under `name`, the value `value`."""

    name: str
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A row of a matrix, or one choice of a ranking, with what can be said of it."""

    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One question on a page; `number` is None for what is only shown."""

    key: str
    kind: str
    number: int | None
    label: str
    help: str
    low: str
    high: str
    required: bool
    error: str
    text: str
    options: tuple[Option, ...]
    groups: tuple[Group, ...]
    other: Option | None
    other_text: str
    input: tuple[str, str, str]
    most: int | None


def sent_of(questions: Sequence[Asked], answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """Stored answers in the way a form would send them."""
    sent: dict[str, list[str]] = {}
    for question in questions:
        value = answers.get(question.key)
        if value is None:
            continue
        if isinstance(value, dict):
            sent |= {f"{question.key}.{row}": [choice] for row, choice in value.items()}
        elif question.kind == "ranking":
            sent |= {f"{question.key}.{one}": [str(rank)] for rank, one in enumerate(value, 1)}
        else:
            sent[question.key] = [str(one) for one in value] if isinstance(value, list) else [
                "1" if value is True else str(value)
            ]  # fmt: skip
        if f"{question.key}.{OTHER}" in answers:
            sent[f"{question.key}.{OTHER}"] = [str(answers[f"{question.key}.{OTHER}"])]
    return sent


def shown(
    questions: Sequence[Asked],
    *,
    everything: Mapping[str, Asked],
    language: str,
    seed: str = "",
    first_number: int = 1,
    sent: Sent,
    answers: Mapping[str, Any],
    errors: Mapping[str, str],
) -> list[Shown]:
    """The questions of one page, numbered, with what was given and what is wrong with it."""
    number = first_number
    drawn = []
    for question in questions:
        counted = question.kind not in SHOWN
        drawn.append(
            _one(question, number if counted else None, everything, language, seed, sent, answers, errors)
        )
        number += counted
    return drawn


def _one(
    question: Asked,
    number: int | None,
    everything: Mapping[str, Asked],
    language: str,
    seed: str,
    sent: Sent,
    answers: Mapping[str, Any],
    errors: Mapping[str, str],
) -> Shown:
    words = question.words(language, flow.variant_for(question, seed))
    choices = flow.choices_for(question, words, seed)
    other_name = f"{question.key}.{OTHER}"
    offers_other = bool(question.options.get(OTHER)) and question.kind in ("single", "multiple")
    given = sent.get(question.key, ())
    # An NPS scale always says what its ends mean.
    low, high = words.low, words.high
    if question.kind == "nps":
        low, high = low or _("まったく思わない"), high or _("とても思う")
    if question.kind == "ces":
        low, high = low or _("まったくそう思わない"), high or _("とてもそう思う")
    return Shown(
        key=question.key,
        kind=question.kind,
        number=number,
        label=flow.piped(words.label, everything, answers, language),
        help=flow.piped(words.help, everything, answers, language),
        low=low,
        high=high,
        required=question.required,
        error=errors.get(question.key, ""),
        text=given[0] if given else "",
        options=_options(question, choices, low, high, given),
        groups=_groups(question, words.rows, choices, sent),
        other=Option(question.key, OTHER, _("その他"), OTHER in given) if offers_other else None,
        other_text=(sent.get(other_name) or [""])[0],
        input=_TYPES.get(question.kind, ("text", "", "off")),
        most=question.options.get("most"),
    )


def _options(
    question: Asked, choices: tuple[Choice, ...], low: str, high: str, given: Sequence[str]
) -> tuple[Option, ...]:
    if question.kind in ("single", "multiple"):
        return tuple(
            Option(question.key, one.id, one.label, one.id in given) for one in choices
        )
    if question.kind not in ("nps", "csat", "ces", "rating"):
        return ()
    labels = dict.fromkeys(range(question.lowest, question.highest + 1), "")
    if question.kind == "csat":
        labels |= dict(scale_labels(low, high))
    return tuple(
        Option(question.key, str(point), label, str(point) in given)
        for point, label in labels.items()
    )


def _groups(
    question: Asked, rows: tuple[Choice, ...], choices: tuple[Choice, ...], sent: Sent
) -> tuple[Group, ...]:
    if question.kind == "matrix":
        return tuple(
            Group(row.label, tuple(
                Option(name, one.id, one.label, one.id in sent.get(name, ())) for one in choices
            ))
            for row in rows
            for name in (f"{question.key}.{row.id}",)
        )  # fmt: skip
    if question.kind == "ranking":
        ranks = [str(rank) for rank in range(1, len(choices) + 1)]
        return tuple(
            Group(one.label, tuple(
                Option(name, rank, rank, rank in sent.get(name, ())) for rank in ranks
            ))
            for one in choices
            for name in (f"{question.key}.{one.id}",)
        )  # fmt: skip
    return ()


def scale_labels(low: str = "", high: str = "") -> list[tuple[int, str]]:
    """(value, word) of every point of a CSAT scale, worst first."""
    words = [_("とても不満"), pgettext("answer", "不満"), _("どちらでもない"), _("満足"), _("とても満足")]
    words[0], words[-1] = low or words[0], high or words[-1]
    return list(enumerate(words, start=1))
