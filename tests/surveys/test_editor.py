"""The desk on which a survey is written: every action, for whom, twice, at once, and bent."""

import re

import pytest

from surveys.models import Answer, Question, Response
from surveys.queries import definitions, editing
from surveys.services.surveys import publish_survey
from tests.surveys.designs import BRANCHING, EVERY_KIND, survey_of
from tests.surveys.desk import keys, question_post
from voc.models import AuditEntry

# ---------- the list


def test_the_list_says_conditions_and_kinds_in_words(branching, desk):
    page = desk.get(f"/surveys/{branching.pk}/edit/").content.decode()

    assert "『すすめたいですか。』が0〜6のとき" in page
    assert "すすめたい度（0〜10）" in page and "選択肢2個" in page
    assert f'src="/surveys/{branching.pk}/preview/?p=0"' in page and "sandbox" in page


def test_moving_puts_a_question_beside_another_and_twice_is_once(branching, desk):
    path = f"/surveys/{branching.pk}/questions/used/move/"

    for _ in range(2):
        assert desk.post(path, {"before": "end"}).status_code == 302
    assert keys(branching) == ["score", "why-low", "why-high", "used", "end", "campaign"]
    desk.post(path, {"after": "end"})

    assert keys(branching) == ["score", "why-low", "why-high", "end", "used", "campaign"]


def test_a_question_is_not_moved_before_what_decides_it(branching, desk):
    sent = desk.post(
        f"/surveys/{branching.pk}/questions/why-low/move/", {"before": "score"}, follow=True
    )

    assert "「すすめたいですか。」の答えで表示が決まるため" in sent.content.decode()
    assert keys(branching)[0] == "score"


def test_duplicating_twice_from_one_page_makes_one_copy(branching, desk):
    for _ in range(2):
        desk.post(f"/surveys/{branching.pk}/questions/why-high/copy/", {"new_key": "q1"})

    assert keys(branching) == ["score", "why-low", "why-high", "q1", "end", "used", "campaign"]
    original, copy = (branching.questions.get(key=key) for key in ("why-high", "q1"))
    assert (copy.label, copy.options, copy.show_if) == (
        original.label,
        original.options,
        original.show_if,
    )


def test_a_question_of_a_draft_is_removed_and_one_in_use_is_not(branching, desk):
    used = desk.post(
        f"/surveys/{branching.pk}/questions/score/delete/", follow=True
    ).content.decode()
    for _ in range(2):
        desk.post(f"/surveys/{branching.pk}/questions/used/delete/")

    assert "表示の条件で使っているため、消せません" in used
    assert "used" not in keys(branching) and not branching.questions.filter(key="used").exists()


def test_an_answered_question_is_retired_and_its_answers_stay(branching, desk, people, now):
    publish_survey(survey=branching, actor=people.analyst, now=now)
    question = branching.questions.get(key="used")
    response = Response.objects.create(
        survey=branching, survey_version=1, key="5f0c6c1e-6a0e-4c1f-9d7e-1b2a3c4d5e6f",
        answers={"used": ["c1"]}, purpose="", submitted_at=now, local_day=now.date(),
    )  # fmt: skip
    Answer.objects.create(
        response=response, question=question, item="c1", choice="c1", local_day=now.date()
    )

    desk.post(f"/surveys/{branching.pk}/questions/used/delete/")

    question.refresh_from_db()
    assert question.retired and question.answers.count() == 1
    assert "used" in [row["key"] for row in branching.versions.get(number=1).content["questions"]]


def test_the_last_question_stays(db, desk):
    survey = survey_of([EVERY_KIND[10]])

    sent = desk.post(f"/surveys/{survey.pk}/questions/words/delete/", follow=True)

    assert "最後の1問は消せません" in sent.content.decode() and keys(survey) == ["words"]


# ---------- one question


@pytest.mark.parametrize("question", EVERY_KIND, ids=lambda question: question["kind"])
def test_the_page_of_a_question_shows_its_kind_and_its_fields(db, desk, question):
    survey = survey_of(EVERY_KIND)

    page = desk.get(f"/surveys/{survey.pk}/questions/{question['key']}/").content.decode()

    assert re.findall(r'<option value="(\w+)" selected', page)[0] == question["kind"]
    assert ('name="rows"' in page) is (question["kind"] == "matrix")
    assert ('name="points"' in page) is (question["kind"] == "rating")


