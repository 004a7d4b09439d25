"""Answers saved by the form's script while the form is being filled in, and what is refused."""

import json
import uuid
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from surveys.forms.answer import token
from surveys.models import Attempt, Invitation, Response, SavedAnswer
from surveys.queries import definitions
from surveys.services import attempts
from surveys.services.invitations import digest
from surveys.services.surveys import close_survey
from surveys.views import limits
from tests.surveys.conftest import answers as sent_form
from tests.surveys.conftest import field_of, key_of
from tests.surveys.designs import BRANCHING, EVERY_KIND, survey_of

JSON = "application/json"
TOKEN = "t" * 43


@pytest.fixture
def branching(db):
    return survey_of(BRANCHING, languages=["ja", "en"])


def _body(page: Any, serial: int = 1, **given: Any) -> dict[str, Any]:
    return {
        "key": key_of(page), "t": field_of(page, "t"), "v": int(field_of(page, "v")),
        "serial": serial, "answers": {name.replace("__", "."): value for name, value in given.items()},
    }  # fmt: skip


def _save(
    visitor: Any, page: Any, path: str = "/s/many/save/", serial: int = 1, **given: Any
) -> Any:
    return visitor.post(path, json.dumps(_body(page, serial, **given)), content_type=JSON)


def _saved() -> dict[str, Any]:
    return attempts.saved(Attempt.objects.get())


def test_each_answer_is_saved_as_it_is_given_and_the_half_form_is_resumed(branching, visitor):
    page = visitor.get("/s/many/?campaign=spring&k=qr")

    assert _save(visitor, page, "/s/many/save/?campaign=spring&k=qr", score="3").status_code == 204
    assert (
        _save(
            visitor, page, "/s/many/save/?campaign=spring&k=qr", serial=2, **{"why-low": "遅い"}
        ).status_code
        == 204
    )

    assert _saved() == {"score": 3, "why-low": "遅い", "campaign": "spring"}
    assert Attempt.objects.get().channel == "qr"
    again = visitor.get(f"/s/many/?r={key_of(page)}")
    assert key_of(again) == key_of(page) and b'data-n="2"' in again.content
    first = visitor.get(f"/s/many/?r={key_of(page)}&p=0").content.decode()
    assert 'value="3" checked' in first


def test_every_kind_is_saved_in_the_form_in_which_it_is_stored(db, visitor):
    survey_of(EVERY_KIND)
    page = visitor.get("/s/many/")
    given = {
        "nps": "１０", "csat": "4", "one": "other", "one.other": "緑", "many": ["c3", "c1"],
        "grid": {"r1": "c1"}, "rank": ["c3", "c1"], "short": "早い", "mail": "a@people.example",
        "tel": "03-1234-5678", "day": "2026-11-25", "many-people": "２", "agreed": "1",
    }  # fmt: skip
    for serial, (name, value) in enumerate(given.items(), 1):
        if name == "one.other":
            continue
        both = {name: value} | ({"one.other": "緑"} if name == "one" else {})
        assert _save(visitor, page, serial=serial, **both).status_code == 204, name

    assert _saved() == {
        **given, "nps": 10, "csat": 4, "many": ["c1", "c3"], "many-people": 2, "agreed": True,
    }  # fmt: skip
    # Another choice takes the words beside "other" along.
    _save(visitor, page, serial=50, one="c1")
    assert _saved()["one"] == "c1" and "one.other" not in _saved()


def test_an_answer_is_taken_back_and_a_late_save_changes_nothing(branching, visitor):
    page = visitor.get("/s/many/")
    _save(visitor, page, serial=4, score="9")
    _save(visitor, page, serial=3, score="1")
    assert _saved() == {"score": 9}
    _save(visitor, page, serial=5, score=None)
    assert _saved() == {}


def test_a_page_that_was_sent_is_later_than_the_saves_before_it_and_earlier_than_those_after(
    branching, visitor
):
    page = visitor.get("/s/many/")
    _save(visitor, page, serial=1, score="9")
    hidden = {name: field_of(page, name) for name in ("key", "t", "v")}
    visitor.post("/s/many/", {**hidden, "score": "8", "s": "2"})
    _save(visitor, page, serial=2, score="1")  # was under way when the page was sent
    assert _saved()["score"] == 8

    back = visitor.get(f"/s/many/?r={hidden['key']}&p=0")
    assert b'data-n="3"' in back.content
    _save(visitor, back, serial=4, score="2")
    assert _saved()["score"] == 2


