"""Who is told of a release, who is not and why, and that nobody is told twice."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from feedback.models import Consent, ContactPoint, Notice
from feedback.services import insights, notices
from tests import factories
from voc import jobs
from voc.errors import DeliveryError, Refused
from voc.jobs import Run
from voc.models import Job


def consent(world, customer, granted, *, purpose="told_back", hours=0):
    return Consent.objects.create(
        customer=customer, purpose=purpose, granted=granted, source="test",
        at=world.now + timedelta(hours=hours),
    )  # fmt: skip


def released(world, *clauses):
    """A release of an item that these clauses carry; its notices are not yet made."""
    return world.release(world.working(world.insight(*clauses), waived=True))


def run_for(release, attempt=1, now=None):
    return Run(job_id=1, attempt=attempt, now=now or release.released_at)


def refuse_mail(monkeypatch, error):
    def send(self, messages):
        raise error

    monkeypatch.setattr(EmailBackend, "send_messages", send)


def test_the_letter_opens_with_their_words_and_date(world, run_jobs, mailoutbox):
    customer = world.customer(name="高橋")
    release = released(world, world.clause(customer=customer, days_ago=130))

    run_jobs()

    [letter] = mailoutbox
    first_lines = letter.body.split("\n\n")
    assert first_lines[0] == "高橋 様"
    assert first_lines[1].startswith("7月13日に「送料が最後の画面まで分からない」とお寄せいただいた件です。")
    assert letter.body.index("お寄せ") < letter.body.index(release.notes)
    assert letter.body.index(release.notes) < letter.body.index("ありがとうございました")
    assert letter.to == [customer.contacts.get().value]
    headers = letter.extra_headers
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["List-Unsubscribe"] == f"<{notices.stop_url(customer.pk)}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    notice = Notice.objects.get()
    assert (notice.state, notice.message_id, notice.body) == (
        "sent", headers["Message-ID"], letter.body,
    )  # fmt: skip


def test_personal_data_in_their_words_is_masked_in_the_letter(world, run_jobs, mailoutbox):
    clause = world.clause("090-1234-5678に電話してください", before="", customer=world.customer())
    comment = world.comment_of(clause)
    comment.mask_spans = [[0, 13, "【電話番号】"]]
    comment.save()
    released(world, clause)

    run_jobs()

    assert "「【電話番号】に電話してください」" in mailoutbox[0].body
    assert "090" not in mailoutbox[0].body


def test_html_in_a_voice_stays_text(world, run_jobs, mailoutbox):
    released(world, world.clause("<b>送料</b> & 手数料", customer=world.customer()))

    run_jobs()

    assert "「<b>送料</b> & 手数料」" in mailoutbox[0].body


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"may_tell": False}, "no_purpose"),
        ({"purpose": ""}, "no_purpose"),
        ({"refused": True}, "opted_out"),
        ({"email": False}, "no_address"),
        ({"bounced": True}, "bounced"),
    ],
)
def test_a_notice_is_held_back_for_a_reason(world, run_jobs, mailoutbox, change, reason):
    customer = world.customer(email=change.get("email", True))
    if change.get("refused"):
        consent(world, customer, True, hours=-2)
        consent(world, customer, False, hours=-1)
    if change.get("bounced"):
        customer.contacts.update(bounced_at=world.now)
    words = {key: change[key] for key in ("may_tell", "purpose") if key in change}
    release = released(world, world.clause(customer=customer, **words))

    run_jobs()

    notice = Notice.objects.get(release=release)
    assert (notice.state, notice.reason) == ("suppressed", reason)
    assert mailoutbox == []


def test_the_newest_consent_counts(world, run_jobs, mailoutbox):
    customer = world.customer()
    consent(world, customer, False, hours=-2)
    consent(world, customer, True, hours=-1)
    released(world, world.clause(customer=customer))

    run_jobs()

    assert len(mailoutbox) == 1


def test_one_voice_with_a_purpose_is_enough(world, run_jobs, mailoutbox):
    customer = world.customer()
    telling = world.clause("送料が高い", customer=customer, days_ago=90)
    silent = world.clause("送料が分からない", customer=customer, days_ago=10, may_tell=False)
    released(world, telling, silent)

    run_jobs()

    assert "「送料が高い」" in mailoutbox[0].body


def test_a_customer_with_many_voices_is_told_once(world, run_jobs, mailoutbox):
    customer = world.customer()
    one = world.insight(*(world.clause(customer=customer, days_ago=n) for n in (90, 80)))
    two = world.insight(world.clause(customer=customer, days_ago=70))
    world.release(world.working(one, two, waived=True))

    run_jobs()

    assert len(mailoutbox) == 1
    assert Notice.objects.count() == 1


def test_voices_without_a_customer_make_no_notice(world, run_jobs):
    released(world, world.clause(customer=None))

    run_jobs()

    assert not Notice.objects.exists()


def test_running_everything_twice_sends_nothing_twice(world, run_jobs, mailoutbox):
    clauses = [world.clause(customer=world.customer()) for _ in range(3)]
    release = released(world, *clauses)
    run_jobs()

    notices.make(run_for(release), release.pk)
    notices.send(run_for(release, attempt=2), [n.pk for n in Notice.objects.all()])
    run_jobs()

    assert len(mailoutbox) == 3
    assert Notice.objects.filter(state="sent").count() == 3


def test_a_worker_killed_between_sending_and_sent_tries_again_as_the_same_mail(
    world, run_jobs, mailoutbox, monkeypatch
):
    release = released(world, world.clause(customer=world.customer()))
    notices.make(run_for(release), release.pk)
    notice = Notice.objects.get()

    class Killed(BaseException):
        pass

    def die(self, messages):
        mail.outbox += messages
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", die)
        with pytest.raises(Killed):
            notices.send(run_for(release, attempt=1), [notice.pk])
    notice.refresh_from_db()
    assert notice.state == "sending"
    fixed = notice.message_id

    # Another job must keep off what may be on its way right now.
    notices.send(run_for(release, attempt=1), [notice.pk])
    assert len(mailoutbox) == 1
    notices.send(run_for(release, attempt=2), [notice.pk])

    notice.refresh_from_db()
    assert notice.state == "sent"
    assert {letter.extra_headers["Message-ID"] for letter in mailoutbox} == {fixed}
    assert len({letter.body for letter in mailoutbox}) == 1


def test_consent_withdrawn_after_the_preview_stops_the_mail(world, run_jobs, mailoutbox):
    customer = world.customer()
    release = released(world, world.clause(customer=customer))
    run_jobs(notices.MAKE)
    assert "送料" in notices.letter(Notice.objects.get()).body

    consent(world, customer, False, hours=1)
    run_jobs()

    assert mailoutbox == []
    notice = Notice.objects.get(release=release)
    assert (notice.state, notice.reason) == ("suppressed", "opted_out")


def test_a_refused_address_is_remembered_and_final(world, run_jobs, monkeypatch):
    customer = world.customer()
    release = released(world, world.clause(customer=customer))
    refuse_mail(monkeypatch, smtplib.SMTPRecipientsRefused({"x": (550, b"unknown user")}))

    run_jobs()

    notice = Notice.objects.get()
    assert (notice.state, notice.reason) == ("failed", "bounced")
    assert ContactPoint.objects.get(customer=customer).bounced_at is not None
    with pytest.raises(Refused):
        notices.send_again(release=release, actor=world.people.owner, now=world.now)


def test_a_wire_that_fails_is_tried_again_with_the_same_message_id(
    world, run_jobs, mailoutbox, monkeypatch
):
    release = released(world, world.clause(customer=world.customer()))
    run_jobs(notices.MAKE)
    job = Job.objects.get(kind=notices.SEND)
    with monkeypatch.context() as broken:
        refuse_mail(broken, ConnectionRefusedError())
        jobs.run(job.pk)
    notice = Notice.objects.get()
    fixed = notice.message_id
    job.refresh_from_db()
    assert (notice.state, notice.reason, job.state) == ("failed", "", "queued")

    notices.send(run_for(release, attempt=2), job.payload["notice_ids"])

    assert [letter.extra_headers["Message-ID"] for letter in mailoutbox] == [fixed]
    notice.refresh_from_db()
    assert notice.state == "sent"


def test_a_wire_failure_does_not_count_as_told(world, run_jobs, monkeypatch):
    item = world.working(waived=True)
    release = world.release(item)
    notices.make(run_for(release), release.pk)
    refuse_mail(monkeypatch, smtplib.SMTPServerDisconnected())
    with pytest.raises(DeliveryError):
        notices.send(run_for(release), [Notice.objects.get().pk])

    with pytest.raises(Refused, match="1人"):
        world.move(item, "told")


def test_a_person_may_send_what_a_dead_job_left_behind(world, run_jobs, mailoutbox):
    release = released(world, world.clause(customer=world.customer()))
    run_jobs(notices.MAKE)
    Notice.objects.update(state="sending", message_id="<fixed@voc.example>")
    with pytest.raises(Refused):
        notices.send_again(release=release, actor=world.people.owner, now=world.now)
    Job.objects.filter(kind=notices.SEND).update(state="dead")

    sent = notices.send_again(release=release, actor=world.people.owner, now=world.now)
    run_jobs()

    assert sent == 1
    assert mailoutbox[0].extra_headers["Message-ID"] == "<fixed@voc.example>"


def test_nothing_is_sent_before_the_release(world, mailoutbox):
    release = released(world, world.clause(customer=world.customer()))
    notices.make(run_for(release), release.pk)

    notices.send(run_for(release, now=release.released_at - timedelta(minutes=1)),
                 [Notice.objects.get().pk])

    assert mailoutbox == []
    assert Notice.objects.get().state == "pending"


def test_evidence_that_joins_after_the_release_is_told_too(world, run_jobs, mailoutbox):
    insight = world.insight()
    item = world.working(insight, waived=True)
    world.release(item)
    run_jobs()
    late = world.clause(customer=world.customer())

    insights.attach(
        insight=insight, clause_ids=[late.pk], actor=world.people.agent, now=world.now
    )
    run_jobs()

    assert len(mailoutbox) == 2
    world.move(item, "told")


def test_a_batch_that_takes_too_long_hands_the_rest_over(world, run_jobs, mailoutbox, monkeypatch):
    clauses = [world.clause(customer=world.customer()) for _ in range(3)]
    release = released(world, *clauses)
    notices.make(run_for(release), release.pk)
    Job.objects.all().delete()
    monkeypatch.setattr(notices, "BUDGET_SECONDS", -1.0)
    ids = list(Notice.objects.order_by("pk").values_list("pk", flat=True))

    notices.send(run_for(release), ids)

    assert mailoutbox == []
    assert Job.objects.get().payload == {"notice_ids": ids}


def test_an_address_no_mail_can_be_built_for_fails_for_good(world, run_jobs, mailoutbox):
    customer = world.customer(email=False)
    factories.ContactPointFactory(customer=customer, value="a@b.example\nBcc: x@y.example")
    other = world.customer()
    released(world, world.clause(customer=customer), world.clause(customer=other))

    run_jobs()

    assert Notice.objects.get(customer=customer).state == "failed"
    assert [letter.to for letter in mailoutbox] == [[other.contacts.get().value]]


def test_stopping_twice_records_one_refusal(world, client):
    customer = world.customer()
    url = notices.stop_url(customer.pk).replace("http://127.0.0.1:8000", "")

    page = client.get(url)
    assert page.status_code == 200
    assert not Consent.objects.exists()
    for _ in range(2):
        assert "止めました" in client.post(url).content.decode()

    assert Consent.objects.get().granted is False
    assert page.headers["Cache-Control"] == "no-store"


def test_mail_programs_may_stop_notices_without_a_cookie(world):
    from django.test import Client

    customer = world.customer()
    url = notices.stop_url(customer.pk).replace("http://127.0.0.1:8000", "")

    answer = Client(enforce_csrf_checks=True).post(url, {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert Consent.objects.get().customer == customer


@pytest.mark.parametrize("token", ["1", "1:forged", "%00", "１:x", "a" * 3000, "999999:"])
def test_a_forged_stop_address_is_not_found(db, client, token):
    assert client.get(f"/voice/stop/{token}/").status_code == 404
    assert client.post(f"/voice/stop/{token}/").status_code == 404
