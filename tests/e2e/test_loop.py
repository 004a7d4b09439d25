"""One voice, from the answer to the measured effect, through the pages as people use them."""

import csv
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from surveys.models import Response
from tests import factories
from tests.e2e.walk import Walker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAID = "アプリはとても便利ですが、ログインが遅くて困っています。"
BEFORE = (
    "ログインが遅くて困ります。",
    "送料が高いと感じます。",
    "商品の品質がとてもよかったです。",
    "電話がなかなかつながりません。",
    "配送が早くて助かりました。",
    "梱包の箱が大きすぎます。",
)
CLAIM = "ログインに時間がかかり、注文をあきらめる方がいる"
RELEASED = "ログインが速くなりました"


def _earlier_weeks(folder: Path) -> None:
    """Fourteen weeks of what was said before, by the command that imports any office's file."""
    path = folder / "earlier.csv"
    today = timezone.localdate()
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["番号", "ご意見", "日付"])
        for week in range(14):
            for index, words in enumerate(BEFORE):
                # In the last week many more speak of the log-in.
                times = 8 if (week, index) == (0, 0) else 1
                for n in range(times):
                    day = today - timedelta(days=7 * week + 1 + n % 6)
                    rows.writerow([f"{week}-{index}-{n}", words, f"{day:%Y/%m/%d}"])
    call_command("import_comments", str(path), text="ご意見", date="日付", analyse=True)


def _make_survey(staff: Walker, template: str) -> None:
    page = staff.go("アンケート")
    staff.press(page.get_by_role("link", name="アンケートを作る").first)
    staff.press(page.get_by_role("link", name=re.compile(template)))
    staff.look("new survey")
    staff.press(page.get_by_role("button", name="下書きを作る"))
    staff.press(page.get_by_role("button", name="公開する"))
    expect(page.get_by_text("公開しました。")).to_be_visible()


def _ask(staff: Walker, customer: Any) -> str:
    """Two surveys, and a personal link to the first of them."""
    staff.go("アンケート")
    staff.look("no survey yet")
    _make_survey(staff, "問い合わせ後")
    _make_survey(staff, "関係調査")
    staff.look("survey without answers")
    page = staff.page
    staff.press(page.get_by_role("link", name="招待する"))
    page.get_by_label("宛先").fill(customer.external_id)
    staff.look("invitations")
    staff.press(page.get_by_role("button", name="招待を作る"))
    row = page.get_by_role("row").filter(has_text=customer.name).first
    return str(row.get_by_role("cell").last.inner_text()).strip()


