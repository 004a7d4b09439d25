"""Campaigns of a survey: whom to ask, when, and what became of it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.forms.campaigns import WEEKDAYS, AudienceForm, RulesForm, StartForm
from surveys.models import Campaign, CampaignMember, Survey
from surveys.queries import campaigns as queries
from surveys.queries.surveys import surveys_for
from surveys.services import asking
from surveys.services.campaigns import audiences, lists, running
from voc.access import ANALYSTS, MANAGERS, StaffRequest, staff
from voc.errors import Refused
from voc.paging import page
from voc.tables import TableError

_TONES = {
    "draft": "dashed", "scheduled": "ai", "sending": "ai", "paused": "kaki", "done": "matsu",
    "cancelled": "",
}  # fmt: skip
_MEMBER_TONES = {
    "waiting": "dashed", "sent": "ai", "answered": "matsu", "skipped": "", "bounced": "ebi",
    "opted_out": "", "expired": "dashed",
}  # fmt: skip


@staff(ANALYSTS)
def campaign_list(request: StaffRequest, pk: int) -> HttpResponse:
    """The campaigns of a survey, newest first, with their numbers."""
    survey = get_object_or_404(surveys_for(request.user), pk=pk)
    try:
        listed = page(
            queries.campaigns_for(request.user).filter(survey=survey),
            cursor=request.GET.get("cursor", ""),
            size=30,
        )
    except Refused:
        return redirect(request.path)
    numbers = queries.standings(list(listed.items))
    rows = [
        {"campaign": row, "tone": _TONES[row.state], "numbers": numbers.get(row.pk, {})}
        for row in listed
    ]
    context = {"survey": survey, "rows": rows, "page": listed}
    return render(request, "surveys/campaigns.html", context)


@staff(ANALYSTS, methods=("GET", "POST"))
def campaign_new(request: StaffRequest, pk: int) -> HttpResponse:
    """Chooses the audience; what follows is a draft whose page says who would be asked."""
    survey = get_object_or_404(surveys_for(request.user), pk=pk)
    if request.method != "POST":
        return _new_page(request, survey, AudienceForm())
    form = AudienceForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            campaign = _create(request, survey, form)
        except Refused as refused:
            form.add_error(None, refused.message)
        except TableError as error:
            form.add_error("file", str(error))
        else:
            return redirect("campaign", pk=campaign.pk)
    return _new_page(request, survey, form, status=422)


def _create(request: StaffRequest, survey: Survey, form: AudienceForm) -> Campaign:
    now, given, listed = timezone.now(), form.cleaned_data, None
    if given["rule"] == audiences.LIST:
        if given["file"]:
            listed = lists.from_file(given["file"].chunks(), now=now)
        else:
            listed = lists.from_lines(given["people"], now=now)
        if not listed.customers:
            form.add_error("file" if given["file"] else "people", _refused_words(listed))
            raise Refused(_("送れる宛先がありません。"), "bad_audience")
    return running.create_campaign(
        survey=survey,
        name=given["name"],
        audience=form.audience(),
        listed=listed,
        key=given["key"],
        actor=request.user,
        now=now,
    )


def _refused_words(listed: lists.Listed) -> list[str]:
    return [
        _("%(row)s行目：%(reason)s") % {"row": row.row, "reason": row.reason}
        for row in listed.refused[:5]
    ]


def _new_page(
    request: StaffRequest, survey: Survey, form: AudienceForm, *, status: int = 200
) -> HttpResponse:
    context = {"survey": survey, "form": form}
    return render(request, "surveys/campaign_new.html", context, status=status)


@staff(ANALYSTS)
def campaign_page(request: StaffRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(queries.campaigns_for(request.user), pk=pk)
    form = StartForm(initial=StartForm.usual(timezone.now()))
    return _page(request, campaign, form)


def _page(
    request: StaffRequest, campaign: Campaign, form: StartForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "campaign": campaign,
        "survey": campaign.survey,
        "tone": _TONES[campaign.state],
        "audience": queries.audience_words(campaign),
        "rules": asking.rules(),
        "refused_more": campaign.refused_total - len(campaign.refused_rows),
    }
    if campaign.state == Campaign.State.DRAFT:
        shown = queries.preview(campaign, now=timezone.now())
        context |= {
            "form": form,
            "preview": shown,
            "advice": queries.advice(campaign.survey, shown.ask),
        }
    else:
        context |= {
            "standing": queries.standing(campaign),
            "window": _window(campaign),
            "trouble": _trouble(campaign),
        }
    return render(request, "surveys/campaign.html", context, status=status)


def _window(campaign: Campaign) -> str:
    names = [str(label) for _number, label in WEEKDAYS]
    return _("%(days)s　%(first)s時〜%(last)s時%(holidays)s") % {
        "days": _("・").join(names[day] for day in campaign.weekdays),
        "first": campaign.hour_from,
        "last": campaign.hour_to,
        "holidays": "" if campaign.holidays_too else _("（祝日を除く）"),
    }


def _trouble(campaign: Campaign) -> str:
    kind, _colon, what = campaign.trouble.partition(":")
    if kind == "survey_closed":
        return _("アンケートが回答を受け付けていないため、止まっています。")
    if kind == "server":
        return _("メールサーバーにつながりません（%(what)s）。自動で送り直します。") % {
            "what": what
        }
    return ""


@staff(ANALYSTS)
def campaign_people(request: StaffRequest, pk: int) -> HttpResponse:
    """The people behind a number of the campaign's page."""
    campaign = get_object_or_404(queries.campaigns_for(request.user), pk=pk)
    state, reason = request.GET.get("state", ""), request.GET.get("reason", "")
    states = dict(CampaignMember.State.choices)
    if state and state not in states:
        return redirect(request.path)
    try:
        listed = page(
            queries.members_of(campaign, state=state, reason=reason[:12]),
            order=("id",),
            cursor=request.GET.get("cursor", ""),
            size=50,
        )
    except Refused:
        return redirect(request.path)
    context = {
        "campaign": campaign,
        "survey": campaign.survey,
        "heading": states.get(state, _("対象のお客様すべて")),
        "rows": [{"member": row, "tone": _MEMBER_TONES[row.state]} for row in listed],
        "page": listed,
    }
    return render(request, "surveys/campaign_people.html", context)


