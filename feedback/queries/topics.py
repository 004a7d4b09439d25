"""Topics with what is said about them: counts by week, what is rising, whose words."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from feedback.models import Topic, TopicAssignment
from feedback.queries.comments import comments_for
from feedback.queries.periods import comments_by_week, rolling_weeks, topics_by_week, weeks
from feedback.stats.alerts import Emerging, emerging
from voc.charts import Chart, Mark, Part, Point, line_chart, sparkline, stacked_bar
from voc.models import User
from voc.templatetags.written import jmonth

HISTORY_WEEKS = 53
SHOWN_WEEKS = 13


def name_of(topic: Topic) -> str:
    """The topic's name in the language of the page."""
    english = (translation.get_language() or "ja").startswith("en")
    return topic.name_en if english and topic.name_en else topic.name


def names_of(topics: QuerySet[Topic]) -> dict[str, str]:
    """The names of many topics by key, in the language of the page."""
    english = (translation.get_language() or "ja").startswith("en")
    rows = topics.values_list("key", "name", "name_en")
    return {key: (in_english if english and in_english else name) for key, name, in_english in rows}


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic in the list."""

    topic: Topic
    name: str
    depth: int
    current: int
    previous: int
    share: float | None
    spark: Chart
    rising: Emerging | None


def rising(today: date, *, polarity: str = "") -> list[tuple[Topic, Emerging, list[int]]]:
    """Topics that rose in the last seven full days beyond volume and chance, surest first."""
    starts = rolling_weeks(today, HISTORY_WEEKS)
    topics = {topic.pk: topic for topic in Topic.objects.filter(children=None, state="active")}
    by_week = topics_by_week(starts, topic_ids=list(topics), polarity=polarity)
    ids = [pk for pk in topics if pk in by_week]
    if not ids:
        return []
    first, last = starts[-1], starts[-1] + timedelta(days=6)
    people = dict(
        TopicAssignment.objects.filter(local_day__gte=first, local_day__lte=last)
        .exclude(comment__customer=None)
        .values("topic")
        .annotate(n=Count("comment__customer", distinct=True))
        .values_list("topic", "n")
    )
    # Voices without a known customer each stand for themselves.
    nameless = dict(
        TopicAssignment.objects.filter(
            local_day__gte=first, local_day__lte=last, comment__customer=None
        )
        .values("topic")
        .annotate(n=Count("comment", distinct=True))
        .values_list("topic", "n")
    )
    found = emerging(
        [by_week[pk] for pk in ids],
        comments_by_week(starts),
        customers=[people.get(pk, 0) + nameless.get(pk, 0) for pk in ids],
    )
    return [(topics[ids[row.topic]], row, by_week[ids[row.topic]][-SHOWN_WEEKS:]) for row in found]


def topic_rows(today: date) -> list[TopicRow]:
    """Every active topic in tree order with four weeks' counts; five queries however many."""
    mondays = weeks(today, SHOWN_WEEKS)
    by_week = topics_by_week(mondays)
    topics = list(Topic.objects.filter(state=Topic.State.ACTIVE).order_by("position", "pk"))
    children: dict[int | None, list[Topic]] = {}
    for topic in topics:
        children.setdefault(topic.parent_id, []).append(topic)
    risen = {topic.pk: row for topic, row, _counts in rising(today)}
    empty = [0] * SHOWN_WEEKS

    def series(topic: Topic) -> list[int]:
        own = by_week.get(topic.pk, empty)
        below = [series(child) for child in children.get(topic.pk, [])]
        return [sum(column) for column in zip(own, *below, strict=True)] if below else own

    total = sum(sum(counts[-4:]) for counts in by_week.values())
    out: list[TopicRow] = []

    def add(topic: Topic, depth: int) -> None:
        counts = series(topic)
        current = sum(counts[-4:])
        name = name_of(topic)
        out.append(
            TopicRow(
                topic=topic,
                name=name,
                depth=depth,
                current=current,
                previous=sum(counts[-8:-4]),
                share=current / total if total else None,
                spark=sparkline(
                    counts,
                    summary=_("%(name)sの13週。直近の週は%(n)s件。")
                    % {"name": name, "n": counts[-1]},
                    rising=topic.pk in risen,
                ),
                rising=risen.get(topic.pk),
            )
        )
        kids = sorted(children.get(topic.pk, []), key=lambda t: -sum(series(t)[-4:]))
        for child in kids:
            add(child, depth + 1)

    for top in sorted(children.get(None, []), key=lambda t: -sum(series(t)[-4:])):
        add(top, 0)
    return out


