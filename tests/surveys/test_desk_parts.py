"""The plain parts of the desk: lines of choices, rules that never hold, minutes, whole designs."""

import json

import pytest

from feedback.models import Comment
from surveys.forms import lines, told
from surveys.forms.starters import STARTERS
from surveys.models import Response
from surveys.questions import effort, logic
from surveys.questions.asked import Asked
from surveys.services import designs, responses
from tests.surveys.designs import BRANCHING, EVERY_KIND, choices, survey_of
from voc.errors import Refused
from voc.models import AuditEntry


def asked(rows):
    return [
        Asked(pk=n, **{name: value for name, value in row.items() if name != "variants"})
        for n, row in enumerate(rows)
    ]


def when(*conditions, mode="all"):
    names = ("question", "op", "value")
    return {"mode": mode, "when": [dict(zip(names, one, strict=False)) for one in conditions]}


# ---------- choices as lines


def test_reordered_lines_keep_their_ids():
    before = choices("赤", "青", "白")

    after = lines.to_choices("白\n赤\n青", before)

    assert [row["id"] for row in after] == ["c3", "c1", "c2"]


def test_a_new_line_never_gets_an_id_that_was_used():
    before = choices("赤", "青")

    after = lines.to_choices("赤\n青\nとても長い名前の色\n黄", before)

    assert [row["id"] for row in after] == ["c1", "c2", "c3", "c4"]


def test_as_many_new_lines_as_gone_ones_are_the_same_choices_with_other_words():
    after = lines.to_choices("レッド\n青\nホワイト", choices("赤", "青", "白"))

    assert [row["id"] for row in after] == ["c1", "c2", "c3"]


def test_a_line_that_is_gone_takes_its_id_along():
    after = lines.to_choices("赤\n白", choices("赤", "青", "白"))

    assert after == [{"id": "c1", "label": "赤"}, {"id": "c3", "label": "白"}]


def test_marks_are_read_and_written_in_both_widths():
    text = "赤\nどれもない［単独］\nさいご [固定]［単独］"

    after = lines.to_choices(text, [])

    assert after[1] == {"id": "c2", "label": "どれもない", "alone": True}
    assert after[2] == {"id": "c3", "label": "さいご", "alone": True, "fixed": True}
    assert lines.to_choices(lines.to_text(after), after) == after
    assert lines.to_choices("第1期［改］", [])[0]["label"] == "第1期［改］"


def test_a_hundred_changed_lines_are_paired_in_time():
    before = choices(*(f"これは{n}番めの選択肢です" for n in range(100)))
    text = "\n".join(f"これは{n}番めの選択肢でした" for n in range(100))

    after = lines.to_choices(text, before)

    assert sorted(row["id"] for row in after) == sorted(row["id"] for row in before)


# ---------- rules


QUESTIONS = asked([
    {"key": "score", "kind": "nps", "label": "点", "required": True},
    {"key": "one", "kind": "single", "label": "色", "options": {"choices": choices("赤", "青")},
     "show_if": when(("score", "group", "promoter"))},
    {"key": "many", "kind": "multiple", "label": "道具",
     "options": {"choices": [*choices("店", "アプリ", "電話"), {"id": "none", "label": "なし", "alone": True}], "most": 2}},
    {"key": "number", "kind": "number", "label": "人数"},
    {"key": "day", "kind": "date", "label": "日"},
    {"key": "from", "kind": "hidden", "label": ""},
])  # fmt: skip
BY_KEY = {question.key: question for question in QUESTIONS}


@pytest.mark.parametrize(
    "rule",
    [
        when(("score", "gte", 9), ("score", "lt", 9)),
        when(("score", "group", "promoter"), ("score", "group", "detractor")),
        when(("score", "gt", 10)),
        when(("score", "answered"), ("score", "unanswered")),
        when(("one", "eq", "c1"), ("one", "eq", "c2")),
        when(("one", "eq", "c9")),
        when(("many", "eq", "c1"), ("many", "ne", "c1")),
        when(("many", "eq", "c1"), ("many", "eq", "none")),
        when(("many", "eq", "c1"), ("many", "eq", "c2"), ("many", "eq", "c3")),
        when(("number", "gt", 5), ("number", "lt", 5)),
        when(("day", "gte", "2026-12-01"), ("day", "lte", "2026-11-30")),
        when(("from", "eq", "mail"), ("from", "eq", "qr")),
        when(("gone", "answered")),
        when(("score", "gt", 10), ("one", "eq", "c9"), mode="any"),
    ],
)
def test_a_rule_that_can_never_hold_is_found(rule):
    assert logic.contradictory(rule, BY_KEY)


