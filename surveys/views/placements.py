"""Which sites may show a survey, when they do, and a page to try it on."""

from html import escape

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.forms.placement import OriginsForm, PlacementForm, present_values
from surveys.models import Placement, Survey
from surveys.queries import placements
from surveys.queries.surveys import surveys_for
from surveys.services import placements as services
from voc.access import ANALYSTS, StaffRequest, staff
from voc.errors import Refused

_SNIPPET = '<script src="{}/snippet.js" data-voc="{}" defer></script>'
_FRAME = '<iframe src="{}" title="{}" width="100%" height="640"></iframe>'
_FIELDS = {"name_taken": "name", "bad_page": "pages", "bad_value": "attributes"}


def _survey(request: StaffRequest, pk: int) -> Survey:
    return get_object_or_404(surveys_for(request.user), pk=pk)


def _list_page(
    request: StaffRequest, survey: Survey, form: OriginsForm, status: int = 200
) -> HttpResponse:
    rows = placements.placements_for(request.user).filter(survey=survey).order_by("pk")
    address = settings.BASE_URL + reverse("widget", args=[survey.slug])
    context = {
        "survey": survey,
        "form": form,
        "rows": [{"placement": row, "rules": placements.in_words(row)} for row in rows],
        # To be copied: what stands in it is escaped once for the site, and once more by the page.
        "snippet": _SNIPPET.format(settings.BASE_URL, survey.slug),
        "frame": _FRAME.format(address, escape(survey.title)),
        "may_write": request.user.role in ANALYSTS,
    }
    return render(request, "surveys/placements.html", context, status=status)


@staff()
def listed(request: StaffRequest, pk: int) -> HttpResponse:
    """The sites, the line to copy, and every placement in words."""
    survey = _survey(request, pk)
    initial = {"origins": "\n".join(survey.frame_origins)}
    return _list_page(request, survey, OriginsForm(initial=initial))


@staff(ANALYSTS, methods=("POST",))
def sites(request: StaffRequest, pk: int) -> HttpResponse:
    """Other sites than before; what is wrong with the list stands beside it."""
    survey = _survey(request, pk)
    form = OriginsForm(request.POST)
    if form.is_valid():
        try:
            services.set_frame_origins(
                survey=survey, origins=form.cleaned_data["origins"], actor=request.user,
                now=timezone.now(),
            )  # fmt: skip
        except Refused as refused:
            form.add_error("origins", refused.message)
        else:
            messages.success(request, _("保存しました。いまから、このサイトだけが表示できます。"))
            return redirect("survey-placements", pk=survey.pk)
    return _list_page(request, survey, form, 422)


@staff(ANALYSTS, methods=("GET", "POST"))
def create(request: StaffRequest, pk: int) -> HttpResponse:
    return _write(request, _survey(request, pk), None)


@staff(ANALYSTS, methods=("GET", "POST"))
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    placement = get_object_or_404(placements.placements_for(request.user), pk=pk)
    return _write(request, placement.survey, placement)


def _write(request: StaffRequest, survey: Survey, placement: Placement | None) -> HttpResponse:
    initial = present_values(placement) if placement else {}
    form = PlacementForm(request.POST or None, initial=initial)
    context = {"survey": survey, "placement": placement, "form": form}
    if request.method != "POST":
        return render(request, "surveys/placement.html", context)
    if form.is_valid():
        try:
            services.save_placement(
                survey=survey, placement=placement, rules=form.rules(), actor=request.user,
                now=timezone.now(), **form.columns(),
            )  # fmt: skip
        except Refused as refused:
            form.add_error(_FIELDS.get(refused.code), refused.message)
        else:
            messages.success(request, _("保存しました。サイトには、5分以内に届きます。"))
            return redirect("survey-placements", pk=survey.pk)
    return render(request, "surveys/placement.html", context, status=422)


@staff(ANALYSTS, methods=("POST",))
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    placement = get_object_or_404(placements.placements_for(request.user), pk=pk)
    services.remove_placement(placement=placement, actor=request.user, now=timezone.now())
    messages.success(request, _("出し方「%(name)s」を消しました。") % {"name": placement.name})
    return redirect("survey-placements", pk=placement.survey_id)


@staff()
def try_out(request: StaffRequest, pk: int) -> HttpResponse:
    """A page like one of a site, with the snippet in it; what is answered there is not sent."""
    survey = _survey(request, pk)
    rows = list(placements.placements_for(request.user).filter(survey=survey, enabled=True))
    context = {
        "survey": survey,
        "rows": [{"placement": row, "rules": placements.in_words(row)} for row in rows],
        "events": sorted({name for row in rows for name in row.rules["events"]}),
        "attributes": sorted(
            {
                (name, value)
                for row in rows
                for name, values in row.rules["attributes"].items()
                for value in values
            }
        ),
        "paragraphs": range(12),
    }
    response = render(request, "surveys/placements_try.html", context)
    response.csp = {"frame-src": ["'self'"]}  # type: ignore[attr-defined]
    return response
