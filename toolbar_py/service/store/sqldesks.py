"""The desks' part of the store in SQL."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from toolbar_py.service.domain.deskwork import BegunWith
from toolbar_py.service.store.activities import Activities
from toolbar_py.service.store.attending import Attending, agents, renew_leases, working
from toolbar_py.service.store.base import Clock
from toolbar_py.service.store.begun import Begun
from toolbar_py.service.store.booking import book, booked
from toolbar_py.service.store.claims import Claims
from toolbar_py.service.store.database import Database
from toolbar_py.service.store.deskbase import (
    Announce,
    BookCommand,
    Changes,
    ClaimRecord,
    DeskRecord,
    LoggedEvent,
    RefusedReport,
    RejectionRecord,
    Retention,
    SlotQuery,
)
from toolbar_py.service.store.desks import Desks, Turn
from toolbar_py.service.store.eventlog import purge, read_desk, read_events
from toolbar_py.service.store.handling import Handling
from toolbar_py.service.store.reading import find_contact
from toolbar_py.service.store.reporting import Reporting, rejections
from toolbar_py.service.store.signatures import Signatures
from toolbar_py.wire.actions import CtiReceipt, CtiReport
from toolbar_py.wire.phases import Action
from toolbar_py.wire.places import Place
from toolbar_py.wire.telephony import AgentStatus, AgentSummary, Presence

_T = TypeVar("_T")


class SqlDesks:
    """:class:`toolbar_py.service.store.deskbase.DeskStore` over SQLAlchemy.

    Args:
        clock: gives epoch ms.
        lease_ms: how long a reservation is sure.
        announce: is told what each commit changed at desks.
    """

    def __init__(
        self, database: Database, activities: Activities, clock: Clock, lease_ms: int, announce: Announce
    ) -> None:
        self._database = database
        self._clock = clock
        self._lease_ms = lease_ms
        self._announce = announce
        self._desks = Desks(database.dialect)
        self._begun = Begun(self._desks, database.dialect)
        self._reporting = Reporting(self._desks, self._begun)
        self._attending = Attending(self._desks, activities)
        self._claims = Claims(database.dialect)
        self._signatures = Signatures(database.dialect)
        self.handling = Handling(self._desks)

    async def change(self, work: Callable[[Turn], _T]) -> _T:
        """Run ``work`` in a transaction that may write, and announce what it changed at desks.

        Args:
            work: may be run again, see :meth:`Database.write`.
        """
        changes = Changes()

        def begin(connection: Connection) -> _T:
            changes.clear()
            return work(Turn(connection, changes, self._clock()))

        return await self._database.write(begin, lambda: self._announce(changes))

    async def report(self, report: CtiReport) -> CtiReceipt | RefusedReport:
        """Take an event of the telephone system, or record why it was refused."""
        return await self.change(lambda turn: self._reporting.take(turn, report))

    async def rejections(self, limit: int) -> list[RejectionRecord]:
        """Give the newest recorded refusals."""
        return await self._database.read(lambda connection: rejections(connection, limit))

    async def desk(self, operator: str, after: Place | None = None) -> DeskRecord:
        """Give a desk, with the events that followed on one."""
        return await self._database.read(lambda connection: read_desk(connection, self._desks, operator, after))

    async def events(self, operator: str, after: int, until: int) -> Sequence[LoggedEvent]:
        """Give a part of the log."""
        return await self._database.read(lambda connection: read_events(connection, operator, after, until))

    async def agents(self) -> list[AgentSummary]:
        """Give every operator's state."""
        return await self._database.read(agents)

    async def working(self) -> list[str]:
        """Give the operators who are logged in, or whose desk is not empty."""
        return await self._database.read(working)

    async def set_presence(self, operator: str, presence: Presence, code: str | None) -> AgentStatus:
        """Note an operator's presence."""
        return await self.change(lambda turn: self._attending.set_presence(turn, operator, presence, code))

    async def renew_leases(self, operators: Sequence[str]) -> int:
        """Make the reservations of operators sure for a whole lease from now on; gives until when."""

        def renew(connection: Connection) -> int:
            until = self._clock() + self._lease_ms
            renew_leases(connection, operators, until)
            return until

        return await self._database.write(renew)

    async def set_groups(self, operator: str, groups: Sequence[str]) -> AgentStatus:
        """Note the groups an operator is logged into."""
        return await self.change(lambda turn: self._attending.set_groups(turn, operator, groups))

    async def require(self, operator: str, contact_id: str, action: Action) -> None:
        """Make sure that a contact at the operator's desk allows an action now."""
        await self._database.read(lambda connection: self.handling.require(connection, operator, contact_id, action))

    async def set_call_data(self, operator: str, contact_id: str, call_data: str) -> None:
        """Merge CallData text into a contact's."""
        await self.change(lambda turn: self.handling.set_call_data(turn, operator, contact_id, call_data))

    async def end_offline(self, operator: str, contact_id: str) -> None:
        """End a contact's after-call work, or arm that."""
        await self.change(lambda turn: self.handling.end_offline(turn, operator, contact_id))

    async def claim_signature(self, digest: str, forget_at: int) -> bool:
        """Note a signature of the telephone system."""
        return await self._database.write(lambda connection: self._signatures.claim(connection, digest, forget_at))

    async def purge_signatures(self) -> int:
        """Forget the signatures that need not be remembered any more."""
        return await self._database.write(lambda connection: self._signatures.purge(connection, self._clock()))

    async def begun(self, operator: str, contact_id: str, begun_with: BegunWith) -> None:
        """Note what a call was begun with."""
        await self.change(lambda turn: self._begun.note(turn, operator, contact_id, begun_with))

    async def require_ecid(self, ecid: str) -> None:
        """Make sure that a contact has the ECID."""
        await self._database.read(lambda connection: find_contact(connection, ecid))

    async def claim(self, operator: str, key: str, content_hash: str) -> ClaimRecord:
        """Claim an operation's key, or give what is known of it."""
        return await self._database.write(
            lambda connection: self._claims.claim(connection, operator, key, content_hash, self._clock())
        )

    async def settle(self, operator: str, key: str, answer: str | None) -> None:
        """Keep an operation's answer, or let the key go."""
        await self._database.write(lambda connection: self._claims.settle(connection, operator, key, answer))

    async def booked(self, query: SlotQuery, start: int, end: int) -> dict[int, int]:
        """Count what is booked, by slot."""
        return await self._database.read(lambda connection: booked(connection, query, start, end))

    async def book(self, command: BookCommand) -> int:
        """Book a slot; gives how many it takes after that."""
        return await self._database.write(lambda connection: book(connection, command, self._clock()))

    async def purge(self, before: Retention) -> int:
        """Forget what is old."""
        return await self._database.write(lambda connection: purge(connection, before))
