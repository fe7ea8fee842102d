"""Hours of work in moments: simulator, switchboard and database on one virtual clock."""

import json
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from toolbar_py.service.accounts import new_operator
from toolbar_py.service.events.hub import Hub
from toolbar_py.service.events.stream import Sources
from toolbar_py.service.leases import Leases
from toolbar_py.service.store.base import Caller, ImportRow, OpenCommand, Role, SaveCommand
from toolbar_py.service.store.dialect import SqliteDialect
from toolbar_py.service.store.duebase import DueQuery
from toolbar_py.service.store.sql import SqlStore
from toolbar_py.service.telephony.port import ActionCommand
from toolbar_py.service.telephony.simulator.behaviour import Behaviour
from toolbar_py.service.telephony.simulator.driver import Stepped
from toolbar_py.service.telephony.simulator.faults import FaultRates
from toolbar_py.service.telephony.simulator.joining import simulator
from toolbar_py.service.telephony.simulator.pace import VirtualClock
from toolbar_py.service.telephony.simulator.setup import Setup
from toolbar_py.service.telephony.simulator.system import Simulator
from toolbar_py.service.telephony.switchboard import DeskSwitchboard
from toolbar_py.wire.actions import CallRequest
from toolbar_py.wire.contacts import ImportedContact
from toolbar_py.wire.errors import ConflictError
from toolbar_py.wire.phases import Action, phase_after
from toolbar_py.wire.telephony import DeskEvent, Phase, Presence

ME, OTHER = "ann@test", "bob@test"
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
LEASE_MS = 30 * MINUTE_MS
EVERYBODY_ANSWERS = Behaviour(no_answer=0, busy=0, abandoned=0)


@dataclass
class Centre:
    """A contact centre on a virtual clock."""

    store: SqlStore
    board: DeskSwitchboard
    system: Simulator
    driver: Stepped
    clock: VirtualClock

    async def login(self, *agents: str) -> None:
        """Log operators in."""
        for agent in agents:
            await self.board.set_presence(agent, Presence.LOGGED_IN, None)

    async def events(self, agent: str) -> list[DeskEvent]:
        """Give everything that happened at a desk."""
        desk = await self.store.desks.desk(agent)
        logged = await self.store.desks.events(agent, 0, desk.place.number)
        assert [event.place.number for event in logged] == list(range(1, desk.place.number + 1))
        return [DeskEvent.model_validate_json(event.text) for event in logged]

    async def lives(self, agent: str) -> dict[str, list[str]]:
        """Give the events of each contact, and make sure that they follow one another."""
        phases: dict[str, Phase | None] = defaultdict(lambda: None)
        found: dict[str, list[str]] = defaultdict(list)
        for event in await self.events(agent):
            if event.contact is not None:
                name = event.contact.event
                phases[event.contact.id] = phase_after(phases[event.contact.id], name)
                found[event.contact.id].append(name)
        return found

    async def save(self, agent: str, ecid: str, outcome: str) -> None:
        """Open an ECID and save an outcome."""
        caller = Caller(agent, "session")
        await self.store.open_script(OpenCommand(caller, ecid, None, is_manual=False))
        key = f"{agent}-{ecid}-{self.clock()}"
        await self.store.save_script(
            SaveCommand(caller, key, key, None, ecid, outcome, offline_end=False, note="", labels=[])
        )

    async def due(self, agent: str, speed: float = 1) -> list[str]:
        """Give who may be called by an operator."""
        return [contact.ecid for contact in await self.store.dialling.due(DueQuery(agent, 100, speed))]


