"""One event stream per operator and service in an interpreter, whatever the number of tabs (contract section 4).

The page that has been there longest leads: the stream runs through its browser. When it leaves, the next one takes
over, from the last event that was taken.
"""

import json
from collections import deque
from typing import NamedTuple

from pydantic import ValidationError

from toolbar_py.page.desk import Desk, KeptDesk
from toolbar_py.page.host.base import Ask, AskKind
from toolbar_py.page.inbound import InboundRule
from toolbar_py.page.seat import Seat
from toolbar_py.page.stream import BACKOFF_CAP_MS, SILENT_HEARTBEATS, Stream, Tries
from toolbar_py.wire.connection import Connection, ConnectionState
from toolbar_py.wire.errors import DeadlineError, ToolbarError, UnauthenticatedError
from toolbar_py.wire.places import Place
from toolbar_py.wire.telephony import DeskEvent, DeskSnapshot, Heartbeat

_RECORD = "desk-state"
_KEY = "desk"
_PATIENCE_MS = 600
"""How long easyCIM may take to tell how the desk stands before the one from before the reload is answered from: pages
get their answer within a second (section 4)."""
_KEEP_MS = 12 * 3_600_000
"""A desk older than a shift describes nothing any more."""
_HISTORY_CHARACTERS = 200_000
"""What is kept of the past for tabs that come back: some 200 usual events, and a bound for the unusual ones."""
_ENTRY_CHARACTERS = 100
"""What an event counts beside its text: one that pages are not told has none."""


class _Told(NamedTuple):
    """What the seats were told of an event; see :meth:`Seat.event`."""

    place: Place
    text: str
    agent_at: int | None

    @property
    def size(self) -> int:
        """How much it takes of what may be kept."""
        return len(self.text) + _ENTRY_CHARACTERS


