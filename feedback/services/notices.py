"""Tells the people who asked what became of their words; or keeps why that was held back.

One notice per release and customer. Its mail carries a Message-ID that is committed, with
the state "sending", before anything leaves: a second try after a crash is the same mail.
"""

import hashlib
import smtplib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core import mail, signing
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from feedback.models import Consent, ContactPoint, Customer, Evidence, Insight, Notice, Release
from feedback.queries.comments import masked, snippet
from feedback.queries.insights import Carrier, carriers, quote_hash
from voc import audit, jobs
from voc.clock import local_day
from voc.errors import DeliveryError, Refused
from voc.jobs import Run
from voc.models import Job, User, Workspace

MAKE = "feedback.notices.make"
SEND = "feedback.notices.send"
BATCH = 20
# A batch hands the rest over well before its lease runs out.
BUDGET_SECONDS = 45.0
QUOTE_LENGTH = 120
_STOP = "voc.notice.stop"

State, Reason = Notice.State, Notice.Reason


# ---------------------------------------------------------------- who is to be told


def ask_for_notices(release_id: int, *, now: datetime) -> None:
    """Promises that everybody who asked gets a notice of this release."""
    jobs.enqueue(MAKE, {"release_id": release_id}, now=now, key=f"{MAKE}:{release_id}")


