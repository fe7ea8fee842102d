"""Opening hours and the half hours in them, in the machine's own time zone."""

import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from toolbar_py.service.domain.slots import SLOT_MS, day_slots, free_slots, slot_of
from toolbar_py.service.openinghours import opening_hours

DAY_MS = 24 * 3_600_000


@pytest.fixture(autouse=True)
def _rome(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    """Italian time, said by its rules: the machine may have no names of time zones."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute).timestamp() * 1000)


@pytest.mark.parametrize("day", [(2027, 3, 28), (2027, 10, 31), (2027, 6, 1)])
def test_every_day_opens_at_nine_by_the_clock_on_the_wall(day: tuple[int, int, int]) -> None:
    start = at(*day)
    ((opens, closes),) = opening_hours(start, start + DAY_MS - 3_600_000)
    assert (opens, closes) == (at(*day, 9), at(*day, 18))
    assert len(day_slots(opens, closes)) == 18


def test_a_range_within_a_day_has_that_day() -> None:
    day = (2027, 6, 1)
    assert list(opening_hours(at(*day, 10), at(*day, 11))) == [(at(*day, 9), at(*day, 18))]
    assert list(opening_hours(at(*day, 18), at(*day, 23))) == []
    assert list(opening_hours(at(*day, 5), at(*day, 5))) == []


def test_a_moment_is_in_the_half_hour_that_holds_it() -> None:
    days = [(at(2027, 6, 1, 9), at(2027, 6, 1, 18))]
    assert slot_of(at(2027, 6, 1, 9), days) == at(2027, 6, 1, 9)
    assert slot_of(at(2027, 6, 1, 17, 59), days) == at(2027, 6, 1, 17, 30)
    assert slot_of(at(2027, 6, 1, 18), days) is None
    assert slot_of(at(2027, 6, 1, 8, 59), days) is None


def test_what_is_booked_is_not_available_and_never_less_than_nothing() -> None:
    found = free_slots([0, SLOT_MS, 2 * SLOT_MS], {SLOT_MS: 1, 2 * SLOT_MS: 5}, 2)
    assert [slot.availability for slot in found] == [2, 1, 0]
