"""English is complete: every message is translated, every page reads without Japanese.

Japanese stands in an English page only as data, or inside an element that says `lang="ja"`.
"""

import ast
import gettext
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation.template import templatize

from feedback.models import Comment, Customer, Touchpoint
from feedback.services import analysis, improvements, insights, moves, voices
from support.models import Ticket
from support.services import open_ticket
from support.services.talking import add_note, reply
from tests import factories
from tests.e2e.pages import public_pages, staff_pages
from voc.models import Workspace

ROOT = settings.BASE_DIR
CATALOGUE = ROOT / "voc/locale/en/LC_MESSAGES/django.po"
PACKAGES = ("voc", "feedback", "support", "surveys")
# Kana, kanji and Japanese punctuation; the wide space alone is only a gap.
JAPANESE = re.compile(r"[\u3001-\u303f\u3040-\u30ff\u4e00-\u9fff\uff05\uff08\uff09\uff0f\uff1a]")

# Japanese by design: the samples of the design system, and letters to customers, which are
# written in the language of the shop whoever presses the button.
JAPANESE_TEMPLATES = {"voc/ui.html", "voc/ui_customer.html", "feedback/notice_mail.txt"}
# Names of languages are written in themselves.
JAPANESE_WORDS = ("日本語",)

# name → (position of a context, of the message, of its plural)
CALLS: dict[str, tuple[int | None, int, int | None]] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (None, 0, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (None, 0, 1)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (0, 1, 2)),
}  # fmt: skip


@dataclass
class Entry:
    """One message of the catalogue."""

    context: str | None = None
    message: str = ""
    plural: str | None = None
    texts: dict[int, str] = field(default_factory=dict)
    fuzzy: bool = False


# ---------------------------------------------------------------- what the sources say


def _calls(source: str, place: str) -> Iterator[tuple[str | None, str, str | None, str]]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name not in CALLS:
            continue
        positions = CALLS[name]
        words = [
            node.args[at].value
            if at is not None
            and at < len(node.args)
            and isinstance(node.args[at], ast.Constant)
            else None
            for at in positions
        ]
        if isinstance(words[1], str):
            yield words[0], words[1], words[2], f"{place}:{node.lineno}"


def _sources() -> Iterator[Path]:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path


def _templates() -> Iterator[tuple[Path, str]]:
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.is_file():
            yield path, path.relative_to(ROOT / "templates").as_posix()


@cache
def _messages() -> tuple[tuple[str | None, str, str | None, str], ...]:
    """(context, message, plural, where) of everything that the sources ask to be translated."""
    found = []
    for path in _sources():
        found += _calls(path.read_text(), str(path.relative_to(ROOT)))
    for path, name in _templates():
        # `templatize` gives the calls at their lines, with what is around them blotted out.
        lines = templatize(path.read_text(), origin=name).splitlines()
        for number, line in enumerate(lines, 1):
            for call in _scraps(line):
                found += _calls(call, f"templates/{name} ({number})")
    return tuple(found)


def _scraps(line: str) -> Iterator[str]:
    """The calls in one line of templatized text, each by itself."""
    for start in re.finditer(r"\b(?:_|n?p?gettext)\(", line):
        for end in (at for at in range(start.end(), len(line)) if line[at] == ")"):
            try:
                ast.parse(line[start.start() : end + 1])
            except SyntaxError:
                continue
            yield line[start.start() : end + 1]
            break


# ---------------------------------------------------------------- what the catalogue says


@cache
def _catalogue() -> tuple[Entry, ...]:
    entries, entry, key = [], Entry(), ""
    for line in [*CATALOGUE.read_text().splitlines(), ""]:
        if not line.strip():
            if entry.texts:
                entries.append(entry)
            entry, key = Entry(), ""
        elif line.startswith("#,"):
            entry.fuzzy = "fuzzy" in line
        elif not line.startswith("#"):
            if line[0] != '"':
                key, line = line.split(" ", 1)
            _add(entry, key, ast.literal_eval(line))
    return tuple(entries)


def _add(entry: Entry, key: str, text: str) -> None:
    if key == "msgctxt":
        entry.context = (entry.context or "") + text
    elif key == "msgid":
        entry.message += text
    elif key == "msgid_plural":
        entry.plural = (entry.plural or "") + text
    else:
        number = int(key[len("msgstr[") : -1]) if "[" in key else 0
        entry.texts[number] = entry.texts.get(number, "") + text


def _placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)[.0-9]*[a-z]|\{\w*\}", text))


# ---------------------------------------------------------------- the catalogue is complete


