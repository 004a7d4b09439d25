"""Around the questions on the desk: words in other languages, settings, limits, the check."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from surveys.models import Quota
from surveys.queries import definitions, editing
from surveys.services import checks
from surveys.services import editing as steps
from surveys.services.surveys import publish_survey
from tests.surveys.designs import EVERY_KIND, choices, survey_of
from tests.surveys.desk import keys, question_post

# ---------- words, settings, limits


def test_words_are_written_beside_the_japanese(branching, desk):
    path = f"/surveys/{branching.pk}/words/en/"
    page = desk.get(path)
    fields = {field.name: field.value for part in page.context["parts"] for field in part.fields}

    sent = {**fields, "seen": page.context["seen"], "used.label": "What did you use?", "used.choices.c1": "Shop",
            "_.title": "Tell us", "_.purpose": "To improve."}  # fmt: skip
    assert [desk.post(path, sent).status_code for _ in range(2)] == [302, 302]

    branching.refresh_from_db()
    assert branching.translations["en"] == {"title": "Tell us", "purpose": "To improve."}
    assert branching.questions.get(key="used").translations["en"] == {
        "label": "What did you use?", "choices": {"c1": "Shop"}
    }  # fmt: skip
    assert branching.questions.get(key="score").translations["en"]["low"] == "No"
    assert (
        "What did you use?"
        in desk.get(f"/surveys/{branching.pk}/preview/?q=used&lang=en").content.decode()
    )


def test_words_for_a_text_that_changed_meanwhile_are_not_stored(
    branching, desk, people, client_for
):
    path = f"/surveys/{branching.pk}/words/en/"
    page = desk.get(path)
    client_for(people.owner).post(
        *question_post(client_for(people.owner), branching, "score", label="別の意味の質問ですか。")
    )

    answer = desk.post(path, {"seen": page.context["seen"], "score.label": "Would you?"})

    assert (
        answer.status_code == 409
        and f"{people.owner.name}さんが先に変更しました" in answer.content.decode()
    )
    assert (
        branching.questions.get(key="score").translations["en"]["label"]
        == "Would you recommend us?"
    )


def test_a_language_the_survey_does_not_speak_has_no_page(branching, desk):
    for code in ("fr", "ja", "zz"):
        assert desk.get(f"/surveys/{branching.pk}/words/{code}/").status_code == 404


def settings_post(client, survey, **more):
    path = f"/surveys/{survey.pk}/settings/"
    page = client.get(path)
    form = page.context["form"]
    sent = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in sent.items() if value not in (None, False, "")}
    return path, {**sent, "seen": page.context["seen"], **more}


def test_settings_take_languages_times_and_sites(branching, desk):
    path, sent = settings_post(
        desk, branching, languages=["ja", "en", "ko"], more_languages="it、MY", opens_at="2026-12-01T09:00",
        closes_at="2026-12-31T18:00", shuffle="on", frame_origins="https://WWW.minamo.example/\nhttp://localhost:3000",
    )  # fmt: skip

    assert desk.post(path, sent).status_code == 302
    branching.refresh_from_db()
    assert branching.languages == ["ja", "en", "ko", "it", "my"]
    assert branching.opens_at.isoformat() == "2026-12-01T00:00:00+00:00" and branching.shuffle
    assert branching.frame_origins == ["https://www.minamo.example", "http://localhost:3000"]
    assert desk.post(*settings_post(desk, branching)).status_code == 302


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"closes_at": "2026-01-01T00:00", "opens_at": "2026-02-01T00:00"}, "始まりより後"),
        ({"more_languages": "zz"}, "言語の記号はありません"),
        ({"frame_origins": "javascript:alert(1)"}, "サイトごとに書いてください"),
        ({"frame_origins": "https://a.example/path"}, "サイトごとに書いてください"),
        ({"frame_origins": "https://a.example;script-src"}, "サイトごとに書いてください"),
        ({"retention_months": "0"}, "1"),
        ({"title": "題" * 121}, "120"),
    ],
)
def test_settings_that_cannot_be_are_refused_with_words(branching, desk, given, words):
    path, sent = settings_post(desk, branching, **given)

    answer = desk.post(path, sent)

    assert answer.status_code == 422 and words in str(answer.context["form"].errors)


def test_settings_of_two_people_do_not_overwrite_each_other(branching, desk, people, client_for):
    path, mine = settings_post(desk, branching, title="わたしの題")
    client_for(people.owner).post(
        *settings_post(client_for(people.owner), branching, title="先に変えた題")
    )

    answer = desk.post(path, mine)

    branching.refresh_from_db()
    assert answer.status_code == 409 and branching.title == "先に変えた題"
    assert desk.post(path, {**mine, "seen": answer.context["seen"]}).status_code == 302


def test_limits_are_added_once_and_taken_away(branching, desk):
    path = f"/surveys/{branching.pk}/quotas/"
    sent = {
        "name": "批判者",
        "most": "50",
        "when-0-question": "score",
        "when-0-op": "group:detractor",
    }

    assert [desk.post(path, sent).status_code for _ in range(2)] == [302, 302]
    quota = Quota.objects.get(survey=branching)
    assert quota.rule == {
        "mode": "all",
        "when": [{"question": "score", "op": "group", "value": "detractor"}],
    }
    assert "が0〜6のとき" in desk.get(path).content.decode()
    assert desk.post(path, {**sent, "most": "60"}).status_code == 422
    blocked = desk.post(f"/surveys/{branching.pk}/questions/score/delete/", follow=True)
    assert blocked.status_code == 200 and "score" in keys(branching)
    for _ in range(2):
        assert desk.post(f"{path}{quota.pk}/delete/").status_code == 302
    assert not Quota.objects.exists()


def test_a_limit_of_another_survey_is_not_taken_away_here(branching, desk):
    other = survey_of([EVERY_KIND[1]], slug="other")
    quota = Quota.objects.create(survey=other, name="すべて", most=5)

    desk.post(f"/surveys/{branching.pk}/quotas/{quota.pk}/delete/")

    assert Quota.objects.filter(pk=quota.pk).exists()


# ---------- the check


def test_the_check_names_what_is_missing_with_the_place_to_mend_it(db, desk):
    survey = survey_of(
        [
            {"key": "score", "kind": "nps", "label": "すすめたいですか。"},
            {"key": "never", "kind": "long", "label": "ここには来ません。",
             "show_if": {"when": [{"question": "score", "op": "gte", "value": 9}, {"question": "score", "op": "lt", "value": 5}]}},
            {"key": "high", "kind": "single", "label": "良かったもの", "options": {"choices": choices("味", "価格")},
             "show_if": {"when": [{"question": "score", "op": "group", "value": "promoter"}]}},
            {"key": "beyond", "kind": "long", "label": "{gone}について",
             "show_if": {"when": [{"question": "high", "op": "eq", "value": "c1"}, {"question": "score", "op": "lte", "value": 6}]}},
            *({"key": f"more{n}", "kind": "long", "label": "くわしく教えてください。", "required": True} for n in range(13)),
        ],
        state="draft", version=0, purpose="", contact="", kind="csat", languages=["ja", "en"],
    )  # fmt: skip

    page = desk.get(f"/surveys/{survey.pk}/edit/").content.decode()

    for words in (
        "利用目的を書いてください", "問い合わせ先を書いてください", "利用目的（en）を書いてください",
        "「CSAT（満足度）」の質問がありません", "「ここには来ません。」の表示の条件は、どう答えても成り立ちません",
        "「{gone}について」には、どう答えてもたどり着けません", "{gone}にあたる質問がありません",
        "だれにでも聞く質問が14問", "分かかる見込みです", "enの訳がない文が",
    ):  # fmt: skip
        assert words in page, words
    assert f"/surveys/{survey.pk}/settings/#id_purpose" in page
    assert (
        f"/surveys/{survey.pk}/questions/never/" in page
        and f"/surveys/{survey.pk}/words/en/" in page
    )


def test_hints_do_not_hold_a_publication_up(branching, desk, people):
    assert checks.hints(branching)

    desk.post(f"/surveys/{branching.pk}/publish/")

    branching.refresh_from_db()
    assert branching.state == "published"


# ---------- who, and how much is asked


WRITES = (
    "settings/", "quotas/", "quotas/1/delete/", "new-question/", "question-draft/", "questions/score/",
    "questions/score/copy/", "questions/score/move/", "questions/score/delete/", "words/en/",
)  # fmt: skip


@pytest.mark.parametrize("role", ["viewer", "agent"])
def test_readers_change_nothing(branching, people, client_for, role):
    client = client_for(getattr(people, role))
    before = editing.as_data(branching)

    for path in WRITES:
        assert (
            client.post(f"/surveys/{branching.pk}/{path}", {"name": "x", "most": "1"}).status_code
            == 403
        ), path
    assert client.get(f"/surveys/{branching.pk}/preview/").status_code == 200
    assert editing.as_data(branching) == before


def test_the_desk_asks_the_database_no_more_for_more_questions(branching, desk):
    paths = [
        f"/surveys/{branching.pk}/{path}"
        for path in ("edit/", "questions/score/", "words/en/", "quotas/", "preview/")
    ]

    def asked():
        counts = []
        for path in paths:
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(path).status_code == 200
            counts.append(len(queries))
        return counts

    few = asked()
    for number in range(20):
        steps.copy_question(
            survey=branching,
            key="used",
            new_key=f"copy{number}",
            actor=branching.created_by,
            now=branching.created_at,
        )
    assert asked() == few and max(few) <= 16


def test_a_step_keeps_what_is_public_as_it_was(branching, desk, people, now, visitor):
    publish_survey(survey=branching, actor=people.analyst, now=now)

    desk.post(*question_post(desk, branching, "score", label="これからの言い方ですか。"))
    definitions.forget()

    assert "すすめたいですか。" in visitor.get(f"/s/{branching.slug}/").content.decode()
    assert (
        "これからの言い方ですか。" in desk.get(f"/surveys/{branching.pk}/preview/").content.decode()
    )
    desk.post(f"/surveys/{branching.pk}/publish/")
    assert "これからの言い方ですか。" in visitor.get(f"/s/{branching.slug}/").content.decode()


def test_other_wordings_are_translated_too(branching, desk):
    desk.post(*question_post(desk, branching, "used", **{"variant-0-label": "お使いのものは。"}))
    path = f"/surveys/{branching.pk}/words/en/"
    page = desk.get(path)
    fields = {field.name: field.value for part in page.context["parts"] for field in part.fields}

    desk.post(path, {**fields, "seen": page.context["seen"], "used.variants.v1.label": "You use?"})

    assert branching.questions.get(key="used").variants == [
        {"id": "v1", "label": "お使いのものは。", "help": "", "translations": {"en": {"label": "You use?"}}}
    ]  # fmt: skip
    assert desk.post(*question_post(desk, branching, "used")).status_code == 302
    assert (
        branching.questions.get(key="used").variants[0]["translations"]["en"]["label"] == "You use?"
    )