async def centre(database: Path, setup: Setup, contacts: int = 60) -> Centre:
    clock, hub = VirtualClock(), Hub()
    store = SqlStore(SqliteDialect(database), clock, LEASE_MS, hub.publish)
    await store.open()
    await store.add_operators([new_operator(operator, Role.OPERATOR) for operator in (ME, OTHER)])
    rows = [
        ImportRow(at, ImportedContact(ecid=f"a|{at}", phone_number=f"05550{at:04}")) for at in range(1, contacts + 1)
    ]
    await store.import_rows("DEFAULT", "", rows)
    driver = Stepped(clock)
    system = simulator(setup, store, clock, driver)
    board = DeskSwitchboard(Sources(store.desks, hub, Leases(store.desks), clock, 5_000), system)
    await system.start(board)
    return Centre(store, board, system, driver, clock)


@pytest.fixture
async def quiet(tmp_path: Path) -> AsyncGenerator[Centre]:
    """A centre to which nothing comes by itself, with three contacts to call."""
    made = await centre(tmp_path / "test.sqlite3", Setup(), contacts=3)
    yield made
    await made.system.stop()
    await made.store.close()


async def run_of(database: Path, seed: int, faults: FaultRates) -> tuple[Centre, list[str]]:
    made = await centre(database, Setup(mix="mixed", seed=seed, faults=faults))
    await made.login(ME, OTHER)
    await made.driver.advance(HOUR_MS)
    texts = [event.to_json() for agent in (ME, OTHER) for event in await made.events(agent)]
    return made, texts


async def ended(*centres: Centre) -> None:
    for each in centres:
        await each.system.stop()
        await each.store.close()


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_same_seed_gives_both_desks_the_same_hour(tmp_path: Path, seed: int) -> None:
    first, one = await run_of(tmp_path / "one", seed, FaultRates())
    second, other = await run_of(tmp_path / "other", seed, FaultRates())
    assert one == other
    assert len(one) > 60
    await ended(first, second)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_an_hour_with_every_fault_leaves_no_gap_and_no_double(tmp_path: Path, seed: int) -> None:
    faults = FaultRates(delay=0.1, drop=0.1, duplicate=0.1, reorder=0.3, deaf=0.1, delay_ms=5_000)
    made, _ = await run_of(tmp_path / "run", seed, faults)
    for agent in (ME, OTHER):
        lives = await made.lives(agent)
        assert len(lives) > 5
        assert all(events[-1] == "DELETE" for events in list(lives.values())[:-1])
    assert made.system.counts.repeated > 0
    # What overtook the one before was refused and is recorded; nothing was refused in its turn.
    assert made.system.counts.refused == 0
    refused = [json.loads(rejection.reason) for rejection in await made.store.desks.rejections(100)]
    assert {reason["code"] for reason in refused} <= {"CONFLICT", "INVALID_ARGUMENT"}
    assert len(refused) > 0
    await ended(made)


async def test_contacts_nobody_has_called_come_in_their_order(quiet: Centre) -> None:
    assert await quiet.due(ME) == ["a|1", "a|2", "a|3"]


async def test_a_retry_comes_back_when_it_is_due_and_before_the_others(quiet: Centre) -> None:
    await quiet.save(ME, "a|2", "NO_ANSWER_BY_AGENT")
    assert await quiet.due(ME) == ["a|1", "a|3"]
    await quiet.driver.advance(HOUR_MS - 1)
    assert await quiet.due(ME) == ["a|1", "a|3"]
    await quiet.driver.advance(1)
    assert await quiet.due(ME) == ["a|2", "a|1", "a|3"]


