"""Which responses are to be written to a file, and how."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.queries.periods import last_days
from surveys.models import CutDay, Survey
from surveys.queries.columns import channel_labels, device_labels
from surveys.queries.cuts import typed
from surveys.queries.exported import Cut

# As the addresses of the results page say them; "-" is "not known", which is stored as "".
_PERIODS = {"28": 28, "91": 91, "365": 365}
NOWHERE = "-"
FORMATS = {
    "csv": ("csv", "utf-8"), "csv-cp932": ("csv", "cp932"), "xlsx": ("xlsx", "utf-8"),
    "sav": ("sav", "utf-8"),
}  # fmt: skip


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, required=False, help_text=help_text)


class ExportForm(forms.Form):
    """`cut`, `kind` and `encoding` in the cleaned data; the five cuts are those of the results."""

    format = forms.ChoiceField(
        label=gettext_lazy("形式"),
        choices=[
            ("csv", gettext_lazy("CSV（UTF-8）：すぐに受け取れます")),
            ("csv-cp932", gettext_lazy("CSV（Shift_JIS）：書けない文字を数えて知らせます")),
            ("xlsx", gettext_lazy("Excel（XLSX）")),
            ("sav", gettext_lazy("SPSS（SAV）")),
        ],
        widget=forms.RadioSelect,
        initial="csv",
    )
    first = _day(gettext_lazy("最初の日"), gettext_lazy("空のままにすると、はじめから"))
    last = _day(gettext_lazy("最後の日"), gettext_lazy("空のままにすると、きょうまで"))
    segment = forms.ChoiceField(label=gettext_lazy("区分"), required=False)
    channel = forms.ChoiceField(label=gettext_lazy("経路"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("言語"), required=False)
    version = forms.ChoiceField(label=gettext_lazy("版"), required=False)
    device = forms.ChoiceField(label=gettext_lazy("端末"), required=False)
    by_keys = forms.BooleanField(
        label=gettext_lazy("1行目を、質問文ではなく質問のキーにする"), required=False
    )
    by_codes = forms.BooleanField(
        label=gettext_lazy("選択肢を、言葉ではなくIDで書く"), required=False
    )
    with_people = forms.BooleanField(
        label=gettext_lazy("お客様番号を入れる（管理者だけ）"), required=False
    )

    def __init__(self, *args: Any, survey: Survey, may_people: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_people:
            del self.fields["with_people"]
        names = {"channel": channel_labels(), "device": device_labels()}
        parts: dict[str, list[str]] = {name: [] for name in CutDay.DIMENSIONS}
        found = CutDay.objects.filter(survey=survey).values_list("dimension", "part").distinct()
        for dimension, part in found.order_by("dimension", "part"):
            parts.setdefault(dimension, []).append(part)
        for name in CutDay.DIMENSIONS:
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            labels = names.get(name, {})
            field.choices = [("", _("すべて"))] + [
                (part or NOWHERE, labels.get(part, part) or _("分からない")) for part in parts[name]
            ]

    @property
    def days(self) -> list[Any]:
        """The fields of the period."""
        return [self["first"], self["last"]]

    @property
    def parts(self) -> list[Any]:
        """The fields of the five ways to cut responses."""
        return [self[name] for name in CutDay.DIMENSIONS]

    @property
    def how(self) -> list[Any]:
        """The fields that say what the file looks like."""
        return [
            self[name] for name in ("by_keys", "by_codes", "with_people") if name in self.fields
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and first > last:
            self.add_error("last", _("最初の日は、最後の日より前にしてください。"))
        if not self.errors:
            cleaned["cut"] = cut_of(cleaned)
            cleaned["kind"], cleaned["encoding"] = FORMATS[cleaned["format"]]
        return cleaned


def cut_of(given: Mapping[str, Any]) -> Cut:
    """The stored form of a choice of responses."""
    cut: Cut = {name: given[name].isoformat() for name in ("first", "last") if given.get(name)}
    parts: dict[str, Any] = {}
    for name in CutDay.DIMENSIONS:
        part = given.get(name)
        if part:
            parts[name] = typed(name, "" if part == NOWHERE else part)
    return {**cut, "parts": parts} if parts else cut


def initial_of(query: Mapping[str, str], today: date) -> dict[str, Any]:
    """What the address of a results page chooses, as the beginning of the form."""
    names = ("first", "last", *CutDay.DIMENSIONS)
    initial: dict[str, Any] = {name: query[name][:60] for name in names if query.get(name)}
    days = _PERIODS.get(query.get("days", ""))
    if days:
        period = last_days(today, days)
        initial |= {"first": period.first, "last": period.last}
    return initial
