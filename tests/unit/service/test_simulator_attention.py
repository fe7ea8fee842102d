"""What the simulator notices of desks that the service changes by itself."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from toolbar_py.service.domain.deskwork import BegunWith
from toolbar_py.service.store.duebase import DueContact, DueQuery
from toolbar_py.service.telephony.simulator.driver import RealTime
from toolbar_py.service.telephony.simulator.setup import Setup
from toolbar_py.service.telephony.simulator.system import Simulator
from toolbar_py.wire.actions import CallRequest, CtiReceipt, CtiReport
from toolbar_py.wire.errors import ConflictError
from toolbar_py.wire.telephony import AgentStatus, DeskSnapshot, Presence

ME = "op1@demo"
NOW = 1_800_000_000_000
CALL = CallRequest(destination="0555099999")


class NobodyDue:
    """A campaign in which nobody is to be called."""

    async def due(self, query: DueQuery) -> list[DueContact]:
        return []

    async def phone_number(self, ecid: str) -> str:
        return ""


class Board:
    """A switchboard that answers reports when it is let, and at whose desk there is no contact."""

    def __init__(self) -> None:
        self.answers = asyncio.Event()
        self.reported = asyncio.Event()
        self.changed: Callable[[str], Awaitable[None]] | None = None

    async def report(self, report: CtiReport) -> CtiReceipt:
        self.reported.set()
        await self.answers.wait()
        return CtiReceipt(taken=True, number=1)

    async def begun(self, agent: str, contact_id: str, begun_with: BegunWith) -> None:
        raise NotImplementedError

    async def desk(self, agent: str) -> DeskSnapshot:
        status = AgentStatus(agent=agent, presence=Presence.LOGGED_IN, since=NOW, logged_in_at=NOW, groups=[])
        return DeskSnapshot(number=2, now=NOW, resumed=True, heartbeat_ms=5_000, agent=status, contacts=[])

    def watch(self, changed: Callable[[str], Awaitable[None]]) -> None:
        self.changed = changed

    async def change(self, times: int) -> None:
        assert self.changed is not None
        for _ in range(times):
            await self.changed(ME)


async def nobody() -> list[str]:
    return []


async def reporting(board: Board) -> Simulator:
    """Give a simulator whose report about the operator's call is not answered yet."""
    simulator = Simulator(Setup(), NobodyDue(), nobody, RealTime(lambda: NOW))
    await simulator.start(board)
    await simulator.set_presence(ME, Presence.LOGGED_IN, None)
    await simulator.begin(ME, CALL, "key")
    await board.reported.wait()
    return simulator


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_contact_that_leaves_the_desk_while_a_report_is_under_way_is_let_go() -> None:
    board = Board()
    simulator = await reporting(board)
    await board.change(times=2)  # by the report, and by what ended the contact
    board.answers.set()
    await settle()
    assert await simulator.begin(ME, CALL, "key")
    await simulator.stop()


async def test_a_change_by_the_report_itself_makes_nobody_look_at_the_desk() -> None:
    board = Board()
    simulator = await reporting(board)
    await board.change(times=1)
    board.answers.set()
    await settle()
    with pytest.raises(ConflictError):
        await simulator.begin(ME, CALL, "key")
    await simulator.stop()
