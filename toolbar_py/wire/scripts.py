"""Opening and saving scripts: what the page sends, what easyCIM answers (contract sections 3 and 5)."""

from typing import Annotated, Literal

from pydantic import Field

from toolbar_py.wire.base import (
    CALL_DATA_MAX,
    LABELS_MAX,
    ContactId,
    Ecid,
    NoteText,
    OutcomeText,
    RequestModel,
    ShortText,
    WireModel,
)
from toolbar_py.wire.contacts import Attempt, ContactInfo, FieldValue, Label, Outcome
from toolbar_py.wire.errors import Code


class OpenRequest(RequestModel):
    """``POST /scripts/open``. ``contact_id`` is absent for work that no telephone contact belongs to yet."""

    contact_id: ContactId | None = None
    ecid: Ecid
    is_manual: bool = False


class OpenInboundRequest(RequestModel):
    """``POST /scripts/open-inbound``."""

    contact_id: ContactId
    ani: ShortText | None = None
    dnis: ShortText | None = None
    call_data: Annotated[str, Field(max_length=CALL_DATA_MAX)] | None = None


class OpenAnswer(WireModel):
    """The answer of ``openScript`` and ``openScriptInbound`` when the script could be opened, be it only to read.

    ``read_only`` and ``terminated`` are true or absent, never false: a page in production goes on only if
    ``terminated != false``.
    """

    result: Literal[True] = True
    read_only: Literal[True] | None = None
    reserved_by: str | None = None
    terminated: Literal[True] | None = None
    ecid: str
    contact_id: str
    macro_activity: str
    campaign: str
    phone_number: str
    lease_until: int | None = None
    list_field_value_list: list[FieldValue]
    outcomes: list[Outcome]


class OpenedScript(WireModel):
    """What easyCIM gives for an opened script: the page's answer, and the contact for its local instance."""

    answer: OpenAnswer
    contact_info: ContactInfo


class OpenRefusal(WireModel):
    """The answer of ``openScript`` and ``openScriptInbound`` when something went wrong.

    The list is there because pages iterate over it whatever the result.
    """

    result: Literal[False] = False
    error: str
    error_code: Code
    retryable: bool
    ecid: str | None = None
    contact_id: str | None = None
    list_field_value_list: list[FieldValue] = []


class InfoRefusal(WireModel):
    """The answer of ``getContactInfo`` and ``getContactInfoWS`` when something went wrong."""

    error: str
    error_code: Code
    retryable: bool


class SaveRequest(RequestModel):
    """``POST /scripts/save``.

    One of ``contact_id`` and ``ecid`` is needed; ``contact_id`` may hold an ECID (section 3).
    """

    contact_id: ContactId | None = None
    ecid: Ecid | None = None
    outcome: OutcomeText
    offline_end: bool = False
    note: NoteText = ""
    labels: Annotated[list[Label], Field(max_length=LABELS_MAX)] = []


class SaveAnswer(WireModel):
    """The answer of ``saveScript``. ``saved_at`` in epoch ms.

    ``delivered`` is false when the save is journaled in the browser and easyCIM has not confirmed it yet (section 6).
    """

    result: Literal[True] = True
    operation_id: str
    ecid: str
    contact_id: str
    outcome: str
    final: bool
    terminated: bool
    offline_end: bool
    saved_at: int
    delivered: bool


class SavedScript(WireModel):
    """What easyCIM gives for a save: the page's answer, and the attempt for its local instance."""

    answer: SaveAnswer
    attempt: Attempt