def test_every_message_of_the_sources_is_translated():
    assert len(_messages()) > 1000
    known = {
        (entry.context, entry.message): entry
        for entry in _catalogue()
        if not entry.fuzzy and all(entry.texts.values())
    }

    missing = [
        f"{where}: {message}"
        for context, message, plural, where in _messages()
        if (context, message) not in known
        or (plural is not None and len(known[context, message].texts) != 2)
    ]

    assert missing == []


def test_the_catalogue_holds_nothing_fuzzy_empty_or_left_in_japanese():
    shown = [
        entry.message
        for entry in _catalogue()
        if entry.fuzzy
        or not all(entry.texts.values())
        or (entry.message and any(JAPANESE.search(_plain(t)) for t in entry.texts.values()))
    ]

    assert shown == []


def _plain(text: str) -> str:
    # The sign that stands for hidden words is named as it looks.
    return text.replace("【 】", "")


def test_translations_keep_every_placeholder():
    broken = [
        (entry.message, text)
        for entry in _catalogue()
        for text in entry.texts.values()
        if entry.message and _placeholders(text) != _placeholders(entry.message)
    ]

    assert broken == []


def test_the_compiled_catalogue_is_what_the_text_says():
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]

    told = {}
    for entry in _catalogue():
        key = entry.message if entry.context is None else f"{entry.context}\x04{entry.message}"
        if not all(entry.texts.values()):
            continue  # what is not translated is not compiled
        if entry.plural is None:
            told[key] = entry.texts[0]
        else:
            told |= {(key, number): text for number, text in entry.texts.items()}

    assert compiled == told


# ---------------------------------------------------------------- nothing escapes translation


def test_templates_hold_no_japanese_outside_translate_tags():
    shown = []
    for path, name in _templates():
        if name in JAPANESE_TEMPLATES:
            continue
        for number, line in enumerate(_outside_tags(path.read_text()).splitlines(), 1):
            if JAPANESE.search(line):
                shown.append(f"{name}:{number}: {line.strip()[:80]}")

    assert shown == []


def _outside_tags(text: str) -> str:
    def blank(match: re.Match[str]) -> str:
        return "\n" * match[0].count("\n")

    text = re.sub(r"\{#.*?#\}", blank, text)
    text = re.sub(r"\{% comment .*?\{% endcomment %\}", blank, text, flags=re.S)
    text = re.sub(r"\{% blocktranslate\b.*?\{% endblocktranslate %\}", blank, text, flags=re.S)
    text = re.sub(r"\{% translate\b.*?%\}", blank, text)
    text = re.sub(r"_\(\"[^\"]*\"\)", "", text)
    for word in JAPANESE_WORDS:
        text = text.replace(word, "")
    return text


# ---------------------------------------------------------------- pages in English


class Reader(HTMLParser):
    """The words of a page, attributes that are read aloud included; not what says `lang="ja"`.

    Chinese that says so is no Japanese either.
    """

    SPOKEN = {"title", "aria-label", "placeholder", "alt", "content", "value"}
    SILENT = {"script", "style"}
    EMPTY = {"meta", "link", "input", "br", "hr", "img"}

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        skipped = (values.get("lang") or "")[:2] in ("ja", "zh") or tag in self.SILENT or self._skipping()
        if not skipped:
            self.words += [v for k, v in attrs if v and (k in self.SPOKEN or k.startswith("data-"))]
        if tag not in self.EMPTY:
            self._open.append((tag, skipped))

    def handle_startendtag(self, tag, attrs):
        if not self._skipping():
            self.words += [v for k, v in attrs if v and k in self.SPOKEN]

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not self._skipping():
            self.words.append(data)

    def _skipping(self) -> bool:
        return bool(self._open) and self._open[-1][1]


def japanese_in(page: str) -> list[str]:
    reader = Reader()
    reader.feed(page)
    return [words.strip()[:80] for words in reader.words if JAPANESE.search(words)]


def test_the_reader_finds_japanese_where_people_would():
    page = '<p title="題">声 <b lang="ja">日本語</b><style>「</style></p><input value="値"><i>a</i>'

    assert japanese_in(page) == ["題", "声", "値"]


@pytest.fixture
def ascii_world(people, now, run_jobs):
    """One of everything, with names and words in plain ASCII."""
    Workspace.objects.update_or_create(
        pk=1, defaults={"name": "Minamo", "operator": "Minamo", "created_at": now}
    )
    for role, user in vars(people).items():
        user.name, user.language = f"The {role}", "en"
        user.save()
    customer = factories.CustomerFactory(name="Robin")
    factories.ContactPointFactory(customer=customer)
    for number in range(40):
        at = now - timedelta(days=1 + 7 * (number % 12), minutes=number)
        common = {"occurred_at": at, "source": "import", "now": now, "customer": customer}
        score = voices.record_score(
            kind=("nps", "csat")[number % 2], value=1 + number % 5, source_ref=f"s{number}", **common
        )
        voices.record_comment(
            text=f"The app is slow. Delivery fee is high {number}.", source_ref=f"c{number}",
            score=score, purpose="To improve.", may_tell=True, segment="gold", product="App", **common
        )  # fmt: skip
    analysis.analyse_all()
    _loop(people.analyst, now)
    inbox = factories.InboxFactory(key="help", name="Help", purpose="To answer.", is_public=True)
    inbox.members.add(people.agent)
    _tickets(inbox, people.agent, now)
    _survey()
    run_jobs()
    return people


