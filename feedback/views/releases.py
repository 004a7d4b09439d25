"""Releases: who was told, who was not and why; the letter before and after it went out."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from feedback.models import Notice
from feedback.queries import releases as queries
from feedback.queries.improvements import told
from feedback.services import notices
from feedback.services import releases as services
from feedback.views.improvement_parts import without_links
from feedback.views.insights import listing, status_of
from voc.access import ANALYSTS, StaffRequest, found, staff
from voc.errors import Refused


@staff()
def releases(request: StaffRequest) -> HttpResponse:
    page = listing(
        queries.releases_for(request.user), request, order=("-released_at", "-id"), size=20
    )
    context = {"page": page, "rows": queries.rows(page.items)}
    return render(request, "feedback/releases.html", context)


@staff()
def release(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, pk)


def _page(request: StaffRequest, pk: int, *, status: int = 200) -> HttpResponse:
    item = found(queries.release_for(request.user, pk))
    state = request.GET.get("state", "")
    page = listing(queries.notices_of(item, state), request, order=("-id",))
    example = queries.preview(item)
    body = ""
    if example:
        body = example.body or notices.letter(example).body
    return render(
        request,
        "feedback/release.html",
        {
            "release": item,
            "improvements": list(item.improvements.all()),
            "told": told([item.pk])[item.pk],
            "page": page,
            "state": state,
            "states": Notice.State.choices,
            "example": example,
            "body": without_links(body),
            "may_decide": request.user.role in ANALYSTS,
        },
        status=status,
    )


@staff(ANALYSTS, methods=("POST",))
def release_send_again(request: StaffRequest, pk: int) -> HttpResponse:
    item = found(queries.release_for(request.user, pk))
    try:
        number = notices.send_again(release=item, actor=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, refused.message)
        return _page(request, pk, status=status_of(refused))
    messages.success(request, _("%(n)s人に、もう一度送ります。") % {"n": number})
    return redirect("release", pk)


@staff(ANALYSTS, methods=("POST",))
def release_public(request: StaffRequest, pk: int) -> HttpResponse:
    """Puts the release on the public page, or takes it off."""
    item = found(queries.release_for(request.user, pk))
    services.show_publicly(
        release=item,
        is_public=request.POST.get("public") == "1",
        actor=request.user,
        now=timezone.now(),
    )
    return redirect("release", pk)
