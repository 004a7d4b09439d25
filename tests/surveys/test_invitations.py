"""Personal links: one answer each, dead when expired, and mail that can be refused."""

import re
from datetime import timedelta

import pytest
from django.core import mail

from feedback.models import Consent, Customer
from surveys.models import Invitation, Response
from surveys.services import invitations
from surveys.services.invitations import invite, invite_after_ticket, link_of, token_of
from tests import factories
from tests.surveys.conftest import answers
from voc import events, jobs
from voc.errors import Refused
from voc.models import Job
from voc.registry import TicketContact, registry

USED = "すでに回答をいただいています。ありがとうございました。"


@pytest.fixture
def customer(db):
    made = factories.CustomerFactory(external_id="C1", name="早瀬 みのり")
    factories.ContactPointFactory(customer=made, value="hayase@customer.example")
    return made


@pytest.fixture
def invited(survey, customer, people):
    """A fresh link of the customer, by the real clock: the pages look at it."""
    from django.utils import timezone

    (link,) = invite(
        survey=survey, customers=[customer], now=timezone.now(), actor=people.analyst
    )
    return link


def path_of(link):
    return "/" + link.url.split("/", 3)[3]


def test_the_token_has_256_bits_and_only_its_digest_is_stored(invited):
    token = path_of(invited).split("/")[2]
    row = Invitation.objects.values().get()

    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
    assert row["digest"] == invitations.digest(token)
    assert token not in str(row) and token not in str(list(Job.objects.values()))


def test_an_invited_answer_belongs_to_its_customer_and_uses_the_link_up(
    invited, visitor, customer
):
    path = path_of(invited)
    assert visitor.get(path).status_code == 200

    sent = visitor.post(path, answers(score="4"))

    assert sent.status_code == 303 and not sent.cookies
    assert path not in sent["Location"]
    response = Response.objects.get()
    assert (response.customer, response.invitation) == (customer, invited.invitation)
    assert Invitation.objects.get().used_at == response.submitted_at
    again = visitor.get(path)
    assert again.status_code == 200 and USED in again.content.decode()
    other = visitor.post(path, answers(score="5"))
    assert other.status_code == 409 and USED in other.content.decode()
    assert Response.objects.count() == 1


def test_opening_a_link_uses_nothing_up(invited, visitor):
    for _ in range(3):
        assert visitor.get(path_of(invited)).status_code == 200
        assert visitor.head(path_of(invited)).status_code == 200

    assert Invitation.objects.get().used_at is None


def test_a_double_click_on_the_button_is_thanked_once_and_the_same_way(invited, visitor):
    data = answers()

    assert visitor.post(path_of(invited), data).status_code == 303
    assert visitor.post(path_of(invited), data).status_code == 303
    assert Response.objects.count() == 1


def test_a_key_that_somebody_else_used_does_not_cost_an_invited_person_the_answer(
    invited, visitor
):
    data = answers()
    visitor.post("/s/delivery/", data)

    assert visitor.post(path_of(invited), data).status_code == 303
    assert Response.objects.count() == 2


def test_a_refused_answer_leaves_the_link_open(invited, visitor):
    assert visitor.post(path_of(invited), answers(score="11")).status_code == 422
    assert visitor.post(path_of(invited), answers(score="10")).status_code == 303


def test_unknown_short_and_expired_links_give_the_very_same_page(invited, visitor):
    path = path_of(invited)
    Invitation.objects.update(expires_at=invited.invitation.created_at - timedelta(days=1))

    pages = [
        visitor.get(tried)
        for tried in (path, path[:-2] + "/", "/i/x/", path.replace("/i/", "/i/A", 1)[:-2] + "/")
    ]
    posted = visitor.post(path, answers())

    assert {page.status_code for page in (*pages, posted)} == {404}
    assert len({page.content for page in (*pages, posted)}) == 1
    assert not Response.objects.exists()


