"""Signing in and out, and setting a new password."""

from django import forms
from django.contrib.auth import login, logout
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from voc import accounts, throttle
from voc.access import public
from voc.api.auth import digest
from voc.errors import Refused


class LoginForm(forms.Form):
    email = forms.EmailField(
        label=_("メールアドレス"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("パスワード"),
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class ResetForm(forms.Form):
    email = forms.EmailField(
        label=_("メールアドレス"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )


def _next_page(request: HttpRequest) -> str:
    """The page asked for, when it is one of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe and target.startswith("/") else "/"


@public(methods=("GET", "POST"))
def login_view(request: HttpRequest) -> HttpResponse:
    form = LoginForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                user = accounts.sign_in(request, now=timezone.now(), **form.cleaned_data)
            except Refused as refused:
                form.add_error(None, refused.message)
                status = 429 if refused.code == "throttled" else 422
            else:
                login(request, user)
                return redirect(_next_page(request))
    return render(
        request, "voc/login.html", {"form": form, "next": _next_page(request)}, status=status
    )


@public(methods=("POST",))
def logout_view(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("login")


@public(methods=("GET", "POST"))
def password_reset(request: HttpRequest) -> HttpResponse:
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        address = throttle.client_address(request)
        # One answer for known, unknown and too many: nobody learns who has an account.
        email = form.cleaned_data["email"]
        allowed = throttle.take(f"reset:{address}", now=now, capacity=10, per_second=1 / 60)
        # Nor can many addresses together fill one person's mailbox.
        allowed &= throttle.take(
            f"reset-to:{digest(email.strip().lower())[:24]}",
            now=now,
            capacity=4,
            per_second=1 / 900,
        )
        if allowed:
            accounts.ask_password_reset(email=email, now=now)
        return redirect("password-reset-sent")
    status = 422 if request.method == "POST" else 200
    return render(request, "voc/password_reset.html", {"form": form}, status=status)


@public()
def password_reset_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "voc/password_reset_sent.html")


password_reset_confirm = public(methods=("GET", "POST"))(
    PasswordResetConfirmView.as_view(
        template_name="voc/password_reset_confirm.html",
        success_url=reverse_lazy("login"),
        post_reset_login=False,
    )
)
