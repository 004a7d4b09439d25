"""Every address. Each view behind one declares its policy (voc/access.py)."""

from django.urls import include, path

from voc.views import accounts, health, house

handler404 = "voc.views.house.not_found"
handler403 = "voc.views.house.refused"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("login/", accounts.login_view, name="login"),
    path("logout/", accounts.logout_view, name="logout"),
    path("password/", accounts.password_reset, name="password-reset"),
    path("password/sent/", accounts.password_reset_sent, name="password-reset-sent"),
    path(
        "password/<uidb64>/<token>/",
        accounts.password_reset_confirm,
        name="password-reset-confirm",
    ),
    path("language/", house.set_language, name="set-language"),
    path("ui/", house.ui, name="ui"),
    path("api/", include("voc.api.urls")),
    path("", include("surveys.urls")),
    path("", include("support.urls")),
    path("", include("feedback.urls")),
]
