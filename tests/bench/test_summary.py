"""The benchmark's statistics: wrong ones would make a wrong page out of right measurements."""

import pytest

from tests.bench.summary import blocking_time, middle_mean, spread, tail


def test_spread_gives_median_and_quartiles() -> None:
    found = spread([5, 1, 4, 2, 3, 9, 7, 8, 6])
    assert (found.n, found.low, found.q1, found.median, found.q3, found.high) == (9, 1, 3, 5, 7, 9)


def test_one_outlier_does_not_move_the_median() -> None:
    assert spread([1.0, 1.1, 1.2, 1.3, 900.0]).median == 1.2


def test_spread_of_one_value_is_that_value() -> None:
    found = spread([2.5])
    assert (found.n, found.low, found.q1, found.median, found.q3, found.high) == (1, 2.5, 2.5, 2.5, 2.5, 2.5)


def test_spread_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        spread([])


def test_middle_mean_ignores_both_tails_and_is_finer_than_the_clock() -> None:
    assert middle_mean([0.0, 2.8, 2.8, 2.8, 2.9, 2.9, 2.9, 50.0]) == pytest.approx(2.85)


def test_blocking_time_counts_what_is_beyond_the_threshold() -> None:
    assert blocking_time([51.0, 150.0, 50.0, 20.0]) == pytest.approx(101.0)


def test_tail_gives_what_one_in_20_and_one_in_100_exceed() -> None:
    found = tail(range(1, 1001))
    assert (found.median, found.p95, found.p99, found.high) == (500.5, 950, 990, 1000)


def test_tail_of_few_values_is_the_largest() -> None:
    found = tail([3.0, 1.0, 2.0])
    assert (found.n, found.p95, found.p99) == (3, 3.0, 3.0)
