"""A reply on its way to the customer."""

import smtplib

import pytest
from django.core import mail

from support.models import Message, Ticket
from support.services import mail as outgoing
from support.services import reply, send_again
from voc.errors import DeliveryError, Refused
from voc.models import Job


def answer(ticket, people, now, text="お待たせしました。"):
    return reply(ticket=ticket, text=text, actor=people.agent, now=now)


def test_a_reply_is_mailed_once_under_the_identity_it_was_given(
    inbox, ticket_of, people, now, run_jobs
):
    message = answer(ticket_of(inbox, subject="返品について"), people, now)

    run_jobs("support.send_reply")
    outgoing.deliver(message.pk, last_try=False)

    message.refresh_from_db()
    (sent,) = mail.outbox
    assert message.delivery == "sent"
    assert sent.extra_headers["Message-ID"] == message.message_id
    assert sent.to == ["guest1@customer.example"]
    assert sent.subject == "Re: 返品について [#10001]"


def test_a_worker_that_died_in_the_middle_sends_the_same_mail_again(inbox, ticket_of, people, now):
    message = answer(ticket_of(inbox), people, now)
    Message.objects.filter(pk=message.pk).update(delivery="sending")

    outgoing.deliver(message.pk, last_try=False)

    assert mail.outbox[0].extra_headers["Message-ID"] == message.message_id


def test_a_second_reply_carries_the_references_of_the_first(inbox, ticket_of, people, now, run_jobs):
    ticket = ticket_of(inbox)
    first = answer(ticket, people, now)
    answer(ticket, people, now, "追記です。")

    run_jobs("support.send_reply")

    assert mail.outbox[1].extra_headers["In-Reply-To"] == first.message_id
    assert mail.outbox[1].extra_headers["References"] == first.message_id


def test_words_cannot_write_headers(inbox, ticket_of, people, now, run_jobs):
    inbox.name = "窓口\r\nBcc: a@evil.example"
    inbox.save()
    ticket = ticket_of(
        inbox, subject="件名\r\nBcc: b@evil.example", name="名\r\nBcc: c@evil.example"
    )
    answer(ticket, people, now)

    run_jobs("support.send_reply")

    (sent,) = mail.outbox
    written = sent.message()
    assert set(written.keys()) >= {"Subject", "From", "To", "Message-ID"}
    assert "Bcc" not in written
    assert sent.recipients() == ["guest1@customer.example"]
    assert "\n" not in Ticket.objects.get().subject + Ticket.objects.get().requester_name


def breaks(monkeypatch, error):
    """The mail server answers with this error."""

    def send_messages(backend, messages):
        raise error

    backend = "django.core.mail.backends.locmem.EmailBackend"
    monkeypatch.setattr(f"{backend}.send_messages", send_messages)


@pytest.mark.parametrize(
    ("error", "permanent"),
    [
        (smtplib.SMTPRecipientsRefused({"a@customer.example": (550, b"no such user")}), True),
        (smtplib.SMTPRecipientsRefused({"a@customer.example": (451, b"later")}), False),
        (smtplib.SMTPDataError(552, b"too big"), True),
        (ConnectionRefusedError(), False),
    ],
    ids=["no such user", "greylisted", "too big", "server away"],
)
def test_a_failure_says_whether_trying_again_can_help(
    inbox, ticket_of, people, now, monkeypatch, error, permanent
):
    message = answer(ticket_of(inbox), people, now)
    breaks(monkeypatch, error)

    with pytest.raises(DeliveryError) as failed:
        outgoing.deliver(message.pk, last_try=False)

    message.refresh_from_db()
    assert failed.value.permanent is permanent
    assert message.delivery == ("failed" if permanent else "sending")


def test_after_the_last_try_the_reply_is_shown_as_failed_and_can_be_sent_again(
    inbox, ticket_of, people, now, monkeypatch, run_jobs
):
    message = answer(ticket_of(inbox), people, now)
    with monkeypatch.context() as patched:
        breaks(patched, TimeoutError())
        with pytest.raises(DeliveryError):
            outgoing.deliver(message.pk, last_try=True)
    message.refresh_from_db()
    assert message.delivery == "failed"
    Job.objects.all().delete()

    send_again(message=message, actor=people.agent, now=now)
    send_again(message=message, actor=people.agent, now=now)
    run_jobs("support.send_reply")

    message.refresh_from_db()
    assert message.delivery == "sent"
    assert len(mail.outbox) == 1


def test_a_customer_without_an_address_cannot_be_replied_to(inbox, ticket_of, people, now):
    ticket = ticket_of(inbox)
    ticket.requester.contacts.all().delete()
    ticket.refresh_from_db()

    with pytest.raises(Refused) as refused:
        answer(ticket, people, now)

    assert refused.value.code == "no_address"
