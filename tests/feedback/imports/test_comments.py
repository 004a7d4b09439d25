"""Voices from files: each once, refused rows named, numbers that agree with the rows."""

import csv
import io
import json
import tracemalloc
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from feedback.defaults import ensure
from feedback.imports import import_comments
from feedback.models import (
    Clause,
    Comment,
    CommentDay,
    Customer,
    Score,
    ScoreDay,
    Topic,
    TopicAssignment,
    TopicDay,
)
from feedback.services import rollups
from voc.models import Job
from voc.tables import TableError

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, 3, 0, tzinfo=UTC)
HEADER = ["回答日時", "会員番号", "推奨度（０〜１０）", "商品名", "セグメント", "ご意見"]
ROWS = [
    ["2026/01/05 10:00", "0012", "９", "湯のみ", "新規", "①髙橋さんの対応が早くて助かりました"],
    ["R8.1.7", "0013", "3", "急須", "", "配送が遅いです。\n箱もつぶれていました"],
    ["2026年1月8日", "", "0", "", "既存", "注文画面が分かりにくい"],
    ["2026/01/09 23:30", "0012", "10", "", "", ""],
]


def write(tmp_path, rows, header=HEADER, encoding="utf-8", name="voices.csv"):
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    path = tmp_path / name
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def run(path, **more):
    return import_comments(path=path, now=NOW, **more).as_json()


def command(*arguments):
    out = io.StringIO()
    call_command("import_comments", *map(str, arguments), stdout=out)
    return json.loads(out.getvalue())


def test_every_part_of_a_row_finds_its_place(tmp_path):
    result = run(write(tmp_path, ROWS, [h.replace("〜", "～") for h in HEADER], "cp932"))

    assert (result["encoding"], result["rows"], result["imported"]) == ("cp932", 4, 4)
    assert result["refused"] == []
    comment = Comment.objects.select_related("score", "customer").get(product="湯のみ")
    assert comment.text == ROWS[0][5]
    assert comment.occurred_at == datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
    assert comment.local_day == date(2026, 1, 5)
    assert (comment.segment, comment.source) == ("新規", "import")
    assert (comment.score.kind, comment.score.value, comment.score.scale) == ("nps", 9, 10)
    assert comment.customer == Customer.objects.get(external_id="0012")
    assert comment.score.customer == comment.customer


def test_a_score_without_words_is_a_score_only(tmp_path):
    run(write(tmp_path, ROWS))

    assert (Score.objects.count(), Comment.objects.count()) == (4, 3)
    assert Score.objects.get(value=10).local_day == date(2026, 1, 9)


def test_a_second_import_changes_nothing(tmp_path):
    first = run(write(tmp_path, ROWS))
    second = run(write(tmp_path, ROWS, encoding="utf-16", name="other.csv"))

    assert (first["imported"], first["duplicates"]) == (4, 0)
    assert (second["imported"], second["duplicates"]) == (0, 4)
    assert (Score.objects.count(), Comment.objects.count(), Customer.objects.count()) == (4, 3, 2)
    assert ScoreDay.objects.aggregate(n=Sum("count"))["n"] == 4


def test_identical_rows_are_separate_voices_and_stay_so(tmp_path):
    rows = [["", "", "5", "", "", "普通です"]] * 3
    assert run(write(tmp_path, rows))["imported"] == 3

    assert run(write(tmp_path, [*rows, rows[0]]))["imported"] == 1
    assert Comment.objects.count() == 4


def test_an_id_names_a_row_whatever_else_changes(tmp_path):
    header = ["受付番号", "コメント"]
    run(write(tmp_path, [["A-1", "良いと思います"], ["A-2", "高いです"]], header))
    rows = [["A-2", "高いです（訂正）"], ["A-3", "速いです"], ["A-3", "速いです"]]
    again = run(write(tmp_path, rows, header))

    assert (again["imported"], again["duplicates"], again["differing"]) == (1, 2, 1)
    assert Comment.objects.get(source_ref="id:A-2").text == "高いです"


