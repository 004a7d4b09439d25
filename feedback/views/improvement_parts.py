"""What the pages of the backlog say in words and draw: steps, next step, effect."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.models import EffectReport, Improvement, MeasurementPlan, Topic
from feedback.queries.improvements import ItemPage, Row, entered_on
from feedback.services.moves import FORWARD
from voc.charts import Chart, Mark, Point, line_chart
from voc.templatetags.written import jday, jmonth

State = Improvement.State

_NEXT = {
    State.CANDIDATE: gettext_lazy("気づきを確かめて、整理する"),
    State.TRIAGED: gettext_lazy("担当者と、採用するかを決める"),
    State.PLANNED: gettext_lazy("測り方を決めて、着手する"),
    State.IN_PROGRESS: gettext_lazy("変わったことを書いて、公開する"),
    State.RELEASED: gettext_lazy("お客様に伝える"),
    State.TOLD: gettext_lazy("効果を確かめる"),
    State.MEASURED: gettext_lazy("結果を見て、完了にする"),
    State.CLOSED: gettext_lazy("なし"),
    State.DECLINED: gettext_lazy("なし"),
    State.ON_HOLD: gettext_lazy("再開するかを決める"),
}

_REASONS = {
    "waived": gettext_lazy("測らないと決めた改善のため、判定しません。"),
    "plan_changed": gettext_lazy("測定の計画が、固定したときと違っています。"),
    "release_out_of_range": gettext_lazy("公開の週が、集計できる期間の外にあります。"),
    "short_history": gettext_lazy("公開より前の記録が足りません。"),
    "short_follow_up": gettext_lazy("公開のあとの期間が、まだ終わっていません。"),
    "unusable_numbers": gettext_lazy("声が1件もない週があり、比べられません。"),
    "few_mentions": gettext_lazy("この話題の声が30件に足りません。"),
    "few_placebos": gettext_lazy("比べられる話題と週が足りません。"),
    "wide_interval": gettext_lazy("区間が広く、よくなったともならなかったとも言えません。"),
}


def reason_of(report: EffectReport | None) -> str:
    """Why there is no verdict, as a sentence."""
    return str(_REASONS.get(report.reason, "")) if report else ""


def next_step(row: Row) -> str:
    """What has to be done next, in words."""
    state = row.improvement.state
    if state == State.CANDIDATE and not row.published:
        return _("気づきを公開する")
    if state == State.RELEASED and row.coming:
        return _("お知らせ あと%(n)s人") % {"n": row.coming}
    if state in (State.RELEASED, State.TOLD) and not row.verdict and row.decide_on:
        return _("%(day)sから効果を判定") % {"day": jday(row.decide_on)}
    if state == State.MEASURED and row.coming:
        return _("お知らせ あと%(n)s人") % {"n": row.coming}
    if state == State.MEASURED and row.verdict == EffectReport.Verdict.WORSENED:
        return _("着手に戻して、やり直す")
    if state == State.MEASURED and row.verdict == EffectReport.Verdict.INCONCLUSIVE:
        return _("結果を認めるかを決める")
    return str(_NEXT[State(state)])


def steps(data: ItemPage) -> list[dict[str, Any]]:
    """The stepper: the eight states of the loop with their dates."""
    entered = entered_on(data.decisions, data.improvement.created_at)
    state = data.improvement.state
    # Aside, the item stands where it was before.
    reached = FORWARD.index(State(state)) if state in FORWARD else _before_aside(data)
    return [_step(data, entered, index, step, reached) for index, step in enumerate(FORWARD)]


def _before_aside(data: ItemPage) -> int:
    before = next(
        (d.from_state for d in data.decisions if d.from_state in FORWARD), State.CANDIDATE
    )
    return FORWARD.index(State(before))


def _step(
    data: ItemPage, entered: dict[str, Any], index: int, step: State, reached: int
) -> dict[str, Any]:
    label, known = str(step.label), data.facts
    if step == State.TOLD and reached >= FORWARD.index(State.RELEASED) and known.untold:
        note = _("%(told)s人・あと%(left)s人") % {"told": data.told.told, "left": known.untold}
        return {"label": label, "state": "partial", "note": note}
    if index <= reached:
        # The effect may have been known before the last customer was told.
        skipped = step == State.TOLD and State.TOLD not in entered
        state = "done" if not skipped else "partial"
        at = entered.get(step)
        return {"label": label, "state": state, "note": jday(at) if at else ""}
    if step == State.MEASURED and known.decide_on and reached >= FORWARD.index(State.RELEASED):
        note = _("%(day)sから判定") % {"day": jday(known.decide_on)}
        return {"label": label, "state": "ahead", "note": note}
    return {"label": label, "state": "ahead", "note": ""}


def timeline(data: ItemPage) -> list[dict[str, Any]]:
    """The record of decisions, newest first."""
    labels = dict(State.choices)
    return [
        {
            "at": decision.at,
            "title": _("%(from)s → %(to)s")
            % {"from": labels[decision.from_state], "to": labels[decision.to_state]},
            "by": decision.by.name if decision.by else "",
            "note": decision.reason
            + (
                _("（お客様へ：%(reason)s）") % {"reason": decision.public_reason}
                if decision.public_reason
                else ""
            ),
        }
        for decision in data.decisions
    ]


def without_links(body: str) -> str:
    """A letter as staff may read it: whoever holds its stop address may use it."""
    return body.split("\n----\n", 1)[0].strip()


def plan_initial(data: ItemPage) -> dict[str, Any]:
    """What the plan's form starts with: the draft, else the topic of the first insight."""
    plan = data.plan
    if plan and plan.topic:
        return {
            "topic": plan.topic.key,
            "window_weeks": plan.window_weeks,
            "minimum_percent": round(plan.minimum_effect * 100),
        }
    topic = next((i.topic_id for i in data.insights if i.topic_id), None)
    return {"topic": Topic.objects.values_list("key", flat=True).get(pk=topic)} if topic else {}


