"""The responses behind the figures: a list that can be narrowed, and one of them."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from feedback.models import Topic
from feedback.queries.topics import name_of
from surveys.forms import cut as forms
from surveys.models import Response, Survey
from surveys.queries import breakdowns, lookup
from surveys.queries.answers import words_of
from surveys.queries.names import channel_name, flag_name, part_name
from surveys.queries.surveys import surveys_for
from surveys.views.bar import bar_of, tabs_of, tone_of
from voc.access import StaffRequest, found, staff
from voc.clock import local_day
from voc.errors import Refused
from voc.models import User
from voc.paging import capped_count, page

SIZE = 20


def _how(response: Response, version: int) -> str:
    """How the answer came, and under which publication when it was an older one."""
    name = channel_name(response.channel)
    if response.survey_version == version:
        return name
    return _("%(channel)s・第%(version)s版") % {"channel": name, "version": response.survey_version}


def lines_of(rows: Sequence[Response], survey: Survey, user: User) -> list[dict[str, Any]]:
    """What a list shows of each response: score, masked words with their topics, who and how."""
    said = words_of(rows, user)
    keys = {key for words in said.values() for key in words.topic_keys}
    topics = Topic.objects.filter(key__in=keys).only("key", "name", "name_en") if keys else []
    names = {topic.key: name_of(topic) for topic in topics}
    return [
        {
            "pk": response.pk,
            "url": reverse("survey-response", args=[survey.pk, response.pk]),
            "score_text": "—" if response.score is None else response.score,
            "said": said.get(response.pk),
            "topics": [
                (names[key], reverse("topic", args=[key]))
                for key in (said[response.pk].topic_keys if response.pk in said else ())
                if key in names
            ],
            "waiting": response.state == Response.State.ACCEPTED,
            "partial": response.partial,
            "flags": [flag_name(flag) for flag in response.flags],
            "at": response.submitted_at,
            "customer_id": response.customer_id,
            "who": str(response.customer or ""),
            "who_how": _("%(who)s・%(how)s")
            % {"who": response.customer or _("匿名"), "how": _how(response, survey.version)},
        }
        for response in rows
    ]


@staff()
def response_list(request: StaffRequest, pk: int) -> HttpResponse:
    """The responses that fit, newest first."""
    survey = get_object_or_404(surveys_for(request.user), pk=pk)
    chosen = forms.read(request.GET, local_day(timezone.now()))
    score = lookup.points_of(survey.kind, request.GET.get("score", ""))
    wanted = lookup.wanted_of(survey, request.GET.getlist("a"))
    mark = request.GET.get("mark", "")
    mark = mark if mark in lookup.MARKS else ""
    spoke = request.GET.get("words") == "1"
    rows = lookup.listed(
        survey, chosen.cut, score=score, wanted=wanted, spoke=spoke, mark=mark
    )
    try:
        listed = page(
            rows.select_related("customer"),
            order=("-submitted_at", "-id"),
            cursor=request.GET.get("cursor", ""),
            size=SIZE,
        )
    except Refused:
        return redirect(request.path)
    total, capped = capped_count(rows)
    kept: dict[str, Any] = {
        "score": request.GET.get("score") if score is not None else None,
        "a": [one.text for one in wanted] or None,
        "mark": mark or None,
        "words": 1 if spoke else None,
    }
    context = {
        "survey": survey,
        "tone": tone_of(survey),
        "tabs": tabs_of(survey, chosen, "survey-responses"),
        "bar": bar_of(survey, chosen),
        "chosen": chosen,
        "answers": lines_of(list(listed), survey, request.user),
        "page": listed,
        "total": total,
        "capped": capped,
        "conditions": _conditions(survey, chosen, kept, wanted),
        "hidden_fields": [
            (name, value)
            for name, values in kept.items()
            for value in (values if isinstance(values, list) else [values])
            if value is not None
        ],
    }
    return render(request, "surveys/results_responses.html", context)


def _conditions(
    survey: Survey, chosen: forms.Chosen, kept: dict[str, Any], wanted: list[lookup.Wanted]
) -> list[tuple[str, str]]:
    """(words, address without it) of every condition beside the bar."""
    rest = {name: value for name, value in kept.items() if value is not None}

    def without(name: str, one: str = "") -> str:
        left = {**rest, name: [text for text in rest[name] if text != one] if one else None}
        return chosen.url("", **left) or "?"

    found = []
    if "score" in rest:
        names = {
            "promoter": _("推奨者（9〜10）"), "passive": _("中立者（7〜8）"), "detractor": _("批判者（0〜6）"),
            "satisfied": _("満足（4〜5）"), "other": _("それ以外（1〜3）"),
        }  # fmt: skip
        words = names.get(rest["score"]) or _("%(kind)s %(value)s") % {
            "kind": survey.kind.upper(), "value": rest["score"]
        }  # fmt: skip
        found.append((words, without("score")))
    labels = breakdowns.labels_of(survey, [one.question for one in wanted])
    for one in wanted:
        names = labels[one.question.pk] | {"yes": _("同意した")}
        parts = [names.get(part, part) for part in (one.item, one.value) if part]
        parts = parts[:1] if one.item == one.value else parts
        title = f"{one.question.label[:40]}：{'・'.join(parts) or _('答えた人')}"
        found.append((title, without("a", one.text)))
    if "mark" in rest:
        marks = {
            "complete": _("答え終えた"), "usable": _("有効"), "partial": _("途中まで"),
            "odd": _("早すぎる・同じ列ばかり"), "waiting": _("読み取り待ち"),
        }  # fmt: skip
        found.append((marks[rest["mark"]], without("mark")))
    if "words" in rest:
        found.append((_("言葉のある回答"), without("words")))
    return found


@staff()
def response_page(request: StaffRequest, pk: int, response: int) -> HttpResponse:
    """One response with all its answers, masked."""
    survey = get_object_or_404(surveys_for(request.user), pk=pk)
    whole = found(lookup.whole(survey, response, request.user))
    row = whole.response
    context = {
        "survey": survey,
        "whole": whole,
        "row": row,
        "who": str(row.customer or ""),
        "flags": [flag_name(flag) for flag in row.flags],
        "facts": [
            (_("答えた経路"), channel_name(row.channel)),
            (_("言語"), part_name("language", row.language)),
            (_("端末"), part_name("device", row.device)),
            (_("お客様の区分"), part_name("segment", row.segment)),
            (_("アンケートの版"), part_name("version", str(row.survey_version))),
        ],
        "seconds": int((row.submitted_at - row.started_at).total_seconds())
        if row.started_at
        else None,
    }
    return render(request, "surveys/response.html", context)
