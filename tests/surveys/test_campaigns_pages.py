"""The pages of campaigns: who may open them, what they ask of the database, what they do."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from surveys.models import AskingRules, Campaign, Invitation
from surveys.services import bounces
from tests.surveys.campaigns import askable, begun, drafted
from tests.surveys.test_campaigns_sending import work


@pytest.fixture
def campaign(survey, people):
    askable(2)
    return drafted(survey, people.analyst, timezone.now())


def new_values(**more):
    return {"name": "秋", "rule": "all", "days": "30", "key": str(uuid.uuid4()), **more}


def start_values(**more):
    last = timezone.localdate() + timedelta(days=20)
    return {
        "ends_on": last.isoformat(), "weekdays": [str(day) for day in range(7)], "hour_from": "0",
        "hour_to": "24", "holidays_too": "on", "spread_hours": "0", "reminders": "1", "remind_after_days": "5", **more,
    }  # fmt: skip


READ = ["/surveys/{survey}/campaigns/", "/surveys/{survey}/campaigns/new/",
        "/surveys/campaigns/{campaign}/", "/surveys/campaigns/{campaign}/people/"]  # fmt: skip
POST = [
    f"/surveys/campaigns/{{campaign}}/{verb}/" for verb in ("start", "pause", "resume", "cancel")
]


@pytest.mark.parametrize("role", ["owner", "admin", "analyst", "agent", "viewer"])
def test_analysts_see_and_run_campaigns_and_others_do_not(
    survey, campaign, people, client_for, role
):
    client = client_for(getattr(people, role))
    may = role in ("owner", "admin", "analyst")
    ids = {"survey": survey.pk, "campaign": campaign.pk}

    for path in READ:
        assert client.get(path.format(**ids)).status_code == (200 if may else 403), path
    for path in POST:
        assert client.get(path.format(**ids)).status_code == 405 if may else 403
        assert client.post(path.format(**ids)).status_code in ((302, 422) if may else (403,))
    campaign.refresh_from_db()
    assert campaign.state == ("cancelled" if may else "draft")


def test_strangers_and_missing_campaigns(survey, campaign, people, client, client_for):
    inside = client_for(people.analyst)

    for path in (*READ, *POST):
        sent = client.post(path.format(survey=survey.pk, campaign=campaign.pk))
        assert sent.status_code in (302, 405) and "/login/" in sent.get("Location", "/login/")
        assert inside.post(path.format(survey=987654, campaign=987654)).status_code in (404, 405)
        assert inside.get(path.format(survey=987654, campaign=987654)).status_code in (404, 405)


def test_from_the_audience_to_the_mails_by_the_pages_alone(
    survey, people, client_for, run_jobs, mailoutbox
):
    askable(3)
    client = client_for(people.analyst)

    made = client.post(f"/surveys/{survey.pk}/campaigns/new/", new_values())
    campaign = Campaign.objects.get()
    shown = client.get(made["Location"]).content.decode()
    assert made["Location"] == f"/surveys/campaigns/{campaign.pk}/"
    assert "801" in shown and "3人への配信を始める" in shown
    for _ in range(2):
        started = client.post(f"/surveys/campaigns/{campaign.pk}/start/", start_values())
        assert started.status_code == 302
    run_jobs()

    page = client.get(f"/surveys/campaigns/{campaign.pk}/").content.decode()
    assert "?state=sent" in page and len(mailoutbox) == 3


def test_the_same_form_twice_makes_one_campaign(survey, people, client_for):
    client, values = client_for(people.analyst), new_values()

    answers = [client.post(f"/surveys/{survey.pk}/campaigns/new/", values) for _ in range(2)]

    assert {answer["Location"] for answer in answers} == {
        f"/surveys/campaigns/{Campaign.objects.get().pk}/"
    }


def test_a_list_file_with_bad_rows_shows_them_and_keeps_the_rest(survey, people, client_for):
    text = "メール\nabe@customer.example\nちがう\nabe@customer.example\n"
    file = SimpleUploadedFile("meibo.csv", text.encode("cp932"))
    client = client_for(people.analyst)

    made = client.post(f"/surveys/{survey.pk}/campaigns/new/", new_values(rule="list", file=file))
    page = client.get(made["Location"]).content.decode()

    assert "1行目と同じ人です。" in page and "ちがう" in page
    assert Campaign.objects.get().members.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""}, {"rule": "nobody"}, {"rule": "segment"}, {"rule": "list"},
        {"rule": "list", "people": "ちがう@"}, {"rule": "bought", "days": ""},
        {"rule": "bought", "days": "99999999999"}, {"key": "x"}, {"rule": "list", "people": "x\x00"},
    ],
)  # fmt: skip
def test_a_form_that_cannot_be_is_shown_again(survey, people, client_for, wrong):
    client = client_for(people.analyst)

    sent = client.post(f"/surveys/{survey.pk}/campaigns/new/", new_values(**wrong))

    assert sent.status_code == 422 and not Campaign.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_on": ""}, {"ends_on": "2001-01-01"}, {"ends_on": "9999-12-31"}, {"weekdays": []},
        {"weekdays": ["8"]}, {"hour_from": "18", "hour_to": "9"}, {"hour_to": "25"},
        {"spread_hours": "-1"}, {"reminders": "3"}, {"remind_after_days": "0"},
        {"starts_at": "9999-01-01T00:00"}, {"starts_at": "x"},
    ],
)  # fmt: skip
def test_a_start_that_cannot_be_is_shown_again(campaign, people, client_for, wrong):
    client = client_for(people.analyst)

    sent = client.post(f"/surveys/campaigns/{campaign.pk}/start/", start_values(**wrong))

    campaign.refresh_from_db()
    assert sent.status_code == 422 and campaign.state == "draft"


def test_each_number_opens_its_people_page_by_page(survey, people, client_for, now):
    askable(60)
    campaign = begun(survey, people.analyst, now)
    work(campaign, now)
    client = client_for(people.analyst)

    page = client.get(f"/surveys/campaigns/{campaign.pk}/").content.decode()
    link = re.search(r'href="([^"]*state=sent)"', page)[1]
    first = client.get(link)
    following = re.search(r'rel="next" href="([^"]+)"', first.content.decode())[1]
    second = client.get(link.partition("?")[0] + following.replace("&amp;", "&"))

    assert first.content.decode().count('<th scope="row">') == 50
    assert second.content.decode().count('<th scope="row">') == 10
    for strange in ("?state=x", "?cursor=%00", "?state=sent&reason=%F0%9F"):
        assert client.get(link.partition("?")[0] + strange).status_code in (200, 302)


def test_the_pages_ask_no_more_for_many_than_for_few(survey, people, client_for, now):
    client = client_for(people.analyst)
    counts = []
    for number in (3, 40):
        askable(number)
        campaign = begun(survey, people.analyst, now + timedelta(days=40 * len(counts)))
        work(campaign, now + timedelta(days=40 * len(counts)))
        asked = []
        for path in (
            f"/surveys/{survey.pk}/campaigns/",
            f"/surveys/campaigns/{campaign.pk}/",
            f"/surveys/campaigns/{campaign.pk}/people/",
        ):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            asked.append(len(queries))
        counts.append(asked)

    assert counts[0] == counts[1] and max(counts[0]) <= 9


def test_buttons_pause_resume_and_cancel(survey, people, client_for):
    askable(1)
    campaign = begun(survey, people.analyst, timezone.now())
    client = client_for(people.analyst)
    for verb, state in (
        ("pause", "paused"), ("resume", "scheduled"), ("cancel", "cancelled"),
        ("resume", "cancelled"), ("pause", "cancelled"),
    ):  # fmt: skip
        assert client.post(f"/surveys/campaigns/{campaign.pk}/{verb}/").status_code == 302
        campaign.refresh_from_db()
        assert campaign.state == state


def test_managers_set_the_rest_and_the_address(people, client_for):
    page = client_for(people.admin).post(
        "/settings/asking/", {"rest_days": "45", "sender_address": "東京都"}
    )

    assert page.status_code == 302
    assert AskingRules.objects.values_list("rest_days", "sender_address").get() == (45, "東京都")
    assert (
        client_for(people.admin).post("/settings/asking/", {"rest_days": "-1"}).status_code == 422
    )
    assert client_for(people.analyst).get("/settings/asking/").status_code == 403


@pytest.mark.parametrize(("ending", "kind"), [("svg", "image/svg+xml"), ("png", "image/png")])
def test_the_qr_code_is_a_file_for_everybody_of_the_staff(
    survey, people, client, client_for, ending, kind
):
    path = f"/surveys/{survey.pk}/qr.{ending}"

    answer = client_for(people.viewer).get(path)

    assert answer.status_code == 200 and answer["Content-Type"] == kind
    assert survey.slug in answer["Content-Disposition"]
    assert answer.content.startswith(b"\x89PNG" if ending == "png" else b"<?xml")
    assert b"style=" not in answer.content or ending == "png"
    assert client.get(path).status_code == 302
    assert client_for(people.viewer).get(f"/surveys/98765/qr.{ending}").status_code == 404
    survey.state = "draft"
    survey.save()
    assert client_for(people.viewer).get(path).status_code == 404


def test_the_code_says_the_address_with_its_channel(survey, settings):
    from surveys.views.qr import qr_address

    assert qr_address(survey) == f"{settings.BASE_URL}/s/delivery/?k=qr"


def test_the_api_says_where_each_invitation_stands(survey, csat, people, api_for, now):
    moment = timezone.now()
    asked = askable(3)
    work(begun(survey, people.analyst, moment), moment)
    first, second, third = Invitation.objects.order_by("pk")
    Invitation.objects.filter(pk=first.pk).update(used_at=moment)
    bounces.record_bounce(address=second.contact.value, permanent=True, now=moment)
    client = api_for(people.analyst, "invitations:read")

    def listed(query=""):
        return client.get(f"/api/v1/invitations?survey=delivery{query}").json()["data"]

    states = {row["id"]: row["state"] for row in listed()}
    assert states == {first.pk: "answered", second.pk: "bounced", third.pk: "sent"}
    assert [row["id"] for row in listed("&state=bounced")] == [second.pk]
    assert [row["id"] for row in listed(f"&customer={asked[0].external_id}")] == [first.pk]
    assert listed("&state=waiting") == []
    assert client.get("/api/v1/invitations?state=x").status_code == 400
    row = listed("&state=answered")[0]
    assert row["answered_at"] and row["sent_at"] and row["bounced_at"] is None
