"""Single steps of an editor, each made from the list as it is now, under the survey's lock."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from surveys.models import Quota, Survey
from surveys.queries import definitions, editing
from surveys.questions import rules
from surveys.services import designs
from surveys.services.surveys import Stale, edit_survey, set_questions
from voc import audit
from voc.errors import Refused
from voc.models import User

Questions = list[dict[str, Any]]
MOST_QUOTAS = 20
# Under this name the words of other wordings come, by their ids.
VARIANTS = "variants"


@transaction.atomic
def _step(
    survey: Survey, change: Callable[[Questions], Questions], *, actor: User, now: datetime
) -> Survey:
    survey = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    present = editing.as_data(survey)
    wanted = change([dict(question) for question in present])
    if wanted == present:
        return survey
    return set_questions(survey=survey, questions=wanted, actor=actor, now=now)


def add_question(
    *, survey: Survey, question: dict[str, Any], after: str, actor: User, now: datetime
) -> Survey:
    """The survey with the question behind the one named, or at the end.

    The same question again changes nothing; another one under its key is refused.
    """

    def change(questions: Questions) -> Questions:
        same = _find(questions, question["key"])
        if same is not None and same == {**same, **question}:
            return questions
        if survey.questions.filter(key=question["key"]).exists():
            raise Refused(
                _("識別名「%(key)s」は、ほかの質問で使っています。") % {"key": question["key"]},
                "key_taken",
            )
        place = next(
            (n for n, one in enumerate(questions, 1) if one["key"] == after), len(questions)
        )
        return [*questions[:place], question, *questions[place:]]

    return _step(survey, change, actor=actor, now=now)


def save_question(
    *, survey: Survey, question: dict[str, Any], seen: str, actor: User, now: datetime
) -> Survey:
    """The survey with these words for one question; `Stale` when it is no longer what was seen."""

    def change(questions: Questions) -> Questions:
        present = _find(questions, question["key"])
        if present is None:
            raise Refused(_("この質問は、もう消されています。"), "gone")
        wanted = {**present, **question}
        if editing.token(present) != seen and wanted != present:
            raise Stale(survey, present)
        return [wanted if one["key"] == question["key"] else one for one in questions]

    return _step(survey, change, actor=actor, now=now)


def copy_question(*, survey: Survey, key: str, new_key: str, actor: User, now: datetime) -> Survey:
    """The survey with a copy behind the question; the same new key again makes no second one."""

    def change(questions: Questions) -> Questions:
        original = _find(questions, key)
        if original is None:
            raise Refused(_("この質問は、もう消されています。"), "gone")
        if survey.questions.filter(key=new_key).exists():
            return questions
        place = questions.index(original) + 1
        return [*questions[:place], {**original, "key": new_key}, *questions[place:]]

    return _step(survey, change, actor=actor, now=now)


def move_question(
    *, survey: Survey, key: str, beside: str, before: bool, actor: User, now: datetime
) -> Survey:
    """The survey with the question right before, or right behind, another; again: no change."""

    def change(questions: Questions) -> Questions:
        moved, other = _find(questions, key), _find(questions, beside)
        if moved is None or other is None:
            raise Refused(_("この質問は、もう消されています。"), "gone")
        if moved is other:
            return questions
        rest = [one for one in questions if one is not moved]
        place = rest.index(other) + (not before)
        wanted = [*rest[:place], moved, *rest[place:]]
        _keep_order(wanted)
        return wanted

    return _step(survey, change, actor=actor, now=now)


def _keep_order(questions: Questions) -> None:
    """Says in words which condition would come before what it asks about."""
    before: set[str] = set()
    names = {one["key"]: one["label"] for one in questions}
    for question in questions:
        missing = sorted(rules.names_in(question["show_if"]) - before)
        if missing:
            raise Refused(
                _(
                    "「%(label)s」は「%(parent)s」の答えで表示が決まるため、その後ろに置いてください。"
                )
                % {
                    "label": question["label"][:40],
                    "parent": names.get(missing[0], missing[0])[:40],
                },
                "before_its_reason",
            )
        before.add(question["key"])


def drop_question(*, survey: Survey, key: str, actor: User, now: datetime) -> Survey:
    """The survey without the question; its answers stay. Gone already: no change."""

    def change(questions: Questions) -> Questions:
        user = next((one for one in questions if key in rules.names_in(one["show_if"])), None)
        if user is not None:
            raise Refused(
                _(
                    "「%(label)s」の表示の条件で使っているため、消せません。先にその条件を外してください。"
                )
                % {"label": user["label"][:40]},
                "in_use",
            )
        quota = next(
            (one for one in editing.quotas_of(survey) if key in rules.names_in(one.rule)), None
        )
        if quota is not None:
            raise Refused(
                _(
                    "回答数の上限「%(name)s」で使っているため、消せません。先に上限を消してください。"
                )
                % {"name": quota.name},
                "in_use",
            )
        rest = [one for one in questions if one["key"] != key]
        if not rest:
            raise Refused(_("最後の1問は消せません。先にほかの質問を足してください。"), "last_one")
        return rest

    return _step(survey, change, actor=actor, now=now)


@transaction.atomic
def translate(
    *,
    survey: Survey,
    language: str,
    words: dict[str, dict[str, Any]],
    texts: dict[str, str] | None,
    seen: str,
    actor: User,
    now: datetime,
) -> Survey:
    """The survey with these translations: of questions by key, of title, purpose and thanks.

    `seen` is a token of `editing.words_token`; `Stale` when the words are no longer what was seen.
    """
    survey = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    present = editing.as_data(survey)
    wanted = [
        _translated(one, language, words[one["key"]]) if one["key"] in words else one
        for one in present
    ]
    around = survey.translations
    if texts is not None:
        around = _with(around, language, texts)
    if wanted == present and around == survey.translations:
        return survey
    if editing.words_token(survey, language) != seen:
        raise Stale(survey)
    if wanted != present:
        survey = set_questions(survey=survey, questions=wanted, actor=actor, now=now)
    if around != survey.translations:
        survey = edit_survey(survey=survey, actor=actor, now=now, translations=around)
    return survey


def _translated(question: dict[str, Any], language: str, words: dict[str, Any]) -> dict[str, Any]:
    own = {name: text for name, text in words.items() if name != VARIANTS}
    by_id = words.get(VARIANTS, {})
    variants = []
    for row in question["variants"]:
        said = _with(row.get("translations", {}), language, by_id.get(row["id"], {}))
        plain = {name: value for name, value in row.items() if name != "translations"}
        variants.append({**plain, "translations": said} if said else plain)
    return {
        **question,
        "translations": _with(question["translations"], language, own),
        "variants": variants,
    }


def _with(translations: dict[str, Any], language: str, words: dict[str, Any]) -> dict[str, Any]:
    filled = {name: text for name, text in words.items() if text}
    rest = {name: said for name, said in translations.items() if name != language}
    return {**rest, language: filled} if filled else rest


@transaction.atomic
def add_quota(
    *, survey: Survey, name: str, rule: dict[str, Any], most: int, actor: User, now: datetime
) -> Quota:
    """How many answers of a kind are wanted; the same again is the one there is."""
    survey = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    same = Quota.objects.filter(survey=survey, name=name).first()
    if same is not None:
        if (same.rule, same.most) == (rule, most):
            return same
        raise Refused(_("「%(name)s」という上限は、もうあります。") % {"name": name}, "name_taken")
    if Quota.objects.filter(survey=survey).count() >= MOST_QUOTAS:
        raise Refused(_("上限は%(most)s個までです。") % {"most": MOST_QUOTAS}, "too_many")
    problem = designs.bad_rule(rule, {one.key for one in definitions.questions_of(survey)})
    if problem:
        raise Refused(problem, "bad_rule")
    quota = Quota.objects.create(survey=survey, name=name, rule=rule, most=most)
    audit.record("survey.edit", survey, actor=actor, now=now, detail={"changed": ["quotas"]})
    definitions.forget(survey.slug)
    return quota


@transaction.atomic
def drop_quota(*, survey: Survey, quota_id: int, actor: User, now: datetime) -> None:
    """Without this limit; gone already: no change."""
    deleted, _models = Quota.objects.filter(survey=survey, pk=quota_id).delete()
    if deleted:
        audit.record("survey.edit", survey, actor=actor, now=now, detail={"changed": ["quotas"]})
        definitions.forget(survey.slug)


def _find(questions: Questions, key: str) -> dict[str, Any] | None:
    return next((one for one in questions if one["key"] == key), None)
