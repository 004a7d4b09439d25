"""Addresses from the insight to the answer."""

from django.urls import path

from feedback.views import improvements, insights, releases, told

urlpatterns = [
    path("insights/", insights.insights, name="insights"),
    path("insights/new/", insights.insight_new, name="insight-new"),
    path("insights/<int:pk>/", insights.insight, name="insight"),
    path("insights/<int:pk>/edit/", insights.insight_edit, name="insight-edit"),
    path("insights/<int:pk>/publish/", insights.insight_publish, name="insight-publish"),
    path("insights/<int:pk>/withdraw/", insights.insight_withdraw, name="insight-withdraw"),
    path(
        "insights/<int:pk>/evidence/<int:evidence_id>/remove/",
        insights.insight_remove,
        name="insight-remove",
    ),
    path("improvements/", improvements.improvements, name="improvements"),
    path("improvements/new/", improvements.improvement_new, name="improvement-new"),
    path("improvements/<int:pk>/", improvements.improvement, name="improvement"),
    path("improvements/<int:pk>/edit/", improvements.improvement_edit, name="improvement-edit"),
    path("improvements/<int:pk>/move/", improvements.improvement_move, name="improvement-move"),
    path("improvements/<int:pk>/link/", improvements.improvement_link, name="improvement-link"),
    path("improvements/<int:pk>/plan/", improvements.improvement_plan, name="improvement-plan"),
    path("improvements/<int:pk>/waive/", improvements.improvement_waive, name="improvement-waive"),
    path(
        "improvements/<int:pk>/release/",
        improvements.improvement_release,
        name="improvement-release",
    ),
    path(
        "improvements/<int:pk>/measure/",
        improvements.improvement_measure,
        name="improvement-measure",
    ),
    path(
        "improvements/<int:pk>/effects/<int:report_id>/accept/",
        improvements.improvement_accept,
        name="improvement-accept",
    ),
    path("releases/", releases.releases, name="releases"),
    path("releases/<int:pk>/", releases.release, name="release"),
    path("releases/<int:pk>/send/", releases.release_send_again, name="release-send"),
    path("releases/<int:pk>/public/", releases.release_public, name="release-public"),
    path("voice/", told.voice, name="voice"),
    path("voice/stop/<str:token>/", told.voice_stop, name="voice-stop"),
]
