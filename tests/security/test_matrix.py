"""Every route, every role, every verb: nobody gets in by a route that was forgotten.

The walk takes the routes from the URL resolver itself. A route without a declared policy
fails; so does an answer that the policy does not foresee.
"""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests import factories
from voc.access import Policy
from voc.models import Job, Role

pytestmark = pytest.mark.django_db

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def _walk(patterns: Any, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield route, pattern


ROUTES = sorted(_walk(get_resolver().url_patterns), key=lambda found: found[0])


def _policy(pattern: URLPattern) -> Policy | None:
    return getattr(pattern.callback, "policy", None)


def _address(route: str, values: dict[str, Any]) -> str:
    """The route with its converters filled; names without a value get a missing object's."""
    out = []
    for part in route.split("<"):
        if ">" not in part:
            out.append(part)
            continue
        inside, rest = part.split(">", 1)
        kind, _, name = inside.rpartition(":")
        default = {"int": 999_999_999, "uuid": uuid.UUID(int=7)}.get(kind, "no-such-thing")
        out.append(f"{values.get(name, default)}{rest}")
    return "/" + "".join(out)


def test_every_route_declares_its_policy():
    silent = [route for route, pattern in ROUTES if _policy(pattern) is None]

    assert not silent


def test_the_walk_sees_the_whole_product():
    routes = [route for route, _ in ROUTES]

    for wanted in ("tickets/", "comments/", "improvements/", "surveys/", "api/v1/tickets"):
        assert any(route.startswith(wanted) for route in routes), wanted


@pytest.fixture
def signed_in(people: Any, client_for: Any) -> dict[str, Client]:
    return {role: client_for(getattr(people, role)) for role in Role.values}


def _call(client: Client, verb: str, address: str) -> int:
    return client.generic(verb, address, b"", content_type="application/json").status_code


@pytest.mark.parametrize(("route", "pattern"), ROUTES, ids=[route for route, _ in ROUTES])
def test_nobody_gets_more_than_the_policy_says(route, pattern, signed_in):
    policy = _policy(pattern)
    assert policy is not None
    address = _address(route, {})
    nobody = Client()

    for verb in VERBS:
        answer = _call(nobody, verb, address)
        assert answer < 500, (verb, address, answer)
        if policy.kind == "staff":
            assert answer in (302, 405), (verb, address, answer)
        if policy.kind == "api":
            assert answer in (401, 405), (verb, address, answer)

        for role, client in signed_in.items():
            answer = _call(client, verb, address)
            assert answer < 500, (verb, address, role, answer)
            if policy.kind == "staff" and verb in policy.methods and role not in policy.roles:
                assert answer == 403, (verb, address, role, answer)
            if policy.kind == "api" and verb in policy.methods:
                allowed = policy.roles if verb == "GET" else policy.write_roles
                if role not in allowed:
                    assert answer == 403, (verb, address, role, answer)
            if verb not in policy.methods and policy.kind == "api":
                assert answer in (403, 405), (verb, address, role, answer)


OBJECTS = [
    (route, pattern)
    for route, pattern in ROUTES
    if "<" in route and getattr(_policy(pattern), "kind", "") in ("staff", "api")
]


@pytest.mark.parametrize(("route", "pattern"), OBJECTS, ids=[route for route, _ in OBJECTS])
def test_a_missing_object_is_404_for_everybody_who_may_ask(route, pattern, signed_in):
    policy = _policy(pattern)
    assert policy is not None

    for role, client in signed_in.items():
        for verb in policy.methods:
            allowed = policy.roles
            if policy.kind == "api" and verb != "GET":
                allowed = policy.write_roles
            if role in allowed:
                answer = _call(client, verb, _address(route, {}))
                assert answer == 404, (verb, route, role, answer)


def test_an_object_of_another_inbox_answers_like_a_missing_one(
    people, inbox, other_inbox, signed_in, client_for, now
):
    """Same status and same body for "not yours" and "not there", on every ticket route."""
    from support.services import opening

    ticket = opening.open_ticket(
        inbox=other_inbox,
        subject="見積もりについて",
        text="法人向けの見積もりが遅いです",
        name="お客様",
        email="someone@customer.example",
        origin="form",
        origin_ref="matrix",
        now=now,
    )
    own = client_for(people.other_agent)
    outsider = signed_in["agent"]
    checked = 0

    for route, pattern in ROUTES:
        policy = _policy(pattern)
        assert policy is not None
        if "<int:number>" not in route or "ticket" not in route:
            continue
        foreign = _address(route, {"number": ticket.number})
        missing = _address(route, {"number": ticket.number + 5_000})
        for verb in policy.methods:
            theirs = outsider.generic(verb, foreign, b"", content_type="application/json")
            nothing = outsider.generic(verb, missing, b"", content_type="application/json")
            assert theirs.status_code == nothing.status_code == 404, (verb, route)
            checked += 1
            if verb == "GET":
                assert _without_ids(theirs) == _without_ids(nothing), route
                assert own.get(foreign).status_code == 200, route

    assert checked >= 8


def _without_ids(answer: Any) -> str:
    import re

    text = answer.content.decode()
    text = re.sub(r'"request_id": ?"[0-9a-f]+"', "", text)
    return re.sub(r'name="csrf[^>]+>|content="[A-Za-z0-9]{64}"|value="[A-Za-z0-9]{64}"', "", text)


def test_no_get_changes_anything(signed_in, people, inbox, now):
    """Every GET route as the owner; not one row is written by reading."""
    before = _state()

    for route, pattern in ROUTES:
        policy = _policy(pattern)
        assert policy is not None
        if "GET" in policy.methods:
            signed_in["owner"].get(_address(route, {}))

    assert _state() == before


def _state() -> dict[str, int]:
    from django.apps import apps

    left_alone = {"Session"}
    return {
        model.__name__: model.objects.count()
        for model in apps.get_models()
        if model.__name__ not in left_alone
    }


def test_a_page_of_ours_cannot_be_posted_to_from_elsewhere(people):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.owner)

    for route, pattern in ROUTES:
        policy = _policy(pattern)
        assert policy is not None
        if "POST" in policy.methods and policy.kind in ("staff", "api"):
            answer = client.post(_address(route, {}), {})
            assert answer.status_code == 403, (route, answer.status_code)


