"""Who visits a form, by which way and where; and the pages that answer them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language

from surveys.forms import answer as forms
from surveys.models import Invitation
from surveys.queries.definitions import Definition
from surveys.services import receipts
from voc import customer_style

_POLICY = {"style-src": ["'self'", customer_style.source()], "script-src": ["'none'"]}
# The form has a script, and a frame or a shared screen another: ours, from our own host.
_SCRIPTED = {**_POLICY, "script-src": ["'self'"]}
PAGE, WIDGET, KIOSK = "page", "widget", "kiosk"
CHROME = frozenset({"ja", "en"})


def page(
    body: str | bytes, status: int = 200, place: str = PAGE, *, script: bool = False
) -> HttpResponse:
    response = HttpResponse(body, status=status)
    response.csp = _SCRIPTED if script or place != PAGE else _POLICY  # type: ignore[attr-defined]
    # A page from a cache would carry a key that has been used.
    response["Cache-Control"] = "no-store"
    return response


def render(template: str, status: int = 200, place: str = PAGE, **context: Any) -> HttpResponse:
    # Without the request: nothing of the visitor can get into these pages, nor be asked for.
    script = template == "form" and not context.get("preview")
    body = render_to_string(f"surveys/{template}.html", {**context, "place": place})
    return page(body, status, place, script=script)


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is here, by which way, and what their address already says."""

    definition: Definition
    # Of the questions, and of the interface around them.
    language: str
    chrome: str = "ja"
    channel: str = "link"
    device: str = ""
    invitation: Invitation | None = None
    # Carried along from page to page: language, channel, hidden fields.
    query: Mapping[str, str] = field(default_factory=dict)
    hidden: Mapping[str, Any] = field(default_factory=dict)
    # A page of its own, a frame in another site, or a screen that many people share.
    place: str = PAGE

    @property
    def home(self) -> str:
        """The first page, for somebody who begins anew: in the survey's own language."""
        name = "widget" if self.place == WIDGET else "survey-form"
        query = {key: value for key, value in self.query.items() if key != "lang"}
        start = reverse(name, args=[self.definition.slug])
        return f"{start}?{urlencode(query)}" if query and self.place != PAGE else start

    def done(self, response_id: int) -> str:
        """The page that thanks. A shared screen shows no code: the next person would see it."""
        name = "widget-thanks" if self.place == WIDGET else "survey-thanks"
        query = {"c": receipts.code(response_id)}
        query |= {"lang": self.query["lang"]} if "lang" in self.query else {}
        if self.place == KIOSK:
            query = dict(self.query)
        return reverse(name, args=[self.definition.slug]) + "?" + urlencode(query)

    def url(self, **more: Any) -> str:
        """The address of this form, at another page."""
        return "?" + urlencode({**self.query, **more})


def language_of(request: HttpRequest, definition: Definition) -> str:
    """The asked-for language where the survey speaks it, else the interface's, else its first."""
    asked = request.GET.get("lang", "")
    if asked in definition.languages:
        return asked
    own = get_language() or "ja"
    return own if own in definition.languages else definition.languages[0]


def visit_of(
    request: HttpRequest,
    definition: Definition,
    invitation: Invitation | None,
    place: str = PAGE,
) -> Visit:
    hidden = forms.read_hidden(definition.questions, request.GET)
    language = language_of(request, definition)
    channel = forms.read_channel(request.GET.get("k", ""))
    query = {name: request.GET[name] for name in ("lang", *hidden) if name in request.GET}
    query |= {"k": channel} if "k" in request.GET else {}
    if place == WIDGET:
        channel = WIDGET
    elif channel == KIOSK and invitation is None:
        place = KIOSK
    return Visit(
        definition=definition,
        language=language,
        chrome=chrome_of(request, language),
        channel="mail" if invitation else channel,
        device=forms.read_device(request.headers.get("User-Agent", "")),
        invitation=invitation,
        query=query,
        hidden=hidden,
        place=place,
    )


def chrome_of(request: HttpRequest, language: str) -> str:
    """The language around the questions: as asked for, else theirs, else English."""
    asked = request.GET.get("lang", "")
    if asked in CHROME:
        return asked
    return language if language in CHROME else "en"


def contact_url(contact: str) -> str:
    """The contact as a link, where it is an address."""
    if contact.startswith(("https://", "http://")):
        return contact
    plain = "@" in contact and " " not in contact and "　" not in contact
    return f"mailto:{contact}" if plain else ""
