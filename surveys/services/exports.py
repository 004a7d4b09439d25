"""Files of responses: asked for, made by a worker, offered for a week, thrown away."""

import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.exporting import delimited, sheet, statistics
from surveys.models import Export, Survey
from surveys.queries import exported
from surveys.queries.columns import columns_of, sources_of
from surveys.queries.exported import Cut
from voc import audit, jobs
from voc.access import ANALYSTS, MANAGERS
from voc.errors import Refused
from voc.models import User

MAKE, PURGE = "surveys.make_export", "surveys.purge_exports"
KEPT = timedelta(days=7)
# A run that says nothing for so long will say nothing more.
_SILENT = timedelta(days=1)
_LETTERS = 200
MOST = {Export.Kind.XLSX: sheet.MOST_ROWS, Export.Kind.SAV: statistics.MOST_ROWS}
_OPEN = (Export.State.WAITING, Export.State.RUNNING, Export.State.FAILED)


def folder() -> Path:
    """Where finished files lie; nobody else may look in."""
    place: Path = settings.VAR_DIR / "exports"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def path_of(export: Export) -> Path:
    return folder() / export.file


@transaction.atomic
def ask(
    *,
    survey: Survey,
    kind: str,
    cut: Cut,
    actor: User,
    now: datetime,
    encoding: str = "utf-8",
    by_keys: bool = False,
    by_codes: bool = False,
    with_people: bool = False,
) -> Export:
    """Promises a file of these responses; `Refused` where the format holds fewer rows."""
    may_have_people(actor, with_people)
    rows = exported.responses_in(survey, cut)
    total = rows.count()
    most = MOST.get(Export.Kind(kind))
    if most is not None and total > most:
        raise Refused(
            _(
                "この形式で書き出せるのは%(most)s件までです。対象は%(total)s件です。期間などで絞るか、CSVを選んでください。"
            )
            % {"most": f"{most:,}", "total": f"{total:,}"},
            "too_many_rows",
        )
    export = Export.objects.create(
        survey=survey,
        made_by=actor,
        kind=kind,
        encoding=encoding if kind == Export.Kind.CSV else "utf-8",
        cut=cut,
        by_keys=by_keys,
        by_codes=by_codes,
        with_people=with_people,
        up_to=exported.newest(rows),
        total=total,
        created_at=now,
        expires_at=now + KEPT,
    )
    _record(export, survey, actor=actor, now=now)
    jobs.enqueue(MAKE, {"export_id": export.pk}, now=now)
    jobs.enqueue(
        PURGE, {}, now=now, due_at=export.expires_at, key=f"{PURGE}:{export.expires_at:%F}"
    )
    return export


def may_have_people(actor: User, with_people: bool) -> None:
    """`Refused` for whoever may not have all customers' numbers in one file."""
    if with_people and actor.role not in MANAGERS:
        raise Refused(_("お客様番号を書き出せるのは、管理者だけです。"), "not_for_this_role")


def _record(export: Export, survey: Survey, *, actor: User, now: datetime) -> None:
    detail: dict[str, Any] = {
        "format": export.kind, "rows": export.total, "cut": export.cut, "people": export.with_people
    }  # fmt: skip
    audit.record("survey.export", survey, actor=actor, now=now, detail=detail)


def stream(
    *,
    survey: Survey,
    cut: Cut,
    actor: User,
    now: datetime,
    by_keys: bool = False,
    by_codes: bool = False,
    with_people: bool = False,
) -> Iterator[bytes]:
    """A CSV in UTF-8 as it is made, without a file. It is on record before the first byte."""
    may_have_people(actor, with_people)
    rows = exported.responses_in(survey, cut)
    export = Export(
        survey=survey, kind=Export.Kind.CSV, cut=cut, with_people=with_people, total=rows.count()
    )
    up_to = exported.newest(rows)
    _record(export, survey, actor=actor, now=now)
    sources = sources_of(survey, with_people=with_people)
    written = delimited.write(
        sources,
        exported.pieces(rows, sources, user=actor, up_to=up_to),
        delimited.Encoded("utf-8"),
        by_keys=by_keys,
        by_codes=by_codes,
    )
    return (data for _rows, data in written)


