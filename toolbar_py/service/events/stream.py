"""One operator's event stream as an HTTP answer: the desk, what was missed, then what happens (contract section 5)."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from toolbar_py.service.events.hub import Hub, Numbered, Subscription
from toolbar_py.service.events.messages import desk_message, event_message, heartbeat_message, snapshot
from toolbar_py.service.leases import Leases
from toolbar_py.service.store.base import Clock
from toolbar_py.service.store.deskbase import DeskStore
from toolbar_py.wire.places import Place

STREAM_TYPE = "text/event-stream"

_PARTING_S = 1.0
"""How long the end of a stream waits for a reader that does not read: nothing else should have to wait for it."""

_PIECE_BYTES = 65_536
"""How much is sent at once: a reader that is slow should not make the service hold all that it missed twice."""

_HEADERS = {
    # A proxy that compresses or collects would hold events back.
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
}


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a stream takes what it says.

    Args:
        heartbeat_ms: how often it says something at least.
    """

    desks: DeskStore
    hub: Hub
    leases: Leases
    clock: Clock
    heartbeat_ms: int


class EventStream(Response):
    """Streams one operator's events.

    Args:
        after: the place that the reader has reached; None when it asks for none.
        until: when the reader's token ends, and the stream with it, in epoch ms.
    """

    media_type = STREAM_TYPE

    def __init__(self, sources: Sources, operator: str, after: Place | None, until: int) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._sources = sources
        self._operator = operator
        self._after = after
        self._until = until

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the stream until the reader goes, is too slow, its token ends or the service stops."""
        # First subscribed, then read: what happens between the two comes twice, and is told once by its number.
        with self._sources.hub.subscribe(self._operator) as subscription:
            await self._sources.leases.renew([self._operator])
            last, begin = await self._beginning()
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            gone = asyncio.create_task(_end_when_gone(receive, subscription))
            left_s = max(0, self._until - self._sources.clock()) / 1000
            expiry = asyncio.get_running_loop().call_later(left_s, subscription.end)
            try:
                reads = await self._tell(subscription, begin, last, send)
            finally:
                expiry.cancel()
                gone.cancel()
            await self._sources.leases.renew([self._operator])
        if reads:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _beginning(self) -> tuple[int, Iterator[bytes]]:
        """Read the desk and what was missed.

        Returns:
            the number of the last event, and the messages. Once they are sent nothing holds them any more: a stream
            lasts for hours.
        """
        record = await self._sources.desks.desk(self._operator, self._after)
        lease_until = self._sources.leases.until(self._operator)
        desk = snapshot(record, self._sources.clock(), self._sources.heartbeat_ms, lease_until)
        return record.place.number, chain([desk_message(desk)], map(event_message, record.events))

    async def _tell(self, subscription: Subscription, begin: Iterable[bytes], last: int, send: Send) -> bool:
        """Send the beginning, and what happens after event number ``last`` until the subscription ends.

        Returns:
            whether the reader has read everything: one that does not is not waited for.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(None) as limit:
                subscription.at_end = lambda: limit.reschedule(loop.time() + _PARTING_S)
                await _send(send, begin)
                await self._follow(subscription, last, send)
        except TimeoutError:
            return False
        finally:
            subscription.at_end = None
        return True

    async def _follow(self, subscription: Subscription, last: int, send: Send) -> None:
        """Send what happens after event number ``last``."""
        wait_s = self._sources.heartbeat_ms / 1000
        while not subscription.ended:
            events = await subscription.take(wait_s)
            if subscription.ended:
                return
            fresh = [event for event in events if event.number > last]
            if not fresh:
                if not events:
                    lease_until = self._sources.leases.until(self._operator)
                    await _send(send, [heartbeat_message(self._sources.clock(), lease_until)])
                continue
            newest = max(event.number for event in fresh)
            if [event.number for event in fresh] != list(range(last + 1, newest + 1)):
                # Another writer's commit overtook one: the log has them in order.
                fresh = await self._log(last, newest)
                if not fresh:
                    return
            await _send(send, [event.message for event in fresh])
            last = fresh[-1].number

    async def _log(self, after: int, until: int) -> list[Numbered]:
        """Give events from the log, up to the first that is missing."""
        events = await self._sources.desks.events(self._operator, after, until)
        return [
            Numbered(at, event_message(event)) for at, event in enumerate(events, after + 1) if event.place.number == at
        ]


async def _send(send: Send, messages: Iterable[bytes]) -> None:
    """Send messages, several at once as long as they are small."""
    for piece in _pieces(messages):
        await send({"type": "http.response.body", "body": piece, "more_body": True})


def _pieces(messages: Iterable[bytes]) -> Iterator[bytes]:
    piece: list[bytes] = []
    size = 0
    for message in messages:
        if piece and size + len(message) > _PIECE_BYTES:
            yield b"".join(piece)
            piece.clear()
            size = 0
        piece.append(message)
        size += len(message)
    if piece:
        yield b"".join(piece)


async def _end_when_gone(receive: Receive, subscription: Subscription) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    subscription.end()
