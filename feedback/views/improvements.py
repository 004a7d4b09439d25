"""The backlog: the list, one improvement with its loop, and the decisions about it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from feedback.forms.backlog import (
    EditForm,
    ImprovementForm,
    LinkForm,
    MoveForm,
    NextForm,
    PlanForm,
    ReleaseForm,
    WaiveForm,
)
from feedback.models import EffectReport, Improvement, Insight
from feedback.queries import improvements as queries
from feedback.queries.insights import insight_for
from feedback.services import effects, moves, releases
from feedback.services import improvements as services
from feedback.views import improvement_parts as parts
from feedback.views.insights import listing, status_of
from voc.access import ANALYSTS, StaffRequest, found, staff
from voc.clock import local_day
from voc.errors import Refused
from voc.paging import capped_count

State = Improvement.State


@staff()
def improvements(request: StaffRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    found_rows = queries.improvements_for(request.user, state)
    page = listing(found_rows, request, order=("-updated_at", "-id"))
    total, capped = capped_count(found_rows)
    counts = queries.counts_by_state()
    return render(
        request,
        "feedback/improvements.html",
        {
            "page": page,
            "rows": [(row, parts.next_step(row)) for row in queries.rows(page.items)],
            "states": [(value, label, counts.get(value, 0)) for value, label in State.choices],
            "state": state,
            "all": sum(counts.values()),
            "total": total,
            "capped": capped,
            "may_decide": request.user.role in ANALYSTS,
        },
    )


@staff(ANALYSTS, methods=("GET", "POST"))
def improvement_new(request: StaffRequest) -> HttpResponse:
    raw = request.GET.get("insight", "")
    number = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else 0
    insight = found(insight_for(request.user, number)) if raw else None
    initial = {"title": insight.claim[:120]} if insight else {}
    form = ImprovementForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = services.create_improvement(
                    **form.cleaned_data,
                    insights=[insight] if insight else [],
                    actor=request.user,
                    now=timezone.now(),
                )
                messages.success(request, _("改善の候補にしました。"))
                return redirect("improvement", made.pk)
            except Refused as refused:
                form.add_error(None, refused.message)
                status = status_of(refused)
    context = {"form": form, "insight": insight}
    return render(request, "feedback/improvement_new.html", context, status=status)


@staff()
def improvement(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, _item(request, pk))


def _item(request: StaffRequest, pk: int) -> Improvement:
    item: Improvement = found(queries.improvement_for(request.user, pk))
    return item


def _page(
    request: StaffRequest, item: Improvement, *, status: int = 200, **forms: Any
) -> HttpResponse:
    """The page; `forms` are bound forms that take the place of fresh ones."""
    data = queries.item_page(request.user, item)
    following = moves.next_state(item.state, data.facts)
    others = moves.other_states(item.state, data.facts)
    may_decide = request.user.role in ANALYSTS
    context: dict[str, Any] = {
        "data": data,
        "item": item,
        "steps": parts.steps(data),
        "timeline": parts.timeline(data),
        "may_decide": may_decide,
        "following": following,
        "following_label": State(following).label if following else "",
        "why_not": moves.refusal(item.state, following, data.facts) if following else "",
        "asks_release": item.state == State.IN_PROGRESS,
        "asks_plan": item.state == State.PLANNED and not data.facts.plan_fixed,
        "asks_owner": item.state == State.TRIAGED and not data.facts.has_owner,
        "asks_effect": item.state in queries.SHIPPED and not data.facts.report,
        "effect_ready": bool(
            data.facts.decide_on and data.facts.decide_on <= local_day(timezone.now())
        ),
        "chart": parts.effect_chart(data.report) if data.report else None,
        "compact_chart": parts.effect_chart(data.report, compact=True) if data.report else None,
        "why_inconclusive": parts.reason_of(data.report),
        "plan_lines": parts.plan_lines(data.plan),
        "here": f"#{item.pk}",
        "sample_body": parts.without_links(data.sample.body) if data.sample else "",
    }
    if may_decide:
        fresh: dict[str, Any] = {
            "next_form": NextForm(initial={"to": following, "seen": item.state}),
            "edit_form": EditForm(initial=EditForm.of(item)),
            "plan_form": PlanForm(initial=parts.plan_initial(data)),
            "waive_form": WaiveForm(),
            "release_form": ReleaseForm(initial={"released_on": local_day(timezone.now())}),
            "move_form": MoveForm(initial={"seen": item.state}),
            "link_form": LinkForm(),
        }
        context |= fresh | forms
        context["move_form"].fields["to"].choices = [(to, State(to).label) for to in others]
        context["link_form"].fields["insight"].queryset = (
            Insight.objects.exclude(state=Insight.State.WITHDRAWN)
            .exclude(improvements=item)
            .order_by("-created_at", "-pk")[:50]
        )
        context["others"] = others
    return render(request, "feedback/improvement.html", context, status=status)


@staff(ANALYSTS, methods=("POST",))
def improvement_edit(request: StaffRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    form = EditForm(request.POST)
    if form.is_valid():
        try:
            services.edit_improvement(
                improvement=item, actor=request.user, now=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("保存しました。"))
            return redirect("improvement", pk)
        except Refused as refused:
            form.add_error(None, refused.message)
    return _page(request, item, status=422, edit_form=form)


@staff(ANALYSTS, methods=("POST",))
def improvement_move(request: StaffRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    following = "next" in request.POST
    form = (NextForm if following else MoveForm)(request.POST)
    status = 422
    if form.is_valid():
        try:
            moves.move(
                improvement=item, actor=request.user, now=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("判断を記録しました。"))
            return redirect("improvement", pk)
        except Refused as refused:
            form.add_error(None, refused.message)
            status = status_of(refused)
    item.refresh_from_db()
    return _page(
        request, item, status=status, **{"next_form" if following else "move_form": form}
    )


@staff(ANALYSTS, methods=("POST",))
def improvement_link(request: StaffRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    form = LinkForm(request.POST)
    if not form.is_valid():
        return _page(request, item, status=422)
    services.link_insight(
        improvement=item,
        insight=form.cleaned_data["insight"],
        actor=request.user,
        now=timezone.now(),
    )
    messages.success(request, _("気づきをつなげました。"))
    return redirect("improvement", pk)


@staff(ANALYSTS, methods=("POST",))
def improvement_plan(request: StaffRequest, pk: int) -> HttpResponse:
    """Saves the plan; with the button 「この計画で固定する」 also fixes it."""
    item = _item(request, pk)
    form = PlanForm(request.POST)
    status = 422
    if form.is_valid():
        values = form.cleaned_data
        try:
            services.plan_and_freeze(
                improvement=item,
                topic=values["topic"],
                window_weeks=values["window_weeks"],
                minimum_effect=values["minimum_percent"] / 100,
                freeze="freeze" in request.POST,
                actor=request.user,
                now=timezone.now(),
            )
            messages.success(request, _("測定の計画を保存しました。"))
            return redirect("improvement", pk)
        except Refused as refused:
            form.add_error(None, refused.message)
            status = status_of(refused)
    return _page(request, item, status=status, plan_form=form)


@staff(ANALYSTS, methods=("POST",))
def improvement_waive(request: StaffRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    form = WaiveForm(request.POST)
    if form.is_valid():
        try:
            services.waive_plan(
                improvement=item,
                reason=form.cleaned_data["waiver_reason"],
                actor=request.user,
                now=timezone.now(),
            )
            messages.success(request, _("測らないことを記録しました。"))
            return redirect("improvement", pk)
        except Refused as refused:
            form.add_error(None, refused.message)
    return _page(request, item, status=422, waive_form=form)


@staff(ANALYSTS, methods=("POST",))
def improvement_release(request: StaffRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    form = ReleaseForm(request.POST)
    status = 422
    if form.is_valid():
        now = timezone.now()
        values = dict(form.cleaned_data)
        day: date = values.pop("released_on")
        try:
            releases.create_release(
                **values,
                released_at=releases.moment_of(day, now),
                improvements=[item],
                actor=request.user,
                now=now,
            )
            messages.success(request, _("公開を記録しました。お客様へのお知らせを用意しています。"))
            return redirect("improvement", pk)
        except Refused as refused:
            form.add_error(None, refused.message)
            status = status_of(refused)
    item.refresh_from_db()
    return _page(request, item, status=status, release_form=form)


@staff(ANALYSTS, methods=("POST",))
def improvement_measure(request: StaffRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    return _act(
        request, item, lambda **who: effects.compute_effect(improvement=item, **who),
        _("効果を計算しました。"),
    )


@staff(ANALYSTS, methods=("POST",))
def improvement_accept(request: StaffRequest, pk: int, report_id: int) -> HttpResponse:
    item = _item(request, pk)
    report = found(EffectReport.objects.filter(pk=report_id, improvement=item).first())
    return _act(
        request, item, lambda **who: effects.accept_effect(report=report, **who),
        _("判定を承認しました。"),
    )


def _act(request: StaffRequest, item: Improvement, service: Any, done: str) -> HttpResponse:
    try:
        service(actor=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, refused.message)
        return _page(request, item, status=status_of(refused))
    messages.success(request, done)
    return redirect("improvement", item.pk)
