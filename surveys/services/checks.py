"""What a survey lacks before it can be published, and what would make it better."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from surveys.models import Survey
from surveys.queries import editing
from surveys.questions import effort, flow, logic
from surveys.questions.asked import SHOWN, Asked

MANY_QUESTIONS = 12
MANY_MINUTES = 5
_SHORT = 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing, in words. `place` says where it is mended: settings, questions, words, question."""

    name: str
    text: str
    place: str
    # A field of the settings, a key, or a language.
    where: str = ""


def asked_of(survey: Survey) -> list[Asked]:
    """The questions on the desk as the form would draw them."""
    return [editing.as_asked(question) for question in editing.as_data(survey)]


def needed(survey: Survey, asked: list[Asked] | None = None) -> list[Finding]:
    """What people must be told before they answer, and what a score needs; without it: no publication."""
    asked = asked_of(survey) if asked is None else asked
    found = [
        Finding(name, _("%(name)sを書いてください。") % {"name": name}, "settings", field)
        for field, name, value in (
            ("purpose", _("利用目的"), survey.purpose),
            ("operator", _("運営者"), survey.operator),
            ("contact", _("問い合わせ先"), survey.contact),
            ("retention_months", _("保管する月数"), survey.retention_months),
            ("title", _("題"), survey.title),
        )
        if not str(value or "").strip()
    ]
    if survey.kind != Survey.Kind.NONE and not any(q.kind == survey.kind for q in asked):
        text = _("「%(kind)s」の質問がありません。足すか、設定で種類を変えてください。")
        found.append(
            Finding(_("評価の質問"), text % {"kind": survey.get_kind_display()}, "questions")
        )
    if not any(q.kind not in SHOWN and q.kind != "hidden" for q in asked):
        found.append(Finding(_("質問"), _("答えていただく質問がありません。"), "questions"))
    for language in survey.languages[1:]:
        if not survey.translations.get(language, {}).get("purpose", "").strip():
            name = _("利用目的（%(language)s）") % {"language": language}
            found.append(
                Finding(name, _("%(name)sを書いてください。") % {"name": name}, "words", language)
            )
    return found


def hints(survey: Survey, asked: list[Asked] | None = None) -> list[Finding]:
    """What is probably not meant; none of it keeps a survey from being published."""
    asked = asked_of(survey) if asked is None else asked
    return [*_about_rules(asked), *_about_words(survey, asked), *_about_length(asked)]


def _about_rules(asked: list[Asked]) -> Iterator[Finding]:
    by_key = {question.key: question for question in asked}
    for question in asked:
        label = question.label[:_SHORT] or question.key
        if logic.contradictory(question.show_if, by_key):
            text = _("「%(label)s」の表示の条件は、どう答えても成り立ちません。")
        elif logic.unreachable(question, by_key):
            text = _(
                "「%(label)s」には、どう答えてもたどり着けません。前の質問の条件と合いません。"
            )
        else:
            continue
        yield Finding("", text % {"label": label}, "question", question.key)
    for question in asked:
        unknown = sorted(flow.pipes(question) - by_key.keys())
        if unknown:
            text = _("「%(label)s」の{%(key)s}にあたる質問がありません。")
            yield Finding(
                "",
                text % {"label": question.label[:_SHORT], "key": unknown[0]},
                "question",
                question.key,
            )


def _about_words(survey: Survey, asked: list[Asked]) -> Iterator[Finding]:
    for language in survey.languages[1:]:
        left = untranslated(survey, asked, language)
        if left:
            text = _(
                "%(language)sの訳がない文が%(n)sか所あります。訳がないところは、もとの文のまま表示します。"
            )
            yield Finding("", text % {"language": language, "n": left}, "words", language)


def untranslated(survey: Survey, asked: list[Asked], language: str) -> int:
    """How many texts have no words in this language."""
    said = survey.translations.get(language, {})
    left = sum(
        1
        for name in ("title", "thanks")
        if getattr(survey, name).strip() and not str(said.get(name, "")).strip()
    )
    for question in asked:
        words = question.translations.get(language, {})
        own = {name: getattr(question, name) for name in ("label", "help", "low", "high")}
        left += sum(1 for name, text in own.items() if text and not words.get(name))
        for group in ("choices", "rows"):
            labels = words.get(group, {})
            left += sum(1 for row in question.options.get(group, ()) if not labels.get(row["id"]))
        for row in question.variants:
            said = row.get("translations", {}).get(language, {})
            left += sum(1 for name in ("label", "help") if row.get(name) and not said.get(name))
    return left


def _about_length(asked: list[Asked]) -> Iterator[Finding]:
    number = sum(1 for q in asked if q.kind not in SHOWN and q.kind != "hidden" and not q.show_if)
    if number > MANY_QUESTIONS:
        text = _(
            "だれにでも聞く質問が%(n)s問あります。%(most)s問までにすると、最後まで答える人が増えます。"
        )
        yield Finding("", text % {"n": number, "most": MANY_QUESTIONS}, "questions")
    minutes = effort.minutes(asked)
    if minutes > MANY_MINUTES:
        text = _(
            "答えるのに約%(n)s分かかる見込みです。%(most)s分までにすると、途中でやめる人が減ります。"
        )
        yield Finding("", text % {"n": minutes, "most": MANY_MINUTES}, "questions")