def test_links_survive_a_change_of_the_secret_while_the_old_one_is_kept(invited, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-of-this-house"

    assert link_of(invited.invitation) == invited.url
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(LookupError):
        token_of(invited.invitation)


def test_the_same_batch_gives_the_same_links(survey, customer, people, now):
    given = {"survey": survey, "now": now, "actor": people.analyst, "batch": "b1"}

    first = invite(customers=[customer, None], **given)
    second = invite(customers=[customer, None], **given)

    assert [link.url for link in first] == [link.url for link in second]
    assert Invitation.objects.count() == 2
    with pytest.raises(Refused):
        invite(customers=[None, customer], **given)


def test_only_a_published_survey_invites(people, now, db):
    draft = factories.SurveyFactory(state="draft")

    with pytest.raises(Refused) as refused:
        invite(survey=draft, customers=[None], now=now, actor=people.analyst)

    assert refused.value.code == "survey_not_open"


def test_the_mail_says_purpose_and_sender_and_how_to_stop(survey, customer, people, now, run_jobs):
    from django.utils import timezone

    (link,) = invite(
        survey=survey, customers=[customer], now=timezone.now(), actor=people.analyst, send=True
    )
    run_jobs()

    (message,) = mail.outbox
    assert message.to == ["hayase@customer.example"]
    for told in (link.url, survey.purpose, survey.operator, survey.contact, f"{link.url}stop/"):
        assert told in message.body
    assert message.extra_headers["List-Unsubscribe"] == f"<{link.url}stop/>"
    assert Invitation.objects.get().sent_at is not None
    jobs.enqueue(invitations.SEND, {"invitation_id": link.invitation.pk}, now=now)
    run_jobs()
    assert len(mail.outbox) == 1


def test_who_says_stop_is_mailed_no_more(survey, customer, people, invited, visitor, run_jobs):
    from django.utils import timezone

    path = f"{path_of(invited)}stop/"
    asked = visitor.get(path)
    assert asked.status_code == 200 and not Consent.objects.exists()

    for _ in range(2):
        assert visitor.post(path).status_code == 200
    consent = Consent.objects.get()
    invite(
        survey=survey, customers=[customer], now=timezone.now(), actor=people.analyst, send=True
    )
    run_jobs()

    assert (consent.customer, consent.purpose, consent.granted) == (customer, "survey", False)
    assert not mail.outbox
    assert visitor.get("/i/x/stop/").status_code == 404


def test_a_mail_server_that_is_away_is_tried_again(survey, customer, people, monkeypatch):
    from django.core.mail import EmailMessage
    from django.utils import timezone

    def away(*_args, **_kwargs):
        raise ConnectionRefusedError

    (link,) = invite(
        survey=survey, customers=[customer], now=timezone.now(), actor=people.analyst, send=True
    )
    monkeypatch.setattr(EmailMessage, "send", away)
    jobs.drain(kinds=(invitations.SEND,))

    job = Job.objects.get(kind=invitations.SEND)
    assert (job.state, job.failures) == ("queued", 1)
    assert Invitation.objects.get(pk=link.invitation.pk).sent_at is None


@pytest.fixture
def ticket(customer, monkeypatch):
    """A ticket known to the registry, as the support app would make it known."""
    contact = TicketContact(customer.pk, "from@customer.example", "10482", "箱が\n二つ届きました")
    monkeypatch.setattr(registry, "ticket_contact", lambda pk: contact if pk == 7 else None)
    return 7


def test_a_resolved_ticket_brings_one_invitation_however_often_it_is_resolved(
    csat, ticket, now, run_jobs
):
    assert invitations.INVITE_AFTER_TICKET in events.subscriptions()["support.ticket.resolved"]
    for _ in range(3):
        events.publish("support.ticket.resolved", now=now, ticket_id=ticket)
        run_jobs(invitations.INVITE_AFTER_TICKET, invitations.SEND)

    invitation = Invitation.objects.get()
    assert (invitation.survey, invitation.reason_ref) == (csat, "ticket:7")
    (message,) = mail.outbox
    assert message.to == ["from@customer.example"]
    assert "10482" in message.body and "箱が 二つ届きました" in message.body


def test_a_ticket_is_asked_about_once_even_when_another_survey_takes_over(
    csat, ticket, now, people
):
    invite_after_ticket(ticket_id=ticket, now=now)
    factories.SurveyFactory(
        slug="newer", kind="csat", touchpoint=csat.touchpoint, published_at=now
    )

    assert invite_after_ticket(ticket_id=ticket, now=now) is None
    assert Invitation.objects.count() == 1


def test_no_invitation_without_an_open_survey_a_customer_or_consent(
    survey, csat, ticket, customer, now
):
    csat.state = "closed"
    csat.save()
    assert invite_after_ticket(ticket_id=ticket, now=now) is None
    csat.state = "published"
    csat.save()
    assert invite_after_ticket(ticket_id=8, now=now) is None
    Consent.objects.create(customer=customer, purpose="survey", granted=False, at=now, source="x")
    assert invite_after_ticket(ticket_id=ticket, now=now) is None
    assert not Invitation.objects.exists()


def test_an_invitation_of_a_survey_that_has_closed_says_so(invited, survey, visitor, people, now):
    from surveys.queries import definitions
    from surveys.services.surveys import close_survey

    close_survey(survey=survey, actor=people.analyst, now=now)
    definitions.forget()

    assert visitor.get(path_of(invited)).status_code == 410
    assert visitor.post(path_of(invited), answers()).status_code == 410
    assert Customer.objects.count() == 1 and not Response.objects.exists()
