"""Files of responses: columns that stay, cells that do no harm, figures that agree, files that end."""

import csv
import io
import uuid
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from django.utils import timezone

from feedback.queries.periods import last_days
from feedback.queries.scores import figure
from surveys.exporting import delimited, sheet
from surveys.exporting.cells import harmless
from surveys.models import Export, Response
from surveys.queries import columns, definitions, exported, results
from surveys.queries.cuts import Cut
from surveys.services import designs, exports, responses
from surveys.services import surveys as survey_services
from tests import factories
from tests.surveys import designs as samples
from voc import jobs
from voc.clock import local_day
from voc.errors import Refused
from voc.models import AuditEntry, Job

GIVEN = {
    "nps": 9, "csat": 3, "one": "other", "one.other": "=HYPERLINK(1)", "many": ["c1", "c3"],
    "grid": {"r1": "c1"}, "rank": ["c2", "c1", "c3"], "short": "電話は090-1234-5678",
    "words": "連絡は taro@customer.example へ\n「はやい」,\"とても\"", "mail": "a@b.example",
    "tel": "03-1234-5678", "day": "2026-01-02", "many-people": 3.5, "agreed": True,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def many(db):
    return samples.survey_of(samples.EVERY_KIND)


def answer(survey, now=None, **given):
    definition = definitions.of_version(survey, survey.version)
    more = {name: given.pop(name) for name in ("customer", "channel", "partial") if name in given}
    made = responses.accept(
        definition=definition, key=uuid.uuid4(), now=now or timezone.now(), answers=given, **more
    )
    responses.process(response_id=made.response_id, now=timezone.now())
    return Response.objects.get(pk=made.response_id)


def table(survey, user, cut=None, **how):
    """The rows of a streamed CSV, as a spreadsheet reads them."""
    now = timezone.now()
    parts = exports.stream(survey=survey, cut=cut or {}, actor=user, now=now, **how)
    data = b"".join(parts)
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def asked(survey, user, kind, **how):
    how = {"cut": {}, **how}
    return exports.ask(survey=survey, kind=kind, actor=user, now=timezone.now(), **how)


def made(export):
    exports.make(export_id=export.pk, attempt=1, now=timezone.now())
    export.refresh_from_db()
    return export


def test_every_kind_of_answer_has_its_columns(many, people):
    response = answer(many, **GIVEN)

    keys, row = table(many, people.analyst, by_keys=True)
    cells = dict(zip(keys, row, strict=True))

    assert cells["nps"] == "9" and cells["ces"] == ""
    assert cells["one"] == "その他" and cells["one.other_text"] == "'=HYPERLINK(1)"
    assert [cells[f"many.c{n}"] for n in (1, 2, 3)] == ["1", "0", "1"]
    assert (cells["grid.r1"], cells["grid.r2"]) == ("よい", "")
    assert [cells[f"rank.c{n}"] for n in (1, 2, 3)] == ["2", "1", "3"]
    assert cells["short"] == "電話は【電話番号】"
    assert cells["words"] == '連絡は 【メール】 へ\n「はやい」,"とても"'
    assert cells["mail"] == cells["tel"] == "•••"
    assert cells["day"] == "2026-01-02" and cells["many-people"] == "3.5" and cells["agreed"] == "1"
    assert cells["_id"] == str(response.pk) and cells["_version"] == "1"
    assert cells["_submitted_at"].endswith("+09:00") and cells["_day"] == str(response.local_day)
    assert "_customer" not in cells and "hello" not in cells


def test_moments_are_those_of_tokyo(many, people):
    answer(many, now=datetime(2026, 3, 31, 15, 0, 5, tzinfo=UTC), nps=1)

    keys, row = table(many, people.analyst, by_keys=True)

    assert row[keys.index("_submitted_at")] == "2026-04-01T00:00:05+09:00"
    assert row[keys.index("_day")] == "2026-04-01"


def test_ids_stand_in_the_cells_when_they_are_wanted(many, people):
    answer(many, **GIVEN)

    keys, row = table(many, people.analyst, by_keys=True, by_codes=True)

    cells = dict(zip(keys, row, strict=True))
    assert (cells["one"], cells["grid.r1"], cells["_channel"]) == ("other", "c1", "link")


def test_the_first_row_is_in_the_words_of_the_questions(many, people):
    (names,) = table(many, people.analyst)

    assert names[:2] == ["すすめたいですか。", "満足していますか。"]
    assert (
        "いくつでも［白］" in names and "どれか1つ（その他の内容）" in names and "回答番号" in names
    )


def test_columns_stay_when_questions_and_choices_are_taken_out(survey, people):
    designs.replace(survey, [
        {"key": "score", "kind": "nps", "label": "点"},
        {"key": "colour", "kind": "multiple", "label": "色", "options": {"choices": samples.choices("赤", "青")}},
        {"key": "old", "kind": "short", "label": "前の質問"},
    ])  # fmt: skip
    survey_services.publish_survey(survey=survey, actor=people.owner, now=timezone.now())
    answer(survey, score=9, colour=["c1"], old="はい")
    before = table(survey, people.analyst, by_keys=True)
    designs.replace(survey, [
        {"key": "score", "kind": "nps", "label": "新しい点"},
        {"key": "colour", "kind": "multiple", "label": "色", "options": {"choices": [{"id": "c2", "label": "青"}, {"id": "c9", "label": "白"}]}},
    ])  # fmt: skip
    survey_services.publish_survey(survey=survey, actor=people.owner, now=timezone.now())
    survey.refresh_from_db()
    answer(survey, score=2, colour=["c9"])

    keys, first, second = table(survey, people.analyst, by_keys=True)

    old, new = dict(zip(keys, first, strict=True)), dict(zip(keys, second, strict=True))
    assert set(before[0]) < set(keys) and set(keys) - set(before[0]) == {"colour.c9"}
    assert old["old"] == "はい" and old["colour.c1"] == "1" and new["old"] == ""
    assert new["colour.c9"] == "1" and new["colour.c1"] == "0"
    assert int(new["_version"]) == int(old["_version"]) + 1
    assert table(survey, people.analyst)[0][0] == "新しい点"


def test_words_are_masked_before_and_after_they_are_analysed(many, people, run_jobs):
    answer(many, words="電話は090-1234-5678です")

    before = table(many, people.analyst)
    run_jobs()

    assert table(many, people.analyst) == before
    assert any("【電話番号】" in cell for cell in before[1])


def test_words_keep_their_masks_when_another_question_was_first(survey, people):
    first = [
        {"key": "score", "kind": "nps", "label": "点"},
        {"key": "why", "kind": "long", "label": "理由"},
        {"key": "more", "kind": "long", "label": "ほか"},
    ]
    designs.replace(survey, first)
    survey_services.publish_survey(survey=survey, actor=people.owner, now=timezone.now())
    answer(survey, score=9, why="一つ目 090-1234-5678", more="二つ目")
    designs.replace(survey, [first[0], first[2]])
    survey_services.publish_survey(survey=survey, actor=people.owner, now=timezone.now())
    survey.refresh_from_db()
    answer(survey, score=1, more="三つ目 090-1234-5678")

    keys, *rows = table(survey, people.analyst, by_keys=True)

    why, more = keys.index("why"), keys.index("more")
    assert [(row[why], row[more]) for row in rows] == [
        ("一つ目 【電話番号】", "二つ目"), ("", "三つ目 【電話番号】"),
    ]  # fmt: skip


def test_an_empty_survey_is_a_row_of_names(many, people):
    assert len(table(many, people.analyst)) == 1
    for kind in ("csv", "xlsx", "sav"):
        assert made(asked(many, people.analyst, kind)).state == "ready"


def test_responses_of_other_surveys_and_unworked_ones_are_left_out(many, survey, people):
    answer(survey, score=3)
    definition = definitions.of_version(many, 1)
    responses.accept(
        definition=definition, key=uuid.uuid4(), answers={"nps": 1}, now=timezone.now()
    )

    assert len(table(many, people.analyst)) == 1


@pytest.mark.parametrize(
    ("cut", "left"),
    [
        ({"parts": {"channel": "qr"}}, ["2"]),
        ({"parts": {"version": 7}}, []),
        ({"first": "2026-02-01"}, ["2", "3"]),
        ({"first": "2026-02-01", "last": "2026-02-28"}, ["2"]),
        ({"parts": {"segment": ""}, "last": "2026-02-28"}, ["1", "2"]),
    ],
)
def test_a_file_holds_the_cut_that_was_asked_for(many, people, now, cut, left):
    for month, channel in ((1, "link"), (2, "qr"), (3, "link")):
        answer(many, now=now.replace(month=month), nps=month, channel=channel)

    assert [row[0] for row in table(many, people.analyst, cut)[1:]] == left


def test_nothing_is_lost_or_doubled_between_pieces(many, people, monkeypatch):
    monkeypatch.setattr(exported, "PIECE", 3)
    for score in (1, 2, 3, 4, 5, 6, 7):
        answer(many, nps=score)

    assert [row[0] for row in table(many, people.analyst)[1:]] == list("1234567")


def test_what_comes_in_meanwhile_belongs_to_the_next_file(many, people, monkeypatch):
    monkeypatch.setattr(exported, "PIECE", 1)
    answer(many, nps=1)
    answer(many, nps=2)
    parts = exports.stream(survey=many, cut={}, actor=people.analyst, now=timezone.now())
    read = [next(parts), next(parts)]
    answer(many, nps=3)

    assert len(b"".join([*read, *parts]).splitlines()) == 3


def test_the_figure_of_the_file_is_that_of_the_page(survey, people, now):
    for score in (10, 10, 9, 8, 7, 6, 0, 3, 9, 10, 5):
        answer(survey, now=now, score=score)
    answer(survey, now=now, comment="点なし")
    keys, *rows = table(survey, people.analyst, by_keys=True)
    counts = {}
    for row in rows:
        if row[keys.index("score")]:
            value = int(row[keys.index("score")])
            counts[value] = counts.get(value, 0) + 1

    page = results.results_of(survey, Cut(last_days(local_day(now), 28)))
    assert figure("nps", counts) == page.figure
    assert len(rows) == page.responses == 12


@pytest.mark.parametrize(
    "text", ["=1+1", "+SUM(A1)", "-1+1", "@x", "\t=1", "\r=1", "＝1+1", " =1", '"=1', "　＠x"]
)
def test_a_formula_is_made_a_text(text):
    assert harmless(text) == "'" + text


@pytest.mark.parametrize("text", ["-5", "+3.25", "普通", "", "3=3", " あ", "ーーー"])
def test_numbers_and_words_stay_as_they_are(text):
    assert harmless(text) == text


def test_hostile_words_do_not_break_the_table(many, people):
    hostile = ["a,b", 'say "hi"', "1\r\n2", "=cmd|' /C calc'!A0", "𠮷野家🍣", "①㈱～", "x" * 40_000]
    for text in hostile:
        answer(many, words=text)

    keys, *rows = table(many, people.analyst, by_keys=True)

    at = keys.index("words")
    assert {len(row) for row in rows} == {len(keys)}
    # Line breaks are kept as the comment keeps them.
    got = [row[at].replace("\r\n", "\n") for row in rows]
    assert got == ["'" + text if text[0] == "=" else text.replace("\r\n", "\n") for text in hostile]


def test_labels_of_choices_are_no_formulas_either(survey, people):
    designs.replace(survey, [
        {"key": "score", "kind": "single", "label": "=1+1", "options": {"choices": samples.choices("=2+2", "青,\"白\"")}},
    ])  # fmt: skip
    answer(survey, score="c1")
    answer(survey, score="c2")

    names, *rows = table(survey, people.analyst)

    assert names[0] == "'=1+1" and [row[0] for row in rows] == ["'=2+2", '青,"白"']


def test_cp932_counts_the_letters_it_lacks(many, people):
    answer(many, words="𠮷野家で①㈱〜🍣🍣")

    export = made(asked(many, people.analyst, "csv", encoding="cp932"))

    text = exports.path_of(export).read_bytes().decode("cp932")
    assert "〓野家で①㈱～〓〓" in text
    assert export.report == {"replaced": 3, "letters": {"🍣": 2, "𠮷": 1}}
    assert len(list(csv.reader(io.StringIO(text, newline="")))) == 2


def test_cp932_writes_what_windows_can_write():
    encoded = delimited.Encoded("cp932")

    assert encoded.of("髙﨑ｱ〜−—①㈱").decode("cp932") == "髙﨑ｱ～－―①㈱"
    assert not encoded.letters


def test_a_sheet_holds_numbers_days_and_words_that_never_calculate(many, people):
    answer(many, **{**GIVEN, "words": "=1+1\x0b", "short": "-5"})

    export = made(asked(many, people.analyst, "xlsx", by_keys=True))

    book = openpyxl.load_workbook(exports.path_of(export))
    keys, row = book.worksheets[0].iter_rows()
    cells = {key.value: cell for key, cell in zip(keys, row, strict=True)}
    assert cells["nps"].value == 9 and cells["many.c2"].value == 0
    assert (cells["words"].value, cells["words"].data_type) == ("=1+1", "s")
    assert (
        cells["day"].value.isoformat() == "2026-01-02T00:00:00"
        and cells["many-people"].value == 3.5
    )
    assert cells["one"].value == "その他"
    assert [cell.value for cell in book.worksheets[1][1]] == ["列", "質問", "値の意味"]
    assert (export.rows, export.size_bytes) == (1, exports.path_of(export).stat().st_size)


@pytest.mark.parametrize("text", ["あ" * 40_000, "🍣" * 20_000])
def test_a_cell_of_a_sheet_is_cut_where_excel_cuts_and_it_is_said(many, people, text):
    answer(many, words=text)

    export = made(asked(many, people.analyst, "xlsx", by_keys=True))

    book = openpyxl.load_workbook(exports.path_of(export))
    keys, row = book.worksheets[0].iter_rows(values_only=True)
    cell = row[keys.index("words")]
    assert cell.endswith("…") and cell[:-1] in text
    assert sheet.MOST_LETTERS - 2 <= len(cell.encode("utf-16-le")) // 2 <= sheet.MOST_LETTERS
    assert export.report == {"cut": 1}


def test_more_rows_than_a_format_holds_are_refused_in_words(many, people, monkeypatch):
    monkeypatch.setitem(exports.MOST, "xlsx", 1)
    answer(many, nps=1)
    answer(many, nps=2)

    with pytest.raises(Refused, match="1件まで"):
        asked(many, people.analyst, "xlsx")
    assert not Export.objects.exists()


def test_an_export_made_twice_is_one_file(many, people, run_jobs):
    answer(many, nps=1)
    export = asked(many, people.analyst, "csv")
    made(export)
    name, written = export.file, exports.path_of(export).stat().st_mtime_ns

    run_jobs(exports.MAKE)
    made(export)

    assert export.file == name and exports.path_of(export).stat().st_mtime_ns == written
    assert len(list(exports.folder().iterdir())) == 1


def test_a_worker_that_dies_leaves_nothing_to_download(many, people, monkeypatch):
    answer(many, nps=1)
    export = asked(many, people.analyst, "csv")
    monkeypatch.setattr(
        exports, "_keep", lambda part, final: (_ for _ in ()).throw(KeyboardInterrupt)
    )

    with pytest.raises(KeyboardInterrupt):
        made(export)
    export.refresh_from_db()
    assert export.state == "running" and not export.file
    assert [path.suffix for path in exports.folder().iterdir()] == [".part"]

    monkeypatch.undo()
    exports.make(export_id=export.pk, attempt=2, now=timezone.now())
    export.refresh_from_db()
    assert export.state == "ready"
    assert [path.name for path in exports.folder().iterdir()] == [export.file]


def test_of_two_runs_at_once_one_file_is_offered(many, people, monkeypatch):
    export = asked(many, people.analyst, "csv")
    keep = exports._keep

    def overtaken(part, final):
        monkeypatch.setattr(exports, "_keep", keep)
        exports.make(export_id=export.pk, attempt=2, now=timezone.now())
        part.touch()
        keep(part, final)

    monkeypatch.setattr(exports, "_keep", overtaken)
    made(export)

    assert export.state == "ready"
    assert [path.name for path in exports.folder().iterdir()] == [export.file]


def test_a_file_that_could_not_be_written_says_so_and_is_tried_again(many, people, monkeypatch):
    export = asked(many, people.analyst, "csv")
    monkeypatch.setattr(exports, "_write", lambda *_: (_ for _ in ()).throw(OSError("disk full")))

    jobs.drain(kinds=(exports.MAKE,))

    export.refresh_from_db()
    assert export.state == "failed"
    assert Job.objects.get(kind=exports.MAKE).state == "queued"
    monkeypatch.undo()
    assert made(export).state == "ready"


def test_nobody_gets_a_file_who_has_left(many, people):
    export = asked(many, people.analyst, "csv")
    people.analyst.is_active = False
    people.analyst.save()

    assert made(export).state == "failed" and not export.file


def test_expired_files_are_thrown_away_once(many, people, client_for):
    export = made(asked(many, people.analyst, "csv"))
    path = exports.path_of(export)
    address = f"/surveys/{many.pk}/exports/{export.pk}/"
    client = client_for(people.analyst)
    assert client.get(address).status_code == 200

    late = timezone.now() + timedelta(days=7, minutes=1)
    assert exports.purge(now=late) == 1
    assert exports.purge(now=late) == 0

    export.refresh_from_db()
    assert not path.exists() and export.state == "expired"
    answered = client.get(address)
    assert answered.status_code == 410 and "期限が切れた" in answered.content.decode()


def test_a_file_past_its_day_is_gone_before_the_broom_comes(many, people, client_for):
    export = made(asked(many, people.analyst, "csv"))
    Export.objects.update(expires_at=timezone.now() - timedelta(minutes=1))

    assert (
        client_for(people.analyst).get(f"/surveys/{many.pk}/exports/{export.pk}/").status_code
        == 410
    )


def test_asking_promises_the_cleaning_too(many, people):
    export = asked(many, people.analyst, "csv")

    assert Job.objects.get(kind=exports.PURGE).due_at == export.expires_at


def test_leftovers_of_dead_workers_are_swept(many, people):
    import os

    stray = exports.folder() / "9.1.part"
    stray.write_bytes(b"half")
    fresh = exports.folder() / "10.1.part"
    fresh.write_bytes(b"half")
    two_days_ago = timezone.now().timestamp() - 2 * 86_400
    os.utime(stray, (two_days_ago, two_days_ago))

    exports.purge(now=timezone.now())

    assert not stray.exists() and fresh.exists()


@pytest.mark.parametrize("role", ["owner", "admin", "analyst", "agent", "viewer"])
def test_analysts_and_up_export_and_it_is_on_record(many, people, client_for, role):
    client = client_for(getattr(people, role))
    allowed = role in ("owner", "admin", "analyst")
    address = f"/surveys/{many.pk}/exports/"

    assert client.get(address).status_code == (200 if allowed else 403)
    answered = client.post(address, {"format": "csv"})

    assert answered.status_code == (200 if allowed else 403)
    assert AuditEntry.objects.filter(action="survey.export").count() == int(allowed)
    if allowed:
        assert answered.streaming and b"".join(answered.streaming_content)[:3] == b"\xef\xbb\xbf"
        assert "attachment" in answered["Content-Disposition"]


def test_the_files_of_others_are_not_there(many, people, client_for, api_for):
    export = made(asked(many, people.owner, "csv"))
    other = client_for(people.analyst)

    assert other.get(f"/surveys/{many.pk}/exports/{export.pk}/").status_code == 404
    assert (
        api_for(people.analyst, "exports:read").get(f"/api/v1/exports/{export.pk}").status_code
        == 404
    )
    assert (
        client_for(people.admin).get(f"/surveys/{many.pk}/exports/{export.pk}/").status_code == 200
    )
    assert not other.get(f"/surveys/{many.pk}/exports/").context["rows"]


def test_customers_numbers_are_for_managers_only(many, people, client_for):
    customer = factories.CustomerFactory(external_id="C-77")
    answer(many, nps=9, customer=customer)

    keys, row = table(many, people.owner, by_keys=True, with_people=True)
    assert row[keys.index("_customer")] == "C-77"
    with pytest.raises(Refused):
        table(many, people.analyst, with_people=True)
    answered = client_for(people.analyst).post(
        f"/surveys/{many.pk}/exports/", {"format": "csv", "with_people": "on"}
    )
    assert b"C-77" not in b"".join(answered.streaming_content)


def test_a_form_that_makes_no_sense_is_refused(many, people, client_for):
    client = client_for(people.analyst)
    address = f"/surveys/{many.pk}/exports/"

    for bad in (
        {}, {"format": "pdf"}, {"format": "csv", "first": "2026-02-30"},
        {"format": "csv", "first": "2026-02-02", "last": "2026-02-01"},
        {"format": "csv", "channel": "' OR 1=1 --"}, {"format": "csv", "version": "\0"},
    ):  # fmt: skip
        assert client.post(address, bad).status_code == 422, bad
    assert not AuditEntry.objects.filter(action="survey.export").exists()


def test_the_page_takes_the_choice_of_the_results_page(many, people, client_for, now):
    answer(many, now=now, nps=3, channel="qr")

    form = (
        client_for(people.analyst)
        .get(f"/surveys/{many.pk}/exports/?first=2026-11-01&last=2026-11-30&channel=qr")
        .context["form"]
    )

    assert form["first"].value() == "2026-11-01" and form["channel"].value() == "qr"


def test_the_page_asks_the_database_the_same_for_one_file_and_for_many(
    many, people, client_for, django_assert_max_num_queries
):
    client = client_for(people.owner)
    for _ in range(12):
        asked(many, people.analyst, "csv")

    with django_assert_max_num_queries(12):
        page = client.get(f"/surveys/{many.pk}/exports/")
    assert page.content.count(b"<tr>") == 13


def test_the_api_makes_a_file_and_hands_it_out(many, people, api_for, run_jobs):
    answer(many, **GIVEN)
    client = api_for(people.analyst, "exports:read", "exports:write")

    made_ = client.post(
        "/api/v1/exports", {"survey": "many", "format": "csv", "header": "keys"}, format="json"
    )
    number = made_.json()["id"]
    assert made_.status_code == 201 and made_.json()["state"] == "waiting"
    assert client.get(f"/api/v1/exports/{number}/file").status_code == 409
    run_jobs(exports.MAKE)

    seen = client.get(f"/api/v1/exports/{number}").json()
    assert (seen["state"], seen["rows"]) == ("ready", 1)
    file = client.get(f"/api/v1/exports/{number}/file")
    assert b"".join(file.streaming_content).startswith(b"\xef\xbb\xbfnps,csat,")
    assert [row["id"] for row in client.get("/api/v1/exports").json()["data"]] == [number]
    Export.objects.update(state="expired", file="")
    assert client.get(f"/api/v1/exports/{number}/file").status_code == 410


@pytest.mark.parametrize(
    "bad",
    [
        {"format": "csv"}, {"survey": "many"}, {"survey": "none", "format": "csv"},
        {"survey": "many", "format": "csv", "first": "2026-02-02", "last": "2026-02-01"},
        {"survey": "many", "format": "sav", "encoding": "cp932"},
        {"survey": "many", "format": "csv", "sql": "1"},
    ],
)  # fmt: skip
def test_the_api_refuses_what_it_does_not_know(many, people, api_for, bad):
    answered = api_for(people.analyst, "exports:write").post("/api/v1/exports", bad, format="json")

    assert answered.status_code == 400 and not Export.objects.exists()


def test_the_api_wants_the_scope_and_the_role(many, people, api_for):
    body = {"survey": "many", "format": "csv"}

    assert (
        api_for(people.analyst, "responses:write")
        .post("/api/v1/exports", body, format="json")
        .status_code
        == 403
    )
    assert (
        api_for(people.agent, "exports:write")
        .post("/api/v1/exports", body, format="json")
        .status_code
        == 403
    )
    refused = api_for(people.analyst, "exports:write").post(
        "/api/v1/exports", {**body, "customers": True}, format="json"
    )
    assert refused.status_code in (409, 422)


def test_answers_of_another_kind_than_the_question_now_is_break_nothing(many, people):
    response = answer(many, nps=1)
    Response.objects.filter(pk=response.pk).update(
        answers={
            "nps": "=1+1",
            "many": "c1",
            "grid": ["c1"],
            "rank": {"a": 1},
            "day": "きのう",
            "agreed": "x",
        }
    )

    keys, row = table(many, people.analyst, by_keys=True)

    cells = dict(zip(keys, row, strict=True))
    assert cells["nps"] == "'=1+1" and cells["many.c1"] == "0" and cells["grid.r1"] == ""
    for kind in ("xlsx", "sav"):
        assert made(asked(many, people.analyst, kind)).state == "ready"
    assert len(columns.columns_of(columns.sources_of(many))) == len(keys)