@pytest.mark.parametrize("key", [question["key"] for question in EVERY_KIND])
def test_saving_a_question_as_it_is_changes_nothing(db, desk, key):
    survey = survey_of(EVERY_KIND)
    before = editing.as_data(survey)

    path, sent = question_post(desk, survey, key)
    answer = desk.post(path, sent)

    assert answer.status_code == 302, answer.context["form"].errors
    assert editing.as_data(survey) == before
    assert not AuditEntry.objects.filter(action="survey.edit").exists()


def test_saving_a_branch_as_it_is_changes_nothing(branching, desk):
    before = editing.as_data(branching)

    for question in before:
        assert desk.post(*question_post(desk, branching, question["key"])).status_code == 302

    assert editing.as_data(branching) == before


@pytest.mark.parametrize("kind", list(Question.Kind.values))
def test_a_question_of_every_kind_can_be_added_and_drawn(branching, desk, kind):
    path = f"/surveys/{branching.pk}/new-question/?kind={kind}&after=score"
    assert desk.get(path).status_code == 200
    sent = {
        "key": "mine",
        "kind": kind,
        "label": "新しい質問です。",
        "choices": "赤\n青",
        "rows": "味",
        "points": "5",
    }

    for _ in range(2):
        answer = desk.post(path, sent)
        assert answer.status_code == 302, answer.context["form"].errors
    drawn = desk.get(f"/surveys/{branching.pk}/preview/?q=mine").content.decode()

    assert keys(branching)[1] == "mine" and len(keys(branching)) == len(BRANCHING) + 1
    assert ("新しい質問です。" in drawn) is (kind != "hidden") or kind == "hidden"


def test_a_key_that_is_used_is_refused_with_words(branching, desk):
    sent = {"key": "end", "kind": "long", "label": "べつの質問"}

    answer = desk.post(f"/surveys/{branching.pk}/new-question/?kind=long", sent)

    assert answer.status_code == 422 and "ほかの質問で使っています" in answer.content.decode()


def test_two_people_do_not_overwrite_each_other(branching, desk, people, client_for):
    other = client_for(people.owner)
    path, mine = question_post(desk, branching, "score", label="わたしの言い方ですか。")
    _path, theirs = question_post(other, branching, "score", label="先に変えた言い方ですか。")
    other.post(path, theirs)

    refused = desk.post(path, mine)

    page = refused.content.decode()
    assert refused.status_code == 409
    assert f"{people.owner.name}さんが先に変更しました" in page
    assert "先に変えた言い方ですか。" in page and "わたしの言い方ですか。" in page
    assert branching.questions.get(key="score").label == "先に変えた言い方ですか。"
    again = desk.post(path, {**mine, "seen": refused.context["seen"]})
    assert again.status_code == 302
    assert branching.questions.get(key="score").label == "わたしの言い方ですか。"


def test_the_same_save_twice_is_no_conflict(branching, desk):
    path, sent = question_post(desk, branching, "score", label="新しい言い方ですか。")

    assert [desk.post(path, sent).status_code for _ in range(2)] == [302, 302]
    assert AuditEntry.objects.filter(action="survey.edit").count() == 1


def test_two_people_may_change_two_questions(branching, desk, people, client_for):
    path, mine = question_post(desk, branching, "score", label="こちらを直しました。")
    other_path, theirs = question_post(
        client_for(people.owner), branching, "used", label="あちらを直しました。"
    )
    client_for(people.owner).post(other_path, theirs)

    assert desk.post(path, mine).status_code == 302
    labels = {question.key: question.label for question in definitions.questions_of(branching)}
    assert (labels["score"], labels["used"]) == ("こちらを直しました。", "あちらを直しました。")


