"""The first page: for everybody the loop, in the order of their work."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from feedback.queries import home as queries
from feedback.queries import scores
from feedback.queries.periods import last_days
from feedback.views.figures import releases_since
from voc.access import StaffRequest, staff
from voc.clock import local_day
from voc.models import Role
from voc.registry import registry


@staff()
def home(request: StaffRequest) -> HttpResponse:
    now = timezone.now()
    today = local_day(now)
    if queries.is_empty():
        return render(request, "feedback/home_empty.html")
    shown = queries.home(request.user, now=now, today=today)
    period = last_days(today, queries.DAYS)
    score = scores.score_page("nps", period, today=today, releases=releases_since(29))
    context = {
        "shown": shown,
        "score": score,
        "enough": score.current.n >= scores.LEAST_SHOWN,
        "now": now,
        "tickets": registry.tickets(request.user, period.first, period.last, now)
        if registry.tickets
        else None,
        # Agents begin with what is late; analysts with what is rising.
        "due_first": request.user.role == Role.AGENT,
    }
    return render(request, "feedback/home.html", context)
