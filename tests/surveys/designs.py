"""Surveys of many questions for the tests of this folder."""

from typing import Any

from surveys.models import Survey
from surveys.services import designs
from tests import factories


def choices(*labels: str) -> list[dict[str, Any]]:
    return [{"id": f"c{n}", "label": label} for n, label in enumerate(labels, 1)]


BRANCHING: list[dict[str, Any]] = [
    {"key": "score", "kind": "nps", "label": "すすめたいですか。", "required": True,
     "translations": {"en": {"label": "Would you recommend us?", "low": "No", "high": "Yes"}}},
    {"key": "why-low", "kind": "long", "label": "{score}点の理由を教えてください。", "required": True,
     "show_if": {"when": [{"question": "score", "op": "group", "value": "detractor"}]},
     "translations": {"en": {"label": "Why {score}?"}}},
    {"key": "why-high", "kind": "single", "label": "いちばん良かったものはどれですか。",
     "options": {"choices": choices("品ぞろえ", "価格"), "other": True},
     "show_if": {"when": [{"question": "score", "op": "group", "value": "promoter"}]},
     "translations": {"en": {"label": "What was best?", "choices": {"c1": "Range", "c2": "Price"}}}},
    {"key": "end", "kind": "section", "label": "さいごに"},
    {"key": "used", "kind": "multiple", "label": "使ったものを選んでください。",
     "options": {"choices": [*choices("店", "アプリ"), {"id": "none", "label": "どれも使っていない", "alone": True}]}},
    {"key": "campaign", "kind": "hidden", "label": ""},
]  # fmt: skip

EVERY_KIND: list[dict[str, Any]] = [
    {"key": "hello", "kind": "statement", "label": "ご協力をお願いします。"},
    {"key": "nps", "kind": "nps", "label": "すすめたいですか。"},
    {"key": "csat", "kind": "csat", "label": "満足していますか。"},
    {"key": "ces", "kind": "ces", "label": "手間なく解決できましたか。"},
    {"key": "stars", "kind": "rating", "label": "品質はいかがですか。", "options": {"points": 5}},
    {"key": "one", "kind": "single", "label": "どれか1つ", "options": {"choices": choices("赤", "青"), "other": True}},
    {"key": "many", "kind": "multiple", "label": "いくつでも", "options": {"choices": choices("赤", "青", "白"), "most": 2}},
    {"key": "grid", "kind": "matrix", "label": "それぞれの満足",
     "options": {"rows": [{"id": "r1", "label": "味"}, {"id": "r2", "label": "値段"}], "choices": choices("よい", "ふつう", "わるい")}},
    {"key": "rank", "kind": "ranking", "label": "大切な順", "options": {"choices": choices("味", "値段", "速さ")}},
    {"key": "short", "kind": "short", "label": "ひとことで"},
    {"key": "words", "kind": "long", "label": "くわしく"},
    {"key": "mail", "kind": "email", "label": "メールアドレス"},
    {"key": "tel", "kind": "phone", "label": "電話番号"},
    {"key": "day", "kind": "date", "label": "ご利用日"},
    {"key": "many-people", "kind": "number", "label": "人数", "options": {"min": 1, "max": 20}},
    {"key": "agreed", "kind": "consent", "label": "結果の公開に同意します。"},
]  # fmt: skip


def survey_of(questions: list[dict[str, Any]], **values: Any) -> Survey:
    """A published survey of these questions."""
    survey: Survey = factories.SurveyFactory(**{"slug": "many", **values})
    designs.replace(survey, questions)
    return survey
