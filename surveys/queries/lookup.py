"""The responses behind a figure, and one of them with all its answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from surveys.models import Answer, Question, Response, Survey
from surveys.queries import definitions
from surveys.queries.answers import answers_of, words_of
from surveys.queries.cuts import Cut, chosen
from surveys.queries.funnels import moments
from surveys.questions.asked import SHOWN
from surveys.questions.flow import display
from surveys.questions.rules import GROUPS
from voc.models import User

MOST_WANTED = 4
# Names of stretches of a scale: of NPS the three groups, of CSAT the two best and the rest.
STRETCHES: dict[str, dict[str, tuple[int, ...]]] = {
    "nps": {name: tuple(points) for name, points in GROUPS.items()},
    "csat": {"satisfied": (4, 5), "other": (1, 2, 3)},
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """An answer to look for: `value` is a choice, a point or the name of a stretch; "" is any."""

    question: Question
    item: str = ""
    value: str = ""

    @property
    def text(self) -> str:
        """As an address carries it."""
        if not (self.item or self.value):
            return self.question.key
        return f"{self.question.key}:{self.item}:{self.value}"


def wanted_of(survey: Survey, texts: Iterable[str]) -> list[Wanted]:
    """What these words of an address look for; words that mean nothing are left out."""
    split = [text.replace("\0", "")[:130].split(":") for text in list(texts)[:MOST_WANTED]]
    keys = {parts[0] for parts in split}
    found = {q.key: q for q in Question.objects.filter(survey=survey, key__in=keys)} if keys else {}
    return [
        Wanted(found[key], *(rest[:2]))
        for key, *rest in split
        if key in found
    ]


def points_of(kind: str, text: str) -> tuple[int, ...] | None:
    """The points that "9" or "promoter" stand for; None for neither."""
    if text in STRETCHES.get(kind, {}):
        return STRETCHES[kind][text]
    return (int(text),) if text.isascii() and text.isdigit() and len(text) < 3 else None


def listed(
    survey: Survey,
    cut: Cut,
    *,
    score: tuple[int, ...] | None = None,
    wanted: Iterable[Wanted] = (),
    spoke: bool = False,
    mark: str = "",
) -> QuerySet[Response]:
    """The responses of a cut that also fit all of this; those still waiting only where nothing
    is asked for that they do not have yet. By `submitted_at`, which an index is ordered by."""
    first, end = moments(cut)
    rows = Response.objects.filter(
        survey=survey, submitted_at__gte=first, submitted_at__lt=end, **chosen(cut)
    )
    if score is not None:
        rows = rows.filter(score__in=score)
    if spoke:
        rows = rows.filter(spoke=True)
    for one in wanted:
        rows = rows.filter(Exists(_answer(one)))
    return rows.filter(_marked(mark)) if mark else rows


def _answer(wanted: Wanted) -> QuerySet[Answer]:
    rows = Answer.objects.filter(response=OuterRef("pk"), question=wanted.question)
    if wanted.item:
        rows = rows.filter(item=wanted.item)
    if not wanted.value:
        return rows
    points = points_of(wanted.question.kind, wanted.value)
    if points is None:
        return rows.filter(choice=wanted.value)
    return rows.filter(Q(choice=wanted.value) | Q(choice="", number__in=points))


def _marked(mark: str) -> Q:
    match mark:
        case "partial":
            return Q(partial=True)
        case "complete":
            return Q(partial=False)
        case "odd":
            return ~Q(flags=[])
        case "usable":
            return Q(partial=False, flags=[])
        case "waiting":
            return Q(state=Response.State.ACCEPTED)
    return Q()


MARKS = ("complete", "usable", "partial", "odd", "waiting")


@dataclass(frozen=True, slots=True)
class Given:
    """One question of a response and what was answered, as this person may read it."""

    label: str
    kind: str
    # None: not asked (its rule was not met), or not answered.
    text: str | None
    wording: str


@dataclass(frozen=True, slots=True)
class Whole:
    """One response with every question of the version it was given under."""

    response: Response
    given: list[Given]
    words_url: str


def whole(survey: Survey, pk: int, user: User) -> Whole | None:
    """The response, masked; None when this survey has no such response."""
    response = (
        Response.objects.select_related("survey", "customer").filter(survey=survey, pk=pk).first()
    )
    if response is None:
        return None
    definition = definitions.of_version(survey, response.survey_version)
    shown: Mapping[str, object] = answers_of([response], user)[response.pk]
    said = words_of([response], user).get(response.pk)
    given = []
    for question in definition.questions if definition else ():
        if question.kind in SHOWN:
            continue
        variant = str(response.variants.get(question.key, ""))
        value = shown.get(question.key)
        text = None if value is None else _("同意した") if value is True else display(question, shown, "ja")
        given.append(
            Given(
                label=question.words(variant=variant).label or question.key,
                kind=question.kind,
                text=text,
                wording=variant,
            )
        )
    return Whole(response, given, said.url if said else "")
