"""Low scores open recovery tickets, once."""

from datetime import timedelta

from feedback.models import RecoveryCase
from feedback.services.voices import record_comment, record_score
from support.models import Message, Ticket
from support.queries import figures
from support.services import change_status, open_recovery, reply
from tests import factories
from voc.clock import default_schedule
from voc.models import Job


def low_score(now, customer=None, words="遅れたのに連絡がありませんでした", **given):
    values = {"kind": "nps", "value": 2, "source": "survey", "source_ref": "r1", "occurred_at": now}
    score = record_score(customer=customer, now=now, **{**values, **given})
    if words:
        record_comment(
            text=words, occurred_at=now, source="survey", source_ref=score.source_ref,
            customer=customer, score=score, now=now,
        )  # fmt: skip
    return score


def test_a_low_score_opens_one_ticket_with_the_words_quoted(inbox, now, run_jobs):
    contact = factories.ContactPointFactory()
    score = low_score(now, contact.customer)

    run_jobs("support.open_recovery")
    Job.objects.filter(kind="support.open_recovery").update(state="queued", attempt=0)
    run_jobs("support.open_recovery")

    ticket, case = Ticket.objects.get(), RecoveryCase.objects.get()
    note = Message.objects.get()
    assert ticket.subject == "低い評価へのご連絡（NPS 2）"
    assert ticket.inbox == inbox
    assert ticket.requester == contact.customer
    assert case.score == score
    assert case.ticket_number == ticket.number
    assert case.due_at == default_schedule().add(now, 8 * 3600)
    assert note.kind == "note"
    assert "「遅れたのに連絡がありませんでした」" in note.body


def test_a_high_score_opens_nothing(inbox, now, run_jobs):
    low_score(now, value=9)

    run_jobs("support.open_recovery")

    assert not Ticket.objects.exists()
    assert not RecoveryCase.objects.exists()


def test_without_an_inbox_for_it_the_case_stands_alone(db, now, run_jobs):
    low_score(now)

    run_jobs("support.open_recovery")

    assert RecoveryCase.objects.get().ticket_number is None
    assert Job.objects.get(kind="support.open_recovery").state == "done"


def test_a_score_without_customer_and_words_is_still_a_case(inbox, now, run_jobs):
    low_score(now, words="")

    run_jobs("support.open_recovery")

    assert Ticket.objects.get().requester is None
    assert "理由は書かれていません" in Message.objects.get().body


def test_old_scores_from_a_file_open_nothing(inbox, now, run_jobs):
    low_score(now, occurred_at=now - timedelta(days=200), source="import")

    run_jobs("support.open_recovery")

    assert not RecoveryCase.objects.exists()


def test_the_first_reply_contacts_and_solving_resolves_the_case(inbox, people, now):
    contact = factories.ContactPointFactory()
    open_recovery(score=low_score(now, contact.customer), now=now)
    ticket = Ticket.objects.get()

    reply(ticket=ticket, text="申し訳ありません", actor=people.agent, now=now + timedelta(hours=1))
    contacted = RecoveryCase.objects.get()
    reply(ticket=ticket, text="続きです", actor=people.agent, now=now + timedelta(hours=2))
    change_status(ticket=ticket, status="solved", actor=people.agent, now=now + timedelta(hours=3))

    case = RecoveryCase.objects.get()
    assert (contacted.state, contacted.contacted_at) == ("contacted", now + timedelta(hours=1))
    assert (case.state, case.contacted_at) == ("resolved", now + timedelta(hours=1))
    assert case.resolved_at == now + timedelta(hours=3)


def test_solving_an_ordinary_ticket_touches_no_case(inbox, ticket_of, people, now):
    open_recovery(score=low_score(now), now=now)

    change_status(ticket=ticket_of(inbox), status="solved", actor=people.agent, now=now)

    assert RecoveryCase.objects.get().state == "open"


def test_the_ticket_of_somebody_without_an_address_offers_a_note_and_no_reply(
    inbox, now, run_jobs, people, client_for
):
    low_score(now)
    run_jobs("support.open_recovery")
    ticket = Ticket.objects.get()

    page = client_for(people.owner).get(f"/tickets/{ticket.number}/?write=reply").content.decode()

    assert "返信はできません" in page
    assert 'name="write" value="note"' in page
    assert "送信して解決" not in page


def test_somebody_without_a_name_is_addressed_once(inbox, now, run_jobs, people):
    low_score(now)
    run_jobs("support.open_recovery")

    (item,) = figures.due_items(people.owner, now, 5)

    assert str(item.kind) == "お名前のないお客様"
