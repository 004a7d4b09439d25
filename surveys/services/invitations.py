"""Personal links: made in bulk, mailed by a job, answered once, refused for good when asked."""

import base64
import hashlib
import secrets
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.message import forbid_multi_line_headers
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from feedback.models import Consent, ContactPoint, Customer
from feedback.services.people import contact_key
from surveys.models import CampaignMember, Invitation, Survey
from surveys.queries import definitions
from surveys.services import asking, bounces
from surveys.services.mail_parts import html_part
from voc import audit, jobs
from voc.clock import local_day
from voc.errors import DeliveryError, Refused
from voc.models import User
from voc.registry import registry
from voc.templatetags.written import jday

SEND = "surveys.send_invitation"
INVITE_AFTER_TICKET = "surveys.invite_after_ticket"
VALID_DAYS = 30
MOST_DAYS = 365
MOST_AT_ONCE = 1_000
SUPPORT_TOUCHPOINT = "support"


@dataclass(frozen=True, slots=True)
class Link:
    """An invitation with its address, which is shown to whoever made it and stored nowhere."""

    invitation: Invitation
    url: str


def digest(token: str) -> str:
    """What is stored of a token: 256 bits that nobody can guess need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _token(invitation: Invitation, secret: str) -> str:
    # Derived, not drawn: the job that mails the link can make it again, so that the token
    # itself stands in no table, and a mail sent twice carries the same link.
    about = f"{invitation.pk}/{invitation.survey_id}/{invitation.created_at.astimezone(UTC).isoformat()}"
    raw = salted_hmac("surveys.invitation", about, secret=secret, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def token_of(invitation: Invitation) -> str:
    """The token of the link; LookupError when the secret it was made with has been retired."""
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        token = _token(invitation, secret)
        if secrets.compare_digest(digest(token), invitation.digest):
            return token
    raise LookupError(f"invitation {invitation.pk} was made with a retired secret")


def link_of(invitation: Invitation) -> str:
    return settings.BASE_URL + reverse("invitation", args=[token_of(invitation)])


def stop_link_of(invitation: Invitation) -> str:
    return settings.BASE_URL + reverse("invitation-stop", args=[token_of(invitation)])


@transaction.atomic
def invite(
    *,
    survey: Survey,
    customers: Sequence[Customer | None],
    now: datetime,
    actor: User | None,
    days: int = VALID_DAYS,
    send: bool = False,
    batch: str = "",
) -> list[Link]:
    """One personal link for each; None is a link for nobody in particular.

    The same `batch` again gives the same links. With `send`, a job mails each of them.
    """
    if survey.state != Survey.State.PUBLISHED:
        raise Refused(_("公開中のアンケートだけ、招待を作れます。"), "survey_not_open")
    if not 1 <= len(customers) <= MOST_AT_ONCE:
        raise Refused(_("一度に作れる招待は、1件から1,000件までです。"), "bad_number")
    if not 1 <= days <= MOST_DAYS:
        raise Refused(_("有効な日数は、1日から365日までです。"), "bad_expiry")
    refs = [f"batch:{batch}:{index}" if batch else None for index in range(len(customers))]
    if batch:
        # Whoever sends the same form at the same moment waits here and then finds our links.
        Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
        made = list(
            Invitation.objects.filter(
                survey=survey, reason_ref__in=refs
            ).select_related("customer").order_by("pk")
        )
        if made:
            if [row.customer_id for row in made] != [c and c.pk for c in customers]:
                raise Refused(_("同じ控えの番号で、別の宛先が送られました。"), "key_reused")
            return [Link(row, link_of(row)) for row in made]
    rows = create(survey, list(zip(customers, refs, strict=True)), now=now, days=days)
    if send:
        for row in rows:
            if row.customer_id:
                jobs.enqueue(SEND, {"invitation_id": row.pk}, now=now)
    audit.record(
        "survey.invite", survey, actor=actor, now=now, detail={"count": len(rows), "send": send}
    )
    return [Link(row, link_of(row)) for row in rows]


def create(
    survey: Survey, wanted: list[tuple[Customer | None, str | None]], *, now: datetime, days: int
) -> list[Invitation]:
    rows = Invitation.objects.bulk_create(
        Invitation(
            survey=survey,
            customer=customer,
            # Replaced below: the token is made from the id.
            digest=secrets.token_hex(32),
            reason_ref=reason_ref,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        for customer, reason_ref in wanted
    )
    for row in rows:
        row.digest = digest(_token(row, settings.SECRET_KEY))
    Invitation.objects.bulk_update(rows, ["digest"], batch_size=200)
    return rows


def refused_surveys(customer_id: int) -> bool:
    """Whether this customer has asked for no more surveys; the newest word counts."""
    granted = (
        Consent.objects.filter(customer=customer_id, purpose=Consent.Purpose.SURVEY)
        .order_by("-at", "-pk")
        .values_list("granted", flat=True)
        .first()
    )
    return granted is False


@transaction.atomic
def stop_surveys(*, invitation: Invitation, now: datetime) -> None:
    """The customer of this invitation is asked no more; saying so twice is saying it once."""
    if invitation.customer_id is None:
        raise Refused(_("この招待には、宛先の登録がありません。"), "no_customer")
    if not refused_surveys(invitation.customer_id):
        Consent.objects.create(
            customer_id=invitation.customer_id,
            purpose=Consent.Purpose.SURVEY,
            granted=False,
            at=now,
            source=f"invitation:{invitation.pk}",
            text=_("アンケートのお願いを、今後受け取りません。"),
        )
    CampaignMember.objects.filter(
        customer=invitation.customer_id, next_at__isnull=False
    ).update(
        state=CampaignMember.State.OPTED_OUT, reason=Invitation.Skip.REFUSED, next_at=None
    )


@transaction.atomic
def invite_after_ticket(*, ticket_id: int, now: datetime) -> Invitation | None:
    """One CSAT invitation for the requester of a resolved ticket, if a survey for that is open."""
    surveys = Survey.objects.filter(
        kind=Survey.Kind.CSAT, touchpoint__key=SUPPORT_TOUCHPOINT
    ).exclude(state=Survey.State.DRAFT)
    survey = surveys.filter(state=Survey.State.PUBLISHED).order_by("-published_at", "-pk").first()
    contact = registry.ticket_contact(ticket_id) if registry.ticket_contact else None
    if survey is None or contact is None or contact.customer_id is None:
        return None
    reason = f"ticket:{ticket_id}"
    # A ticket that is solved, opened and solved again is asked about once, also when another
    # survey has taken over meanwhile. The lock makes two runs take turns.
    Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    if Invitation.objects.filter(survey__in=surveys, reason_ref=reason).exists():
        return None
    if not contact.email or refused_surveys(contact.customer_id):
        return None
    customer = Customer.objects.filter(pk=contact.customer_id).first()
    if customer is None:
        return None
    (row,) = create(survey, [(customer, reason)], now=now, days=VALID_DAYS)
    jobs.enqueue(SEND, {"invitation_id": row.pk}, now=now)
    return row


def send_invitation(*, invitation_id: int, now: datetime) -> bool:
    """Mails the link; False when there is nothing to send any more, or nobody to send it to.

    Why nothing was sent stands in `skipped`. Somebody who was asked lately by another way is
    tried again when the rest is over, if the link still holds then. After a ticket nobody is:
    a question about last month's talk would measure memory.
    """
    invitation = (
        Invitation.objects.select_related("survey", "customer").filter(pk=invitation_id).first()
    )
    if (
        invitation is None
        or invitation.customer_id is None
        or invitation.sent_at
        or invitation.used_at
        or invitation.expires_at <= now
        or invitation.survey.state != Survey.State.PUBLISHED
    ):
        return False
    letter = letter_for(invitation)
    if isinstance(letter, Invitation.Skip):
        return _skip(invitation, letter)
    free = asking.take(invitation=invitation, now=now)
    if free is not None:
        with transaction.atomic():
            _skip(invitation, Invitation.Skip.RESTED)
            if free < invitation.expires_at and not _after_ticket(invitation):
                jobs.enqueue(SEND, {"invitation_id": invitation.pk}, now=now, due_at=free)
        return False
    try:
        letter.message.send()
    except smtplib.SMTPRecipientsRefused as error:
        if not refused_for_good(error):
            raise DeliveryError("recipient refused") from error
        mark_sent(invitation, letter, now=now)
        bounces.record_bounce(
            message_id=message_id(invitation), address=letter.address, permanent=True, now=now
        )
        raise DeliveryError("recipient refused", permanent=True) from error
    except (smtplib.SMTPException, OSError) as error:
        raise DeliveryError(f"mail server: {type(error).__name__}") from error
    mark_sent(invitation, letter, now=now)
    return True


def refused_for_good(error: smtplib.SMTPRecipientsRefused) -> bool:
    """Whether the server has said that this mailbox does not exist, rather than "later"."""
    return min((code for code, _text in error.recipients.values()), default=0) >= 500


def mark_sent(invitation: Invitation, letter: "Letter", *, now: datetime) -> None:
    """The mail is with the mail server. A second time, as after a reminder, the first one stays."""
    Invitation.objects.filter(pk=invitation.pk, sent_at=None).update(
        sent_at=now, contact=letter.contact, skipped=""
    )


def _skip(invitation: Invitation, why: Invitation.Skip) -> bool:
    Invitation.objects.filter(pk=invitation.pk, sent_at=None).update(skipped=why)
    return False


def _after_ticket(invitation: Invitation) -> bool:
    return (invitation.reason_ref or "").startswith("ticket:")


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready to be handed over, and whose address it goes to."""

    message: EmailMessage
    address: str
    contact: ContactPoint | None


