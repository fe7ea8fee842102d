"""What the benchmark reads off event streams, and that it notices what is wrong with them."""

import asyncio
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from tests.bench.population import settle
from tests.bench.streams import Arrival, Stream, Streams
from tests.bench.telephone import ENVIRONMENT, Telephone
from tests.bench.traffic import COURSE, reports_of
from tests.support.service import ServiceProcess
from toolbar_py.wire.phases import phase_after
from toolbar_py.wire.telephony import ContactEventName

_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"


def _chunk(kind: str, said: dict[str, object]) -> bytes:
    message = f"event: {kind}\nid: {said.get('number')}\ndata: {json.dumps(said)}\n\n".encode()
    return f"{len(message):x}\r\n".encode() + message + b"\r\n"


def _event(number: int, **contact: object) -> bytes:
    return _chunk("event", {"number": number, "at": 1_000 + number, "contact": contact})


def _read(pieces: list[bytes]) -> Stream:
    async def read() -> Stream:
        stream = Stream("ann@test", "host", "token")
        for piece in pieces:
            stream.data_received(piece)
        return stream

    return asyncio.run(read())


def _whole(last: int, *events: bytes) -> list[bytes]:
    return [_HEAD, _chunk("desk", {"number": last}), *events]


def test_events_are_read_however_they_are_cut() -> None:
    text = b"".join(_whole(4, _event(5, event="POPUP", startTime=990), _event(6, event="dialing", startTime=990)))
    for size in (1, 7, len(text)):
        stream = _read([text[at : at + size] for at in range(0, len(text), size)])
        assert [(arrival.number, arrival.at, arrival.told_ms) for arrival in stream.take()] == [
            (5, 1_005, 990),
            (6, 1_006, None),
        ]
        assert stream.gaps == 0


def test_an_event_counts_as_arrived_with_its_last_byte() -> None:
    whole = _event(1)
    stream = _read(_whole(0, whole[:-5]))
    assert stream.take() == []
    stream.data_received(whole[-5:])
    assert [arrival.number for arrival in stream.take()] == [1]


def test_heartbeats_are_no_events() -> None:
    stream = _read(_whole(0, _chunk("heartbeat", {"now": 1}), _event(1)))
    assert [arrival.number for arrival in stream.take()] == [1]
    assert stream.gaps == 0


def test_lost_doubled_and_late_events_are_counted_as_gaps() -> None:
    for numbers, wanted in (([5, 6], 0), ([6], 1), ([5, 5], 1), ([6, 5], 2)):
        stream = _read(_whole(4, *(_event(number) for number in numbers)))
        stream.take()
        assert stream.gaps == wanted, numbers


def test_reports_are_those_of_contacts_that_can_be() -> None:
    reports = reports_of("ann@test")
    made = [next(reports) for _ in range(2 * len(COURSE))]
    assert len({report["contactId"] for report in made}) == 2
    assert len({report["eventId"] for report in made}) == len(made)
    assert all(later["at"] >= earlier["at"] for earlier, later in pairwise(made))
    phase = None
    for report in made:
        phase = phase_after(phase, ContactEventName(report["event"]))
    assert phase is None


def test_what_is_reported_to_a_service_arrives_at_its_operator(tmp_path: Path) -> None:
    tokens = settle(tmp_path, 3)
    with ServiceProcess(tmp_path, environment=ENVIRONMENT) as service:
        asyncio.run(_report_and_read(service.url, tokens))


async def _report_and_read(url: str, tokens: dict[str, str]) -> None:
    streams = Streams()
    await streams.open(url, tokens)
    async with Telephone(url, 2) as telephone:
        courses = [reports_of(agent) for agent in tokens]
        posted = [await telephone.post([next(course) for course in courses]) for _ in COURSE]
    arrivals = await _until(streams.take, 3 * len(COURSE))
    sent = {(agent, post.numbers[at]): post.sent_ms for post in posted for at, agent in enumerate(tokens)}
    assert {(arrival.agent, arrival.number) for arrival in arrivals} == set(sent)
    assert all(arrival.seen_ms > sent[arrival.agent, arrival.number] for arrival in arrivals)
    assert (streams.gaps, streams.ended) == (0, 0)
    streams.close()


async def _until(take: Callable[[], list[Arrival]], count: int) -> list[Arrival]:
    found: list[Arrival] = []
    async with asyncio.timeout(10):
        while len(found) < count:
            found += take()
            await asyncio.sleep(0.02)
    return found
