"""Forms of a campaign: whom to ask, and when."""

import uuid
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from surveys.services.campaigns import audiences, lists, running
from voc.clock import TOKYO, local_day

_RULES = [
    (audiences.ALL, gettext_lazy("メールアドレスのあるお客様すべて")),
    (audiences.SEGMENT, gettext_lazy("区分で選ぶ")),
    (audiences.ATTRIBUTE, gettext_lazy("属性で選ぶ")),
    (audiences.BOUGHT, gettext_lazy("最近買ったお客様")),
    (audiences.ASKED, gettext_lazy("最近問い合わせたお客様")),
    (audiences.LIST, gettext_lazy("名簿を使う")),
]


class AudienceForm(forms.Form):
    """Which customers a campaign is for; only the fields of the chosen rule are read."""

    name = forms.CharField(
        label=gettext_lazy("配信の名前"),
        max_length=80,
        help_text=gettext_lazy("社内で見分けるための名前です。お客様には見えません。"),
    )
    rule = forms.ChoiceField(
        label=gettext_lazy("だれに送るか"),
        choices=_RULES,
        widget=forms.RadioSelect,
        initial=audiences.ALL,
    )
    segment = forms.CharField(label=gettext_lazy("区分"), max_length=60, required=False)
    attribute = forms.CharField(label=gettext_lazy("属性の名前"), max_length=60, required=False)
    value = forms.CharField(label=gettext_lazy("属性の値"), max_length=100, required=False)
    days = forms.IntegerField(
        label=gettext_lazy("直近の日数"), min_value=1, max_value=730, initial=30, required=False
    )
    product = forms.CharField(
        label=gettext_lazy("商品"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("空欄なら、どの商品でもかまいません。"),
    )
    people = forms.CharField(
        label=gettext_lazy("貼り付ける宛先"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=1_000_000,
        required=False,
        help_text=gettext_lazy("メールアドレスかお客様番号を、1行に1件書きます。"),
    )
    file = forms.FileField(
        label=gettext_lazy("名簿のファイル"),
        required=False,
        help_text=gettext_lazy("CSVかExcel（.xlsx）。「メール」か「お客様番号」の列が要ります。"),
    )
    # The same form sent twice makes one campaign.
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("rule") != audiences.LIST:
            return cleaned
        pasted, file = cleaned.get("people"), cleaned.get("file")
        if bool(pasted) == bool(file):
            self.add_error(
                "people", _("宛先を貼り付けるか、ファイルを選ぶか、どちらか一方にしてください。")
            )
        if file and file.size > lists.MOST_BYTES:
            self.add_error("file", _("ファイルが大きすぎます（上限 10 MB）。"))
        return cleaned

    def audience(self) -> dict[str, Any]:
        """The rule and its values, as the service takes them."""
        given = self.cleaned_data
        return {
            "rule": given["rule"],
            "segment": given.get("segment"),
            "key": given.get("attribute"),
            "value": given.get("value"),
            "days": given.get("days"),
            "product": given.get("product"),
        }


# Of a start and an end: what lies outside is a slip of the finger.
FIRST_YEAR, LAST_YEAR = 2000, 2099
WEEKDAYS = [
    (0, pgettext_lazy("weekday", "月")),
    (1, pgettext_lazy("weekday", "火")),
    (2, pgettext_lazy("weekday", "水")),
    (3, pgettext_lazy("weekday", "木")),
    (4, pgettext_lazy("weekday", "金")),
    (5, pgettext_lazy("weekday", "土")),
    (6, pgettext_lazy("weekday", "日")),
]


class StartForm(forms.Form):
    """When the mails go out. The start may be left out: at once, in the next open hour."""

    starts_at = forms.DateTimeField(
        label=gettext_lazy("送り始める日時"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("空欄なら、すぐに始めます。"),
    )
    ends_on = forms.DateField(
        label=gettext_lazy("受け付けの最後の日"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("この日の終わりに、リンクが使えなくなります。"),
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("送る曜日"),
        choices=WEEKDAYS,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        initial=[0, 1, 2, 3, 4],
    )
    holidays_too = forms.BooleanField(label=gettext_lazy("祝日にも送る"), required=False)
    hour_from = forms.IntegerField(
        label=gettext_lazy("何時から"), min_value=0, max_value=23, initial=9
    )
    hour_to = forms.IntegerField(
        label=gettext_lazy("何時まで"), min_value=1, max_value=24, initial=18
    )
    spread_hours = forms.IntegerField(
        label=gettext_lazy("何時間に分けて送るか"),
        min_value=0,
        max_value=running.MOST_SPREAD_HOURS,
        initial=0,
        help_text=gettext_lazy("送れる時間だけを数えます。0なら、続けて送ります。"),
    )
    reminders = forms.TypedChoiceField(
        label=gettext_lazy("答えていない人への再度のお願い"),
        choices=[
            (0, gettext_lazy("しない")),
            (1, gettext_lazy("1回")),
            (2, gettext_lazy("2回")),
        ],
        coerce=int,
        initial=1,
    )
    remind_after_days = forms.IntegerField(
        label=gettext_lazy("再度のお願いまでの日数"), min_value=1, max_value=60, initial=5
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("starts_at", "ends_on"):
            if (day := cleaned.get(name)) and not FIRST_YEAR <= day.year <= LAST_YEAR:
                self.add_error(name, _("日時が正しくありません。"))
        first, last = cleaned.get("hour_from"), cleaned.get("hour_to")
        if first is not None and last is not None and first >= last:
            self.add_error("hour_to", _("終わりの時間は、始まりより後にしてください。"))
        return cleaned

    def values(self, *, now: datetime) -> dict[str, Any]:
        """What the service takes."""
        given = dict(self.cleaned_data)
        given["starts_at"] = given["starts_at"] or now
        # The day itself still counts, and is the day that the mails name.
        given["ends_at"] = datetime.combine(given.pop("ends_on"), time(23, 59, 59), TOKYO)
        return given

    @staticmethod
    def usual(now: datetime) -> dict[str, Any]:
        """Four weeks from today."""
        return {"ends_on": local_day(now) + timedelta(days=28), "starts_at": None}


class RulesForm(forms.Form):
    rest_days = forms.IntegerField(
        label=gettext_lazy("次のお願いまで空ける日数"),
        min_value=0,
        max_value=365,
        help_text=gettext_lazy(
            "1人のお客様に、この日数のあいだは1回だけお願いします。配信・問い合わせ後・APIのどの招待にも効きます。"
        ),
    )
    sender_address = forms.CharField(
        label=gettext_lazy("差出人の住所"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("アンケートのお願いのメールの末尾に載せます（特定電子メール法）。"),
    )