@dataclass(frozen=True, slots=True)
class Wording:
    """What the mails of one survey have in common."""

    title: str
    purpose: str
    operator: str
    contact: str
    retention_months: int
    # At the foot of the mail; empty while the house has not said it.
    postal: str
    # What was published, for the part of the mail in which the first question stands.
    definition: definitions.Definition | None


def wording_of(survey: Survey) -> Wording:
    """The words of the publication, and the sender's address."""
    definition = definitions.of_version(survey, survey.version)
    words = definition or survey
    return Wording(
        title=words.title,
        purpose=words.purpose,
        operator=" ".join(words.operator.split()),
        contact=words.contact,
        retention_months=words.retention_months,
        postal=asking.rules().sender_address,
        definition=definition,
    )


def letter_for(
    invitation: Invitation, *, reminder: int = 0, wording: Wording | None = None
) -> Letter | Invitation.Skip:
    """The mail of an invitation, or why its customer may not or cannot be written to.

    The reminder with this number, from 1, has a Message-ID of its own.
    """
    assert invitation.customer_id is not None
    if refused_surveys(invitation.customer_id):
        return Invitation.Skip.REFUSED
    found = _address(invitation)
    if isinstance(found, Invitation.Skip):
        return found
    address, contact, about = found
    try:
        # An address that no header can carry must be known before the wire.
        forbid_multi_line_headers("To", address, "utf-8")
        words = wording or wording_of(invitation.survey)
        message = _message(invitation, words, address, about, reminder)
    except (ValueError, UnicodeError):
        return Invitation.Skip.BAD_ADDRESS
    return Letter(message, address, contact)


