"""The stream of an operator's events from easyCIM: kept open, resumed where it broke off (contract section 5).

A stream says first how the desk stands, then every event after the place that was asked for, then what happens. It is
taken for broken when it ends, is silent for too long or leaves an event out, and is then opened again from the last
event that was taken.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, cast

from pydantic import ValidationError
from pydantic_core import from_json

from toolbar_py.page.exchange import error_of, retry_after
from toolbar_py.page.host.base import HOST_FAILED, Ask, AskKind, Host
from toolbar_py.page.tasks import Task, Tasks
from toolbar_py.page.traces import new_trace
from toolbar_py.wire.connection import Connection, ConnectionState
from toolbar_py.wire.errors import AbortedError, DeadlineError, NetworkError, ToolbarError
from toolbar_py.wire.places import Place
from toolbar_py.wire.telephony import DeskEvent, DeskSnapshot, Heartbeat

BACKOFF_BASE_MS = 500
"""The first wait is drawn between nothing and this: an operator does not notice it, and the desks of a room whose
service was restarted do not all knock in the same instant."""
BACKOFF_CAP_MS = 15_000
"""No wait is longer: after an outage of whatever length every desk is back within a quarter of a minute."""
REFUSED_BASE_MS = 5_000
"""The first wait after easyCIM refused the token, or the page had none: nobody signs in faster, and to knock with a
bad token all day looks like an attack."""
REFUSED_CAP_MS = 60_000
SILENT_HEARTBEATS = 2.5
"""How many heartbeats may fail to come: one can be late and the next lost, two and a half mean that it is broken."""
CONNECT_MS = 10_000
"""How long easyCIM may take to begin a stream, and to say the first word on it."""
OFFLINE_AFTER = 3
"""How many tries in a row have to miss easyCIM altogether before the page is told that it is offline."""

_PATH = "/events"
_BROKEN = ("ended", "silent", "disorder", "again")
_DOUBLINGS_MAX = 10


class Listener(Protocol):
    """Whom a stream tells what it says."""

    def place(self) -> Place | None:
        """The place after which events are wanted; None for those that are still to happen."""
        ...

    def doubts(self, agent: str) -> bool:
        """Say whether a stream that tells of an agent may be another operator's than the one that was asked for."""
        ...

    def begun(self, desk: DeskSnapshot, asked: Place | None) -> bool:
        """Take the desk as it stands; or not, when the stream has to be opened anew from another place.

        Args:
            asked: the place that was asked for.
        """
        ...

    def happened(self, event: DeskEvent, place: Place) -> bool:
        """Take an event, or drop one that was taken before; False when one before it is missing.

        Args:
            place: the one after it.
        """
        ...

    def beat(self, heartbeat: Heartbeat) -> None:
        """Take the service's clock, and what else it says when nothing happens."""
        ...

    def connection(self, connection: Connection, failure: ToolbarError | None) -> None:
        """Take how the stream is doing now, and what has just failed."""
        ...

    def hands_over(self) -> bool:
        """Say whether the stream goes on through another page's browser, so that this one is done."""
        ...


@dataclass(frozen=True, slots=True)
class _Ending:
    """Why a stream is over. ``proved``: it had worked."""

    reason: str
    error: ToolbarError
    proved: bool = False


@dataclass(slots=True)
class Tries:
    """What came of the tries since a stream last worked, through whichever page they went.

    Args:
        failed: how many failed.
        missed: how many in a row missed easyCIM altogether.
    """

    failed: int = 0
    missed: int = 0

    def note(self, ending: _Ending) -> None:
        """Count a try that is over."""
        self.failed += 1
        missed = isinstance(ending.error, NetworkError | DeadlineError) and not ending.proved
        self.missed = self.missed + 1 if missed else 0

    def forget(self) -> None:
        """Begin anew: a stream works."""
        self.failed = self.missed = 0