def test_a_deactivated_person_is_out_at_once(people, client_for):
    client = client_for(people.agent)
    assert client.get("/").status_code == 200

    people.agent.is_active = False
    people.agent.save()

    assert client.get("/").status_code == 302


def test_a_new_password_ends_other_sessions(people, client_for):
    client = client_for(people.agent)

    people.agent.set_password("another-long-password")
    people.agent.save()

    assert client.get("/").status_code == 302


def test_keys_that_are_revoked_expired_or_cut_are_refused(people, api_for):
    from rest_framework.test import APIClient

    from voc.models import ApiKey

    token = factories.api_token(people.agent, ("comments:read",))
    expired = factories.api_token(people.agent, ("comments:read", "kpis:read"), days=-1)

    def status(value: str) -> int:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {value}")
        return client.get("/api/v1/comments").status_code

    assert status(token) == 200
    assert status(token[:-1]) == 401
    assert status(expired) == 401
    assert status("voc_") == 401
    assert status("voc_\u00e9".encode("utf-8").decode("latin-1")) == 401
    ApiKey.objects.update(revoked_at="2026-01-01T00:00:00Z")
    assert status(token) == 401


def test_password_reset_says_the_same_for_known_and_unknown_addresses(people, client):
    known = client.post("/password/", {"email": people.agent.email})
    unknown = client.post("/password/", {"email": "nobody@voc.example"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert Job.objects.filter(kind="voc.send_password_reset").count() == 2


def test_the_reset_link_uses_our_own_host(people, client, run_jobs, mailoutbox, settings):
    settings.BASE_URL = "https://voc.example"

    client.post("/password/", {"email": people.agent.email}, headers={"x-forwarded-host": "evil.example"})
    run_jobs("voc.send_password_reset")

    assert "https://voc.example/password/" in mailoutbox[0].body
    assert "evil" not in mailoutbox[0].body


def test_log_in_is_throttled_before_hashing_and_not_by_a_forged_header(people, client, monkeypatch):
    hashed = []
    monkeypatch.setattr(
        "voc.accounts.authenticate", lambda *a, **k: hashed.append(1) or None
    )

    answers = [
        client.post(
            "/login/",
            {"email": people.agent.email, "password": "wrong"},
            headers={"x-forwarded-for": f"203.0.113.{number}"},
        ).status_code
        for number in range(20)
    ]

    assert answers[-1] == 429
    assert len(hashed) < 12


def test_an_owner_elsewhere_is_not_locked_out_by_an_attacker(people, client):
    for _ in range(20):
        client.post("/login/", {"email": people.owner.email, "password": "wrong"})

    answer = Client(REMOTE_ADDR="198.51.100.7").post(
        "/login/", {"email": people.owner.email, "password": factories.PASSWORD}
    )

    assert answer.status_code == 302


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:1"])
def test_log_in_leads_to_our_own_pages_only(target, people, client):
    answer = client.post(
        "/login/",
        {"email": people.agent.email, "password": factories.PASSWORD, "next": target},
    )

    assert answer["Location"] == "/"


def test_every_answer_carries_the_content_security_policy(client, people, client_for):
    policy = client_for(people.owner).get("/settings/")["Content-Security-Policy"]

    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy


def test_many_addresses_together_cannot_fill_one_mailbox(people):
    for number in range(12):
        Client(REMOTE_ADDR=f"198.51.100.{number}").post("/password/", {"email": people.agent.email})

    assert Job.objects.filter(kind="voc.send_password_reset").count() == 4
