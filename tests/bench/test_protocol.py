"""The protocol itself: rounds, what is thrown away, whose time is counted, what the table says."""

import pytest

from tests.bench.cpu import Meter, of_process
from tests.bench.places import _with_name
from tests.bench.protocol import Round, compare, undisturbed
from tests.bench.results import Row, row, table


def measured(*seconds):
    """A measure that gives these values in turn, and fails when asked once too often."""
    values = iter(seconds)
    return lambda: next(values)


def test_the_result_is_the_median_of_the_ratios_of_each_round():
    found = compare(measured(1.0, 1.2, 1.1), measured(2.0, 6.0, 3.3), rounds=3)

    assert found.ratio == pytest.approx(3.0)
    assert (found.rounds, found.discarded, found.enough) == (3, 0, True)


def test_a_machine_that_gets_slower_does_not_change_the_ratio():
    found = compare(measured(1.0, 1.2, 1.4), measured(3.0, 3.6, 4.2), rounds=3)

    assert found.ratio == pytest.approx(3.0)


def test_a_disturbed_round_is_thrown_away_and_replaced():
    found = compare(measured(1.0, 1.6, 1.0, 1.0), measured(2.0, 99.0, 2.0, 2.0), rounds=3)

    assert found.ratio == pytest.approx(2.0)
    assert (found.rounds, found.discarded) == (3, 1)


def test_earlier_rounds_are_judged_again_when_a_better_one_comes():
    slow_start = compare(measured(2.0, 1.0, 1.0, 1.0), measured(2.0, 5.0, 5.0, 5.0), rounds=3)

    assert slow_start.ratio == pytest.approx(5.0)
    assert slow_start.discarded == 1


def test_replacing_ends_and_the_result_says_that_it_is_thin():
    found = compare(measured(1.0, 9.0, 9.0, 9.0), measured(2.0, 9.0, 9.0, 9.0), rounds=3, spare=1)

    assert (found.rounds, found.discarded, found.enough) == (1, 3, False)


def test_a_round_exactly_at_the_limit_of_disturbance_counts():
    rounds = [Round(1.0, 1.0), Round(1.5, 1.5), Round(1.51, 1.51)]

    assert undisturbed(rounds) == rounds[:2]
    assert undisturbed([]) == []


def test_the_two_sides_take_turns_in_going_first():
    order = []

    def side(name):
        def measure():
            order.append(name)
            return 1.0

        return measure

    compare(side("limit"), side("product"), rounds=3)

    assert order == ["limit", "product", "product", "limit", "limit", "product"]


def test_a_limit_that_cost_nothing_is_an_error_and_no_infinite_ratio():
    with pytest.raises(ValueError, match="too little work"):
        compare(measured(0.0), measured(1.0), rounds=1)


def test_no_rounds_are_refused():
    with pytest.raises(ValueError, match="at least one"):
        compare(measured(), measured(), rounds=0)


class Books:
    """A fake clock of processor time for this process and for others."""

    def __init__(self):
        self.own, self.others = 0.0, {}

    def meter(self, *, own=True):
        return Meter(
            lambda: list(self.others), own=own, own_clock=lambda: self.own,
            clock_of=lambda pid: self.others.get(pid, 0.0),
        )  # fmt: skip


def test_the_time_of_every_process_is_added_up_and_shared_among_the_units():
    books = Books()
    books.others = {7: 10.0, 8: 20.0}

    def work():
        books.own += 1.0
        books.others = {7: 12.0, 8: 23.0}

    assert books.meter().spent(work, units=2) == pytest.approx(3.0)


def test_a_client_that_is_not_part_of_the_product_is_left_out():
    books = Books()
    books.others = {7: 10.0}

    def work():
        books.own += 5.0
        books.others[7] += 2.0

    assert books.meter(own=False).spent(work) == pytest.approx(2.0)


def test_a_process_that_begins_with_the_work_counts_whole():
    books = Books()

    def work():
        books.others[9] = 4.0

    assert books.meter().spent(work) == pytest.approx(4.0)


def test_a_process_that_ends_meanwhile_takes_nothing_away():
    books = Books()
    books.others = {7: 100.0}

    def work():
        books.own += 1.0
        del books.others[7]

    assert books.meter().spent(work) == pytest.approx(1.0)


def test_the_scheduler_knows_this_process_and_not_one_that_never_was():
    import os

    assert of_process(os.getpid()) > 0
    assert of_process(2**22 + 1) == 0


def a_row(**changes):
    values = {
        "name": "x", "database": "sqlite", "what": "a ÷ b", "limit_ms": 1.0, "product_ms": 2.0,
        "ratio": 2.0, "goal": 2.0, "rounds": 3, "discarded": 0,
    }  # fmt: skip
    return Row(**{**values, **changes})


def test_a_goal_is_met_at_the_goal_and_not_beyond():
    assert a_row().met == "yes"
    assert a_row(ratio=2.001).met == "no"
    assert a_row(goal=None).met == "–"


def test_a_comparison_that_is_void_never_meets_its_goal():
    assert a_row(ratio=0.1, sound=False).met == "no"
    assert a_row(goal=None, sound=False).met == "no"


def test_too_few_rounds_make_a_row_void():
    found = compare(measured(1.0, 9.0), measured(1.0, 9.0), rounds=2, spare=0)

    made = row(found, name="x", database="sqlite", what="", goal=5.0)

    assert made.met == "no"
    assert "disturbed" in made.note


def test_the_table_has_a_line_for_every_row_and_says_what_was_thrown_away():
    text = table([a_row(discarded=2), a_row(name="y", goal=None, note="why")])

    lines = text.splitlines()
    assert lines[1].split()[:2] == ["x", "sqlite"]
    assert "3 −2" in lines[1]
    assert lines[-1].strip() == "y (sqlite): why"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres:///voc", "postgres:///bench"),
        ("postgres://u:p@h:5/voc?sslmode=require", "postgres://u:p@h:5/bench?sslmode=require"),
    ],
)
def test_another_database_of_the_same_server_keeps_how_to_reach_it(url, expected):
    assert _with_name(url, "bench") == expected
