"""Cross-tabs: shares with their n, a test that is no better than its data, nothing given away."""

from itertools import product
from math import comb

import numpy as np
import pytest
from scipy import stats

from feedback.stats.crosstabs import association, cross_tab


def test_shares_are_of_the_row_and_stand_beside_its_n():
    table = cross_tab([[30, 10], [20, 60]])

    assert table.shares == ((75.0, 25.0), (25.0, 75.0))
    assert table.rows == (40, 80)
    assert table.total == 120
    assert not table.any_hidden


def test_chi_square_by_hand():
    # Expected 25/25 and 25/25: 4 · 5² / 25.
    found = association([[30, 20], [20, 30]])

    assert found.statistic == pytest.approx(4.0)
    assert found.freedom == 1
    assert found.p_value == pytest.approx(0.0455, abs=1e-4)
    assert found.cramers_v == pytest.approx(0.2)
    assert (found.method, found.low_expected, found.verdict) == ("chi_square", False, "differs")


def test_few_expected_answers_give_a_warning_and_fishers_exact_test():
    # The lady tasting tea: 3 of 4 right, two-sided p = 34/70.
    found = association([[3, 1], [1, 3]])

    assert found.low_expected
    assert found.method == "fisher"
    assert found.p_value == pytest.approx(34 / 70)
    assert found.verdict == "same"


def test_p_values_are_those_of_the_library():
    rng = np.random.default_rng(3)
    for _ in range(60):
        few, many = rng.integers(1, 9, size=(2, 2)), rng.integers(20, 60, size=(3, 4))
        exact, usual = association(few.tolist()), association(many.tolist())

        if exact.method == "fisher":
            assert exact.p_value == pytest.approx(stats.fisher_exact(few).pvalue)
        library = stats.chi2_contingency(many, correction=False)
        assert usual.statistic == pytest.approx(library.statistic)
        assert usual.p_value == pytest.approx(library.pvalue)


def test_larger_tables_with_few_answers_are_permuted_and_say_the_same_every_time():
    counts = [[6, 1, 0], [1, 5, 1], [0, 2, 6]]
    first, second = association(counts), association(counts)

    assert first.method == "permutation"
    assert first == second
    assert first.p_value < 0.01


def test_the_permuted_p_value_is_that_of_all_tables_with_these_margins():
    counts = np.array([[4, 1, 1], [1, 3, 3]])
    rows, columns, n = counts.sum(axis=1), counts.sum(axis=0), counts.sum()
    expected = np.outer(rows, columns) / n

    def statistic(table):
        return ((table - expected) ** 2 / expected).sum()

    exact = 0.0
    for first in product(*(range(c + 1) for c in columns)):
        if sum(first) == rows[0]:
            ways = np.prod([comb(int(c), k) for c, k in zip(columns, first, strict=True)])
            table = np.array([first, columns - np.array(first)])
            if statistic(table) >= statistic(counts) - 1e-9:
                exact += ways / comb(int(n), int(rows[0]))

    assert association(counts.tolist()).p_value == pytest.approx(exact, abs=0.02)


@pytest.mark.parametrize("shape", [(2, 2), (3, 5)])
@pytest.mark.parametrize("n", [12, 60])
def test_groups_that_do_not_differ_are_rarely_said_to(shape, n):
    rng = np.random.default_rng(9)
    chances = np.linspace(1, 2, shape[1])
    runs = 80 if shape == (3, 5) and n == 12 else 300
    found = [
        association(rng.multinomial(n, chances / chances.sum(), size=shape[0]).tolist()).verdict
        for _ in range(runs)
    ]

    assert found.count("differs") / runs <= 0.075


@pytest.mark.parametrize("counts", [[], [[]], [[3, 4]], [[3, 4], [0, 0]], [[5, 0], [7, 0]]])
def test_what_cannot_be_tested_is_unknown(counts):
    found = association(counts)

    assert found.verdict == "unknown"
    assert found.reason
    assert found.p_value is None


def test_the_test_sees_only_groups_that_are_shown_whole():
    """Two tables that look the same when shown must get the same test."""
    one = cross_tab([[40, 4, 30], [20, 15, 60], [70, 80, 90], [30, 40, 50]])
    other = cross_tab([[39, 5, 30], [21, 14, 60], [70, 80, 90], [30, 40, 50]])

    assert one == other
    assert one.association.groups == 2


def test_with_every_group_touched_by_hiding_there_is_no_verdict():
    table = cross_tab([[40, 4], [20, 15]])

    assert table.any_hidden
    assert table.association.verdict == "unknown"
    assert table.association.reason == "hidden"
    assert table.association.statistic is None
    assert table.shares == ((None, None), (None, None))


def test_a_whole_survey_without_answers_is_no_error():
    assert cross_tab([]).total == 0
    assert cross_tab([[0, 0], [0, 0]]).shares == ((None, None), (None, None))
