"""What a respondent sent, read strictly, and what to say about it."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.http import QueryDict
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from surveys.questions import reading
from surveys.questions.asked import Asked
from surveys.questions.reading import MAX_WORDS, Wrong

MAX_COMMENT = MAX_WORDS
CHANNELS = frozenset({"link", "qr", "mail", "kiosk", "widget"})
# What every page sends beside the answers. Nobody sees `website`; programs fill it in.
FIELDS = frozenset({"key", "v", "p", "t", "s", "website"})
MAX_PAGES = 200
# A page may lie open in a phone for a week; after that it is given a new token with its answers.
TOKEN_SECONDS = 8 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Given:
    """The answers as far as they could be read; `errors` by key, "" for the whole page."""

    key: uuid.UUID | None
    version: int | None
    started_at: datetime | None
    answers: dict[str, Any]
    # As they were sent, to be shown again: name → values.
    sent: dict[str, list[str]]
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a page sends beside the answers."""

    key: uuid.UUID | None
    version: int | None
    page: int
    started_at: datetime | None
    # How often the page's script has saved; None where no script ran.
    serial: int | None = None


def token(key: str, now: datetime) -> str:
    """Says that we made this form, and when; sent along with it."""
    seconds = str(int(now.timestamp()))
    return f"{seconds}.{_sign(key, seconds)}"


def _sign(key: str, seconds: str) -> str:
    return salted_hmac("surveys.form", f"{key}/{seconds}", algorithm="sha256").hexdigest()[:24]


def opened_at(text: str, key: str, now: datetime) -> datetime | None:
    """When this form was made; None for a token that is not ours, or too old."""
    seconds, _dot, signature = text.partition(".")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 12):
        return None
    if not constant_time_compare(signature, _sign(key, seconds)):
        return None
    at = datetime.fromtimestamp(int(seconds), UTC)
    return at if -60 <= (now - at).total_seconds() <= TOKEN_SECONDS else None


def envelope(data: QueryDict, now: datetime) -> Envelope:
    """Key, version, page and age of what was sent."""
    key = read_key(data.get("key", ""))
    page = _number(data.get("p", "")) or 0
    started_at = opened_at(data.get("t", ""), str(key), now) if key else None
    return Envelope(
        key, _number(data.get("v", "")), min(page, MAX_PAGES), started_at, _number(data.get("s", ""))
    )


def read(
    data: QueryDict,
    files: Mapping[str, object],
    questions: Sequence[Asked],
    outside: Envelope,
) -> Given:
    """A submission with every mistake in it named; nothing is trusted to have been checked."""
    errors: dict[str, str] = {}
    allowed = FIELDS.union(*(question.names for question in questions))
    many = {question.key for question in questions if question.kind == "multiple"}
    unknown = (set(data) | set(files)) - allowed
    if unknown or any(len(values) > 1 and name not in many for name, values in data.lists()):
        errors[""] = _("このアンケートにない項目が含まれていたため、受け付けられませんでした。もう一度お送りください。")
    if outside.key is None:
        errors.setdefault(
            "", _("送信の控えを作れませんでした。お手数ですが、もう一度「回答を送る」を押してください。")
        )
    elif outside.started_at is None or data.get("website"):
        errors.setdefault(
            "", _("確認のため、お手数ですが、もう一度ボタンを押してください。入力した内容は残っています。")
        )
    answers: dict[str, Any] = {}
    for question in questions:
        try:
            found = reading.clean(question, *reading.given(question, data))
        except Wrong as wrong:
            errors[question.key] = str(wrong)
            continue
        if question.required and reading.incomplete(question, found.get(question.key)):
            errors[question.key] = reading.missing(question)
        answers |= found
    sent = {name: values for name, values in data.lists() if name in allowed - FIELDS}
    return Given(outside.key, outside.version, outside.started_at, answers, sent, errors)


def read_hidden(questions: Sequence[Asked], query: QueryDict) -> dict[str, Any]:
    """Hidden fields as the address carries them; what cannot be read is left out."""
    answers: dict[str, Any] = {}
    for question in questions:
        if question.kind == "hidden" and question.key in query:
            try:
                answers |= reading.clean(question, query[question.key])
            except Wrong:
                continue
    return answers


def read_channel(value: str) -> str:
    """How the respondent came here; anything unknown is an ordinary link."""
    return value if value in CHANNELS else "link"


def read_device(agent: str) -> str:
    """phone, tablet or desktop, as far as the browser says so."""
    agent = agent[:400]
    if not agent:
        return ""
    if "iPad" in agent or "Tablet" in agent or ("Android" in agent and "Mobile" not in agent):
        return "tablet"
    return "phone" if "Mobi" in agent or "iPhone" in agent else "desktop"


def read_key(text: str) -> uuid.UUID | None:
    """The key of a response as a form or an address carries it; None for anything else."""
    if len(text) != 36:
        return None
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) and text.isascii() else None
