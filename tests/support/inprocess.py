"""A service inside the test's own event loop, so that a test holds its telephone system in its hands."""

import asyncio
import json
import socket
import sqlite3
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx2
import uvicorn

from tests.support.desk import API, NO_TLS
from tests.support.telephones import StandInTelephones
from toolbar_py.service.accounts import new_operator
from toolbar_py.service.app import create_app
from toolbar_py.service.datafolder import DataFolder
from toolbar_py.service.events.hub import Hub
from toolbar_py.service.settings import Settings
from toolbar_py.service.store.base import ImportRow, Role
from toolbar_py.wire.contacts import ImportedContact

OPERATORS = ("ann@test", "bob@test")
ECIDS = ("a|1", "a|2", "a|3")

_PATIENCE_S = 10


class Said(NamedTuple):
    """One server-sent event."""

    event: str
    id: str
    data: dict[str, Any]


class Stream:
    """One open event stream, read as bytes off its socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self._writer = writer
        self.head = ""
        self._text = ""

    @classmethod
    async def open(cls, url: str, token: str, last: str | None = None) -> "Stream":
        """Ask for a stream.

        Args:
            last: the ``Last-Event-ID``.
        """
        parts = urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        lines = [f"GET {API}/events HTTP/1.1", "Host: test", f"Authorization: Bearer {token}"]
        lines += [f"Last-Event-ID: {last}"] if last is not None else []
        writer.write("\r\n".join([*lines, "", ""]).encode())
        stream = cls(reader, writer)
        stream.head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _PATIENCE_S)).decode()
        return stream

    async def next(self) -> Said:
        """Give what is said next.

        Raises:
            EOFError: the stream has ended.
        """
        while "\n\n" not in self._text:
            await self._read_chunk()
        message, _, self._text = self._text.partition("\n\n")
        fields = dict(line.split(": ", 1) for line in message.splitlines())
        return Said(fields["event"], fields.get("id", ""), json.loads(fields["data"]))

    async def events(self, count: int) -> list[dict[str, Any]]:
        """Give the next numbered events, whatever else is said between them."""
        found: list[dict[str, Any]] = []
        # Heartbeats go on for ever: each wait alone would never end.
        async with asyncio.timeout(_PATIENCE_S):
            while len(found) < count:
                said = await self.next()
                if said.event == "event":
                    assert said.id.startswith(f"{said.data['number']}-")
                    found.append(said.data)
        return found

    async def ended(self) -> None:
        """Wait for the end."""
        try:
            while True:
                await self.next()
        except EOFError:
            pass

    async def close(self) -> None:
        """Go away."""
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()

    async def _read_chunk(self) -> None:
        try:
            size = int(await asyncio.wait_for(self.reader.readuntil(b"\r\n"), _PATIENCE_S), 16)
            body = await asyncio.wait_for(self.reader.readexactly(size + 2), _PATIENCE_S)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise EOFError from None
        if size == 0:
            raise EOFError
        self._text += body[:-2].decode()


class InProcessService:
    """A running service with a stand-in telephone system."""

    def __init__(self, url: str, settings: Settings, telephones: StandInTelephones, hub: Hub) -> None:
        self.url = url
        self.telephones = telephones
        self.hub = hub
        self._settings = settings
        self._clients: list[httpx2.AsyncClient] = []
        self._streams: list[Stream] = []

    def token(self, operator: str, ttl_s: int = 3_600) -> str:
        """Make a bearer token."""
        return DataFolder(self._settings).tokens().issue(operator, Role.OPERATOR, ttl_s)[0]

    def desk(self, operator: str) -> httpx2.AsyncClient:
        """Give a client of the API in the operator's name."""
        headers = {"Authorization": f"Bearer {self.token(operator)}"}
        client = httpx2.AsyncClient(base_url=self.url + API, headers=headers, verify=NO_TLS, timeout=_PATIENCE_S)
        self._clients.append(client)
        return client

    async def stream(self, operator: str, last: str | None = None, ttl_s: int = 3_600) -> Stream:
        """Open an event stream."""
        self._streams.append(await Stream.open(self.url, self.token(operator, ttl_s), last))
        return self._streams[-1]

    def due_at(self, ecid: str) -> int | None:
        """Give when a contact may be worked again, as the database has it."""
        with closing(sqlite3.connect(self._settings.database)) as connection:
            return connection.execute("SELECT due_at FROM contacts WHERE ecid = ?", (ecid,)).fetchone()[0]

    async def close(self) -> None:
        """Close the clients and streams."""
        for client in self._clients:
            await client.aclose()
        for stream in self._streams:
            await stream.close()


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        # The signals are the test run's own.
        yield


@asynccontextmanager
async def running_service(settings: Settings) -> AsyncGenerator[InProcessService]:
    """Run a service with the operators and ECIDs above until the block is left."""
    store = DataFolder(settings).store()
    await store.open()
    await store.add_operators([new_operator(operator, Role.OPERATOR) for operator in OPERATORS])
    rows = [ImportRow(at, ImportedContact(ecid=ecid)) for at, ecid in enumerate(ECIDS)]
    await store.import_rows("DEFAULT", "", rows)
    await store.close()
    telephones, hub = StandInTelephones(), Hub()
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    app = create_app(settings, telephones, hub)
    config = uvicorn.Config(app, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=5)
    server = _Server(config)
    task = asyncio.create_task(server.serve([listener]))
    while not server.started:
        await asyncio.sleep(0.005)
        assert not task.done(), task.result()
    running = InProcessService(f"http://127.0.0.1:{listener.getsockname()[1]}", settings, telephones, hub)
    try:
        yield running
    finally:
        await running.close()
        hub.close()
        server.should_exit = True
        await task
        listener.close()
