"""Places in an operator's stream of events: what a reader gives back to go on (contract section 5)."""

import re
from typing import NamedTuple, Self

TAG_MAX = 16

_PLACE = re.compile(rf"([0-9]{{1,15}})(?:-([0-9a-z]{{1,{TAG_MAX}}}))?")
"""A longer number would not be one of ours, and JavaScript could not hold it."""


class Place(NamedTuple):
    """The place after an event.

    Args:
        number: of the event; 0 before the first.
        tag: drawn with the event. Numbers begin anew when a database does, and go back when a backup is restored: then
            the same number is another event's, and only the tag tells.
    """

    number: int
    tag: str = ""

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a place; None when it is none."""
        found = _PLACE.fullmatch(text)
        return None if found is None else cls(int(found[1]), found[2] or "")

    def contradicts(self, other: "Place | None") -> bool:
        """Whether this and another place cannot be of the same log."""
        return other is not None and self.number == other.number and self.tag != other.tag

    def __str__(self) -> str:
        """Give the text that :meth:`parse` reads."""
        return f"{self.number}-{self.tag}" if self.tag else str(self.number)