async def test_a_retry_comes_back_sooner_in_a_faster_run(quiet: Centre) -> None:
    await quiet.save(ME, "a|2", "NO_ANSWER_BY_AGENT")
    await quiet.driver.advance(HOUR_MS // 50 - 1)
    assert "a|2" not in await quiet.due(ME, speed=50)
    await quiet.driver.advance(1)
    assert "a|2" in await quiet.due(ME, speed=50)
    assert "a|2" not in await quiet.due(ME)


async def test_who_is_closed_is_not_called_again(quiet: Centre) -> None:
    await quiet.save(ME, "a|2", "POSITIVE")
    await quiet.driver.advance(30 * 24 * HOUR_MS)
    assert await quiet.due(ME) == ["a|1", "a|3"]


async def test_who_is_held_is_not_called_until_the_lease_has_run_out(quiet: Centre) -> None:
    await quiet.store.open_script(OpenCommand(Caller(OTHER, "session"), "a|1", None, is_manual=False))
    assert await quiet.due(ME) == ["a|2", "a|3"]
    await quiet.driver.advance(LEASE_MS + 1)
    assert await quiet.due(ME) == ["a|1", "a|2", "a|3"]


async def test_a_personal_appointment_comes_back_to_its_operator(quiet: Centre) -> None:
    await quiet.save(OTHER, "a|1", "APP1")
    await quiet.save(OTHER, "a|2", "APP3")
    await quiet.driver.advance(25 * HOUR_MS)
    assert "a|1" in await quiet.due(OTHER)
    assert "a|1" not in await quiet.due(ME)
    assert "a|2" in await quiet.due(ME)


async def test_two_operators_are_never_brought_the_same_customer(tmp_path: Path) -> None:
    made = await centre(tmp_path / "test.sqlite3", Setup(mix="predictive", seed=3, speed=10), contacts=10)
    await made.login(ME, OTHER)
    await made.driver.advance(HOUR_MS // 60)
    mine = {event.contact.call_data[0].value for event in await made.events(ME) if event.contact}
    theirs = {event.contact.call_data[0].value for event in await made.events(OTHER) if event.contact}
    assert mine
    assert theirs
    assert not mine & theirs
    await ended(made)


async def test_nothing_comes_when_everybody_has_been_called(tmp_path: Path) -> None:
    made = await centre(tmp_path / "test.sqlite3", Setup(mix="predictive", seed=3), contacts=0)
    await made.login(ME)
    await made.driver.advance(HOUR_MS)
    assert await made.lives(ME) == {}
    await ended(made)


@pytest.mark.parametrize(("destination", "phase"), [(OTHER, Phase.ESTABLISHED), ("0555012345", Phase.ACW)])
async def test_a_call_passed_on_is_over_unless_it_was_meant_for_an_operator_who_has_not_come(
    tmp_path: Path, destination: str, phase: Phase
) -> None:
    made = await centre(tmp_path / "test.sqlite3", Setup(behaviour=EVERYBODY_ANSWERS))
    await made.login(ME)
    contact_id = await made.board.begin(ME, CallRequest(destination="0555099999"), "key")
    await made.driver.settle()
    while (await made.board.desk(ME)).contacts[0].phase is not Phase.ESTABLISHED:
        await made.driver.advance(100)
    with pytest.raises(ConflictError) if destination == OTHER else nullcontext():
        await made.board.act(ActionCommand(ME, contact_id, Action.TRANSFER, {"destination": destination}))
    await made.driver.settle()
    (contact,) = (await made.board.desk(ME)).contacts
    assert contact.phase is phase
    await ended(made)


@pytest.mark.parametrize("phase", [Phase.POPUP, Phase.ESTABLISHED])
async def test_what_a_logout_left_at_a_desk_when_the_service_died_is_cleared_at_the_start(
    tmp_path: Path, phase: Phase
) -> None:
    setup = Setup(mix="preview", seed=3, behaviour=EVERYBODY_ANSWERS)
    made = await centre(tmp_path / "test.sqlite3", setup)
    await made.login(ME)
    while [contact.phase for contact in (await made.board.desk(ME)).contacts] != [phase]:
        await made.driver.advance(100)
    (contact,) = (await made.board.desk(ME)).contacts
    await made.system.stop()
    await made.store.desks.set_presence(ME, Presence.LOGGED_OUT, None)
    await made.store.close()

    again = await centre(tmp_path / "test.sqlite3", setup)
    await again.driver.settle()
    assert (await again.board.desk(ME)).contacts == []
    assert contact.ecid in await again.due(OTHER)
    await ended(again)
