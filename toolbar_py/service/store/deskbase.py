"""The desks' part of the store's interface, and the values that go in and out.

Every method is one transaction; what it wrote to the log of events is announced as soon as it is committed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from toolbar_py.service.domain.deskwork import BegunWith
from toolbar_py.wire.actions import CtiReceipt, CtiReport
from toolbar_py.wire.appointments import AppointmentType
from toolbar_py.wire.errors import ToolbarError
from toolbar_py.wire.phases import Action
from toolbar_py.wire.places import Place
from toolbar_py.wire.telephony import AgentStatus, AgentSummary, DeskContact, Presence


class LoggedEvent(NamedTuple):
    """One numbered event of an operator. ``text``: the DeskEvent as JSON."""

    operator: str
    place: Place
    text: str


@dataclass(slots=True)
class Changes:
    """What a transaction changed at desks, in order.

    Args:
        operators: whose desks are not as they were, with an event or without.
    """

    events: list[LoggedEvent] = field(default_factory=list[LoggedEvent])
    operators: set[str] = field(default_factory=set[str])

    def clear(self) -> None:
        """Forget everything: the transaction begins again."""
        self.events.clear()
        self.operators.clear()


Announce = Callable[[Changes], None]
"""Is called in the event loop after each commit that changed desks, in the order of the commits."""


@dataclass(frozen=True, slots=True)
class DeskRecord:
    """An operator's desk at one moment, and what of its log was asked for.

    Args:
        place: after the operator's last event.
        resumed: whether ``events`` are all that followed on the asked one.
    """

    place: Place
    status: AgentStatus
    contacts: Sequence[DeskContact]
    resumed: bool = True
    events: Sequence[LoggedEvent] = ()


@dataclass(frozen=True, slots=True)
class RefusedReport:
    """A report that was not taken; that is recorded."""

    error: ToolbarError


@dataclass(frozen=True, slots=True)
class RejectionRecord:
    """A recorded refusal of a report. ``reason``: code and details as JSON."""

    at: int
    event_id: str
    agent: str
    contact_id: str
    event: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClaimRecord:
    """What is known of an operation's key.

    Args:
        fresh: whether it was claimed just now.
        content_hash: of what was asked with the key the first time.
        answer: JSON text, once there is one.
    """

    fresh: bool
    content_hash: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class SlotQuery:
    """Whose time is asked for.

    Args:
        agent: for a personal appointment; a group's goes by the ECID's macro activity.
    """

    kind: AppointmentType
    ecid: str
    agent: str


@dataclass(frozen=True, slots=True)
class BookCommand:
    """Book a slot.

    Args:
        at: the agreed moment, in epoch ms.
        slot_at: when the slot begins.
        capacity: how many the slot takes.
    """

    query: SlotQuery
    at: int
    slot_at: int
    capacity: int
    communication: str


@dataclass(frozen=True, slots=True)
class Retention:
    """Moments before which things are forgotten, in epoch ms: log, contacts that left and reports, operations and
    refusals."""

    events: int
    contacts: int
    operations: int


class DeskStore(Protocol):
    """What the service asks of its database about desks."""

    async def report(self, report: CtiReport) -> CtiReceipt | RefusedReport:
        """Take an event of the telephone system, or record why it was refused."""
        ...

    async def rejections(self, limit: int) -> list[RejectionRecord]:
        """Give the newest recorded refusals."""
        ...

    async def desk(self, operator: str, after: Place | None = None) -> DeskRecord:
        """Give a desk, with the events that followed on the place ``after``.

        Raises:
            UnknownOperatorError: nobody has this id.
        """
        ...

    async def events(self, operator: str, after: int, until: int) -> Sequence[LoggedEvent]:
        """Give the events with numbers above ``after`` up to ``until``."""
        ...

    async def agents(self) -> list[AgentSummary]:
        """Give every operator's state."""
        ...

    async def working(self) -> list[str]:
        """Give the operators who are logged in or paused, and those at whose desk something was left."""
        ...

    async def set_presence(self, operator: str, presence: Presence, code: str | None) -> AgentStatus:
        """Note an operator's presence; the one that holds already changes nothing. A logout ends all reservations.

        Raises:
            UnknownOperatorError: nobody has this id.
        """
        ...

    async def renew_leases(self, operators: Sequence[str]) -> int:
        """Make the reservations of operators sure for a whole lease from now on; gives until when, in epoch ms.

        One that has run out and that nobody has taken is still its operator's.
        """
        ...

    async def set_groups(self, operator: str, groups: Sequence[str]) -> AgentStatus:
        """Note the groups an operator is logged into.

        Raises:
            InvalidArgumentError: the operator may not use one of them.
        """
        ...

    async def require(self, operator: str, contact_id: str, action: Action) -> None:
        """Make sure that a contact at the operator's desk allows an action now.

        Raises:
            UnknownContactError: it is not at this desk.
            ConflictError: it does not.
        """
        ...

    async def set_call_data(self, operator: str, contact_id: str, call_data: str) -> None:
        """Merge CallData text into a contact's.

        Raises:
            UnknownContactError: it is not at this desk.
            InvalidArgumentError, TooLargeError: the text is not CallData.
        """
        ...

    async def end_offline(self, operator: str, contact_id: str) -> None:
        """End a contact's after-call work, or arm that while it is online; one that has just left is no error.

        Raises:
            UnknownContactError: it was never at this desk.
            ConflictError: it is not begun yet.
        """
        ...

    async def claim_signature(self, digest: str, forget_at: int) -> bool:
        """Note a signature of the telephone system; gives False when it is noted already.

        Args:
            forget_at: from when on it need not be remembered, in epoch ms.
        """
        ...

    async def purge_signatures(self) -> int:
        """Forget the signatures that need not be remembered any more; gives how many."""
        ...

    async def begun(self, operator: str, contact_id: str, begun_with: BegunWith) -> None:
        """Note what a call was begun with, for the contact as which it will be reported.

        One that is at the operator's desk already gets it at once, as a change of its data. One that comes later has it
        from its first event on.

        Args:
            contact_id: what the telephone system has answered.
        """
        ...

    async def require_ecid(self, ecid: str) -> None:
        """Make sure that a contact has the ECID.

        Raises:
            UnknownEcidError: none has.
        """
        ...

    async def claim(self, operator: str, key: str, content_hash: str) -> ClaimRecord:
        """Claim an operation's key, or give what is known of it."""
        ...

    async def settle(self, operator: str, key: str, answer: str | None) -> None:
        """Keep an operation's answer; None lets the key go again."""
        ...

    async def booked(self, query: SlotQuery, start: int, end: int) -> dict[int, int]:
        """Count what is booked, by the beginning of the slot.

        Raises:
            UnknownEcidError, InvalidArgumentError: there is no such ECID or agent.
        """
        ...

    async def book(self, command: BookCommand) -> int:
        """Book a slot, once for the same contact and moment; gives how many it takes after that.

        Raises:
            ConflictError: it is full.
            UnknownEcidError, InvalidArgumentError: there is no such ECID or agent.
        """
        ...

    async def purge(self, before: Retention) -> int:
        """Forget what is old; gives how many rows."""
        ...
