"""Bodies that cannot be taken in, and what is logged of a request that was refused."""

import json
import logging
from io import BytesIO
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from tests import factories
from voc.logs import JsonFormatter
from voc.middleware import UnreadBody

FORM = "application/x-www-form-urlencoded"
LARGE = b"email=a%40b.example&password=" + b"x" * (3 * 1024 * 1024)


@pytest.mark.django_db
def test_a_form_of_megabytes_is_refused_with_a_sentence(client: Any) -> None:
    answer = client.post("/login/", LARGE, content_type=FORM)

    assert answer.status_code == 413
    assert "大きすぎる" in answer.content.decode()


@pytest.mark.django_db
def test_a_form_of_a_thousand_fields_is_refused_with_a_sentence(client: Any) -> None:
    body = "&".join(f"field{number}=1" for number in range(1000))

    answer = client.post("/login/", body, content_type=FORM)

    assert answer.status_code == 400
    assert "読み取れませんでした" in answer.content.decode()


def test_the_rest_of_a_refused_body_is_read_so_that_the_answer_arrives() -> None:
    wire = BytesIO(LARGE)
    request = RequestFactory().generic("POST", "/login/", b"", content_type=FORM)
    request.META["CONTENT_LENGTH"] = str(len(LARGE))
    request._stream = wire  # type: ignore[attr-defined]

    def refuse(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=413)

    assert UnreadBody(refuse)(request).status_code == 413
    assert wire.read() == b""


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["surveys/delivery/publish", "surveys", "responses", "tickets"])
@pytest.mark.parametrize(
    "body", ["[" * 10_000 + "]" * 10_000, '{"a":' * 10_000, "\xff", '"\\ud800"']
)
def test_a_body_that_is_no_plain_json_is_refused_by_every_endpoint(
    people: Any, path: str, body: str
) -> None:
    from rest_framework.test import APIClient

    factories.SurveyFactory(slug="delivery")
    client = APIClient()
    resource = path.partition("/")[0]
    token = factories.api_token(people.owner, (f"{resource}:write",))
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")

    answer = client.generic("POST", f"/api/v1/{path}", body, content_type="application/json")

    assert answer.status_code == 400
    assert answer.json()["code"] == "parse_error"


@pytest.mark.django_db
def test_a_json_body_of_megabytes_is_refused_as_too_large(people: Any) -> None:
    from rest_framework.test import APIClient

    client = APIClient()
    token = factories.api_token(people.owner, ("responses:write",))
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")

    answer = client.generic(
        "POST", "/api/v1/responses", b'"' + b"x" * (3 << 20) + b'"', content_type="application/json"
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/i/secret-token/", "/voice/stop/secret-token/", "/no/secret-token/"]
)
def test_a_log_line_of_a_refused_request_names_the_route_and_no_token(
    client: Any, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    with caplog.at_level(logging.WARNING, "django.request"):
        client.get(path)

    lines = [json.loads(JsonFormatter().format(record)) for record in caplog.records]
    assert [line["message"].startswith("Not Found: ") for line in lines] == [True]
    assert "secret" not in json.dumps(lines)
