"""Inserts imported contacts, a batch at a time, so that no one waits long for the write lock."""

from collections.abc import Iterable

from sqlalchemy import Connection, insert

from toolbar_py.service.store.activities import Activities
from toolbar_py.service.store.base import ImportRow
from toolbar_py.service.store.dialect import Dialect
from toolbar_py.service.store.opening import next_ecid
from toolbar_py.service.store.rows import contact_row, field_rows
from toolbar_py.service.store.tables import contacts, fields


class Importing:
    """Imports contacts inside a transaction that may write."""

    def __init__(self, dialect: Dialect, activities: Activities) -> None:
        self._activities = activities
        self._insert = dialect.insert(contacts).on_conflict_do_nothing().returning(contacts.c.ecid)

    def import_rows(
        self, connection: Connection, macro_activity: str, campaign: str, rows: Iterable[ImportRow], now: int
    ) -> list[tuple[ImportRow, str]]:
        """See :meth:`toolbar_py.service.store.base.Store.import_rows`."""
        self._activities.require(connection, macro_activity)
        refused: list[tuple[ImportRow, str]] = []
        values: list[dict[str, object]] = []
        for row in rows:
            ecid = self._insert_contact(connection, macro_activity, campaign, row, now)
            if ecid is not None:
                values.extend(field_rows(ecid, row.contact.fields))
            else:
                refused.append((row, row.contact.ecid or ""))
        if values:
            connection.execute(insert(fields), values)
        return refused

    def _insert_contact(
        self, connection: Connection, macro_activity: str, campaign: str, row: ImportRow, now: int
    ) -> str | None:
        """Insert one contact; gives its ECID, or None when the row's own exists already."""
        while True:
            ecid = row.contact.ecid or next_ecid(connection, macro_activity)
            values = contact_row(
                ecid,
                macro_activity,
                now,
                campaign=campaign if row.contact.campaign is None else row.contact.campaign,
                phone_number=row.contact.phone_number,
            )
            if connection.execute(self._insert, values).first() is not None:
                return ecid
            if row.contact.ecid is not None:
                return None
