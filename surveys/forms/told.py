"""Questions and their conditions in words, as the staff read them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.questions.asked import OTHER, Asked

_SHORT = 24
GROUPS = {
    "promoter": gettext_lazy("推奨者（9〜10）"),
    "passive": gettext_lazy("中立者（7〜8）"),
    "detractor": gettext_lazy("批判者（0〜6）"),
}
_RANGES = {
    "promoter": gettext_lazy("9〜10"),
    "passive": gettext_lazy("7〜8"),
    "detractor": gettext_lazy("0〜6"),
}
ICONS = {
    "nps": "thumb-up", "csat": "star", "ces": "scale", "rating": "star", "single": "circle-check",
    "multiple": "check", "matrix": "stack-2", "ranking": "list", "short": "pencil",
    "long": "message-2", "email": "at", "phone": "phone", "date": "calendar", "number": "selector",
    "consent": "shield-lock", "hidden": "eye-off", "statement": "info-circle", "section": "minus",
}  # fmt: skip


def rule(rule: Mapping[str, Any], by_key: Mapping[str, Asked]) -> str:
    """「『すすめたいですか』が0〜6のとき」; "" for a question that everybody sees."""
    conditions = rule.get("when", ())
    if not conditions:
        return ""
    joint = _("、または、") if rule.get("mode") == "any" else _("、かつ、")
    return _("%(conditions)sのとき") % {
        "conditions": joint.join(_one(one, by_key) for one in conditions)
    }


def _one(condition: Mapping[str, Any], by_key: Mapping[str, Asked]) -> str:
    question = by_key.get(condition["question"])
    label = short(question) if question else condition["question"]
    op, value = condition["op"], condition.get("value")
    values = {"label": label, "value": _value(question, value)}
    if op == "group":
        values["value"] = _RANGES.get(str(value), str(value))
    return _SAID[op] % values


_SAID = {
    "eq": gettext_lazy("『%(label)s』が%(value)s"),
    "ne": gettext_lazy("『%(label)s』が%(value)s以外"),
    "in": gettext_lazy("『%(label)s』が%(value)s"),
    "group": gettext_lazy("『%(label)s』が%(value)s"),
    "lt": gettext_lazy("『%(label)s』が%(value)sより小さい"),
    "lte": gettext_lazy("『%(label)s』が%(value)s以下"),
    "gt": gettext_lazy("『%(label)s』が%(value)sより大きい"),
    "gte": gettext_lazy("『%(label)s』が%(value)s以上"),
    "answered": gettext_lazy("『%(label)s』に答えた"),
    "unanswered": gettext_lazy("『%(label)s』に答えていない"),
}


def short(question: Asked) -> str:
    """The beginning of its words, or its key where it has none."""
    text = " ".join(question.label.split()) or question.key
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"


def _value(question: Asked | None, value: Any) -> str:
    if isinstance(value, list):
        return _("か").join(_value(question, one) for one in value)
    if question is None or question.kind not in ("single", "multiple", "ranking"):
        return str(value)
    labels = {one.id: one.label for one in question.words().choices} | {OTHER: _("その他")}
    return f"「{labels.get(str(value), value)}」"