def test_the_attempt_of_a_form_of_one_page_ends_with_its_response(survey, visitor, run_jobs, now):
    page = visitor.get("/s/delivery/")
    _save(visitor, page, "/s/delivery/save/", comment="書きかけ")
    data = sent_form(key=key_of(page), t=field_of(page, "t"), s="1", comment="書きあげた")

    assert visitor.post("/s/delivery/", data).status_code == 303

    assert Attempt.objects.get().finished_at is not None
    assert Response.objects.get().answers == {"score": 9, "comment": "書きあげた"}
    assert _save(visitor, page, "/s/delivery/save/", serial=2, comment="遅れて").status_code == 204
    assert attempts.saved(Attempt.objects.get())["comment"] == "書きかけ"
    assert attempts.keep_broken_off(now=timezone.now() + timedelta(days=30)) == 0
    fresh = visitor.get(f"/s/delivery/?r={key_of(page)}")
    assert key_of(fresh) != key_of(page)


def _bodies(page: Any) -> dict[str, tuple[bytes, int]]:
    good = _body(page, score="9")

    def body(**change: Any) -> bytes:
        return json.dumps({**good, **change}).encode()

    return {
        "not json": (b"{", 400),
        "deep": (b"[" * 50_000, 400),
        "deep answer": (body(answers={"score": json.loads("[" * 60 + "]" * 60)}), 422),
        "list": (b"[]", 400),
        "no key": (json.dumps({"answers": {}}).encode(), 400),
        "more keys": (body(extra=1), 400),
        "answers are a list": (body(answers=[]), 400),
        "serial is true": (body(serial=True), 400),
        "serial is negative": (body(serial=-1), 400),
        "serial is huge": (body(serial=2**40), 400),
        "serial is text": (body(serial="1"), 400),
        "key of nobody": (body(key="x"), 403),
        "key is a list": (body(key=[]), 403),
        "another key": (body(key=str(uuid.uuid4())), 403),
        "wrong token": (body(t="1.abc"), 403),
        "token is a number": (body(t=1), 403),
        "old token": (body(t=token(good["key"], timezone.now() - timedelta(days=30))), 403),
        "unknown question": (body(answers={"nothing": 1}), 422),
        "hidden field": (body(answers={"campaign": "x"}), 422),
        "section": (body(answers={"end": "x"}), 422),
        "out of range": (body(answers={"score": 11}), 422),
        "score is true": (body(answers={"score": True}), 422),
        "infinity": (json.dumps({**good, "answers": {"score": float("inf")}}).encode(), 422),
        "foreign option": (body(answers={"why-high": "c9"}), 422),
        "option is a map": (body(answers={"why-high": {"c1": 1}}), 422),
        "other is a list": (body(answers={"why-high": "other", "why-high.other": ["x"]}), 422),
        "NUL": (body(answers={"why-low": "a\x00b"}), 422),
        "lone surrogate": (body(answers={"why-low": "\ud800"}), 422),
        "too long": (body(answers={"why-low": "あ" * 5_001}), 422),
        "one good, one bad": (body(answers={"score": 9, "nothing": 1}), 422),
        "2 MB": (body(answers={"why-low": "a" * 2_000_000}), 413),
    }  # fmt: skip


def test_whatever_a_page_of_ours_would_not_send_is_refused_and_nothing_is_stored(
    branching, visitor
):
    page = visitor.get("/s/many/")

    for name, (body, status) in _bodies(page).items():
        reply = visitor.post("/s/many/save/", body, content_type=JSON)
        assert reply.status_code == status, (name, reply.status_code, reply.content)
        assert reply["Content-Type"] == "application/problem+json", name
        assert reply.json()["status"] == status and reply.json()["detail"], name
    form = visitor.post("/s/many/save/", _body(page, score="9"))
    assert form.status_code == 415
    assert not Attempt.objects.exists() and not SavedAnswer.objects.exists()


def test_only_an_open_survey_and_an_unused_link_take_saves(branching, survey, visitor, people, now):
    page = visitor.get("/s/many/")
    assert _save(visitor, page, "/s/nothing/save/", score="9").status_code == 404
    assert _save(visitor, page, "/i/nothing/save/", score="9").status_code == 404
    assert visitor.get("/s/many/save/").status_code == 405
    close_survey(survey=branching, actor=people.analyst, now=now)
    definitions.forget()
    assert _save(visitor, page, score="9").status_code == 410
    assert not Attempt.objects.exists()


