"""What is taken as an answer to each kind of question, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.questions import flow, reading, rules
from surveys.questions.asked import Asked
from surveys.questions.reading import Wrong
from tests.surveys.designs import EVERY_KIND


def asked(row):
    words = {name: row[name] for name in ("key", "kind", "label", "options", "show_if") if name in row}
    return Asked(pk=1, translations=row.get("translations", {}), **words)


KINDS = {row["key"]: asked(row) for row in EVERY_KIND}


@pytest.mark.parametrize(("key", "raw", "stored"), [
    ("nps", "１０", 10), ("nps", 0, 0), ("csat", "5", 5), ("ces", "７", 7), ("stars", "3", 3),
    ("one", "c1", "c1"), ("many", ["c2", "c1"], ["c1", "c2"]),
    ("grid", {"r2": "c1"}, {"r2": "c1"}), ("rank", ["c3", "c1"], ["c3", "c1"]),
    ("short", "  一言\n です ", "一言 です"), ("words", "二行\r\nです", "二行\nです"),
    ("mail", "Ａ＠ｅｘａｍｐｌｅ．ｊｐ", "A@example.jp"), ("tel", "０３－１２３４－５６７８", "03-1234-5678"),
    ("tel", "03ー1234ー5678", "03-1234-5678"),
    ("day", "２０２６年１１月２５日", "2026-11-25"), ("day", "2026/2/3", "2026-02-03"),
    ("many-people", "１２", 12), ("many-people", "1.5", 1.5), ("many-people", 3, 3),
    ("agreed", "1", True), ("agreed", True, True),
])  # fmt: skip
def test_an_answer_is_taken_as_japanese_keyboards_give_it(key, raw, stored):
    assert reading.clean(KINDS[key], raw) == {key: stored}


@pytest.mark.parametrize(("key", "raw"), [
    ("nps", "11"), ("nps", "-1"), ("nps", True), ("nps", 1e30), ("nps", "①"), ("nps", "1.0"),
    ("csat", "0"), ("csat", "6"), ("ces", "8"), ("stars", "6"), ("nps", ["9"]), ("nps", {"a": 1}),
    ("one", "c9"), ("one", ["c1"]), ("one", 1), ("many", "c1"), ("many", ["c1", "c9"]),
    ("many", ["c1", "c2", "c3"]), ("many", ["c1"] * 99),
    ("grid", {"r9": "c1"}), ("grid", {"r1": "c9"}), ("grid", ["r1"]), ("grid", {"r1": None}),
    ("rank", ["c1", "c1"]), ("rank", ["c9"]), ("rank", "c1"), ("rank", [["c1"]]),
    ("short", "あ" * 301), ("short", 5), ("words", "あ" * 5_001), ("words", ["a"]),
    ("mail", "hanako"), ("mail", "a@b"), ("tel", "電話はありません"), ("tel", "123"),
    ("day", "2026-02-30"), ("day", "きのう"), ("day", 20261125), ("many-people", "0"),
    ("many-people", "21"), ("many-people", "NaN"), ("many-people", "1e99"), ("many-people", True),
    ("many-people", "三人"), ("agreed", "2"), ("hello", "1"),
])  # fmt: skip
def test_anything_else_is_refused_in_words(key, raw):
    with pytest.raises(Wrong) as wrong:
        reading.clean(KINDS[key], raw)

    assert str(wrong.value)


@pytest.mark.parametrize("key", [key for key in KINDS if key != "hello"])
@pytest.mark.parametrize("raw", ["", "  \n", None, [], {}])
def test_nothing_is_no_answer(key, raw):
    assert reading.clean(KINDS[key], raw) == {}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@given(key=st.sampled_from(sorted(KINDS)), raw=values)
def test_no_json_value_breaks_the_reader(key, raw):
    try:
        found = reading.clean(KINDS[key], raw)
    except Wrong:
        return
    assert set(found) <= {key, f"{key}.other"}
    # What was taken is taken again, and is the same.
    assert reading.clean(KINDS[key], found.get(key)) in (found, {})


def test_other_words_are_kept_only_where_other_was_chosen():
    assert reading.clean(KINDS["one"], "other", "緑") == {"one": "other", "one.other": "緑"}
    assert reading.clean(KINDS["one"], "c1", "緑") == {"one": "c1"}


@pytest.mark.parametrize(("op", "value", "answer", "met"), [
    ("eq", 9, 9, True), ("eq", "c1", ["c1", "c2"], True), ("ne", "c1", None, True),
    ("ne", "c1", ["c1"], False), ("in", ["c1", "c2"], "c2", True), ("in", ["c1"], None, False),
    ("gte", 7, 7, True), ("lt", 7, 7, False), ("gt", "2026-01-01", "2026-11-25", True),
    ("group", "detractor", 6, True), ("group", "detractor", 7, False), ("group", "passive", 8, True),
    ("group", "promoter", 9, True), ("group", "promoter", "9", False),
    ("answered", None, False, True), ("unanswered", None, None, True), ("lte", 3, "言葉", False),
])  # fmt: skip
def test_a_rule_compares_what_was_answered(op, value, answer, met):
    rule = {"when": [{"question": "q", "op": op, "value": value}]}

    assert rules.holds(rule, {} if answer is None else {"q": answer}) is met


def _chain():
    def only(key, before):
        rule = {"when": [{"question": before, "op": "eq", "value": "c1"}]}
        return Asked(1, key, "single", key, options={"choices": [{"id": "c1", "label": "は"}]}, show_if=rule)

    return [Asked(1, "a", "single", "a", options={"choices": [{"id": "c1", "label": "い"}]}), only("b", "a"), only("c", "b")]


def test_a_branch_that_is_not_shown_answers_no_later_rule():
    # c asks about b, and b is hidden: what b once held must not open c.
    assert rules.visible(_chain(), {"b": "c1", "c": "c1"}) == {"a": True, "b": False, "c": False}
    assert rules.kept(_chain(), {"b": "c1", "c": "c1"}) == {}


def test_a_page_ends_where_the_next_question_depends_on_it():
    pages = flow.pages(_chain(), {"a": "c1"})

    assert [[q.key for q in page] for page in pages] == [["a"], ["b"]]


def test_shuffling_keeps_ties_and_sections_and_is_the_same_for_one_respondent():
    free = [Asked(1, f"q{n}", "short", f"q{n}") for n in range(12)]
    section = Asked(1, "cut", "section", "次")
    tied = _chain()
    questions = [*free[:6], section, *free[6:], *tied]
    orders = {
        tuple(q.key for q in flow.in_order(questions, str(seed), shuffle=True)) for seed in range(40)
    }

    assert len(orders) > 30
    for order in orders:
        assert set(order[:6]) == {f"q{n}" for n in range(6)}
        assert order[6] == "cut" and order[-3:] == ("a", "b", "c")
    again = flow.in_order(questions, "7", shuffle=True)
    assert again == flow.in_order(questions, "7", shuffle=True)
    assert flow.in_order(questions, "7") == questions


def test_every_wording_is_tried_about_equally_often():
    question = Asked(1, "q", "short", "一つ", variants=({"id": "b", "label": "二つ"},))
    got = [flow.variant_for(question, str(seed)) for seed in range(400)]

    assert 140 < got.count("b") < 260
    assert question.words("ja", "b").label == "二つ"
    assert question.words("ja", "").label == "一つ"


def test_an_earlier_answer_is_read_back_in_the_respondents_words():
    one = KINDS["one"]
    everything = {"one": one}

    assert flow.piped("{one}ですね", everything, {"one": "c2"}, "ja") == "青ですね"
    assert flow.piped("{one}ですね", everything, {"one": "other", "one.other": "緑"}, "ja") == "緑ですね"
    assert flow.piped("{one}{nobody}", everything, {}, "ja") == "{nobody}"
