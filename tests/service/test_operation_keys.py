"""The Idempotency-Key of what operators ask for by telephone: one effect, whatever is lost on the way."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.calls import act, call, desk_of, state
from tests.support.desk import good, new_key, problem
from tests.support.inprocess import InProcessService, running_service
from toolbar_py.service.settings import Settings
from toolbar_py.wire.errors import ConflictError, DeadlineError, ServiceError

ANN = "ann@test"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[InProcessService]:
    async with running_service(Settings(data_dir=tmp_path)) as running:
        yield running


@pytest.fixture
def ann(service: InProcessService) -> httpx2.AsyncClient:
    return service.desk(ANN)


async def test_the_same_key_begins_one_call(service: InProcessService, ann: httpx2.AsyncClient) -> None:
    await state(ann, "LOGGEDIN")
    key = new_key()
    together = await asyncio.gather(*(call(ann, key=key) for _ in range(8)))
    later = await call(ann, key=key)
    assert len({response.text for response in (*together, later)}) == 1
    assert later.headers["idempotent-replayed"] == "true"
    assert [each[1] for each in service.telephones.asked].count("begin") == 1


async def test_a_key_is_for_one_content(ann: httpx2.AsyncClient) -> None:
    await state(ann, "LOGGEDIN")
    key = new_key()
    good(await call(ann, key=key))
    assert problem(await call(ann, "A=1", key=key), 409, "CONFLICT")["reason"] == "key_reused"


async def test_a_call_that_was_refused_may_be_asked_for_again_with_its_key(
    service: InProcessService, ann: httpx2.AsyncClient
) -> None:
    await state(ann, "LOGGEDIN")
    key = new_key()
    service.telephones.refusal = ServiceError(status=503)
    problem(await call(ann, key=key), 500, "SERVICE")
    service.telephones.refusal = None
    good(await call(ann, key=key))


SILENT = DeadlineError(reason="telephones_silent", timeoutMs=5_000, outcome_known=False)


async def test_a_call_that_was_begun_without_an_answer_is_not_in_the_way_of_its_own_repetition(
    service: InProcessService, ann: httpx2.AsyncClient
) -> None:
    await state(ann, "LOGGEDIN")
    key, service.telephones.silence = new_key(), SILENT
    for _ in range(2):
        silent = await call(ann, key=key)
        problem(silent, 504, "TIMEOUT")
        assert silent.json()["outcomeKnown"] is False
    service.telephones.silence = None
    contact_id = good(await call(ann, key=key))["contactId"]
    (contact,) = (await desk_of(service, ANN))["contacts"]
    assert contact["event"]["id"] == contact_id
    assert [each[1] for each in service.telephones.asked].count("begin") == 1
    another = await call(ann)
    assert problem(another, 409, "CONFLICT")["contactId"] == contact_id
    assert another.json()["outcomeKnown"] is True


async def test_an_action_that_was_done_without_an_answer_is_not_refused_because_of_its_own_effect(
    service: InProcessService, ann: httpx2.AsyncClient
) -> None:
    await service.telephones.report(ANN, "c1", "POPUP", "connectionstarted", "established")
    headers, service.telephones.silence = {"Idempotency-Key": new_key()}, SILENT
    problem(await ann.post("/calls/c1/hold", headers=headers), 504, "TIMEOUT")
    await service.telephones.report(ANN, "c1", "held")
    service.telephones.silence = None
    good(await ann.post("/calls/c1/hold", headers=headers))
    assert len(service.telephones.asked) == 1
    assert problem(await act(ann, "c1", "hold"), 409, "CONFLICT")["phase"] == "held"


async def test_a_repetition_that_the_telephone_system_refuses_is_refused_for_sure(
    service: InProcessService, ann: httpx2.AsyncClient
) -> None:
    await state(ann, "LOGGEDIN")
    key, service.telephones.silence = new_key(), SILENT
    problem(await call(ann, key=key), 504, "TIMEOUT")
    service.telephones.refusal = ConflictError(reason="telephones_refuse", said="All lines are taken")
    refused = await call(ann, key=key)
    assert problem(refused, 409, "CONFLICT")["said"] == "All lines are taken"
    assert refused.json()["outcomeKnown"] is True


async def test_a_telephone_system_that_turns_a_repetition_away_unread_says_nothing_of_the_first_request(
    service: InProcessService, ann: httpx2.AsyncClient
) -> None:
    await state(ann, "LOGGEDIN")
    key, service.telephones.silence = new_key(), SILENT
    problem(await call(ann, key=key), 504, "TIMEOUT")
    service.telephones.refusal = ServiceError(reason="telephones_distrust_us", status=401)
    refused = await call(ann, key=key)
    problem(refused, 500, "SERVICE")
    assert (refused.json()["retryable"], refused.json()["outcomeKnown"]) == (False, False)


async def test_an_action_with_a_key_is_done_once(service: InProcessService, ann: httpx2.AsyncClient) -> None:
    await service.telephones.report(ANN, "c1", "POPUP", "connectionstarted", "established")
    headers = {"Idempotency-Key": new_key()}
    good(await ann.post("/calls/c1/hold", headers=headers))
    await service.telephones.report(ANN, "c1", "held")
    good(await ann.post("/calls/c1/hold", headers=headers))
    assert len(service.telephones.asked) == 1


async def ask(desk: httpx2.AsyncClient, path: str, key: str, **body: Any) -> httpx2.Response:
    return await desk.post(path, json=body, headers={"Idempotency-Key": key})


async def test_call_data_that_is_set_again_with_the_same_key_does_not_undo_what_was_set_since(
    service: InProcessService, ann: httpx2.AsyncClient
) -> None:
    await service.telephones.report(ANN, "c1", "POPUP")
    first, second = new_key(), new_key()
    for key, text in ((first, "A=1"), (second, "A=2"), (first, "A=1")):
        repeated = await ask(ann, "/calls/c1/call-data", key, callData=text)
        good(repeated)
    assert repeated.headers["idempotent-replayed"] == "true"
    desk = await desk_of(service, ANN)
    assert desk["number"] == 3
    assert desk["contacts"][0]["event"]["CallData"] == [{"name": "A", "value": "2"}]


async def test_a_presence_that_is_asked_for_again_with_the_same_key_does_not_undo_a_newer_one(
    service: InProcessService, ann: httpx2.AsyncClient
) -> None:
    keys = {presence: new_key() for presence in ("LOGGEDOUT", "PAUSED", "LOGGEDIN")}
    await state(ann, "LOGGEDIN")
    for presence in ("PAUSED", "LOGGEDOUT", "LOGGEDIN", "PAUSED", "LOGGEDOUT"):
        good(await ask(ann, "/agent/state", keys[presence], presence=presence))
    desk = await desk_of(service, ANN)
    assert (desk["number"], desk["agent"]["presence"]) == (4, "LOGGEDIN")
    assert [each[1] for each in service.telephones.asked] == ["LOGGEDIN", "PAUSED", "LOGGEDOUT", "LOGGEDIN"]


async def test_groups_that_are_set_again_with_the_same_key_do_not_undo_newer_ones(
    service: InProcessService, ann: httpx2.AsyncClient
) -> None:
    await state(ann, "LOGGEDIN")
    first, second = new_key(), new_key()
    for key, groups in ((first, []), (second, ["DEFAULT"]), (first, [])):
        good(await ask(ann, "/agent/groups", key, groups=groups))
    assert (await desk_of(service, ANN))["agent"]["groups"] == ["DEFAULT"]


async def test_a_presence_that_was_told_without_an_answer_is_told_again_under_the_same_key(
    service: InProcessService, ann: httpx2.AsyncClient
) -> None:
    key, service.telephones.silence = new_key(), SILENT
    problem(await ask(ann, "/agent/state", key, presence="LOGGEDIN"), 504, "TIMEOUT")
    service.telephones.silence = None
    good(await ask(ann, "/agent/state", key, presence="LOGGEDIN"))
    assert len(service.telephones.asked) == 1
    assert (await desk_of(service, ANN))["agent"]["presence"] == "LOGGEDIN"


async def test_a_pause_that_may_have_been_told_is_not_surely_refused_after_a_logout(
    service: InProcessService, ann: httpx2.AsyncClient
) -> None:
    await state(ann, "LOGGEDIN")
    key, service.telephones.silence = new_key(), SILENT
    problem(await ask(ann, "/agent/state", key, presence="PAUSED"), 504, "TIMEOUT")
    service.telephones.silence = None
    good(await state(ann, "LOGGEDOUT"))
    refused = await ask(ann, "/agent/state", key, presence="PAUSED")
    assert problem(refused, 409, "CONFLICT")["reason"] == "logged_out"
    assert refused.json()["outcomeKnown"] is False
