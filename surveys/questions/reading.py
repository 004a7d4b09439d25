"""Answers as they come in, from a form or as JSON, read strictly into what is stored.

    scale            9
    single           "c2"            with "<key>.other": "words" where the choice is "other"
    multiple         ["c1", "c3"]
    matrix           {"row": "choice"}
    ranking          ["c3", "c1"]    best first
    text, e-mail …   "words"         date "2026-11-25"
    number           12.5
    consent          true
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import QueryDict
from django.utils.translation import gettext as _

from feedback.text.normal import sanitise
from surveys.questions.asked import OTHER, SCALES, SHOWN, Asked

MAX_WORDS = 5_000
MAX_SHORT = 300
# Full-width digits are as good as any; 「①」 or 「九」 could mean something else.
_DIGITS = {0xFF10 + digit: 0x30 + digit for digit in range(10)}
_WHOLE = re.compile(r"0|[1-9][0-9]?")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{5,24}")
_MOST_DIGITS = 14


class Wrong(ValueError):  # noqa: N818 - what it says of the answer
    """The answer cannot be taken; the text says to the respondent what would be."""


def given(question: Asked, data: QueryDict) -> tuple[Any, str]:
    """What a form sent for the question, and the words beside "other"; None where nothing was."""
    other = data.get(f"{question.key}.{OTHER}", "") if question.options.get(OTHER) else ""
    if question.kind == "multiple":
        return data.getlist(question.key) or None, other
    if question.kind == "matrix":
        rows = {row: data.get(f"{question.key}.{row}", "") for row in question.row_ids}
        return {row: choice for row, choice in rows.items() if choice} or None, ""
    if question.kind == "ranking":
        return _ranks(question, data), ""
    return data.get(question.key), other


def _ranks(question: Asked, data: QueryDict) -> list[str] | None:
    places: dict[int, str] = {}
    for choice in question.choice_ids:
        typed = data.get(f"{question.key}.{choice}", "").strip().translate(_DIGITS)
        if not typed:
            continue
        if not _WHOLE.fullmatch(typed) or not 1 <= int(typed) <= len(question.choice_ids):
            raise Wrong(_("順位は1から%(n)sまでで選んでください。") % {"n": len(question.choice_ids)})
        if int(typed) in places:
            raise Wrong(_("%(rank)s位が2つあります。順位は1つずつ選んでください。") % {"rank": typed})
        places[int(typed)] = choice
    return [places[rank] for rank in sorted(places)] or None


def clean(question: Asked, raw: Any, other: str = "") -> dict[str, Any]:
    """The answer under its name (and "<key>.other"); {} for none. `Wrong` says what is wrong."""
    if question.kind in SHOWN:
        if raw not in (None, ""):
            raise Wrong(_("このアンケートにない項目です。"))
        return {}
    value = None if _blank(raw) else _READERS[question.kind](question, raw)
    if value is None:
        return {}
    answers = {question.key: value}
    chosen = value if isinstance(value, list) else [value]
    if OTHER in chosen and question.options.get(OTHER):
        words = _line(other, MAX_SHORT)
        if words:
            answers[f"{question.key}.{OTHER}"] = words
    return answers


def _blank(raw: Any) -> bool:
    return raw is None or raw is False or raw in ([], {}) or (isinstance(raw, str) and not raw.strip())


def missing(question: Asked) -> str:
    """What to say where a required answer is not there."""
    if question.kind in SCALES:
        limits = {"low": question.lowest, "high": question.highest}
        return _("%(low)sから%(high)sまでのうち、1つを選んでください。") % limits
    if question.kind == "consent":
        return _("同意いただける場合は、チェックを入れてください。")
    if question.kind in ("single", "multiple"):
        return _("当てはまるものを選んでください。")
    if question.kind in ("matrix", "ranking"):
        return _("すべての行で選んでください。")
    return _("ご記入ください。短い言葉でもかまいません。")


def incomplete(question: Asked, value: Any) -> bool:
    """Whether a required answer leaves something out."""
    if value is None:
        return True
    if question.kind == "matrix":
        return set(value) != set(question.row_ids)
    return question.kind == "ranking" and len(value) != len(question.choice_ids)


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise Wrong(_("文字で入力してください。"))
    return sanitise(raw)


def _line(raw: Any, most: int) -> str:
    text = " ".join(_text(raw).split())
    if len(text) > most:
        raise Wrong(_("%(most)s字までにしてください。いまは%(n)s字です。") % {"most": f"{most:,}", "n": f"{len(text):,}"})
    return text


def _scale(question: Asked, raw: Any) -> int:
    plain = str(raw).strip().translate(_DIGITS) if isinstance(raw, str) else raw
    if isinstance(plain, str) and _WHOLE.fullmatch(plain):
        plain = int(plain)
    if isinstance(plain, bool) or not isinstance(plain, int) or not question.lowest <= plain <= question.highest:
        limits = {"low": question.lowest, "high": question.highest}
        raise Wrong(_("%(low)sから%(high)sまでの整数で選んでください。") % limits)
    return plain


def _known(raw: Any, ids: tuple[str, ...]) -> str:
    if not isinstance(raw, str) or raw not in ids:
        raise Wrong(_("選択肢の中から選んでください。"))
    return raw


def _single(question: Asked, raw: Any) -> str:
    return _known(raw, question.choice_ids)


def _multiple(question: Asked, raw: Any) -> list[str]:
    if not isinstance(raw, list) or len(raw) > len(question.choice_ids):
        raise Wrong(_("選択肢の中から選んでください。"))
    chosen = {_known(one, question.choice_ids) for one in raw}
    most = question.options.get("most")
    if most and len(chosen) > most:
        raise Wrong(_("%(most)sつまで選べます。") % {"most": most})
    alone = [row["id"] for row in question.options.get("choices", ()) if row.get("alone")]
    if len(chosen) > 1 and chosen & set(alone):
        raise Wrong(_("「ほかは選ばない」答えと、ほかの答えを、同時には選べません。"))
    # In the order of the question, so that the same choices are the same answer.
    return [one for one in question.choice_ids if one in chosen]


def _matrix(question: Asked, raw: Any) -> dict[str, str]:
    if not isinstance(raw, Mapping) or not set(raw) <= set(question.row_ids):
        raise Wrong(_("選択肢の中から選んでください。"))
    return {row: _known(raw[row], question.choice_ids) for row in question.row_ids if row in raw}


def _ranking(question: Asked, raw: Any) -> list[str]:
    if not isinstance(raw, list) or len(raw) > len(question.choice_ids):
        raise Wrong(_("選択肢の中から選んでください。"))
    ranked = [_known(one, question.choice_ids) for one in raw]
    if len(set(ranked)) != len(ranked):
        raise Wrong(_("同じものに2つの順位はつけられません。"))
    return ranked


def _short(question: Asked, raw: Any) -> str:
    return _line(raw, int(question.options.get("most") or MAX_SHORT))


def _long(question: Asked, raw: Any) -> str:
    # A line break counts one, however many bytes the browser sends for it.
    text = _text(raw)
    if len(text) > MAX_WORDS:
        raise Wrong(
            _("5,000字までにしてください。いまは%(n)s字です。入力した文章は消えていません。")
            % {"n": f"{len(text):,}"}
        )
    return text


def _email(question: Asked, raw: Any) -> str:
    text = unicodedata.normalize("NFKC", _line(raw, 254)).replace(" ", "")
    try:
        validate_email(text)
    except ValidationError:
        raise Wrong(_("メールアドレスの形ではないようです（例：hanako@example.jp）。")) from None
    return text


def _phone(question: Asked, raw: Any) -> str:
    text = unicodedata.normalize("NFKC", _line(raw, 40))
    text = re.sub(r"[‐‑‒–—―−ー－]", "-", text)
    if not _PHONE.fullmatch(text):
        raise Wrong(_("電話番号は、数字とハイフンで入力してください（例：03-1234-5678）。"))
    return text


def _date(question: Asked, raw: Any) -> str:
    text = unicodedata.normalize("NFKC", _line(raw, 40)).replace(" ", "")
    found = _DATE.fullmatch(text)
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        raise Wrong(_("日付は「2026年11月25日」や「2026/11/25」のように入力してください。"))
    return day.isoformat()


def _number(question: Asked, raw: Any) -> int | float:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise Wrong(_("数字で入力してください。"))
    text = unicodedata.normalize("NFKC", str(raw)).strip().replace(",", "").replace("−", "-")
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise Wrong(_("数字で入力してください。")) from None
    if not value.is_finite() or value.adjusted() >= _MOST_DIGITS or value != round(value, 4):
        raise Wrong(_("数字は14桁まで、小数点より下は4桁までです。"))
    low, high = question.options.get("min"), question.options.get("max")
    if (low is not None and value < low) or (high is not None and value > high):
        raise Wrong(_("%(low)sから%(high)sまでの数で入力してください。") % {
            "low": "…" if low is None else low, "high": "…" if high is None else high
        })  # fmt: skip
    return int(value) if value == value.to_integral_value() else float(value)


def _consent(question: Asked, raw: Any) -> bool:
    if raw in (True, "1", "on"):
        return True
    raise Wrong(_("同意いただける場合は、チェックを入れてください。"))


def _hidden(question: Asked, raw: Any) -> str:
    return _line(raw if isinstance(raw, str) else str(raw), MAX_SHORT)


_READERS: Mapping[str, Callable[[Asked, Any], Any]] = {
    **dict.fromkeys(SCALES, _scale),
    "single": _single,
    "multiple": _multiple,
    "matrix": _matrix,
    "ranking": _ranking,
    "short": _short,
    "long": _long,
    "email": _email,
    "phone": _phone,
    "date": _date,
    "number": _number,
    "consent": _consent,
    "hidden": _hidden,
}
