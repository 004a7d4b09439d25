from django.urls import include, path

from feedback.views import figures, home, voices

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", figures.search_page, name="search"),
    path("comments/", voices.comment_list, name="comments"),
    path("comments/<int:pk>/", voices.comment_page, name="comment"),
    path("comments/<int:pk>/clauses/<int:clause_pk>/", voices.correct, name="clause-correct"),
    path("topics/", figures.topic_list, name="topics"),
    path("topics/<str:key>/", figures.topic_page, name="topic"),
    path("scores/", figures.score_page, name="scores"),
    path("customers/<int:pk>/", figures.customer_page, name="customer"),
    path("", include("feedback.urls_backlog")),
]
