"""Operators' event streams read as bytes: when did which event arrive."""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.bench.telephone import epoch_ms

_PATH = "/easycim/v1/events"
_AT_ONCE = 50
_OPEN_S = 60.0


class Arrival(NamedTuple):
    """An event that has arrived.

    Args:
        at: when the service took it, in its own whole epoch ms.
        seen_ms: when its last byte was read, in epoch ms.
        told_ms: when the telephone system says it happened; None where the event does not say.
    """

    agent: str
    number: int
    at: int
    seen_ms: float
    told_ms: int | None


class Stream(asyncio.Protocol):
    """One operator's stream. What arrives is only noted; it is read when nothing is measured any more.

    ``gaps`` counts the places at which the numbers do not go on by one: an event lost, doubled or out of order.
    ``ended`` says whether it is over.
    """

    def __init__(self, agent: str, host: str, token: str) -> None:
        self._agent = agent
        self._request = f"GET {_PATH} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\r\n".encode()
        self._noted: list[tuple[int, bytes]] = []
        self._raw = b""
        self._text = b""
        self._headless = True
        self._last = 0
        self.gaps = 0
        self._transport: asyncio.Transport | None = None
        self.begun: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self.ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Note what arrives, and when."""
        self._noted.append((time.time_ns(), data))
        if not self.begun.done() and b"event: desk" in data:
            self.begun.set_result(epoch_ms())

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that it is over."""
        self.ended = True
        if not self.begun.done():
            self.begun.set_exception(RuntimeError(f"a stream ended before it began: {self._noted or exc}"))

    def close(self) -> None:
        """Let go of it."""
        if self._transport is not None:
            self._transport.close()

    def take(self) -> list[Arrival]:
        """Give the events that have arrived since the last time."""
        noted, self._noted = self._noted, []
        return [arrival for moment, data in noted for arrival in self._read(moment, data)]

    def _read(self, moment: int, data: bytes) -> list[Arrival]:
        self._raw += data
        if self._headless:
            _, found, rest = self._raw.partition(b"\r\n\r\n")
            if not found:
                return []
            self._headless, self._raw = False, rest
        while b"\r\n" in self._raw:
            size, _, rest = self._raw.partition(b"\r\n")
            length = int(size, 16)
            if len(rest) < length + 2:
                break
            self._text += rest[:length]
            self._raw = rest[length + 2 :]
        *messages, self._text = self._text.split(b"\n\n")
        return [arrival for message in messages for arrival in self._understand(moment / 1e6, message)]

    def _understand(self, seen_ms: float, message: bytes) -> list[Arrival]:
        kind, _, data = message.partition(b"\n")
        if kind == b"event: heartbeat":
            return []
        said: dict[str, Any] = json.loads(data.partition(b"data: ")[2])
        number: int = said["number"]
        if kind == b"event: desk":
            self._last = number
            return []
        self.gaps += number != self._last + 1
        self._last = number
        return [_arrival(self._agent, seen_ms, said)]


class Streams:
    """Many operators' streams at one service."""

    def __init__(self) -> None:
        self._streams: dict[str, Stream] = {}

    async def open(self, url: str, tokens: Mapping[str, str]) -> None:
        """Open a stream for each operator, some at a time, and wait until each has told its desk.

        Args:
            tokens: by operator.

        Raises:
            RuntimeError: one was refused.
            TimeoutError: they do not come up.
        """
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 80
        loop = asyncio.get_running_loop()
        room = asyncio.Semaphore(_AT_ONCE)

        async def open_one(agent: str, token: str) -> None:
            async with room:
                _, stream = await loop.create_connection(lambda: Stream(agent, host, token), host, port)
                self._streams[agent] = stream
                await stream.begun

        async with asyncio.timeout(_OPEN_S):
            await asyncio.gather(*(open_one(agent, token) for agent, token in tokens.items()))

    def take(self) -> list[Arrival]:
        """Give all operators' events that have arrived since the last time, each operator's in their order."""
        return [arrival for stream in self._streams.values() for arrival in stream.take()]

    @property
    def ended(self) -> int:
        """How many streams are over."""
        return sum(stream.ended for stream in self._streams.values())

    @property
    def gaps(self) -> int:
        """How often an operator's numbers did not go on by one, as far as events were taken."""
        return sum(stream.gaps for stream in self._streams.values())

    def close(self) -> None:
        """Let go of all."""
        for stream in self._streams.values():
            stream.close()
        self._streams.clear()


def _arrival(agent: str, seen_ms: float, event: Mapping[str, Any]) -> Arrival:
    return Arrival(agent, event["number"], event["at"], seen_ms, _told(event.get("contact") or {}))


def _told(contact: Mapping[str, Any]) -> int | None:
    """Give when the telephone system says it happened: an event tells it only when a contact comes or is cleared."""
    if contact.get("event") == "POPUP":
        return contact["startTime"]
    if contact.get("event") == "connectioncleared":
        return contact["endTime"]
    return None
