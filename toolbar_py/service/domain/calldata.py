"""CallData as fields of a contact: what the IVR told becomes what the script shows (contract section 3)."""

from toolbar_py.wire.calldata import parse
from toolbar_py.wire.contacts import FieldValue


def fields_from_call_data(text: str) -> list[FieldValue]:
    """Read CallData text into fields, in its order.

    Raises:
        InvalidArgumentError, TooLargeError: see :func:`toolbar_py.wire.calldata.parse`.
    """
    return [
        FieldValue(field_name=entry.name, categorized_field_key_code=entry.name, value=entry.value)
        for entry in parse(text, "callData")
    ]
