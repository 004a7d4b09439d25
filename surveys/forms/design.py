"""The form a survey is written with, and the texts to start from."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.models import Touchpoint
from surveys.models import Survey
from surveys.queries.surveys import question_values
from surveys.services.surveys import SURVEY_FIELDS, free_slug

TEMPLATES = ("nps", "purchase", "support")


class SurveyForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("題"), max_length=120)
    slug = forms.SlugField(
        label=gettext_lazy("アドレス"),
        max_length=60,
        help_text=gettext_lazy("公開ページの末尾になります。半角の英数字とハイフンで書きます。公開したあとは変えられません。"),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("種類"), choices=Survey.Kind.choices, widget=forms.RadioSelect
    )
    touchpoint = forms.ModelChoiceField(
        label=gettext_lazy("お客様との接点"),
        queryset=Touchpoint.objects.none(),
        required=False,
        help_text=gettext_lazy("「問い合わせる」を選んだCSATを公開すると、解決した問い合わせのお客様に自動で送ります。"),
    )
    product = forms.CharField(
        label=gettext_lazy("商品・サービス"), max_length=100, required=False
    )

    score_label = forms.CharField(label=gettext_lazy("評価の質問"), max_length=200)
    score_help = forms.CharField(
        label=gettext_lazy("評価の質問の補足"), max_length=200, required=False
    )
    low_label = forms.CharField(
        label=gettext_lazy("いちばん低い点の言葉"), max_length=40, required=False
    )
    high_label = forms.CharField(
        label=gettext_lazy("いちばん高い点の言葉"), max_length=40, required=False
    )
    score_required = forms.BooleanField(
        label=gettext_lazy("評価を必須にする"), required=False
    )
    comment_label = forms.CharField(label=gettext_lazy("自由記述の質問"), max_length=200)
    comment_help = forms.CharField(
        label=gettext_lazy("自由記述の補足"), max_length=200, required=False
    )
    comment_required = forms.BooleanField(
        label=gettext_lazy("自由記述を必須にする"), required=False
    )

    purpose = forms.CharField(
        label=gettext_lazy("利用目的"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("入力欄より前に表示します。公開には、利用目的・運営者・問い合わせ先・保管する月数が必要です。"),
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
                self.fields[name].disabled = True

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"].lower()
        return slug


def starting_values(
    template: str, *, operator: str, contact: str, today: date
) -> dict[str, Any]:
    """Polite words to begin with, for one of TEMPLATES."""
    shop = operator or _("当店")
    shared: dict[str, Any] = {
        "operator": operator,
        "contact": contact,
        "retention_months": 24,
        "may_tell": True,
        "score_required": True,
        "comment_help": _("お名前やご住所は書かないでください。"),
        "thanks": _("いただいたお声は、担当者が読み、商品とサービスの改善に役立てます。"),
        "purpose": _("商品とサービスの改善のために、%(shop)sが使います。第三者へは渡しません。")
        % {"shop": shop},
    }
    own: dict[str, Any]
    if template == "purchase":
        own = {
            "title": _("お買い物について、お聞かせください"),
            "kind": Survey.Kind.CSAT,
            "touchpoint": _touchpoint("purchase"),
            "score_label": _("今回のお買い物に、どのくらい満足していますか。"),
            "comment_label": _("そのように感じた理由を教えてください。"),
        }
    elif template == "support":
        own = {
            "title": _("お問い合わせへの対応について、お聞かせください"),
            "kind": Survey.Kind.CSAT,
            "touchpoint": _touchpoint("support"),
            "score_label": _("お問い合わせへの対応に、どのくらい満足していますか。"),
            "comment_label": _("よかった点や、足りなかった点を教えてください。"),
            "purpose": _("お問い合わせ対応とサービスの改善のために、%(shop)sが使います。第三者へは渡しません。")
            % {"shop": shop},
        }
    else:
        template = "nps"
        own = {
            "title": _("%(shop)sについて、お聞かせください") % {"shop": shop},
            "kind": Survey.Kind.NPS,
            "touchpoint": _touchpoint("after"),
            "score_label": _("%(shop)sを、ご家族やご友人にすすめたいと思いますか。") % {"shop": shop},
            "low_label": _("まったく思わない"),
            "high_label": _("とても思う"),
            "comment_label": _("その理由を教えてください。"),
        }
    own["slug"] = free_slug(f"{template}-{today:%Y%m}")
    return {**shared, **own}


def present_values(survey: Survey) -> dict[str, Any]:
    """The survey's own words as the form's initial values."""
    return {**{name: getattr(survey, name) for name in SURVEY_FIELDS}, **question_values(survey)}


def _touchpoint(key: str) -> int | None:
    return Touchpoint.objects.filter(key=key).values_list("pk", flat=True).first()
