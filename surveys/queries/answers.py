"""What was answered, question by question, as somebody of the staff may read it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from feedback.models import Comment
from feedback.queries.comments import comments_for, masked
from feedback.text import masking
from surveys.models import Question, Response
from surveys.queries import definitions
from surveys.questions.asked import OTHER
from surveys.questions.flow import display
from voc.models import User

# Whom to reach is nobody's business who only reads answers.
_PERSONAL = frozenset({"email", "phone"})
_WORDS = frozenset({"short", "hidden"})
HIDDEN = "•••"


@dataclass(frozen=True, slots=True)
class Said:
    """The words of one response as this person may read them."""

    text: str
    url: str
    polarity: str
    topic_keys: tuple[str, ...] = ()


def words_of(responses: Iterable[Response], user: User) -> dict[int, Said]:
    """Masked words by response, for those that have any and that this person may read."""
    return {
        pk: said[""] if "" in said else next(iter(said.values()))
        for pk, said in _said(responses, user).items()
    }


def _said(responses: Iterable[Response], user: User) -> dict[int, dict[str, Said]]:
    """Response → question key → masked words; the first free text stands under ""."""
    refs: dict[str, tuple[int, str]] = {}
    for response in responses:
        refs[f"response:{response.pk}"] = (response.pk, "")
        for key in response.answers:
            refs[f"response:{response.pk}:{key}"] = (response.pk, key)
    rows: Iterable[Comment] = (
        comments_for(user)
        .filter(source="survey", source_ref__in=refs)
        .only("id", "text", "mask_spans", "polarity", "source_ref", "topic_keys")
        .order_by("pk")
    )
    said: dict[int, dict[str, Said]] = defaultdict(dict)
    for row in rows:
        pk, key = refs[row.source_ref]
        url = reverse("comment", args=[row.pk])
        said[pk][key] = Said(
            masked(row.text, row.mask_spans), url, row.polarity, tuple(row.topic_keys.split()[:3])
        )
    return said


def given_of(response: Response) -> list[tuple[str, str]]:
    """(question, answer) in the respondent's own words and language, for the respondent."""
    definition = definitions.of_version(response.survey, response.survey_version)
    if definition is None:
        return []
    return [
        (question.words(response.language).label, display(question, response.answers, response.language))
        for question in definition.questions
        if question.key in response.answers and question.kind != "hidden"
    ]


def answers_of(responses: Iterable[Response], user: User) -> dict[int, dict[str, Any]]:
    """Answers by response and key. Free words are masked, addresses and numbers hidden.

    A free text is None until its response has been worked, or where this person may not read it.
    """
    rows = list(responses)
    kinds: dict[int, dict[str, str]] = defaultdict(dict)
    questions = Question.objects.filter(survey__in={row.survey_id for row in rows})
    for survey_id, key, kind in questions.order_by("position").values_list("survey_id", "key", "kind"):
        kinds[survey_id][key] = kind
    # Free words become comments when a response is worked.
    worked = [row for row in rows if row.state == Response.State.WORKED]
    said = _said(worked, user) if worked else {}
    return {row.pk: _shown(row, kinds[row.survey_id], said.get(row.pk, {})) for row in rows}


def _shown(response: Response, kinds: dict[str, str], said: dict[str, Said]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    # The words without a key belong to the first free text of the version that was answered: the
    # one answered that has no words of its own, whatever has been retired since.
    unnamed = said.get("")
    for key, kind in kinds.items():
        if kind == "long":
            words = said.get(key)
            if words is None and response.answers.get(key):
                words, unnamed = unnamed, None
            shown[key] = words.text if words else None
        elif key in response.answers:
            value = response.answers[key]
            shown[key] = HIDDEN if kind in _PERSONAL else masking.mask(value) if kind in _WORDS else value
            other = response.answers.get(f"{key}.{OTHER}")
            if other:
                shown[f"{key}.{OTHER}"] = masking.mask(other)
    return shown
