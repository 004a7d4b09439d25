"""Who may frame a survey, and when a site shows it: forms in words, rules behind them."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.models import Placement
from surveys.services.placements import DEFAULT_DAYS, MOST_DAYS

RULES = ("pages", "not_pages", "seconds", "scroll", "leaving", "events", "attributes", "again_days")
_LINES = {"rows": 3}


class OriginsForm(forms.Form):
    origins = forms.CharField(
        label=gettext_lazy("埋め込みを許すサイト"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "https://shop.example.jp のように、1行に1つ書きます。書いたサイトだけが、この回答画面を中に表示できます。"
        ),
    )


class PlacementForm(forms.Form):
    """Columns of a placement; `rules()` gives the rest in the form of the service."""

    name = forms.CharField(label=gettext_lazy("名前"), max_length=80)
    enabled = forms.BooleanField(label=gettext_lazy("表示する"), required=False, initial=True)

    pages = forms.CharField(
        label=gettext_lazy("出すページ"),
        required=False,
        widget=forms.Textarea(attrs=_LINES),
        help_text=gettext_lazy(
            "/shop/* のように、1行に1つ書きます。「*」は何字でも合います。空なら、すべてのページです。"
        ),
    )
    not_pages = forms.CharField(
        label=gettext_lazy("出さないページ"), required=False, widget=forms.Textarea(attrs=_LINES)
    )
    attributes = forms.CharField(
        label=gettext_lazy("お客様の条件"),
        required=False,
        widget=forms.Textarea(attrs=_LINES),
        help_text=gettext_lazy(
            "サイトが渡す属性で絞ります。plan = gold, silver のように、1行に1つ書きます。すべてに合う人に出します。"
        ),
    )

    seconds = forms.IntegerField(
        label=gettext_lazy("ページを開いてからの秒数"), required=False, min_value=0,
        max_value=Placement.MOST_SECONDS,
    )  # fmt: skip
    scroll = forms.IntegerField(
        label=gettext_lazy("読み進めた割合（%）"), required=False, min_value=1, max_value=100
    )
    leaving = forms.BooleanField(label=gettext_lazy("ページから離れようとしたとき"), required=False)
    events = forms.CharField(
        label=gettext_lazy("サイトからの合図"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            'サイトが voc("event", "purchased") と呼んだときに出します。合図の名前を、1行に1つ書きます。'
        ),
    )
    delay_seconds = forms.IntegerField(
        label=gettext_lazy("きっかけのあと待つ秒数"), min_value=0, initial=0,
        max_value=Placement.MOST_SECONDS,
    )  # fmt: skip

    position = forms.ChoiceField(
        label=gettext_lazy("出す場所"), choices=Placement.Position.choices,
        initial=Placement.Position.CORNER, widget=forms.RadioSelect,
    )  # fmt: skip
    share_percent = forms.IntegerField(
        label=gettext_lazy("出す割合（%）"), min_value=0, max_value=100, initial=100,
        help_text=gettext_lazy("訪れた人のうち、この割合の人にだけ出します。"),
    )  # fmt: skip
    again_days = forms.IntegerField(
        label=gettext_lazy("同じ人に出すまで空ける日数"), min_value=0, max_value=MOST_DAYS,
        initial=DEFAULT_DAYS,
        help_text=gettext_lazy("1つのブラウザに、この日数に1回までです。どの出し方で出した場合も数えます。"),
    )  # fmt: skip

    def clean_attributes(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for line in _lines(self.cleaned_data["attributes"]):
            name, equals, values = line.replace("＝", "=").partition("=")
            if not equals:
                raise forms.ValidationError(
                    _("「%(line)s」を読み取れません。plan = gold のように書いてください。")
                    % {"line": line[:100]}
                )
            found[name.strip()] = [one.strip() for one in values.replace("、", ",").split(",")]
        return found

    def rules(self) -> dict[str, Any]:
        """What the service takes as rules."""
        given: dict[str, Any] = {name: self.cleaned_data[name] for name in RULES}
        return given | {name: _lines(given[name]) for name in ("pages", "not_pages", "events")}

    def columns(self) -> dict[str, Any]:
        """The values that stand in columns of their own."""
        return {name: value for name, value in self.cleaned_data.items() if name not in RULES}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def present_values(placement: Placement) -> dict[str, Any]:
    """A placement as the form's initial values."""
    rules = placement.rules
    columns = ("name", "enabled", "position", "delay_seconds", "share_percent")
    lines = {name: "\n".join(rules[name]) for name in ("pages", "not_pages", "events")}
    attributes = [f"{name} = {', '.join(values)}" for name, values in rules["attributes"].items()]
    return {
        **{name: getattr(placement, name) for name in columns},
        **{name: rules[name] for name in ("seconds", "scroll", "leaving", "again_days")},
        **lines,
        "attributes": "\n".join(attributes),
    }
