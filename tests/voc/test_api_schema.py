"""The schema is what the API does."""

import re

import pytest
from django.urls import get_resolver
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from tests.security.test_matrix import ROUTES

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def test_the_schema_is_valid_openapi(schema):
    assert get_resolver()
    validate_schema(schema)


def test_every_api_route_and_verb_is_described(schema):
    described = {
        (re.sub(r"{[^}]+}", "{}", path), verb.upper())
        for path, operations in schema["paths"].items()
        for verb in operations
    }

    for route, pattern in ROUTES:
        policy = pattern.callback.policy
        if policy.kind == "api":
            path = "/" + re.sub(r"<[^>]+>", "{}", route)
            for verb in policy.methods:
                assert (path, verb) in described


def test_every_operation_says_how_it_refuses_and_who_may_ask(schema):
    for path, operations in schema["paths"].items():
        for verb, operation in operations.items():
            assert {"400", "401", "403"} <= set(operation["responses"]), (path, verb)
            assert {"apiKey": []} in operation["security"], (path, verb)


def test_lists_are_described_with_their_envelope(schema):
    answer = schema["paths"]["/api/v1/comments"]["get"]["responses"]["200"]
    properties = answer["content"]["application/json"]["schema"]["properties"]

    assert set(properties) == {"data", "meta"}


def test_the_schema_and_its_page_are_served_by_us(client):
    assert client.get("/api/schema/").status_code == 200
    page = client.get("/api/docs/").content.decode()

    assert not re.findall(r'(?:src|href)="https?://', page)
