"""The base model and the bounded texts from which every message is made.

Every text and list that can reach us has an upper bound here (contract section 3), so that a hostile or broken
page can neither grow the Wasm heap, which never shrinks, nor the database.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel

ECID_MAX = 64
CONTACT_ID_MAX = 128
NOTE_MAX = 4_000
LABELS_MAX = 50
LABEL_NAME_MAX = 100
LABEL_VALUE_MAX = 1_000
OUTCOME_MAX = 200
CALL_DATA_MAX = 8_000
CALL_DATA_TOTAL_MAX = 32_000
"""Of a contact's CallData, names and values together: every event of the contact carries all of it."""
FIELDS_MAX = 200
FIELD_VALUE_MAX = 2_000
SHORT_MAX = 200

# PostgreSQL cannot store NUL in text; refusing it everywhere keeps the two databases interchangeable.
_NO_NUL = r"^[^\x00]*$"
# Identifiers: no control characters, and something in them that is not white space.
_IDENTIFIER = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"

Ecid = Annotated[str, StringConstraints(min_length=1, max_length=ECID_MAX, pattern=_IDENTIFIER)]
ContactId = Annotated[str, StringConstraints(min_length=1, max_length=CONTACT_ID_MAX, pattern=_IDENTIFIER)]
OperatorId = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=_IDENTIFIER)]
# Pages pass an option's text, with the white space around it (contract section 3).
OutcomeText = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=OUTCOME_MAX, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$", strip_whitespace=True
    ),
]
NoteText = Annotated[str, StringConstraints(max_length=NOTE_MAX, pattern=_NO_NUL)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=LABEL_NAME_MAX, pattern=_IDENTIFIER)]
LabelValue = Annotated[str, StringConstraints(max_length=LABEL_VALUE_MAX, pattern=_NO_NUL)]
FieldText = Annotated[str, StringConstraints(max_length=FIELD_VALUE_MAX, pattern=_NO_NUL)]
ShortText = Annotated[str, StringConstraints(max_length=SHORT_MAX, pattern=_NO_NUL)]
IdempotencyKey = Annotated[str, StringConstraints(min_length=16, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]


class WireModel(BaseModel):
    """A message, or a part of one: immutable, camelCase in JSON, snake_case in Python.

    Unknown members are ignored, so that either side can learn a new one before the other does.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,  # notes and CallData must not reach a log through an error text
    )

    def to_json(self) -> str:
        """Give the message as JSON text, leaving out every member that is ``None``.

        "Left out otherwise" is part of the contract: a page in production goes on only if ``terminated != false``,
        which an explicit ``false`` or ``null`` would break (section 3).
        """
        return self.model_dump_json(exclude_none=True)


class RequestModel(WireModel):
    """A message that somebody else wrote: types are not coerced and unknown members are refused by name."""

    model_config = ConfigDict(strict=True, extra="forbid")
