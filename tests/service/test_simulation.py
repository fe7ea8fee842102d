"""The simulator inside the service: contacts come to who is logged in, and operators work them."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.desk import API, NO_TLS, new_key
from tests.support.inprocess import Stream
from tests.support.service import ServiceProcess
from toolbar_py.wire.phases import phase_after
from toolbar_py.wire.telephony import ContactEventName, Phase

ME, OTHER = "op1@demo", "op2@demo"

Start = Callable[..., ServiceProcess]


class Operator:
    """An operator whose desk is worked over HTTP."""

    def __init__(self, service: ServiceProcess, name: str) -> None:
        token = service.token(name)
        self.name = name
        self.events: list[dict[str, Any]] = []
        self._stream: Stream | None = None
        self._http = httpx2.AsyncClient(
            base_url=service.url + API, headers={"Authorization": f"Bearer {token}"}, verify=NO_TLS, timeout=20
        )
        self._url, self._token = service.url, token

    async def post(self, path: str, **body: Any) -> httpx2.Response:
        """Ask for something."""
        return await self._http.post(path, json=body, headers={"Idempotency-Key": new_key()})

    async def presence(self, presence: str) -> None:
        """Log in, pause or log out."""
        answer = await self.post("/agent/state", presence=presence)
        assert answer.status_code == 200, answer.text

    async def tune_in(self) -> None:
        """Open the event stream: what happens from now on will be heard."""
        self._stream = await Stream.open(self._url, self._token)
        assert (await self._stream.next()).event == "desk"

    async def listen(self) -> AsyncGenerator[dict[str, Any]]:
        """Give the contact events, as they come."""
        if self._stream is None:
            await self.tune_in()
        while self._stream is not None:
            said = await self._stream.next()
            if said.event == "event":
                self.events.append(said.data)
                if "contact" in said.data:
                    yield said.data["contact"]

    async def work(self, contacts: int) -> None:
        """Work so many contacts as a page would: open at the beginning, save when the call is over."""
        async with contextlib.aclosing(self.listen()) as events:
            await self.tune_in()
            await self.presence("LOGGEDIN")
            async for event in events:
                if event["event"] == "POPUP":
                    await self._open(event)
                elif event["event"] == "connectioncleared":
                    await self._save(event)
                elif event["event"] == "DELETE":
                    contacts -= 1
                    if not contacts:
                        break
        await self.presence("LOGGEDOUT")

    async def close(self) -> None:
        """Go away."""
        if self._stream is not None:
            await self._stream.close()
        await self._http.aclose()

    async def _open(self, event: dict[str, Any]) -> None:
        ecid = next((entry["value"] for entry in event["CallData"] if entry["name"] == "ECID"), None)
        if ecid is None:
            answer = await self.post("/scripts/open-inbound", contactId=event["id"])
        else:
            answer = await self.post("/scripts/open", contactId=event["id"], ecid=ecid, isManual=False)
        assert answer.json()["answer"]["result"] is True
        assert "readOnly" not in answer.json()["answer"]

    async def _save(self, event: dict[str, Any]) -> None:
        ecid = next((entry["value"] for entry in event["CallData"] if entry["name"] == "ECID"), None)
        which = {"contactId": event["id"], "ecid": ecid}
        answer = await self.post("/scripts/save", **which, outcome="POSITIVE", offlineEnd=True, note="", labels=[])
        assert answer.status_code == 200, answer.text


@contextlib.asynccontextmanager
async def operators(service: ServiceProcess, *names: str) -> AsyncGenerator[list[Operator]]:
    seated = [Operator(service, name) for name in names]
    try:
        yield seated
    finally:
        for operator in seated:
            await operator.close()


def lives(events: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Give the events of each contact, and make sure that they are a possible life and numbered without gaps."""
    numbers = [event["number"] for event in events]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    phases: dict[str, Phase | None] = defaultdict(lambda: None)
    found: dict[str, list[str]] = defaultdict(list)
    for event in events:
        if "contact" in event:
            contact = event["contact"]
            phases[contact["id"]] = phase_after(phases[contact["id"]], ContactEventName(contact["event"]))
            found[contact["id"]].append(contact["event"])
    return found


async def test_everybody_who_is_logged_in_gets_mixed_contacts_and_works_them(start_service: Start) -> None:
    service = start_service(more=("--simulate", "mixed", "--seed", "7", "--speed", "400"))
    async with operators(service, ME, OTHER) as seated:
        async with asyncio.timeout(60):
            await asyncio.gather(*(operator.work(15) for operator in seated))
        for operator in seated:
            whole = [events for events in lives(operator.events).values() if events[-1] == "DELETE"]
            assert len(whole) >= 15