def test_a_header_that_leaves_no_doubt_is_believed_against_wrong_values(tmp_path):
    rows = [["1e30", "値が変です"], ["true", "値が変です"], ["-1", "値が変です"]]
    result = run(write(tmp_path, rows, ["推奨度（０〜１０）", "ご意見"]))

    assert (result["imported"], result["refused_total"]) == (0, 3)


def test_an_interrupted_import_is_finished_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr("feedback.imports.batches.BATCH_ROWS", 10)
    path = write(
        tmp_path,
        [["2026/01/05", f"{n:04}", str(n % 11), "", "", f"{n}件目の意見"] for n in range(95)],
    )

    def stop(done, total):
        if done >= 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(path, progress=stop)
    assert Comment.objects.count() == 30

    result = run(path)

    assert (result["imported"], result["duplicates"]) == (65, 30)
    assert Comment.objects.values("source_ref").distinct().count() == 95
    assert rollups.rebuild()["changed"] == 0


def test_refused_rows_are_named_and_never_stop_the_file(tmp_path):
    path = write(tmp_path, [
        ["2026/01/05", "1", "11", "", "", "点が範囲の外"],
        ["2026/01/05", "1", "true", "", "", "点が数でない"],
        ["2026/13/05", "1", "5", "", "", "日付がおかしい"],
        ["2026/01/05", "1", "", "", "", ""],
        ["2026/01/05", "1", "5", "", "", "x" * 100_001],
        ["2026/01/05", "1", "5", "", "", "多い", "セル"],
        ["2026/01/05", "9" * 101, "5", "", "", "番号が長い"],
        ["2026/01/05", "1", "5", "", "", "これは入ります"],
    ])  # fmt: skip

    result = run(path)

    assert [item["row"] for item in result["refused"]] == [1, 2, 3, 4, 5, 6, 7]
    assert all(item["reason"].endswith("。") for item in result["refused"])
    assert (result["rows"], result["imported"], result["refused_total"]) == (8, 1, 7)
    assert Comment.objects.get().text == "これは入ります"


def test_the_list_of_refused_rows_is_capped_and_counted(tmp_path):
    result = run(write(tmp_path, [["", "", "99", "", "", f"{n}件目の意見"] for n in range(1_500)]))

    assert len(result["refused"]) == 1_000
    assert result["refused_total"] == 1_500


def test_daily_counts_agree_with_the_rows(tmp_path):
    run(write(tmp_path, ROWS))

    assert set(ScoreDay.objects.values_list("local_day", "value", "segment", "count")) == {
        (date(2026, 1, 5), 9, "新規", 1),
        (date(2026, 1, 7), 3, "", 1),
        (date(2026, 1, 8), 0, "既存", 1),
        (date(2026, 1, 9), 10, "新規", 1),
    }
    assert CommentDay.objects.aggregate(n=Sum("count"))["n"] == 3
    assert rollups.rebuild()["changed"] == 0


def test_one_waiting_job_promises_the_analysis(tmp_path, monkeypatch):
    monkeypatch.setattr("feedback.imports.batches.BATCH_ROWS", 2)
    run(write(tmp_path, ROWS))

    assert Job.objects.filter(kind="feedback.analyse", state="queued").count() == 1


def test_imported_low_scores_open_no_recovery(tmp_path):
    run(write(tmp_path, ROWS))

    assert set(Job.objects.values_list("kind", flat=True)) == {"feedback.analyse"}


def test_a_dry_run_counts_and_stores_nothing(tmp_path):
    path = write(tmp_path, ROWS)

    assert run(path, dry_run=True)["imported"] == 4
    assert not Comment.objects.exists()
    assert not Customer.objects.exists()
    assert not Job.objects.exists()

    run(path)
    assert run(path, dry_run=True)["duplicates"] == 4


