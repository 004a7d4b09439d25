"""Every address. Each view behind one declares its policy (voc/access.py)."""

from django.urls import include, path

from voc.views import accounts, health, house, settings

handler400 = "voc.views.house.unreadable"
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
    path("ui/customer/", house.ui_customer, name="ui-customer"),
    path("account/", settings.account, name="account"),
    path("settings/", settings.people, name="settings"),
    path("settings/people/<int:pk>/", settings.change_person, name="settings-person"),
    path("settings/workspace/", settings.workspace, name="settings-workspace"),
    path("settings/keys/", settings.keys, name="settings-keys"),
    path("settings/keys/<int:pk>/", settings.revoke_key, name="settings-key-revoke"),
    path("settings/work/", settings.work, name="settings-work"),
    path("settings/work/<int:pk>/", settings.replay_job, name="settings-work-replay"),
    path("settings/audit/", settings.audit_log, name="settings-audit"),
    path("api/", include("voc.api.urls")),
    path("", include("surveys.urls")),
    path("", include("support.urls")),
    path("", include("feedback.urls")),
]
