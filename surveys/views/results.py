"""The list of surveys, and what came back from one."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from feedback.queries.scores import LEAST_SHOWN, groups
from surveys.forms import cut as forms
from surveys.forms.cut import Chosen
from surveys.forms.shown import scale_labels
from surveys.models import Survey
from surveys.queries import breakdowns, compared, crossings, cuts, funnels, results, surveys, trends
from surveys.queries.names import dimension_name, flag_name, part_name
from surveys.questions.asked import CHOOSING, SCALES
from surveys.services.surveys import missing_for_publication
from surveys.views.bar import bar_of, tabs_of, tone_of
from surveys.views.responses import lines_of
from voc.access import ANALYSTS, StaffRequest, staff
from voc.clock import local_day
from voc.errors import Refused
from voc.paging import page

LATEST = 5
# Kinds of which more than "answered" is shown.
_COUNTED = SCALES | CHOOSING | {"number", "consent"}


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
    """Figure, change, distribution, trend, groups, funnel, and the latest words."""
    survey = get_object_or_404(
        surveys.surveys_for(request.user).select_related("touchpoint"), pk=pk
    )
    chosen = forms.read(request.GET, local_day(timezone.now()))
    shown = results.results_of(survey, chosen.cut)
    by_segment = cuts.by_part(survey.pk, chosen.cut, "segment")
    scored = survey.kind != Survey.Kind.NONE
    public = settings.BASE_URL + reverse("survey-form", args=[survey.slug])
    context = {
        "survey": survey,
        "tone": tone_of(survey),
        "tabs": tabs_of(survey, chosen, "survey"),
        "bar": bar_of(survey, chosen, by_segment),
        "chosen": chosen,
        "shown": shown,
        "least": LEAST_SHOWN,
        "few": compared.few(shown.figure.n),
        "change": compared.sentence(survey.kind, shown.change, chosen.before) if scored else "",
        "digits": compared.digits_of(survey.kind),
        "advice": compared.advice(survey.kind, shown.figure.n, shown.figure.value),
        "funnel": _funnel(survey, chosen, shown.responses),
        "waiting": funnels.waiting(survey),
        "with_words": results.with_words(survey, chosen.cut),
        "answers": _latest(request, survey, chosen),
        "responses_url": chosen.url(reverse("survey-responses", args=[pk])),
        "words_url": chosen.url(reverse("survey-responses", args=[pk]), words=1),
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
    if scored and shown.enough:
        context |= _drawn(survey, chosen, shown)
        context["parts"] = [
            parts_context(survey, chosen, "segment", by_segment),
            parts_context(survey, chosen, "channel"),
        ]
    return render(request, "surveys/survey.html", context)


def _drawn(survey: Survey, chosen: Chosen, shown: results.Results) -> dict[str, Any]:
    """Distribution and trend, with the addresses of the responses behind each point."""
    address = reverse("survey-responses", args=[survey.pk])
    step: trends.Step = "month" if chosen.cut.period.days > 200 else "week"
    wide, compact = trends.trend(survey, chosen.cut, step)
    drawn: dict[str, Any] = {"trend": wide, "compact_trend": compact, "step": step}
    if survey.kind == "nps":
        drawn["histogram"], drawn["compact_histogram"] = results.distribution(shown)
        names = ("promoter", "passive", "detractor")
        words = (_("推奨者"), _("中立者"), _("批判者"))
        drawn["groups"] = [
            (word, n, chosen.url(address, score=name))
            for name, word, n in zip(names, words, groups(shown.counts), strict=True)
        ]
        drawn["points"] = [
            (value, chosen.url(address, score=value))
            for value in range(11)
            if shown.counts.get(value)
        ]
        return drawn
    if survey.kind == "csat":
        values = surveys.question_values(survey)
        labels = scale_labels(str(values.get("low_label", "")), str(values.get("high_label", "")))
    else:
        labels = [(point, "") for point in range(1, 8)]
    drawn["shares"] = [
        (share, chosen.url(address, score=share.value)) for share in results.shares(shown, labels)
    ]
    return drawn


def parts_context(
    survey: Survey,
    chosen: Chosen,
    dimension: str,
    counted: dict[str, cuts.Counts] | None = None,
) -> dict[str, Any]:
    """One table of groups: each with its figure, n and what it opens."""
    if counted is None:
        counted = cuts.by_part(survey.pk, chosen.cut, dimension)
    found = compared.parts_of(
        survey.kind, {part: cuts.scored(counts) for part, counts in counted.items()}
    )
    address = reverse("survey-responses", args=[survey.pk])
    verdicts = {"higher": _("ほかより高い"), "lower": _("ほかより低い"), "same": _("差は誤差の範囲")}
    rest = {k: v for k, v in chosen.query.items() if k != dimension}
    return {
        "dimension": dimension,
        "name": dimension_name(dimension),
        "sentence": found.sentence,
        "hidden": found.hidden,
        "digits": compared.digits_of(survey.kind),
        "rows": [
            {
                "name": part_name(dimension, row.part),
                "row": row,
                "verdict": verdicts.get(row.verdict, ""),
                "url": chosen.url(address, **{**rest, dimension: row.part or forms.NOWHERE}),
            }
            for row in found.rows
        ],
    }


def _funnel(survey: Survey, chosen: Chosen, total: int) -> dict[str, Any]:
    """Steps and rates in words, each step with the responses behind it."""
    funnel = funnels.funnel_of(survey, chosen.cut, total)
    address = reverse("survey-responses", args=[survey.pk])
    invited = [(_("送った"), funnel.sent, ""), (_("届いた"), funnel.delivered, "")]
    steps = (invited if funnel.sent else []) + [
        (_("始めた"), funnel.started, ""),
        (_("答え終えた"), funnel.completed, chosen.url(address, mark="complete")),
        (_("有効"), funnel.usable, chosen.url(address, mark="usable")),
    ]
    rates = funnel.rates
    named = [
        (_("回収率"), _("招待への回答 ÷ 送った数"), rates.returned),
        (_("回答率"), _("招待への回答 ÷ 届いた数"), rates.answered),
        (_("完了率"), _("答え終えた ÷ 始めた"), rates.completed),
        (_("有効回答率"), _("招待への有効な回答 ÷ 送った数"), rates.usable),
    ]
    return {
        "found": funnel,
        "steps": steps,
        "rates": [row for row in named if row[2].denominator],
        "flags": [
            (flag_name("speeder"), funnel.speeders),
            (flag_name("straightliner"), funnel.straightliners),
        ],
        "odd_url": chosen.url(address, mark="odd"),
    }


def _latest(request: StaffRequest, survey: Survey, chosen: Chosen) -> list[dict[str, Any]]:
    from surveys.queries import lookup

    rows = lookup.listed(survey, chosen.cut).select_related("customer")
    return lines_of(list(rows.order_by("-submitted_at", "-id")[:LATEST]), survey, request.user)


@staff()
def questions_page(request: StaffRequest, pk: int) -> HttpResponse:
    """Every question with what was answered to it."""
    survey = get_object_or_404(surveys.surveys_for(request.user), pk=pk)
    chosen = forms.read(request.GET, local_day(timezone.now()))
    address = reverse("survey-responses", args=[pk])

    def to(key: str, item: str = "", value: str = "") -> str:
        return chosen.url(address, a=f"{key}:{item}:{value}" if item or value else key)

    rows = []
    for number, found in enumerate(breakdowns.breakdowns(survey, chosen.cut), 1):
        key, multiple = found.question.key, found.question.kind == "multiple"
        wordings = {"": found.question.label} | {
            str(row["id"]): str(row.get("label") or found.question.label)
            for row in found.question.variants
        }
        rows.append(
            {
                "number": number,
                "found": found,
                "kind": found.question.get_kind_display(),
                "url": to(key),
                "digits": compared.digits_of(found.question.kind) if found.question.kind != "rating" else 2,
                "lines": [
                    (line, to(key, line.value if multiple else "", line.value))
                    for line in found.lines
                ],
                "matrix": [
                    (row, [(line, to(key, row.item, line.value)) for line in row.lines])
                    for row in found.matrix
                ],
                "ranking": [(row, to(key, row.item, "1")) for row in found.ranking],
                "wordings": [
                    (wordings.get(row.part, row.part), row) for row in found.wordings
                ],
                "has_more": found.question.kind in _COUNTED,
                "is_words": found.question.kind == "long",
            }
        )
    context = {
        "survey": survey,
        "tone": tone_of(survey),
        "tabs": tabs_of(survey, chosen, "survey-questions"),
        "bar": bar_of(survey, chosen),
        "chosen": chosen,
        "rows": rows,
        "least": LEAST_SHOWN,
    }
    return render(request, "surveys/results_questions.html", context)


@staff()
def compare_page(request: StaffRequest, pk: int) -> HttpResponse:
    """Groups beside each other, and two questions crossed."""
    survey = get_object_or_404(surveys.surveys_for(request.user), pk=pk)
    chosen = forms.read(request.GET, local_day(timezone.now()))
    by = request.GET.get("by", "")
    by = by if by in cuts.DIMENSIONS else "segment"
    axes = crossings.axes_of(survey)
    names = {axis.name: axis for axis in axes}
    rows, columns = (names.get(request.GET.get(name, "")) for name in ("rows", "columns"))
    crossed = None
    if rows and columns and rows != columns:
        crossed = _crossed(survey, chosen, rows, columns)
    context = {
        "survey": survey,
        "tone": tone_of(survey),
        "tabs": tabs_of(survey, chosen, "survey-compare"),
        "bar": bar_of(survey, chosen),
        "chosen": chosen,
        "by": by,
        "dimensions": [(name, dimension_name(name)) for name in cuts.DIMENSIONS],
        "part": parts_context(survey, chosen, by) if survey.kind != "none" else None,
        "axes": axes,
        "axis_rows": rows.name if rows else "",
        "axis_columns": columns.name if columns else "",
        "same": bool(rows and rows == columns),
        "crossed": crossed,
        "least": LEAST_SHOWN,
        "hidden_fields": [*chosen.query.items()],
    }
    return render(request, "surveys/results_compare.html", context)


def _crossed(
    survey: Survey, chosen: Chosen, rows: crossings.Axis, columns: crossings.Axis
) -> dict[str, Any]:
    """The table with the responses behind every cell that is shown."""
    found = crossings.crossing(survey, chosen.cut, rows, columns)
    address = reverse("survey-responses", args=[survey.pk])
    lines = []
    for (part, label), cells, shares, n in zip(
        found.row_parts, found.table.cells, found.table.shares, found.table.rows, strict=True
    ):
        urls = [
            _url(chosen, address, (rows, part), (columns, other)) for other, _l in found.column_parts
        ]
        lines.append((label, n, list(zip(cells, shares, urls, strict=True))))
    return {"found": found, "lines": lines, "heads": [label for _part, label in found.column_parts]}


def _url(chosen: Chosen, address: str, *parts: tuple[crossings.Axis, str]) -> str:
    """The responses of one cell; "" where an address cannot say it (not chosen)."""
    more: dict[str, Any] = {}
    wanted = []
    for axis, part in parts:
        if axis.name == crossings.SCORE:
            more["score"] = part
        elif axis.question is None:
            more[axis.kind] = part or forms.NOWHERE
        elif axis.kind == "multiple":
            if part == "no":
                return ""
            wanted.append(f"{axis.question.key}:{axis.item}:{axis.item}")
        else:
            wanted.append(f"{axis.question.key}::{part}")
    return chosen.url(address, **more, **({"a": wanted} if wanted else {}))