@pytest.mark.parametrize(
    "rule",
    [
        {},
        when(("score", "gte", 9), ("score", "lte", 9)),
        when(("score", "gte", 9), ("score", "lt", 9), mode="any"),
        when(("one", "ne", "c1"), ("one", "ne", "c2")),
        when(("many", "eq", "c1"), ("many", "eq", "c2")),
        when(("many", "in", ["c1", "none"]), ("many", "ne", "c1")),
        when(("number", "gt", 5), ("number", "lt", 6)),
        when(("number", "gte", 5), ("number", "lte", 5)),
        when(("day", "gt", "2026-12-01"), ("day", "lt", "2026-12-03")),
        when(("from", "ne", "mail"), ("from", "ne", "qr")),
        when(("score", "gt", 10), ("one", "eq", "c1"), mode="any"),
    ],
)
def test_a_rule_that_can_hold_is_left_alone(rule):
    assert not logic.contradictory(rule, BY_KEY)


def test_a_question_behind_a_branch_it_excludes_is_unreachable():
    far = Asked(pk=9, key="far", kind="long", label="遠い",
                show_if=when(("one", "eq", "c1"), ("score", "group", "detractor")))  # fmt: skip
    near = Asked(pk=9, key="near", kind="long", label="近い",
                 show_if=when(("one", "ne", "c1"), ("score", "group", "detractor")))  # fmt: skip

    assert logic.unreachable(far, BY_KEY) and not logic.contradictory(far.show_if, BY_KEY)
    assert not logic.unreachable(near, BY_KEY)


def test_conditions_are_said_in_words():
    rule = when(("score", "group", "detractor"), ("one", "in", ["c1", "c2"]), ("number", "gte", 3))

    assert (
        told.rule(rule, BY_KEY)
        == "『点』が0〜6、かつ、『色』が「赤」か「青」、かつ、『人数』が3以上のとき"
    )
    assert told.rule({}, BY_KEY) == ""


def test_minutes_grow_with_questions_and_branches_count_by_their_chance():
    classic = asked(
        [
            {"key": "score", "kind": "nps", "label": "すすめたいですか。"},
            {"key": "c", "kind": "long", "label": "理由"},
        ]
    )
    many = asked(EVERY_KIND)
    branch = Asked(
        pk=1, key="b", kind="long", label="理由", show_if=when(("score", "group", "promoter"))
    )
    plain = Asked(pk=1, key="b", kind="long", label="理由")

    assert effort.minutes([]) == effort.minutes(classic) == 1
    assert effort.minutes(many) == 2 and effort.minutes([*many, *many]) >= 4
    assert effort.seconds([branch]) == pytest.approx(effort.seconds([plain]) / 3)


def test_the_public_form_says_how_long_it_takes(visitor, db):
    survey_of(EVERY_KIND)

    page = visitor.get("/s/many/").content.decode()

    assert f"全15問・約{effort.minutes(asked(EVERY_KIND))}分" in page


# ---------- whole designs


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"label": "あ" * 301}, "300字"),
        ({"label": "\x00"}, "NUL"),
        ({"label": "\ud800"}, "不正な文字"),
        ({"translations": {"en": {"label": "\ud800"}}}, "不正な文字"),
        ({"translations": {"en": {"label": "x" * 301}}}, "300字"),
        ({"translations": {"en": ["x"]}}, "訳文"),
        ({"translations": {"EN!": {}}}, "訳文"),
        ({"translations": {"en": {"choices": {"c1": "x" * 201}}}}, "200字"),
        ({"variants": [{"id": "a", "label": 5}]}, "300字"),
        ({"options": {"choices": choices(*(str(n) for n in range(1000)))}}, "100個"),
        (
            {"options": {"choices": [{"id": "c1", "label": "x"}, {"id": "c1", "label": "y"}]}},
            "識別名",
        ),
        (
            {"options": {"choices": [{"id": "other", "label": "x"}, {"id": "c1", "label": "y"}]}},
            "識別名",
        ),
        ({"options": {"choices": choices("a", "b"), "most": True}}, "整数"),
        ({"options": {"choices": choices("a", "b"), "other": "yes"}}, "選択肢"),
        ({"options": {"choices": choices("a", "b"), "min": 10**15}}, "範囲"),
        ({"show_if": when(("later", "answered"))}, "前にある質問"),
        ({"show_if": {"when": [{"question": ["x"], "op": "answered"}]}}, "前にある質問"),
        ({"show_if": {"when": [{"question": "first", "op": "eq", "value": {"a": 1}}]}}, "条件"),
        ({"show_if": {"when": [{"question": "first", "op": "eq", "value": "x" * 301}]}}, "条件"),
    ],
)
def test_a_design_that_cannot_be_is_refused_by_the_number_of_its_question(change, words):
    questions = [
        {"key": "first", "kind": "short", "label": "前の質問"},
        {
            "key": "mine",
            "kind": "multiple",
            "label": "質問",
            "options": {"choices": choices("a", "b")},
            **change,
        },
        {"key": "later", "kind": "short", "label": "後の質問"},
    ]

    with pytest.raises(Refused) as refused:
        designs.check(questions)

    assert refused.value.message.startswith("質問2：") and words in refused.value.message


