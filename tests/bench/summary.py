"""The few statistics that are used: medians with quartiles, because single boots and calls have long tails."""

from collections.abc import Sequence
from statistics import fmean, quantiles

from pydantic import BaseModel, ConfigDict


class Spread(BaseModel):
    """How a measured quantity is distributed over the rounds of one run."""

    model_config = ConfigDict(frozen=True)

    n: int
    median: float
    q1: float
    q3: float
    low: float
    high: float


class Tail(Spread):
    """A spread with the percentiles that a goal can be about: what one event in 20, and one in 100, exceeds."""

    p95: float
    p99: float


def spread(values: Sequence[float], digits: int = 3) -> Spread:
    """Summarise measurements.

    Args:
        values: at least one.
        digits: how many decimals to keep.
    """
    if not values:
        raise ValueError("nothing was measured")
    q1, middle, q3 = quantiles(values, n=4, method="inclusive") if len(values) > 1 else [values[0]] * 3
    kept = [round(value, digits) for value in (middle, q1, q3, min(values), max(values))]
    return Spread(n=len(values), median=kept[0], q1=kept[1], q3=kept[2], low=kept[3], high=kept[4])


def tail(values: Sequence[float], digits: int = 3) -> Tail:
    """Summarise measurements, with their tail; as :func:`spread`."""
    ordered = sorted(values)
    body = spread(ordered, digits)
    return Tail(
        **body.model_dump(),
        p95=round(_nearest_rank(ordered, 95), digits),
        p99=round(_nearest_rank(ordered, 99), digits),
    )


def _nearest_rank(ordered: Sequence[float], percent: int) -> float:
    """Give the smallest value that at least ``percent`` of all do not exceed: one that was measured, not a mean."""
    return ordered[-(-len(ordered) * percent // 100) - 1]


def middle_mean(values: Sequence[float]) -> float:
    """Give the mean of the middle half: as robust as the median, and finer than a browser's clock of 0.1 ms."""
    ordered = sorted(values)
    cut = len(ordered) // 4
    return fmean(ordered[cut : len(ordered) - cut])


def blocking_time(durations: Sequence[float], threshold: float = 50) -> float:
    """Give the total blocking time of tasks: what each takes beyond 50 ms, summed."""
    return sum(max(0.0, duration - threshold) for duration in durations)


def ratio(part: Spread, whole: Spread) -> float:
    """Give the ratio of two medians of the same run."""
    return part.median / whole.median
