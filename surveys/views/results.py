"""The list of surveys, and what came back from one."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from feedback.queries.periods import last_days
from feedback.queries.scores import LEAST_SHOWN
from surveys.forms.shown import scale_labels
from surveys.models import Response, Survey
from surveys.queries import results, surveys
from surveys.queries.answers import words_of
from surveys.services.surveys import missing_for_publication
from voc.access import ANALYSTS, StaffRequest, staff
from voc.clock import local_day
from voc.errors import Refused
from voc.paging import page

PERIODS = {"28": 28, "91": 91, "365": 365}
_TONES = {"draft": "dashed", "published": "matsu", "closed": ""}


def tone_of(survey: Survey) -> str:
    return _TONES[survey.state]


def _channel(response: Response, version: int) -> str:
    """How the answer came, and under which publication when it was an older one."""
    names = {"link": _("リンク"), "qr": "QR", "mail": _("メール"), "kiosk": _("店頭"), "widget": _("サイト"), "api": "API"}
    name = str(names.get(response.channel, response.channel))
    if response.survey_version == version:
        return name
    return _("%(channel)s・第%(version)s版") % {"channel": name, "version": response.survey_version}


@staff()
def survey_list(request: StaffRequest) -> HttpResponse:
    try:
        listed = page(
            surveys.surveys_for(request.user),
            order=("-created_at", "-id"),
            cursor=request.GET.get("cursor", ""),
            size=30,
        )
    except Refused:
        return redirect(request.path)
    rows = [{"row": row, "tone": tone_of(row.survey)} for row in surveys.rows_of(listed.items)]
    context = {
        "rows": rows,
        "page": listed,
        "least": LEAST_SHOWN,
        "may_write": request.user.role in ANALYSTS,
    }
    return render(request, "surveys/list.html", context)


@staff()
def survey_page(request: StaffRequest, pk: int) -> HttpResponse:
    """Figure, distribution, trend, funnel, and the words beside each score."""
    survey = get_object_or_404(
        surveys.surveys_for(request.user).select_related("touchpoint"), pk=pk
    )
    days = request.GET.get("days", "91")
    days = days if days in PERIODS else "91"
    today = local_day(timezone.now())
    values = surveys.question_values(survey)
    labels = scale_labels(str(values.get("low_label", "")), str(values.get("high_label", "")))
    shown = results.results_of(survey, last_days(today, PERIODS[days]), today=today, labels=labels)
    try:
        listed = page(
            results.responses_of(survey).select_related("customer"),
            order=("-submitted_at", "-id"),
            cursor=request.GET.get("cursor", ""),
            size=20,
        )
    except Refused:
        return redirect(request.path)
    said = words_of(listed.items, request.user)
    answers = [
        {
            "score_text": "—" if response.score is None else response.score,
            "said": said.get(response.pk),
            "waiting": response.state == "accepted",
            "at": response.submitted_at,
            "customer_id": response.customer_id,
            "who": str(response.customer or ""),
            "who_how": _("%(who)s・%(how)s")
            % {"who": response.customer or _("匿名"), "how": _channel(response, survey.version)},
        }
        for response in listed
    ]
    public = settings.BASE_URL + reverse("survey-form", args=[survey.slug])
    context = {
        "survey": survey,
        "tone": tone_of(survey),
        "shown": shown,
        "days": days,
        "periods": [("28", _("4週間")), ("91", _("13週間")), ("365", _("1年"))],
        "funnel": results.funnel_of(survey),
        "answers": answers,
        "page": listed,
        "least": LEAST_SHOWN,
        "public": public,
        "share": [
            (_("リンク"), public),
            (_("QRコード用"), f"{public}?k=qr"),
            (_("店頭の端末用"), f"{public}?k=kiosk"),
        ],
        "missing": missing_for_publication(survey) if survey.state == "draft" else [],
        "changed": surveys.has_unpublished_changes(survey),
        "may_write": request.user.role in ANALYSTS,
    }
    return render(request, "surveys/survey.html", context)
