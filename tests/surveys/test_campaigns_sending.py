"""Campaigns go out: everybody allowed once, nobody else, whatever breaks on the way."""

import smtplib
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from feedback.models import Consent, ContactPoint
from surveys.models import AskingRules, Campaign, CampaignMember, Invitation, LastAsk
from surveys.services import asking, bounces
from surveys.services.campaigns import running, sending
from surveys.services.campaigns.windows import next_open, schedule_of
from surveys.services.invitations import invite, invite_after_ticket, message_id, stop_surveys
from tests.surveys.campaigns import OFFICE, askable, begun, drafted, states
from voc.clock import TOKYO
from voc.errors import Refused
from voc.models import Job
from voc.registry import TicketContact, registry


def tokyo(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=TOKYO)


def work(campaign: Campaign, now: datetime) -> int:
    """What the worker does at this moment: fills the campaign and sends all that is due."""
    while running.expand(campaign_id=campaign.pk, now=now) == running.CHUNK:
        pass
    sent = 0
    while done := sending.send_due(campaign_id=campaign.pk, claim="1.1", now=now):
        sent += done
    campaign.refresh_from_db()
    return sent


def to() -> list[str]:
    return sorted(message.to[0] for message in mail.outbox)


def test_everybody_with_an_address_is_asked_once_and_the_campaign_is_done(survey, people, now):
    asked = askable(30)
    campaign = begun(survey, people.analyst, now)

    assert work(campaign, now) == 30
    assert work(campaign, now) == 0

    assert to() == sorted(f"customer{customer.pk}@customer.example" for customer in asked)
    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 30
    assert campaign.state == "done" and states(campaign) == {"sent": 30}
    assert Invitation.objects.filter(sent_at__gte=now, contact__isnull=False).count() == 30


def test_the_worker_runs_a_campaign_to_its_end_by_jobs_alone(survey, people, run_jobs):
    askable(sending.CHUNK + 3)
    campaign = begun(survey, people.analyst, timezone.now())

    run_jobs()

    campaign.refresh_from_db()
    assert campaign.state == "done" and len(mail.outbox) == sending.CHUNK + 3
    # What is left over is the guard, which will find nothing to do.
    assert Job.objects.filter(state="queued").count() <= 1


def test_who_refused_bounced_or_has_no_address_is_left_out_and_the_reason_is_kept(
    survey, people, now
):
    from tests import factories

    no, back, fine = askable(3, segment="gold")
    factories.CustomerFactory(segment="gold")
    Consent.objects.create(customer=no, purpose="survey", granted=False, at=now, source="x")
    ContactPoint.objects.filter(customer=back).update(bounced_at=now)
    campaign = begun(survey, people.analyst, now, {"rule": "segment", "segment": "gold"})

    assert work(campaign, now) == 1

    assert to() == [f"customer{fine.pk}@customer.example"]
    assert states(campaign) == {
        "sent": 1, "opted_out:refused": 1, "skipped:bounced": 1, "skipped:no_address": 1,
    }  # fmt: skip
    assert Invitation.objects.count() == 1


def test_a_consent_given_again_counts_more_than_an_old_refusal(survey, people, now):
    (customer,) = askable(1)
    for granted, days in ((False, 9), (True, 3)):
        Consent.objects.create(
            customer=customer, purpose="survey", granted=granted, source="x",
            at=now - timedelta(days=days),
        )  # fmt: skip

    assert work(begun(survey, people.analyst, now), now) == 1


def test_who_was_asked_lately_is_passed_over_and_tried_again_when_the_rest_is_over(
    survey, csat, people, now
):
    askable(2)
    first = begun(csat, people.analyst, now)
    work(first, now)
    mail.outbox.clear()
    second = begun(survey, people.analyst, now + timedelta(days=4))

    assert work(second, now + timedelta(days=4)) == 0
    assert states(second) == {"skipped:rested": 2} and second.state == "sending"
    assert not Invitation.objects.filter(survey=survey).exists()
    assert work(second, tokyo(2026, 12, 19, 23, 59)) == 0
    assert work(second, tokyo(2026, 12, 20, 0, 0)) == 2
    assert states(second) == {"sent": 2} and second.state == "done"


