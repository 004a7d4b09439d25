"""The design system's tags and filters, the field markup, and the size of the customers' sheet."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
import time_machine
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from voc import customer_style
from voc.templatetags import ui, written

FRIDAY = datetime(2026, 11, 20, 0, 48, tzinfo=UTC)
HOUR = 3600


def rendered(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-17.9, "−17.9"),
        (3, "+3"),
        (0, "0"),
        (-0.04, "−0.04"),
        (None, "データなし"),
        ("", "データなし"),
    ],
)
def test_a_change_is_written_with_its_sign_and_a_real_minus(value, text):
    assert written.signed(value) == text


def test_a_change_that_rounds_to_nothing_has_no_sign():
    assert written.signed(-0.04, 1) == "0.0"


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), "words"])
def test_what_is_not_a_number_is_no_data_and_never_zero(value):
    assert written.count(value) == "データなし"
    assert written.pct(value) == "データなし"
    assert "データなし" in ui.figure(value, "件")


def test_numbers_have_separators_and_small_units():
    assert written.count(128400) == "128,400"
    assert ui.figure(1284, "件") == '<span class="fig">1,284<small>件</small></span>'
    assert written.pct(0.464) == "46%"
    assert written.signed_pct(-0.34) == "−34"
    assert written.yen(86400) == "86,400円"


def test_a_moment_is_written_in_tokyo_with_its_weekday():
    assert written.jdatetime(FRIDAY) == "11月20日（金）9:48"
    assert written.jdate(FRIDAY, "year") == "2026年11月20日（金）"
    with translation.override("en"):
        assert written.jdatetime(FRIDAY) == "Fri 20 Nov 9:48"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (59, "59秒"),
        (42 * 60, "42分"),
        (2 * HOUR + 17 * 60, "2時間17分"),
        (-(2 * HOUR), "2時間"),
        (24 * HOUR, "1日"),
        (28 * HOUR, "1日4時間"),
        (75 * HOUR, "3日"),
    ],
)
def test_a_length_of_time_is_said_in_at_most_two_units(seconds, text):
    assert written.duration(seconds) == text


def test_a_deadline_says_late_soon_paused_or_its_date():
    assert "超過 2時間17分" in ui.due(-(2 * HOUR + 17 * 60))
    assert "chip--kaki" in ui.due(42 * 60)
    assert "お客様待ち" in ui.due(-60, waiting=True)
    assert ">11月20日</time>" in ui.due(5 * 24 * HOUR, at=FRIDAY)
    assert ui.due(None) == ""


def test_a_person_is_one_character_and_nobody_is_said_in_words():
    assert ">佐</span>" in ui.person(SimpleNamespace(name="佐藤"))
    assert ">A</span>" in ui.person("お客様A")
    assert "担当なし" in ui.person(None)


def test_words_of_others_never_become_markup():
    evil = '<img src=x onerror="1">'

    assert "<img" not in ui.person(evil, show=True)
    assert "<img" not in ui.chip(evil)
    assert "<img" not in ui.marked([{"text": evil, "polarity": "negative", "note": evil}])
    assert "<img" not in rendered('{% include "parts/voice.html" %}', text=evil, who=evil)


def test_clauses_keep_every_character_of_the_comment():
    clauses = [
        {"text": "棚は", "polarity": ""},
        {"text": "きれい", "polarity": "positive"},
        {"text": "。\n次も", "polarity": None},
    ]

    assert ui.marked(clauses) == '棚は<mark class="mark--positive">きれい</mark>。\n次も'


def test_an_unknown_icon_is_an_error_and_not_an_empty_place():
    with pytest.raises(KeyError):
        ui.icon("no-such-drawing")


def test_the_told_bar_is_as_long_as_its_parts():
    bars = ui.told_bar(told=41, held=9, failed=1, coming=3)["bars"]

    assert [bar["kind"] for bar in bars] == ["told", "held", "failed", "coming"]
    assert sum(float(bar["width"].rstrip("%")) for bar in bars) == pytest.approx(100, abs=0.05)
    assert ui.told_bar()["bars"] == []


def test_page_links_keep_the_filter_even_inside_an_isolated_include():
    request = RequestFactory().get("/voices/", {"topic": "7", "cursor": "old"})
    page = SimpleNamespace(previous=None, next="new")
    template = Template('{% include "parts/pages.html" with page=page only %}')

    from django.template import RequestContext

    html = template.render(RequestContext(request, {"page": page}))

    assert "topic=7&amp;cursor=new" in html
    assert "old" not in html


class SampleForm(forms.Form):
    subject = forms.CharField(label="件名", help_text="短く")
    kind = forms.ChoiceField(choices=[("a", "あ")], widget=forms.RadioSelect, required=False)


def test_a_field_with_a_mistake_is_tied_to_its_help_and_its_error():
    html = SampleForm({}).as_div()

    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_subject_helptext id_subject_error"' in html
    assert 'id="id_subject_helptext"' in html
    assert 'id="id_subject_error"' in html
    assert '<label for="id_subject">件名</label>' in html
    assert "必須" in html
    assert "任意" in html
    assert "<fieldset" in html


def test_the_customers_sheet_fits_inside_the_page_and_its_hash_matches():
    import base64
    import hashlib

    sheet = customer_style.text()

    assert len(sheet.encode()) <= customer_style.LIMIT
    assert "/*" not in sheet
    assert sheet.count("{") == sheet.count("}")
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    assert customer_style.source() == f"'sha256-{digest}'"
    assert ui.customer_style() == f"<style>{sheet}</style>"


def test_an_nps_question_has_eleven_radios_and_marks_the_chosen_one():
    html = rendered(
        '{% include "parts/nps.html" with name="q1" title="問い" value=6 required=True only %}'
    )

    assert html.count('type="radio"') == 11
    assert 'value="6" checked' in html
    assert html.count(" checked") == 1


def test_no_template_of_ours_has_inline_style_or_script():
    import re
    from pathlib import Path

    from django.conf import settings

    found = [
        f"{path.name}: {match[0]}"
        for path in Path(settings.BASE_DIR, "templates").rglob("*.html")
        for match in re.finditer(
            r"\sstyle=|\son[a-z]+=\"|<script(?![^>]*\ssrc=)|<style|hx-on", path.read_text()
        )
    ]

    assert found == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["voc/ui.html", "voc/ui_customer.html"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_components_pages_draw_every_part(name, language):
    from django.contrib.auth.models import AnonymousUser
    from django.template.loader import render_to_string

    from voc.ui_samples import samples

    request = RequestFactory().get("/ui/")
    request.user = AnonymousUser()
    with translation.override(language):
        html = render_to_string(name, samples(), request=request)

    assert f'<html lang="{language}"' in html
    assert "まったく思わない" in html or "改善を確かめました" in html
    assert html.count("<svg") == html.count("</svg>") >= 2


@pytest.mark.parametrize("name", ["403", "403_csrf", "404", "429", "500"])
def test_a_page_for_what_went_wrong_needs_nothing_but_itself(name):
    from django.template.loader import get_template

    html = get_template(f"{name}.html").render()

    assert "<h1>" in html
    assert "href" in html


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 11, 20), "11月20日"),
        (date(2026, 1, 2), "1月2日"),
        (date(2025, 12, 4), "2025年12月4日"),
        (date(2025, 3, 25), "2025年3月25日"),
        (date(2027, 1, 8), "1月8日"),
    ],
)
def test_a_day_that_could_be_taken_for_this_years_carries_its_year(day, said):
    with time_machine.travel(datetime(2026, 11, 26, 9, tzinfo=UTC), tick=False):
        assert written.jday(day) == said
    with time_machine.travel(datetime(2026, 1, 5, 9, tzinfo=UTC), tick=False):
        assert written.jday(date(2025, 12, 28)) == "12月28日"
