from django.urls import path

from surveys.views import design, people, placements, public, results, widget

urlpatterns = [
    path("s/<slug:slug>/", public.form, name="survey-form"),
    path("s/<slug:slug>/thanks/", public.thanks, name="survey-thanks"),
    path("i/<str:token>/", public.invitation, name="invitation"),
    path("i/<str:token>/stop/", public.invitation_stop, name="invitation-stop"),
    path("w/<slug:slug>/", widget.form, name="widget"),
    path("w/<slug:slug>/thanks/", widget.thanks, name="widget-thanks"),
    path("w/<slug:slug>/rules.json", widget.rules, name="widget-rules"),
    path("snippet.js", widget.snippet, name="snippet"),
    path("surveys/", results.survey_list, name="surveys"),
    path("surveys/new/", design.create, name="survey-new"),
    path("surveys/<int:pk>/", results.survey_page, name="survey"),
    path("surveys/<int:pk>/edit/", design.edit, name="survey-edit"),
    path("surveys/<int:pk>/preview/", design.preview, name="survey-preview"),
    path("surveys/<int:pk>/publish/", design.publish, name="survey-publish"),
    path("surveys/<int:pk>/close/", design.close, name="survey-close"),
    path("surveys/<int:pk>/invitations/", people.invitations, name="survey-invitations"),
    path("surveys/<int:pk>/placements/", placements.listed, name="survey-placements"),
    path("surveys/<int:pk>/placements/sites/", placements.sites, name="survey-sites"),
    path("surveys/<int:pk>/placements/new/", placements.create, name="placement-new"),
    path("surveys/<int:pk>/placements/try/", placements.try_out, name="placements-try"),
    path("placements/<int:pk>/", placements.edit, name="placement"),
    path("placements/<int:pk>/remove/", placements.remove, name="placement-remove"),
]
