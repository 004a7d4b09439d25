"""Who is to be invited, one line each."""

import re
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.imports.people import Person, find_people, read_person
from feedback.text.normal import sanitise
from surveys.services.invitations import MOST_AT_ONCE, MOST_DAYS, VALID_DAYS
from voc.tables import CellError

_SHOWN = 5


def read_recipient(line: str) -> Person:
    """A mail address or a customer number; CellError for what is neither."""
    column = "email" if re.search("[@＠]", line) else "customer"
    return read_person({column: line}, {column: column})


class InviteForm(forms.Form):
    """`people` in the cleaned data are Persons, each once; unknown numbers are refused."""

    recipients = forms.CharField(
        label=gettext_lazy("宛先"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=200_000,
        help_text=gettext_lazy("メールアドレスかお客様番号を、1行に1件書きます（1,000件まで）。"),
    )
    days = forms.IntegerField(
        label=gettext_lazy("有効な日数"), min_value=1, max_value=MOST_DAYS, initial=VALID_DAYS
    )
    send = forms.BooleanField(
        label=gettext_lazy("メールで送る（送らないときは、リンクだけを作ります）"), required=False
    )
    # The same form sent twice makes one set of links.
    batch = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean_recipients(self) -> list[Person]:
        lines = [line.strip() for line in sanitise(self.cleaned_data["recipients"]).splitlines()]
        lines = list(dict.fromkeys(line for line in lines if line))
        if len(lines) > MOST_AT_ONCE:
            raise forms.ValidationError(
                _("一度に作れる招待は1,000件までです。いまは%(n)s件です。") % {"n": f"{len(lines):,}"}
            )
        people, unreadable = [], []
        for line in lines:
            try:
                people.append(read_recipient(line))
            except CellError:
                unreadable.append(line)
        if unreadable:
            raise forms.ValidationError(
                _("メールアドレスとして読めない行があります：%(lines)s") % {"lines": _some(unreadable)}
            )
        unknown = [
            person.external_id
            for person, customer in zip(people, find_people(people), strict=True)
            if person.external_id and customer is None
        ]
        if unknown:
            raise forms.ValidationError(
                _("登録のないお客様番号があります：%(lines)s") % {"lines": _some(unknown)}
            )
        return people

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("recipients"):
            self.add_error("recipients", _("宛先を1件以上書いてください。"))
        return cleaned


def _some(lines: list[str]) -> str:
    shown = _("、").join(line[:60] for line in lines[:_SHOWN])
    more = len(lines) - _SHOWN
    return shown + (_(" ほか%(n)s件") % {"n": more} if more > 0 else "")