def test_a_topic_the_taxonomy_knows_is_a_persons_decision(tmp_path):
    ensure()
    topic = Topic.objects.filter(parent__isnull=False).first()
    header = ["カテゴリ", "コメント"]
    run(
        write(
            tmp_path,
            [
                [topic.name, "とても困りました"],
                [topic.key, "良かったです"],
                ["知らない話題", "普通です"],
            ],
            header,
        )
    )

    assert TopicAssignment.objects.filter(topic=topic, origin="person").count() == 2
    assert Clause.objects.filter(by_person=True).count() == 2
    assert list(TopicDay.objects.values_list("topic", flat=True).distinct()) == [topic.pk]
    assert Comment.objects.get(text="普通です").attributes == {"label": "知らない話題"}
    assert Comment.objects.get(text="良かったです").attributes == {}


def test_people_are_found_by_mail_where_there_is_no_number(tmp_path):
    header = ["メールアドレス", "コメント"]
    rows = [["Sato@Mail.example", "良い品です"], ["ｓａｔｏ@mail.example", "また買います"]]

    run(write(tmp_path, rows, header))

    assert Customer.objects.get().comments.count() == 2


def test_the_customers_segment_stands_in_for_a_missing_one(tmp_path):
    Customer.objects.create(external_id="0013", segment="得意先", created_at=NOW)

    run(write(tmp_path, ROWS))

    assert Comment.objects.get(product="急須").segment == "得意先"


def test_hostile_cells_are_words_like_any_other(tmp_path):
    rows = [["=cmd|' /C calc'!A0\x00\u202e"], ["<script>alert(1)</script>"], ["'; DROP TABLE x;--"]]
    run(write(tmp_path, rows, ["コメント"]))

    assert set(Comment.objects.values_list("text", flat=True)) == {
        "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "'; DROP TABLE x;--",
    }  # fmt: skip


def test_a_score_of_another_scale_is_not_guessed(tmp_path):
    rows = [[str(n), "とても良い店でした"] for n in (80, 95, 60)]
    result = run(write(tmp_path, rows, ["評価", "コメント"]))

    assert result["imported"] == 3
    assert "score" not in result["columns"]
    assert not Score.objects.exists()


def test_a_file_without_words_and_scores_is_refused_as_a_whole(tmp_path):
    with pytest.raises(TableError, match="本文の列"):
        run(write(tmp_path, [["1", "2"]], ["幅", "高さ"]))


def test_memory_stays_level_over_many_rows(tmp_path):
    def peak(count, name):
        rows = [["2026/01/05", "", "", "", "", f"{name}の{n}件目の意見です"] for n in range(count)]
        path = write(tmp_path, rows, name=f"{name}.csv")
        del rows
        tracemalloc.start()
        run(path)
        high = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return high

    small = peak(4_000, "a")
    large = peak(16_000, "b")

    # What may grow is the table of seen rows: 8 to 27 bytes a row.
    assert large < small + 2_000_000


def test_the_command_prints_what_was_promised(tmp_path):
    result = command(
        write(tmp_path, ROWS), "--text", "ご意見", "--score", "推奨度", "--score-kind", "nps"
    )

    assert set(result) >= {
        "file",
        "encoding",
        "rows",
        "imported",
        "duplicates",
        "refused",
        "columns",
    }
    assert result["columns"]["text"] == "ご意見"
    assert result["columns"]["score"] == "推奨度（０〜１０）"
    assert result["imported"] == 4


def test_a_column_that_is_not_there_is_wrong_usage_and_lists_the_columns(tmp_path):
    with pytest.raises(CommandError, match="会員番号") as error:
        command(write(tmp_path, ROWS), "--text", "感想")

    assert error.value.returncode == 2


def test_a_score_of_unknown_kind_must_be_named(tmp_path):
    path = write(tmp_path, [["5", "良い品です"]], ["点", "コメント"])

    with pytest.raises(CommandError) as error:
        command(path, "--score", "点")
    assert error.value.returncode == 2

    assert command(path, "--score", "点", "--score-kind", "csat")["scores"] == 1


def test_a_file_that_is_no_table_is_exit_one_with_a_sentence(tmp_path):
    path = tmp_path / "empty.csv"
    path.write_bytes(b"")

    with pytest.raises(CommandError, match="空です") as error:
        command(path)

    assert error.value.returncode == 1
