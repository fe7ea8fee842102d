"""The wire between a browser and the service, on which anything can happen to a request and to a stream."""

import asyncio
from collections import deque
from collections.abc import Coroutine
from enum import StrEnum
from random import Random
from typing import Any
from urllib.parse import unquote

from starlette.types import Message

from tests.faults.clockwork import LIFE
from tests.faults.connections import Connection, Done, EventStream, Line, StreamFate
from tests.faults.embedded import Embedded

API = "/easycim/v1"


class RequestFate(StrEnum):
    """What can happen to a request, the one that opens a stream too."""

    LOST = "is lost"
    HUNG = "never arrives, and nothing tells so"
    REFUSED = "is refused with 503"
    LIMITED = "is refused with 429"
    LATE = "arrives late"
    DEAF = "takes effect, and the answer never comes"
    CUT = "takes effect, and the answer is cut off"
    GATEWAY = "takes effect, and is answered with 504"
    GHOST = "is answered with 504, and takes effect later"
    TWICE = "arrives twice"
    SLOW = "is answered late"


class Request:
    """One request as the browser sends it."""

    def __init__(self, method: str, path: str, headers: dict[str, str], body: str = "") -> None:
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body.encode()

    def scope(self) -> dict[str, Any]:
        """Give the request as ASGI has it."""
        path, _, query = (API + self.path).partition("?")
        headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        if self.body:
            headers.append((b"content-type", b"application/json"))
            headers.append((b"content-length", str(len(self.body)).encode()))
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "state": {},
        }


class Network:
    """A browser's connection to the service.

    Args:
        random: draws how long everything takes.
    """

    def __init__(self, service: Embedded, random: Random) -> None:
        self.service = service
        self.random = random
        self.line = Line(service.loop, random)
        self.fates: deque[RequestFate] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    def calm(self) -> None:
        """Let nothing happen any more; what is under way stays as it is."""
        self.fates.clear()
        self.line.stream_fates.clear()

    def send(self, request: Request, done: Done) -> Connection:
        """Send a request; gives the connection, which can be given up."""
        fate = self.fates.popleft() if self.fates else None
        connection = Connection(self.line, done)
        self.run(self._carry(request, fate, connection))
        return connection

    def listen(self, request: Request, done: Done) -> EventStream:
        """Open a stream; what it says is taken with :meth:`EventStream.take`."""
        fate = self.fates.popleft() if self.fates else None
        stream = EventStream(self.line, done)
        self.run(self._carry_stream(request, fate, stream))
        return stream

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something happen on the wire, whoever else ends."""
        token = LIFE.set(None)
        task = self.service.loop.create_task(work)
        LIFE.reset(token)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Let go of everything."""
        for task in list(self._tasks):
            task.cancel()

    async def latency(self) -> None:
        """Take the time of one way."""
        await asyncio.sleep(self.random.randint(1, 25) / 1000)

    async def _carry(self, request: Request, fate: RequestFate | None, connection: Connection) -> None:
        if await self._meet(fate, connection):
            if fate is RequestFate.GHOST:
                await self._later()
                await self.serve(request)
            return
        head, body = await self.serve(request, connection)
        await self.latency()
        match fate:
            case RequestFate.DEAF:
                return
            case RequestFate.CUT:
                head, body = "cut ", ""
            case RequestFate.GATEWAY:
                head, body = "504 ", "<html>"
            case RequestFate.TWICE:
                connection.settle(head, body)
                await self._later()
                await self.serve(request)
                return
            case RequestFate.SLOW:
                await self._later()
            case _:
                pass
        connection.settle(head, body)

    async def _carry_stream(self, request: Request, fate: RequestFate | None, stream: EventStream) -> None:
        if await self._meet(fate, stream):
            return
        await self._run_stream(request, stream)
        if fate in (RequestFate.CUT, RequestFate.GATEWAY, RequestFate.SLOW):
            stream.fate = StreamFate.CUT
        elif fate is RequestFate.DEAF:
            stream.fate = StreamFate.MUTE

    async def _meet(self, fate: RequestFate | None, connection: Connection) -> bool:
        """Let happen what keeps a request from arriving; gives whether something did."""
        await self.latency()
        match fate:
            case RequestFate.LOST:
                connection.settle("unreachable ", "")
            case RequestFate.HUNG:
                pass
            case RequestFate.REFUSED:
                connection.settle("503 ", "<html>")
            case RequestFate.LIMITED:
                connection.settle("429 700", "")
            case RequestFate.GHOST:
                connection.settle("504 ", "<html>")
            case RequestFate.LATE:
                await self._later()
                return False
            case _:
                return False
        return True

    async def _later(self) -> None:
        await asyncio.sleep(self.random.randint(500, 20_000) / 1000)

    async def serve(self, request: Request, connection: Connection | None = None) -> tuple[str, str]:
        """Hand a request to the service; gives head and body of the reply."""
        if not self.service.running:
            return "unreachable ", ""
        said: list[Message] = []
        bodies = [{"type": "http.request", "body": request.body, "more_body": False}]

        async def receive() -> Message:
            if bodies:
                return bodies.pop()
            await self.service.loop.create_future()
            raise AssertionError

        async def send(message: Message) -> None:
            said.append(message)

        async def answer() -> None:
            await self.service.app(request.scope(), receive, send)

        task = self.service.spawn(answer())
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled():
                raise
            return "unreachable ", ""
        status = said[0]["status"]
        body = b"".join(message.get("body", b"") for message in said[1:]).decode()
        return (str(status) if status < 300 else f"{status} "), body

    async def _run_stream(self, request: Request, stream: EventStream) -> None:
        service = self.service
        if not service.running:
            stream.settle("unreachable ", "")
            return
        gone = stream.gone = service.loop.create_future()
        bodies: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Message:
            if bodies:
                return bodies.pop()
            await gone
            return {"type": "http.disconnect"}

        status = 0

        async def send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if status < 300:
                    stream.say(None)
            elif status >= 300:
                stream.settle(f"{status} ", message.get("body", b"").decode())
            elif message.get("body"):
                stream.say(message["body"])

        async def live() -> None:
            await service.app(request.scope(), receive, send)

        task = service.spawn(live())
        task.add_done_callback(lambda _: stream.over())
