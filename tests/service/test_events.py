"""The operators' event streams: what happened arrives, in order, once, and nothing is missing after a break."""

import asyncio
import gc
import time
import weakref
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from unittest.mock import AsyncMock

import pytest
from starlette.types import Message

from tests.support.inprocess import InProcessService, Stream, running_service
from tests.support.service import ServiceProcess
from toolbar_py.service.events import hub
from toolbar_py.service.events.stream import EventStream, Sources
from toolbar_py.service.leases import Leases
from toolbar_py.service.settings import Settings
from toolbar_py.service.store.deskbase import DeskRecord, LoggedEvent
from toolbar_py.wire.places import Place
from toolbar_py.wire.telephony import AgentStatus, Presence

ANN, BOB = "ann@test", "bob@test"
HEARTBEAT_MS = 200


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[InProcessService]:
    async with running_service(Settings(data_dir=tmp_path, heartbeat_ms=HEARTBEAT_MS)) as running:
        yield running


async def test_a_stream_begins_with_the_desk(service: InProcessService) -> None:
    await service.telephones.report(ANN, "c1", "POPUP", "connectionstarted", call_data="ECID=a|1")
    stream = await service.stream(ANN)
    said = await stream.next()
    assert (said.event, said.id) == ("desk", "")
    assert (said.data["number"], said.data["resumed"], said.data["heartbeatMs"]) == (2, True, HEARTBEAT_MS)
    assert said.data["agent"]["presence"] == "LOGGEDOUT"
    assert [(each["phase"], each["ecid"], each["event"]["id"]) for each in said.data["contacts"]] == [
        ("started", "a|1", "c1")
    ]


async def test_a_stream_is_not_cached_collected_or_compressed(service: InProcessService) -> None:
    stream = await service.stream(ANN)
    head = stream.head.lower()
    assert "content-type: text/event-stream" in head
    assert "cache-control: no-store" in head
    assert "x-accel-buffering: no" in head
    assert "content-encoding" not in head


async def test_what_happens_is_told_at_once_and_in_order(service: InProcessService) -> None:
    stream = await service.stream(ANN)
    names = ["POPUP", "connectionstarted", "dialing", "established", "connectioncleared", "DELETE"]
    await service.telephones.report(ANN, "c1", *names, call_data="ECID=a|1;NOME=Anna")
    events = await stream.events(6)
    assert [event["number"] for event in events] == [1, 2, 3, 4, 5, 6]
    assert [event["contact"]["event"] for event in events] == names
    assert all(event["contact"]["CallData"][0] == {"name": "ECID", "value": "a|1"} for event in events)
    assert ["desk" in event for event in events] == [True] * 5 + [False]


async def test_an_operator_hears_nothing_of_others(service: InProcessService) -> None:
    stream = await service.stream(BOB)
    await service.telephones.report(ANN, "c1", "POPUP")
    await service.telephones.report(BOB, "c2", "POPUP")
    (event,) = await stream.events(1)
    assert (event["number"], event["contact"]["id"]) == (1, "c2")


async def test_a_reader_that_comes_back_gets_what_it_missed(service: InProcessService) -> None:
    before = await service.stream(ANN)
    await service.telephones.report(ANN, "c1", "POPUP", "connectionstarted", "established")
    await before.next()
    stream = await service.stream(ANN, last=(await before.next()).id)
    assert (await stream.next()).data["resumed"] is True
    await service.telephones.report(ANN, "c1", "held")
    assert [event["number"] for event in await stream.events(3)] == [2, 3, 4]


@pytest.mark.parametrize("place", ["1", "1-0", "1-x x", "2", "99999999999999999999", "-1", "x", "1e3", "٣"])
async def test_a_place_that_is_none_is_told_as_lost(service: InProcessService, place: str) -> None:
    await service.telephones.report(ANN, "c1", "POPUP")
    stream = await service.stream(ANN, last=place.encode().decode("latin-1"))
    assert (await stream.next()).data["resumed"] is False
    assert (await stream.next()).event == "heartbeat"


