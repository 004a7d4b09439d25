"""REST: /api/v1/ of every app, the schema and its pages."""

from django.urls import include, path

from voc.api import schema

urlpatterns = [
    path("schema/", schema.schema, name="api-schema"),
    path("docs/", schema.docs, name="api-docs"),
    path("v1/", include("surveys.api_urls")),
    path("v1/", include("support.api_urls")),
    path("v1/", include("feedback.api_urls")),
]
