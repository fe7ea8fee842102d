"""Imports contacts from a file: checked as a whole first, then inserted in short transactions."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from toolbar_py.service.datafolder import DataFolder
from toolbar_py.service.importfiles import Format, ReadRow, read_rows
from toolbar_py.service.settings import Settings
from toolbar_py.service.store.base import ImportRow, MacroActivityRecord, Store
from toolbar_py.wire.contacts import ImportReport, RejectedRow
from toolbar_py.wire.errors import ConflictError, ToolbarError
from toolbar_py.wire.texts import Locale, sentence

REJECTED_LISTED = 10_000
"""How many rejected rows a report lists; it counts them all."""

_BATCH = 200
"""Rows per transaction: an operator's save waits for one batch at most, some tens of milliseconds."""

Progress = Callable[[int, int], None]
"""Is told how many rows are done, of how many."""


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What to import.

    Args:
        file: open for reading at its beginning.
        macro_activity: where the contacts go.
        campaign: of the rows that name none.
        locale: of the report's messages.
        create: whether to make the macro activity when it does not exist.
    """

    file: IO[bytes]
    form: Format
    macro_activity: str
    campaign: str = ""
    locale: Locale = "en"
    create: bool = False


class Importer:
    """Imports into a store, one file at a time: a second one would only make the first slower."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turn = asyncio.Lock()

    async def run(self, order: ImportOrder, progress: Progress | None = None) -> ImportReport:
        """Import a file.

        Args:
            progress: is called from time to time while rows are inserted.

        Returns:
            the report; rows that are wrong or whose ECID exists are in it, and only they were left out.

        Raises:
            UnknownMacroActivityError: no macro activity has this code; nothing was changed.
            InvalidArgumentError: the file itself is broken; nothing was changed.
        """
        if not order.create:
            await self._store.require_macro_activity(order.macro_activity)
        async with self._turn:
            rejected = _Rejected(order.locale)
            read = await asyncio.to_thread(_check, order, rejected)
            if order.create:
                activity = MacroActivityRecord(code=order.macro_activity, name=order.macro_activity)
                await self._store.add_macro_activity(activity)
            rows = _good_rows(order)
            done = rejected.count
            while batch := await asyncio.to_thread(_take, rows):
                for row in await self._store.import_rows(order.macro_activity, order.campaign, batch):
                    error = ConflictError(reason="ecid_exists", ecid=row.contact.ecid)
                    rejected.add(row.row, row.contact.ecid or "", error)
                done += len(batch)
                if progress is not None:
                    progress(done, read)
        return ImportReport(
            macro_activity=order.macro_activity,
            read=read,
            imported=read - rejected.count,
            rejected=rejected.count,
            rejected_rows=rejected.listed(),
        )


class _Rejected:
    def __init__(self, locale: Locale) -> None:
        self.count = 0
        self._locale: Locale = locale
        self._rows: list[RejectedRow] = []

    def add(self, number: int, ecid: str, error: ToolbarError) -> None:
        self.count += 1
        if len(self._rows) < REJECTED_LISTED:
            message = sentence(error, self._locale)
            self._rows.append(RejectedRow(row=number, ecid=ecid, code=error.code.value, message=message))

    def listed(self) -> list[RejectedRow]:
        return sorted(self._rows, key=lambda row: row.row)


def _check(order: ImportOrder, rejected: _Rejected) -> int:
    """Read the whole file before anything is inserted; gives the number of rows."""
    read = 0
    for row in _rows(order):
        read += 1
        if row.error is not None:
            rejected.add(row.number, row.ecid, row.error)
    return read


def _good_rows(order: ImportOrder) -> Iterator[ImportRow]:
    return (ImportRow(row.number, row.contact) for row in _rows(order) if row.contact is not None)


def _rows(order: ImportOrder) -> Iterator[ReadRow]:
    order.file.seek(0)
    return read_rows(order.file, order.form)


def _take(rows: Iterator[ImportRow]) -> list[ImportRow]:
    return list(islice(rows, _BATCH))


async def import_file(
    settings: Settings, path: Path, macro_activity: str, campaign: str, *, create: bool, progress: Progress
) -> ImportReport:
    """Import a file into a data folder, also while a service runs on it.

    Args:
        path: ends in ``.csv`` or ``.json``.
        create: whether to make the macro activity when it does not exist.

    Raises:
        SetupError: the data folder cannot be used, or the macro activity does not exist.
        ToolbarError: the file or an argument is broken; nothing was changed.
    """
    order_form = Format.JSON if path.suffix.lower() == ".json" else Format.CSV
    store = DataFolder(settings).store()
    try:
        await store.open()
        with path.open("rb") as file:
            order = ImportOrder(file, order_form, macro_activity, campaign, create=create)
            return await Importer(store).run(order, progress)
    finally:
        await store.close()