def test_a_condition_is_built_from_an_answer_and_ready_groups(branching, desk):
    path, sent = question_post(
        desk, branching, "used",
        **{"when-mode": "any", "when-0-question": "score", "when-0-op": "group:passive",
           "when-1-question": "why-high", "when-1-op": "in", "when-1-value": ["c1", "other"]},
    )  # fmt: skip

    assert desk.post(path, sent).status_code == 302
    assert branching.questions.get(key="used").show_if == {
        "mode": "any",
        "when": [
            {"question": "score", "op": "group", "value": "passive"},
            {"question": "why-high", "op": "in", "value": ["c1", "other"]},
        ],
    }
    listed = desk.get(f"/surveys/{branching.pk}/edit/").content.decode()
    assert (
        "が7〜8、または、『いちばん良かったものはどれですか。』が「品ぞろえ」か「その他」のとき"
        in listed
    )


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"when-0-question": "used", "when-0-op": "answered"}, "前にある質問だけ"),
        ({"when-0-question": "campaign", "when-0-op": "answered"}, "前にある質問だけ"),
        ({"when-0-question": "nothing", "when-0-op": "answered"}, "前にある質問だけ"),
        ({"when-0-question": "score", "when-0-op": "in", "when-0-value": "x"}, "どう答えられたとき"),
        ({"when-0-question": "score", "when-0-op": "gte", "when-0-value": "12"}, "0から10まで"),
        ({"when-0-question": "why-high", "when-0-op": "in", "when-0-value": "c9"}, "選択肢を選んで"),
        (
            {"when-0-question": "score", "when-0-op": "gte", "when-0-value": "9",
             "when-1-question": "score", "when-1-op": "group:detractor"},
            "どう答えても成り立ちません",
        ),
    ],
)  # fmt: skip
def test_a_condition_that_cannot_be_is_refused_with_words(branching, desk, rule, words):
    path, sent = question_post(desk, branching, "used", **rule)

    answer = desk.post(path, sent)

    assert answer.status_code == 422 and words in answer.content.decode()
    assert branching.questions.get(key="used").show_if == {}


def test_choosing_a_question_for_a_condition_shows_its_answers_and_saves_nothing(branching, desk):
    path, sent = question_post(
        desk, branching, "used", **{"when-0-question": "why-high", "refresh": "1", "label": ""}
    )

    answer = desk.post(path, sent)

    page = answer.content.decode()
    assert answer.status_code == 200 and 'name="when-0-value" value="c1"' in page
    assert 'aria-invalid="true"' not in page and "errorlist" not in page
    assert branching.questions.get(key="used").label == "使ったものを選んでください。"


def test_lines_keep_the_ids_of_choices_through_edits(branching, desk):
    path, sent = question_post(
        desk, branching, "used", choices="アプリ\nお店\nウェブ\nどれも使っていない［単独］"
    )

    desk.post(path, sent)

    assert branching.questions.get(key="used").options["choices"] == [
        {"id": "c2", "label": "アプリ"},
        {"id": "c1", "label": "お店"},
        {"id": "c3", "label": "ウェブ"},
        {"id": "none", "label": "どれも使っていない", "alone": True},
    ]
    path, sent = question_post(
        desk, branching, "used", choices="アプリ\nどれも使っていない［単独］\n電話"
    )
    desk.post(path, sent)
    ids = [row["id"] for row in branching.questions.get(key="used").options["choices"]]
    assert ids[:2] == ["c2", "none"] and ids[2] not in {"c2", "none"}


def test_other_wordings_are_kept_by_id(branching, desk):
    desk.post(
        *question_post(
            desk,
            branching,
            "score",
            **{"variant-0-label": "すすめますか。", "variant-1-label": "紹介しますか。"},
        )
    )
    desk.post(*question_post(desk, branching, "score", **{"variant-0-label": ""}))

    assert branching.questions.get(key="score").variants == [
        {"id": "v2", "label": "紹介しますか。", "help": ""}
    ]


def test_translations_of_choices_that_are_gone_go_with_them(branching, desk):
    desk.post(*question_post(desk, branching, "why-high", choices="品ぞろえ"))

    words = branching.questions.get(key="why-high").translations["en"]
    assert words == {"label": "What was best?", "choices": {"c1": "Range"}}