def test_a_personal_link_keeps_its_half_until_it_is_used_or_expired(branching, visitor):
    made = Invitation.objects.create(
        survey=branching, digest=digest(TOKEN), created_at=timezone.now(),
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    page = visitor.get(f"/i/{TOKEN}/")
    assert _save(visitor, page, f"/i/{TOKEN}/save/", score="3").status_code == 204
    assert Attempt.objects.get().invitation == made
    assert key_of(visitor.get(f"/i/{TOKEN}/")) == key_of(page)
    # The same key at the public form is somebody else's.
    assert _save(visitor, page, serial=2, score="9").status_code == 409
    assert key_of(visitor.get(f"/s/many/?r={key_of(page)}")) != key_of(page)

    Invitation.objects.update(used_at=timezone.now())
    assert _save(visitor, page, f"/i/{TOKEN}/save/", score="9").status_code == 409
    Invitation.objects.update(used_at=None, expires_at=timezone.now())
    assert _save(visitor, page, f"/i/{TOKEN}/save/", score="9").status_code == 404
    assert _saved() == {"score": 3}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs two writers at once")
@pytest.mark.django_db(transaction=True)
def test_two_saves_at_once_keep_both(visitor):
    survey_of(BRANCHING)
    definition, key = definitions.current("many"), uuid.uuid4()
    together = Barrier(2)

    def save(serial: int, **given: Any) -> None:
        together.wait()
        attempts.save(
            definition=definition, key=key, answers=given, serial=serial, now=timezone.now()
        )
        connection.close()

    threads = [
        Thread(target=save, args=(1,), kwargs={"score": 3}),
        Thread(target=save, args=(2,), kwargs={"used": ["c1"]}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert _saved() == {"score": 3, "used": ["c1"]}


# ---------------------------------------------------------------- how much, how fast


def test_a_shared_address_of_a_shop_is_let_through_and_a_loop_is_not():
    limits.forget()
    # Four answers a second from one shop for a minute: twice the pace, within the burst.
    assert all(limits.allowed(1, "203.0.113.7", now=n / 3) for n in range(180))
    assert [limits.allowed(1, "203.0.113.99", now=60.0) for _ in range(300)].count(True) < 130
    assert not limits.allowed(1, "203.0.113.1", now=60.0)
    assert limits.allowed(2, "203.0.113.1", now=60.0) and limits.allowed(1, "203.0.114.1", now=60.0)
    assert limits.allowed(1, "203.0.113.1", now=61.0)
    # A clock that stands still gives nothing back, nor does one that turns back.
    assert sum(limits.allowed(1, "203.0.113.1", now=50.0) for _ in range(50)) <= 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("203.0.113.1", "203.0.113.255", True), ("203.0.113.1", "203.0.112.1", False),
     ("2001:db8:0:aa00::1", "2001:db8:0:aaff::1", True), ("2001:db8:0:aa00::1", "2001:db8:0:ab00::1", False),
     ("::ffff:203.0.113.1", "203.0.113.9", True), ("", "unknown", True)],
)  # fmt: skip
def test_a_network_is_a_line_not_an_address(one, other, same):
    assert (limits.network(one) == limits.network(other)) is same


def test_the_memory_of_the_limit_is_bounded(monkeypatch):
    monkeypatch.setattr(limits, "MOST_BUCKETS", 50)
    for n in range(500):
        limits.allowed(n, "203.0.113.1", now=1.0)
    assert len(limits._buckets) == 50


def test_too_many_posts_get_their_words_back_and_nothing_is_written(
    survey, visitor, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(limits, "POSTS", (1.0, 0.001))
    assert visitor.post("/s/delivery/", sent_form()).status_code == 303
    data = sent_form(score="4", comment="大事な言葉")

    with django_assert_num_queries(0):
        page = visitor.post("/s/delivery/", data)

    html = page.content.decode()
    assert page.status_code == 429 and page["Retry-After"] == "10"
    assert "大事な言葉" in html and 'value="4" checked' in html and key_of(page) == data["key"]
    assert Response.objects.count() == 1
    limits.forget()
    assert visitor.post("/s/delivery/", data).status_code == 303


def test_too_many_saves_are_told_when_to_come_back(branching, visitor, monkeypatch):
    monkeypatch.setattr(limits, "SAVES", (1.0, 0.001))
    page = visitor.get("/s/many/")
    assert _save(visitor, page, score="9").status_code == 204
    late = _save(visitor, page, serial=2, score="8")
    assert (late.status_code, late["Retry-After"]) == (429, "10")
    assert _saved() == {"score": 9}
