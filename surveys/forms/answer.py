"""What a respondent sent, read strictly, and what to say about it."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _

from feedback.text.normal import sanitise
from surveys.queries.definitions import Definition

MAX_COMMENT = 5_000
CHANNELS = frozenset({"link", "qr", "mail", "kiosk"})
FIELDS = frozenset({"key", "v", "score", "comment"})
# Full-width digits are as good as any; 「①」 or 「九」 could mean something else.
_DIGITS = {0xFF10 + digit: 0x30 + digit for digit in range(10)}
_WHOLE = re.compile(r"0|[1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class Given:
    """The answers as far as they could be read; `errors` by field, "" for the whole page."""

    key: uuid.UUID | None
    version: int | None
    score: int | None
    comment: str
    errors: dict[str, str] = field(default_factory=dict)


def read_score(text: str, definition: Definition) -> int | None:
    """The score that was typed or chosen; None for anything not on the scale."""
    plain = text.strip().translate(_DIGITS)
    if not _WHOLE.fullmatch(plain):
        return None
    value = int(plain)
    return value if definition.lowest <= value <= definition.highest else None


def read(data: QueryDict, files: Mapping[str, object], definition: Definition) -> Given:
    """A submission with every mistake in it named; nothing is trusted to have been checked."""
    errors: dict[str, str] = {}
    unknown = (set(data) | set(files)) - FIELDS
    if unknown or any(len(values) > 1 for _name, values in data.lists()):
        errors[""] = _("このアンケートにない項目が含まれていたため、受け付けられませんでした。もう一度お送りください。")

    key = _uuid(data.get("key", ""))
    if key is None:
        errors.setdefault(
            "", _("送信の控えを作れませんでした。お手数ですが、もう一度「回答を送る」を押してください。")
        )

    raw = data.get("score", "")
    score = read_score(raw, definition)
    limits = {"low": definition.lowest, "high": definition.highest}
    if raw.strip() and score is None:
        errors["score"] = _("%(low)sから%(high)sまでの整数で選んでください。") % limits
    elif score is None and definition.score.required:
        errors["score"] = _("%(low)sから%(high)sまでのうち、1つを選んでください。") % limits

    # A line break counts one, however many bytes the browser sends for it.
    comment = sanitise(data.get("comment", ""))
    length = len(comment)
    if comment and definition.comment is None:
        errors.setdefault("", _("このアンケートに自由記述の欄はありません。"))
    elif length > MAX_COMMENT:
        errors["comment"] = _(
            "5,000字までにしてください。いまは%(n)s字です。入力した文章は消えていません。"
        ) % {"n": f"{length:,}"}
    elif definition.comment is not None and definition.comment.required and not comment.strip():
        errors["comment"] = _("ご記入ください。短い言葉でもかまいません。")
    if not errors and score is None and not comment.strip():
        errors[""] = _("どちらかの質問にお答えください。")
    return Given(key, _version(data.get("v", "")), score, comment, errors)


def read_channel(value: str) -> str:
    """How the respondent came here; anything unknown is an ordinary link."""
    return value if value in CHANNELS else "link"


def _uuid(text: str) -> uuid.UUID | None:
    if len(text) != 36:
        return None
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _version(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) and text.isascii() else None
