"""A survey on the desk: its questions as data, and tokens that tell whether they have changed."""

import hashlib
import json
from typing import Any

from surveys.models import Answer, Quota, Survey
from surveys.queries import definitions
from surveys.questions.asked import Asked
from voc.models import AuditEntry


def as_data(survey: Survey) -> list[dict[str, Any]]:
    """The questions that are asked now, each as the columns that `set_questions` takes."""
    from surveys.services.designs import COLUMNS

    return [
        {"key": question.key, **{name: getattr(question, name) for name in COLUMNS}}
        for question in definitions.questions_of(survey)
    ]


def as_asked(question: dict[str, Any]) -> Asked:
    """One of them as the form draws it."""
    return Asked(
        pk=0,
        key=question["key"],
        kind=question["kind"],
        label=question.get("label", ""),
        help=question.get("help", ""),
        low=question.get("low_label", ""),
        high=question.get("high_label", ""),
        required=question.get("required", False),
        options=question.get("options", {}),
        show_if=question.get("show_if", {}),
        translations=question.get("translations", {}),
        variants=tuple(question.get("variants", ())),
    )


def token(value: Any) -> str:
    """Changes when the value does."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def settings_token(survey: Survey) -> str:
    """Changes when anything around the questions does."""
    content = definitions.freeze(survey)
    del content["questions"]
    return token({**content, "slug": survey.slug})


def last_editor(survey: Survey) -> str:
    """The name of whoever changed the survey last; "" for nobody yet."""
    entry = (
        AuditEntry.objects.filter(
            object_type="survey",
            object_id=str(survey.pk),
            action__in=("survey.edit", "survey.create"),
        )
        .order_by("-at", "-pk")
        .first()
    )
    return entry.actor_label if entry else ""


def free_key(survey: Survey) -> str:
    """A key that no question of the survey has or had."""
    taken = set(survey.questions.values_list("key", flat=True))
    return next(key for n in range(1, len(taken) + 2) if (key := f"q{n}") not in taken)


def is_answered(survey: Survey, key: str) -> bool:
    """Whether the question has an answer yet."""
    return Answer.objects.filter(question__survey=survey, question__key=key).exists()


def quotas_of(survey: Survey) -> list[Quota]:
    return list(Quota.objects.filter(survey=survey).order_by("pk"))


def words_token(survey: Survey, language: str) -> str:
    """Changes when the words to translate do, or what they are in this language."""
    questions = [
        {
            **question,
            "translations": question["translations"].get(language),
            "variants": [
                {**row, "translations": row.get("translations", {}).get(language)}
                for row in question["variants"]
            ],
        }
        for question in as_data(survey)
    ]
    around = (survey.title, survey.purpose, survey.thanks, survey.translations.get(language))
    return token([questions, around])
