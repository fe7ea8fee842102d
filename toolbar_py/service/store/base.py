"""The store's interface: what the service asks of it, in the contract's words, and the values that go in and out.

Every method is one transaction. Moments are epoch ms; the store reads them from the clock it was given.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from toolbar_py.service.domain.outcomes import OutcomeRule
from toolbar_py.service.domain.reservation import Access, Reservation
from toolbar_py.service.errors import SetupError
from toolbar_py.service.store.deskbase import DeskStore
from toolbar_py.service.store.duebase import Dialling
from toolbar_py.wire.contacts import (
    Appointment,
    Attempt,
    ContactState,
    FieldValue,
    ImportedContact,
    Label,
    Outcome,
    SearchRequest,
)
from toolbar_py.wire.profile import MacroActivityOutcomes
from toolbar_py.wire.texts import Locale

Clock = Callable[[], int]
"""Gives the present moment in epoch ms."""


class StoreError(SetupError):
    """Something is wrong with the store itself."""


class StoreUnavailableError(StoreError):
    """The database cannot be reached, read, written or locked just now."""


class StoreVersionError(StoreError):
    """The database was made by a newer version of this program."""


class UnknownMacroActivityError(StoreError):
    """No macro activity has this code.

    Args:
        code: what was asked for.
        known: the codes there are.
    """

    def __init__(self, code: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no macro activity {code}; there are {', '.join(known)}")
        self.known = list(known)


class UnknownOperatorError(StoreError):
    """No operator has this id."""


class ScriptKind(StrEnum):
    """How an operator came to a contact."""

    PREVIEW = "preview"
    MANUAL = "manual"
    INBOUND = "inbound"


class Nature(NamedTuple):
    """How a contact came to a desk, in the words of its events (contract section 4)."""

    type: str
    media_type: str
    job_type: str


class Role(StrEnum):
    """What an operator may do."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the operator and the login session."""

    operator: str
    session: str


@dataclass(frozen=True, slots=True)
class OpenCommand:
    """Open the script of an existing ECID."""

    caller: Caller
    ecid: str
    contact_id: str | None
    is_manual: bool


@dataclass(frozen=True, slots=True)
class OpenInboundCommand:
    """Open a new script for an inbound contact, or the one it already has.

    Args:
        phone_number: the customer's; None is what the contact at the desk has, so with ``fields`` and ``dnis``.
        dnis: the number that was called.
    """

    caller: Caller
    contact_id: str
    phone_number: str | None
    fields: Sequence[FieldValue] | None
    dnis: str | None = None


@dataclass(frozen=True, slots=True)
class SaveCommand:
    """Save a script with an outcome.

    Args:
        key: the ``Idempotency-Key``.
        content_hash: of everything that was asked, to tell a repetition from a reused key.
    """

    caller: Caller
    key: str
    content_hash: str
    contact_id: str | None
    ecid: str | None
    outcome: str
    offline_end: bool
    note: str
    labels: Sequence[Label]


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """A contact with all that belongs to it.

    Args:
        script_contact_id: the ContactID of the asking operator's latest script, or "".
        script_kind: of the latest script, the asking operator's before anybody else's.
        nature: how the contact of that script came to the desk, if it was at one.
    """

    ecid: str
    macro_activity: str
    campaign: str
    phone_number: str
    state: ContactState
    reservation: Reservation
    script_contact_id: str
    script_kind: ScriptKind
    fields: Sequence[FieldValue]
    attempts: Sequence[Attempt]
    outcomes: Sequence[Outcome]
    appointments: Sequence[Appointment] = ()
    nature: Nature | None = None


@dataclass(frozen=True, slots=True)
class OpenedRecord:
    """What opening a script gave."""

    contact: ContactRecord
    access: Access


@dataclass(frozen=True, slots=True)
class SavedRecord:
    """The answer of a save.

    Args:
        text: the JSON text, the same for every repetition with the same key.
        replayed: whether this was a repetition.
        ecid: what was saved, and for which contact; only the first time.
    """

    text: str
    replayed: bool
    ecid: str = ""
    contact_id: str = ""


