"""The rows of an import as contacts: what a CSV's columns mean, and what is wrong with a row (contract section 5).

CSV: the first row names the columns. ``ecid``, ``phoneNumber`` and ``campaign`` are what they say; every other column
is a field of that name and key code. JSON: a list of objects as :class:`toolbar_py.wire.contacts.ImportedContact`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from toolbar_py.wire.base import FIELDS_MAX
from toolbar_py.wire.contacts import ImportedContact
from toolbar_py.wire.errors import TooLargeError
from toolbar_py.wire.problems import error_from_details, error_from_validation, invalid

_OWN_COLUMNS = {"ecid": "ecid", "phonenumber": "phoneNumber", "campaign": "campaign"}
DELIMITERS = ",;\t"


def delimiter_of(header: str) -> str:
    """Guess how the columns are separated: by what the header row has most of. Italian spreadsheets write ``;``."""
    return max(DELIMITERS, key=header.count)


class Columns:
    """What the columns of a CSV mean.

    Args:
        header: the cells of the first row.

    Raises:
        InvalidArgumentError: a column has no name, or two have the same.
        TooLargeError: there are more fields than a contact may have.
    """

    def __init__(self, header: Sequence[str]) -> None:
        names = [cell.strip() for cell in header]
        names = [_OWN_COLUMNS.get(name.lower(), name) for name in names]
        for at, name in enumerate(names):
            if not name:
                raise invalid(f"column {at + 1}", "empty")
            if name in names[:at]:
                raise invalid(f"column {at + 1}", "rule", reason=f"the name {name[:100]} was used before")
        if len(names) > FIELDS_MAX + len(_OWN_COLUMNS):
            raise TooLargeError(argument="columns", max=FIELDS_MAX, unit="entries")
        self._names = names
        self._ecid_at = names.index("ecid") if "ecid" in names else None
        self._fields = [name for name in names if name not in _OWN_COLUMNS.values()]

    def ecid(self, cells: Sequence[str]) -> str:
        """Give the ECID that a row names, as far as it can be told; for the report."""
        if self._ecid_at is None or self._ecid_at >= len(cells):
            return ""
        return cells[self._ecid_at].strip()[:200]

    def contact(self, cells: Sequence[str]) -> ImportedContact:
        """Give the contact of a row.

        Raises:
            ToolbarError: naming the columns that are wrong.
        """
        if len(cells) != len(self._names):
            raise invalid("row", "rule", reason=f"{len(cells)} cells instead of {len(self._names)}")
        row = dict(zip(self._names, cells, strict=True))
        values: dict[str, Any] = {
            "ecid": row.get("ecid", "").strip() or None,
            "phoneNumber": row.get("phoneNumber", "").strip(),
            "campaign": row.get("campaign", "").strip() or None,
            "fields": [
                {"fieldName": name, "categorizedFieldKeyCode": name, "value": row[name]} for name in self._fields
            ],
        }
        try:
            return ImportedContact.model_validate(values)
        except ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
            raise error_from_details([{**each, "loc": self._column(each["loc"])} for each in details]) from None

    def _column(self, location: Sequence[int | str]) -> tuple[int | str, ...]:
        """Name the column instead of the place in the model."""
        match location:
            case ("fields", int(at), *_):
                return (self._fields[at],)
            case _:
                return tuple(location)


def contact_from_json(value: object) -> ImportedContact:
    """Give the contact of an object in a JSON list.

    Raises:
        ToolbarError: naming the members that are wrong.
    """
    try:
        return ImportedContact.model_validate(value)
    except ValidationError as error:
        raise error_from_validation(error) from None


def ecid_in(value: object) -> str:
    """Give the ECID that a rejected row names, as far as it can be told; for the report."""
    if isinstance(value, Mapping):
        ecid: object = value.get("ecid")  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        return ecid[:200] if isinstance(ecid, str) else ""
    return ""
