"""The real service on a real database file, that can be killed at any moment and started again."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, cast
from unittest.mock import patch

from sqlalchemy import Engine
from starlette.types import ASGIApp, Message

from tests.faults.clockwork import LIFE, Life, VirtualLoop, Workers, source
from toolbar_py.service.accounts import new_operator
from toolbar_py.service.app import create_app
from toolbar_py.service.events.hub import Hub
from toolbar_py.service.leases import Leases
from toolbar_py.service.security.tokens import Tokens
from toolbar_py.service.settings import Settings
from toolbar_py.service.store.base import ImportRow, OperatorRecord, Role
from toolbar_py.service.store.deskbase import Announce, Changes
from toolbar_py.service.store.dialect import SqliteDialect
from toolbar_py.service.store.sql import SqlStore
from toolbar_py.service.telephony.simulator.joining import simulator
from toolbar_py.service.telephony.simulator.setup import Setup
from toolbar_py.service.telephony.simulator.system import Simulator
from toolbar_py.wire.contacts import ImportedContact

OPERATOR = "op1@faults"
RIVAL = "op2@faults"
ECIDS = tuple(f"faults|1|1|{number}" for number in range(1, 9))
LEASE_MS = 30_000
HEARTBEAT_MS = 5_000

_SECRET = b"faults are drawn, secrets need not be"
_STORE_MS = 3
"""How long the disk and its thread take at most, on virtual time."""
FILE = "easycim.sqlite3"


class _Dialect(SqliteDialect):
    """SQLite, with statements compiled once for all the services of a process."""

    compiled: dict[Any, Any] = {}

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._engines: list[Engine] = []

    def write_engine(self) -> Engine:
        """See :class:`toolbar_py.service.store.dialect.Dialect`."""
        return self._kept(super().write_engine())

    def read_engine(self) -> Engine:
        """See :class:`toolbar_py.service.store.dialect.Dialect`."""
        return self._kept(super().read_engine())

    def dispose(self) -> None:
        """Close every connection."""
        for engine in self._engines:
            engine.dispose()
        self._engines.clear()

    def _kept(self, engine: Engine) -> Engine:
        self._engines.append(engine)
        return engine.execution_options(compiled_cache=self.compiled)


class _Present:
    """Stands for whatever is there at present: routes are made once, what is behind them with each start."""

    def __init__(self, present: Callable[[], Any]) -> None:
        self._present = present

    def __getattr__(self, name: str) -> Any:
        return getattr(self._present(), name)


class _Folder:
    """What the app takes for its data folder."""

    def __init__(self, owner: "Embedded") -> None:
        self._owner = owner

    def store(self, _announce: Announce) -> Any:
        """Give the store of whatever service runs."""
        return _PresentStore(lambda: self._owner.store)

    def tokens(self) -> Tokens:
        """Give what checks tokens."""
        return self._owner.tokens


class _PresentStore(_Present):
    @property
    def desks(self) -> Any:
        return _Present(lambda: self._present().desks)


class Embedded:
    """One service after the other on the same app: only what a start makes anew is made anew.

    Args:
        folder: where the database is.
    """

    def __init__(self, loop: VirtualLoop, folder: Path) -> None:
        self.loop = loop
        self.clock = loop.epoch_ms
        self.folder = folder
        self.tokens = Tokens(_SECRET, self.clock)
        self.hub = Hub()
        self.leases: Leases = None  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]  with the first start
        self.random = source(0)
        self.life = Life()
        self.life.over = True
        self._setup = Setup()
        self._lifespan: asyncio.Queue[Message] | None = None
        self._up = asyncio.Event()
        self._ended = asyncio.Event()
        self._dialect = _Dialect(folder / FILE)
        self._prepared: dict[bool, bytes] = {}
        self.store: SqlStore = None  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]  with the first start
        self.simulator: Simulator = None  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]  likewise
        with (
            patch("toolbar_py.service.app.DataFolder", return_value=_Folder(self)),
            patch("toolbar_py.service.app.Leases", return_value=_Present(lambda: self.leases)),
            patch("toolbar_py.service.app.now_ms", self.clock),
        ):
            settings = Settings(data_dir=folder, heartbeat_ms=HEARTBEAT_MS, lease_ms=LEASE_MS)
            telephones: Any = _Present(lambda: self.simulator)
            self.app = cast(ASGIApp, create_app(settings, telephones, cast(Hub, _Present(lambda: self.hub))))

    @property
    def running(self) -> bool:
        """Whether it answers."""
        return not self.life.over and self._up.is_set()

    def renew(self, setup: Setup, random: Random, *, script_enabled: bool) -> None:
        """Begin with a fresh database.

        Args:
            script_enabled: whether the profile leaves inbound scripts to the page.
        """
        self._setup = setup
        self.random = random
        for leftover in self.folder.glob(f"{FILE}*"):
            leftover.unlink()
        (self.folder / FILE).write_bytes(self._prepared[script_enabled])

    async def prepare(self) -> None:
        """Make the databases that scenarios begin with."""
        for script_enabled in (False, True):
            for leftover in self.folder.glob(f"{FILE}*"):
                leftover.unlink()
            store = self._store(Life())
            await store.open()
            await store.add_operators([_operator(name, script_enabled) for name in (OPERATOR, RIVAL)])
            rows = [
                ImportRow(at, ImportedContact(ecid=ecid, phone_number=f"05550{at:05}")) for at, ecid in enumerate(ECIDS)
            ]
            await store.import_rows("DEFAULT", "Faults", rows)
            await store.close()
            self._prepared[script_enabled] = (self.folder / FILE).read_bytes()

    async def start(self) -> None:
        """Start a service on the database as it is."""
        self.life = Life()
        token = LIFE.set(self.life)
        try:
            self.hub = Hub()
            self.store = self._store(self.life)
            self.leases = Leases(self.store.desks)
            self.simulator = simulator(self._setup, self.store, self.clock)
            self._lifespan = asyncio.Queue()
            self._up, self._ended = asyncio.Event(), asyncio.Event()
            self._lifespan.put_nowait({"type": "lifespan.startup"})
            self.loop.create_task(self._live(self._lifespan, self._up, self._ended))
        finally:
            LIFE.reset(token)
        await self._up.wait()

    async def stop(self) -> None:
        """Let the service end as it should."""
        if self.life.over or self._lifespan is None:
            return
        self.hub.close()
        await self._lifespan.put({"type": "lifespan.shutdown"})
        await self._ended.wait()
        self.life.end()
        self._dialect.dispose()

    def kill(self) -> None:
        """Let the service end in the middle of whatever it does."""
        if not self.life.over:
            self.life.end()
            self._dialect.dispose()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Let something happen inside the service: it ends with it."""
        token = LIFE.set(self.life)
        try:
            return self.loop.create_task(work)
        finally:
            LIFE.reset(token)

    async def _live(self, lifespan: asyncio.Queue[Message], up: asyncio.Event, ended: asyncio.Event) -> None:
        async def said(message: Message) -> None:
            match message["type"]:
                case "lifespan.startup.complete":
                    up.set()
                case "lifespan.shutdown.complete":
                    ended.set()
                case _:
                    assert self.life.over, message

        scope: dict[str, Any] = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        await self.app(scope, lifespan.get, said)

    def _publish(self, changes: Changes) -> None:
        self.hub.publish(changes)

    def _store(self, life: Life) -> SqlStore:
        self._dialect = _Dialect(self.folder / FILE)

        def workers(size: int, thread_name_prefix: str = "") -> Workers:
            return Workers(self.loop, self.random, size, _STORE_MS, life)

        with patch("toolbar_py.service.store.database.ThreadPoolExecutor", workers):
            return SqlStore(self._dialect, self.clock, LEASE_MS, self._publish)


def _operator(name: str, script_enabled: bool) -> OperatorRecord:
    return replace(new_operator(name, Role.OPERATOR), script_enabled=script_enabled)
