"""Insights: the list, one of them with its words, and a new one out of a topic."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from feedback.forms.backlog import ClaimForm, InsightForm, PeriodForm
from feedback.models import Insight, Topic
from feedback.queries import insights as queries
from feedback.services import insights as services
from voc.access import ANALYSTS, CONTRIBUTORS, StaffRequest, found, staff
from voc.clock import local_day
from voc.errors import Refused
from voc.paging import capped_count, page


def status_of(refused: Refused) -> int:
    """409 when somebody else was first, 422 when a rule said no."""
    return 409 if refused.code == "conflict" else 422


def listing(rows: Any, request: StaffRequest, *, order: tuple[str, ...], size: int = 50) -> Any:
    """The page of the request's cursor; the first page for a cursor that is none."""
    try:
        return page(rows, order=order, cursor=request.GET.get("cursor", ""), size=size)
    except Refused:
        return page(rows, order=order, size=size)


@staff()
def insights(request: StaffRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    rows = queries.insights_for(request.user, state)
    total, capped = capped_count(rows)
    return render(
        request,
        "feedback/insights.html",
        {
            "page": listing(rows, request, order=("-created_at", "-id")),
            "total": total,
            "capped": capped,
            "state": state,
            "states": Insight.State.choices,
            "may_add": request.user.role in CONTRIBUTORS,
        },
    )


@staff(CONTRIBUTORS, methods=("GET", "POST"))
def insight_new(request: StaffRequest) -> HttpResponse:
    period = PeriodForm(_period(request))
    form = InsightForm(request.POST if request.method == "POST" else None)
    chosen = period.cleaned_data if period.is_valid() else None
    status = 200 if chosen or "topic" not in request.GET else 422
    if request.method == "POST":
        status = 422
        if chosen and form.is_valid():
            try:
                made = services.create_insight(
                    claim=form.cleaned_data["claim"],
                    topic=chosen["topic"],
                    clause_ids=form.clause_ids(),
                    actor=request.user,
                    now=timezone.now(),
                )
                messages.success(request, _("気づきを下書きにしました。"))
                return redirect("insight", made.pk)
            except Refused as refused:
                form.add_error(None, refused.message)
                status = status_of(refused)
    context: dict[str, Any] = {"period": period, "form": form, "clauses": [], "topic": None}
    if chosen:
        ticked = set(form.clause_ids()) if form.is_bound else None
        clauses = queries.selectable(request.user, **chosen)
        context |= {
            "topic": chosen["topic"],
            "clauses": [(row, ticked is None or row.clause_id in ticked) for row in clauses],
            "limit": queries.SELECTABLE,
        }
    return render(request, "feedback/insight_new.html", context, status=status)


def _period(request: StaffRequest) -> dict[str, Any]:
    given = {name: request.GET[name] for name in ("topic", "first", "last") if name in request.GET}
    usual = PeriodForm.usual(local_day(timezone.now()))
    if "topic" not in given:
        first = Topic.objects.filter(state=Topic.State.ACTIVE).order_by("position", "pk").first()
        given["topic"] = first.key if first else ""
    return {**usual, **given}


@staff()
def insight(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, found(queries.insight_for(request.user, pk)))


def _page(
    request: StaffRequest, item: Insight, *, status: int = 200, claim: ClaimForm | None = None
) -> HttpResponse:
    evidence = listing(queries.evidence_of(item), request, order=("-id",), size=30)
    numbers = queries.numbers_of([item.pk])
    return render(
        request,
        "feedback/insight.html",
        {
            "insight": item,
            "page": evidence,
            "quotes": queries.quotes(request.user, evidence.items),
            "numbers": numbers,
            "improvements": list(item.improvements.select_related("owner").order_by("pk")),
            "claim_form": claim or ClaimForm(initial={"claim": item.claim}),
            "may_decide": request.user.role in ANALYSTS,
        },
        status=status,
    )


@staff(ANALYSTS, methods=("POST",))
def insight_edit(request: StaffRequest, pk: int) -> HttpResponse:
    item = found(queries.insight_for(request.user, pk))
    form = ClaimForm(request.POST)
    if not form.is_valid():
        return _page(request, item, status=422, claim=form)
    services.edit_claim(
        insight=item, claim=form.cleaned_data["claim"], actor=request.user, now=timezone.now()
    )
    return redirect("insight", pk)


@staff(ANALYSTS, methods=("POST",))
def insight_publish(request: StaffRequest, pk: int) -> HttpResponse:
    return _act(request, pk, services.publish, _("気づきを公開しました。"))


@staff(ANALYSTS, methods=("POST",))
def insight_withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    return _act(request, pk, services.withdraw, _("気づきを取り下げました。"))


@staff(ANALYSTS, methods=("POST",))
def insight_remove(request: StaffRequest, pk: int, evidence_id: int) -> HttpResponse:
    return _act(
        request, pk, services.remove_evidence, _("根拠をひとつ外しました。"), evidence_id=evidence_id
    )


def _act(request: StaffRequest, pk: int, service: Any, done: str, **values: Any) -> HttpResponse:
    item = found(queries.insight_for(request.user, pk))
    try:
        service(insight=item, actor=request.user, now=timezone.now(), **values)
    except Refused as refused:
        messages.error(request, refused.message)
        return _page(request, item, status=status_of(refused))
    messages.success(request, done)
    return redirect("insight", pk)