def test_a_rest_that_outlasts_the_campaign_is_not_waited_for(survey, csat, people, now):
    askable(1)
    work(begun(csat, people.analyst, now), now)
    campaign = begun(survey, people.analyst, now, ends_at=now + timedelta(days=10))

    work(campaign, now)

    assert states(campaign) == {"skipped:rested": 1} and campaign.state == "done"


def test_the_rest_is_what_the_house_says_and_none_at_all_if_it_says_so(survey, csat, people, now):
    askable(1)
    asking.change_rules(rest_days=0, sender_address="", actor=people.owner, now=now)

    for one in (csat, survey):
        assert work(begun(one, people.analyst, now), now) == 1
    assert AskingRules.objects.get().rest_days == 0


def test_links_sent_by_the_api_count_and_are_held_back_too(survey, csat, people, now, run_jobs):
    (customer,) = askable(1)
    moment = timezone.now()
    work(begun(csat, people.analyst, moment), moment)
    (link,) = invite(
        survey=survey, customers=[customer], now=moment, actor=people.analyst, send=True, days=90
    )
    run_jobs("surveys.send_invitation")

    invitation = Invitation.objects.get(pk=link.invitation.pk)
    assert (invitation.skipped, invitation.sent_at) == ("rested", None)
    again = Job.objects.get(kind="surveys.send_invitation", state="queued")
    assert again.due_at == asking.free_at(moment, 30)
    assert len(mail.outbox) == 1


def test_a_ticket_question_is_left_out_for_good_when_its_customer_was_asked_lately(
    survey, csat, people, run_jobs, monkeypatch
):
    (customer,) = askable(1)
    moment = timezone.now()
    work(begun(survey, people.analyst, moment), moment)
    contact = TicketContact(customer.pk, "from@customer.example", "10482", "箱")
    monkeypatch.setattr(registry, "ticket_contact", lambda pk: contact)

    invite_after_ticket(ticket_id=7, now=moment)
    run_jobs("surveys.send_invitation")

    assert Invitation.objects.get(survey=csat).skipped == "rested"
    assert not Job.objects.filter(kind="surveys.send_invitation", state="queued").exists()
    assert len(mail.outbox) == 1


def test_of_two_that_ask_the_same_person_at_once_one_wins(survey, csat, people, now):
    (customer,) = askable(1)
    first, second = (
        invite(survey=one, customers=[customer], now=now, actor=people.analyst)[0].invitation
        for one in (survey, csat)
    )

    assert asking.take(invitation=first, now=now) is None
    assert asking.take(invitation=second, now=now) == asking.free_at(now, 30)
    assert asking.take(invitation=first, now=now) is None
    # The first has not managed to send anything for hours: the other may.
    later = now + timedelta(hours=3)
    assert asking.take(invitation=second, now=later) is None
    assert LastAsk.objects.get().invitation == second


def test_reminders_go_to_those_who_have_not_answered_with_an_id_of_their_own(survey, people, now):
    quiet, answering = askable(2)
    campaign = begun(survey, people.analyst, now, reminders=2, remind_after_days=5)
    work(campaign, now)
    answered = Invitation.objects.get(customer=answering)
    Invitation.objects.filter(pk=answered.pk).update(used_at=now + timedelta(days=1))

    assert work(campaign, now + timedelta(days=4)) == 0
    assert work(campaign, now + timedelta(days=5, minutes=5)) == 1
    assert work(campaign, now + timedelta(days=10, minutes=10)) == 1
    assert work(campaign, now + timedelta(days=15, minutes=15)) == 0

    mine = Invitation.objects.get(customer=quiet)
    ids = [m.extra_headers["Message-ID"] for m in mail.outbox if str(quiet.pk) in m.to[0]]
    assert ids == [message_id(mine), message_id(mine, 1), message_id(mine, 2)]
    assert "再度のご案内" in mail.outbox[-1].body and "再度のご案内" not in mail.outbox[0].body
    assert mine.sent_at < now + timedelta(minutes=1)
    assert states(campaign) == {"sent": 1, "answered": 1} and campaign.state == "done"