def _address(
    invitation: Invitation,
) -> tuple[str, ContactPoint | None, str] | Invitation.Skip:
    """Where to send, and what the mail is about: the ticket's own address before all others."""
    points = ContactPoint.objects.filter(kind=ContactPoint.Kind.EMAIL)
    if _after_ticket(invitation) and registry.ticket_contact:
        about = registry.ticket_contact(int((invitation.reason_ref or "").partition(":")[2]))
        if about is not None and about.email:
            point = points.filter(key=contact_key("email", about.email)).first()
            if point is not None and point.bounced_at:
                return Invitation.Skip.BOUNCED
            words = " ".join(about.subject.split())[:80]
            return about.email, point, _("お問い合わせ（%(number)s）「%(subject)s」の件です。") % {
                "number": about.number,
                "subject": words,
            }
    mine = list(points.filter(customer=invitation.customer_id).order_by("pk"))
    for point in mine:
        if point.bounced_at is None:
            return point.value, point, ""
    return Invitation.Skip.BOUNCED if mine else Invitation.Skip.NO_ADDRESS


def message_id(invitation: Invitation, reminder: int = 0) -> str:
    """The same on every try, so that a mail that was sent twice is seen as one."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    number = f"-r{reminder}" if reminder else ""
    return f"<survey-invitation-{invitation.pk}-{invitation.digest[:12]}{number}@{host}>"


def _message(
    invitation: Invitation, words: Wording, address: str, about: str, reminder: int
) -> EmailMessage:
    operator, stop = words.operator, stop_link_of(invitation)
    last = local_day(invitation.expires_at)
    sender = _("差出人・お問い合わせ先\n%(operator)s　%(contact)s") % {
        "operator": operator,
        "contact": words.contact,
    }
    parts = [
        _("%(operator)sです。いつもご利用いただき、ありがとうございます。") % {"operator": operator},
        about,
        _("先日お願いしたアンケートの、再度のご案内です。すでにお答えいただいた場合は、ご容赦ください。")
        if reminder else "",
        _("1分ほどのアンケートにお答えいただけますと幸いです。\n\n%(title)s\n%(link)s\n（%(until)sまで・お一人1回）")
        % {
            "title": words.title,
            "link": link_of(invitation),
            "until": jday(last),
        },
        _("ご回答の使いみち\n%(purpose)s\n回答は%(months)sか月保管します。")
        % {"purpose": words.purpose, "months": words.retention_months},
        f"{sender}\n{words.postal}" if words.postal else sender,
        _("アンケートのお願いを今後受け取らないときは、次のページでお知らせください。\n%(link)s")
        % {"link": stop},
    ]
    subject = _("【再】アンケートのお願い（%(operator)s）") if reminder else _(
        "アンケートのお願い（%(operator)s）"
    )
    message = EmailMultiAlternatives(
        subject % {"operator": operator},
        "\n\n".join(part for part in parts if part) + "\n",
        to=[address],
        headers={
            "Auto-Submitted": "auto-generated",
            "Message-ID": message_id(invitation, reminder),
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    if words.definition is not None:
        until = _("%(until)sまで・お一人1回") % {"until": jday(last)}
        html = html_part(
            words.definition,
            link_of(invitation),
            words.definition.languages[0],
            before=[part for part in parts[1:3] if part],
            after=[until, *([words.postal] if words.postal else [])],
        )
        message.attach_alternative(html, "text/html")
    return message
