"""The seam to a telephone system: one adapter below (simulator, webhook), one switchboard above.

An adapter reports what happens through the :class:`Switchboard`, which holds every report against the life of a
contact, keeps the desks and numbers the events. What operators want goes the other way, to the adapter; the
switchboard has made sure by then that it is allowed.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from toolbar_py.service.domain.deskwork import BegunWith
from toolbar_py.wire.actions import CallRequest, CtiReceipt, CtiReport
from toolbar_py.wire.phases import Action
from toolbar_py.wire.telephony import DeskSnapshot, Presence


@dataclass(frozen=True, slots=True)
class ActionCommand:
    """What an operator wants done with a contact at the desk.

    Args:
        parameters: what the action takes, by the names of its wire model: ``dtmfs``, ``destination`` ...
        key: of the request; the same key is to have one effect. None when it came without.
        repeated: whether the telephone system may have been asked with the key before, and nobody knows what came of
            it. Then the contact may be in any phase: perhaps by this very action.
    """

    agent: str
    contact_id: str
    action: Action
    parameters: dict[str, str]
    key: str | None = None
    repeated: bool = False


class TelephoneSystem(Protocol):
    """What the service asks of a telephone system. Every method returns when the request has been accepted.

    Whatever is raised says by its ``outcome_known`` whether the request, or an earlier one of its key, may have had its
    effect all the same.
    """

    async def start(self, switchboard: "Switchboard") -> None:
        """Begin to report to a switchboard; called once, before anything else."""
        ...

    async def stop(self) -> None:
        """Report nothing any more and let go of everything."""
        ...

    async def set_presence(self, agent: str, presence: Presence, code: str | None, key: str | None = None) -> None:
        """Tell that an operator has logged in, pauses or leaves.

        Args:
            key: of the operator's request; the same key is to have one effect. None when it came without.

        Raises:
            ToolbarError: the telephone system refuses it.
        """
        ...

    async def begin(self, agent: str, request: CallRequest, key: str, *, repeated: bool = False) -> str:
        """Begin a contact with a customer; gives its ContactID.

        Args:
            key: of the operator's request; the same key is to begin one contact.
            repeated: whether the key may have begun one already; see :class:`ActionCommand`.

        Raises:
            ToolbarError: the telephone system refuses it.
        """
        ...

    async def act(self, command: ActionCommand) -> None:
        """Do something with a contact.

        Raises:
            ToolbarError: the telephone system refuses it.
        """
        ...


class Switchboard(Protocol):
    """Where an adapter reports, and what it may know."""

    async def report(self, report: CtiReport) -> CtiReceipt:
        """Take one event: it changes the desk and reaches the operator's pages, or it is refused and changes nothing.

        Raises:
            ConflictError: it cannot follow on what was.
            InvalidArgumentError: the first event of a contact lacks what later ones may leave out.
            UnknownContactError: the operator is not known, or the contact is at another's desk.
        """
        ...

    async def begun(self, agent: str, contact_id: str, begun_with: BegunWith) -> None:
        """Have a contact that an operator has begun get what it was begun with, from its first event on or now.

        For systems whose reports need not repeat it; what they do report goes before it.
        """
        ...

    async def desk(self, agent: str) -> DeskSnapshot:
        """Give an operator's desk as it stands.

        Raises:
            UnknownOperatorError: nobody has this id.
        """
        ...

    def watch(self, changed: Callable[[str], Awaitable[None]]) -> None:
        """Have a function told the operator's id whenever something changed at a desk, after it did."""
        ...
