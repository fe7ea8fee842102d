"""Inserts imported contacts, a batch at a time, so that no one waits long for the write lock."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert

from toolbar_py.service.store.base import ImportRow
from toolbar_py.service.store.dialect import Dialect
from toolbar_py.service.store.opening import next_ecid
from toolbar_py.service.store.rows import contact_row, field_rows
from toolbar_py.service.store.tables import contacts, fields


class Importing:
    """Imports contacts inside a transaction that may write."""

    def __init__(self, dialect: Dialect) -> None:
        self._insert = dialect.insert(contacts).on_conflict_do_nothing().returning(contacts.c.ecid)

    def import_rows(
        self, connection: Connection, macro_activity: str, campaign: str, rows: Sequence[ImportRow], now: int
    ) -> list[ImportRow]:
        """See :meth:`toolbar_py.service.store.base.Store.import_rows`."""
        waiting = list(rows)
        refused: list[ImportRow] = []
        values: list[dict[str, object]] = []
        # A generated ECID that an import brought before is the only reason for a second round.
        while waiting:
            named: dict[str, ImportRow] = {}
            for row in waiting:
                ecid = row.contact.ecid or next_ecid(connection, macro_activity)
                if ecid in named:
                    refused.append(row)
                else:
                    named[ecid] = row
            inserted = self._insert_contacts(connection, macro_activity, campaign, named, now)
            for ecid in inserted:
                values += field_rows(ecid, named[ecid].contact.fields)
            left = [row for ecid, row in named.items() if ecid not in inserted]
            refused += [row for row in left if row.contact.ecid is not None]
            waiting = [row for row in left if row.contact.ecid is None]
        if values:
            connection.execute(insert(fields), values)
        return refused

    def _insert_contacts(
        self, connection: Connection, macro_activity: str, campaign: str, named: dict[str, ImportRow], now: int
    ) -> set[str]:
        """Insert contacts under their ECIDs; gives those that were not there before."""
        rows = [
            contact_row(
                ecid,
                macro_activity,
                now,
                campaign=campaign if row.contact.campaign is None else row.contact.campaign,
                phone_number=row.contact.phone_number,
            )
            for ecid, row in named.items()
        ]
        return set(connection.execute(self._insert, rows).scalars())
