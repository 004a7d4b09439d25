"""Settings of the desk: inboxes and their members."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.models import Touchpoint
from support.models import Inbox
from support.services.inboxes import FIELDS, save_inbox
from voc.access import AGENTS, MANAGERS, StaffRequest, staff
from voc.errors import Refused
from voc.models import User


class InboxForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("受信箱の名前"), max_length=80)
    key = forms.SlugField(
        label=gettext_lazy("識別名"),
        help_text=gettext_lazy("問い合わせフォームのアドレスになります。半角の英数字とハイフン。"),
        max_length=40,
    )
    purpose = forms.CharField(
        label=gettext_lazy("利用目的"),
        help_text=gettext_lazy("お客様が書き始める前に表示します。"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    reply_promise = forms.CharField(
        label=gettext_lazy("お返事の目安"), max_length=200, required=False
    )
    first_reply_minutes = forms.IntegerField(
        label=gettext_lazy("初回応答の目標（営業時間・分）"),
        min_value=1,
        max_value=100_000,
        initial=480,
    )
    touchpoint = forms.ModelChoiceField(
        label=gettext_lazy("接点"), queryset=Touchpoint.objects.none(), required=False
    )
    members = forms.ModelMultipleChoiceField(
        label=gettext_lazy("対応する人"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    receives_recovery = forms.BooleanField(
        label=gettext_lazy("低い評価の連絡をここで受ける"), required=False
    )
    is_public = forms.BooleanField(
        label=gettext_lazy("問い合わせフォームを公開する"), required=False, initial=True
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        touchpoint, members = self.fields["touchpoint"], self.fields["members"]
        touchpoint.queryset = Touchpoint.objects.order_by("pk")  # type: ignore[attr-defined]
        members.queryset = User.objects.filter(  # type: ignore[attr-defined]
            role__in=AGENTS, is_active=True
        ).order_by("name", "pk")


@staff(MANAGERS)
def inbox_list(request: StaffRequest) -> HttpResponse:
    rows = Inbox.objects.prefetch_related("members").order_by("pk")
    return render(request, "support/inboxes.html", {"rows": rows})


@staff(MANAGERS, methods=("GET", "POST"))
def inbox_new(request: StaffRequest) -> HttpResponse:
    return _edit(request, None)


@staff(MANAGERS, methods=("GET", "POST"))
def inbox_edit(request: StaffRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(Inbox, pk=pk))


def _edit(request: StaffRequest, inbox: Inbox | None) -> HttpResponse:
    initial = None
    if inbox is not None:
        initial = {name: getattr(inbox, name) for name in FIELDS}
        initial["members"] = list(inbox.members.all())
    form = InboxForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            save_inbox(inbox=inbox, actor=request.user, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error("key", refused.message)
        else:
            messages.success(request, _("保存しました。"))
            return redirect("inboxes")
    status = 422 if request.method == "POST" else 200
    return render(request, "support/inbox.html", {"form": form, "inbox": inbox}, status=status)