@dataclass(frozen=True, slots=True)
class OperatorRecord:
    """An operator and the profile."""

    id: str
    role: Role
    locale: Locale
    password_hash: str | None
    script_enabled: bool
    save_without_reservation: bool
    inbound_macro_activity: str


@dataclass(frozen=True, slots=True)
class MacroActivityRecord:
    """A macro activity to create: the parent of campaigns.

    Args:
        ecid_prefix: the first three parts of the ECIDs that are generated for it; None has one made.
    """

    code: str
    name: str
    ecid_prefix: str | None = None
    own_outcomes: Sequence[OutcomeRule] = ()


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One good row of an import. ``row`` is its number in the file."""

    row: int
    contact: ImportedContact


class Store(Protocol):
    """What the service asks of its database."""

    @property
    def desks(self) -> DeskStore:
        """The part that knows the desks."""
        ...

    @property
    def dialling(self) -> Dialling:
        """The part that knows who is to be called."""
        ...

    async def open(self) -> None:
        """Make the store ready: migrate it and see to it that the built-in macro activity exists."""
        ...

    async def close(self) -> None:
        """Finish what runs and let go of the database."""
        ...

    async def check(self) -> None:
        """Make sure that the database answers and is migrated.

        Raises:
            StoreError: it does not, or is not.
        """
        ...

    async def open_script(self, command: OpenCommand) -> OpenedRecord:
        """Open a script and reserve its ECID, if it may be.

        Raises:
            UnknownEcidError: no contact has the ECID.
        """
        ...

    async def open_inbound(self, command: OpenInboundCommand) -> OpenedRecord:
        """Open the script of an inbound contact, making a contact for it the first time.

        Raises:
            UnknownContactError: the contact is at another operator's desk.
            UnknownOperatorError: the operator has no profile.
        """
        ...

    async def save_script(self, command: SaveCommand) -> SavedRecord:
        """Save a script: attempt, end of the reservation, what follows for the ECID and the answer, or nothing.

        Raises:
            ToolbarError: as contract section 3 says.
            UnknownOperatorError: the operator has no profile.
        """
        ...

    async def contact(self, ecid: str, operator: str) -> ContactRecord:
        """Give a contact as the operator sees it.

        Raises:
            UnknownEcidError: no contact has the ECID.
        """
        ...

    async def search(self, request: SearchRequest, limit: int) -> tuple[list[dict[str, str]], bool]:
        """Find contacts; gives at most ``limit`` rows and whether there were more."""
        ...

    async def operator(self, operator: str) -> OperatorRecord | None:
        """Give an operator, or None."""
        ...

    async def add_operators(self, operators: Sequence[OperatorRecord]) -> int:
        """Register those who are not known yet; gives how many were new. Known ones stay as they are."""
        ...

    async def complete_operators(self, operators: Sequence[OperatorRecord]) -> None:
        """Register those who are not known yet, and give the profile to those who have no password so far."""
        ...

    async def macro_activities(self) -> list[MacroActivityOutcomes]:
        """Give all macro activities with their outcomes."""
        ...

    async def add_macro_activity(self, activity: MacroActivityRecord) -> bool:
        """Create a macro activity with the built-in outcomes and its own; gives False when it exists already."""
        ...

    async def require_macro_activity(self, code: str) -> None:
        """Make sure that a macro activity exists.

        Raises:
            UnknownMacroActivityError: it does not.
        """
        ...

    async def import_rows(self, macro_activity: str, campaign: str, rows: Sequence[ImportRow]) -> list[ImportRow]:
        """Insert a batch of contacts; gives the rows whose ECID exists already, which were left out."""
        ...

    async def purge_saves(self, before: int) -> int:
        """Forget the answers of saves made before a moment; gives how many."""
        ...
