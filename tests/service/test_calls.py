"""Agents, calls and actions over HTTP, with a telephone system that does what the test says."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.support.calls import act, call, desk_of, state
from tests.support.desk import good, problem
from tests.support.inprocess import InProcessService, running_service
from toolbar_py.service.settings import Settings
from toolbar_py.service.telephony.none import NoTelephones
from toolbar_py.service.telephony.port import ActionCommand
from toolbar_py.wire.actions import CallRequest
from toolbar_py.wire.errors import ConflictError
from toolbar_py.wire.phases import Action
from toolbar_py.wire.texts import sentence

ANN, BOB = "ann@test", "bob@test"


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[InProcessService]:
    async with running_service(Settings(data_dir=tmp_path)) as running:
        yield running


@pytest.fixture
def ann(service: InProcessService) -> httpx2.AsyncClient:
    return service.desk(ANN)


async def test_presence_is_told_to_the_telephone_system_and_to_the_pages(
    service: InProcessService, ann: httpx2.AsyncClient
) -> None:
    stream = await service.stream(ANN)
    for response in (
        await state(ann, "LOGGEDIN"),
        await state(ann, "PAUSED", code="LUNCH"),
        await state(ann, "PAUSED"),
        await state(ann, "LOGGEDOUT"),
    ):
        good(response)
    assert [each[1:] for each in service.telephones.asked] == [
        ("LOGGEDIN", None),
        ("PAUSED", "LUNCH"),
        ("PAUSED", None),
        ("LOGGEDOUT", None),
    ]
    events = await stream.events(4)
    assert [(each["agent"]["event"], each["agent"].get("code")) for each in events] == [
        ("AGENT:LOGGEDIN", None),
        ("AGENT:PAUSE", "LUNCH"),
        ("AGENT:PAUSE", None),
        ("AGENT:LOGGEDOUT", None),
    ]
    assert all("id" not in each["agent"] for each in events)
    assert [each["status"]["loggedInAt"] > 0 for each in events] == [True, True, True, False]


async def test_what_holds_already_is_no_event(service: InProcessService, ann: httpx2.AsyncClient) -> None:
    for _ in range(3):
        good(await state(ann, "LOGGEDIN"))
    assert (await desk_of(service, ANN))["number"] == 1


async def test_a_presence_that_the_telephone_system_refuses_is_no_event(
    service: InProcessService, ann: httpx2.AsyncClient
) -> None:
    service.telephones.refusal = ConflictError(reason="not_now")
    problem(await state(ann, "LOGGEDIN"), 409, "CONFLICT")
    assert (await desk_of(service, ANN))["number"] == 0


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"presence": "PAUSED", "code": "HOLIDAY"}, 422, "INVALID_ARGUMENT"),
        ({"presence": "LOGGEDIN", "code": "LUNCH"}, 422, "INVALID_ARGUMENT"),
        ({"presence": "AWAY"}, 422, "INVALID_ARGUMENT"),
        ({"presence": "PAUSED"}, 409, "CONFLICT"),
    ],
)
async def test_a_presence_that_cannot_be_is_refused(
    ann: httpx2.AsyncClient, body: dict[str, str], status: int, code: str
) -> None:
    problem(await ann.post("/agent/state", json=body), status, code)


async def test_every_operator_is_among_the_agents_with_the_start_of_the_login(ann: httpx2.AsyncClient) -> None:
    await state(ann, "LOGGEDIN")
    await state(ann, "PAUSED", code="BREAK")
    first, second = good(await ann.get("/agents"))["agents"]
    assert (first["ID"], first["State"]) == (ANN, "AGENT:PAUSE")
    assert first["FirstLoginTime"] > 0
    assert second == {"ID": BOB, "State": "AGENT:LOGGEDOUT", "FirstLoginTime": 0}


async def test_groups_are_those_of_the_profile(service: InProcessService, ann: httpx2.AsyncClient) -> None:
    await state(ann, "LOGGEDIN")
    assert (await desk_of(service, ANN))["agent"]["groups"] == ["DEFAULT"]
    good(await ann.post("/agent/groups", json={"groups": []}))
    assert (await desk_of(service, ANN))["agent"]["groups"] == []
    details = problem(await ann.post("/agent/groups", json={"groups": ["OTHERS"]}), 422, "INVALID_ARGUMENT")
    assert details["problems"] == [{"argument": "groups[0]", "problem": "choice", "allowed": "DEFAULT"}]


async def test_a_call_begins_tied_to_its_ecid(service: InProcessService, ann: httpx2.AsyncClient) -> None:
    await state(ann, "LOGGEDIN")
    contact_id = good(await call(ann, "ECID=a|1;SOURCE=crm"))["contactId"]
    (contact,) = (await desk_of(service, ANN))["contacts"]
    assert (contact["event"]["id"], contact["ecid"], contact["phase"]) == (contact_id, "a|1", "started")


@pytest.mark.parametrize(
    ("call_data", "status", "code"),
    [
        ("nonsense", 422, "INVALID_ARGUMENT"),
        ("=1", 422, "INVALID_ARGUMENT"),
        ("A=" + "x" * 2_001, 413, "TOO_LARGE"),
        ("ECID=a|404", 404, "UNKNOWN_ECID"),
    ],
)
async def test_a_call_with_call_data_that_cannot_be_is_refused(
    service: InProcessService, ann: httpx2.AsyncClient, call_data: str, status: int, code: str
) -> None:
    await state(ann, "LOGGEDIN")
    problem(await call(ann, call_data), status, code)
    assert (await desk_of(service, ANN))["contacts"] == []


async def test_who_is_logged_out_calls_nobody(ann: httpx2.AsyncClient) -> None:
    assert problem(await call(ann), 409, "CONFLICT")["reason"] == "logged_out"


async def test_who_has_somebody_on_the_line_calls_nobody_else(ann: httpx2.AsyncClient) -> None:
    await state(ann, "LOGGEDIN")
    first, second = await asyncio.gather(call(ann), call(ann))
    refused = first if first.status_code == 409 else second
    assert problem(refused, 409, "CONFLICT")["reason"] == "contact_online"


async def test_an_action_goes_to_the_telephone_system(service: InProcessService, ann: httpx2.AsyncClient) -> None:
    await service.telephones.report(ANN, "c/1@x", "POPUP", "connectionstarted", "established")
    good(await act(ann, "c%2F1@x", "hold"))
    good(await act(ann, "c%2F1@x", "dtmf", dtmfs="12#"))
    good(await act(ann, "c%2F1@x", "transfer", destination="0555", callData="A=1"))
    assert [each[1:] for each in service.telephones.asked] == [
        ("hold", "c/1@x", {}),
        ("dtmf", "c/1@x", {"dtmfs": "12#"}),
        ("transfer", "c/1@x", {"destination": "0555", "resource_type": "", "call_data": "A=1"}),
    ]


async def test_an_action_out_of_phase_is_refused_with_what_is_allowed(
    service: InProcessService, ann: httpx2.AsyncClient
) -> None:
    await service.telephones.report(ANN, "c1", "POPUP")
    details = problem(await act(ann, "c1", "hold"), 409, "CONFLICT")
    assert {name: details[name] for name in ("action", "phase", "allowed")} == {
        "action": "hold",
        "phase": "popup",
        "allowed": ["answer", "call-data"],
    }
    assert service.telephones.asked == []


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("answer", {}),
        ("hangup", {}),
        ("offline-end", {}),
        ("call-data", {"callData": "A=1"}),
        ("dtmf", {"dtmfs": "1"}),
        ("start-recording", {}),
        ("stop-recording", {}),
        ("transfer", {"destination": "0555"}),
    ],
)
async def test_a_contact_that_is_not_at_the_desk_is_unknown(
    service: InProcessService, ann: httpx2.AsyncClient, action: str, body: dict[str, str]
) -> None:
    await service.telephones.report(BOB, "foreign", "connectionstarted", "established")
    for contact_id in ("foreign", "nowhere"):
        details = problem(await act(ann, contact_id, action, **body), 404, "UNKNOWN_CONTACT")
        assert details["contactId"] == contact_id
    assert service.telephones.asked == []


async def test_call_data_is_merged_and_announced_once(service: InProcessService, ann: httpx2.AsyncClient) -> None:
    await service.telephones.report(ANN, "c1", "POPUP", call_data="A=1;B=2")
    stream = await service.stream(ANN)
    for _ in range(2):
        good(await act(ann, "c1", "call-data", callData="B=3;C=4"))
    good(await act(ann, "c1", "call-data", callData="a|2"))
    events = await stream.events(2)
    assert [each["contact"]["event"] for each in events] == ["datachanged", "datachanged"]
    pairs = [(each["name"], each["value"]) for each in events[1]["contact"]["CallData"]]
    assert pairs == [("A", "1"), ("B", "3"), ("C", "4"), ("ECID", "a|2")]
    assert events[1]["desk"]["ecid"] == "a|2"


@pytest.mark.parametrize(
    ("call_data", "status", "code"),
    [("password", 422, "INVALID_ARGUMENT"), ("a|404", 404, "UNKNOWN_ECID"), ("=x", 422, "INVALID_ARGUMENT")],
)
async def test_call_data_that_is_none_changes_nothing(
    service: InProcessService, ann: httpx2.AsyncClient, call_data: str, status: int, code: str
) -> None:
    await service.telephones.report(ANN, "c1", "POPUP")
    problem(await act(ann, "c1", "call-data", callData=call_data), status, code)
    assert (await desk_of(service, ANN))["number"] == 1


async def test_after_call_work_is_ended_once_and_ending_it_again_is_harmless(
    service: InProcessService, ann: httpx2.AsyncClient
) -> None:
    await service.telephones.report(ANN, "c1", "connectionstarted", "established", "connectioncleared")
    for _ in range(3):
        good(await act(ann, "c1", "offline-end"))
    desk = await desk_of(service, ANN)
    assert (desk["number"], desk["contacts"]) == (4, [])


async def test_after_call_work_that_was_ended_during_the_call_ends_with_it(
    service: InProcessService, ann: httpx2.AsyncClient
) -> None:
    await service.telephones.report(ANN, "c1", "connectionstarted", "established")
    good(await act(ann, "c1", "offline-end"))
    (contact,) = (await desk_of(service, ANN))["contacts"]
    assert contact["offlineEndArmed"]
    stream = await service.stream(ANN)
    await service.telephones.report(ANN, "c1", "connectioncleared")
    assert [each["contact"]["event"] for each in await stream.events(2)] == ["connectioncleared", "DELETE"]


async def test_without_a_telephone_system_calls_and_actions_are_refused_for_good() -> None:
    telephones = NoTelephones()
    for asking in (
        telephones.begin(ANN, CallRequest(destination="0555"), "key-1"),
        telephones.act(ActionCommand(ANN, "c1", Action.HOLD, {}, "key-2")),
    ):
        with pytest.raises(ConflictError) as refused:
            await asking
        assert not refused.value.retryable
        assert sentence(refused.value, "en") == "No telephone system is connected: there can be no contacts here."


async def test_the_telephone_system_learns_of_every_change(service: InProcessService, ann: httpx2.AsyncClient) -> None:
    changed: list[str] = []
    enough = asyncio.Event()

    async def note(operator: str) -> None:
        changed.append(operator)
        if len(changed) == 3:
            enough.set()

    assert service.telephones.switchboard is not None
    service.telephones.switchboard.watch(note)
    await service.telephones.report(ANN, "c1", "connectionstarted", "established")
    good(await act(ann, "c1", "offline-end"))
    async with asyncio.timeout(2):
        await enough.wait()
    assert changed == [ANN] * 3
