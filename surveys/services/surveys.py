"""A survey from draft to publication to its end."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from surveys.models import Question, Survey, SurveyVersion
from surveys.queries import definitions, editing
from surveys.services import checks, designs, retention
from voc import audit
from voc.errors import Refused
from voc.models import User

SURVEY_FIELDS = (
    "title", "slug", "kind", "purpose", "operator", "contact", "retention_months", "may_tell",
    "thanks", "touchpoint", "product",
)  # fmt: skip
# What a form may leave out; a new survey has the model's own defaults.
MORE_FIELDS = ("languages", "translations", "opens_at", "closes_at", "shuffle", "frame_origins")
# Form field → column, for the two questions that every template begins with.
SCORE_FIELDS = {
    "score_label": "label", "score_help": "help", "low_label": "low_label",
    "high_label": "high_label", "score_required": "required",
}  # fmt: skip
COMMENT_FIELDS = {
    "comment_label": "label", "comment_help": "help", "comment_required": "required",
}  # fmt: skip


class Stale(Refused):
    """Somebody else changed the same thing meanwhile; `present` is what it is now."""

    def __init__(self, survey: Survey, present: dict[str, Any] | None = None) -> None:
        who = editing.last_editor(survey)
        super().__init__(
            _("%(who)sさんが先に変更しました。まだ保存していません。") % {"who": who}
            if who
            else _("ほかの人が先に変更しました。まだ保存していません。"),
            "changed_meanwhile",
        )
        self.present = present


@transaction.atomic
def create_survey(
    *, actor: User, now: datetime, questions: Sequence[dict[str, Any]] = (), **values: Any
) -> Survey:
    """A draft with these questions, or with a score question and a comment question."""
    survey = Survey(
        created_by=actor, created_at=now, **{name: values[name] for name in SURVEY_FIELDS}
    )
    for name in MORE_FIELDS:
        if name in values:
            setattr(survey, name, values[name])
    _save(survey)
    if questions:
        designs.replace(survey, questions)
    else:
        score = {column: values[name] for name, column in SCORE_FIELDS.items()}
        words = {column: values[name] for name, column in COMMENT_FIELDS.items()}
        designs.replace(
            survey,
            [
                {"key": "score", "kind": survey.kind, **score},
                {"key": "comment", "kind": Question.Kind.LONG, **words},
            ],
        )
    audit.record("survey.create", survey, actor=actor, now=now, detail={"slug": survey.slug})
    return survey


@transaction.atomic
def edit_survey(
    *, survey: Survey, actor: User, now: datetime, seen: str = "", **values: Any
) -> Survey:
    """The survey with other words. A published one keeps showing its publication until the next.

    With `seen`, a token of `editing.settings_token`, `Stale` when it is no longer what was seen.
    """
    survey = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    given = {name: values[name] for name in (*SURVEY_FIELDS, *MORE_FIELDS) if name in values}
    differs = any(getattr(survey, name) != value for name, value in given.items())
    if seen and differs and seen != editing.settings_token(survey):
        raise Stale(survey)
    if survey.version:
        _keep_publication(survey, now=now)
        for name in ("slug", "kind"):
            if name in values and values[name] != getattr(survey, name):
                raise Refused(
                    _("公開したあとは、アドレスと種類を変えられません。"), "published_already"
                )
    before = definitions.freeze(survey)
    for name, value in given.items():
        setattr(survey, name, value)
    _save(survey)
    for key, columns in (("score", SCORE_FIELDS), ("comment", COMMENT_FIELDS)):
        words = {column: values[name] for name, column in columns.items() if name in values}
        if words:
            Question.objects.filter(survey=survey, key=key).update(**words)
    after = definitions.freeze(survey)
    changed = sorted(name for name in after if after[name] != before[name])
    if changed:
        audit.record("survey.edit", survey, actor=actor, now=now, detail={"changed": changed})
    definitions.forget(survey.slug)
    return survey


@transaction.atomic
def set_questions(
    *, survey: Survey, questions: Sequence[dict[str, Any]], actor: User, now: datetime, seen: str = ""
) -> Survey:
    """The survey with exactly these questions, in this order; what was public stays until published.

    Each is a dict of the columns of Question with its `key`; keys that are gone are retired, so
    that the answers given to them stay. With `seen`, a token of `editing.as_data`, `Stale` when
    they are no longer what was seen.
    """
    survey = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    if seen and seen != editing.token(editing.as_data(survey)):
        raise Stale(survey)
    if survey.version:
        _keep_publication(survey, now=now)
    before = definitions.freeze(survey)["questions"]
    designs.replace(survey, questions)
    if definitions.freeze(survey)["questions"] != before:
        audit.record(
            "survey.edit", survey, actor=actor, now=now, detail={"changed": ["questions"]}
        )
    definitions.forget(survey.slug)
    return survey


def _save(survey: Survey) -> None:
    problem = designs.bad_surroundings(survey)
    if problem:
        raise Refused(problem, "bad_settings")
    try:
        with transaction.atomic():
            survey.save()
    except IntegrityError:
        if Survey.objects.filter(slug=survey.slug).exclude(pk=survey.pk).exists():
            raise Refused(_("このアドレスは、ほかのアンケートで使っています。"), "slug_taken") from None
        raise


def _keep_publication(survey: Survey, *, now: datetime) -> None:
    """Makes sure that what is public is kept as a version before its rows change."""
    SurveyVersion.objects.get_or_create(
        survey=survey,
        number=survey.version,
        defaults={
            "content": definitions.freeze(survey),
            "published_at": survey.published_at or now,
            "published_by": None,
        },
    )


def missing_for_publication(survey: Survey) -> list[str]:
    """What people must be told before they answer and is not there yet, in words."""
    return [one.name for one in checks.needed(survey)]


@transaction.atomic
def publish_survey(*, survey: Survey, actor: User, now: datetime) -> Survey:
    """The survey, open to answers in its present words; a new version when they have changed."""
    survey = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    missing = missing_for_publication(survey)
    if missing:
        raise Refused(
            _("公開の前に、次の項目を書いてください：%(names)s") % {"names": _("、").join(missing)},
            "incomplete",
        )
    if survey.version:
        _keep_publication(survey, now=now)
    content = definitions.freeze(survey)
    last = SurveyVersion.objects.filter(survey=survey, number=survey.version).first()
    if last is None or last.content != content:
        survey.version += 1
        SurveyVersion.objects.create(
            survey=survey,
            number=survey.version,
            content=content,
            published_at=now,
            published_by=actor,
        )
    survey.state = Survey.State.PUBLISHED
    survey.published_at = now
    survey.save(update_fields=["state", "version", "published_at"])
    audit.record(
        "survey.publish", survey, actor=actor, now=now, detail={"version": survey.version}
    )
    retention.promise(now=now)
    slug = survey.slug
    definitions.forget(slug)
    transaction.on_commit(lambda: definitions.forget(slug))
    return survey


@transaction.atomic
def close_survey(*, survey: Survey, actor: User, now: datetime) -> Survey:
    """The survey, taking no more answers; a closed one stays as it is."""
    closed = Survey.objects.filter(pk=survey.pk, state=Survey.State.PUBLISHED).update(
        state=Survey.State.CLOSED
    )
    if closed:
        audit.record("survey.close", survey, actor=actor, now=now)
        slug = survey.slug
        transaction.on_commit(lambda: definitions.forget(slug))
    elif survey.state == Survey.State.DRAFT:
        raise Refused(_("下書きは終了できません。"), "not_published")
    survey.refresh_from_db()
    return survey


def free_slug(wanted: str) -> str:
    """An address nobody uses yet, made from the wanted one."""
    base = re.sub(r"[^a-z0-9-]+", "-", wanted.lower()).strip("-")[:50] or "survey"
    taken = set(Survey.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    number, slug = 2, base
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug
