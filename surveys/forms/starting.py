"""A survey made of one of the starters, in one language with the other beside it."""

from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from feedback.models import Touchpoint
from surveys.forms.starters import PURPOSE, STARTERS, THANKS, Data, Pair
from surveys.services.surveys import free_slug

LANGUAGES = ("ja", "en")
# Name in a starter → column of a question, name in a translation.
_TEXTS = {
    "label": ("label", "label"),
    "help": ("help", "help"),
    "low": ("low_label", "low"),
    "high": ("high_label", "high"),
}
_OPTIONS = ("other", "shuffle", "most", "points")


def names() -> list[tuple[str, str, str]]:
    """(key, name, explanation) of every starter, in the reader's language."""
    side = _side()
    return [(key, one["name"][side], one["text"][side]) for key, one in STARTERS.items()]


def _side() -> int:
    return 1 if (get_language() or "ja").startswith("en") else 0


def starting_values(starter: str, *, operator: str, contact: str, today: date) -> dict[str, Any]:
    """What the form of a new survey begins with."""
    data, side = STARTERS[starter], _side()
    shop = operator or _("当店")

    def said(pair: Pair) -> str:
        return pair[side].replace("{shop}", shop)

    return {
        "title": said(data["title"])[:120],
        "slug": free_slug(f"{starter}-{today:%Y%m}"),
        "touchpoint": Touchpoint.objects.filter(key=data["touchpoint"])
        .values_list("pk", flat=True)
        .first(),
        "purpose": said(data.get("purpose", PURPOSE))[:300],
        "operator": operator,
        "contact": contact,
        "retention_months": 24,
        "may_tell": True,
        "thanks": said(THANKS),
    }


def design(starter: str, *, operator: str) -> dict[str, Any]:
    """Kind, questions, languages and translations of a survey: everything the form does not ask.

    The words of the other language are there, so that ticking it is all that it takes.
    """
    data, side = STARTERS[starter], _side()
    shop, other = operator or _("当店"), 1 - side
    texts = {"title": data["title"], "purpose": data.get("purpose", PURPOSE), "thanks": THANKS}
    return {
        "kind": data["kind"],
        "languages": [LANGUAGES[side]],
        "translations": {
            LANGUAGES[other]: {
                name: pair[other].replace("{shop}", shop) for name, pair in texts.items()
            }
        },
        "questions": [_question(one, side, shop) for one in data["questions"]],
    }


def _question(data: Data, side: int, shop: str) -> dict[str, Any]:
    other = 1 - side
    question: dict[str, Any] = {
        "key": data["key"],
        "kind": data["kind"],
        "required": data.get("required", False),
        "show_if": data.get("show_if", {}),
        "options": {name: data[name] for name in _OPTIONS if name in data},
    }
    words: dict[str, Any] = {}
    for name, (column, translated) in _TEXTS.items():
        if data.get(name) and data[name][0]:
            question[column] = data[name][side].replace("{shop}", shop)
            words[translated] = data[name][other].replace("{shop}", shop)
    for group in ("choices", "rows"):
        if group in data:
            question["options"][group] = [
                {"id": row[0], "label": row[1 + side]} for row in data[group]
            ]
            words[group] = {row[0]: row[1 + other] for row in data[group]}
    question["translations"] = {LANGUAGES[other]: words} if words else {}
    return question
