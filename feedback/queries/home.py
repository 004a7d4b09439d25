"""The loop on one page: came in, noticed, decided, fixed, told, confirmed; what is stuck."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, F, Min, Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from feedback.models import Comment, Decision, EffectReport, Evidence, Insight, Notice, Release
from feedback.queries import topics
from feedback.queries.comments import masked
from feedback.queries.periods import Period, comment_count, last_days
from feedback.stats.alerts import Emerging
from voc.charts import Chart, Interval, interval_plot, sparkline
from voc.models import User
from voc.registry import DueItem, registry

DAYS = 28
# Deciding, fixing and telling take longer than four weeks: the loop is shown over a quarter.
LOOP_DAYS = 91
# Lead times are medians over this many of the newest steps.
SAMPLE = 300
DECIDED = ("planned", "declined")


@dataclass(frozen=True, slots=True)
class Step:
    """One verb of the loop with its count, and the median days to the next."""

    verb: str
    count: int
    unit: str
    url: str
    note: str
    stuck: str = ""
    days_to_next: float | None = None


@dataclass(frozen=True, slots=True)
class Rising:
    name: str
    url: str
    row: Emerging
    people: int
    spark: Chart
    quote: str
    quote_url: str
    who: str


@dataclass(frozen=True, slots=True)
class Home:
    lead: list[SafeString]
    steps: list[Step]
    return_days: float | None
    period: Period
    due: list[DueItem]
    rising: list[Rising]
    effects: list[EffectReport]
    effects_chart: Chart | None
    came_in: int


def home(user: User, *, now: datetime, today: date) -> Home:
    """What this person should know now; a bounded number of queries."""
    period = last_days(today, DAYS)
    came_in = comment_count(period)
    found = (item for gather in registry.due for item in gather(user, now, 12))
    due = [
        replace(item, seconds=int((item.due_at - now).total_seconds()))
        for item in sorted(found, key=lambda item: item.due_at)[:12]
    ]
    risen = _rising(user, today)
    effects = _effects()
    steps, return_days = _steps(last_days(today, LOOP_DAYS))
    return Home(
        lead=_lead(came_in, risen, due, effects, now, period),
        steps=steps,
        return_days=return_days,
        period=period,
        due=due,
        rising=risen,
        effects=effects,
        effects_chart=_effects_chart(effects) if effects else None,
        came_in=came_in,
    )


def _lead(
    came_in: int,
    risen: list[Rising],
    due: list[DueItem],
    effects: list[EffectReport],
    now: datetime,
    period: Period,
) -> list[SafeString]:
    """At most four sentences, each with the figure that opens its rows."""
    if not came_in and not due:
        return []

    def link(url: str, text: str) -> SafeString:
        return format_html('<a href="{}">{}</a>', url, text)

    voices = reverse("comments") + f"?first={period.first}"
    out = [
        format_html(
            _("この4週間に{}の声が届きました。"),
            link(voices, ngettext("%(n)s件", "%(n)s件", came_in) % {"n": f"{came_in:,}"}),
        )
    ]
    if risen:
        top = risen[0]
        out.append(
            format_html(
                _("この7日は{}が予想の{}倍に増えました。"),
                link(top.url, top.name),
                f"{top.row.ratio:.1f}",
            )
        )
    late = [item for item in due if item.due_at < now]
    if late:
        words = npgettext("task", "%(n)s件", "%(n)s件", len(late)) % {"n": len(late)}
        out.append(format_html(_("期限を過ぎた仕事が{}あります。"), link("#due", words)))
    confirmed = [e for e in effects if e.verdict == "improved"]
    if confirmed:
        words = npgettext("fix", "%(n)s件", "%(n)s件", len(confirmed)) % {"n": len(confirmed)}
        out.append(
            format_html(
                _("直したあとを確かめた{}件のうち、{}で改善を確かめました。"),
                len(effects),
                link("#effects", words),
            )
        )
    return out


def _middle(spans: Iterable[timedelta | None]) -> float | None:
    days = [span.total_seconds() / 86_400 for span in spans if span is not None]
    return median(days) if days else None


def _steps(period: Period) -> tuple[list[Step], float | None]:
    came_in, before = comment_count(period), comment_count(period.before)
    since = {"gte": period.first, "lte": period.last}

    def within(field: str) -> Q:
        return Q(**{f"{field}__date__{op}": day for op, day in since.items()})

    published = Insight.objects.filter(within("published_at"))
    noticed = published.aggregate(
        n=Count("pk", distinct=True), voices=Count("evidence__comment", distinct=True)
    )
    decisions = Decision.objects.filter(within("at"), to_state__in=DECIDED)
    decided = decisions.aggregate(
        n=Count("pk"), declined=Count("pk", filter=Q(to_state="declined"))
    )
    fixed = Release.objects.filter(within("released_at")).count()
    told = Notice.objects.aggregate(
        sent=Count("pk", filter=Q(state="sent") & within("sent_at")),
        waiting=Count("pk", filter=Q(state__in=["pending", "sending"])),
        failed=Count("pk", filter=Q(state="failed")),
    )
    reports = EffectReport.objects.filter(within("computed_at")).aggregate(
        n=Count("pk"),
        improved=Count("pk", filter=Q(verdict="improved")),
        open=Count("pk", filter=Q(verdict="inconclusive")),
    )
    waiting = told["waiting"] + told["failed"]

    evidence = Evidence.objects.filter(insight__published_at__isnull=False)
    to_insight = _middle(
        evidence.order_by("-pk")
        .annotate(span=F("insight__published_at") - F("comment__occurred_at"))
        .values_list("span", flat=True)[:SAMPLE]
    )
    to_decision = _middle(
        Decision.objects.filter(to_state__in=DECIDED)
        .annotate(noticed=Min("improvement__insights__published_at"))
        .exclude(noticed=None)
        .order_by("-at")
        .annotate(span=F("at") - F("noticed"))
        .values_list("span", flat=True)[:SAMPLE]
    )
    to_release = _middle(
        Release.objects.annotate(
            decided=Min(
                "improvements__decisions__at", filter=Q(improvements__decisions__to_state="planned")
            )
        )
        .exclude(decided=None)
        .order_by("-released_at")
        .annotate(span=F("released_at") - F("decided"))
        .values_list("span", flat=True)[:SAMPLE]
    )
    sent = Notice.objects.filter(state="sent").order_by("-sent_at")
    to_told = _middle(
        sent.annotate(span=F("sent_at") - F("release__released_at")).values_list(
            "span", flat=True
        )[:SAMPLE]
    )
    to_measured = _middle(
        EffectReport.objects.order_by("-computed_at")
        .annotate(span=F("computed_at") - F("release__released_at"))
        .values_list("span", flat=True)[:SAMPLE]
    )
    whole = _middle(
        sent.exclude(comment=None)
        .annotate(span=F("sent_at") - F("comment__occurred_at"))
        .values_list("span", flat=True)[:SAMPLE]
    )
    things, people = str(_("件")), str(_("人"))
    steps = [
        Step(
            _("届いた"), came_in, things, reverse("comments"),
            _("その前の13週は%(n)s件") % {"n": f"{before:,}"}, days_to_next=to_insight,
        ),
        Step(
            _("気づいた"), noticed["n"], things, reverse("insights"),
            _("根拠の声 %(n)s件") % {"n": noticed["voices"]}, days_to_next=to_decision,
        ),
        Step(
            _("決めた"), decided["n"], things, reverse("improvements"),
            _("採用%(a)s・見送り%(b)s")
            % {"a": decided["n"] - decided["declined"], "b": decided["declined"]},
            days_to_next=to_release,
        ),
        Step(_("直した"), fixed, things, reverse("releases"), _("公開済み"), days_to_next=to_told),
        Step(
            _("伝えた"), told["sent"], people, reverse("releases"), _("声をくださった方へ"),
            stuck=_("%(n)s人にまだ伝えていません") % {"n": waiting} if waiting else "",
            days_to_next=to_measured,
        ),
        Step(
            _("確かめた"), reports["n"], things, reverse("improvements"),
            _("改善%(a)s・判断できない%(b)s") % {"a": reports["improved"], "b": reports["open"]},
        ),
    ]
    return steps, whole


def _rising(user: User, today: date) -> list[Rising]:
    out = []
    for topic, row, counts in topics.rising(today)[:6]:
        name = topics.name_of(topic)
        newest: Any = (
            topics.clauses_of(user, [topic.pk], polarity="negative")
            .order_by("-local_day", "-id")
            .first()
        )
        out.append(
            Rising(
                name=name,
                url=reverse("topic", args=[topic.key]),
                row=row,
                people=row.observed,
                spark=sparkline(
                    counts,
                    expected=row.expected,
                    summary=_("%(name)sの13週。直近7日は%(n)s件、予想は%(e).1f件。")
                    % {"name": name, "n": row.observed, "e": row.expected},
                    rising=row.tier == "alert",
                ),
                quote=masked(
                    newest.comment.text,
                    newest.comment.mask_spans,
                    newest.clause.start,
                    newest.clause.end,
                )
                if newest
                else "",
                quote_url=reverse("comment", args=[newest.comment_id]) if newest else "",
                who=str(newest.comment.customer or "") if newest else "",
            )
        )
    return out


def _effects(limit: int = 5) -> list[EffectReport]:
    """The newest report of each improvement, newest first."""
    seen: dict[int, EffectReport] = {}
    rows = EffectReport.objects.select_related("improvement", "plan__topic").order_by(
        "-computed_at", "-pk"
    )
    for report in rows[: limit * 4]:
        seen.setdefault(report.improvement_id, report)
    return list(seen.values())[:limit]


def _effects_chart(effects: list[EffectReport]) -> Chart | None:
    rows = [
        Interval(
            label=report.improvement.title,
            value=100 * report.estimate,
            low=100 * report.low,
            high=100 * report.high,
            decided=report.verdict in ("improved", "worsened"),
            better=report.verdict == "improved",
            verdict=report.get_verdict_display(),
        )
        for report in effects
        if report.estimate is not None and report.low is not None and report.high is not None
    ]
    if not rows:
        return None
    return interval_plot(
        rows,
        summary=_("公開したあと、該当する声が何％増減したか。棒は95％区間。"),
        digits=0,
        unit="%",
        compact=True,
    )


def is_empty() -> bool:
    """No voice has arrived yet: the page shows how to begin instead."""
    return not Comment.objects.exists()
