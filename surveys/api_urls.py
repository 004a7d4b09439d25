from django.urls import path

from surveys import api

urlpatterns = [
    path("surveys", api.survey_list, name="api-surveys"),
    path("surveys/<slug:slug>", api.survey_one, name="api-survey"),
    path("surveys/<slug:slug>/publish", api.survey_publish, name="api-survey-publish"),
    path("responses", api.response_list, name="api-responses"),
    path("invitations", api.invitation_list, name="api-invitations"),
]
