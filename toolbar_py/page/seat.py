"""A page's seat at a desk: what the page has been told of the operator's events, and how it is told more."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from toolbar_py.page.host.base import Host
from toolbar_py.page.inbound import Opener
from toolbar_py.page.tasks import Tasks
from toolbar_py.wire.connection import Connection, ConnectionState

_NUMBER_DIGITS_MAX = 15
"""More would not be one of our numbers, and JavaScript could not hold it."""


@dataclass(frozen=True, slots=True)
class Page:
    """A connected page, as its feed uses it.

    Args:
        tasks: through them it runs the stream while it leads its feed.
        opener: opens the scripts of inbound contacts through it.
        recheck: finds out whether the page's token still names the same operator.
    """

    host: Host
    tasks: Tasks
    opener: Opener
    recheck: Callable[[], None]


class Seat:
    """One page that is told the events of one operator, each once and in order.

    Args:
        owner: whose events, as :attr:`~toolbar_py.page.host.base.AskKind.WHO` names them.
        place: as :meth:`~toolbar_py.page.host.base.Host.tell` gave it before a reload; empty for none.
    """

    def __init__(self, page: Page, owner: str, place: str) -> None:
        self.page = page
        # Quoted, because a place crosses the boundary in a text whose parts control characters separate.
        self._name = quote(owner, safe="")
        self.number = _number_in(place, self._name)
        """The last event that the page has been told, or had not to be; None until the stream has begun."""
        self._lost = False
        self._agent_after: int | None = None

    @property
    def wanted(self) -> int | None:
        """The number after which the page wants events; None for those that are still to happen."""
        return None if self._lost else self.number

    def lose(self) -> None:
        """Note that easyCIM does not have the events any more that the page wants."""
        self._lost = True

    def begin(self, number: int) -> bool:
        """Take where the stream stands now.

        Args:
            number: the operator's last event so far.

        Returns:
            whether the page's place was lost, so that events may be missing.
        """
        if self._agent_after is None:
            # An agent's event from before the page is never told: pages clear their storage on it (section 4).
            self._agent_after = number
        if self.number is None:
            self.number = number
        elif self._lost or self.number > number:
            self._lost = False
            self.number = self._agent_after = number
            return True
        return False

    def event(self, number: int, text: str, *, of_agent: bool) -> None:
        """Tell the page an event, unless it was told before.

        Args:
            number: of the event.
            text: the event as JSON.
        """
        if self.number is None or number <= self.number:
            return
        self.number = number
        if not of_agent or (self._agent_after is not None and number > self._agent_after):
            self.page.host.tell("contact", self.place(), text)

    def connection(self, told: Connection) -> None:
        """Tell the page how the stream is doing; with the place to keep once there is one."""
        place = self.place() if told.state is ConnectionState.OPEN else ""
        self.page.host.tell("connection", place, told.to_json())

    def place(self) -> str:
        """Give the place with which a later seat of this page goes on; empty while there is none."""
        return "" if self.number is None else f"{self.number} {self._name}"


def _number_in(place: str, name: str) -> int | None:
    """Read a place; None when it is another operator's, or not one at all: the page could have written anything."""
    number, _, owner = place.partition(" ")
    if owner != name or not number.isascii() or not number.isdecimal() or len(number) > _NUMBER_DIGITS_MAX:
        return None
    return int(number)