def test_an_answer_that_is_worked_marks_its_member(survey, people, now, visitor, run_jobs):
    from tests.surveys.conftest import answers

    askable(1)
    moment = timezone.now()
    campaign = begun(survey, people.analyst, moment, reminders=1)
    work(campaign, moment)
    from surveys.services.invitations import link_of

    path = "/" + link_of(Invitation.objects.get()).split("/", 3)[3]
    visitor.post(path, answers())
    run_jobs("surveys.process_response")

    member = campaign.members.get()
    assert (member.state, member.next_at) == ("answered", None)


def test_who_says_stop_is_not_reminded(survey, people, now):
    askable(1)
    campaign = begun(survey, people.analyst, now, reminders=1)
    work(campaign, now)

    stop_surveys(invitation=Invitation.objects.get(), now=now)

    assert states(campaign) == {"opted_out:refused": 1}
    assert work(campaign, now + timedelta(days=6)) == 0


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        (tokyo(2026, 11, 20, 17, 59), tokyo(2026, 11, 20, 17, 59)),
        (tokyo(2026, 11, 20, 18, 0), tokyo(2026, 11, 24, 9, 0)),  # Monday is a holiday
        (tokyo(2026, 11, 27, 18, 0), tokyo(2026, 11, 30, 9, 0)),
        (tokyo(2026, 11, 27, 8, 59), tokyo(2026, 11, 27, 9, 0)),
        (tokyo(2027, 4, 30, 20, 0), tokyo(2027, 5, 6, 9, 0)),
    ],
)
def test_the_window_opens_on_the_next_working_morning(at, opens):
    campaign = Campaign(**OFFICE)

    assert next_open(schedule_of(campaign), at) == opens


def test_the_last_mail_of_friday_goes_out_and_the_next_one_on_monday(survey, people, monkeypatch):
    askable(3)
    friday = tokyo(2026, 11, 27, 17, 59)
    campaign = begun(survey, people.analyst, friday, **OFFICE)
    monkeypatch.setattr(sending, "CHUNK", 1)
    running.expand(campaign_id=campaign.pk, now=friday)

    assert sending.send_due(campaign_id=campaign.pk, claim="1.1", now=friday) >= 1
    gone = len(mail.outbox)
    assert (
        sending.send_due(campaign_id=campaign.pk, claim="2.1", now=tokyo(2026, 11, 27, 18, 0)) == 0
    )
    assert (
        sending.send_due(campaign_id=campaign.pk, claim="2.1", now=tokyo(2026, 11, 28, 12, 0)) == 0
    )
    assert len(mail.outbox) == gone
    job = Job.objects.filter(kind=sending.SEND, state="queued", due_at=tokyo(2026, 11, 30, 9, 0))
    assert job.exists()
    assert work(campaign, tokyo(2026, 11, 30, 9, 0)) == 3 - gone


def test_the_mails_are_spread_over_open_hours_alone(survey, people):
    askable(18)
    friday = tokyo(2026, 11, 27, 9, 0)
    campaign = begun(survey, people.analyst, friday, **OFFICE, spread_hours=18)

    running.expand(campaign_id=campaign.pk, now=friday)

    times = sorted(campaign.members.values_list("next_at", flat=True))
    assert times[:9] == [friday + timedelta(hours=hour) for hour in range(9)]
    assert times[9:] == [tokyo(2026, 11, 30, 9 + hour, 0) for hour in range(9)]


def test_those_for_whom_the_hours_do_not_suffice_are_told_apart_at_once(survey, people):
    askable(4)
    friday = tokyo(2026, 11, 27, 9, 0)
    campaign = begun(
        survey, people.analyst, friday, **OFFICE, spread_hours=4,
        ends_at=friday + timedelta(hours=2),
    )  # fmt: skip

    running.expand(campaign_id=campaign.pk, now=friday)

    assert states(campaign) == {"waiting": 2, "expired": 2}


