"""What operators ask for by telephone, over HTTP, and what comes of it at their desks."""

from typing import Any

import httpx2

from tests.support.desk import new_key
from tests.support.inprocess import InProcessService


async def state(desk: httpx2.AsyncClient, presence: str, **more: str) -> httpx2.Response:
    """Ask for a presence."""
    return await desk.post("/agent/state", json={"presence": presence, **more})


async def call(desk: httpx2.AsyncClient, call_data: str = "", key: str | None = None) -> httpx2.Response:
    """Begin a call."""
    body = {"destination": "0555010001", "callData": call_data}
    return await desk.post("/calls", json=body, headers={"Idempotency-Key": key or new_key()})


async def act(desk: httpx2.AsyncClient, contact_id: str, action: str, **body: str) -> httpx2.Response:
    """Do something with a contact."""
    return await desk.post(f"/calls/{contact_id}/{action}", json=body)


async def desk_of(service: InProcessService, operator: str) -> dict[str, Any]:
    """Give the desk as a stream of events begins with it."""
    stream = await service.stream(operator)
    return (await stream.next()).data
