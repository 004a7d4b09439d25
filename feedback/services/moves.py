"""The states of an improvement: which moves exist, and what must be true before each.

One table, read by the page (what comes next, and why not yet), by the API and by every
service that moves an item. A move happens by compare-and-set on the state: of two people
who decide at once, the second is told so.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from feedback.models import Decision, EffectReport, Improvement
from feedback.queries.improvements import Facts, facts
from feedback.text.normal import sanitise
from voc import audit
from voc.errors import Refused
from voc.models import User
from voc.templatetags.written import jday

State = Improvement.State
Verdict = EffectReport.Verdict
Guard = Callable[[Facts], str]
MAX_REASON = 2_000


def _has_voice(known: Facts) -> str:
    if known.published_insights:
        return ""
    return _("公開した気づきがありません。根拠になる気づきを、先に公開してください。")


def _has_owner(known: Facts) -> str:
    return "" if known.has_owner else _("担当者が決まっていません。先に担当者を決めてください。")


def _plan_is_fixed(known: Facts) -> str:
    if known.plan_fixed:
        return ""
    return _("測定の計画が固定されていません。計画を固定するか、測らない理由を記録してください。")


def _only_by_release(known: Facts) -> str:
    return _("公開にするには、「公開を記録する」から、変わったことを記録してください。")


def _released(known: Facts) -> str:
    return "" if known.release else _("公開の記録がありません。")


def _everyone_told(known: Facts) -> str:
    if not known.untold:
        return ""
    return _("まだお知らせしていないお客様が%(n)s人います。") % {"n": known.untold}


def _is_measured(known: Facts) -> str:
    if known.report:
        return ""
    if known.decide_on is None:
        return _("測定の計画がないため、判定できません。")
    return _("効果の判定がまだありません。%(day)sから計算できます。") % {
        "day": jday(known.decide_on)
    }


def _not_worsened(known: Facts) -> str:
    if known.report and known.report.verdict == Verdict.WORSENED:
        return _("悪化したと判定されたため、完了にできません。着手に戻してください。")
    return ""


def _accepted(known: Facts) -> str:
    report = known.report
    if report and report.verdict == Verdict.INCONCLUSIVE and report.accepted_by_id is None:
        return _("「判断できない」という結果は、だれかが名前を添えて認めると、完了にできます。")
    return ""


# What must be true of an item that stands in a state. Side states ask only for reasons.
_TRIAGED: tuple[Guard, ...] = (_has_voice,)
_PLANNED = (*_TRIAGED, _has_owner)
_WORKING = (*_PLANNED, _plan_is_fixed)

MOVES: dict[tuple[str, str], tuple[Guard, ...]] = {
    (State.CANDIDATE, State.TRIAGED): _TRIAGED,
    (State.TRIAGED, State.PLANNED): _PLANNED,
    (State.PLANNED, State.IN_PROGRESS): _WORKING,
    (State.IN_PROGRESS, State.RELEASED): (_only_by_release,),
    (State.RELEASED, State.TOLD): (_released, _everyone_told),
    # The effect may be known before the last customer could be told.
    (State.RELEASED, State.MEASURED): (_released, _is_measured),
    (State.TOLD, State.MEASURED): (_released, _is_measured),
    (State.MEASURED, State.CLOSED): (
        _released, _everyone_told, _is_measured, _not_worsened, _accepted,
    ),
    # Opened again: the fixed plan stays, a new release follows.
    (State.MEASURED, State.IN_PROGRESS): _WORKING,
    (State.CLOSED, State.IN_PROGRESS): _WORKING,
    **{
        (state, aside): ()
        for state in (State.CANDIDATE, State.TRIAGED, State.PLANNED, State.IN_PROGRESS)
        for aside in (State.ON_HOLD, State.DECLINED)
    },
    (State.ON_HOLD, State.CANDIDATE): (),
    (State.ON_HOLD, State.TRIAGED): _TRIAGED,
    (State.ON_HOLD, State.PLANNED): _PLANNED,
    (State.ON_HOLD, State.IN_PROGRESS): _WORKING,
    (State.ON_HOLD, State.DECLINED): (),
    (State.DECLINED, State.CANDIDATE): (),
    (State.DECLINED, State.TRIAGED): _TRIAGED,
}

FORWARD = (
    State.CANDIDATE, State.TRIAGED, State.PLANNED, State.IN_PROGRESS,
    State.RELEASED, State.TOLD, State.MEASURED, State.CLOSED,
)


def refusal(state: str, to: str, known: Facts) -> str:
    """Why the item may not move there now, in words; "" when it may."""
    guards = MOVES.get((state, to))
    if guards is None:
        return _("「%(state)s」から「%(to)s」へは移せません。") % {
            "state": State(state).label,
            "to": State(to).label,
        }
    return next((why for guard in guards if (why := guard(known))), "")


def next_state(state: str, known: Facts) -> str:
    """The one state that comes next, "" when the loop is closed or the item stands aside."""
    if state == State.MEASURED and known.report and known.report.verdict == Verdict.WORSENED:
        return State.IN_PROGRESS
    if state == State.RELEASED and known.untold and known.report:
        return State.MEASURED
    if state in FORWARD[:-1]:
        return FORWARD[FORWARD.index(State(state)) + 1]
    return ""


def other_states(state: str, known: Facts) -> list[str]:
    """States one may choose besides the next one."""
    following = next_state(state, known)
    return [
        to for (frm, to) in MOVES if frm == state and to not in (following, State.RELEASED)
    ]


@transaction.atomic
def move(
    *,
    improvement: Improvement,
    to: str,
    reason: str,
    actor: User,
    now: datetime,
    public_reason: str = "",
    seen: str = "",
) -> Decision:
    """The decision, recorded, with the item moved. `seen` is the state the person looked at."""
    if to not in State.values:
        raise Refused(_("この状態はありません。"), "unknown_state")
    reason = _words(reason, _("理由"))
    public_reason = sanitise(public_reason).strip()
    if len(public_reason) > MAX_REASON:
        raise Refused(_("お客様に伝える理由が長すぎます。"), "too_long")
    if to == State.DECLINED and not public_reason:
        raise Refused(
            _("見送るときは、お客様に伝える理由も書いてください。"), "public_reason_missing"
        )
    if seen and seen != improvement.state:
        raise conflict()
    why = refusal(improvement.state, to, facts(improvement))
    if why:
        raise Refused(why, "not_yet" if (improvement.state, to) in MOVES else "no_such_move")
    return step(
        improvement=improvement,
        to=to,
        reason=reason,
        public_reason=public_reason,
        actor=actor,
        now=now,
    )


def conflict() -> Refused:
    return Refused(
        _("ほかの人が先に状態を変えました。いまの状態を見てから、もう一度決めてください。"),
        "conflict",
    )


def step(
    *,
    improvement: Improvement,
    to: str,
    reason: str,
    actor: User,
    now: datetime,
    public_reason: str = "",
) -> Decision:
    """Moves without asking the guards: the caller has. Inside the caller's transaction."""
    before = improvement.state
    moved = Improvement.objects.filter(pk=improvement.pk, state=before).update(
        state=to, updated_at=now
    )
    if not moved:
        # Somebody else's decision was committed since this item was read.
        raise conflict()
    improvement.state, improvement.updated_at = to, now
    decision = Decision.objects.create(
        improvement=improvement,
        from_state=before,
        to_state=to,
        reason=reason,
        public_reason=public_reason,
        by=actor,
        at=now,
    )
    audit.record(
        "improvement.moved",
        improvement,
        actor=actor,
        now=now,
        detail={"from": before, "to": to, "reason": reason, "public_reason": public_reason},
    )
    return decision


def _words(text: str, what: str) -> str:
    text = sanitise(text).strip()
    if not text:
        raise Refused(_("%(what)sを入力してください。") % {"what": what}, "reason_missing")
    if len(text) > MAX_REASON:
        raise Refused(
            _("%(what)sは%(limit)s字までにしてください。") % {"what": what, "limit": MAX_REASON},
            "too_long",
        )
    return text
