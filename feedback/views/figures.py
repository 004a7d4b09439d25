"""Topics, scores, customers and the search over all of them."""

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from feedback.models import Release, Score, Topic
from feedback.queries import comments, customers, scores, topics
from feedback.queries.periods import Period, last_days
from voc.access import ANALYSTS, StaffRequest, found, staff
from voc.clock import local_day
from voc.errors import Refused
from voc.paging import page
from voc.registry import registry

PERIODS = {"28": 28, "91": 91, "365": 365}


def chosen_period(request: StaffRequest) -> tuple[Period, str]:
    """The period of the address (28, 91 or 365 days up to today) and its key."""
    key = request.GET.get("days", "91")
    key = key if key in PERIODS else "91"
    return last_days(local_day(timezone.now()), PERIODS[key]), key


def releases_since(weeks: int) -> list[tuple[date, str]]:
    """(local day, title) of releases, oldest first, for the letters on a chart."""
    since = timezone.now() - timedelta(weeks=weeks)
    rows = Release.objects.filter(released_at__gte=since).order_by("released_at")
    return [(local_day(at), title) for at, title in rows.values_list("released_at", "title")[:12]]


@staff()
def topic_list(request: StaffRequest) -> HttpResponse:
    today = local_day(timezone.now())
    rows = topics.topic_rows(today)
    context = {
        "rows": rows,
        "rising": [row for row in rows if row.rising],
        "total": sum(row.current for row in rows if row.depth == 0),
    }
    return render(request, "feedback/topics.html", context)


@staff()
def topic_page(request: StaffRequest, key: str) -> HttpResponse:
    topic = found(Topic.objects.select_related("parent", "merged_into").filter(key=key).first())
    if topic.merged_into:
        return redirect("topic", key=topic.merged_into.key)
    shown = topics.topic_page(
        topic, today=local_day(timezone.now()), releases=releases_since(52)
    )
    polarity = request.GET.get("polarity", "")
    polarity = polarity if polarity in ("positive", "negative", "neutral") else ""
    try:
        listed = page(
            topics.clauses_of(request.user, shown.ids, polarity=polarity),
            order=("-local_day", "-id"),
            cursor=request.GET.get("cursor", ""),
            size=20,
        )
    except Refused:
        return redirect(request.path)
    voices = [
        {
            "text": comments.masked(
                row.comment.text, row.comment.mask_spans, row.clause.start, row.clause.end
            ),
            "polarity": row.polarity,
            "comment": row.comment,
            "who": str(row.comment.customer) if row.comment.customer else "",
            "source": row.comment.get_source_display(),
        }
        for row in listed
    ]
    context = {
        "shown": shown,
        "topic": topic,
        "voices": voices,
        "page": listed,
        "polarity": polarity,
        "children": [(child.key, topics.name_of(child)) for child in shown.children],
        "may_claim": request.user.role in ANALYSTS,
    }
    return render(request, "feedback/topic.html", context)


@staff()
def score_page(request: StaffRequest) -> HttpResponse:
    kind = request.GET.get("kind", "nps")
    kind = kind if kind in Score.Kind.values else "nps"
    period, key = chosen_period(request)
    segment = request.GET.get("segment", "")[:60]
    shown = scores.score_page(
        kind,
        period,
        today=local_day(timezone.now()),
        segment=segment,
        releases=releases_since(29),
    )
    context = {
        "shown": shown,
        "kind": kind,
        "kinds": Score.Kind.choices,
        "days": key,
        "segment": segment,
        "enough": shown.current.n >= scores.LEAST_SHOWN,
        "least": scores.LEAST_SHOWN,
        "segments": [
            {"name": name, "figure": figure, "enough": figure.n >= scores.LEAST_SHOWN}
            for name, figure in shown.segments
        ],
    }
    return render(request, "feedback/scores.html", context)


@staff()
def customer_page(request: StaffRequest, pk: int) -> HttpResponse:
    shown = found(customers.customer_page(request.user, pk))
    return render(request, "feedback/customer.html", {"shown": shown, "customer": shown.customer})


@staff()
def search_page(request: StaffRequest) -> HttpResponse:
    """Voices, customers and whatever the other apps find, for one line of words."""
    from feedback import search

    words = request.GET.get("q", "").strip()[:200]
    voices = []
    if words:
        rows = search.matching(comments.comments_for(request.user), words)
        voices = [
            {
                "pk": comment.pk,
                "text": comments.snippet(comment, 140),
                "at": comment.occurred_at,
                "source": comment.get_source_display(),
                "polarity": comment.polarity,
            }
            for comment in rows.order_by("-occurred_at", "-pk")[:20]
        ]
    others = [entry for find in registry.search for entry in find(words, request.user)]
    context = {
        "words": words,
        "voices": voices,
        "customers": customers.customers_matching(request.user, words),
        "others": others,
    }
    return render(request, "feedback/search.html", context)
