from django.urls import include, path

from feedback.api import voice

urlpatterns = [
    path("comments", voice.comment_list),
    path("comments/<int:pk>", voice.comment_one),
    path("topics", voice.topic_list),
    path("topics/<str:key>", voice.topic_one),
    path("customers", voice.customer_list),
    path("customers/<int:pk>", voice.customer_one),
    path("kpis", voice.kpi_list),
    path("", include("feedback.api_urls_backlog")),
]