class Feed:
    """The stream of one operator, the desk that it describes and the pages that are told of it.

    Args:
        owner: the service and the operator, as ``AskKind.WHO`` names them.
    """

    def __init__(self, owner: str) -> None:
        # The leading page's token may name somebody else by the time something is stored or found.
        self._record = {"record": _RECORD, "key": _KEY, "owner": owner}
        self._owner = owner
        self._agent = owner.rpartition(" ")[2]
        """Of whom the streams tell; before the first one, whom the token names: tokens of some sites name agents so."""
        self.desk = Desk()
        self._seats: list[Seat] = []
        self._stream: Stream | None = None
        self._tries = Tries()
        self._newest = Place(0)
        """The place after the operator's last event so far."""
        self._open = False
        self._beat = 0, 0
        """The service's clock when the stream last told it, and the browser's."""
        self._lease_until: int | None = None
        """Until when the operator's reservations are sure, by the service's clock."""
        self._silence_ms = 0
        """How long the stream may tell nothing."""
        self._told: Connection | None = None
        self._before = Place(0)
        """The place before the history."""
        self._history: deque[_Told] = deque()
        self._history_size = 0
        self._kept: KeptDesk | None = None
        self._restored = False
        self._impatient = False
        self._keeping = False
        self._dirty = False
        self._inbound = InboundRule(lambda: [seat.page.opener for seat in self._seats])
        self._leader_fails = False

    @property
    def seats(self) -> list[Seat]:
        """The pages, the leading one first."""
        return self._seats

    # Pages that come and go.

    def join(self, seat: Seat) -> None:
        """Take a page in."""
        self._seats.append(seat)
        if len(self._seats) == 1:
            self._lead()
        elif not self._open:
            if self._told is not None:
                seat.connection(self._told)
            self.hurry()
        elif seat.reached is None or self._remembers(seat.reached):
            seat.begin(self._newest, now=self._service_now(seat))
            self._tell_lease([seat])
            self._say(ConnectionState.OPEN, seat)
            for told in list(self._history):
                seat.event(*told)
        elif self._stream is not None:
            self._stream.again()

    def leave(self, seat: Seat) -> None:
        """Let a page go; the next one takes over from a leading one."""
        if seat not in self._seats:
            return
        led = self._seats[0] is seat
        self._seats.remove(seat)
        self._inbound.leave(seat.page.opener)
        if led:
            self._stop()
            if self._seats:
                self._lead()
        elif self._open:
            self._inbound.apply(self.desk.contacts())

    def hurry(self) -> None:
        """Try again now, if the stream waits for its next try."""
        if self._stream is not None:
            self._stream.hurry()

    # What the stream tells; see stream.Listener.

    def place(self) -> Place | None:
        """The place of the page that has been told least."""
        places = [seat.wanted for seat in self._seats if seat.wanted is not None]
        return min(places, default=None)

    def doubts(self, agent: str) -> bool:
        """Say whether a stream may be another operator's: the leading page's token may have named somebody else."""
        return agent != self._agent

    def begun(self, desk: DeskSnapshot, asked: Place | None) -> bool:
        """Take the desk as it stands, and tell the pages; unless one of them wants more than this stream tells."""
        self._agent = desk.agent.agent
        newest = Place(desk.number, desk.tag)
        lost = asked is not None and (not desk.resumed or asked.number > newest.number)
        start = newest if asked is None or lost else asked
        for seat in self._seats:
            if lost and seat.wanted is not None and asked is not None and seat.wanted <= asked:
                seat.lose()
        # One whose place is not lost, although that of a tab from this morning is; or one that has only just come.
        if any(seat.wanted is not None and seat.wanted.number < start.number for seat in self._seats):
            return False
        self._newest = newest
        if start != self._taken:
            self._forget(start)
        self._open = True
        self._silence_ms = int(desk.heartbeat_ms * SILENT_HEARTBEATS)
        self._beat = desk.now, self._seats[0].page.host.now_ms()
        self.desk.replace(desk, self._beat[1])
        self._answer_from_kept()
        self._told = None
        self._take_lease(desk.lease_until)
        for seat in self._seats:
            resync = seat.begin(newest, asked)
            self._say(ConnectionState.OPEN, seat, resync=resync)
        self._keep()
        self._inbound.begin(desk.contacts)
        return True

    def happened(self, event: DeskEvent, place: Place) -> bool:
        """Take an event: into the desk, and to the pages."""
        if event.number <= self._taken.number:
            return True
        if event.number > self._taken.number + 1:
            return False
        self._newest = max(self._newest, place)
        self.desk.apply(event)
        said = event.contact or event.agent
        told = _Told(place, said.to_json() if said else "", event.at if event.contact is None else None)
        self._remember(told)
        for seat in list(self._seats):
            if seat.event(*told):
                self._say(ConnectionState.OPEN, seat, resync=True)
        if event.number == self.desk.number:
            self._keep()
        if event.contact is not None:
            contact = self.desk.contact(event.contact.id)
            if contact is None:
                self._inbound.forget(event.contact.id)
            else:
                self._inbound.apply([contact])
        return True

    def beat(self, heartbeat: Heartbeat) -> None:
        """Take the service's clock, and until when the operator's reservations are sure."""
        self._beat = heartbeat.now, self._seats[0].page.host.now_ms()
        self.desk.beat(*self._beat)
        if heartbeat.lease_until != self._lease_until:
            self._take_lease(heartbeat.lease_until)

    def connection(self, connection: Connection, failure: ToolbarError | None) -> None:
        """Tell the pages, and answer from the desk from before the reload when easyCIM cannot be reached."""
        self._open = self.desk.live = False
        self._told = connection
        for seat in list(self._seats):
            seat.connection(connection)
            if failure is not None:
                seat.page.recheck()  # the page's token may name somebody else by now
        if failure is not None:
            # A page whose tab has crashed never gives its token, and the stream is never begun.
            self._leader_fails = isinstance(failure, UnauthenticatedError | DeadlineError)
            self._answer_from_kept()
            self.desk.miss()
            if not failure.retryable and not self.desk.known:
                self.desk.fail(failure)

    def hands_over(self) -> bool:
        """Let the next page lead when it is the leading one that gives no token, or one that is refused."""
        if not self._leader_fails or len(self._seats) == 1:
            return False
        self._seats.append(self._seats.pop(0))
        self._lead()
        return True

    def saved(self, contact_id: str, ecid: str, *, offline_end: bool) -> None:
        """Note an outcome that a page has saved."""
        self.desk.mark_saved(contact_id, ecid, offline_end=offline_end)
        if self._seats:
            self._keep()

    # The stream, and who leads.

    def _lead(self) -> None:
        leader = self._seats[0].page
        self._keeping = False
        if not self._restored:
            leader.tasks.start(self._restore(), lambda _, __: None)
        stream = Stream(leader.host, leader.tasks, self, self._owner, self._tries)
        self._stream = stream

        def over(_: str | None, error: BaseException | None) -> None:
            if error is not None and self._stream is stream:
                leader.host.log("error", f"the event stream ended with {type(error).__name__}")
                leader.tasks.start(self._revive(stream), lambda _, __: None)

        stream.start(over)

    def _stop(self) -> None:
        stream, self._stream = self._stream, None
        self._open = self.desk.live = False
        if stream is not None:
            stream.stop()

    async def _revive(self, stream: Stream) -> str:
        await Ask(AskKind.SLEEP, json.dumps({"ms": BACKOFF_CAP_MS}))
        if self._stream is stream and self._seats:
            self._lead()
        return ""

    def _say(self, state: ConnectionState, seat: Seat, *, resync: bool = False) -> None:
        now = seat.page.host.now_ms()
        seat.connection(Connection(state=state, at=now, skew_ms=self.desk.skew_ms, resync=True if resync else None))

    def _take_lease(self, until: int | None) -> None:
        self._lease_until = until
        self._tell_lease(self._seats)

    def _tell_lease(self, seats: list[Seat]) -> None:
        if self._lease_until is not None:
            for seat in seats:
                seat.lease(self._lease_until)

    def _service_now(self, seat: Seat) -> int:
        """Give what time it is by the service's clock, from its last word and what has passed since in the browser."""
        told, at = self._beat
        # More has not passed, else the stream were broken: then the browser's clock was set.
        return told + min(max(0, seat.page.host.now_ms() - at), self._silence_ms)

    # The past, for pages that come back.

    @property
    def _taken(self) -> Place:
        """The place after the last event that was taken."""
        return self._history[-1].place if self._history else self._before

    def _remembers(self, place: Place) -> bool:
        """Say whether every event after a place is at hand."""
        return place == self._before or any(told.place == place for told in self._history)

    def _remember(self, told: _Told) -> None:
        self._history.append(told)
        self._history_size += told.size
        while self._history_size > _HISTORY_CHARACTERS:
            dropped = self._history.popleft()
            self._before = dropped.place
            self._history_size -= dropped.size

    def _forget(self, start: Place) -> None:
        """Begin the history anew after a place."""
        self._history.clear()
        self._history_size = 0
        self._before = start

    # The desk in the browser's database.

    async def _restore(self) -> str:
        before = self._seats[0].page.host.now_ms() - _KEEP_MS
        await Ask(AskKind.PURGE, json.dumps({"record": _RECORD, "before": before}))
        reply = await Ask(AskKind.FIND, json.dumps(self._record))
        self._restored = True
        if reply.body:
            try:
                self._kept = KeptDesk.model_validate_json(reply.body)
            except ValidationError:
                return ""  # an older toolbar wrote it otherwise
            if self._impatient:
                self._answer_from_kept()
            elif not self.desk.known:
                await Ask(AskKind.SLEEP, json.dumps({"ms": _PATIENCE_MS}))
            self._answer_from_kept()
        return ""

    def _answer_from_kept(self) -> None:
        """Let the desk have what was kept of it, now or as soon as the database gives it."""
        self._impatient = True
        kept, self._kept = self._kept, None
        if kept is not None:
            self.desk.restore(kept)

    def _keep(self) -> None:
        self._dirty = True
        if not self._keeping:
            self._keeping = True
            self._seats[0].page.tasks.start(self._write(), self._written)

    async def _write(self) -> str:
        while self._dirty:
            self._dirty = False
            kept = self.desk.keep()
            if kept is not None:
                head = json.dumps({**self._record, "aliases": []})
                await Ask(AskKind.STORE, head, kept.to_json())
        return ""

    def _written(self, _: str | None, __: BaseException | None) -> None:
        self._keeping = False


class Feeds:
    """The feeds of an interpreter."""

    def __init__(self) -> None:
        self._feeds: dict[str, Feed] = {}

    def join(self, owner: str, seat: Seat) -> Feed:
        """Seat a page at an operator's desk.

        Args:
            owner: the service and the operator, as ``AskKind.WHO`` names them.
        """
        feed = self._feeds.get(owner)
        if feed is None:
            feed = self._feeds[owner] = Feed(owner)
        feed.join(seat)
        return feed

    def leave(self, owner: str, seat: Seat) -> None:
        """Let a page go; a desk that nobody sits at any more is forgotten."""
        feed = self._feeds.get(owner)
        if feed is not None:
            feed.leave(seat)
            if not feed.seats:
                del self._feeds[owner]
