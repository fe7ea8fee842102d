"""CallData text (``A=1;B=2``) as fields of a contact (contract sections 3 and 4)."""

from pydantic import ValidationError

from toolbar_py.wire.base import FIELDS_MAX
from toolbar_py.wire.contacts import FieldValue
from toolbar_py.wire.errors import TooLargeError
from toolbar_py.wire.problems import error_from_details, invalid


def fields_from_call_data(text: str) -> list[FieldValue]:
    """Read CallData into fields, in its order; of a name that comes twice the last value counts, as in the toolbar.

    A part without ``=`` belongs to the value before it: an IVR cannot escape a semicolon, and refusing the whole
    would leave the operator in a call without a script.

    Raises:
        InvalidArgumentError: it does not begin with a name and ``=``, or a name is empty.
        TooLargeError: more fields, or a longer name or value, than a contact may have.
    """
    values: dict[str, str] = {}
    name = None
    for part in text.split(";"):
        if "=" in part:
            name, value = part.split("=", 1)
            name = name.strip()
            if not name:
                raise invalid("callData", "rule", reason="name=value;name=value")
            values.pop(name, None)
            values[name] = value
        elif name is not None:
            values[name] += f";{part}" if part else ""
        elif part.strip():
            raise invalid("callData", "rule", reason="name=value;name=value")
    if len(values) > FIELDS_MAX:
        raise TooLargeError(argument="callData", max=FIELDS_MAX, unit="entries")
    return [_field(name, value) for name, value in values.items()]


def _field(name: str, value: str) -> FieldValue:
    try:
        return FieldValue(field_name=name, categorized_field_key_code=name, value=value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise error_from_details([{**each, "loc": ("callData", *each["loc"])} for each in found]) from None