async def test_without_a_place_nothing_is_told_again(service: InProcessService) -> None:
    await service.telephones.report(ANN, "c1", "POPUP")
    stream = await service.stream(ANN)
    assert (await stream.next()).data["resumed"] is True
    assert (await stream.next()).event == "heartbeat"


async def test_silence_is_broken_by_heartbeats_with_the_time(service: InProcessService) -> None:
    stream = await service.stream(ANN)
    desk = await stream.next()
    beats = [await stream.next() for _ in range(2)]
    assert [beat.event for beat in beats] == ["heartbeat", "heartbeat"]
    assert desk.data["now"] < beats[0].data["now"] < beats[1].data["now"]


async def test_all_tabs_of_an_operator_are_told_the_same(service: InProcessService) -> None:
    streams = [await service.stream(ANN) for _ in range(5)]
    await service.telephones.report(ANN, "c1", "POPUP", "connectionstarted")
    assert len({str(await stream.events(2)) for stream in streams}) == 1


async def test_more_streams_than_an_operator_needs_are_refused(service: InProcessService) -> None:
    for _ in range(hub.STREAMS_MAX):
        await service.stream(ANN)
    refused = await service.desk(ANN).get("/events")
    assert (refused.status_code, refused.json()["code"]) == (429, "RATE_LIMITED")
    assert (await (await service.stream(BOB)).next()).event == "desk"


async def test_nothing_is_lost_or_doubled_between_the_desk_and_what_follows(service: InProcessService) -> None:
    """Readers come and go all the time while a telephone system reports."""
    done = asyncio.Event()

    async def report() -> None:
        for at in range(60):
            await service.telephones.report(ANN, f"c{at}", "POPUP", "DELETE")
        done.set()

    async def read() -> None:
        last, place = 0, "0"
        while last < 120:
            stream = await service.stream(ANN, last=place)
            desk = await stream.next()
            assert desk.data["resumed"]
            for _ in range(min(7, 120 - last)):
                while (said := await stream.next()).event != "event":
                    pass
                assert said.data["number"] == last + 1
                last, place = last + 1, said.id
            await stream.close()

    await asyncio.gather(report(), *(read() for _ in range(6)))
    assert done.is_set()


async def test_who_does_not_read_loses_the_stream_and_nothing_else(
    service: InProcessService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "WAITING_MAX", 3)
    stream = await service.stream(ANN)
    for subscription in service.hub.streams_of(ANN):
        for _ in range(5):
            subscription.put(hub.Numbered(99, b""))
        assert subscription.ended
    await service.telephones.report(ANN, "c1", "POPUP")
    await stream.ended()
    again = await service.stream(ANN, last="0")
    assert [event["number"] for event in await again.events(1)] == [1]


@pytest.mark.parametrize("stuck_at", [b"event: desk", b"event: heartbeat"])
async def test_a_reader_that_never_reads_is_let_go_when_its_stream_ends(stuck_at: bytes) -> None:
    listeners = hub.Hub()
    stuck, never = asyncio.Event(), asyncio.Event()
    status = AgentStatus(agent=ANN, presence=Presence.LOGGED_IN, since=0, logged_in_at=0, groups=[])
    desks = AsyncMock(**{"renew_leases.return_value": 1})
    desks.desk.return_value = DeskRecord(Place(0), status, ())

    async def send(message: Message) -> None:
        if stuck_at in message.get("body", b""):
            stuck.set()
            await never.wait()

    async def receive() -> Message:
        await never.wait()
        return {}

    stream = EventStream(Sources(desks, listeners, Leases(desks), lambda: 0, heartbeat_ms=10), ANN, None, until=60_000)
    serving = asyncio.create_task(stream({}, receive, send))
    await stuck.wait()
    assert listeners.operators() == [ANN]
    listeners.close()
    async with asyncio.timeout(5):
        await serving
    assert listeners.operators() == []


