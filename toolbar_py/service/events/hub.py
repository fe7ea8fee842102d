"""Hands what was committed to the streams of its operator, and to whoever watches the desks."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import NamedTuple

from toolbar_py.service.events.messages import event_message
from toolbar_py.service.store.deskbase import Changes
from toolbar_py.wire.errors import RateLimitedError

WAITING_MAX = 500
"""How many events wait for a reader that does not read; then its stream ends, and it resumes from the log."""

WAITING_BYTES = 2_000_000
"""How much is in them at most, if it is more than one."""

STREAMS_MAX = 32
"""How many streams one operator may have: a tab needs one."""

_COME_BACK_MS = 5_000

_LOG = logging.getLogger("toolbar_py.events")


class Numbered(NamedTuple):
    """An event that is ready to be sent."""

    number: int
    message: bytes


class Subscription:
    """What waits for one stream."""

    def __init__(self) -> None:
        self._waiting: deque[Numbered] = deque()
        self._size = 0
        self._wake: asyncio.Future[None] | None = None
        self.ended = False
        self.at_end: Callable[[], None] | None = None
        """Is called once when the stream is to end, also while its reader does not read."""

    def put(self, event: Numbered) -> None:
        """Let an event wait for the stream; too many end it."""
        if self.ended:
            return
        size = self._size + len(event.message)
        if len(self._waiting) >= WAITING_MAX or (self._waiting and size > WAITING_BYTES):
            self.end()
            return
        self._waiting.append(event)
        self._size = size
        self._ring()

    def end(self) -> None:
        """End the stream: what waits is in the log, and the reader comes back for it."""
        self.ended = True
        self._empty()
        self._ring()
        at_end, self.at_end = self.at_end, None
        if at_end is not None:
            at_end()

    async def take(self, wait_s: float) -> list[Numbered]:
        """Give what waits, as soon as there is something; nothing after ``wait_s`` seconds or at the end."""
        if not self._waiting and not self.ended:
            loop = asyncio.get_running_loop()
            self._wake = loop.create_future()
            timer = loop.call_later(wait_s, self._ring)
            try:
                await self._wake
            finally:
                timer.cancel()
                self._wake = None
        taken = list(self._waiting)
        self._empty()
        return taken

    def _empty(self) -> None:
        self._waiting.clear()
        self._size = 0

    def _ring(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)


class Hub:
    """Knows every open stream. Everything here runs in the event loop."""

    def __init__(self) -> None:
        self._streams: dict[str, set[Subscription]] = {}
        self._watchers: list[Callable[[str], Awaitable[None]]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def publish(self, changes: Changes) -> None:
        """Pass on what a commit changed; called in the order of the commits."""
        for event in changes.events:
            streams = self._streams.get(event.operator)
            if streams:
                numbered = Numbered(event.place.number, event_message(event))
                for stream in tuple(streams):
                    stream.put(numbered)
        if self._watchers and not self._closed:
            for operator in sorted(changes.operators):
                task = asyncio.create_task(self._tell(operator))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    @contextmanager
    def subscribe(self, operator: str) -> Generator[Subscription]:
        """Give a subscription to an operator's events from now on, until the block is left.

        Raises:
            RateLimitedError: the operator has too many streams.
        """
        streams = self._streams.setdefault(operator, set())
        if len(streams) >= STREAMS_MAX:
            raise RateLimitedError(retryAfterMs=_COME_BACK_MS)
        subscription = Subscription()
        subscription.ended = self._closed
        streams.add(subscription)
        try:
            yield subscription
        finally:
            streams.discard(subscription)
            if not streams and self._streams.get(operator) is streams:
                del self._streams[operator]

    def streams_of(self, operator: str) -> list[Subscription]:
        """Give the subscriptions of an operator's open streams."""
        return list(self._streams.get(operator, ()))

    def operators(self) -> list[str]:
        """Give the operators who have a stream open."""
        return list(self._streams)

    def watch(self, changed: Callable[[str], Awaitable[None]]) -> None:
        """Have a function told the operator's id after each change at a desk."""
        self._watchers.append(changed)

    def close(self) -> None:
        """End every stream, now and from now on, so that a server that stops need not wait for them."""
        self._closed = True
        for streams in self._streams.values():
            for stream in tuple(streams):
                stream.end()

    async def _tell(self, operator: str) -> None:
        for changed in self._watchers:
            try:
                await changed(operator)
            except Exception:
                _LOG.exception("a watcher of the desks failed")
