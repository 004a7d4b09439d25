import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedback.text import MAX_CHARS, analyse, analyse_many, default_taxonomy

TAXONOMY = default_taxonomy()


def texts(comment):
    return [clause.text for clause in analyse(comment, TAXONOMY).clauses]


def test_praise_and_complaint_of_one_sentence_come_apart():
    praise, complaint = analyse("アプリは便利だが、ログインが遅い", TAXONOMY).clauses

    assert (praise.text, praise.polarity, praise.intent) == (
        "アプリは便利だが",
        "positive",
        "praise",
    )
    assert (complaint.text, complaint.polarity, complaint.intent) == (
        "ログインが遅い",
        "negative",
        "complaint",
    )
    assert praise.topics[0].topic == "app"
    assert complaint.topics[0].topic == "app.login"


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("部屋はきれい。朝食は普通。", ["部屋はきれい", "朝食は普通"]),
        ("部屋は広いけど、風呂が狭い", ["部屋は広いけど", "風呂が狭い"]),
        ("予約したのに、部屋がなかった", ["予約したのに", "部屋がなかった"]),
        ("送料が高いので、安くしてください", ["送料が高いので", "安くしてください"]),
        ("部屋も広かったし、食事も良かった", ["部屋も広かったし", "食事も良かった"]),
        ("部屋は広くて、食事もおいしい", ["部屋は広くて", "食事もおいしい"]),
        ("一行目\n二行目", ["一行目", "二行目"]),
        ("すごい！また来ます", ["すごい！", "また来ます"]),
        ("設定するのに便利です", ["設定するのに便利です"]),
        ("すみませんが、領収書をください", ["すみませんが、領収書をください"]),
        ("「すごい！」と言った", ["「すごい！」と言った"]),
        ("値段が3.5倍になった", ["値段が3.5倍になった"]),
        ("とても静かで落ち着く部屋", ["とても静かで落ち着く部屋"]),
    ],
)
def test_a_clause_ends_where_a_second_statement_begins(comment, expected):
    assert texts(comment) == expected


@pytest.mark.parametrize("comment", ["", " ", "\n\n", "\u3000\t", "。。。", "!?", "\x00", "\ufeff"])
def test_a_comment_that_says_nothing_has_no_clauses(comment):
    assert texts(comment) == []


def test_a_long_comment_is_read_to_its_ten_thousandth_character():
    comment = "部屋が広い。" * 3000

    analysis = analyse(comment, TAXONOMY)

    assert analysis.truncated
    assert analysis.clauses[-1].end <= MAX_CHARS
    assert len(analysis.masked) <= MAX_CHARS
    assert not analyse("部屋が広い。", TAXONOMY).truncated


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=120)
    | st.text(
        alphabet="がのでけど、。！ 部屋は広い高くなてしーー\r\n\x00\ufeff\u3099ﾊﾟｱ😀\ud800",
        max_size=60,
    )
)
@example("ﾊﾟｽﾜｰﾄﾞが、\r\n変更できない。")
@example("㍿㌔\ufdfaがない、けど")
@example("か\u3099っこいい\u200b、が\u202e高い")
@example("電話090-1234-5678、に")
@example("すごーーい\ud800。")
def test_offsets_lead_back_to_the_original(comment):
    previous = 0
    for clause in analyse(comment, TAXONOMY).clauses:
        assert 0 <= previous <= clause.start < clause.end <= len(comment)
        assert comment[clause.start : clause.end] == clause.text
        assert clause.text.strip()
        previous = clause.end


def test_many_are_answered_in_order_as_one_by_one():
    comments = ["高い", "", "安い", "高い", "x" * 300, "領収書をください"]

    assert analyse_many(comments, TAXONOMY) == [analyse(one, TAXONOMY) for one in comments]


def test_half_width_and_full_width_read_alike():
    plain = analyse("パスワードがABC", TAXONOMY).clauses[0]
    narrow = analyse("ﾊﾟｽﾜｰﾄﾞがＡＢＣ", TAXONOMY).clauses[0]

    assert narrow.topics == plain.topics
    assert narrow.text == "ﾊﾟｽﾜｰﾄﾞがＡＢＣ"
