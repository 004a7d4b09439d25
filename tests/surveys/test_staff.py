"""The staff's pages: who may do what, what they show, and how much they ask of the database."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from surveys.forms.starters import STARTERS
from surveys.models import Invitation, Response, ResponseDay, Survey
from surveys.queries import definitions
from surveys.services import checks, responses
from tests import factories
from voc.clock import local_day
from voc.models import AuditEntry

READ = [
    "/surveys/", "/surveys/{pk}/", "/surveys/{pk}/questions/", "/surveys/{pk}/compare/",
    "/surveys/{pk}/responses/", "/surveys/{pk}/preview/",
]  # fmt: skip
WRITE = [
    "/surveys/new/", "/surveys/{pk}/settings/", "/surveys/{pk}/invitations/", "/surveys/{pk}/quotas/",
    "/surveys/{pk}/new-question/", "/surveys/{pk}/questions/score/",
]  # fmt: skip
DESK = ["/surveys/{pk}/edit/"]
POST_ONLY = ["/surveys/{pk}/publish/", "/surveys/{pk}/close/"]


def values_of(client, path):
    """The form's own initial values, as a browser would send them back."""
    form = client.get(path).context["form"]
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    return {name: value for name, value in values.items() if value not in (None, False, "")}


@pytest.mark.parametrize("path", [*READ, *WRITE, *DESK, *POST_ONLY])
def test_strangers_are_sent_to_log_in(survey, visitor, client, path):
    path = path.format(pk=survey.pk)
    sent = client.post(path) if path.endswith(("publish/", "close/")) else client.get(path)

    assert sent.status_code == 302 and "/login/" in sent["Location"]


@pytest.mark.parametrize("role", ["owner", "admin", "analyst", "agent", "viewer"])
def test_everybody_reads_and_analysts_write(survey, people, client_for, role):
    client = client_for(getattr(people, role))
    writes = role in ("owner", "admin", "analyst")

    for path in READ:
        assert client.get(path.format(pk=survey.pk)).status_code == 200
    for path in WRITE:
        assert client.get(path.format(pk=survey.pk)).status_code == (200 if writes else 403)
        if not writes:
            assert client.post(path.format(pk=survey.pk)).status_code == 403
    for path in DESK:
        assert client.get(path.format(pk=survey.pk)).status_code == (200 if writes else 403)
    for path in POST_ONLY:
        assert client.get(path.format(pk=survey.pk)).status_code == 405 if writes else 403
        assert client.post(path.format(pk=survey.pk)).status_code == (302 if writes else 403)
    survey.refresh_from_db()
    assert survey.state == ("closed" if writes else "published")
    page = client.get(f"/surveys/{survey.pk}/").content.decode()
    assert (f"/surveys/{survey.pk}/edit/" in page) is writes


def test_a_survey_that_is_not_there_is_not_found(people, client_for):
    client = client_for(people.owner)

    for path in (*READ[1:], *WRITE[1:], *DESK):
        assert client.get(path.format(pk=987654)).status_code == 404
    for path in POST_ONLY:
        assert client.post(path.format(pk=987654)).status_code == 404


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("template", STARTERS)
def test_a_shipped_survey_can_be_made_and_published_as_it_is(
    people, client_for, visitor, settings, template, language
):
    client = client_for(people.analyst)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    values = values_of(client, f"/surveys/new/?template={template}")
    values |= {"operator": "みなも商店", "contact": "support@minamo.example"}

    made = client.post(f"/surveys/new/?template={template}", values)
    survey = Survey.objects.get()
    client.post(f"/surveys/{survey.pk}/publish/")

    assert made.status_code == 302
    survey.refresh_from_db()
    kind = STARTERS[template]["kind"]
    assert (survey.state, survey.kind, survey.version) == ("published", kind, 1)
    assert (survey.touchpoint is not None) is (template != "blank")
    assert survey.created_by == people.analyst and survey.languages == [language]
    assert checks.hints(survey) == []
    # The other language needs no more than being ticked.
    survey.languages = ["ja", "en"] if language == "ja" else ["en", "ja"]
    assert [*checks.needed(survey), *checks.hints(survey)] == []
    page = visitor.get(f"/s/{survey.slug}/", {"lang": language})
    assert survey.title in page.content.decode() and "{shop}" not in page.content.decode()
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["survey.create", "survey.publish"]


