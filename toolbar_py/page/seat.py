"""A page's seat at a desk: what the page has been told of the operator's events, and how it is told more."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from toolbar_py.page.host.base import Host
from toolbar_py.page.inbound import Opener
from toolbar_py.page.tasks import Tasks
from toolbar_py.wire.connection import Connection, ConnectionState
from toolbar_py.wire.places import Place


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
        mark: as :meth:`~toolbar_py.page.host.base.Host.tell` gave it, before a reload or to an interpreter that the
            page has lost since; empty for none.
    """

    def __init__(self, page: Page, owner: str, mark: str) -> None:
        self.page = page
        # Quoted, because a place crosses the boundary in a text whose parts control characters separate.
        self._name = quote(owner, safe="")
        self.reached, since = _read(mark, self._name)
        """The place after the last event that the page has been told, or had not to be; None until the stream has
        begun."""
        self._lost = False
        self._agent_after, self._agent_since = since or (None, 0)
        self._newest = 0

    @property
    def wanted(self) -> Place | None:
        """The place after which the page wants events; None for those that are still to happen."""
        return None if self._lost else self.reached

    def lose(self) -> None:
        """Note that easyCIM does not have the events any more that the page wants."""
        self._lost = True

    def begin(self, newest: Place, asked: Place | None = None, now: int = 0) -> bool:
        """Take where the stream stands now.

        Args:
            newest: the place after the operator's last event so far.
            asked: the place that the stream was asked for.
            now: what time it is by easyCIM's clock in epoch ms, when the stream began before the page did: it may be
                behind, or broken without anybody's knowing, and newer events older than the page.

        Returns:
            whether the page's place was lost, so that events may be missing.
        """
        self._newest = newest.number
        if self._agent_after is None:
            # An agent's event from before the page is never told: pages clear their storage on it (section 4).
            self._agent_after, self._agent_since = newest.number, now
        here, lost = self.reached, self._lost
        self._lost = False
        if here is None:
            self.reached = newest
        elif here != newest and (
            lost or here.number > newest.number or here.contradicts(newest) or here.contradicts(asked)
        ):
            self._go_on_from(newest)
            return True
        return False

    def event(self, place: Place, text: str, agent_at: int | None) -> bool:
        """Tell the page an event, unless it was told before.

        Args:
            place: after the event.
            text: the event as JSON; empty for one that is not for pages.
            agent_at: when it happened by easyCIM's clock in epoch ms, for an event of the agent; None for a contact's.

        Returns:
            whether the page's own place turns out to be of another log, so that events may be missing.
        """
        here = self.reached
        if here is None or place.number <= here.number:
            if here is None or not here.contradicts(place):
                return False
            self._go_on_from(place)
            return True
        self.reached = place
        if text and (agent_at is None or self._is_new(place, agent_at)):
            self.page.host.tell("contact", self._mark(), text)
        return False

    def connection(self, told: Connection) -> None:
        """Tell the page how the stream is doing; with the place to keep once there is one."""
        mark = self._mark() if told.state is ConnectionState.OPEN else ""
        self.page.host.tell("connection", mark, told.to_json())

    def lease(self, until: int) -> None:
        """Tell the page until when the operator's reservations are sure, in epoch ms by easyCIM's clock."""
        self.page.host.tell("lease", "", str(until))

    def place(self) -> str:
        """Give the place with which a later seat of this page goes on; empty while there is none."""
        return "" if self.reached is None else f"{self.reached} {self._name}"

    def _mark(self) -> str:
        """Give the place, and since when the page itself is there: to the next page, that means nothing."""
        place = self.place()
        return place and f"{place} {self._agent_after}@{self._agent_since}"

    def _is_new(self, place: Place, agent_at: int) -> bool:
        """Say whether an agent's event has happened since the page was there."""
        return self._agent_after is not None and place.number > self._agent_after and agent_at > self._agent_since

    def _go_on_from(self, place: Place) -> None:
        self.reached, self._agent_after = place, max(place.number, self._newest)


_SINCE = re.compile(r"([0-9]{1,15})@([0-9]{1,15})")


def _read(mark: str, name: str) -> tuple[Place | None, tuple[int, int] | None]:
    """Read a mark: the place, and since when the page is there; None when they are another operator's.

    Neither need be one at all: the page could have written anything.
    """
    text, _, rest = mark.partition(" ")
    owner, _, since = rest.partition(" ")
    place = Place.parse(text) if owner == name else None
    found = _SINCE.fullmatch(since) if place else None
    return place, (int(found[1]), int(found[2])) if found else None