def test_two_workers_never_hold_the_same_member(survey, people, now):
    askable(5)
    campaign = begun(survey, people.analyst, now)
    running.expand(campaign_id=campaign.pk, now=now)

    first = sending.take_chunk(campaign_id=campaign.pk, claim="1.1", now=now, size=3)
    second = sending.take_chunk(campaign_id=campaign.pk, claim="2.1", now=now, size=3)

    assert len(first) == 3 and len(second) == 2 and not {*first} & {*second}
    # The next run of the first job takes its members over at once, another job after a while.
    assert sending.take_chunk(campaign_id=campaign.pk, claim="1.2", now=now, size=9) == first
    later = now + sending.CLAIM + timedelta(seconds=1)
    assert len(sending.take_chunk(campaign_id=campaign.pk, claim="3.1", now=later, size=9)) == 5
    # And a run that has lost its members sends nothing.
    assert sending._prepare(first, "1.1", now=now) == []
    assert not mail.outbox


def test_a_worker_that_finds_all_members_in_other_hands_comes_back_later(survey, people, now):
    askable(2)
    campaign = begun(survey, people.analyst, now)
    running.expand(campaign_id=campaign.pk, now=now)
    sending.take_chunk(campaign_id=campaign.pk, claim="1.1", now=now)
    Job.objects.filter(kind=sending.SEND).delete()

    assert sending.send_due(campaign_id=campaign.pk, claim="2.1", now=now) == 0

    due = sorted(Job.objects.filter(kind=sending.SEND).values_list("due_at", flat=True))
    assert due and due[0] >= now + timedelta(minutes=1)


def test_a_send_whose_worker_died_before_it_was_recorded_is_repeated_with_the_same_id(
    survey, people, now, monkeypatch
):
    askable(2)
    campaign = begun(survey, people.analyst, now)
    running.expand(campaign_id=campaign.pk, now=now)

    def dies(*_args: Any, **_kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sending, "_record", dies)
        with pytest.raises(KeyboardInterrupt):
            sending.send_due(campaign_id=campaign.pk, claim="1.1", now=now)
    work(campaign, now)

    ids = [message.extra_headers["Message-ID"] for message in mail.outbox]
    assert len(ids) == 3 and len(set(ids)) == 2 and ids[0] == ids[1]
    assert states(campaign) == {"sent": 2}


def test_starting_twice_starts_once(survey, people, now):
    askable(1)
    campaign = begun(survey, people.analyst, now)
    running.start(
        campaign=campaign, starts_at=now, ends_at=now + timedelta(days=2), **OFFICE,
        spread_hours=0, reminders=2, remind_after_days=1, actor=people.analyst, now=now,
    )  # fmt: skip

    campaign.refresh_from_db()
    assert campaign.reminders == 0
    assert Job.objects.filter(kind=running.EXPAND).count() == 1


def test_expanding_twice_makes_every_member_once_and_in_pieces(survey, people, now, monkeypatch):
    askable(7)
    monkeypatch.setattr(running, "CHUNK", 3)
    campaign = begun(survey, people.analyst, now)

    for _ in range(5):
        running.expand(campaign_id=campaign.pk, now=now)

    campaign.refresh_from_db()
    assert campaign.members.count() == campaign.expected == campaign.expanded == 7
    assert campaign.expanded_at == now


def test_a_pause_holds_what_is_due_and_resuming_lets_it_go(survey, people, now):
    askable(2)
    campaign = begun(survey, people.analyst, now)
    running.expand(campaign_id=campaign.pk, now=now)
    running.pause(campaign=campaign, actor=people.analyst, now=now)

    assert work(campaign, now) == 0 and campaign.state == "paused"
    running.resume(campaign=campaign, actor=people.analyst, now=now)
    assert work(campaign, now) == 2


def test_a_pause_before_the_start_keeps_the_start(survey, people, now):
    askable(1)
    campaign = begun(survey, people.analyst, now, starts_at=now + timedelta(days=1))
    running.pause(campaign=campaign, actor=people.analyst, now=now)
    work(campaign, now + timedelta(days=2))
    assert campaign.state == "paused" and not mail.outbox

    running.resume(campaign=campaign, actor=people.analyst, now=now + timedelta(days=2))
    assert work(campaign, now + timedelta(days=2)) == 1


