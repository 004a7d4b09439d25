"""What people type into the help form and the reply box."""

import re
import unicodedata
from hashlib import sha256

from django import forms
from django.core.exceptions import ValidationError
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _

from support.models import Ticket
from support.services.requesters import clean_address
from support.services.talking import MAX_MESSAGE
from voc.errors import Refused

_KEY = re.compile(r"[A-Za-z0-9]{16,64}")


def new_key() -> str:
    """A key for one showing of a form: sent twice, it counts once."""
    return get_random_string(24)


class HelpForm(forms.Form):
    """The public help form. Each mistake has a sentence that says what to do."""

    name = forms.CharField(
        required=False,
        max_length=100,
        error_messages={"max_length": _("お名前は100字までで入力してください。")},
    )
    email = forms.CharField(
        max_length=254,
        error_messages={
            "required": _("返信先のメールアドレスを入力してください。"),
            "max_length": _("メールアドレスの形を確かめてください。"),
        },
    )
    subject = forms.CharField(
        max_length=100,
        error_messages={
            "required": _("件名を入力してください。"),
            "max_length": _("件名は100字までで入力してください。"),
        },
    )
    text = forms.CharField(
        max_length=MAX_MESSAGE,
        error_messages={
            "required": _("お問い合わせの内容を入力してください。"),
            "max_length": _("お問い合わせの内容は2万字までで入力してください。"),
        },
    )
    consent = forms.BooleanField(required=False)
    key = forms.CharField(required=False, max_length=64)
    # People do not see this field; programs that fill in everything do.
    website = forms.CharField(required=False)

    def clean_email(self) -> str:
        try:
            return clean_address(self.cleaned_data["email"])
        except Refused as refused:
            raise ValidationError(refused.message) from None

    def clean_subject(self) -> str:
        subject = " ".join(self.cleaned_data["subject"].split())
        if not subject:
            raise ValidationError(_("件名を入力してください。"))
        return subject

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"])
        if not _KEY.fullmatch(key):
            raise ValidationError(_("画面が古くなっています。もう一度送信してください。"))
        return key

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise ValidationError(_("「ウェブサイト」の欄は空のままにしてください。"))
        return ""

    def origin_ref(self) -> str:
        """The same words from the same showing are one ticket; changed words are another."""
        data = self.cleaned_data
        words = "\x1f".join(
            unicodedata.normalize("NFC", data[name]) for name in ("email", "subject", "text")
        )
        return f"{data['key']}:{sha256(words.encode('utf-8', 'replace')).hexdigest()[:24]}"


class SayForm(forms.Form):
    """The reply box: a reply or a note, and what becomes of the ticket after it."""

    text = forms.CharField(required=False, strip=False)
    write = forms.ChoiceField(choices=[("reply", _("返信")), ("note", _("社内メモ"))])
    key = forms.RegexField(_KEY)
    last_seen = forms.IntegerField(required=False, min_value=0, max_value=2**62)
    then = forms.ChoiceField(
        required=False,
        choices=[
            ("", ""),
            (Ticket.Status.PENDING, Ticket.Status.PENDING.label),
            (Ticket.Status.SOLVED, Ticket.Status.SOLVED.label),
        ],
    )