def plan_lines(plan: MeasurementPlan | None) -> list[tuple[str, str]]:
    """The plan as lines of a definition list."""
    if plan is None:
        return []
    if plan.waiver_reason:
        return [(_("測らない理由"), plan.waiver_reason)]
    topic = str(plan.topic or "")
    return [
        (_("見る数"), _("「%(topic)s」の声の割合") % {"topic": topic}),
        (
            _("よい向き"),
            _("減る（最小の効果 −%(percent)s％）") % {"percent": round(plan.minimum_effect * 100)},
        ),
        (_("比べ方"), _("同じように増えていた話題と比べる")),
        (_("期間"), _("公開から1週おいて%(weeks)s週") % {"weeks": plan.window_weeks}),
    ]


def effect_chart(report: EffectReport, *, compact: bool = False) -> Chart | None:
    """Mentions per 1,000 comments by week, with what was to be expected without the release."""
    data = report.data
    if not data.get("weeks"):
        return None
    at = data["release_index"]
    weeks = [date.fromisoformat(week) for week in data["weeks"]]
    points = []
    for index, week in enumerate(weeks):
        total = data["comments"][index]
        after = index - at
        bands = {}
        if after >= 0 and data["expected"]:
            for name in ("expected", "expected_low", "expected_high"):
                bands[name] = 1000 * data[name][after]
        points.append(
            Point(
                label=f"{week.year}/{week.month}/{week.day}",
                value=1000 * data["mentions"][index] / total if total else None,
                tick=jmonth(week) if week.day <= 7 else "",
                **bands,
            )
        )
    released = date.fromisoformat(data["settling_week"])
    topic = str(report.plan.topic or "")
    summary = _(
        "「%(topic)s」の声が、全体1,000件あたり週に何件あるか。%(day)sの週に公開。判定は%(verdict)s。"
    ) % {
        "topic": topic,
        "day": jday(released),
        "verdict": EffectReport.Verdict(report.verdict).label,
    }
    improved = report.verdict == EffectReport.Verdict.IMPROVED
    return line_chart(
        points,
        summary=summary,
        releases=[Mark(at, _("%(day)s 公開") % {"day": jday(report.release.released_at)})],
        from_zero=True,
        improved_from=at if improved else None,
        headers=(_("週"), _("1,000件あたり")),
        compact=compact,
    )