class Stream:
    """Keeps one stream open through one page's browser, until its task is interrupted.

    Args:
        tasks: of the page through whose browser it goes.
        owner: the service and the operator, as ``AskKind.WHO`` names them.
        tries: of the streams before, through other pages' browsers.
    """

    def __init__(self, host: Host, tasks: Tasks, listener: Listener, owner: str, tries: Tries) -> None:
        self._host = host
        self._tasks = tasks
        self._listener = listener
        self._owner = owner
        self._tries = tries
        self._task: Task | None = None
        self._number: int | None = None
        self._sleeping = False
        self._stopped = False
        self._again = False
        self._begun = False
        self._proved = False
        self._silence = CONNECT_MS

    def start(self, settle: Callable[[str | None, BaseException | None], None]) -> None:
        """Begin; *settle* is called when it has stopped."""
        self._task = self._tasks.start(self._run(), settle)

    def stop(self) -> None:
        """Let go of the stream and of everything that is waited for."""
        self._stopped = True
        self._end()
        if self._task is not None:
            self._tasks.interrupt(self._task, AbortedError())

    def hurry(self) -> None:
        """Try again now, if the next try is waited for."""
        if self._sleeping and self._task is not None:
            self._tasks.hurry(self._task)

    def again(self) -> None:
        """Open the stream anew, because events from before its place are wanted."""
        self._again = True
        if self._number is not None and self._task is not None and self._task.waits_for is not None:
            self._tasks.interrupt(self._task, NetworkError(reason="again"))

    async def _run(self) -> str:
        while not self._stopped:
            self._say(ConnectionState.CONNECTING, None)
            ending = await self._once()
            self._end()
            if self._stopped:
                break
            if self._again:
                continue
            self._tries.note(ending)
            wait = self._wait(ending.error)
            state = ConnectionState.OFFLINE if self._tries.missed >= OFFLINE_AFTER else ConnectionState.WAITING
            self._say(state, ending, next_try_at=self._host.now_ms() + wait)
            if self._stopped:
                break
            self._sleeping = True
            try:
                await Ask(AskKind.SLEEP, json.dumps({"ms": wait}))
            except ToolbarError:
                break  # only stop() interrupts a sleep
            finally:
                self._sleeping = False
            if self._listener.hands_over():
                break
        return ""

    async def _once(self) -> _Ending:
        """Open a stream and take what it says, until it is over."""
        self._again = self._begun = self._proved = False
        asked = self._listener.place()
        self._silence = CONNECT_MS
        try:
            await self._open(asked)
            while True:
                said = await Ask(AskKind.NEXT, json.dumps({"stream": self._number, "ms": self._silence}))
                await self._take(said.body, asked)
                over = "again" if self._again else _over(said.head)
                if over:
                    raise NetworkError(reason=over)
        except ToolbarError as error:
            reason = error.details.get("reason")
            return _Ending(str(reason) if reason in _BROKEN else error.code.value, error, self._proved)

    async def _open(self, asked: Place | None) -> None:
        with self._tasks.deadline(CONNECT_MS):
            trace = new_trace(self._host)
            reply = await Ask(AskKind.LISTEN, f"{_PATH} {trace} {'' if asked is None else asked}")
        if not reply.head.startswith("2"):
            raise error_of(reply)
        self._number = reply.number

    async def _take(self, body: str, asked: Place | None) -> None:
        """Pass on what the stream has said.

        Raises:
            ToolbarError: it cannot be read, leaves something out, or is another operator's.
        """
        try:
            for kind, place, data in _messages(body):
                if kind == "desk":
                    await self._begin(DeskSnapshot.model_validate_json(data), asked)
                else:
                    self._pass_on(kind, place, data)
        except ValueError as error:  # pydantic's errors are of that kind too
            what = error.title if isinstance(error, ValidationError) else str(error)
            self._host.log("error", f"the event stream cannot be read: {what}")
            raise NetworkError(reason="disorder") from None

    async def _begin(self, desk: DeskSnapshot, asked: Place | None) -> None:
        self._silence = int(desk.heartbeat_ms * SILENT_HEARTBEATS)
        if self._listener.doubts(desk.agent.agent):
            await self._make_sure()
        self._begun = True
        if not self._listener.begun(desk, asked):
            self._again = True
            raise NetworkError(reason="again")

    async def _make_sure(self) -> None:
        """Ask the page whose desk it is: its token may name somebody else since the stream was asked for.

        Raises:
            ToolbarError: it is not this operator's, or the page cannot tell.
        """
        with self._tasks.deadline(CONNECT_MS):
            reply = await Ask(AskKind.WHO, "{}")
        if not reply.body:
            raise error_of(reply)
        if reply.body != self._owner:
            raise NetworkError(reason="disorder")

    def _pass_on(self, kind: str, place: str, data: str) -> None:
        if not self._begun:
            raise ValueError("it does not begin with the desk")
        if kind == "event":
            after = Place.parse(place)
            if after is None:
                raise ValueError("an event without its place")
            if not self._listener.happened(DeskEvent.model_validate_json(data), after):
                raise NetworkError(reason="disorder")
            self._prove()
        elif kind == "heartbeat":
            self._listener.beat(Heartbeat.model_validate_json(data))
            self._prove()

    def _prove(self) -> None:
        if not self._proved:
            self._proved = True
            self._tries.forget()

    def _end(self) -> None:
        if self._number is not None:
            self._host.cancel(self._number)
            self._number = None

    def _wait(self, error: ToolbarError) -> int:
        refused = not error.retryable
        base, cap = (REFUSED_BASE_MS, REFUSED_CAP_MS) if refused else (BACKOFF_BASE_MS, BACKOFF_CAP_MS)
        longest = min(cap, base * 2 ** min(self._tries.failed - 1, _DOUBLINGS_MAX))
        drawn = int(longest * self._host.random())
        # Refused, half of it is certain: full jitter may also draw no wait at all.
        return max(longest // 2 if refused else 0, retry_after(error) or 0, drawn)

    def _say(self, state: ConnectionState, ending: _Ending | None, *, next_try_at: int | None = None) -> None:
        told = Connection(
            state=state,
            at=self._host.now_ms(),
            next_try_at=next_try_at,
            reason=ending.reason if ending else None,
        )
        self._listener.connection(told, ending.error if ending else None)


def _messages(body: str) -> list[tuple[str, str, str]]:
    """Give what NEXT brought: event types, ids and data.

    Raises:
        ValueError: it is not what the host promises.
    """
    if not body:
        return []
    found: Any = from_json(body)
    return [(str(each[0]), str(each[1]), str(each[2])) for each in cast(list[list[Any]], found)]


def _over(head: str) -> str:
    """Say why a stream is over after a reply to NEXT; empty when it is not."""
    if head == "{}":
        return ""
    if head == HOST_FAILED:
        return "ended"
    told: dict[str, Any] = from_json(head)
    return "ended" if told.get("ended") else "silent" if told.get("silent") else ""
