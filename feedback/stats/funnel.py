"""Response rates, each with the numbers it was made of.

Published definitions disagree (some divide both 回収率 and 回答率 by the number distributed), so
every rate carries its numerator and denominator and a page prints them.
"""

from __future__ import annotations

from dataclasses import dataclass

from feedback.stats.scores import whole


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of two counts; `percent` is None when the denominator is empty.

    Above 100 the numerator holds somebody the denominator does not: answers over a public
    link beside invitations, or a mail that bounced after it had been forwarded. It is not
    cut off, so that the mistake is seen.
    """

    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        whole(self.numerator, "numerator")
        whole(self.denominator, "denominator")

    @property
    def percent(self) -> float | None:
        return 100 * self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class Funnel:
    """The four rates of a survey as its results page prints them."""

    returned: Rate  # 回収率 = responses ÷ sent
    answered: Rate  # 回答率 = responses ÷ delivered
    completed: Rate  # 完了率 = completed ÷ started
    usable: Rate  # 有効回答率 = usable ÷ sent


@dataclass(frozen=True, slots=True)
class Aapor:
    """Response rates of the AAPOR Standard Definitions.

    RR1 and RR2 count everyone of unknown eligibility as eligible (the lowest figures), RR5
    and RR6 nobody (the highest); RR2 and RR6 count partial answers as answers.
    """

    rr1: Rate
    rr2: Rate
    rr5: Rate
    rr6: Rate


def funnel(
    *, sent: int, delivered: int, started: int, responses: int, completed: int, usable: int
) -> Funnel:
    """回収率, 回答率, 完了率 and 有効回答率 (reference, section 2).

    `sent` are invitations handed over, `delivered` those that did not bounce, `started`
    opened forms with at least one answer, `responses` answers that came back, `completed`
    those sent off to the end, `usable` those left after flags were judged.
    """
    return Funnel(
        returned=Rate(responses, sent),
        answered=Rate(responses, delivered),
        completed=Rate(completed, started),
        usable=Rate(usable, sent),
    )


def aapor(
    *,
    complete: int,
    partial: int,
    refused: int,
    no_contact: int,
    other: int = 0,
    unknown: int = 0,
) -> Aapor:
    """RR1 = I/((I+P)+(R+NC+O)+(UH+UO)), RR2 = (I+P)/ the same; RR5, RR6 without UH+UO.

    For mail: `complete` I, `partial` P over a declared threshold, `refused` R opted out or
    broke off before it, `no_contact` NC delivered and not opened, `other` O, `unknown`
    UH+UO bounced or not known. Each person is in one of them.
    """
    for count, name in (
        (complete, "complete"),
        (partial, "partial"),
        (refused, "refused"),
        (no_contact, "no_contact"),
        (other, "other"),
        (unknown, "unknown"),
    ):
        whole(count, name)
    known = complete + partial + refused + no_contact + other
    return Aapor(
        rr1=Rate(complete, known + unknown),
        rr2=Rate(complete + partial, known + unknown),
        rr5=Rate(complete, known),
        rr6=Rate(complete + partial, known),
    )