def test_suggested_addresses_do_not_collide(people, client_for):
    client = client_for(people.analyst)
    first = values_of(client, "/surveys/new/")
    client.post("/surveys/new/", first)

    second = values_of(client, "/surveys/new/")

    assert second["slug"] == f"{first['slug']}-2"
    taken = client.post("/surveys/new/", {**second, "slug": first["slug"]})
    assert taken.status_code == 422 and "ほかのアンケートで使っています" in taken.content.decode()
    assert Survey.objects.count() == 1


@pytest.mark.parametrize("name", ["purpose", "operator", "contact"])
def test_a_survey_that_does_not_say_its_purpose_is_not_published(people, client_for, name):
    survey = factories.SurveyFactory(state="draft", version=0, **{name: ""})
    client = client_for(people.analyst)

    sent = client.post(f"/surveys/{survey.pk}/publish/", follow=True)

    survey.refresh_from_db()
    assert survey.state == "draft"
    assert "公開の前に" in sent.content.decode()


def test_after_publication_address_and_kind_stay(survey, people, client_for):
    client = client_for(people.analyst)
    values = values_of(client, f"/surveys/{survey.pk}/settings/")

    sent = client.post(
        f"/surveys/{survey.pk}/settings/",
        {**values, "slug": "other", "kind": "csat", "title": "別の題"},
    )

    assert sent.status_code == 302
    survey.refresh_from_db()
    assert (survey.slug, survey.kind, survey.title) == ("delivery", "nps", "別の題")
    assert "まだ公開していない変更" in client.get(f"/surveys/{survey.pk}/").content.decode()


def test_publishing_again_without_a_change_makes_no_new_version(survey, people, client_for):
    client = client_for(people.analyst)

    for _ in range(2):
        client.post(f"/surveys/{survey.pk}/publish/")

    survey.refresh_from_db()
    assert survey.version == 1


def test_a_figure_is_shown_with_n_and_interval_from_ten_answers_on(survey, people, client_for):
    today = local_day(timezone.now())
    day = ResponseDay.objects.create(
        survey=survey, local_day=today, value=10, count=9, with_words=2
    )
    client = client_for(people.viewer)

    few = client.get(f"/surveys/{survey.pk}/").content.decode()
    day.count = 40
    day.save()
    ResponseDay.objects.create(survey=survey, local_day=today, value=0, count=10, with_words=0)
    many = client.get(f"/surveys/{survey.pk}/").content.decode()
    listed = client.get("/surveys/").content.decode()

    assert "9件です。10件になると値を表示します" in few and "95%区間 +" not in few
    assert "+60.0" in many and "95%区間 +" in many and "c-chart--histogram" in many
    assert "+60.0" in listed


def test_an_empty_list_says_what_to_do_next(people, client_for):
    assert "ひな形から選び" in client_for(people.analyst).get("/surveys/").content.decode()
    assert "/surveys/new/" not in client_for(people.viewer).get("/surveys/").content.decode()


def _answered(survey, number, now, run_jobs):
    definition = definitions.current(survey.slug)
    for index in range(number):
        responses.accept(
            definition=definition, key=uuid.uuid4(), answers={"score": index % 11, "comment": f"言葉{index}"},
            now=now + timedelta(seconds=index), customer=factories.CustomerFactory(),
        )
    run_jobs(responses.PROCESS)


def _queries(client, path):
    with CaptureQueriesContext(connection) as asked:
        page = client.get(path)
    assert page.status_code == 200
    return len(asked), page