@jobs.handler(MAKE)
def make(run: Run, release_id: int) -> None:
    """One notice for each evidence customer who has none yet; mails are promised in batches."""
    # Locked, so that two runs do not promise the same mail twice.
    release = Release.objects.select_for_update().filter(pk=release_id).first()
    if release is None:
        return
    have = set(Notice.objects.filter(release=release).values_list("customer_id", flat=True))
    asked = {pk: piece for pk, piece in _askers(release).items() if pk not in have}
    reasons = hold_reasons({pk: piece.may_tell for pk, piece in asked.items()})
    Notice.objects.bulk_create(
        [
            Notice(
                release=release,
                customer_id=pk,
                comment_id=piece.comment_id,
                state=State.SUPPRESSED if reasons[pk] else State.PENDING,
                reason=reasons[pk],
                created_at=run.now,
            )
            for pk, piece in sorted(asked.items())
        ],
        ignore_conflicts=True,
        batch_size=500,
    )
    pending = list(
        Notice.objects.filter(release=release, customer__in=list(asked), state=State.PENDING)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    _promise(pending, now=run.now, due_at=max(run.now, release.released_at))


def _promise(ids: Sequence[int], *, now: datetime, due_at: datetime | None = None) -> None:
    for start in range(0, len(ids), BATCH):
        payload = {"notice_ids": list(ids[start : start + BATCH])}
        jobs.enqueue(SEND, payload, now=now, due_at=due_at)


def _evidence(release: Release) -> Iterable[int]:
    return (
        Insight.objects.filter(improvements__releases=release)
        .exclude(state=Insight.State.WITHDRAWN)
        .values_list("pk", flat=True)
    )


def _askers(release: Release) -> dict[int, Carrier]:
    """Each customer with the words to answer: the newest that may be answered, else the newest."""
    live, _mismatched = carriers(
        Evidence.objects.filter(insight__in=_evidence(release)).exclude(comment__customer=None)
    )
    best: dict[int, Carrier] = {}
    for piece in live:
        assert piece.customer_id is not None
        known = best.get(piece.customer_id)
        rank = (piece.may_tell, piece.occurred_at)
        if known is None or rank > (known.may_tell, known.occurred_at):
            best[piece.customer_id] = piece
    return best


def hold_reasons(may_tell: dict[int, bool]) -> dict[int, str]:
    """Why each customer must not be written to, "" for those who may; customer id → may_tell."""
    out: dict[int, str] = {}
    ids = list(may_tell)
    for start in range(0, len(ids), 500):
        out |= _hold_reasons({pk: may_tell[pk] for pk in ids[start : start + 500]})
    return out


def _hold_reasons(may_tell: dict[int, bool]) -> dict[int, str]:
    # Ascending, so that the newest decision is what stays.
    consents = dict(
        Consent.objects.filter(customer__in=may_tell, purpose=Consent.Purpose.TOLD_BACK)
        .order_by("at", "pk")
        .values_list("customer_id", "granted")
    )
    reachable: dict[int, bool] = {}
    for customer, bounced_at in ContactPoint.objects.filter(
        customer__in=may_tell, kind=ContactPoint.Kind.EMAIL
    ).values_list("customer_id", "bounced_at"):
        reachable[customer] = reachable.get(customer, False) or bounced_at is None
    return {
        pk: _reason(tellable, consents.get(pk, True), reachable.get(pk))
        for pk, tellable in may_tell.items()
    }


def _reason(tellable: bool, consents: bool, reachable: bool | None) -> str:
    if not tellable:
        return Reason.NO_PURPOSE
    if not consents:
        return Reason.OPTED_OUT
    if reachable is None:
        return Reason.NO_ADDRESS
    return Reason.NONE if reachable else Reason.BOUNCED


# ---------------------------------------------------------------- the letter


@dataclass(frozen=True, slots=True)
class Letter:
    """What the customer reads."""

    subject: str
    body: str


def letter(notice: Notice) -> Letter:
    """Their words and date first, then what changed, then thanks."""
    release, comment = notice.release, notice.comment
    said = local_day(comment.occurred_at) if comment else None
    released = local_day(release.released_at)
    with translation.override(settings.LANGUAGE_CODE):
        body = render_to_string(
            "feedback/notice_mail.txt",
            {
                "customer": notice.customer.name,
                "quote": words_of(notice),
                "said": said,
                "other_year": said is not None and said.year != released.year,
                "released": released,
                "notes": release.notes,
                "workspace": Workspace.objects.filter(pk=1).first(),
                "stop_url": stop_url(notice.customer_id),
                "voice_url": settings.BASE_URL + reverse("voice") if release.is_public else "",
            },
        )
        return Letter(_("「%(title)s」のお知らせ") % {"title": release.title}, body.strip() + "\n")


def words_of(notice: Notice) -> str:
    """The customer's own words, masked, at most a few lines."""
    comment = notice.comment
    if comment is None or not comment.text:
        return ""
    spans = Evidence.objects.filter(
        insight__in=_evidence(notice.release), comment=comment
    ).order_by("start", "pk")
    for row in spans:
        if quote_hash(comment.text[row.start : row.end]) == row.quote_hash:
            words = " ".join(masked(comment.text, comment.mask_spans, row.start, row.end).split())
            return words if len(words) <= QUOTE_LENGTH else words[: QUOTE_LENGTH - 1] + "…"
    return snippet(comment, QUOTE_LENGTH)


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def _message_id(notice: Notice) -> str:
    seed = f"{settings.BASE_URL} {notice.pk} {notice.created_at.isoformat()}"
    return f"<notice.{notice.pk}.{hashlib.sha256(seed.encode()).hexdigest()[:16]}@{_domain()}>"


# ---------------------------------------------------------------- sending


@dataclass(frozen=True, slots=True)
class _Outgoing:
    notice_id: int
    contact_id: int
    to: str
    message_id: str
    letter: Letter
    stop_url: str


@jobs.handler(SEND, outside=True)
def send(run: Run, notice_ids: list[int]) -> None:
    """Sends one batch. Whatever a person has decided meanwhile counts at the moment of sending."""
    started = time.monotonic()
    connection = mail.get_connection()
    try:
        for position, notice_id in enumerate(notice_ids):
            if time.monotonic() - started > BUDGET_SECONDS:
                _promise(notice_ids[position:], now=run.now)
                return
            outgoing = _claim(notice_id, run)
            if outgoing is not None:
                _deliver(outgoing, connection, run.now)
    finally:
        connection.close()


@transaction.atomic
def _claim(notice_id: int, run: Run) -> _Outgoing | None:
    """The mail to send, its state and Message-ID committed; None when there is nothing to send."""
    notice = (
        Notice.objects.select_for_update(of=("self",))
        .select_related("release", "customer", "comment")
        .filter(pk=notice_id)
        .first()
    )
    if notice is None or not _may_try(notice, run):
        return None
    comment = notice.comment
    may_tell = comment is not None and comment.may_tell and bool(comment.purpose)
    reason = hold_reasons({notice.customer_id: may_tell})[notice.customer_id]
    if reason:
        notice.state, notice.reason = State.SUPPRESSED, reason
        notice.save(update_fields=["state", "reason"])
        return None
    contact = (
        ContactPoint.objects.filter(
            customer=notice.customer_id, kind=ContactPoint.Kind.EMAIL, bounced_at=None
        )
        .order_by("pk")
        .first()
    )
    assert contact is not None
    written = letter(notice)
    notice.body = notice.body or written.body
    notice.message_id = notice.message_id or _message_id(notice)
    notice.state = State.SENDING
    notice.save(update_fields=["state", "body", "message_id"])
    return _Outgoing(
        notice.pk,
        contact.pk,
        contact.value,
        notice.message_id,
        Letter(written.subject, notice.body),
        stop_url(notice.customer_id),
    )


def _may_try(notice: Notice, run: Run) -> bool:
    if notice.release.released_at > run.now:
        return False
    if notice.state == State.SENDING:
        # Only a later run of the job that claimed it: another one may be sending it right now.
        return run.attempt > 1
    return notice.state == State.PENDING or (
        notice.state == State.FAILED and notice.reason == Reason.NONE
    )


def _deliver(outgoing: _Outgoing, connection: Any, now: datetime) -> None:
    message = mail.EmailMessage(
        subject=outgoing.letter.subject,
        body=outgoing.letter.body,
        to=[outgoing.to],
        connection=connection,
        headers={
            "Message-ID": outgoing.message_id,
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{outgoing.stop_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    mine = Notice.objects.filter(pk=outgoing.notice_id, state=State.SENDING)
    try:
        message.send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        if _is_permanent(error):
            if isinstance(error, smtplib.SMTPRecipientsRefused):
                ContactPoint.objects.filter(pk=outgoing.contact_id).update(bounced_at=now)
            mine.update(state=State.FAILED, reason=Reason.BOUNCED)
            return
        mine.update(state=State.FAILED)
        raise DeliveryError(f"mail not sent: {type(error).__name__}") from error
    mine.update(state=State.SENT, sent_at=now)


def _is_permanent(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    if isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPConnectError):
        return False
    if isinstance(error, smtplib.SMTPSenderRefused):
        # Our own sender address is at fault, not the customer's.
        return False
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= 500
    # An address that no mail can be built for.
    return isinstance(error, ValueError)


@transaction.atomic
def send_again(*, release: Release, actor: User, now: datetime) -> int:
    """Promises another try for mails that the wire refused or a dead job left; their number."""
    waiting = Job.objects.filter(kind=SEND, state__in=[Job.State.QUEUED, Job.State.RUNNING])
    in_hand = {pk for payload in waiting.values_list("payload", flat=True)
               for pk in payload["notice_ids"]}
    left = {
        pk: state
        for pk, state in Notice.objects.filter(
            Q(state__in=[State.PENDING, State.SENDING]) | Q(state=State.FAILED, reason=""),
            release=release,
        ).values_list("pk", "state")
        if pk not in in_hand
    }
    if not left:
        raise Refused(_("もう一度送るお知らせはありません。"), "nothing_to_send")
    # No job holds these any more, so nobody is in the middle of sending them.
    between = [pk for pk, state in left.items() if state == State.SENDING]
    Notice.objects.filter(pk__in=between).update(state=State.FAILED)
    _promise(sorted(left), now=now)
    audit.record("release.notices_again", release, actor=actor, now=now, detail={"n": len(left)})
    return len(left)


# ---------------------------------------------------------------- no more letters, please


def stop_url(customer_id: int) -> str:
    """The address at which this customer says that no more notices are wanted."""
    token = signing.Signer(salt=_STOP).sign(str(customer_id))
    return settings.BASE_URL + reverse("voice-stop", args=[token])


def customer_of(token: str) -> Customer | None:
    """The customer of a stop address; None when it was not made here."""
    try:
        pk = signing.Signer(salt=_STOP).unsign(token)
    except signing.BadSignature:
        return None
    return Customer.objects.filter(pk=int(pk)).first()


@transaction.atomic
def stop(*, customer: Customer, now: datetime) -> None:
    """No more notices to this customer. Saying it again changes nothing."""
    newest = (
        Consent.objects.filter(customer=customer, purpose=Consent.Purpose.TOLD_BACK)
        .order_by("-at", "-pk")
        .first()
    )
    if newest is not None and not newest.granted:
        return
    Consent.objects.create(
        customer=customer,
        purpose=Consent.Purpose.TOLD_BACK,
        granted=False,
        at=now,
        source="voice-stop",
    )
    audit.record("customer.notices_stopped", customer, actor=None, now=now)