@dataclass(frozen=True, slots=True)
class TopicPage:
    """One topic with its trend and its leaning."""

    topic: Topic
    name: str
    ids: list[int]
    current: int
    previous: int
    trend: Chart
    compact_trend: Chart
    leaning: Chart | None
    rising: Emerging | None
    children: list[Topic]
    comments: int


def topic_page(
    topic: Topic, *, today: date, releases: list[tuple[date, str]]
) -> TopicPage:
    """Counts of the topic and everything below it."""
    children = list(topic.children.filter(state=Topic.State.ACTIVE).order_by("position"))
    ids = [topic.pk, *(child.pk for child in children)]
    mondays = weeks(today, 53)
    counts = _summed(topics_by_week(mondays, topic_ids=ids), len(mondays))
    totals = comments_by_week(mondays)
    polarity = {
        name: sum(_summed(topics_by_week(mondays[-13:], topic_ids=ids, polarity=name), 13))
        for name in ("positive", "negative", "neutral")
    }
    risen = next((row for found, row, _c in rising(today) if found.pk == topic.pk), None)
    name = name_of(topic)
    return TopicPage(
        topic=topic,
        name=name,
        ids=ids,
        current=sum(counts[-4:]),
        previous=sum(counts[-8:-4]),
        trend=_trend(name, mondays, counts, totals, releases),
        compact_trend=_trend(name, mondays, counts, totals, releases, compact=True),
        leaning=_leaning(polarity) if sum(polarity.values()) else None,
        rising=risen,
        children=children,
        comments=sum(totals[-4:]),
    )


def _summed(by_topic: dict[int, list[int]], length: int) -> list[int]:
    columns = zip(*by_topic.values(), strict=True) if by_topic else ()
    return [sum(column) for column in columns] or [0] * length


def _trend(
    name: str,
    mondays: list[date],
    counts: list[int],
    totals: list[int],
    releases: list[tuple[date, str]],
    *,
    compact: bool = False,
) -> Chart:
    # Mentions per 1,000 voices: a campaign week that doubles everything does not move it.
    points = [
        Point(
            label=f"{week.year}/{week.month}/{week.day}",
            value=1000 * count / total if total >= 20 else None,
            tick=jmonth(week) if week.day <= 7 else "",
        )
        for week, count, total in zip(mondays[:-1], counts[:-1], totals[:-1], strict=True)
    ]
    marks = [
        Mark(max(i for i, week in enumerate(mondays[:-1]) if week <= day), title)
        for day, title in releases
        if day >= mondays[0]
    ]
    summary = _("「%(name)s」の声が、全体1,000件あたり週に何件あるか。53週分。") % {"name": name}
    return line_chart(
        points,
        summary=summary,
        releases=marks,
        from_zero=True,
        headers=(_("週"), _("1,000件あたり")),
        compact=compact,
    )


def _leaning(polarity: dict[str, int]) -> Chart:
    return stacked_bar(
        [
            Part(label=str(_("よい")), value=polarity["positive"], kind="promoter"),
            Part(label=str(_("どちらでもない")), value=polarity["neutral"], kind="neutral"),
            Part(label=str(_("よくない")), value=polarity["negative"], kind="detractor"),
        ],
        summary=_("直近13週の評価の内訳。"),
        unit=_("件"),
    )


def clauses_of(user: User, ids: list[int], *, polarity: str = "") -> QuerySet[TopicAssignment]:
    """Assignments of these topics this person may read, for keyset pages, newest first."""
    rows: Any = (
        TopicAssignment.objects.filter(topic__in=ids)
        .select_related("clause", "comment", "comment__customer", "comment__score")
        .filter(comment__in=comments_for(user))
    )
    return rows.filter(polarity=polarity) if polarity else rows
