from datetime import timedelta

import pytest

from feedback.models import Clause, Comment, CommentDay, ScoreDay, TopicAssignment, TopicDay
from feedback.services import analysis, rollups, voices
from voc.errors import Refused
from voc.models import Job

pytestmark = pytest.mark.django_db


def test_recording_the_same_score_twice_counts_it_once(now):
    for _ in range(2):
        voices.record_score(
            kind="nps", value=9, occurred_at=now, source="import", source_ref="r1", now=now
        )

    assert [row.count for row in ScoreDay.objects.all()] == [1]


@pytest.mark.parametrize(
    ("kind", "value"), [("nps", 11), ("nps", -1), ("csat", 0), ("csat", 6), ("ces", 8)]
)
def test_a_score_off_its_scale_is_refused_and_nothing_is_stored(now, kind, value):
    with pytest.raises(Refused):
        voices.record_score(
            kind=kind, value=value, occurred_at=now, source="import", source_ref="r1", now=now
        )

    assert not ScoreDay.objects.exists()


def test_the_business_day_is_that_of_tokyo(now):
    late_evening = now.replace(hour=23, minute=59)

    comment = voices.record_comment(
        text="遅い", occurred_at=late_evening, source="import", source_ref="r1", now=now
    )

    assert str(comment.local_day) == "2026-11-20"


def test_a_comment_becomes_clauses_with_topics_and_polarity(record):
    comment = record("アプリは便利だが、ログインが遅い")

    first, second = comment.clauses.order_by("start")
    assert (first.polarity, second.polarity) == ("positive", "negative")
    assert comment.text[second.start : second.end].startswith("ログイン")
    assert TopicAssignment.objects.filter(clause=second).exists()
    assert comment.analysed_version == analysis.version(analysis.taxonomy()[0])


def test_words_are_kept_as_typed(record):
    comment = record("ﾊﾟｽﾜｰﾄﾞ が  ①回で 通らない㈱")

    assert comment.text == "ﾊﾟｽﾜｰﾄﾞ が  ①回で 通らない㈱"


def test_blank_words_are_no_comment(record):
    assert record(" \n　\x00 ") is None
    assert not Comment.objects.exists()


def test_one_waiting_job_is_enough_for_many_comments(now):
    for number in range(5):
        voices.record_comment(
            text="遅い", occurred_at=now, source="import", source_ref=f"r{number}", now=now
        )

    assert Job.objects.filter(kind=voices.ANALYSE).count() == 1


def test_the_analysis_job_may_run_twice(now, run_jobs):
    voices.record_comment(
        text="配送が遅い", occurred_at=now, source="import", source_ref="r", now=now
    )
    run_jobs()
    clauses = list(Clause.objects.values_list("start", "end"))

    voices.ask_for_analysis(now=now)
    run_jobs()

    assert list(Clause.objects.values_list("start", "end")) == clauses
    assert rollups.rebuild()["changed"] == 0


def test_reading_again_keeps_the_counts_true(record):
    record("配送が遅い。梱包は丁寧でした。")
    Comment.objects.update(analysed_version="")
    analysis.analyse_all()

    assert rollups.rebuild()["changed"] == 0
    assert TopicDay.objects.exclude(clauses=0).exists()


def test_a_wrong_count_is_found_and_mended(record):
    record("配送が遅い")
    CommentDay.objects.update(count=99)

    assert rollups.rebuild()["changed"] == 1
    assert CommentDay.objects.get().count == 1


def test_private_particulars_are_marked_and_hidden(record, people, client_for):
    comment = record("電話は090-1234-5678です。届きません")

    page = client_for(people.viewer).get(f"/comments/{comment.pk}/").content.decode()

    assert "090-1234-5678" not in page
    assert "【電話番号】" in page


@pytest.mark.parametrize(
    "text",
    ["ー" * 100_000, "\u202e悪い\u202c", "\ud800だめ", "a\x00b", "😀" * 5_000, "遅い" * 20_000],
)
def test_hostile_words_are_stored_and_every_page_still_answers(
    text, record, people, client_for, now
):
    comment = record(text)
    client = client_for(people.analyst)

    assert comment.analysed_version
    assert client.get("/comments/").status_code == 200
    assert client.get(f"/comments/{comment.pk}/").status_code == 200


def test_more_than_a_hundred_thousand_characters_are_refused(now):
    with pytest.raises(Refused):
        voices.record_comment(
            text="あ" * 100_001, occurred_at=now, source="api", source_ref="x", now=now
        )


def test_a_low_score_is_announced_once(now):
    from feedback.events import SCORE_LOW
    from voc.events import subscriptions

    for _ in range(2):
        voices.record_score(
            kind="nps", value=2, occurred_at=now, source="survey", source_ref="r", now=now
        )

    kinds = subscriptions().get(SCORE_LOW, [])
    assert Job.objects.filter(kind__in=kinds).count() == len(kinds)


def test_comments_are_analysed_in_the_order_they_came(record, now):
    comment = record("よい", occurred_at=now - timedelta(days=400))

    assert comment.local_day.year == 2025
