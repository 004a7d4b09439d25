"""One answer as the form's script sends it while the form is being filled in, read strictly."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from surveys.forms.answer import opened_at, read_key
from surveys.questions import reading
from surveys.questions.asked import OTHER, Asked
from surveys.questions.reading import Wrong
from voc import jsonguard
from voc.errors import Refused

# The longest answer, every character of it escaped, and room around it.
MOST_BYTES = 80_000
_NAMES = frozenset({"key", "t", "v", "serial", "answers"})
MOST_SERIAL = 1_000_000


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands beside the answers of a save."""

    key: uuid.UUID
    version: int
    serial: int
    answers: dict[str, Any]


def envelope(body: bytes, now: datetime) -> Envelope:
    """Key, version and serial of a save; `Refused` for anything a page of ours would not send."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(_("読み取れませんでした。"), "bad_json") from None
    jsonguard.check(data)
    if not isinstance(data, dict) or set(data) != _NAMES or not isinstance(data["answers"], dict):
        raise Refused(_("読み取れませんでした。"), "bad_shape")
    version, serial = data["v"], data["serial"]
    if not (_whole(version, 1_000_000) and _whole(serial, MOST_SERIAL)):
        raise Refused(_("読み取れませんでした。"), "bad_shape")
    key = read_key(data["key"]) if isinstance(data["key"], str) else None
    token = data["t"] if isinstance(data["t"], str) else ""
    if key is None or opened_at(token[:100], str(key), now) is None:
        raise Refused(_("この画面は古くなりました。開き直してください。"), "bad_token")
    return Envelope(key, version, serial, data["answers"])


def _whole(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def read(answers: dict[str, Any], questions: Sequence[Asked]) -> dict[str, Any]:
    """Name → value of the questions that were sent, None for what was taken back.

    `Refused` names the first that is unknown or cannot be taken: then nothing is kept.
    """
    by_name = {
        name: question
        for question in questions
        if question.kind != "hidden"
        for name in _names(question)
    }
    touched = []
    for name in answers:
        question = by_name.get(name)
        if question is None:
            raise Refused(_("このアンケートにない項目です。"), "unknown_question")
        if question not in touched:
            touched.append(question)
    kept: dict[str, Any] = {}
    for question in touched:
        other = answers.get(f"{question.key}.{OTHER}", "")
        try:
            found = reading.clean(
                question, answers.get(question.key), "" if other is None else other
            )
        except Wrong as wrong:
            raise Refused(str(wrong), "wrong_answer") from None
        kept |= dict.fromkeys(_names(question)) | found
    return kept


def _names(question: Asked) -> tuple[str, ...]:
    """Under which an answer is stored: a matrix and a ranking are one value."""
    if question.kind in ("single", "multiple"):
        return question.names
    return (question.key,) if question.names else ()