def _loop(actor, now):
    from tests.feedback.backlog.conftest import World

    class People:
        analyst = actor

    world = World(People, now)
    world.topic.seeds = ["fee"]
    world.topic.save()
    clause = world.clause(
        "The fee is hidden", before="", after=".", customer=Customer.objects.get(name="Robin"),
        purpose="To improve.",
    )  # fmt: skip
    score = factories.ScoreFactory(customer=clause.comment.customer)
    Comment.objects.filter(pk=clause.comment_id).update(topic_keys=world.topic.key, score=score)
    insight = insights.create_insight(
        claim="Fees are hidden", topic=world.topic, clause_ids=[clause.pk], actor=actor, now=now
    )
    insights.publish(insight=insight, actor=actor, now=now)
    for state in ("candidate", "in_progress", "released", "declined", "on_hold"):
        item = improvements.create_improvement(
            title=f"Show fees {state}", problem="Fees come too late.", category="product",
            insights=[insight], owner=actor, actor=actor, now=now,
        )  # fmt: skip
        _to(item, state, world, actor, now)


def _to(item, state, world, actor, now):
    def step(to, **more):
        moves.move(improvement=item, to=to, reason="Because.", actor=actor, now=now, **more)

    if state == "declined":
        step("triaged")
        step("declined", public_reason="It costs too much.")
    elif state == "on_hold":
        step("on_hold")
    elif state in ("in_progress", "released"):
        step("triaged")
        step("planned")
        world.plan(item)
        step("in_progress")
    if state == "released":
        world.release(item, title="Fees up front", notes="You now see fees up front.")


def _tickets(inbox, agent, now):
    for number, minutes in enumerate((600, 30, 5)):
        ticket = open_ticket(
            inbox=inbox, subject=f"Two boxes {number}", text="Two boxes came.", name="Kim",
            email=f"kim{number}@customer.example", origin="form", origin_ref=f"t{number}",
            now=now - timedelta(minutes=minutes),
        )  # fmt: skip
    add_note(ticket=ticket, text="Ask the store.", actor=agent, now=now)
    reply(
        ticket=ticket, text="We will look.", then=Ticket.Status.SOLVED, actor=agent, now=now
    )


def _survey():
    survey = factories.SurveyFactory(
        title="About us", purpose="To improve.", operator="Minamo", slug="about"
    )
    for question in survey.questions.all():
        question.label, question.low_label, question.high_label = "How was it?", "Bad", "Good"
        question.save()


def test_no_page_shows_japanese_to_an_english_reader(ascii_world, client_for, client):
    admin = ascii_world.owner
    pages = staff_pages(admin)
    del pages["ui"]
    pages["search"] = "/search/?q=slow"
    pages["search-nothing"] = "/search/?q=zzzz"
    pages["inboxes"], pages["workspace"] = "/settings/inboxes/", "/settings/workspace/"
    assert {"comment", "topic", "customer", "insight", "release", "ticket-times"} <= set(pages)
    staff, shown = client_for(admin), {}
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"

    for reader, addresses in ((staff, pages), (client, public_pages())):
        for name, address in addresses.items():
            answer = reader.get(address)
            assert answer.status_code in (200, 404), name
            assert answer["Content-Language"] == "en", name
            words = japanese_in(answer.content.decode())
            if words:
                shown[name] = words

    assert shown == {}


def test_refusals_of_forms_are_english_too(ascii_world, client_for):
    staff = client_for(ascii_world.owner)
    comment = Comment.objects.order_by("pk").first()
    clause = comment.clauses.first()

    for address in (
        "/improvements/new/", "/surveys/new/", "/account/", "/settings/",
        f"/comments/{comment.pk}/clauses/{clause.pk}/",
    ):  # fmt: skip
        answer = staff.post(address, {})
        assert answer.status_code == 422, address
        assert japanese_in(answer.content.decode()) == [], address


def test_shipped_touchpoints_have_english_names(db):
    from django.utils import translation

    with translation.override("en"):
        names = [str(touchpoint) for touchpoint in Touchpoint.objects.all()]

    assert len(names) == 7
    assert not any(JAPANESE.search(name) for name in names)