def _answer(walker: Any, public: str, personal: str) -> None:
    """A respondent on a phone, without JavaScript."""
    phone = walker(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page = phone.open(public)
    expect(page.get_by_text("ご回答の使いみち")).to_be_visible()
    expect(page.get_by_text("お名前や連絡先はうかがいません。")).to_be_visible()
    phone.look("public form")

    page = phone.open(personal)
    expect(page.get_by_text("直したことをお知らせする場合があります。")).to_be_visible()
    phone.look("personal form")
    page.get_by_role("radio", name="2", exact=True).check()
    phone.press(page.get_by_role("button", name="次へ"))
    # The follow-up question is that of a detractor, and speaks of the score.
    phone.look("why, after a low score")
    page.get_by_label(re.compile("2点とされた理由を教えてください")).fill(SAID)
    sent = {one.get_attribute("name"): one.input_value() for one in page.locator("form [type=hidden]").all()}
    sent["why-low"] = SAID
    phone.press(page.get_by_role("button", name="回答を送る"))
    expect(
        page.get_by_role("heading", name="お声をくださり、ありがとうございました。")
    ).to_be_visible()
    phone.look("thanks")

    again = phone.context.request.post(personal, form=sent)
    assert again.ok
    assert "ありがとうございました" in again.text()
    assert Response.objects.count() == 1
    page = phone.open(personal)
    expect(page.get_by_text("すでに回答をいただいています。")).to_be_visible()
    phone.look("already answered")


def _read(analyst: Walker) -> None:
    """The comment is found, its two clauses are read right, and one topic is corrected."""
    page = analyst.go("声")
    analyst.look("comments")
    analyst.press(page.get_by_role("link", name=SAID).first)
    voice = page.get_by_role("blockquote").first
    assert voice.locator("mark.mark--positive").inner_text() == "アプリはとても便利ですが"
    assert voice.locator("mark.mark--negative").inner_text() == "ログインが遅くて困っています"
    reading = page.get_by_role("complementary")
    expect(reading.get_by_text("2つの節")).to_be_visible()
    expect(reading.get_by_role("link", name="ログイン・認証")).to_be_visible()
    analyst.look("comment")

    analyst.press(reading.get_by_role("link", name="直す").first)
    analyst.look("correcting a clause")
    page.get_by_label("話題").select_option(label=["アプリ・サイト"])
    analyst.press(page.get_by_role("button", name="この内容で直す"))
    expect(page.get_by_text("直しました。")).to_be_visible()
    expect(page.get_by_text("人が確認")).to_be_visible()


def _recover(agent: Walker) -> None:
    """The low score is somebody's work with a due time; it is answered and solved."""
    page = agent.page
    agent.look("home of an agent")
    due = page.locator("#due")
    expect(due.get_by_text(re.compile("超過|残り|月")).first).to_be_visible()
    agent.press(due.get_by_role("link", name="低い評価へのご連絡（NPS 2）"))
    expect(page.get_by_text(SAID).first).to_be_visible()
    agent.look("recovery ticket")

    page.get_by_role("textbox", name="返信").fill(
        "ご不便をおかけしました。ログインの遅さを調べています。"
    )
    agent.press(page.get_by_role("button", name="送信して解決"))
    expect(page.get_by_text("にしました").first).to_be_visible()
    agent.look("solved ticket")
    agent.press(page.get_by_role("link", name="計算のもとを見る"))
    for name in ("初回返信", "最初の解決", "最後の解決"):
        expect(page.get_by_role("heading", name=name)).to_be_visible()
    for metric in ("#first_reply", "#first_resolution", "#full_resolution"):
        expect(page.locator(metric).get_by_text("暦", exact=True)).to_be_visible()
    agent.look("times of a ticket")
    page = agent.go("対応")
    agent.look("tickets")


def _claim(analyst: Walker) -> None:
    """Words of a topic become an insight, and that a candidate."""
    page = analyst.go("話題")
    analyst.look("topics")
    analyst.press(page.get_by_role("link", name="ログイン・認証").first)
    analyst.look("topic")
    analyst.press(page.get_by_role("link", name="気づきにする"))
    page.get_by_label("気づき").fill(CLAIM)
    expect(page.get_by_text("ログインが遅くて困っています")).to_be_visible()
    analyst.look("new insight")
    analyst.press(page.get_by_role("button", name="下書きを作る"))
    analyst.press(page.get_by_role("button", name="公開する"))
    expect(page.get_by_text("気づきを公開しました。")).to_be_visible()
    analyst.look("insight")

    analyst.press(page.get_by_role("link", name="改善の候補にする"))
    page.get_by_label("改善", exact=True).fill("ログインの待ち時間を短くする")
    page.get_by_label("困りごと").fill("ログインに10秒ほどかかる。")
    analyst.look("new improvement")
    analyst.press(page.get_by_role("button", name="候補にする"))
    expect(page.get_by_text("改善の候補にしました。")).to_be_visible()


def _decide(admin: Walker, state: str, reason: str) -> None:
    page = admin.page
    page.get_by_label("理由", exact=True).first.fill(reason)
    admin.press(page.get_by_role("button", name=f"「{state}」にする"))
    expect(page.get_by_text("判断を記録しました。")).to_be_visible()


def _improve(admin: Walker, owner: Any) -> None:
    """Triage, plan, owner, a frozen measurement, work, release."""
    page = admin.go("改善")
    admin.look("improvements")
    admin.press(page.get_by_role("link", name="ログインの待ち時間を短くする"))
    admin.look("candidate")
    _decide(admin, "整理", "声が先週から増えたため。")

    page.get_by_label("担当者").select_option(label=str(owner))
    admin.press(page.get_by_role("button", name="保存する"))
    _decide(admin, "計画", "今期のうちに直せるため。")

    page.get_by_label("期間（週）").fill("2")
    admin.look("planning the measurement")
    admin.press(page.get_by_role("button", name="この計画で固定する"))
    expect(page.get_by_text("測定の計画を保存しました。")).to_be_visible()
    _decide(admin, "着手", "設計が決まったため。")

    page.get_by_label("お知らせの題").fill(RELEASED)
    page.get_by_label("変わったこと").fill("ログインにかかる時間を、半分にしました。")
    admin.look("recording a release")
    admin.press(page.get_by_role("button", name="公開を記録する"))
    expect(page.get_by_text("公開を記録しました。")).to_be_visible()


def _told(walker: Any, admin: Walker, address: str) -> None:
    """The letter quotes the person's own words; the public page says what changed."""
    letters = [letter for letter in mail.outbox if RELEASED in letter.subject]
    assert [letter.to for letter in letters] == [[address]]
    assert "「ログインが遅くて困っています」とお寄せいただいた件です。" in letters[0].body
    assert "ログインにかかる時間を、半分にしました。" in letters[0].body
    links = re.findall(r"http\S+", letters[0].body)
    assert len(links) == 2

    phone = walker(viewport={"width": 360, "height": 740})
    for link in links:
        page = phone.open(link)
        phone.look("letter's link")
        if "/stop/" not in link:
            expect(page.get_by_role("heading", name=RELEASED)).to_be_visible()

    page = admin.page
    page.reload()
    admin.look("released improvement")
    _decide(admin, "伝えた", "声をくださった方に伝えたため。")
    admin.go("お知らせ")
    admin.look("releases")
    admin.press(page.get_by_role("link", name=RELEASED).first)
    expect(page.get_by_role("row").filter(has_text="伝えた")).to_be_visible()
    admin.look("release")


def _measure(admin: Walker) -> None:
    """Four weeks later there is too little to judge by, and the page says so."""
    page = admin.go("改善")
    admin.press(page.get_by_role("link", name="ログインの待ち時間を短くする"))
    admin.press(page.get_by_role("button", name="いま計算する"))
    expect(page.get_by_text("判断できない", exact=True).first).to_be_visible()
    admin.look("inconclusive effect")
    admin.press(page.get_by_role("button", name="この結果を認める"))
    _decide(admin, "測った", "結果を見たため。")
    _decide(admin, "完了", "伝え、測り終えたため。")
    expect(page.get_by_text("声をくださった方に伝え、効果を確かめました。")).to_be_visible()
    admin.look("closed improvement")


def test_a_voice_travels_the_whole_loop(house, people, walker, run_jobs, tmp_path):
    customer = factories.CustomerFactory(name="早瀬 みのり")
    contact = factories.ContactPointFactory(customer=customer)
    _earlier_weeks(tmp_path)

    analyst = walker()
    analyst.open("/")
    analyst.look("log-in")
    analyst.sign_in(people.analyst, factories.PASSWORD)
    personal = _ask(analyst, customer)
    _answer(walker, _public_address(analyst), personal)
    run_jobs()
    _read(analyst)

    agent = walker()
    agent.sign_in(people.agent, factories.PASSWORD)
    _recover(agent)
    mail.outbox.clear()
    run_jobs()
    subjects = [letter.subject for letter in mail.outbox if letter.to == [contact.value]]
    assert any("アンケートのお願い" in subject for subject in subjects), subjects
    assert any("低い評価" in subject or "ご連絡" in subject for subject in subjects), subjects

    _claim(analyst)
    admin = walker()
    admin.sign_in(people.admin, factories.PASSWORD)
    _improve(admin, people.analyst)
    run_jobs()
    _told(walker, admin, contact.value)

    with time_machine.travel(_later(), tick=True):
        admin.context.clear_cookies()
        admin.sign_in(people.admin, factories.PASSWORD)
        _measure(admin)
    for role in (people.owner, people.analyst, people.agent, people.viewer):
        somebody = walker()
        page = somebody.sign_in(role, factories.PASSWORD)
        loop = page.get_by_role("list", name="声が届いてから確かめるまで")
        for verb in ("届いた", "気づいた", "決めた", "直した", "伝えた", "確かめた"):
            expect(loop.get_by_text(verb, exact=True)).to_be_visible()
    somebody.look("home of a viewer")


def _public_address(staff: Walker) -> str:
    page = staff.go("アンケート")
    staff.press(page.get_by_role("link", name=re.compile("みなも商店について")))
    return str(page.get_by_label("リンク", exact=True).input_value())


def _later() -> datetime:
    return timezone.now() + timedelta(weeks=4)