def test_cancelling_stops_everything_and_says_so_of_each(survey, people, now):
    askable(3)
    campaign = begun(survey, people.analyst, now)
    running.expand(campaign_id=campaign.pk, now=now)
    ids = sending.take_chunk(campaign_id=campaign.pk, claim="1.1", now=now, size=1)
    ((member, letter),) = sending._prepare(ids, "1.1", now=now)
    running.cancel(campaign=campaign, actor=people.analyst, now=now)

    # The one that was already on its way is told as what it is.
    assert not sending._still_ours(member, "1.1")
    sending._record(member, letter, now=now)
    assert work(campaign, now) == 0
    assert states(campaign) == {"sent": 1, "skipped:cancelled": 2}
    assert campaign.state == "cancelled"


def test_a_survey_that_is_closed_pauses_its_campaign_with_the_reason(survey, people, now):
    from surveys.services.surveys import close_survey

    askable(1)
    campaign = begun(survey, people.analyst, now)
    close_survey(survey=survey, actor=people.analyst, now=now)

    assert work(campaign, now) == 0
    assert (campaign.state, campaign.trouble) == ("paused", "survey_closed")
    with pytest.raises(Refused):
        running.resume(campaign=campaign, actor=people.analyst, now=now)


def test_the_end_of_a_campaign_ends_it(survey, people, now):
    askable(2)
    campaign = begun(survey, people.analyst, now, ends_at=now + timedelta(days=1), reminders=1)
    running.expand(campaign_id=campaign.pk, now=now)

    assert work(campaign, now + timedelta(days=1)) == 0
    assert campaign.state == "done" and states(campaign) == {"expired": 2}


def test_a_mail_server_that_is_away_costs_time_and_nobody(survey, people, now, monkeypatch):
    askable(3)
    campaign = begun(survey, people.analyst, now)
    with monkeypatch.context() as patch:
        patch.setattr(sending._Server, "send", _raises(sending._Away("ConnectionRefusedError")))
        assert work(campaign, now) == 0
    assert campaign.trouble == "server:ConnectionRefusedError" and campaign.state == "sending"
    assert states(campaign) == {"waiting": 3}

    assert work(campaign, now + sending.AWAY + timedelta(minutes=1)) == 3
    assert campaign.trouble == ""


def _raises(error: Exception) -> Any:
    def send(*_args: Any) -> None:
        raise error

    return send


def test_an_address_the_server_refuses_is_marked_and_the_rest_goes_on(
    survey, people, now, monkeypatch
):
    gone, _fine = askable(2)
    campaign = begun(survey, people.analyst, now)
    real = sending._Server.send

    def send(self: Any, letter: Any) -> None:
        if str(gone.pk) in letter.address:
            raise smtplib.SMTPRecipientsRefused({letter.address: (550, b"no such user")})
        real(self, letter)

    monkeypatch.setattr(sending._Server, "send", send)
    work(campaign, now)

    assert states(campaign) == {"sent": 1, "bounced:bounced": 1} and campaign.state == "done"
    assert ContactPoint.objects.get(customer=gone).bounced_at is not None
    assert LastAsk.objects.get(customer=gone).at is None


def test_a_mail_that_is_refused_for_now_is_tried_later_and_given_up_in_the_end(
    survey, people, now, monkeypatch
):
    askable(1)
    campaign = begun(survey, people.analyst, now)
    refused = smtplib.SMTPRecipientsRefused({"x": (451, b"later")})
    monkeypatch.setattr(sending._Server, "send", _raises(refused))

    work(campaign, now)
    assert states(campaign) == {"waiting": 1}
    for hour in range(1, 12):
        work(campaign, now + timedelta(hours=hour))

    assert states(campaign) == {"skipped:undelivered": 1} and campaign.state == "done"


