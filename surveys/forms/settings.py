"""The form of what stands around the questions."""

import re
from typing import Any

from django import forms
from django.conf.locale import LANG_INFO
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.models import Touchpoint
from surveys.models import Survey
from surveys.services.designs import MOST_LANGUAGES, MOST_ORIGINS, ORIGIN
from surveys.services.surveys import MORE_FIELDS, SURVEY_FIELDS

# Ticked at once; every other language that is known can be named.
COMMON = ("ja", "en", "zh-hans", "zh-hant", "ko", "vi", "th", "id", "pt-br", "es", "fr", "de")
LANGUAGES = {code: info["name_local"] for code, info in LANG_INFO.items() if "name_local" in info}
_BLANKS = re.compile(r"[\s,、，]+")


class SurveyForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("題"), max_length=120)
    slug = forms.SlugField(
        label=gettext_lazy("アドレス"),
        max_length=60,
        help_text=gettext_lazy(
            "公開ページの末尾になります。半角の英数字とハイフンで書きます。公開したあとは変えられません。"
        ),
    )
    touchpoint = forms.ModelChoiceField(
        label=gettext_lazy("お客様との接点"),
        queryset=Touchpoint.objects.none(),
        required=False,
        help_text=gettext_lazy(
            "「問い合わせる」を選んだCSATを公開すると、解決した問い合わせのお客様に自動で送ります。"
        ),
    )
    product = forms.CharField(label=gettext_lazy("商品・サービス"), max_length=100, required=False)
    purpose = forms.CharField(
        label=gettext_lazy("利用目的"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "入力欄より前に表示します。公開には、利用目的・運営者・問い合わせ先・保管する月数が必要です。"
        ),
    )
    operator = forms.CharField(label=gettext_lazy("運営者"), max_length=120, required=False)
    contact = forms.CharField(
        label=gettext_lazy("問い合わせ先"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("メールアドレス、ページのアドレス、または電話番号です。"),
    )
    retention_months = forms.IntegerField(
        label=gettext_lazy("保管する月数"), min_value=1, max_value=120
    )
    may_tell = forms.BooleanField(
        label=gettext_lazy("直したことを、回答したお客様にお知らせする（利用目的に含める）"),
        required=False,
    )
    thanks = forms.CharField(
        label=gettext_lazy("お礼の文"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, locked: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["touchpoint"].queryset = Touchpoint.objects.order_by("pk")  # type: ignore[attr-defined]
        if locked:
            # A disabled field keeps its initial value whatever is posted.
            for name in ("slug", "kind"):
                if name in self.fields:
                    self.fields[name].disabled = True

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"].lower()
        return slug


class SettingsForm(SurveyForm):
    """The same, and what can be set once there is a survey."""

    kind = forms.ChoiceField(
        label=gettext_lazy("種類"),
        choices=Survey.Kind.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("結果のはじめに出す点数です。この種類のはじめの質問から数えます。"),
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("言語"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "はじめの言語は、質問を書いている言語です。ほかの言語の文は「訳」で書きます。"
        ),
    )
    more_languages = forms.CharField(
        label=gettext_lazy("ほかの言語"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("言語の記号を、読点か空白で区切って書きます（例：it、my）。"),
    )
    opens_at = forms.DateTimeField(
        label=gettext_lazy("受け付けの始まり"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("日本時間です。空なら、公開したときからです。"),
    )
    closes_at = forms.DateTimeField(
        label=gettext_lazy("受け付けの終わり"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("日本時間です。空なら、手で終えるまでです。"),
    )
    shuffle = forms.BooleanField(
        label=gettext_lazy("質問の順番を、人ごとに変える（条件でつながる質問は動かしません）"),
        required=False,
    )
    frame_origins = forms.CharField(
        label=gettext_lazy("埋め込みを許すサイト"),
        max_length=4_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "アンケートを枠の中に表示できるサイトです。1行に1つ書きます（例：https://www.example.jp）。"
        ),
    )

    def __init__(self, *args: Any, survey: Survey, **kwargs: Any) -> None:
        super().__init__(*args, locked=survey.version > 0, **kwargs)
        self.first = survey.languages[0]
        codes = list(dict.fromkeys([*survey.languages, *COMMON]))
        self.fields["languages"].choices = [  # type: ignore[attr-defined]
            (code, format_html('<span lang="{}">{}</span>', code, LANGUAGES.get(code, code)))
            for code in codes
        ]

    def clean_more_languages(self) -> list[str]:
        wanted = [
            code.lower() for code in _BLANKS.split(self.cleaned_data["more_languages"]) if code
        ]
        for code in wanted:
            if code not in LANGUAGES:
                raise forms.ValidationError(
                    _("「%(code)s」という言語の記号はありません。") % {"code": code[:20]}
                )
        return wanted

    def clean_frame_origins(self) -> list[str]:
        origins = []
        for line in self.cleaned_data["frame_origins"].split():
            origin = line.rstrip("/").lower()
            if not ORIGIN.fullmatch(origin):
                raise forms.ValidationError(
                    _(
                        "「%(line)s」はサイトの形ではありません。「https://www.example.jp」の形で書いてください。"
                    )
                    % {"line": line[:60]}
                )
            origins.append(origin)
        origins = list(dict.fromkeys(origins))
        if len(origins) > MOST_ORIGINS:
            raise forms.ValidationError(_("サイトは%(most)s個までです。") % {"most": MOST_ORIGINS})
        return origins

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens and closes and opens >= closes:
            self.add_error("closes_at", _("受け付けの終わりは、始まりより後にしてください。"))
        languages = list(
            dict.fromkeys(
                [
                    self.first,
                    *cleaned.get("languages", []),
                    *(cleaned.pop("more_languages", None) or []),
                ]
            )
        )
        if len(languages) > MOST_LANGUAGES:
            self.add_error(
                "languages", _("言語は1つから%(most)sつまでです。") % {"most": MOST_LANGUAGES}
            )
        cleaned["languages"] = languages
        return cleaned


def present_values(survey: Survey) -> dict[str, Any]:
    """The survey's own settings as the form's initial values."""
    values = {name: getattr(survey, name) for name in (*SURVEY_FIELDS, *MORE_FIELDS)}
    del values["translations"]
    return {**values, "frame_origins": "\n".join(survey.frame_origins)}
