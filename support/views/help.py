"""The public help form and its thanks."""

from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from support.forms import HelpForm, new_key
from support.models import Inbox, Ticket
from support.services import open_ticket
from voc import customer_style, throttle
from voc.access import public
from voc.errors import Refused

_SALT = "support.help.thanks"
# An office behind one address may write many; a flood may not.
BURST, PER_SECOND = 30, 1 / 20


@public(methods=("GET", "POST"))
def help_page(request: HttpRequest, key: str) -> HttpResponse:
    inbox = _inbox(key)
    if request.method != "POST":
        return _form_page(request, inbox, HelpForm(), key=new_key())
    form = HelpForm(request.POST)
    now = timezone.now()
    address = throttle.client_address(request)
    if not throttle.take(f"help:{address}", now=now, capacity=BURST, per_second=PER_SECOND):
        sentence = _("短いあいだに多くのお問い合わせをいただいています。入力した内容はそのままにして、1分ほど待ってからもう一度送信してください。")
        return _form_page(request, inbox, form, status=429, problem=sentence)
    if not form.is_valid():
        return _form_page(request, inbox, form, status=422)
    data = form.cleaned_data
    try:
        ticket = open_ticket(
            inbox=inbox,
            subject=data["subject"],
            text=data["text"],
            email=data["email"],
            name=data["name"],
            origin=Ticket.Origin.FORM,
            origin_ref=form.origin_ref(),
            may_tell=data["consent"],
            consent_text=_consent_text(),
            now=now,
        )
    except Refused as refused:
        return _form_page(request, inbox, form, status=422, problem=refused.message)
    return redirect("help-thanks", key=inbox.key, token=signing.dumps(ticket.number, salt=_SALT))


@public()
def help_thanks(request: HttpRequest, key: str, token: str) -> HttpResponse:
    """The number and the promise. The token is ours, so that numbers cannot be tried out."""
    inbox = _inbox(key)
    try:
        number = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        raise Http404 from None
    ticket = get_object_or_404(Ticket, number=number, inbox=inbox)
    return _customer_page(
        request, "support/help_thanks.html", {"inbox": inbox, "number": ticket.number}
    )


def _inbox(key: str) -> Inbox:
    return get_object_or_404(Inbox, key=key, is_public=True)


def _consent_text() -> str:
    return _("改善したことのお知らせを受け取る")


def _form_page(
    request: HttpRequest,
    inbox: Inbox,
    form: HelpForm,
    *,
    status: int = 200,
    key: str = "",
    problem: str = "",
) -> HttpResponse:
    errors = {name: " ".join(map(str, found)) for name, found in form.errors.items()}
    hidden = [errors.pop(name) for name in ("key", "website") if name in errors]
    values = {name: form[name].value() or "" for name in form.fields}
    # A key that was refused is replaced, so that the next try goes through.
    kept = "" if form.is_bound and "key" in form.errors else values["key"]
    context = {
        "inbox": inbox,
        "values": values,
        "errors": errors,
        "problems": [*filter(None, [problem]), *hidden],
        "key": key or kept or new_key(),
        "consent_text": _consent_text(),
    }
    return _customer_page(request, "support/help.html", context, status=status)


def _customer_page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    response = render(request, template, context, status=status)
    response.csp = {"style-src": ["'self'", customer_style.source()]}  # type: ignore[attr-defined]
    return response
