"""Whom the simulator believes logged in: what it was told, until the desk shows what the service has noted."""

from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from tests.support.simulation import BEGIN
from tests.unit.service.test_simulator import ME
from toolbar_py.service.domain.deskwork import BegunWith
from toolbar_py.service.store.duebase import DueContact, DueQuery
from toolbar_py.service.telephony.port import ActionCommand
from toolbar_py.service.telephony.simulator.driver import Stepped
from toolbar_py.service.telephony.simulator.pace import VirtualClock
from toolbar_py.service.telephony.simulator.scenario import read_scenario
from toolbar_py.service.telephony.simulator.setup import Setup
from toolbar_py.service.telephony.simulator.system import Simulator
from toolbar_py.wire.actions import CallRequest, CtiReceipt, CtiReport
from toolbar_py.wire.errors import ConflictError
from toolbar_py.wire.phases import Action
from toolbar_py.wire.telephony import AgentStatus, DeskSnapshot, Presence

IN, OUT = Presence.LOGGED_IN, Presence.LOGGED_OUT
CALLER = tuple(read_scenario("inbound number=0555099999 after=1s\n+0s POPUP\n+60s DELETE"))


class Board:
    """A switchboard whose desk shows what a test says.

    Args:
        shown: the desk's event number and presence.
        stale: what reads of it give first, instead of that.
    """

    def __init__(self) -> None:
        self.shown: tuple[int, Presence] = (1, OUT)
        self.stale: list[tuple[int, Presence]] = []
        self.taken: list[CtiReport] = []
        self.changed: Callable[[str], Awaitable[None]] | None = None

    async def report(self, report: CtiReport) -> CtiReceipt:
        self.taken.append(report)
        return CtiReceipt(taken=True)

    async def begun(self, agent: str, contact_id: str, begun_with: BegunWith) -> None:
        raise NotImplementedError

    async def desk(self, agent: str) -> DeskSnapshot:
        number, presence = self.stale.pop(0) if self.stale else self.shown
        status = AgentStatus(agent=agent, presence=presence, since=0, logged_in_at=0, groups=[])
        return DeskSnapshot(number=number, now=BEGIN, resumed=True, heartbeat_ms=5_000, agent=status, contacts=[])

    def watch(self, changed: Callable[[str], Awaitable[None]]) -> None:
        self.changed = changed


class Centre:
    """The simulator on a clock that a test moves."""

    def __init__(self) -> None:
        self.board = Board()
        self.driver = Stepped(VirtualClock(BEGIN))
        self.system = Simulator(Setup(scenario=CALLER), Nobody(), no_agents, self.driver)

    async def tell(self, presence: Presence) -> None:
        """Tell a presence, as the service does before it notes it."""
        await self.system.set_presence(ME, presence, None)

    async def look(self) -> None:
        """Say that something has changed at the desk, and let the simulator look."""
        assert self.board.changed is not None
        await self.board.changed(ME)
        await self.driver.settle()

    def came(self) -> list[str]:
        """Give the events that were reported."""
        return [report.event.value for report in self.board.taken]


class Nobody:
    """A campaign without anybody."""

    async def due(self, query: DueQuery) -> list[DueContact]:
        return []

    async def phone_number(self, ecid: str) -> str:
        return ""


async def no_agents() -> list[str]:
    return []


@pytest.fixture
async def centre() -> AsyncGenerator[Centre]:
    made = Centre()
    await made.system.start(made.board)
    yield made
    await made.system.stop()


async def test_a_desk_that_does_not_show_the_login_yet_does_not_undo_it(centre: Centre) -> None:
    await centre.tell(IN)
    await centre.look()
    centre.board.shown = (2, IN)
    await centre.driver.advance(2_000)
    assert centre.came() == ["POPUP"]


async def test_a_desk_that_was_read_before_a_newer_one_changes_nothing(centre: Centre) -> None:
    await centre.tell(IN)
    centre.board.shown = (5, IN)
    await centre.look()
    centre.board.stale = [(3, OUT)]
    await centre.look()
    await centre.driver.advance(2_000)
    assert centre.came() == ["POPUP"]


async def test_a_logout_that_the_service_failed_to_note_does_not_last(centre: Centre) -> None:
    await centre.tell(IN)
    centre.board.shown = (2, IN)
    await centre.look()
    await centre.tell(OUT)
    await centre.driver.advance(9_000)
    assert centre.came() == []
    await centre.driver.advance(3_000)
    assert centre.came() == ["POPUP"]


async def test_what_was_asked_once_and_may_have_been_done_is_not_done_again(centre: Centre) -> None:
    await centre.tell(IN)
    key = "a" * 16
    with pytest.raises(ConflictError) as refused:
        await centre.system.begin(ME, CallRequest(destination="0555012345"), key, repeated=True)
    assert (refused.value.details["reason"], refused.value.outcome_known) == ("outcome_unknown", False)
    with pytest.raises(ConflictError):
        await centre.system.act(ActionCommand(ME, "c1", Action.HOLD, {}, key, repeated=True))
    assert centre.came() == []


async def test_who_the_service_lets_call_can_call(centre: Centre) -> None:
    await centre.tell(OUT)
    centre.board.shown = (2, IN)
    assert await centre.system.begin(ME, CallRequest(destination="0555012345"), "a" * 16)
