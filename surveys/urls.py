from django.urls import path

from surveys.views import campaigns, design, people, public, qr, results

urlpatterns = [
    path("s/<slug:slug>/", public.form, name="survey-form"),
    path("s/<slug:slug>/thanks/", public.thanks, name="survey-thanks"),
    path("i/<str:token>/", public.invitation, name="invitation"),
    path("i/<str:token>/stop/", public.invitation_stop, name="invitation-stop"),
    path("surveys/", results.survey_list, name="surveys"),
    path("surveys/new/", design.create, name="survey-new"),
    path("surveys/<int:pk>/", results.survey_page, name="survey"),
    path("surveys/<int:pk>/edit/", design.edit, name="survey-edit"),
    path("surveys/<int:pk>/preview/", design.preview, name="survey-preview"),
    path("surveys/<int:pk>/publish/", design.publish, name="survey-publish"),
    path("surveys/<int:pk>/close/", design.close, name="survey-close"),
    path("surveys/<int:pk>/invitations/", people.invitations, name="survey-invitations"),
    path("surveys/<int:pk>/qr.svg", qr.survey_qr_svg, name="survey-qr-svg"),
    path("surveys/<int:pk>/qr.png", qr.survey_qr_png, name="survey-qr-png"),
    path("surveys/<int:pk>/campaigns/", campaigns.campaign_list, name="survey-campaigns"),
    path("surveys/<int:pk>/campaigns/new/", campaigns.campaign_new, name="campaign-new"),
    path("surveys/campaigns/<int:pk>/", campaigns.campaign_page, name="campaign"),
    path("surveys/campaigns/<int:pk>/people/", campaigns.campaign_people, name="campaign-people"),
    path("surveys/campaigns/<int:pk>/start/", campaigns.campaign_start, name="campaign-start"),
    path("surveys/campaigns/<int:pk>/pause/", campaigns.campaign_pause, name="campaign-pause"),
    path("surveys/campaigns/<int:pk>/resume/", campaigns.campaign_resume, name="campaign-resume"),
    path("surveys/campaigns/<int:pk>/cancel/", campaigns.campaign_cancel, name="campaign-cancel"),
    path("settings/asking/", campaigns.asking_rules, name="asking-rules"),
]
