from django.urls import path

from surveys.views import design, people, public, receipt, responses, results, saving

urlpatterns = [
    path("s/<slug:slug>/", public.form, name="survey-form"),
    path("s/<slug:slug>/thanks/", public.thanks, name="survey-thanks"),
    path("s/<slug:slug>/save/", saving.save, name="survey-save"),
    path("i/<str:token>/save/", saving.invitation_save, name="invitation-save"),
    path("i/<str:token>/", public.invitation, name="invitation"),
    path("i/<str:token>/stop/", public.invitation_stop, name="invitation-stop"),
    path("receipt/", receipt.receipt, name="survey-receipt"),
    path("surveys/", results.survey_list, name="surveys"),
    path("surveys/new/", design.create, name="survey-new"),
    path("surveys/<int:pk>/", results.survey_page, name="survey"),
    path("surveys/<int:pk>/questions/", results.questions_page, name="survey-questions"),
    path("surveys/<int:pk>/compare/", results.compare_page, name="survey-compare"),
    path("surveys/<int:pk>/responses/", responses.response_list, name="survey-responses"),
    path(
        "surveys/<int:pk>/responses/<int:response>/",
        responses.response_page,
        name="survey-response",
    ),
    path("surveys/<int:pk>/edit/", design.edit, name="survey-edit"),
    path("surveys/<int:pk>/preview/", design.preview, name="survey-preview"),
    path("surveys/<int:pk>/publish/", design.publish, name="survey-publish"),
    path("surveys/<int:pk>/close/", design.close, name="survey-close"),
    path("surveys/<int:pk>/invitations/", people.invitations, name="survey-invitations"),
]
