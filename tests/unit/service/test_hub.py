"""The hub alone: who is told, and what becomes of a reader that does not read."""

from toolbar_py.service.events.hub import WAITING_BYTES, WAITING_MAX, Hub, Numbered
from toolbar_py.service.store.deskbase import Changes, LoggedEvent
from toolbar_py.wire.places import Place


def changes(*numbers: int, operator: str = "ann") -> Changes:
    return Changes([LoggedEvent(operator, Place(number, "ab12"), "{}") for number in numbers], {operator})


async def test_events_wait_in_their_order_as_ready_bytes() -> None:
    hub = Hub()
    with hub.subscribe("ann") as stream:
        hub.publish(changes(1, 2))
        hub.publish(changes(1, operator="bob"))
        taken = await stream.take(1)
    assert [event.number for event in taken] == [1, 2]
    assert taken[0].message == b"event: event\nid: 1-ab12\ndata: {}\n\n"


async def test_waiting_in_vain_gives_nothing() -> None:
    with Hub().subscribe("ann") as stream:
        assert await stream.take(0.01) == []
        assert not stream.ended


async def test_a_reader_that_does_not_read_is_given_up_with_all_that_waits() -> None:
    hub = Hub()
    with hub.subscribe("ann") as stream:
        hub.publish(changes(*range(1, WAITING_MAX + 2)))
        assert stream.ended
        assert await stream.take(1) == []


async def test_few_events_that_are_large_are_too_many_for_a_reader_that_does_not_read() -> None:
    large = bytes(WAITING_BYTES // 2)
    with Hub().subscribe("ann") as stream:
        for number in (1, 2):
            stream.put(Numbered(number, large))
        assert [event.number for event in await stream.take(1)] == [1, 2]
        for number in (3, 4):
            stream.put(Numbered(number, large))
        assert not stream.ended
        stream.put(Numbered(5, b"."))
        assert stream.ended


async def test_one_event_may_be_larger_than_what_waits_otherwise() -> None:
    with Hub().subscribe("ann") as stream:
        stream.put(Numbered(1, bytes(WAITING_BYTES + 1)))
        assert [event.number for event in await stream.take(1)] == [1]


async def test_a_watcher_that_fails_silences_no_other() -> None:
    hub = Hub()
    told: list[str] = []

    async def fail(_operator: str) -> None:
        raise RuntimeError

    async def note(operator: str) -> None:
        told.append(operator)
        if len(told) == 2:
            hub.close()

    hub.watch(fail)
    hub.watch(note)
    with hub.subscribe("ann") as stream:
        hub.publish(changes(1))
        hub.publish(Changes(operators={"bob"}))
        while not stream.ended:
            await stream.take(1)
    assert told == ["ann", "bob"]


async def test_after_the_end_every_new_stream_ends_at_once() -> None:
    hub = Hub()
    hub.close()
    with hub.subscribe("ann") as stream:
        assert stream.ended
    assert hub.streams_of("ann") == []
