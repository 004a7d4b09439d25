"""The house's own pages: people, API keys, stopped work, and one's own account."""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from voc import accounts, jobs
from voc.access import EVERYONE, MANAGERS, StaffRequest, staff
from voc.errors import Refused
from voc.models import ApiKey, AuditEntry, Job, Role, User, Workspace
from voc.paging import page


class UserForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("名前"), max_length=80)
    email = forms.EmailField(label=gettext_lazy("メールアドレス"), max_length=254)
    role = forms.ChoiceField(label=gettext_lazy("役割"), choices=Role.choices)
    password = forms.CharField(
        label=gettext_lazy("最初のパスワード"),
        help_text=gettext_lazy("12文字以上。ご本人に伝えて、あとで変えてもらってください。"),
        min_length=12,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)
    is_active = forms.BooleanField(required=False)


class KeyForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("名前"),
        help_text=gettext_lazy("どのシステムが使うか分かる名前"),
        max_length=80,
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("使える範囲"),
        choices=[
            (f"{resource}:{verb}", f"{resource}:{verb}")
            for resource in accounts.RESOURCES
            for verb in ("read", "write")
        ],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.IntegerField(
        label=gettext_lazy("有効な日数"), min_value=1, max_value=accounts.MAX_KEY_DAYS, initial=90
    )


@staff(MANAGERS, methods=("GET", "POST"))
def people(request: StaffRequest) -> HttpResponse:
    """Everybody who may sign in; a form to add one more."""
    form = UserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            accounts.create_user(actor=request.user, now=timezone.now(), **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("追加しました。"))
            return redirect("settings")
    rows = User.objects.order_by("-is_active", "name", "pk")[:500]
    context = {"form": form, "rows": rows, "roles": Role.choices}
    status = 422 if request.method == "POST" else 200
    return render(request, "voc/settings_people.html", context, status=status)


@staff(MANAGERS, methods=("POST",))
def change_person(request: StaffRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("役割を選び直してください。"))
        return redirect("settings")
    try:
        accounts.change_user(user=user, actor=request.user, now=timezone.now(), **form.cleaned_data)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("変更しました。"))
    return redirect("settings")


class WorkspaceForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("会社・お店の名前"),
        help_text=gettext_lazy("お客様の見る画面とメールに出ます。"),
        max_length=80,
    )
    operator = forms.CharField(
        label=gettext_lazy("運営者"),
        help_text=gettext_lazy("アンケートの最初の案になります。"),
        max_length=120,
        required=False,
    )
    contact = forms.CharField(label=gettext_lazy("問い合わせ先"), max_length=200, required=False)


@staff(MANAGERS, methods=("GET", "POST"))
def workspace(request: StaffRequest) -> HttpResponse:
    """Whose voices these are."""
    space = Workspace.objects.filter(pk=1).first()
    initial = {"name": space.name, "operator": space.operator, "contact": space.contact} if space else None
    form = WorkspaceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        accounts.save_workspace(actor=request.user, now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("保存しました。"))
        return redirect("settings-workspace")
    status = 422 if request.method == "POST" else 200
    return render(request, "voc/settings_workspace.html", {"form": form}, status=status)


@staff(MANAGERS, methods=("GET", "POST"))
def keys(request: StaffRequest) -> HttpResponse:
    """API keys; a new one is shown this once, in the answer to its form."""
    form = KeyForm(request.POST or None)
    token = ""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _key, token = accounts.create_api_key(
                    owner=request.user,
                    actor=request.user,
                    now=timezone.now(),
                    **form.cleaned_data,
                )
                form, status = KeyForm(), 200
            except Refused as refused:
                form.add_error(None, refused.message)
    rows = ApiKey.objects.select_related("owner").order_by("-pk")[:200]
    context = {"form": form, "rows": rows, "token": token, "now": timezone.now()}
    return render(request, "voc/settings_keys.html", context, status=status)


@staff(MANAGERS, methods=("POST",))
def revoke_key(request: StaffRequest, pk: int) -> HttpResponse:
    key = get_object_or_404(ApiKey, pk=pk)
    accounts.revoke_api_key(key=key, actor=request.user, now=timezone.now())
    messages.success(request, _("止めました。この鍵はもう使えません。"))
    return redirect("settings-keys")


@staff(MANAGERS)
def work(request: StaffRequest) -> HttpResponse:
    """Work that stopped after five failures, and how much is waiting."""
    now = timezone.now()
    dead = Job.objects.filter(state=Job.State.DEAD)
    try:
        listed = page(dead, order=("-id",), cursor=request.GET.get("cursor", ""), size=50)
    except Refused:
        return redirect(request.path)
    waiting = Job.objects.filter(state=Job.State.QUEUED, due_at__lte=now)
    context = {
        "page": listed,
        "waiting": waiting.count(),
        "stale": waiting.filter(due_at__lt=now - timedelta(minutes=5)).count(),
        "running": Job.objects.filter(state=Job.State.RUNNING).count(),
    }
    return render(request, "voc/settings_work.html", context)


@staff(MANAGERS, methods=("POST",))
def replay_job(request: StaffRequest, pk: int) -> HttpResponse:
    jobs.replay(get_object_or_404(Job, pk=pk), now=timezone.now())
    messages.success(request, _("もう一度実行します。"))
    return redirect("settings-work")


@staff(MANAGERS)
def audit_log(request: StaffRequest) -> HttpResponse:
    """Who did what, newest first."""
    try:
        listed = page(
            AuditEntry.objects.all(),
            order=("-at", "-id"),
            cursor=request.GET.get("cursor", ""),
            size=50,
        )
    except Refused:
        return redirect(request.path)
    return render(request, "voc/settings_audit.html", {"page": listed})


@staff(EVERYONE, methods=("GET", "POST"))
def account(request: StaffRequest) -> HttpResponse:
    """One's own password."""
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        # Other sessions of this person end; this one goes on.
        update_session_auth_hash(request, form.user)
        messages.success(request, _("パスワードを変えました。ほかの端末ではログアウトされます。"))
        return redirect("account")
    status = 422 if request.method == "POST" else 200
    return render(request, "voc/account.html", {"form": form}, status=status)
