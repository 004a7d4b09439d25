"""Surveys, and the loop objects joined to the comments they stand on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from feedback.demo import backlog, hours
from feedback.demo.objects import (
    Comment,
    Decision,
    Improvement,
    Insight,
    Notice,
    Plan,
    Question,
    Release,
    Staff,
    Survey,
)

_EVIDENCE = 24
_LOOKS_BACK = timedelta(weeks=10)


@dataclass(frozen=True, slots=True)
class Loop:
    insights: list[Insight]
    improvements: list[Improvement]
    releases: list[Release]
    notices: list[Notice]


def build(weeks: tuple[date, ...], end: date, comments: list[Comment], team: list[Staff]) -> Loop:
    """The loop objects with their dates; insights quote comments that were there at the time."""
    after_last = weeks[-1] + timedelta(weeks=1)
    known = {user.ref for user in team}
    insights = [_insight(text, after_last, comments) for text in backlog.INSIGHTS]
    improvements = [_improvement(text, after_last, known) for text in backlog.IMPROVEMENTS]
    releases = [
        Release(
            text.ref, text.title, text.notes, text.kind,
            hours.local(after_last - timedelta(weeks=text.weeks_ago), 6), text.scope, text.improvements,
        )
        for text in backlog.RELEASES
    ]  # fmt: skip
    notices = [
        Notice(
            text.ref, text.improvement, text.release, text.channel, text.subject, text.body, text.public,
            text.state, None if text.weeks_ago is None else _at(after_last, text.weeks_ago, 11),
        )
        for text in backlog.NOTICES
    ]  # fmt: skip
    return Loop(insights, improvements, releases, notices)


def _at(after_last: date, weeks_ago: float, hour: int) -> datetime:
    """That many weeks before the end of the last whole week, on a working day."""
    day = after_last - timedelta(days=round(weeks_ago * 7))
    return hours.local(day, hour, 20)


def _insight(text: backlog.InsightText, after_last: date, comments: list[Comment]) -> Insight:
    created = after_last - timedelta(days=text.weeks_ago * 7 - 3)
    upper = hours.local(created, 9)
    words = re.compile(text.words)
    found: list[tuple[bool, str, int]] = []
    for comment in comments:
        if not upper - _LOOKS_BACK <= comment.at < upper:
            continue
        for place, clause in enumerate(comment.clauses):
            if (
                clause.topic == text.topic
                and clause.intent in text.intents
                and words.search(clause.text)
            ):
                found.append((comment.customer_ref is None, comment.ref, place))
                break
    # People who can be told come first, the newest of them at the front.
    known = [(ref, place) for unknown, ref, place in reversed(found) if not unknown]
    others = [(ref, place) for unknown, ref, place in reversed(found) if unknown]
    return Insight(
        text.ref, text.title, text.claim, text.topic, text.state if found else "draft",
        backlog.ANALYST, created, tuple((known + others)[:_EVIDENCE]),
    )  # fmt: skip


def _improvement(text: backlog.ImprovementText, after_last: date, known: set[str]) -> Improvement:
    assert {text.owner, *(step.by for step in text.steps)} <= known
    state, decisions = "candidate", []
    for i, step in enumerate(text.steps):
        at = _at(after_last, step.weeks_ago, 13) + timedelta(minutes=7 * i)
        decisions.append(Decision(at, step.by, state, step.to, step.reason, step.public_reason))
        state = step.to
    plan = None
    if text.plan:
        frozen = _at(after_last, text.plan[0], 12)
        shipped = next((s.weeks_ago for s in text.steps if s.to == "released"), None)
        begins = (
            after_last - timedelta(weeks=shipped)
            if shipped is not None
            else after_last + timedelta(weeks=3)
        )
        plan = Plan(text.topic, 8, text.plan[1], frozen, begins + timedelta(weeks=8, days=3))
    return Improvement(
        text.ref, text.title, text.problem, text.category, state, text.owner, text.topic, text.insights,
        text.effort, text.external, tuple(decisions), plan, text.duplicate_of,
    )  # fmt: skip


def surveys() -> list[Survey]:
    """The two surveys with their questions and what the answers are used for."""
    purpose = (
        "お答えは、商品とサービスを良くするため、また、お寄せいただいた件のその後をお知らせするために使います。"
        "広告には使いません。"
    )
    operator = "みなも商店（デモ）顧客体験チーム　cx@minamo-demo.example　0120-000-111"
    return [
        Survey(
            "survey-nps", "otodoke", "お届け後のアンケート（デモ）",
            "このたびのお買い物について、1分ほどでお答えいただけます。", purpose, operator,
            "お答えをくださり、ありがとうございました。一つひとつ読んでいます。", "使用",
            (
                Question("nps", "nps", "みなも商店を親しい人にすすめる可能性は、どのくらいありますか。", (), True),
                Question("reason", "text", "その理由を教えてください。"),
                Question("best", "choice", "いちばん良かったものはどれですか。", ("品ぞろえ", "価格", "届く速さ", "アプリ・サイトの使いやすさ", "問い合わせの対応", "とくにない")),
            ),
        ),
        Survey(
            "survey-csat", "taiou", "お問い合わせ後のアンケート（デモ）",
            "先日のお問い合わせについて、30秒ほどでお答えいただけます。", purpose, operator,
            "お答えをくださり、ありがとうございました。担当の者にも伝えます。", "アフター",
            (
                Question("csat", "csat", "今回の対応に、どのくらい満足されましたか。", (), True),
                Question("solved", "choice", "ご用件は解決しましたか。", ("解決した", "解決していない")),
                Question("reason", "text", "良かった点、足りなかった点を教えてください。"),
            ),
        ),
    ]  # fmt: skip
