"""CallData as fields of a contact: what the IVR told becomes what the script shows (contract section 3)."""

from collections.abc import Iterable

from toolbar_py.wire.calldata import parse
from toolbar_py.wire.contacts import FieldValue, NameValue


def fields_from_call_data(text: str) -> list[FieldValue]:
    """Read CallData text into fields, in its order.

    Raises:
        InvalidArgumentError, TooLargeError: see :func:`toolbar_py.wire.calldata.parse`.
    """
    return fields_of(parse(text, "callData"))


def fields_of(call_data: Iterable[NameValue]) -> list[FieldValue]:
    """Give CallData as fields, in its order."""
    return [
        FieldValue(field_name=entry.name, categorized_field_key_code=entry.name, value=entry.value)
        for entry in call_data
    ]


def with_dnis(fields: Iterable[FieldValue], dnis: str | None) -> list[FieldValue]:
    """Give fields with the number that was called, unless it is among them."""
    given = list(fields)
    if dnis and all(field.field_name != "dnis" for field in given):
        given.append(FieldValue(field_name="dnis", categorized_field_key_code="dnis", value=dnis))
    return given