def test_the_pages_ask_the_database_no_more_for_more_rows(
    survey, people, client_for, now, run_jobs
):
    client = client_for(people.analyst)
    paths = (
        "/surveys/", f"/surveys/{survey.pk}/", f"/surveys/{survey.pk}/invitations/",
        f"/surveys/{survey.pk}/responses/", f"/surveys/{survey.pk}/questions/",
        f"/surveys/{survey.pk}/compare/?rows=score&columns=.channel",
    )
    # From ten answers on the figures are drawn.
    _answered(survey, 12, now, run_jobs)
    few = [_queries(client, path)[0] for path in paths]

    _answered(survey, 24, now, run_jobs)
    for index in range(12):
        factories.SurveyFactory()
        Invitation.objects.create(
            survey=survey, digest=f"{index:064d}", created_at=now, expires_at=now,
            customer=factories.CustomerFactory(),
        )
    many = [_queries(client, path) for path in paths]

    assert [number for number, _page in many] == few
    assert many[3][1].content.decode().count("言葉") >= 20
    assert max(few) <= 20


def test_answers_are_paged_and_a_bent_cursor_is_no_error(
    survey, people, client_for, now, run_jobs
):
    _answered(survey, 25, now, run_jobs)
    client = client_for(people.viewer)

    first = client.get(f"/surveys/{survey.pk}/responses/")
    second = client.get(f"/surveys/{survey.pk}/responses/", {"cursor": first.context["page"].next})

    assert [row["said"].text for row in second.context["answers"]] == [
        f"言葉{index}" for index in (4, 3, 2, 1, 0)
    ]
    assert client.get(f"/surveys/{survey.pk}/responses/?cursor=xxx").status_code == 302
    assert client.get("/surveys/?cursor=xxx").status_code == 302


def test_private_particulars_are_masked_beside_the_score(
    survey, people, client_for, now, run_jobs
):
    definition = definitions.current("delivery")
    responses.accept(
        definition=definition, key=uuid.uuid4(), now=now,
        answers={"score": 2, "comment": "電話は090-1234-5678です。返事がありません。"},
    )
    run_jobs()

    page = client_for(people.viewer).get(f"/surveys/{survey.pk}/").content.decode()

    assert "返事がありません" in page and "090-1234-5678" not in page


def test_inviting_by_address_and_number_shows_the_links_once(survey, people, client_for, visitor):
    factories.CustomerFactory(external_id="C77")
    client = client_for(people.analyst)
    path = f"/surveys/{survey.pk}/invitations/"
    form = {
        "recipients": "C77\n\nＡ@customer.example\nC77\n", "days": "30", "batch": str(uuid.uuid4()),
    }

    made = client.post(path, form)
    urls = [link.url for link in made.context["links"]]

    assert made.status_code == 200 and len(set(urls)) == 2
    assert all(url in made.content.decode() for url in urls)
    assert [link.url for link in client.post(path, form).context["links"]] == urls
    later = client.get(path).content.decode()
    assert Invitation.objects.count() == 2 and not any(url in later for url in urls)
    assert visitor.get("/" + urls[0].split("/", 3)[3]).status_code == 200


def test_recipients_that_cannot_be_found_are_named(survey, people, client_for):
    client = client_for(people.analyst)
    path = f"/surveys/{survey.pk}/invitations/"

    for lines, words in (("C404", "登録のないお客様番号"), ("a@", "読めない行"), (" \n", "宛先")):
        sent = client.post(
            path, {"recipients": lines, "days": "30", "batch": str(uuid.uuid4())}
        )
        assert sent.status_code == 422 and words in sent.content.decode()
    assert not Invitation.objects.exists()


def test_the_preview_shows_unpublished_words_and_sends_nothing(survey, people, client_for):
    survey.title = "これから公開する題"
    survey.save()
    Survey.objects.filter(pk=survey.pk).update(state="draft")

    page = client_for(people.viewer).get(f"/surveys/{survey.pk}/preview/")

    assert "これから公開する題" in page.content.decode()
    assert 'type="button"' in page.content.decode()
    assert not Response.objects.exists()


def test_a_post_without_the_token_of_the_page_is_refused(survey, people, visitor):
    visitor.force_login(people.owner)

    assert visitor.post(f"/surveys/{survey.pk}/close/").status_code == 403
    survey.refresh_from_db()
    assert survey.state == "published"
