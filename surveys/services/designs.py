"""The questions of a survey, checked as a whole and put in place of what was there."""

import re
from collections.abc import Sequence
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from surveys.models import Question, Survey
from surveys.questions import rules
from surveys.questions.asked import CHOOSING, OTHER
from voc import jsonguard
from voc.errors import Refused

MOST_QUESTIONS = 100
MOST_CHOICES = 100
MOST_VARIANTS = 5
MOST_LABEL = 200
_KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
# Names the page itself sends.
_DEFAULTS: dict[str, Any] = {
    "required": False, "options": {}, "show_if": {}, "translations": {}, "variants": [],
}  # fmt: skip
RESERVED = frozenset({"key", "v", "p", "t", "lang", "k", "website"})
_LONGEST = {"label": 300, "help": 500, "low_label": 40, "high_label": 40}
# The same words in a translation, where they have shorter names.
_TRANSLATED = {"label": 300, "help": 500, "low": 40, "high": 40}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
MOST_LANGUAGES = 20
MOST_ORIGINS = 20
ORIGIN = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
# A value in a condition is a choice, a number, a day or a short text.
_MOST_VALUE = 300
_MOST_NUMBER = 10**14
COLUMNS = (
    "kind", "label", "help", "low_label", "high_label", "required", "options", "show_if",
    "translations", "variants",
)  # fmt: skip


def replace(survey: Survey, questions: Sequence[dict[str, Any]]) -> None:
    """Stores exactly these questions; `Refused` names the first that cannot be asked."""
    check(questions)
    gone = Question.objects.filter(survey=survey).exclude(key__in=[q["key"] for q in questions])
    if survey.version:
        gone.update(retired=True)
    else:
        # Nobody has seen a draft, and no publication names its rows.
        gone.filter(answers=None).delete()
        gone.update(retired=True)
    # Out of the way first: places are unique among the questions that are asked.
    Question.objects.filter(survey=survey, retired=False).update(
        position=F("position") + MOST_QUESTIONS + 1
    )
    present = {question.key: question for question in Question.objects.filter(survey=survey)}
    for place, given in enumerate(questions, start=1):
        question = present.get(given["key"]) or Question(survey=survey, key=given["key"])
        if question.pk and question.kind != given["kind"] and question.answers.exists():
            raise Refused(
                _("質問%(n)s：回答のある質問の種類は変えられません。新しい質問を足してください。") % {"n": place},
                "answered_already",
            )
        for name in COLUMNS:
            setattr(question, name, given.get(name, _DEFAULTS.get(name, "")))
        question.position, question.retired = place, False
        question.save()


def check(questions: Sequence[dict[str, Any]]) -> None:
    """Refuses what could not be asked or answered, naming the question by its number."""
    if not 1 <= len(questions) <= MOST_QUESTIONS:
        raise Refused(_("質問は1問から%(most)s問までです。") % {"most": MOST_QUESTIONS}, "bad_number")
    before: set[str] = set()
    for number, question in enumerate(questions, start=1):
        problem = (
            _unsafe(question)
            or _bad_key(question, before)
            or _bad_words(question)
            or _bad_options(question)
            or bad_rule(question.get("show_if") or {}, before)
            or _bad_variants(question.get("variants") or [])
            or _bad_translations(question.get("translations") or {})
        )
        if problem:
            raise Refused(_("質問%(n)s：%(problem)s") % {"n": number, "problem": problem}, "bad_question")
        before.add(question["key"])


def _unsafe(question: dict[str, Any]) -> str:
    """What a column could not hold: NUL, half a character, lists without an end."""
    try:
        jsonguard.check(question)
    except jsonguard.NotStorable as refused:
        return refused.message
    return ""


def _bad_key(question: dict[str, Any], before: set[str]) -> str:
    key = question.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key) or key in RESERVED:
        return _("識別名は、半角の英小文字で始まる40字までの英数字で書いてください。")
    if key in before:
        return _("識別名「%(key)s」が2つあります。") % {"key": key}
    if question.get("kind") not in Question.Kind.values:
        return _("質問の種類が正しくありません。")
    return ""


def _bad_words(question: dict[str, Any]) -> str:
    if question["kind"] != "hidden" and not str(question.get("label") or "").strip():
        return _("質問の文を書いてください。")
    return _bad_text(question, _LONGEST)


def _bad_options(question: dict[str, Any]) -> str:
    kind, options = question["kind"], question.get("options") or {}
    if not isinstance(options, dict):
        return _("選択肢の形が正しくありません。")
    for name in ("choices", "rows"):
        problem = _bad_choices(options.get(name, []))
        if problem:
            return problem
    choices = options.get("choices", [])
    if kind in CHOOSING and len(choices) + bool(options.get(OTHER)) < 2:
        return _("選択肢を2つ以上書いてください。")
    if kind == "matrix" and not options.get("rows"):
        return _("行を1つ以上書いてください。")
    points = options.get("points", 5)
    if kind == "rating" and (isinstance(points, bool) or not isinstance(points, int) or not 2 <= points <= 10):
        return _("段階は2から10までです。")
    low, high = options.get("min"), options.get("max")
    if any(isinstance(limit, bool) or not isinstance(limit, int | float | None) for limit in (low, high)):
        return _("数の範囲が正しくありません。")
    if low is not None and high is not None and low > high:
        return _("数の範囲が正しくありません。")
    if any(limit is not None and abs(limit) >= _MOST_NUMBER for limit in (low, high)):
        return _("数の範囲が正しくありません。")
    most = options.get("most")
    if most is not None and (isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= 5_000):
        return _("上限は1以上の整数で書いてください。")
    if any(not isinstance(options.get(name, False), bool) for name in (OTHER, "shuffle")):
        return _("選択肢の形が正しくありません。")
    return ""


