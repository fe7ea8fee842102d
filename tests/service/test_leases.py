"""A desk that listens keeps what it has opened; one that is gone loses it to whoever asks, after the lease."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2

from tests.support.inprocess import ECIDS, OPERATORS, running_service
from toolbar_py.service.settings import Settings

ANN, BOB = OPERATORS
LEASE_MS = 2_000


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
