"""The address of a survey as a QR code, for print."""

import io

import segno
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from surveys.models import Survey
from surveys.queries.surveys import surveys_for
from voc.access import StaffRequest, staff

# Modules of white around the code that readers rely on (ISO/IEC 18004, 6.3.8).
QUIET = 4
# Level M restores 15 % of a code that is scratched or has a stamp on it.
LEVEL = "m"
_PIXELS = 12


@staff()
def survey_qr_svg(request: StaffRequest, pk: int) -> HttpResponse:
    """For print at any size."""
    survey, out = _published(request, pk), io.BytesIO()
    _code(survey).save(
        out, kind="svg", border=QUIET, scale=8, dark="#000", light="#fff", title=survey.title
    )
    return _file(survey, "svg", out.getvalue(), "image/svg+xml")


@staff()
def survey_qr_png(request: StaffRequest, pk: int) -> HttpResponse:
    """For documents that take no SVG."""
    survey, out = _published(request, pk), io.BytesIO()
    _code(survey).save(out, kind="png", border=QUIET, scale=_PIXELS)
    return _file(survey, "png", out.getvalue(), "image/png")


def _published(request: StaffRequest, pk: int) -> Survey:
    """Until a survey is published its address may still change: nothing to print."""
    survey = get_object_or_404(surveys_for(request.user), pk=pk)
    if survey.state == Survey.State.DRAFT:
        raise Http404
    return survey


def qr_address(survey: Survey) -> str:
    """What the code says: the public form, marked as opened from a QR code."""
    return settings.BASE_URL + reverse("survey-form", args=[survey.slug]) + "?k=qr"


def _code(survey: Survey) -> segno.QRCode:
    return segno.make_qr(qr_address(survey), error=LEVEL)


def _file(survey: Survey, ending: str, content: bytes, kind: str) -> HttpResponse:
    name = f"survey-{survey.slug}.{ending}"
    return HttpResponse(
        content, kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
