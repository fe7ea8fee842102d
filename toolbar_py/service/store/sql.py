"""The store in SQL."""

from collections.abc import Sequence

from sqlalchemy import delete

from toolbar_py.service.store import migrate
from toolbar_py.service.store.activities import DEFAULT, Activities
from toolbar_py.service.store.base import (
    Clock,
    ContactRecord,
    ImportRow,
    MacroActivityRecord,
    OpenCommand,
    OpenedRecord,
    OpenInboundCommand,
    OperatorRecord,
    SaveCommand,
    SavedRecord,
    StoreVersionError,
    UnknownOperatorError,
)
from toolbar_py.service.store.database import Database
from toolbar_py.service.store.deskbase import Announce
from toolbar_py.service.store.dialect import Dialect
from toolbar_py.service.store.dialling import SqlDialling
from toolbar_py.service.store.importing import Importing
from toolbar_py.service.store.opening import Opening
from toolbar_py.service.store.operators import add_operators, complete_operators, find_operator
from toolbar_py.service.store.reading import find_contact, latest_script, read_contact
from toolbar_py.service.store.saving import Saving
from toolbar_py.service.store.scripting import Scripting
from toolbar_py.service.store.searching import search
from toolbar_py.service.store.sqldesks import SqlDesks
from toolbar_py.service.store.tables import saves
from toolbar_py.wire.contacts import SearchRequest
from toolbar_py.wire.profile import MacroActivityOutcomes


class SqlStore:
    """:class:`toolbar_py.service.store.base.Store` over SQLAlchemy.

    Args:
        dialect: which database.
        clock: gives epoch ms.
        lease_ms: how long a reservation is sure.
        announce: is told what each commit changed at desks.
    """

    def __init__(
        self, dialect: Dialect, clock: Clock, lease_ms: int, announce: Announce = lambda _changes: None
    ) -> None:
        self._dialect = dialect
        self._clock = clock
        self._database = Database(dialect)
        self._activities = Activities(dialect, clock)
        self._desks = SqlDesks(self._database, self._activities, clock, lease_ms, announce)
        self._scripting = Scripting(
            Opening(dialect, self._activities, lease_ms), Saving(self._activities), self._desks.handling
        )
        self._importing = Importing(dialect)

    @property
    def desks(self) -> SqlDesks:
        """The part that knows the desks."""
        return self._desks

    @property
    def dialling(self) -> SqlDialling:
        """The part that knows who is to be called."""
        return SqlDialling(self._database, self._clock)

    async def open(self) -> None:
        """Migrate, and see to it that the built-in macro activity exists."""
        await self._database.prepare()
        await self._database.write(lambda connection: migrate.migrate(connection, self._dialect))
        await self.add_macro_activity(DEFAULT)

    async def close(self) -> None:
        """Finish what runs and close every connection."""
        self._database.close()

    async def check(self) -> None:
        """Make sure that the database answers and is migrated."""
        found = await self._database.read(migrate.version)
        if found != migrate.HEAD:
            raise StoreVersionError(f"the database has schema {found}, not {migrate.HEAD}")

    async def open_script(self, command: OpenCommand) -> OpenedRecord:
        """Open a script and reserve its ECID, if it may be."""
        return await self._desks.change(lambda turn: self._scripting.open_script(turn, command))

    async def open_inbound(self, command: OpenInboundCommand) -> OpenedRecord:
        """Open the script of an inbound contact."""
        return await self._desks.change(lambda turn: self._scripting.open_inbound(turn, command))

    async def save_script(self, command: SaveCommand) -> SavedRecord:
        """Save a script, or give the answer that its key got before."""
        return await self._desks.change(lambda turn: self._scripting.save_script(turn, command))

    async def contact(self, ecid: str, operator: str) -> ContactRecord:
        """Give a contact as the operator sees it."""
        return await self._database.read(
            lambda connection: read_contact(
                connection,
                find_contact(connection, ecid),
                operator,
                latest_script(connection, ecid, operator),
                self._activities,
            )
        )

    async def search(self, request: SearchRequest, limit: int) -> tuple[list[dict[str, str]], bool]:
        """Find contacts by their fields."""
        return await self._database.read(lambda connection: search(connection, request, limit))

    async def operator(self, operator: str) -> OperatorRecord | None:
        """Give an operator, or None."""
        try:
            return await self._database.read(lambda connection: find_operator(connection, operator))
        except UnknownOperatorError:
            return None

    async def add_operators(self, operators: Sequence[OperatorRecord]) -> int:
        """Register those who are not known yet."""
        return await self._database.write(lambda connection: add_operators(connection, self._dialect, operators))

    async def complete_operators(self, operators: Sequence[OperatorRecord]) -> None:
        """Register those who are not known yet, and give the profile to those without a password."""
        await self._database.write(lambda connection: complete_operators(connection, self._dialect, operators))

    async def macro_activities(self) -> list[MacroActivityOutcomes]:
        """Give all macro activities with their outcomes."""
        return await self._database.read(self._activities.all)

    async def add_macro_activity(self, activity: MacroActivityRecord) -> bool:
        """Create a macro activity, unless it exists."""
        return await self._database.write(lambda connection: self._activities.add(connection, activity))

    async def require_macro_activity(self, code: str) -> None:
        """Make sure that a macro activity exists."""
        await self._database.read(lambda connection: self._activities.require(connection, code))

    async def import_rows(self, macro_activity: str, campaign: str, rows: Sequence[ImportRow]) -> list[ImportRow]:
        """Insert a batch of contacts."""
        return await self._database.write(
            lambda connection: self._importing.import_rows(connection, macro_activity, campaign, rows, self._clock())
        )

    async def purge_saves(self, before: int) -> int:
        """Forget the answers of old saves."""
        statement = delete(saves).where(saves.c.saved_at < before)
        return await self._database.write(lambda connection: connection.execute(statement).rowcount)
