"""REST routes from the insight to the release."""

from django.urls import path

from feedback.api import backlog

urlpatterns = [
    path("insights", backlog.insight_list),
    path("insights/<int:pk>", backlog.insight_one),
    path("insights/<int:pk>/evidence", backlog.insight_attach),
    path("insights/<int:pk>/publish", backlog.insight_publish),
    path("improvements", backlog.improvement_list),
    path("improvements/<int:pk>", backlog.improvement_one),
    path("improvements/<int:pk>/move", backlog.improvement_move),
    path("releases", backlog.release_list),
    path("releases/<int:pk>", backlog.release_one),
]
