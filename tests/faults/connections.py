"""Connections between a browser and the service: a request under way, and a stream of events in the making."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from tests.faults.clockwork import LIFE


class StreamFate(StrEnum):
    """What can happen to a piece of a stream of events."""

    CUT = "is cut in the middle of a message"
    ENDED = "ends"
    MUTE = "falls silent for ever"
    STALLED = "stands still for a while"
    TWICE = "says a message twice"
    SWAPPED = "swaps two messages"


Done = Callable[[str, str], None]
"""Takes the reply's head and body; called at most once."""


@dataclass
class Line:
    """What the connections of a browser share.

    Args:
        random: draws how long everything takes.
        stream_fates: what the next pieces of streams meet.
        connections: all that are open.
    """

    loop: asyncio.AbstractEventLoop
    random: Random
    stream_fates: deque[StreamFate] = field(default_factory=deque[StreamFate])
    connections: list["Connection"] = field(default_factory=list["Connection"])


class Connection:
    """One request under way."""

    def __init__(self, line: Line, done: Done) -> None:
        self.line = line
        self._done: Done | None = done
        line.connections.append(self)

    @property
    def open(self) -> bool:
        """Whether something is still to come."""
        return self._done is not None

    def settle(self, head: str, body: str) -> None:
        """Give the reply to whoever still waits for it."""
        done, self._done = self._done, None
        self._forget()
        if done is not None:
            done(head, body)

    def give_up(self) -> None:
        """Wait no more."""
        self._done = None
        self._forget()

    def break_off(self) -> None:
        """Lose the connection, and notice it."""
        self.settle("unreachable ", "")

    def _forget(self) -> None:
        if self in self.line.connections:
            self.line.connections.remove(self)


class EventStream(Connection):
    """A stream of events, as the browser reads it."""

    def __init__(self, line: Line, done: Done) -> None:
        super().__init__(line, done)
        self.fate: StreamFate | None = None
        self.gone: asyncio.Future[None] | None = None
        self._listening = done
        self._coming: deque[Callable[[], None]] = deque()
        self._held: bytes | None = None
        self._text = b""
        self._messages: list[list[str]] = []
        self._ended = False
        self._mute = False
        self._waiting: Done | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0

    @property
    def open(self) -> bool:
        """Whether something is still to come."""
        return not self._ended

    # What the service does.

    def say(self, piece: bytes | None) -> None:
        """Take a piece from the service on its way; None is the head."""
        if self._ended or self._mute:
            return
        if piece is None:
            self._later(lambda: self._arrive(None))
        else:
            self._say(piece, self._next_fate())

    def over(self) -> None:
        """Take the end of the service's answer."""
        if not self._mute:
            self._later(self._end)

    # What the browser does.

    def take(self, ms: int, done: Done) -> None:
        """Give all messages that came since the last time, as soon as there is one."""
        if self._messages or self._ended:
            self._loop.call_soon(lambda: done(*self._said()))
            return
        self._waiting = done
        self._timer = self._loop.call_later(ms / 1000, self._silent)

    def take_no_more(self) -> None:
        """Wait no more for what it says."""
        self._waiting = None
        if self._timer is not None:
            self._timer.cancel()

    def give_up(self) -> None:
        """End the stream from the browser's side."""
        super().give_up()
        self.take_no_more()
        self._ended = True
        self._leave()

    def break_off(self) -> None:
        """Lose the connection, and notice it."""
        self._leave()
        self._end()

    def fall_silent(self) -> None:
        """Lose the connection without noticing it."""
        self._mute = True
        self._leave()

    @property
    def _loop(self) -> asyncio.AbstractEventLoop:
        return self.line.loop

    def _now(self) -> float:
        return self._loop.time()

    def _next_fate(self) -> StreamFate | None:
        fate, self.fate = self.fate, None
        fates = self.line.stream_fates
        return fate if fate is not None or not fates else fates.popleft()

    def _say(self, piece: bytes, fate: StreamFate | None) -> None:
        match fate:
            case StreamFate.MUTE:
                self._mute = True
            case StreamFate.ENDED:
                self._later(self._end)
            case StreamFate.CUT:
                cut = piece[: self.line.random.randrange(len(piece))]
                self._later(lambda: self._arrive(cut))
                self._later(self._end)
            case StreamFate.TWICE:
                self._later(lambda: self._arrive(piece))
                self._later(lambda: self._arrive(piece))
            case StreamFate.SWAPPED:
                self._held = piece
            case StreamFate.STALLED:
                self._due = self._now() + self.line.random.randint(1_000, 25_000) / 1000
                self._later(lambda: self._arrive(piece))
            case None:
                self._later(lambda: self._arrive(piece))
                if self._held is not None:
                    held, self._held = self._held, None
                    self._later(lambda: self._arrive(held))

    def _later(self, action: Callable[[], None]) -> None:
        """Let something arrive, after everything before it."""
        self._due = max(self._due, self._now() + self.line.random.randint(1, 25) / 1000)
        # What is due at the same moment does not come in its order by itself.
        self._coming.append(action)
        token = LIFE.set(None)
        self._loop.call_at(self._due, self._next)
        LIFE.reset(token)

    def _next(self) -> None:
        self._coming.popleft()()

    def _arrive(self, piece: bytes | None) -> None:
        if self._ended or self._mute:
            return
        if piece is None:
            done, self._done = self._done, None
            if done is not None:
                done("200", "")
            return
        self._text += piece
        *whole, self._text = self._text.split(b"\n\n")
        for text in whole:
            fields = dict(line.split(": ", 1) for line in text.decode().splitlines())
            self._messages.append([fields["event"], fields.get("id", ""), fields["data"]])
        self._tell()

    def _end(self) -> None:
        if self._ended:
            return
        self._ended = True
        self._leave()
        if self._done is not None:
            self.settle("unreachable ", "")
        self._forget()
        self._tell()

    def _leave(self) -> None:
        if self.gone is not None and not self.gone.done():
            self.gone.set_result(None)

    def _silent(self) -> None:
        done, self._waiting = self._waiting, None
        if done is not None:
            done('{"silent": true}', "[]")

    def _tell(self) -> None:
        if self._waiting is not None and (self._messages or self._ended):
            done = self._waiting
            self.take_no_more()
            done(*self._said())

    def _said(self) -> tuple[str, str]:
        if not self._messages:
            return '{"ended": true}', "[]"
        body = json.dumps(self._messages)
        self._messages = []
        return "{}", body