@pytest.mark.parametrize("starter", STARTERS)
def test_a_starter_says_everything_in_two_languages(starter):
    data = STARTERS[starter]
    pairs = [
        data["name"],
        data["text"],
        data["title"],
        *([data["purpose"]] if "purpose" in data else []),
    ]
    for question in data["questions"]:
        pairs += [question[name] for name in ("label", "help", "low", "high") if name in question]
        pairs += [row[1:] for name in ("choices", "rows") for row in question.get(name, ())]

    for ja, en in pairs:
        assert bool(ja) == bool(en)
        assert en.isascii() or not en, en
        assert not ja.isascii() or not ja, ja


def test_the_reason_of_each_group_is_kept_with_its_score(db, now, run_jobs):
    import uuid

    from surveys.queries import definitions

    survey_of([
        {"key": "score", "kind": "nps", "label": "点"},
        {"key": "low", "kind": "long", "label": "低い理由", "show_if": when(("score", "group", "detractor"))},
        {"key": "high", "kind": "long", "label": "高い理由", "show_if": when(("score", "group", "promoter"))},
    ])  # fmt: skip
    definition = definitions.current("many")
    responses.accept(
        definition=definition,
        key=uuid.uuid4(),
        answers={"score": 10, "high": "早かったです"},
        now=now,
    )
    run_jobs(responses.PROCESS)

    comment = Comment.objects.get()
    assert comment.text == "早かったです" and comment.score.value == 10
    assert Response.objects.get().spoke


# ---------- API


@pytest.fixture
def api(people, api_for):
    return api_for(people.analyst, "surveys:read", "surveys:write")


def test_questions_are_read_and_set_by_program_and_nobody_is_overwritten(db, api):
    survey = survey_of(BRANCHING)
    read = api.get("/api/v1/surveys/many").json()
    questions = [*read["questions"][:-1], {"key": "more", "kind": "short", "label": "ひとこと"}]

    changed = api.patch(
        "/api/v1/surveys/many", {"questions": questions, "seen": read["seen"]}, format="json"
    )
    late = api.patch(
        "/api/v1/surveys/many",
        {"questions": read["questions"], "seen": read["seen"]},
        format="json",
    )

    assert [row["key"] for row in read["questions"]] == [row["key"] for row in BRANCHING]
    assert changed.status_code == 200 and changed.json()["questions"][-1]["key"] == "more"
    assert late.status_code == 409 and late.json()["code"] == "changed_meanwhile"
    assert survey.questions.get(key="campaign").retired
    assert AuditEntry.objects.filter(action="survey.edit").count() == 1


@pytest.mark.parametrize(
    "questions",
    [
        [],
        [{"key": "a", "kind": "long"}],
        [{"key": "a", "kind": "long", "label": "x"}, {"key": "a", "kind": "long", "label": "y"}],
        [
            {"key": "a", "kind": "long", "label": "x", "show_if": when(("b", "answered"))},
            {"key": "b", "kind": "long", "label": "y"},
        ],
        [{"key": "a", "kind": "smile", "label": "x"}],
        [{"key": "a", "kind": "long", "label": "x\x00"}],
        [{"key": "a", "kind": "long", "label": "x", "translations": {"en": {"label": "\ud800"}}}],
        [{"key": "a", "kind": "long", "label": "x", "pk": 1}],
        "text",
    ],
)
def test_a_program_is_told_what_cannot_be_asked(db, api, questions):
    survey = survey_of(BRANCHING)
    body = json.dumps({"questions": questions})

    sent = api.patch("/api/v1/surveys/many", body, content_type="application/json")

    assert sent.status_code in (400, 422)
    assert survey.questions.filter(retired=False).count() == len(BRANCHING)


def test_who_only_reads_sets_no_questions(db, people, api_for):
    survey_of(BRANCHING)

    for role, scopes in (
        ("viewer", ("surveys:read", "surveys:write")),
        ("analyst", ("surveys:read",)),
    ):
        client = api_for(getattr(people, role), *scopes)
        assert client.get("/api/v1/surveys/many").status_code == 200
        assert (
            client.patch("/api/v1/surveys/many", {"questions": []}, format="json").status_code
            == 403
        )