@staff(ANALYSTS, methods=("POST",))
def campaign_start(request: StaffRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(queries.campaigns_for(request.user), pk=pk)
    form, now = StartForm(request.POST), timezone.now()
    if campaign.state == Campaign.State.DRAFT:
        if not form.is_valid():
            return _page(request, campaign, form, status=422)
        try:
            running.start(campaign=campaign, actor=request.user, now=now, **form.values(now=now))
        except Refused as refused:
            form.add_error(None, refused.message)
            return _page(request, campaign, form, status=422)
        messages.success(request, _("配信を予約しました。"))
    return redirect("campaign", pk=pk)


@staff(ANALYSTS, methods=("POST",))
def campaign_pause(request: StaffRequest, pk: int) -> HttpResponse:
    return _do(request, pk, running.pause, _("配信を止めました。"))


@staff(ANALYSTS, methods=("POST",))
def campaign_resume(request: StaffRequest, pk: int) -> HttpResponse:
    return _do(request, pk, running.resume, _("配信を続けます。"))


@staff(ANALYSTS, methods=("POST",))
def campaign_cancel(request: StaffRequest, pk: int) -> HttpResponse:
    return _do(request, pk, running.cancel, _("配信を取りやめました。"))


def _do(
    request: StaffRequest, pk: int, service: Callable[..., Campaign], words: str
) -> HttpResponse:
    campaign = get_object_or_404(queries.campaigns_for(request.user), pk=pk)
    try:
        service(campaign=campaign, actor=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, words)
    return redirect("campaign", pk=pk)


@staff(MANAGERS, methods=("GET", "POST"))
def asking_rules(request: StaffRequest) -> HttpResponse:
    """How often anybody may be asked, and the address at the foot of the mails."""
    rules = asking.rules()
    initial = {"rest_days": rules.rest_days, "sender_address": rules.sender_address}
    form = RulesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        asking.change_rules(actor=request.user, now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("保存しました。"))
        return redirect("asking-rules")
    status = 422 if request.method == "POST" else 200
    return render(request, "surveys/asking_rules.html", {"form": form}, status=status)
