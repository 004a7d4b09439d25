"""Inviting people, and who has been invited."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from feedback.imports.people import ensure_people
from surveys.forms.people import InviteForm
from surveys.models import Invitation, Survey
from surveys.queries.surveys import surveys_for
from surveys.services.invitations import Link, invite
from voc.access import ANALYSTS, StaffRequest, staff
from voc.errors import Refused
from voc.paging import page


@staff(ANALYSTS, methods=("GET", "POST"))
def invitations(request: StaffRequest, pk: int) -> HttpResponse:
    """Those invited so far, and a form for more. New links are shown on the answer to the post."""
    survey = get_object_or_404(surveys_for(request.user), pk=pk)
    if request.method != "POST":
        return _page(request, survey, InviteForm())
    form = InviteForm(request.POST)
    links: list[Link] = []
    if form.is_valid():
        try:
            links = _invite(request, survey, form)
        except Refused as refused:
            form.add_error(None, refused.message)
    if not links:
        return _page(request, survey, form, status=422)
    if form.cleaned_data["send"]:
        messages.success(request, _("%(n)s件の招待を送ります。") % {"n": f"{len(links):,}"})
        return redirect("survey-invitations", pk=pk)
    return _page(request, survey, InviteForm(), links=links)


@transaction.atomic
def _invite(request: StaffRequest, survey: Survey, form: InviteForm) -> list[Link]:
    now = timezone.now()
    customers, _made, _changed = ensure_people(
        form.cleaned_data["recipients"], now=now, update=False
    )
    return invite(
        survey=survey,
        # Two lines may name one person: by number and by address.
        customers=list(dict.fromkeys(customers)),
        now=now,
        actor=request.user,
        days=form.cleaned_data["days"],
        send=form.cleaned_data["send"],
        batch=str(form.cleaned_data["batch"]),
    )


def _page(
    request: StaffRequest,
    survey: Survey,
    form: InviteForm,
    *,
    links: list[Link] | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    try:
        listed = page(
            Invitation.objects.filter(survey=survey).select_related("customer"),
            cursor=request.GET.get("cursor", ""),
            size=50,
        )
    except Refused:
        return redirect(request.path)
    context = {
        "survey": survey,
        "form": form,
        "links": links or [],
        "rows": [{"invitation": row, "state": _state(row, now)} for row in listed],
        "page": listed,
    }
    return render(request, "surveys/invitations.html", context, status=status)


def _state(row: Invitation, now: object) -> tuple[str, str]:
    """(words, tone) of where an invitation stands."""
    if row.used_at:
        return _("回答済み"), "matsu"
    if row.bounced_at:
        return _("届かなかった"), "ebi"
    if row.skipped and not row.sent_at:
        return _("見送り（%(why)s）") % {"why": row.get_skipped_display()}, ""
    if row.expires_at <= now:  # type: ignore[operator]
        return _("期限切れ"), "dashed"
    return (_("送信済み"), "ai") if row.sent_at else (_("未送信"), "")
