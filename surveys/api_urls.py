from django.urls import path

from surveys import api, api_results

urlpatterns = [
    path("surveys", api.survey_list, name="api-surveys"),
    path("surveys/<slug:slug>", api.survey_one, name="api-survey"),
    path("surveys/<slug:slug>/publish", api.survey_publish, name="api-survey-publish"),
    path("surveys/<slug:slug>/results", api_results.survey_results, name="api-survey-results"),
    path("responses", api.response_list, name="api-responses"),
    path("invitations", api.invitation_list, name="api-invitations"),
]
