"""Small groups: what is hidden cannot be computed from what is shown."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from feedback.stats.suppression import ShownList, shown_list, shown_table

sizes = st.one_of(st.integers(0, 14), st.integers(0, 60), st.just(0))
tables = st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(
    lambda shape: st.lists(
        st.lists(sizes, min_size=shape[1], max_size=shape[1]),
        min_size=shape[0],
        max_size=shape[0],
    )
)


def with_margins(counts):
    body = np.array(counts)
    body = np.column_stack([body, body.sum(axis=1)])
    return np.vstack([body, body.sum(axis=0)])


def as_array(shown):
    """The shown table with its margins, NaN where hidden."""
    rows = [[*cells, total] for cells, total in zip(shown.cells, shown.rows, strict=True)]
    rows.append([*shown.columns, shown.total])
    return np.array([[np.nan if v is None else v for v in row] for row in rows], dtype=float)


def equations(shape):
    """Every row and every column adds up to its margin, one coefficient row for each."""
    height, width = shape
    lines = []
    for i in range(height):
        line = np.zeros(shape)
        line[i, :-1], line[i, -1] = 1, -1
        lines.append(line.ravel())
    for j in range(width):
        line = np.zeros(shape)
        line[:-1, j], line[-1, j] = 1, -1
        lines.append(line.ravel())
    return np.array(lines)


def reach(shown, place):
    """The least and the largest value a reader could believe this entry to have.

    A second way to it: linear programming over everything that adds up with nothing below 0.
    The bounds are whole numbers (the equations are totally unimodular).
    """
    flat = shown.ravel()
    hidden = np.isnan(flat)
    system = equations(shown.shape)
    fixed = -system[:, ~hidden] @ flat[~hidden]
    goal = np.zeros(hidden.sum())
    goal[np.flatnonzero(hidden).tolist().index(place)] = 1
    found = []
    for sign in (1, -1):
        answer = linprog(sign * goal, A_eq=system[:, hidden], b_eq=fixed, bounds=(0, None))
        assert answer.status in (0, 3), answer.message
        found.append(np.inf if answer.status == 3 else sign * answer.fun)
    return found


@given(tables)
@settings(max_examples=60, deadline=None)
def test_no_hidden_small_count_of_a_table_can_be_computed(counts):
    full, shown = with_margins(counts), as_array(shown_table(counts))

    for place in np.flatnonzero(np.isnan(shown.ravel())):
        true = full.ravel()[place]
        if 1 <= true <= 9:
            low, high = reach(shown, place)
            assert low <= true - 1 + 1e-6
            assert high >= 10 - 1e-6


@given(tables)
def test_what_is_shown_is_true_and_never_small(counts):
    full, shown = with_margins(counts), as_array(shown_table(counts))
    seen = ~np.isnan(shown)

    assert (shown[seen] == full[seen]).all()
    assert not ((shown[seen] > 0) & (shown[seen] < 10)).any()


@given(tables)
def test_a_table_without_small_counts_hides_nothing(counts):
    raised = [[count + 10 for count in row] for row in counts]

    assert not np.isnan(as_array(shown_table(raised))).any()


@given(tables)
@settings(max_examples=50)
def test_no_single_equation_gives_a_hidden_count_away(counts):
    """By linear algebra alone: a hidden small entry is fixed by no combination of equations."""
    full, shown = with_margins(counts), as_array(shown_table(counts))
    hidden = np.isnan(shown.ravel())
    system = equations(shown.shape)[:, hidden]
    rank = np.linalg.matrix_rank(system) if system.size else 0

    for index, place in enumerate(np.flatnonzero(hidden)):
        if 1 <= full.ravel()[place] <= 9:
            alone = np.zeros(hidden.sum())
            alone[index] = 1
            assert np.linalg.matrix_rank(np.vstack([system, alone])) == rank + 1


@given(st.lists(sizes, max_size=8))
def test_no_hidden_count_of_a_list_can_be_computed(counts):
    shown = shown_list(counts)
    hidden = [c for c, seen in zip(counts, shown.counts, strict=True) if seen is None]

    assert all(seen in (None, c) for c, seen in zip(counts, shown.counts, strict=True))
    assert not any(seen and seen < 10 for seen in shown.counts)
    if shown.total is None:
        assert sum(counts) < 10
    elif hidden:
        # The hidden together are the total less the shown: two or more, and no small group.
        assert len(hidden) >= 2
        assert sum(hidden) >= 10


@pytest.mark.parametrize(
    ("counts", "shown", "total"),
    [
        ((50, 30, 20), (50, 30, 20), 100),
        # Alone, the 4 would be 84 less the rest.
        ((50, 30, 4), (50, None, None), 84),
        # 3 + 4 would be a group of 7.
        ((50, 30, 3, 4), (50, None, None, None), 87),
        ((50, 6, 7), (50, None, None), 63),
        ((50, 30, 0), (50, 30, 0), 80),
        ((3, 0, 4), (None, 0, None), None),
        ((0, 0), (0, 0), 0),
        ((), (), 0),
    ],
)
def test_the_next_smallest_is_hidden_with_the_small_one(counts, shown, total):
    assert shown_list(counts) == ShownList(shown, total)


def test_in_a_table_four_corners_are_hidden_for_one_small_cell():
    shown = shown_table([[40, 4, 30], [20, 15, 60], [70, 80, 90]])

    assert shown.cells == ((None, None, 30), (None, None, 60), (70, 80, 90))
    assert shown.rows == (74, 95, 240)
    assert shown.total == 409


def test_a_small_group_hides_its_total_and_that_of_another():
    """A row of 7 people is a small group itself; its total must not follow from the others."""
    shown = shown_table([[4, 3], [40, 30], [50, 60]])

    assert shown.rows[0] is None
    assert shown.cells[0] == (None, None)
    assert [row is None for row in shown.rows].count(True) >= 2


def test_a_table_of_nine_people_shows_no_number_of_people():
    shown = shown_table([[4, 0], [3, 2]])

    assert shown.total is None
    assert shown.rows == (None, None)
    assert shown.cells == ((None, None), (None, None))


def test_an_option_nobody_chose_is_shown_as_zero():
    shown = shown_table([[40, 0, 30], [20, 0, 60]])

    assert [row[1] for row in shown.cells] == [0, 0]
    assert shown.columns == (60, 0, 90)


def test_an_empty_table_is_empty():
    assert shown_table([]).total == 0
    assert shown_table([[0, 0]]).cells == ((0, 0),)


def test_the_threshold_can_be_set():
    assert shown_table([[4, 40], [40, 40]], least=3).cells == ((4, 40), (40, 40))
    assert shown_table([[15, 40], [40, 40]], least=20).cells == ((None, None), (None, None))
    assert shown_list([15, 40, 60], least=20).counts == (None, None, 60)


def test_a_crooked_table_is_refused():
    with pytest.raises(ValueError, match="same number of columns"):
        shown_table([[1, 2], [3]])
    with pytest.raises(ValueError, match="whole number"):
        shown_table([[1, -2]])


def test_most_of_a_large_table_with_few_small_cells_stays_readable():
    rng = np.random.default_rng(4)
    counts = rng.integers(10, 400, size=(12, 11))
    counts[3, 4], counts[8, 1] = 5, 9
    shown = as_array(shown_table(counts.tolist()))

    assert 4 <= np.isnan(shown).sum() <= 8
