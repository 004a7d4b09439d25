from django.urls import path

from surveys.views import design, people, public, questions, receipt, results, saving, words

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
    path("surveys/<int:pk>/edit/", questions.editor, name="survey-edit"),
    path("surveys/<int:pk>/settings/", design.settings, name="survey-settings"),
    path("surveys/<int:pk>/words/<str:language>/", words.words, name="survey-words"),
    path("surveys/<int:pk>/quotas/", words.quotas, name="survey-quotas"),
    path("surveys/<int:pk>/quotas/<int:quota>/delete/", words.quota_delete, name="survey-quota-delete"),
    path("surveys/<int:pk>/new-question/", questions.new, name="survey-question-new"),
    path("surveys/<int:pk>/question-draft/", questions.draft, name="survey-question-draft"),
    path("surveys/<int:pk>/questions/<str:key>/", questions.one, name="survey-question"),
    path("surveys/<int:pk>/questions/<str:key>/copy/", questions.copy, name="survey-question-copy"),
    path("surveys/<int:pk>/questions/<str:key>/move/", questions.move, name="survey-question-move"),
    path("surveys/<int:pk>/questions/<str:key>/delete/", questions.delete, name="survey-question-delete"),
    path("surveys/<int:pk>/preview/", design.preview, name="survey-preview"),
    path("surveys/<int:pk>/publish/", design.publish, name="survey-publish"),
    path("surveys/<int:pk>/close/", design.close, name="survey-close"),
    path("surveys/<int:pk>/invitations/", people.invitations, name="survey-invitations"),
]