def make(*, export_id: int, attempt: int, now: datetime) -> None:
    """Writes the file of an export, once: a finished one is left alone.

    It is written under another name, made durable and renamed before it is offered, so that a
    worker that dies leaves nothing half done to download. Two runs at once: the first to finish
    offers its file, the other throws its own away.
    """
    export = Export.objects.select_related("survey", "made_by").filter(pk=export_id).first()
    if export is None or export.state not in _OPEN:
        return
    if not export.made_by.is_active or export.made_by.role not in ANALYSTS:
        Export.objects.filter(pk=export.pk).update(state=Export.State.FAILED)
        return
    for old in folder().glob(f"{export.pk}.*.part"):
        old.unlink(missing_ok=True)
    Export.objects.filter(pk=export.pk, state__in=_OPEN).update(state=Export.State.RUNNING, rows=0)
    part = folder() / f"{export.pk}.{attempt}.part"
    name = f"{secrets.token_urlsafe(24)}.{export.kind}"
    try:
        rows, report = _write(export, part)
        _keep(part, folder() / name)
    except Exception:
        part.unlink(missing_ok=True)
        Export.objects.filter(pk=export.pk, state=Export.State.RUNNING).update(
            state=Export.State.FAILED
        )
        raise
    done = Export.objects.filter(pk=export.pk, state__in=_OPEN).update(
        state=Export.State.READY,
        file=name,
        rows=rows,
        total=rows,
        size_bytes=(folder() / name).stat().st_size,
        report=report,
        finished_at=timezone.now(),
    )
    if not done:
        (folder() / name).unlink(missing_ok=True)


def _keep(part: Path, final: Path) -> None:
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(final)
    directory = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _write(export: Export, part: Path) -> tuple[int, dict[str, Any]]:
    """(rows, what could not be written as it was)"""
    survey = export.survey
    sources = sources_of(survey, with_people=export.with_people)
    rows = exported.responses_in(survey, export.cut)

    def read() -> Iterator[Sequence[exported.Texts]]:
        return exported.pieces(rows, sources, user=export.made_by, up_to=export.up_to)

    def columns() -> Iterator[list[Sequence[Any]]]:
        return (exported.columns(sources, piece) for piece in read())

    shown = {"by_keys": export.by_keys, "by_codes": export.by_codes}
    match export.kind:
        case Export.Kind.XLSX:
            cut = sheet.Cut()
            written = sheet.write(part, columns_of(sources), columns(), cut, **shown)
            return _counted(export, written), {"cut": cut.cells}
        case Export.Kind.SAV:
            with part.open("wb") as file:
                label = survey.title
                steps = statistics.write(
                    file, columns_of(sources), columns, made=timezone.localtime(), label=label
                )
                return _counted(export, steps), {}
    encoded = delimited.Encoded(export.encoding)
    with part.open("wb") as file:

        def steps_of() -> Iterator[int]:
            for number, data in delimited.write(sources, read(), encoded, **shown):
                file.write(data)
                yield number

        done = _counted(export, steps_of())
    letters = dict(encoded.letters.most_common(_LETTERS))
    return done, {"replaced": encoded.letters.total(), "letters": letters}


def _counted(export: Export, steps: Iterable[int]) -> int:
    """The rows of all steps; the page can see how far it has come."""
    rows = said = 0
    for number in steps:
        rows += number
        if rows - said >= 20_000:
            said = rows
            Export.objects.filter(pk=export.pk, state=Export.State.RUNNING).update(rows=rows)
    return rows


def withdraw(*, survey_id: int, now: datetime) -> None:
    """Files of this survey are offered no more: words that stand in them have been erased."""
    offered = Export.objects.filter(survey=survey_id, expires_at__gt=now).exclude(file="")
    if offered.update(expires_at=now):
        jobs.enqueue(PURGE, {}, now=now, key=f"{PURGE}:now")


def purge(*, now: datetime) -> int:
    """Throws away what has expired, and files that belong to nothing; how many exports ended."""
    old = Export.objects.filter(expires_at__lte=now).exclude(state=Export.State.EXPIRED)
    ended = 0
    for export in old.order_by("pk"):
        if export.file:
            path_of(export).unlink(missing_ok=True)
        ended += Export.objects.filter(pk=export.pk).update(state=Export.State.EXPIRED, file="")
    silent = Export.objects.filter(
        state__in=(Export.State.WAITING, Export.State.RUNNING), created_at__lt=now - _SILENT
    )
    silent.update(state=Export.State.FAILED)
    _sweep(now)
    return ended


def _sweep(now: datetime) -> None:
    """Removes day-old files that no export offers: what killed workers left."""
    known = set(Export.objects.exclude(file="").values_list("file", flat=True))
    for path in folder().iterdir():
        with suppress(FileNotFoundError):
            age = now.timestamp() - path.stat().st_mtime
            if path.is_file() and path.name not in known and age > _SILENT.total_seconds():
                path.unlink()
