"""CallData, the few facts that travel with a contact: text ``A=1;B=2``, in events ``[{name, value}]`` (section 4)."""

from collections.abc import Iterable

from pydantic import ValidationError

from toolbar_py.wire.base import CALL_DATA_TOTAL_MAX, FIELDS_MAX
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.errors import TooLargeError
from toolbar_py.wire.problems import error_from_details, invalid

ECID = "ECID"
"""The entry that ties a contact to an ECID."""


def parse(text: str, argument: str = "CallData") -> list[NameValue]:
    """Read CallData text, in its order; of a name that comes twice the last value counts.

    A part without ``=`` belongs to the value before it: an IVR cannot escape a semicolon, and refusing the whole
    would leave the operator in a call without a script.

    Args:
        argument: the name under which the caller knows the text.

    Raises:
        InvalidArgumentError: it does not begin with a name and ``=``, or a name is empty.
        TooLargeError: more entries, or a longer name or value, than allowed.
    """
    values: dict[str, str] = {}
    name = None
    for part in text.split(";"):
        if "=" in part:
            name, value = part.split("=", 1)
            name = name.strip()
            if not name:
                raise invalid(argument, "rule", reason="name=value;name=value")
            values.pop(name, None)
            values[name] = value
        elif name is not None:
            values[name] += f";{part}" if part else ""
        elif part.strip():
            raise invalid(argument, "rule", reason="name=value;name=value")
    return _entries(values, argument)


def merge(present: Iterable[NameValue], added: Iterable[NameValue], argument: str = "CallData") -> list[NameValue]:
    """Give CallData with entries added: those that are there keep their place and take the new value.

    Raises:
        TooLargeError: there would be too many, or too much in them together.
    """
    values = {entry.name: entry.value for entry in present}
    values.update((entry.name, entry.value) for entry in added)
    return _entries(values, argument)


def merge_what_fits(present: Iterable[NameValue], added: Iterable[NameValue]) -> list[NameValue]:
    """Give CallData with entries added, as :func:`merge`, without what is too much.

    For what must not fail because others have filled the CallData: the ECID stays before all, then what was there.
    """
    values = {entry.name: entry for entry in present}
    values.update((entry.name, entry) for entry in added)
    size = sum(_size(entry.name, entry.value) for entry in values.values())
    for name in [name for name in reversed(values) if name != ECID]:
        if len(values) <= FIELDS_MAX and size <= CALL_DATA_TOTAL_MAX:
            break
        size -= _size(name, values.pop(name).value)
    return list(values.values())


def value_of(call_data: Iterable[NameValue], name: str) -> str:
    """Give the last value under a name; ``""`` when there is none."""
    return next((entry.value for entry in reversed(list(call_data)) if entry.name == name), "")


def _entries(values: dict[str, str], argument: str) -> list[NameValue]:
    if len(values) > FIELDS_MAX:
        raise TooLargeError(argument=argument, max=FIELDS_MAX, unit="entries")
    try:
        entries = [NameValue(name=name, value=value) for name, value in values.items()]
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise error_from_details([{**each, "loc": (argument, *each["loc"])} for each in found]) from None
    if sum(_size(name, value) for name, value in values.items()) > CALL_DATA_TOTAL_MAX:
        raise TooLargeError(argument=argument, max=CALL_DATA_TOTAL_MAX, unit="characters")
    return entries


def _size(name: str, value: str) -> int:
    return len(name) + len(value)
