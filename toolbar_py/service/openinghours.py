"""When easyCIM calls customers: every day of the machine's own time zone, whatever clocks are put back or forward."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from toolbar_py.service.domain.slots import CLOSES_HOUR, OPENS_HOUR


def opening_hours(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Give when each day opens and closes that has a part in ``[start, end)``; all in epoch ms."""
    day = _day(start)
    while True:
        opens, closes = _at(day, OPENS_HOUR), _at(day, CLOSES_HOUR)
        if opens >= end:
            return
        if closes > start:
            yield opens, closes
        day += timedelta(days=1)


def _day(moment: int) -> date:
    return datetime.fromtimestamp(moment / 1000).date()


def _at(day: date, hour: int) -> int:
    # Without a time zone it is local time, on either side of a change of the clocks.
    return int(datetime.combine(day, time(hour)).timestamp() * 1000)