def _bad_choices(choices: Any) -> str:
    if not isinstance(choices, list) or len(choices) > MOST_CHOICES:
        return _("選択肢は%(most)s個までです。") % {"most": MOST_CHOICES}
    ids: set[str] = set()
    for choice in choices:
        if not isinstance(choice, dict) or not isinstance(choice.get("label"), str):
            return _("選択肢の形が正しくありません。")
        identity = choice.get("id")
        if not isinstance(identity, str) or not _ID.fullmatch(identity) or identity in ids | {OTHER}:
            return _("選択肢の識別名が正しくありません。")
        if not 1 <= len(choice["label"].strip()) <= MOST_LABEL:
            return _("選択肢は1字から%(most)s字までで書いてください。") % {"most": MOST_LABEL}
        ids.add(identity)
    return ""


def bad_rule(rule: Any, before: set[str]) -> str:
    """What is wrong with the rule, "" for nothing: it may only ask about what `before` names."""
    if rule == {}:
        return ""
    conditions = rule.get("when") if isinstance(rule, dict) else None
    if not isinstance(conditions, list) or not 1 <= len(conditions) <= rules.MAX_CONDITIONS:
        return _("表示の条件が正しくありません。")
    if rule.get("mode", "all") not in ("all", "any"):
        return _("表示の条件が正しくありません。")
    for condition in conditions:
        if not isinstance(condition, dict) or condition.get("op") not in rules.OPS:
            return _("表示の条件が正しくありません。")
        if not isinstance(condition.get("question"), str) or condition["question"] not in before:
            return _("表示の条件には、前にある質問だけを使えます。")
        if condition["op"] == "group" and condition.get("value") not in rules.GROUPS:
            return _("表示の条件が正しくありません。")
        if condition["op"] == "in" and not isinstance(condition.get("value"), list):
            return _("表示の条件が正しくありません。")
        if not _plain(condition.get("value")):
            return _("表示の条件が正しくありません。")
    return ""


def _plain(value: Any) -> bool:
    """Whether it is something that an answer can be compared with."""
    if isinstance(value, list):
        return len(value) <= MOST_CHOICES + 1 and all(not isinstance(one, list) and _plain(one) for one in value)
    return value is None or isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= _MOST_VALUE)


def _bad_variants(variants: Any) -> str:
    if not isinstance(variants, list) or len(variants) > MOST_VARIANTS:
        return _("言い換えは%(most)s個までです。") % {"most": MOST_VARIANTS}
    ids = [row.get("id") if isinstance(row, dict) else None for row in variants]
    if any(not isinstance(one, str) or not _ID.fullmatch(one) for one in ids) or len(set(ids)) != len(ids):
        return _("言い換えの識別名が正しくありません。")
    for row in variants:
        problem = _bad_text(row, {"label": 300, "help": 500}) or _bad_translations(row.get("translations") or {})
        if problem:
            return problem
    return ""


def _bad_translations(translations: Any) -> str:
    if not isinstance(translations, dict) or len(translations) > MOST_LANGUAGES:
        return _("訳文の形が正しくありません。")
    for language, words in translations.items():
        if not _LANGUAGE.fullmatch(language) or len(language) > 12 or not isinstance(words, dict):
            return _("訳文の形が正しくありません。")
        labels = [words.get(name) or {} for name in ("choices", "rows")]
        if any(not isinstance(one, dict) or len(one) > MOST_CHOICES + 1 for one in labels):
            return _("訳文の形が正しくありません。")
        problem = _bad_text(words, _TRANSLATED) or next(
            (found for one in labels for found in (_bad_text(one, dict.fromkeys(one, MOST_LABEL)),) if found), ""
        )
        if problem:
            return problem
    return ""


def bad_surroundings(survey: Survey) -> str:
    """What is wrong with the languages, times and sites around the questions; "" for nothing."""
    languages = survey.languages
    if not isinstance(languages, list) or not 1 <= len(languages) <= MOST_LANGUAGES:
        return _("言語は1つから%(most)sつまでです。") % {"most": MOST_LANGUAGES}
    if any(not isinstance(one, str) or len(one) > 12 or not _LANGUAGE.fullmatch(one) for one in languages):
        return _("言語の名前が正しくありません。")
    if len(set(languages)) != len(languages):
        return _("同じ言語が2つあります。")
    problem = _bad_texts_around(survey.translations)
    if problem:
        return problem
    if survey.opens_at and survey.closes_at and survey.opens_at >= survey.closes_at:
        return _("受け付けの終わりは、始まりより後にしてください。")
    origins = survey.frame_origins
    if not isinstance(origins, list) or len(origins) > MOST_ORIGINS:
        return _("サイトは%(most)s個までです。") % {"most": MOST_ORIGINS}
    if any(not isinstance(one, str) or len(one) > 200 or not ORIGIN.fullmatch(one) for one in origins):
        return _("サイトは「https://www.example.jp」の形で書いてください。")
    return ""


def _bad_texts_around(translations: Any) -> str:
    longest = {"title": 120, "purpose": 300, "thanks": 300}
    if not isinstance(translations, dict) or len(translations) > MOST_LANGUAGES:
        return _("訳文の形が正しくありません。")
    for language, words in translations.items():
        if not _LANGUAGE.fullmatch(str(language)) or not isinstance(words, dict):
            return _("訳文の形が正しくありません。")
        problem = _bad_text(words, longest)
        if problem:
            return problem
    return ""


def _bad_text(words: dict[str, Any], longest: dict[str, int]) -> str:
    for name, most in longest.items():
        text = words.get(name, "")
        if not isinstance(text, str) or len(text) > most:
            return _("文は%(most)s字までです。") % {"most": most}
    return ""
