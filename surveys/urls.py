from django.urls import path

from surveys.views import design, exports, people, public, results

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
    path("surveys/<int:pk>/exports/", exports.exports_page, name="survey-exports"),
    path("surveys/<int:pk>/exports/<int:number>/", exports.download, name="survey-export"),
]