def test_a_bounce_by_message_id_marks_address_member_and_invitation_once(
    survey, people, now, monkeypatch
):
    (customer,) = askable(1)
    campaign = begun(survey, people.analyst, now, reminders=1)
    work(campaign, now)
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(
        bounces.events, "publish", lambda name, **payload: told.append({"name": name, **payload})
    )
    sent_id = mail.outbox[0].extra_headers["Message-ID"]

    for _ in range(3):
        found = bounces.record_bounce(message_id=sent_id, permanent=True, now=now)

    assert found == Invitation.objects.get() and found.bounced_at == now
    assert [event["name"] for event in told] == ["survey.invitation.bounced"]
    assert states(campaign) == {"bounced:bounced": 1}
    assert ContactPoint.objects.get(customer=customer).bounced_at == now
    assert work(campaign, now + timedelta(days=6)) == 0


def test_a_bounce_by_address_finds_the_last_mail_that_went_there(survey, people, now):
    (customer,) = askable(1)
    work(begun(survey, people.analyst, now), now)

    found = bounces.record_bounce(
        address=f" Customer{customer.pk}@CUSTOMER.example", permanent=True, now=now
    )

    assert found == Invitation.objects.get()


@pytest.mark.parametrize(
    "strange",
    ["", "<x@y>", "<survey-invitation-1-000000000000@localhost>",
     "<survey-invitation-999999999999999999-000000000000@localhost>", "\x00" * 5000],
)  # fmt: skip
def test_a_bounce_of_somebody_elses_mail_marks_nothing(survey, people, now, strange):
    askable(1)
    work(begun(survey, people.analyst, now), now)

    assert bounces.record_bounce(message_id=strange, permanent=True, now=now) is None
    assert not ContactPoint.objects.filter(bounced_at__isnull=False).exists()


def test_a_bounce_that_passes_changes_nothing(survey, people, now):
    askable(1)
    work(begun(survey, people.analyst, now), now)
    sent_id = mail.outbox[0].extra_headers["Message-ID"]

    assert bounces.record_bounce(message_id=sent_id, permanent=False, now=now) is None
    assert not Invitation.objects.filter(bounced_at__isnull=False).exists()


def test_the_senders_address_stands_at_the_foot_of_the_mail(survey, people, now):
    askable(1)
    asking.change_rules(
        rest_days=30, sender_address="東京都千代田区1-1-1", actor=people.owner, now=now
    )
    work(begun(survey, people.analyst, now), now)

    (message,) = mail.outbox
    assert "東京都千代田区1-1-1" in message.body and survey.contact in message.body
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_database_refuses_what_the_code_must_never_write(survey, people, now):
    from django.db import IntegrityError, transaction

    (customer,) = askable(1)
    campaign = drafted(survey, people.analyst, now)
    member = CampaignMember.objects.create(campaign=campaign, customer=customer)
    wrong: list[Any] = [
        lambda: CampaignMember.objects.create(campaign=campaign, customer=customer),
        lambda: CampaignMember.objects.filter(pk=member.pk).update(state="bounced", next_at=now),
        lambda: Campaign.objects.filter(pk=campaign.pk).update(hour_from=18, hour_to=9),
        lambda: Campaign.objects.filter(pk=campaign.pk).update(state="sending"),
        lambda: AskingRules.objects.create(pk=2),
    ]

    for write in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_every_mail_once(survey, people, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("one writer at a time: two workers take turns anyway")
    moment = datetime.now(UTC)
    askable(20)
    campaign = begun(survey, people.analyst, moment)
    running.expand(campaign_id=campaign.pk, now=moment)

    def run(claim: str) -> None:
        try:
            sending.send_due(campaign_id=campaign.pk, claim=claim, now=moment)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(f"{n}.1",)) for n in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work(campaign, moment)

    assert len(to()) == len(set(to())) == 20


def test_the_links_of_a_campaign_hold_until_its_end_and_the_mail_names_that_day(
    survey, people, now
):
    askable(1)
    work(begun(survey, people.analyst, now, ends_at=tokyo(2026, 12, 4, 23, 59, 59)), now)

    assert Invitation.objects.get().expires_at == tokyo(2026, 12, 4, 23, 59, 59)
    assert "12月4日まで" in mail.outbox[0].body
