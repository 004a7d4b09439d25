"""Surveys as the staff see them: a list with figures, one with what it lacks."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, QuerySet, Sum

from feedback.queries.scores import LEAST_SHOWN, figure
from feedback.stats.scores import Score
from surveys.models import Invitation, ResponseDay, Survey, SurveyVersion
from surveys.queries import definitions
from surveys.services.invitations import digest
from voc.models import User


def surveys_for(user: User) -> QuerySet[Survey]:
    """Surveys belong to the whole house."""
    return Survey.objects.all()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list; `figure` counts every answer since the first."""

    survey: Survey
    responses: int
    figure: Score
    enough: bool
    last_day: date | None


def rows_of(surveys: Sequence[Survey]) -> list[Row]:
    """Figures of these surveys in one query, from the daily counts."""
    counts: dict[int, dict[int, int]] = defaultdict(dict)
    last: dict[int, date] = {}
    days = (
        ResponseDay.objects.filter(survey__in=surveys, count__gt=0)
        .values("survey_id", "value")
        .annotate(n=Sum("count"), last=Max("local_day"))
        .order_by()
    )
    for cell in days:
        survey_id = cell["survey_id"]
        counts[survey_id][cell["value"]] = cell["n"]
        last[survey_id] = max(last.get(survey_id, cell["last"]), cell["last"])
    rows = []
    for survey in surveys:
        answered = {v: n for v, n in counts[survey.pk].items() if v != ResponseDay.NO_SCORE}
        value = figure(survey.kind, answered)
        rows.append(
            Row(
                survey=survey,
                responses=sum(counts[survey.pk].values()),
                figure=value,
                enough=value.n >= LEAST_SHOWN,
                last_day=last.get(survey.pk),
            )
        )
    return rows


def question_values(survey: Survey) -> dict[str, object]:
    """The words of the two questions that templates begin with, by the names of the form's fields."""
    from surveys.services.surveys import COMMENT_FIELDS, SCORE_FIELDS

    values: dict[str, object] = {}
    for question in definitions.questions_of(survey):
        names = {"score": SCORE_FIELDS, "comment": COMMENT_FIELDS}.get(question.key, {})
        values |= {name: getattr(question, column) for name, column in names.items()}
    return values


def has_unpublished_changes(survey: Survey) -> bool:
    """Whether the words on the desk differ from the words in public."""
    if not survey.version:
        return False
    last = SurveyVersion.objects.filter(survey=survey, number=survey.version).first()
    return last is not None and last.content != definitions.freeze(survey)


def invitation_by_token(token: str) -> Invitation | None:
    """The invitation of a link, used and expired ones too; None for anything else."""
    if not 40 <= len(token) <= 50:
        return None
    return (
        Invitation.objects.select_related("survey", "customer").filter(digest=digest(token)).first()
    )