async def test_faults_on_the_way_lose_nothing_and_double_nothing(start_service: Start) -> None:
    faults = "delay=0.1,drop=0.05,duplicate=0.2,reorder=0.1,deaf=0.05,delay_ms=50"
    service = start_service(more=("--simulate", "predictive", "--seed", "7", "--speed", "400", "--faults", faults))
    async with operators(service, ME) as (operator,):
        async with asyncio.timeout(90):
            await operator.work(6)
        whole = [events for events in lives(operator.events).values() if events[-1] == "DELETE"]
        assert len(whole) >= 6
        assert all(len(events) == 9 for events in whole)


async def test_a_manual_call_goes_through_without_a_mix(start_service: Start) -> None:
    service = start_service(more=("--speed", "100"))
    async with (
        operators(service, ME) as (operator,),
        asyncio.timeout(30),
        contextlib.aclosing(operator.listen()) as events,
    ):
        await operator.tune_in()
        await operator.presence("LOGGEDIN")
        answer = await operator.post("/calls", destination="0555010005", callData="ECID=demo|1|1|5")
        contact_id = answer.json()["contactId"]
        seen: list[str] = []
        async for event in events:
            assert event["id"] == contact_id
            seen.append(event["event"])
            if event["event"] == "connectioncleared":
                break
        assert seen[0] == "connectionstarted"
        ended = await operator.post(f"/calls/{contact_id}/offline-end")
        assert ended.status_code == 200
        assert (await anext(events))["event"] == "DELETE"


async def test_a_preview_is_dialled_by_the_operators_call(start_service: Start) -> None:
    service = start_service(more=("--simulate", "preview", "--speed", "20"))
    async with (
        operators(service, ME) as (operator,),
        asyncio.timeout(30),
        contextlib.aclosing(operator.listen()) as events,
    ):
        await operator.tune_in()
        await operator.presence("LOGGEDIN")
        popup = await anext(events)
        ecid = popup["CallData"][0]["value"]
        answer = await operator.post("/calls", destination=popup["dnis"], callData=f"ECID={ecid}")
        assert answer.json()["contactId"] == popup["id"]
        started = await anext(events)
        assert (started["event"], started["id"]) == ("connectionstarted", popup["id"])


async def test_a_contact_outlives_a_restart_and_the_operator_goes_on(start_service: Start, tmp_path: Path) -> None:
    service = start_service(more=("--simulate", "predictive", "--speed", "10"))
    async with operators(service, ME) as (operator,), asyncio.timeout(60):
        await operator.tune_in()
        await operator.presence("LOGGEDIN")
        contact_id = await established(operator)
    service.kill()
    again = start_service(tmp_path / "data", more=("--simulate", "predictive", "--speed", "10"))
    async with operators(again, ME) as (operator,), asyncio.timeout(60):
        await operator.tune_in()
        ended = await operator.post(f"/calls/{contact_id}/hangup")
        assert ended.status_code == 200, ended.text
        # While the call is being cleared or after: either way the work ends with it.
        assert (await operator.post(f"/calls/{contact_id}/offline-end")).status_code == 200
        assert await until_another(operator.listen(), contact_id) == ["connectioncleared", "DELETE", "POPUP"]


async def established(operator: Operator) -> str:
    """Wait for a conversation; gives its ContactID."""
    async with contextlib.aclosing(operator.listen()) as events:
        async for event in events:
            if event["event"] == "established":
                return event["id"]
    raise AssertionError("the stream has ended")


async def until_another(events: AsyncGenerator[dict[str, Any]], contact_id: str) -> list[str]:
    """Give the names of the events up to the first of another contact."""
    names: list[str] = []
    async with contextlib.aclosing(events):
        async for event in events:
            names.append(event["event"])
            if event["id"] != contact_id:
                break
    return names


async def test_a_scenario_is_played_to_an_operator(start_service: Start, tmp_path: Path) -> None:
    scenario = tmp_path / "scenario.txt"
    scenario.write_text(
        "inbound number=0555099999\n+0s POPUP\n+1s connectionstarted\n+1s connectioncleared\n+1s DELETE"
    )
    service = start_service(more=("--simulate", str(scenario), "--speed", "10"))
    async with (
        operators(service, ME) as (operator,),
        asyncio.timeout(30),
        contextlib.aclosing(operator.listen()) as events,
    ):
        await operator.tune_in()
        await operator.presence("LOGGEDIN")
        seen = [(await anext(events)) for _ in range(4)]
        assert [event["event"] for event in seen] == ["POPUP", "connectionstarted", "connectioncleared", "DELETE"]
        assert seen[0]["ani"] == "0555099999"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--simulate", "mixture"), "mixture"),
        (("--faults", "drip=1"), "drip"),
        (("--faults", "die=0.1"), "requests"),
        (("--speed", "0"), "speed"),
    ],
)
def test_a_simulation_that_cannot_be_is_refused_with_the_option(
    start_service: Start, more: tuple[str, ...], says: str
) -> None:
    with pytest.raises(RuntimeError, match=says):
        start_service(more=more)
