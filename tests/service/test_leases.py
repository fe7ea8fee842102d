"""A desk that listens keeps what it has opened; one that is gone loses it to whoever asks, after the lease."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.types import Message

from tests.support.clock import Clock
from tests.support.inprocess import ECIDS, OPERATORS, running_service
from toolbar_py.service.accounts import new_operator
from toolbar_py.service.domain.reservation import Access
from toolbar_py.service.events.hub import Hub
from toolbar_py.service.events.stream import EventStream, Sources
from toolbar_py.service.leases import Leases
from toolbar_py.service.settings import Settings
from toolbar_py.service.store.base import Caller, ImportRow, OpenCommand, Role, StoreUnavailableError
from toolbar_py.service.store.dialect import SqliteDialect
from toolbar_py.service.store.sql import SqlStore
from toolbar_py.wire.contacts import ImportedContact

ANN, BOB = OPERATORS
LEASE_MS = 2_000
LONG_MS = 1_800_000


async def opened(desk: httpx2.AsyncClient) -> dict[str, Any]:
    answer = await desk.post("/scripts/open", json={"contactId": None, "ecid": ECIDS[0], "isManual": True})
    return answer.json()["answer"]


async def test_a_lease_lasts_as_long_as_its_desk_listens(tmp_path: Path) -> None:
    async with running_service(Settings(data_dir=tmp_path, simulator=None, lease_ms=LEASE_MS)) as service:
        ann, bob = service.desk(ANN), service.desk(BOB)
        stream = await service.stream(ANN)
        assert "readOnly" not in await opened(ann)
        await asyncio.sleep(1.5 * LEASE_MS / 1000)
        assert (await opened(bob))["reservedBy"] == ANN

        await stream.close()
        await asyncio.sleep(1.5 * LEASE_MS / 1000)
        assert "readOnly" not in await opened(bob)
        assert (await opened(ann))["reservedBy"] == BOB


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[SqlStore]:
    store = SqlStore(SqliteDialect(tmp_path / "db"), clock, LONG_MS)
    await store.open()
    await store.add_operators([new_operator(operator, Role.OPERATOR) for operator in OPERATORS])
    await store.import_rows("DEFAULT", "", [ImportRow(1, ImportedContact(ecid=ECIDS[0]))])
    yield store
    await store.close()


async def given(store: SqlStore, operator: str) -> Access:
    """Ask for the ECID."""
    return (await store.open_script(OpenCommand(Caller(operator, "s"), ECIDS[0], None, is_manual=True))).access


@asynccontextmanager
async def listening(
    store: SqlStore, clock: Clock, operator: str, leases: Leases | None = None, heartbeat_ms: int = 60_000
) -> AsyncGenerator[asyncio.Queue[dict[str, Any]]]:
    """Have the operator listen until the block is left; gives what is said.

    Nothing renews in between: no time goes by in it by itself.
    """
    leaves = asyncio.Event()
    said = asyncio.Queue[dict[str, Any]]()

    async def send(message: Message) -> None:
        for line in message.get("body", b"").splitlines():
            if line.startswith(b"data: "):
                said.put_nowait(json.loads(line.removeprefix(b"data: ")))

    async def receive() -> Message:
        await leaves.wait()
        return {"type": "http.disconnect"}

    sources = Sources(store.desks, Hub(), leases or Leases(store.desks), clock, heartbeat_ms)
    serving = asyncio.create_task(EventStream(sources, operator, None, until=clock.now + 86_400_000)({}, receive, send))
    said.put_nowait(await said.get())
    yield said
    leaves.set()
    await serving


async def test_a_lease_that_ran_out_is_sure_again_as_soon_as_its_desk_listens_again(
    store: SqlStore, clock: Clock
) -> None:
    assert await given(store, ANN) is Access.WRITE
    clock.now += 2 * LONG_MS
    async with listening(store, clock, ANN):
        assert await given(store, BOB) is Access.READ_ONLY


async def test_a_silence_counts_from_when_the_desk_stopped_listening(store: SqlStore, clock: Clock) -> None:
    async with listening(store, clock, ANN):
        assert await given(store, ANN) is Access.WRITE
        clock.now += LONG_MS - 1
    clock.now += LONG_MS
    assert await given(store, BOB) is Access.READ_ONLY
    clock.now += 1
    assert await given(store, BOB) is Access.WRITE


async def test_who_listens_again_takes_nothing_back_that_somebody_has_taken(store: SqlStore, clock: Clock) -> None:
    assert await given(store, ANN) is Access.WRITE
    clock.now += LONG_MS + 1
    assert await given(store, BOB) is Access.WRITE
    async with listening(store, clock, ANN):
        assert await given(store, ANN) is Access.READ_ONLY


async def test_a_desk_is_told_how_it_stands_though_its_leases_cannot_be_renewed(
    store: SqlStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_given: object) -> None:
        raise StoreUnavailableError("disk full")

    monkeypatch.setattr(store.desks, "renew_leases", fail)
    async with listening(store, clock, ANN) as said:
        assert "leaseUntil" not in await said.get()


async def test_a_desk_is_told_until_when_its_reservations_are_sure(store: SqlStore, clock: Clock) -> None:
    leases = Leases(store.desks)
    async with listening(store, clock, ANN, leases, heartbeat_ms=1) as said:
        assert (await said.get())["leaseUntil"] == clock.now + LONG_MS
        clock.now += LONG_MS // 4
        assert (await said.get())["leaseUntil"] == clock.now + LONG_MS - LONG_MS // 4
        await leases.renew([ANN])
        async with asyncio.timeout(5):
            while (await said.get())["leaseUntil"] != clock.now + LONG_MS:
                pass


async def test_a_lease_that_could_not_be_renewed_is_told_as_it_was(
    store: SqlStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    leases, sure = Leases(store.desks), clock.now + LONG_MS
    await leases.renew([ANN])

    async def fail(*_given: object) -> None:
        raise StoreUnavailableError("disk full")

    monkeypatch.setattr(store.desks, "renew_leases", fail)
    clock.now += LONG_MS // 4
    async with listening(store, clock, ANN, leases) as said:
        assert (await said.get())["leaseUntil"] == sure
