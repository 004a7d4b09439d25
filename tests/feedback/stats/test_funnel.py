"""Response rates: every percentage with the two numbers behind it."""

from dataclasses import FrozenInstanceError

import pytest

from feedback.stats.funnel import Rate, aapor, funnel


def test_the_four_rates_have_each_their_own_denominator():
    rates = funnel(sent=1000, delivered=960, started=400, responses=320, completed=300, usable=290)

    assert rates.returned == Rate(320, 1000)
    assert rates.answered == Rate(320, 960)
    assert rates.completed == Rate(300, 400)
    assert rates.usable == Rate(290, 1000)
    assert rates.returned.percent == pytest.approx(32.0)
    assert rates.answered.percent == pytest.approx(100 / 3)
    assert rates.completed.percent == pytest.approx(75.0)
    assert rates.usable.percent == pytest.approx(29.0)


def test_nothing_sent_is_no_rate_and_not_zero():
    rates = funnel(sent=0, delivered=0, started=5, responses=5, completed=0, usable=0)

    assert rates.returned.percent is None
    assert rates.answered.percent is None
    assert rates.completed.percent == 0.0


def test_aapor_rates_by_hand():
    rates = aapor(complete=300, partial=50, refused=30, no_contact=500, other=20, unknown=100)

    assert rates.rr1 == Rate(300, 1000)
    assert rates.rr2 == Rate(350, 1000)
    assert rates.rr5 == Rate(300, 900)
    assert rates.rr6 == Rate(350, 900)


def test_more_answers_than_mails_are_shown_and_not_cut_off():
    assert Rate(12, 10).percent == pytest.approx(120.0)


@pytest.mark.parametrize("bad", [-1, 2.5, None, True])
def test_counts_that_are_no_counts_are_refused(bad):
    with pytest.raises(ValueError, match="whole number"):
        Rate(bad, 10)
    with pytest.raises(ValueError, match="whole number"):
        aapor(complete=1, partial=0, refused=0, no_contact=bad)


def test_a_rate_cannot_be_changed_afterwards():
    with pytest.raises(FrozenInstanceError):
        Rate(1, 2).numerator = 2