async def test_what_was_missed_is_sent_in_pieces_each_when_the_reader_has_taken_the_last() -> None:
    status = AgentStatus(agent=ANN, presence=Presence.LOGGED_IN, since=0, logged_in_at=0, groups=[])
    missed = [LoggedEvent(ANN, Place(number, "0a"), f'"{"x" * 50_000}"') for number in range(1, 41)]
    desks = AsyncMock(**{"renew_leases.return_value": 1})
    desks.desk.return_value = DeskRecord(Place(40, "0a"), status, (), events=missed)
    sent: list[bytes] = []
    listeners = hub.Hub()

    async def send(message: Message) -> None:
        body = message.get("body", b"")
        sent.append(body)
        if b"id: 40-" in body:
            listeners.close()

    async def receive() -> Message:
        await asyncio.Event().wait()
        return {}

    async with asyncio.timeout(5):
        await EventStream(Sources(desks, listeners, Leases(desks), lambda: 0, heartbeat_ms=10), ANN, Place(0), 60_000)(
            {}, receive, send
        )
    whole = b"".join(sent)
    assert whole.index(b"event: desk") < whole.index(b"id: 1-0a") < whole.index(b"id: 40-0a")
    assert whole.count(b"event: event") == 40
    assert max(map(len, sent)) < 70_000


async def test_a_stream_keeps_nothing_of_what_was_missed_once_it_is_sent() -> None:
    class Missed(list[LoggedEvent]):
        """A list of which can be told whether anything still has it."""

    status = AgentStatus(agent=ANN, presence=Presence.LOGGED_IN, since=0, logged_in_at=0, groups=[])
    kept: list[weakref.ref[Missed]] = []

    async def desk(*_given: object) -> DeskRecord:
        missed = Missed([LoggedEvent(ANN, Place(1, "0a"), '"1"')])
        kept.append(weakref.ref(missed))
        return DeskRecord(Place(1, "0a"), status, (), events=missed)

    desks = AsyncMock(**{"renew_leases.return_value": 1})
    desks.desk = desk
    listeners = hub.Hub()
    alive: list[bool] = []

    async def send(message: Message) -> None:
        if b"event: heartbeat" in message.get("body", b""):
            gc.collect()
            alive.append(kept[0]() is not None)
            listeners.close()

    async def receive() -> Message:
        await asyncio.Event().wait()
        return {}

    async with asyncio.timeout(5):
        stream = EventStream(
            Sources(desks, listeners, Leases(desks), lambda: 0, heartbeat_ms=10), ANN, Place(0), 60_000
        )
        await stream({}, receive, send)
    assert alive == [False]


async def test_a_stream_ends_with_its_token(service: InProcessService) -> None:
    stream = await service.stream(ANN, ttl_s=2)
    assert " 200 " in stream.head
    async with asyncio.timeout(4):
        await stream.ended()


async def test_streams_end_when_the_service_stops(service: InProcessService) -> None:
    stream = await service.stream(ANN)
    service.hub.close()
    async with asyncio.timeout(1):
        await stream.ended()


async def test_a_reader_that_has_gone_is_forgotten(service: InProcessService) -> None:
    stream = await service.stream(ANN)
    assert len(service.hub.streams_of(ANN)) == 1
    await stream.close()
    async with asyncio.timeout(2):
        while service.hub.streams_of(ANN):
            await service.telephones.report(BOB, "c1", "POPUP", "DELETE")


async def test_who_has_no_profile_has_no_stream(service: InProcessService) -> None:
    refused = await service.desk("nobody@test").get("/events")
    assert (refused.status_code, refused.json()["code"]) == (401, "UNAUTHENTICATED")


async def test_a_service_stops_at_once_however_many_listen(start_service: Callable[..., ServiceProcess]) -> None:
    running = await asyncio.to_thread(start_service)
    streams = [await Stream.open(running.url, running.token(f"op{number}@demo")) for number in range(1, 6)]
    begun = time.monotonic()
    assert await asyncio.to_thread(running.stop) == 0
    assert time.monotonic() - begun < 5
    for stream in streams:
        await stream.ended()
        await stream.close()
