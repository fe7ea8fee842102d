"""The log of the desks' events: what a reader gets again from its place on, and when the place is lost."""

import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.clock import Clock
from tests.support.telephones import cti_report
from toolbar_py.service.accounts import new_operator
from toolbar_py.service.store import eventlog
from toolbar_py.service.store.base import Role
from toolbar_py.service.store.deskbase import Changes, LoggedEvent, Retention
from toolbar_py.service.store.dialect import SqliteDialect
from toolbar_py.service.store.sql import SqlStore
from toolbar_py.wire.places import Place
from toolbar_py.wire.telephony import Presence


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def announced() -> list[LoggedEvent]:
    return []


@pytest.fixture
async def store(tmp_path: Path, clock: Clock, announced: list[LoggedEvent]) -> AsyncIterator[SqlStore]:
    def announce(changes: Changes) -> None:
        announced.extend(changes.events)

    store = SqlStore(SqliteDialect(tmp_path / "db"), clock, 60_000, announce)
    await store.open()
    await store.add_operators([new_operator("ann", Role.OPERATOR)])
    yield store
    await store.close()


async def happen(store: SqlStore, *events: str, call_data: str | None = None) -> None:
    for event in events:
        await store.desks.report(cti_report("ann", "c1", event, call_data=call_data))
        call_data = None


async def told_places(store: SqlStore, operator: str = "ann") -> list[Place]:
    """Give the place after each event in an operator's log."""
    return [event.place for event in (await store.desks.desk(operator, after=Place(0))).events]


async def test_what_is_announced_is_what_the_log_keeps(store: SqlStore, announced: list[LoggedEvent]) -> None:
    await happen(store, "POPUP", "connectionstarted", "established")
    record = await store.desks.desk("ann", after=(await told_places(store))[0])
    assert record.events == announced[1:]


async def test_what_is_too_old_for_the_log_is_told_as_lost_and_what_came_after_it_is_not(
    store: SqlStore, clock: Clock
) -> None:
    await happen(store, "POPUP", "connectionstarted")
    clock.now += 1_000
    await happen(store, "established")
    places = await told_places(store)
    await store.desks.purge(Retention(events=clock.now, contacts=0, operations=0))
    assert [event.place for event in (await store.desks.desk("ann", after=places[1])).events] == [places[2]]
    for earlier in (Place(0), places[0]):
        lost = await store.desks.desk("ann", after=earlier)
        assert (lost.resumed, lost.events, lost.place) == (False, (), places[2])


async def test_what_is_too_old_for_the_log_is_nowhere_in_it(store: SqlStore, clock: Clock, tmp_path: Path) -> None:
    await happen(store, "POPUP", "connectionstarted", call_data="PIN=4711")
    clock.now += 1_000
    await store.desks.purge(Retention(events=clock.now, contacts=0, operations=0))
    with sqlite3.connect(tmp_path / "db") as connection:
        assert connection.execute("SELECT number, event FROM desk_events").fetchall() == [(2, "")]
    connection.close()


async def test_the_place_of_a_log_that_is_gone_is_lost_though_the_new_one_counts_further(
    store: SqlStore, clock: Clock, tmp_path: Path
) -> None:
    await happen(store, "POPUP", "connectionstarted")
    (_, asleep) = await told_places(store)
    anew = SqlStore(SqliteDialect(tmp_path / "anew"), clock, 60_000)
    await anew.open()
    await anew.add_operators([new_operator("ann", Role.OPERATOR)])
    for count in (2, 3):
        await happen(anew, *["POPUP", "connectionstarted", "established"][len(await told_places(anew)) : count])
        lost = await anew.desks.desk("ann", after=asleep)
        assert (lost.place.number, lost.resumed, lost.events) == (count, False, ())
    await anew.close()


async def test_the_place_from_before_a_backup_was_restored_is_lost_when_the_log_has_passed_it(
    store: SqlStore, clock: Clock, tmp_path: Path
) -> None:
    await happen(store, "POPUP", "connectionstarted")
    with sqlite3.connect(tmp_path / "db") as connection:
        connection.execute("VACUUM INTO ?", [str(tmp_path / "backup")])
    connection.close()
    await happen(store, "established", "held")
    (_, kept, _, asleep) = await told_places(store)
    restored = SqlStore(SqliteDialect(tmp_path / "backup"), clock, 60_000)
    await restored.open()
    for event in ("established", "connectioncleared", "DELETE"):
        assert not (await restored.desks.desk("ann", after=asleep)).resumed
        await restored.desks.report(cti_report("ann", "c1", event))
    assert not (await restored.desks.desk("ann", after=asleep)).resumed
    assert [event.place.number for event in (await restored.desks.desk("ann", after=kept)).events] == [3, 4, 5]
    await restored.close()


async def test_the_place_from_before_a_restart_holds(store: SqlStore, clock: Clock, tmp_path: Path) -> None:
    await happen(store, "POPUP", "connectionstarted")
    places = await told_places(store)
    again = SqlStore(SqliteDialect(tmp_path / "db"), clock, 60_000)
    await again.open()
    assert [(await again.desks.desk("ann", after=place)).resumed for place in places] == [True, True]
    await again.close()


async def test_more_than_is_well_told_again_is_told_as_lost(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    await happen(store, "POPUP", "connectionstarted", "established", call_data=f"A={'x' * 2_000}")
    places = await told_places(store)
    events = (await store.desks.desk("ann", after=places[0])).events
    assert len(events) == 2
    monkeypatch.setattr(eventlog, "REPLAY_CHARACTERS", sum(len(event.text) for event in events))
    assert (await store.desks.desk("ann", after=places[0])).resumed
    lost = await store.desks.desk("ann", after=Place(0))
    assert (lost.resumed, lost.events) == (False, ())


async def test_groups_reach_the_operators_other_tabs_and_only_when_they_change(
    store: SqlStore, announced: list[LoggedEvent]
) -> None:
    await store.desks.set_presence("ann", Presence.LOGGED_IN, None)
    for _ in range(2):
        await store.desks.set_groups("ann", [])
    (told,) = [json.loads(event.text) for event in announced[1:]]
    assert (told["number"], told["status"]["groups"]) == (2, [])
    assert "agent" not in told
