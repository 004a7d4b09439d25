"""Opening, answering, changing tickets; what the events make of their times."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, connections

from feedback.models import Comment, CommentDay, Consent, ContactPoint, Customer
from support.models import Inbox, Message, Ticket, TicketCounter, TicketEvent, TicketMetrics
from support.services import (
    add_customer_message,
    add_note,
    assign,
    change_priority,
    change_status,
    ledger,
    numbers,
    open_ticket,
    reply,
)
from tests import factories
from voc.errors import Refused
from voc.models import AuditEntry, Job


def test_a_ticket_keeps_words_customer_number_and_promise_together(inbox, ticket_of, now):
    ticket = ticket_of(inbox, email="Minori@Customer.Example", may_tell=True, consent_text="知らせる")

    message = Message.objects.get(ticket=ticket)
    comment = Comment.objects.get(pk=message.comment_id)
    assert ticket.number == numbers.FIRST
    assert (comment.source, comment.source_ref) == ("ticket", f"message:{message.pk}")
    assert comment.may_tell
    assert comment.purpose == inbox.purpose
    assert comment.team == inbox.key
    assert comment.customer == ticket.requester
    assert ContactPoint.objects.get().key == "minori@customer.example"
    assert Consent.objects.get().granted
    assert ticket.due_at is not None
    assert ticket.last_line.startswith("同じ箱が")
    assert Job.objects.filter(kind="feedback.analyse").exists()


def test_the_same_submission_twice_is_one_ticket(inbox, ticket_of):
    first = ticket_of(inbox, ref="once", email="a@customer.example")
    second = ticket_of(inbox, ref="once", email="a@customer.example")

    assert first.pk == second.pk
    assert Message.objects.count() == Comment.objects.count() == 1


def test_a_full_width_address_in_capitals_finds_the_same_customer(inbox, ticket_of):
    one = ticket_of(inbox, email="hayase@customer.example")
    two = ticket_of(inbox, email="ＨＡＹＡＳＥ＠customer.example", name="別の名前")

    assert one.requester == two.requester
    assert Customer.objects.get().name == "早瀬 みのり"


def test_a_tick_does_not_undo_what_the_customer_has_refused(inbox, ticket_of, now):
    ticket = ticket_of(inbox, email="a@customer.example")
    Consent.objects.create(
        customer=ticket.requester, purpose="told_back", granted=False, at=now, source="link"
    )

    ticket_of(inbox, email="a@customer.example", may_tell=True)

    assert not Consent.objects.filter(granted=True).exists()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"text": " \n "}, "blank_text"),
        ({"subject": "\u3000"}, "blank_subject"),
        ({"subject": "字" * 201}, "subject_too_long"),
        ({"email": "a@customer.example\r\nBcc: x@evil.example"}, "bad_email"),
        ({"email": "何か"}, "bad_email"),
        ({"text": "ー" * 100_001}, "too_long"),
    ],
)
def test_what_cannot_be_a_ticket_is_refused_and_leaves_nothing(inbox, ticket_of, given, code):
    with pytest.raises(Refused) as refused:
        ticket_of(inbox, **given)

    assert refused.value.code == code
    assert Ticket.objects.count() == Customer.objects.count() == 0


def test_a_reply_stops_the_first_reply_clock_and_opens_the_ticket(inbox, ticket_of, people, now):
    ticket = ticket_of(inbox)

    reply(ticket=ticket, text="返品をお受けします。", actor=people.agent, now=now + timedelta(minutes=30))

    ticket.refresh_from_db()
    times = TicketMetrics.objects.get(ticket=ticket)
    assert times.first_reply_business_seconds == 1800
    assert times.first_reply_calendar_seconds == 1800
    assert ticket.status == "open"
    assert ticket.due_at is None
    assert ticket.last_line == "返品をお受けします。"


def test_a_note_is_no_reply_and_not_what_the_list_shows(inbox, ticket_of, people, now):
    ticket = ticket_of(inbox)

    add_note(ticket=ticket, text="倉庫に確認中", actor=people.agent, now=now)

    ticket.refresh_from_db()
    assert TicketMetrics.objects.get(ticket=ticket).first_reply_at is None
    assert ticket.last_line.startswith("同じ箱が")
    assert ticket.status == "new"


def test_a_reply_is_stopped_when_somebody_answered_since(inbox, ticket_of, people, now, newest):
    ticket = ticket_of(inbox)
    seen = newest(ticket)
    reply(ticket=ticket, text="先の返信", actor=people.agent, last_seen=seen, now=now)

    with pytest.raises(Refused) as refused:
        reply(ticket=ticket, text="後の返信", actor=people.owner, last_seen=seen, now=now)

    assert refused.value.code == "answered_since"
    assert people.agent.name in refused.value.message
    assert Message.objects.filter(kind="reply").count() == 1


def test_a_reply_is_stopped_when_the_customer_wrote_since(inbox, ticket_of, people, now, newest):
    ticket = ticket_of(inbox)
    seen = newest(ticket)
    add_customer_message(ticket=ticket, text="解決しました", now=now)

    with pytest.raises(Refused, match="お客様から新しいメッセージ"):
        reply(ticket=ticket, text="返信", actor=people.agent, last_seen=seen, now=now)


def test_a_note_of_a_colleague_does_not_stop_a_reply(inbox, ticket_of, people, now, newest):
    ticket = ticket_of(inbox)
    seen = newest(ticket)
    add_note(ticket=ticket, text="メモ", actor=people.owner, now=now)

    reply(ticket=ticket, text="返信", actor=people.agent, last_seen=seen, now=now)

    assert Message.objects.filter(kind="reply").count() == 1


def test_the_same_form_twice_is_one_reply_and_one_mail(inbox, ticket_of, people, now, newest):
    ticket = ticket_of(inbox)
    form = {"text": "返信", "form_key": "k" * 24, "last_seen": newest(ticket), "then": "solved"}

    first = reply(ticket=ticket, actor=people.agent, now=now, **form)
    second = reply(ticket=ticket, actor=people.agent, now=now, **form)

    assert first.pk == second.pk
    assert Job.objects.filter(kind="support.send_reply").count() == 1
    assert TicketEvent.objects.filter(type="status").count() == 1


def test_a_form_key_of_somebody_else_is_refused(inbox, ticket_of, people, now):
    ticket = ticket_of(inbox)
    add_note(ticket=ticket, text="メモ", actor=people.agent, form_key="k" * 24, now=now)

    with pytest.raises(Refused):
        add_note(ticket=ticket, text="別のメモ", actor=people.owner, form_key="k" * 24, now=now)


def test_a_customers_message_reopens_a_solved_ticket(inbox, ticket_of, people, now):
    ticket = ticket_of(inbox)
    reply(ticket=ticket, text="直しました", actor=people.agent, then="solved", now=now)

    add_customer_message(ticket=ticket, text="まだ届きません", now=now + timedelta(hours=1))

    ticket.refresh_from_db()
    times = TicketMetrics.objects.get(ticket=ticket)
    assert ticket.status == "open"
    assert times.reopens == 1
    assert times.resolved_at is None
    assert ticket.due_at is not None


@pytest.mark.parametrize("status", ["pending", "on_hold", "closed"])
def test_a_customers_message_wakes_whatever_rested(inbox, ticket_of, people, now, status):
    ticket = ticket_of(inbox)
    change_status(ticket=ticket, status=status, actor=people.agent, now=now)

    add_customer_message(ticket=ticket, text="追記です", now=now)

    ticket.refresh_from_db()
    assert ticket.status == "open"


def test_a_status_that_may_not_follow_is_refused(inbox, ticket_of, people, now):
    ticket = change_status(ticket=ticket_of(inbox), status="closed", actor=people.agent, now=now)

    with pytest.raises(Refused, match="「終了」から「対応中」"):
        change_status(ticket=ticket, status="open", actor=people.agent, now=now)
    with pytest.raises(Refused, match="状態を選んで"):
        change_status(ticket=ticket, status="nonsense", actor=people.agent, now=now)


def test_solving_tells_those_who_wait_for_it_once(inbox, ticket_of, people, now, monkeypatch):
    told = []
    monkeypatch.setattr("voc.events.publish", lambda name, **given: told.append((name, given)))
    ticket = ticket_of(inbox)
    told.clear()

    change_status(ticket=ticket, status="solved", actor=people.agent, now=now)
    change_status(ticket=ticket, status="solved", actor=people.agent, now=now)

    assert told == [("support.ticket.resolved", {"now": now, "ticket_id": ticket.pk})]


def test_a_ticket_goes_only_to_people_who_answer_in_its_inbox(inbox, ticket_of, people, now):
    ticket = assign(ticket=ticket_of(inbox), assignee=people.agent, actor=people.owner, now=now)

    assert ticket.assignee == people.agent
    for stranger in (people.other_agent, people.viewer, people.analyst):
        with pytest.raises(Refused):
            assign(ticket=ticket, assignee=stranger, actor=people.owner, now=now)
    assert AuditEntry.objects.filter(action="ticket.assign").count() == 1


def test_a_priority_that_does_not_exist_is_refused(inbox, ticket_of, people, now):
    ticket = ticket_of(inbox)

    assert change_priority(ticket=ticket, priority="urgent", actor=people.agent, now=now).priority == "urgent"
    with pytest.raises(Refused):
        change_priority(ticket=ticket, priority="max", actor=people.agent, now=now)


def test_rebuilding_finds_nothing_to_change_and_mends_what_was_broken(inbox, ticket_of, people, now):
    tickets = [ticket_of(inbox) for _n in range(3)]
    reply(ticket=tickets[0], text="返信", actor=people.agent, then="solved", now=now)
    quiet = ledger.rebuild(lambda done, total: None)
    TicketMetrics.objects.filter(ticket=tickets[0]).update(first_reply_business_seconds=1)
    Ticket.objects.filter(pk=tickets[1].pk).update(due_at=None, last_line="")

    mended = ledger.rebuild(lambda done, total: None)

    assert quiet == {"checked": 3, "changed": 0}
    assert mended == {"checked": 3, "changed": 2}
    assert ledger.rebuild(lambda done, total: None)["changed"] == 0


def test_a_number_from_elsewhere_is_not_given_out_again(inbox, ticket_of):
    ticket_of(inbox)
    numbers.reserve(10_050)

    assert ticket_of(inbox).number == 10_051


def test_tickets_made_at_the_same_moment_have_different_numbers(
    django_db_setup, django_db_blocker, now
):
    """Real connections that commit, so what they leave is swept away by hand."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("threads cannot share a database in memory; runs on PostgreSQL and on a file")
    failures, results = [], []

    def in_threads(*works):
        def run(work):
            try:
                results.append(work())
            except Exception as error:  # noqa: BLE001 - shown by the assertion below
                failures.append(error)
            finally:
                connections.close_all()

        threads = [Thread(target=run, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)

    def make(n):
        def work():
            start.wait(timeout=20)
            # Half of them are the same submission, sent at the same time.
            return open_ticket(
                inbox=Inbox.objects.get(key="race"), subject="同時", text="同時に届いた問い合わせ",
                email=f"same{n % 2}@race.example", origin="form",
                origin_ref="race" if n < 3 else f"race-{n}", now=now,
            ).number  # fmt: skip

        return work

    def sweep():
        mine = Ticket.objects.filter(inbox__key="race")
        Comment.objects.filter(team="race").delete()
        CommentDay.objects.all().delete()
        Job.objects.all().delete()
        mine.delete()
        Customer.objects.filter(contacts__key__endswith="@race.example").delete()
        Inbox.objects.filter(key="race").delete()
        TicketCounter.objects.all().delete()

    start = Barrier(6)
    # No transaction of the test's own: it would hold SQLite's only write lock.
    with django_db_blocker.unblock():
        try:
            in_threads(lambda: factories.InboxFactory(key="race") and None)
            in_threads(*(make(n) for n in range(6)))
        finally:
            in_threads(sweep)

    numbers_given = [result for result in results if result]
    assert failures == []
    assert len(numbers_given) == 6
    assert sorted(set(numbers_given)) == list(range(numbers.FIRST, numbers.FIRST + 4))
