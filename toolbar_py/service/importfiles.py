"""Reads import files row by row: CSV, or a JSON list, never more than one row in memory."""

import csv
import io
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import IO

import ijson

from toolbar_py.service.domain.rows import Columns, contact_from_json, delimiter_of, ecid_in
from toolbar_py.wire.contacts import ImportedContact
from toolbar_py.wire.errors import ToolbarError
from toolbar_py.wire.problems import invalid

_BOM = b"\xef\xbb\xbf"
_HEADER_MAX = 1 << 20


class Format(Enum):
    """What an import file may be."""

    CSV = "text/csv"
    JSON = "application/json"


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row of a file: a contact, or what is wrong with it.

    Args:
        number: counts from 1 and includes a CSV's header.
        ecid: what the row says, for the report.
    """

    number: int
    ecid: str
    contact: ImportedContact | None
    error: ToolbarError | None


def read_rows(file: IO[bytes], form: Format) -> Iterator[ReadRow]:
    """Give the rows of a file, good and bad.

    Args:
        file: open at its beginning; it stays open.

    Raises:
        InvalidArgumentError: while iterating, when the file itself is broken: no text, no list, no header.
    """
    return _csv_rows(file) if form is Format.CSV else _json_rows(file)


def _csv_rows(file: IO[bytes]) -> Iterator[ReadRow]:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        with _csv_faults():
            header = text.readline(_HEADER_MAX)
            text.seek(0)
            rows = csv.reader(text, delimiter=delimiter_of(header), strict=True)
            first = next(rows, None)
        if not first:
            raise invalid("file", "rule", reason="the first row must name the columns")
        columns = Columns(first)
        number = 1
        while True:
            with _csv_faults():
                cells = next(rows, None)
            if cells is None:
                return
            number += 1
            if cells:
                yield _read(number, columns.ecid(cells), lambda cells=cells: columns.contact(cells))
    finally:
        text.detach()


@contextmanager
def _csv_faults() -> Generator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        raise invalid("file", "rule", reason=f"not UTF-8 text ({error.reason})") from None
    except csv.Error as error:
        raise invalid("file", "rule", reason=f"not CSV ({error})") from None


def _json_rows(file: IO[bytes]) -> Iterator[ReadRow]:
    if file.read(len(_BOM)) != _BOM:
        file.seek(0)
    # ijson would take the member "item" of an object for the entries of a list.
    begin = file.tell()
    if file.read(_HEADER_MAX).lstrip()[:1] != b"[":
        raise invalid("file", "type", expected="list")
    file.seek(begin)
    values = ijson.items(file, "item", use_float=True)
    number = 0
    while True:
        try:
            value = next(values)
        except StopIteration:
            return
        except (ijson.JSONError, UnicodeDecodeError) as error:
            raise invalid("file", "json", reason=_first_line(error)) from None
        number += 1
        yield _read(number, ecid_in(value), lambda value=value: contact_from_json(value))


def _read(number: int, ecid: str, contact: Callable[[], ImportedContact]) -> ReadRow:
    try:
        return ReadRow(number, ecid, contact(), None)
    except ToolbarError as error:
        return ReadRow(number, ecid, None, error)


def _first_line(error: Exception) -> str:
    # The parser repeats the text around the fault in the lines after the first.
    return str(error).partition("\n")[0][:200]
