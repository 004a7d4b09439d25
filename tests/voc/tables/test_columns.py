"""Headers in two languages find their field; values decide where headers do not."""

import pytest

from voc.tables import find_column, guess_columns, guess_score_kind

ALL = ("text", "score", "date", "customer", "product", "segment", "topic", "id",
       "email", "name", "company", "amount", "order_id")  # fmt: skip


def guess(columns, *rows, wanted=ALL):
    return guess_columns(columns, [dict(zip(columns, row, strict=True)) for row in rows], wanted)


@pytest.mark.parametrize(
    ("header", "field", "value"),
    [
        ("推奨度（０〜１０）", "score", "９"),
        ("Ｑ１．おすすめ度", "score", "7"),
        ("ご意見・ご要望", "text", "対応が遅いです"),
        ("自由記述欄", "text", "対応が遅いです"),
        ("回答 日時", "date", "2026/01/05 10:00"),
        ("タイムスタンプ", "date", "2026/01/05 10:00:00"),
        ("Created_At", "date", "2026-01-05T10:00:00Z"),
        ("会員番号", "customer", "0012"),
        ("お客様ＩＤ", "customer", "0012"),
        ("user_id", "customer", "u-1"),
        ("商品名", "product", "湯のみ"),
        ("セグメント", "segment", "新規"),
        ("カテゴリ", "topic", "配送"),
        ("受付番号", "id", "A-1"),
        ("メール アドレス", "email", "a@b.example"),
        ("お名前", "name", "佐藤"),
        ("会社名", "company", "例示商事"),
        ("金額（税込）", "amount", "1,200円"),
        ("注文番号", "order_id", "O-1"),
        ("Review Text", "text", "Very slow delivery"),
    ],
)
def test_a_header_finds_its_field(header, field, value):
    assert guess([header], [value]).get(field) == header


def test_the_head_of_a_compound_decides():
    columns = ["推奨度", "推奨度の理由"]

    assert guess(columns, ["9", "配送が速い"], ["2", "壊れていた"]) == {
        "text": "推奨度の理由",
        "score": "推奨度",
    }


def test_questions_used_as_headers_are_understood():
    columns = [
        "このお店を友人に勧める可能性はどのくらいですか",
        "その点数にした理由を教えてください",
    ]

    found = guess(columns, ["9", "駅から近い"], ["3", "待ち時間が長い"])

    assert found == {"score": columns[0], "text": columns[1]}


def test_the_longest_text_is_taken_where_no_header_says_so():
    columns = ["A", "B", "C", "D"]
    rows = [
        [str(n), f"{n}番目の商品はとても使いやすいと思います", "はい", f"2026/01/{n:02}"]
        for n in range(1, 9)
    ]

    assert guess(columns, *rows) == {"text": "B", "date": "D"}


def test_a_header_is_not_believed_against_its_values():
    columns = ["評価", "id"]

    found = guess(columns, ["とても使いやすい", "a"], ["色が少し薄いです", "a"])

    assert "score" not in found
    assert "id" not in found


def test_a_running_number_is_no_identity():
    assert "id" not in guess(["No.", "連番", "コメント"], ["1", "1", "良いと思います"])


def test_no_column_serves_two_fields():
    found = guess(["コメント", "評価"], ["良い品でした", "5"])

    assert sorted(found.values()) == ["コメント", "評価"]


def test_only_wanted_fields_are_answered():
    assert guess(["コメント", "評価"], ["良い", "5"], wanted=["score"]) == {"score": "評価"}


@pytest.mark.parametrize(
    ("header", "kind"),
    [("推奨度（０〜１０）", "nps"), ("NPS", "nps"), ("総合満足度", "csat"), ("Rating", "csat"),
     ("手続きの手間", "ces"), ("点", "")],
)  # fmt: skip
def test_the_header_tells_the_kind_of_score(header, kind):
    assert guess_score_kind(header) == kind


def test_a_column_is_found_by_what_the_person_typed():
    columns = ("推奨度（０〜１０）", "ご意見", "a", "A")

    assert find_column(columns, "推奨度") == "推奨度（０〜１０）"
    assert find_column(columns, "A") == "A"
    assert find_column(columns, "ない列") is None
