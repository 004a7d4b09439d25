"""People and keys: signing in, resetting a password, making and revoking API keys."""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from voc import audit, jobs, throttle
from voc.api.auth import PREFIX, digest
from voc.errors import Refused
from voc.jobs import Run
from voc.models import ApiKey, Role, User, Workspace

MAX_KEY_DAYS = 366
RESOURCES = (
    "customers",
    "comments",
    "topics",
    "insights",
    "improvements",
    "releases",
    "surveys",
    "responses",
    "invitations",
    "exports",
    "tickets",
    "kpis",
)


def sign_in(request: HttpRequest, *, email: str, password: str, now: datetime) -> User:
    """The person, when the password is right; throttled before the password is hashed.

    Two buckets: one for the account seen from this address, so that an attacker elsewhere
    cannot lock the owner out, and one for the address over all accounts.
    """
    email = email.strip().lower()[:254]
    address = throttle.client_address(request)
    account_key = f"login:{digest(email)[:24]}:{address}"
    allowed = throttle.take(account_key, now=now, capacity=8, per_second=1 / 60)
    allowed &= throttle.take(f"login:{address}", now=now, capacity=60, per_second=1 / 5)
    if not allowed:
        raise Refused(
            _("ログインの試みが続いたため、しばらく受け付けません。1分ほど待ってからもう一度お試しください。"),
            "throttled",
        )
    # Longer than any password we store: spare the hash.
    user = (
        authenticate(request, username=email, password=password) if len(password) <= 512 else None
    )
    if user is None:
        raise Refused(_("メールアドレスかパスワードが違います。"), "wrong_credentials")
    return user


@transaction.atomic
def ask_password_reset(*, email: str, now: datetime) -> None:
    """Promises a mail when the address is known. Same work and same answer when it is not."""
    jobs.enqueue("voc.send_password_reset", {"email": email.strip().lower()[:254]}, now=now)


@jobs.handler("voc.send_password_reset", outside=True)
def send_password_reset(run: Run, email: str) -> None:
    """Mails the link; its host comes from the settings, never from a request."""
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None:
        return
    link = settings.BASE_URL + reverse(
        "password-reset-confirm",
        kwargs={
            "uidb64": urlsafe_base64_encode(force_bytes(user.pk)),
            "token": default_token_generator.make_token(user),
        },
    )
    with translation.override(user.language):
        subject = _("パスワードの再設定")
        body = _(
            "パスワードを決め直すには、1時間以内に次のページを開いてください。\n\n%(link)s\n\n"
            "お心当たりがなければ、このメールは捨ててください。パスワードは変わりません。"
        ) % {"link": link}
    EmailMessage(subject, body, to=[user.email], headers={"Auto-Submitted": "auto-generated"}).send()


@transaction.atomic
def create_api_key(
    *, name: str, scopes: list[str], days: int, owner: User, actor: User, now: datetime
) -> tuple[ApiKey, str]:
    """The stored key and its token, which is shown this once."""
    known = {f"{resource}:{verb}" for resource in RESOURCES for verb in ("read", "write")}
    unknown = sorted(set(scopes) - known)
    if unknown or not scopes:
        raise Refused(_("使える範囲を選んでください。"), "unknown_scope")
    if not 1 <= days <= MAX_KEY_DAYS:
        raise Refused(_("有効期間は1日から1年までです。"), "bad_expiry")
    token = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        name=name.strip()[:80],
        prefix=token[:10],
        digest=digest(token),
        scopes=sorted(set(scopes)),
        owner=owner,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    audit.record("api_key.create", key, actor=actor, now=now, detail={"scopes": key.scopes})
    return key, token


@transaction.atomic
def revoke_api_key(*, key: ApiKey, actor: User, now: datetime) -> None:
    """The key is refused from the next request on."""
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
        audit.record("api_key.revoke", key, actor=actor, now=now)


@transaction.atomic
def create_user(
    *, email: str, name: str, role: str, password: str, actor: User | None, now: datetime
) -> User:
    """A new person; an address can be used once, in any capitals."""
    if actor and actor.role != Role.OWNER and role == Role.OWNER:
        raise Refused(_("オーナーを変えられるのは、オーナーだけです。"), "owner_only")
    if User.objects.filter(email=email.strip().lower()).exists():
        raise Refused(_("このメールアドレスは、すでに使われています。"), "email_taken")
    user = User.objects.create_user(email, password, name=name.strip(), role=role)
    audit.record("user.create", user, actor=actor, now=now, detail={"role": role})
    return user


@transaction.atomic
def change_user(*, user: User, role: str, is_active: bool, actor: User, now: datetime) -> None:
    """A new role, or the end of access; the last owner stays one."""
    if actor.role != Role.OWNER and Role.OWNER in (user.role, role):
        raise Refused(_("オーナーを変えられるのは、オーナーだけです。"), "owner_only")
    owners = User.objects.select_for_update().filter(role=Role.OWNER, is_active=True)
    others = [owner for owner in owners if owner.pk != user.pk]
    if user.role == Role.OWNER and not others and (role != Role.OWNER or not is_active):
        raise Refused(_("オーナーが一人もいなくなります。"), "last_owner")
    before = {"role": user.role, "is_active": user.is_active}
    user.role, user.is_active = role, is_active
    user.save(update_fields=["role", "is_active"])
    audit.record(
        "user.change",
        user,
        actor=actor,
        now=now,
        detail={"before": before, "after": {"role": role, "is_active": is_active}},
    )


@transaction.atomic
def save_workspace(
    *, name: str, operator: str, contact: str, actor: User, now: datetime
) -> Workspace:
    """The one workspace with this name; whether it is a demo never changes."""
    space, _made = Workspace.objects.update_or_create(
        pk=1,
        defaults={"name": name.strip(), "operator": operator.strip(), "contact": contact.strip()},
        create_defaults={
            "name": name.strip(),
            "operator": operator.strip(),
            "contact": contact.strip(),
            "created_at": now,
        },
    )
    audit.record("workspace.change", space, actor=actor, now=now, detail={"name": space.name})
    return space
