from django.urls import path

from surveys import api, api_exports, api_results

urlpatterns = [
    path("surveys", api.survey_list, name="api-surveys"),
    path("surveys/<slug:slug>", api.survey_one, name="api-survey"),
    path("surveys/<slug:slug>/publish", api.survey_publish, name="api-survey-publish"),
    path("surveys/<slug:slug>/results", api_results.survey_results, name="api-survey-results"),
    path("responses", api.response_list, name="api-responses"),
    path("invitations", api.invitation_list, name="api-invitations"),
    path("exports", api_exports.export_list, name="api-exports"),
    path("exports/<int:pk>", api_exports.export_one, name="api-export"),
    path("exports/<int:pk>/file", api_exports.export_file, name="api-export-file"),
]
