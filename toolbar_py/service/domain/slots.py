"""Half hours in which customers can be called again."""

from collections.abc import Iterable, Sequence

from toolbar_py.wire.appointments import Slot

SLOT_MS = 30 * 60_000
OPENS_HOUR = 9
CLOSES_HOUR = 18


def day_slots(opens: int, closes: int) -> list[int]:
    """Give when the slots of a day begin.

    Args:
        opens: epoch ms, like ``closes``.
    """
    return list(range(opens, closes - SLOT_MS + 1, SLOT_MS))


def slot_of(moment: int, days: Iterable[tuple[int, int]]) -> int | None:
    """Give the beginning of the slot that holds a moment, or None outside of the opening hours.

    Args:
        days: when each day opens and closes, in epoch ms.
    """
    starts = (start for opens, closes in days for start in day_slots(opens, closes))
    return next((start for start in starts if start <= moment < start + SLOT_MS), None)


def free_slots(starts: Sequence[int], booked: dict[int, int], capacity: int) -> list[Slot]:
    """Give slots with what they still take.

    Args:
        booked: how many appointments each has.
    """
    return [
        Slot(start_time=at, end_time=at + SLOT_MS, availability=max(0, capacity - booked.get(at, 0))) for at in starts
    ]
