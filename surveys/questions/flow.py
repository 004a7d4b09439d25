"""The order of a survey for one respondent, cut into pages at which the server can decide."""

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from surveys.questions import rules
from surveys.questions.asked import OTHER, SHOWN, Asked, Choice, Words

_PIPE = re.compile(r"\{([a-z][a-z0-9_-]{0,39})\}")
_PIPED = 60


def in_order(questions: Sequence[Asked], seed: str = "", *, shuffle: bool = False) -> list[Asked]:
    """The questions as this respondent meets them.

    With `shuffle`, questions between two sections change places by lot. Those that a rule or a
    piped answer ties together keep theirs: a branch must not come before its reason.
    """
    if not (shuffle and seed):
        return list(questions)
    tied = {name for question in questions for name in _leans_on(question)}
    ordered = list(questions)
    lot = random.Random(seed)  # noqa: S311 - fairness, not secrecy
    for places in _stretches(questions, tied):
        drawn = lot.sample(places, len(places))
        for place, source in zip(places, drawn, strict=True):
            ordered[place] = questions[source]
    return ordered


def pipes(question: Asked) -> set[str]:
    """Keys of the answers that its words repeat."""
    return {name for text in (question.label, question.help) for name in _PIPE.findall(text)}


def _leans_on(question: Asked) -> set[str]:
    return rules.names_in(question.show_if) | pipes(question)


def _stretches(questions: Sequence[Asked], tied: set[str]) -> list[list[int]]:
    """Places that may be exchanged, for each stretch between sections."""
    stretches: list[list[int]] = [[]]
    for place, question in enumerate(questions):
        if question.kind == "section":
            stretches.append([])
        elif question.kind not in (*SHOWN, "hidden") and question.key not in tied and not _leans_on(question):
            stretches[-1].append(place)
    return stretches


def pages(questions: Sequence[Asked], answers: Mapping[str, Any]) -> list[list[Asked]]:
    """What is shown on each page, given the answers so far; at least one page.

    A page ends before a section, and before a question whose rule (or whose words) needs an
    answer of the same page: without a script only the server can decide, and it must see it.
    """
    shown = rules.visible(questions, answers)
    done: list[list[Asked]] = []
    page: list[Asked] = []
    for question in questions:
        if question.kind == "hidden":
            continue
        here = {other.key for other in page}
        if page and (question.kind == "section" or _leans_on(question) & here):
            done.append(page)
            page = []
        if shown[question.key]:
            page.append(question)
    done.append(page)
    asked = [page for page in done if any(q.kind != "section" for q in page)]
    return asked or [[]]


def choices_for(question: Asked, words: Words, seed: str) -> tuple[Choice, ...]:
    """The choices in the order this respondent sees them; those marked `fixed` keep their place."""
    if not (question.options.get("shuffle") and seed):
        return words.choices
    fixed = {row["id"] for row in question.options.get("choices", ()) if row.get("fixed")}
    places = [place for place, choice in enumerate(words.choices) if choice.id not in fixed]
    drawn = random.Random(f"{seed}:{question.key}").sample(places, len(places))  # noqa: S311 - as above
    ordered = list(words.choices)
    for place, source in zip(places, drawn, strict=True):
        ordered[place] = words.choices[source]
    return tuple(ordered)


def variant_for(question: Asked, seed: str) -> str:
    """The wording this respondent gets: "" for the first, else the id of a variant."""
    if not (question.variants and seed):
        return ""
    ids = ["", *(row["id"] for row in question.variants)]
    return random.Random(f"{seed}:{question.key}:words").choice(ids)  # noqa: S311 - as above


def piped(text: str, questions: Mapping[str, Asked], answers: Mapping[str, Any], language: str) -> str:
    """The text with {key} replaced by what was answered there, in the respondent's language."""
    if "{" not in text:
        return text

    def said(found: re.Match[str]) -> str:
        question = questions.get(found[1])
        if question is None:
            return found[0]
        return display(question, answers, language)[:_PIPED]

    return _PIPE.sub(said, text)


def display(question: Asked, answers: Mapping[str, Any], language: str) -> str:
    """An answer in words: labels for choices, "" where nothing was answered."""
    value = answers.get(question.key)
    if value is None:
        return ""
    if value is True:
        return _("はい")
    words = question.words(language)
    labels = {choice.id: choice.label for choice in (*words.choices, *words.rows)}
    labels[OTHER] = str(answers.get(f"{question.key}.{OTHER}", "")) or OTHER
    if isinstance(value, list):
        return "、".join(labels.get(str(one), str(one)) for one in value)
    if isinstance(value, dict):
        pairs = ((str(row), str(one)) for row, one in value.items())
        return "、".join(f"{labels.get(row, row)}: {labels.get(one, one)}" for row, one in pairs)
    return labels.get(value, value) if isinstance(value, str) else str(value)
