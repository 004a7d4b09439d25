"""Writing responses to files: one form, and what has been written."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.forms.exports import ExportForm, initial_of
from surveys.models import Export, Survey
from surveys.queries.exports import exports_for
from surveys.queries.surveys import surveys_for
from surveys.services import exports as services
from voc.access import ANALYSTS, MANAGERS, StaffRequest, staff
from voc.clock import local_day
from voc.errors import Refused
from voc.paging import page

_TONES = {"waiting": "dashed", "running": "ai", "ready": "matsu", "failed": "shu", "expired": ""}
_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "sav": "application/octet-stream",
}
_LETTERS_SHOWN = 20


@staff(ANALYSTS, methods=("GET", "POST"))
def exports_page(request: StaffRequest, pk: int) -> HttpResponseBase:
    """A form for one more file, and those made so far. A plain CSV comes as the answer itself."""
    survey = get_object_or_404(surveys_for(request.user), pk=pk)
    shared: dict[str, Any] = {
        "survey": survey, "may_people": request.user.role in MANAGERS
    }  # fmt: skip
    now = timezone.now()
    if request.method != "POST":
        form = ExportForm(initial=initial_of(request.GET, local_day(now)), **shared)
        return _page(request, survey, form)
    form = ExportForm(request.POST, **shared)
    if form.is_valid():
        given = form.cleaned_data
        asked: dict[str, Any] = {
            "survey": survey, "cut": given["cut"], "actor": request.user, "now": now,
            "by_keys": given["by_keys"], "by_codes": given["by_codes"],
            "with_people": given.get("with_people", False),
        }  # fmt: skip
        try:
            if given["format"] == "csv":
                return _streamed(survey, services.stream(**asked))
            services.ask(kind=given["kind"], encoding=given["encoding"], **asked)
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(
                request, _("書き出しを始めました。できあがると、下の表から受け取れます。")
            )
            return redirect("survey-exports", pk=pk)
    return _page(request, survey, form, status=422)


def _streamed(survey: Survey, parts: Iterator[bytes]) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(parts, content_type="text/csv; charset=utf-8")
    name = f"{survey.slug}-{local_day(timezone.now()):%Y%m%d}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    # A proxy that collects the whole file first would keep the reader waiting for nothing.
    answer["X-Accel-Buffering"] = "no"
    return answer


def _page(
    request: StaffRequest,
    survey: Survey,
    form: ExportForm,
    *,
    status: int = 200,
    error: str = "",
) -> HttpResponse:
    try:
        listed = page(
            exports_for(request.user).filter(survey=survey).select_related("made_by"),
            cursor=request.GET.get("cursor", ""),
            size=20,
        )
    except Refused:
        return redirect(request.path)
    context = {
        "survey": survey,
        "form": form,
        "rows": [_row(export) for export in listed],
        "page": listed,
        "error": error,
        "busy": any(export.state in ("waiting", "running") for export in listed),
    }
    return render(request, "surveys/exports.html", context, status=status)


def _row(export: Export) -> dict[str, Any]:
    letters = list(export.report.get("letters", {}).items())
    shown = _("、").join(f"「{letter}」×{n}" for letter, n in letters[:_LETTERS_SHOWN])
    if len(letters) > _LETTERS_SHOWN:
        shown = _("%(shown)s ほか") % {"shown": shown}
    name = export.get_kind_display()
    return {
        "export": export,
        "name": _("CSV（Shift_JIS）") if export.encoding == "cp932" else name,
        "tone": _TONES[export.state],
        "replaced": export.report.get("replaced", 0),
        "letters": shown,
        "cut": export.report.get("cut", 0),
    }


@staff(ANALYSTS)
def download(request: StaffRequest, pk: int, number: int) -> HttpResponseBase:
    """The finished file; 410 when it has been thrown away."""
    survey = get_object_or_404(surveys_for(request.user), pk=pk)
    export = get_object_or_404(exports_for(request.user).filter(survey=survey), pk=number)
    answer = file_of(export)
    if answer is not None:
        return answer
    form = ExportForm(survey=survey, may_people=request.user.role in MANAGERS)
    if export.state in ("waiting", "running", "failed"):
        return _page(
            request, survey, form, status=409, error=_("このファイルは、まだできていません。")
        )
    error = _("このファイルは期限が切れたため、消しました。もう一度書き出してください。")
    return _page(request, survey, form, status=410, error=error)


def file_of(export: Export) -> FileResponse | None:
    """The file as an answer; None while there is none, or no longer one."""
    if export.state != Export.State.READY or export.expires_at <= timezone.now():
        return None
    path: Path = services.path_of(export)
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    name = f"{export.survey.slug}-{local_day(export.created_at):%Y%m%d}.{export.kind}"
    kind = _TYPES[export.kind]
    if export.kind == Export.Kind.CSV:
        kind += "; charset=" + ("Shift_JIS" if export.encoding == "cp932" else "utf-8")
    return FileResponse(file, as_attachment=True, filename=name, content_type=kind)