def test_the_kind_of_an_answered_question_stays(branching, desk, now):
    response = Response.objects.create(
        survey=branching, survey_version=0, key="5f0c6c1e-6a0e-4c1f-9d7e-1b2a3c4d5e6f",
        answers={}, purpose="", submitted_at=now, local_day=now.date(),
    )  # fmt: skip
    question = branching.questions.get(key="used")
    Answer.objects.create(
        response=response, question=question, item="c1", choice="c1", local_day=now.date()
    )

    path, sent = question_post(desk, branching, "used")
    assert desk.post(path, {**sent, "kind": "single"}).status_code == 302
    assert "種類は変えられません" in desk.get(path).content.decode()

    question.refresh_from_db()
    assert question.kind == "multiple"


def test_a_draft_is_drawn_without_being_stored(branching, desk):
    _path, sent = question_post(desk, branching, "score", label="まだ保存していない言い方")

    page = desk.post(f"/surveys/{branching.pk}/question-draft/", {**sent, "of": "score"})

    assert page.status_code == 200 and "まだ保存していない言い方" in page.content.decode()
    assert page["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in page["Content-Security-Policy"]
    assert branching.questions.get(key="score").label == "すすめたいですか。"


def test_only_the_preview_may_stand_in_a_frame_of_ours(branching, desk, people, now, visitor):
    publish_survey(survey=branching, actor=people.analyst, now=now)

    editor = desk.get(f"/surveys/{branching.pk}/edit/")
    preview = desk.get(f"/surveys/{branching.pk}/preview/")
    form = visitor.get(f"/s/{branching.slug}/")

    assert (
        editor["X-Frame-Options"] == "DENY"
        and "frame-src 'self'" in editor["Content-Security-Policy"]
    )
    assert preview["X-Frame-Options"] == "SAMEORIGIN"
    assert (
        form["X-Frame-Options"] == "DENY"
        and "frame-ancestors 'none'" in form["Content-Security-Policy"]
    )


def test_the_preview_shows_the_branch_of_a_group_and_a_language(branching, desk):
    address = f"/surveys/{branching.pk}/preview/"

    low = desk.get(address, {"as": "detractor", "p": "1"}).content.decode()
    english = desk.get(address, {"lang": "en"}).content.decode()
    bent = desk.get(address, {"as": "nobody", "p": "99999", "lang": "xx", "q": "nothing"})

    assert "3点の理由を教えてください。" in low
    assert "Would you recommend us?" in english
    assert bent.status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("label", "あ" * 100_000, "300"),
        ("choices", "\n".join(f"選択肢{n}" for n in range(1000)), "100個まで"),
        ("choices", "同じ\n同じ", "2つあります"),
        ("choices", "あ" * 201 + "\nい", "200字"),
        ("choices", "ひとつだけ", "2つ以上"),
        ("choices", "あ\x00\nい\nう", ""),
        ("most", "0", "1"),
        ("most", "9" * 400, "100"),
        ("label", "\x00", ""),
        ("help", "い" * 501, "500"),
        ("variant-0-label", "う" * 301, "300"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_words(branching, desk, field, value, words):
    path, sent = question_post(desk, branching, "used", **{field: value})
    before = editing.as_data(branching)

    answer = desk.post(path, sent)

    if field == "choices" and "\x00" in value and answer.status_code == 302:
        # Taken out, as in every other text.
        assert "\x00" not in str(editing.as_data(branching))
        return
    assert answer.status_code == 422
    errors = str(answer.context["form"].errors)
    assert words in errors and "errorlist" in errors
    assert editing.as_data(branching) == before


@pytest.mark.parametrize(
    "key", ["", "Ａ", "A", "9a", "key", "p", "website", "a" * 41, "a.b", "a b", "あ"]
)
def test_keys_that_forms_could_not_carry_are_refused(branching, desk, key):
    sent = {"key": key, "kind": "long", "label": "質問"}

    assert desk.post(f"/surveys/{branching.pk}/new-question/", sent).status_code == 422
    assert len(keys(branching)) == len(BRANCHING)
