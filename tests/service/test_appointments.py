"""Slots and appointments over HTTP (contract section 5)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.desk import good, new_key, problem
from tests.support.inprocess import InProcessService, running_service
from toolbar_py.service.settings import Settings

ANN, BOB = "ann@test", "bob@test"
HALF_HOUR = 30 * 60_000


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[InProcessService]:
    async with running_service(Settings(data_dir=tmp_path, slot_capacity=3)) as running:
        yield running


@pytest.fixture
def ann(service: InProcessService) -> httpx2.AsyncClient:
    return service.desk(ANN)


def tomorrow(hour: int, minute: int = 0) -> int:
    """Give a moment of tomorrow, in epoch ms."""
    day = datetime.now() + timedelta(days=1)
    return int(day.replace(hour=hour, minute=minute, second=0, microsecond=0).timestamp() * 1000)


async def slots(desk: httpx2.AsyncClient, kind: str = "APP1", **more: Any) -> list[dict[str, int]]:
    body = {"startRange": tomorrow(0), "endRange": tomorrow(23), "appointmentType": kind, "ecid": "a|1", **more}
    answer = good(await desk.post("/slots/search", json=body))
    assert answer["status"] == "success"
    return answer["result"]


async def book(desk: httpx2.AsyncClient, at: int, kind: str = "APP1", **more: str) -> httpx2.Response:
    body = {"timestamp": at, "appointmentType": kind, "communicationType": "PHONE", "ecid": "a|1", **more}
    return await desk.post("/appointments", json=body)


async def test_slots_are_the_half_hours_of_the_opening_hours(ann: httpx2.AsyncClient) -> None:
    found = await slots(ann)
    assert [slot["startTime"] for slot in found] == [tomorrow(9) + at * HALF_HOUR for at in range(18)]
    assert all(slot["endTime"] - slot["startTime"] == HALF_HOUR for slot in found)
    assert {slot["availability"] for slot in found} == {1}
    assert {slot["availability"] for slot in await slots(ann, "APP3")} == {3}


async def test_a_booked_slot_is_taken_for_that_agent_only(service: InProcessService, ann: httpx2.AsyncClient) -> None:
    answer = good(await book(ann, tomorrow(9, 40)))
    assert answer["result"] == [{"startTime": tomorrow(9, 30), "endTime": tomorrow(10), "availability": 0}]
    assert [slot["availability"] for slot in await slots(ann)][:3] == [1, 0, 1]
    assert (await slots(service.desk(BOB)))[1]["availability"] == 1
    assert (await slots(service.desk(BOB), username=ANN))[1]["availability"] == 0


async def test_a_full_slot_takes_no_more_however_many_ask_at_once(ann: httpx2.AsyncClient) -> None:
    answers = await asyncio.gather(*(book(ann, tomorrow(9) + at, "APP3") for at in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [409] * 5
    details = problem(next(answer for answer in answers if answer.status_code == 409), 409, "CONFLICT")
    assert details["reason"] == "slot_full"
    assert (await slots(ann, "APP3"))[0]["availability"] == 0


async def test_the_same_appointment_again_books_nothing_more(ann: httpx2.AsyncClient) -> None:
    for _ in range(3):
        good(await book(ann, tomorrow(9)))
    assert len(good(await ann.get("/contacts/a%7C1"))["appointments"]) == 1


async def test_an_appointment_is_shown_with_its_contact(ann: httpx2.AsyncClient) -> None:
    good(await book(ann, tomorrow(11), username=BOB))
    good(await book(ann, tomorrow(10), "APP3"))
    assert good(await ann.get("/contacts/a%7C1"))["appointments"] == [
        {"at": tomorrow(10), "kind": "APP3", "agent": ANN},
        {"at": tomorrow(11), "kind": "APP1", "agent": BOB},
    ]


async def test_a_saved_appointment_outcome_makes_the_contact_due_at_what_was_agreed_on_last(
    service: InProcessService, ann: httpx2.AsyncClient
) -> None:
    for hour in (16, 11, 15):
        good(await book(ann, tomorrow(hour)))
    body = {"ecid": "a|1", "outcome": "APP1"}
    good(await ann.post("/scripts/save", json=body, headers={"Idempotency-Key": new_key()}))
    assert good(await ann.get("/contacts/a%7C1"))["state"] == "SCHEDULED"
    assert service.due_at("a|1") == tomorrow(15)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"ecid": "a|404"}, 404, "UNKNOWN_ECID"),
        ({"username": "nobody"}, 422, "INVALID_ARGUMENT"),
        ({"appointmentType": "APP2"}, 422, "INVALID_ARGUMENT"),
        ({"timestamp": tomorrow(8, 59)}, 422, "INVALID_ARGUMENT"),
        ({"timestamp": tomorrow(18)}, 422, "INVALID_ARGUMENT"),
        ({"timestamp": 1}, 422, "INVALID_ARGUMENT"),
        ({"timestamp": 2**53 - 1}, 422, "INVALID_ARGUMENT"),
        ({"timestamp": "tomorrow"}, 422, "INVALID_ARGUMENT"),
    ],
)
async def test_an_appointment_that_cannot_be_is_refused(
    ann: httpx2.AsyncClient, change: dict[str, Any], status: int, code: str
) -> None:
    body = {"timestamp": tomorrow(9), "appointmentType": "APP1", "ecid": "a|1", **change}
    problem(await ann.post("/appointments", json=body), status, code)


async def test_a_range_that_is_too_long_or_runs_backwards_is_refused(ann: httpx2.AsyncClient) -> None:
    for start, end in ((0, 32 * 24 * 3_600_000), (2, 1)):
        body = {"startRange": start, "endRange": end, "appointmentType": "APP1", "ecid": "a|1"}
        problem(await ann.post("/slots/search", json=body), 422, "INVALID_ARGUMENT")


async def test_the_past_has_no_slots(ann: httpx2.AsyncClient) -> None:
    day = 24 * 3_600_000
    assert await slots(ann, startRange=tomorrow(0) - 9 * day, endRange=tomorrow(0) - 7 * day) == []
