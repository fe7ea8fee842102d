"""Contacts as easyCIM knows them: ContactInfo, outcomes, attempts, search and import (contract sections 3 and 5)."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field

from toolbar_py.wire.base import (
    FIELDS_MAX,
    Ecid,
    FieldText,
    LabelValue,
    Name,
    NoteText,
    OperatorId,
    RequestModel,
    ShortText,
    WireModel,
)

SEARCH_CRITERIA_MAX = 20
SEARCH_ROWS_MAX = 1_000
REGEXP_MAX = 200


class OutcomeKind(StrEnum):
    """What an outcome does to the ECID: the first two reschedule it, the others close it (section 3)."""

    PARTIAL = "PARTIAL"
    APPOINTMENT = "APPOINTMENT"
    NOT_USEFUL = "NOT_USEFUL"
    POSITIVE = "POSITIVE"
    NEGATIVE = "NEGATIVE"


class ContactState(StrEnum):
    """Where a contact stands in its campaign."""

    NEW = "NEW"
    SCHEDULED = "SCHEDULED"
    RESERVED = "RESERVED"
    CLOSED = "CLOSED"


class Outcome(WireModel):
    """An outcome that a macro activity allows."""

    code: Name
    label: Name
    kind: OutcomeKind
    final: bool


class FieldValue(WireModel):
    """One field of a contact, e.g. ``campaignMemberId``."""

    field_name: Name
    categorized_field_key_code: ShortText
    value: FieldText


class NameValue(WireModel):
    """A name and its value, as in CallData."""

    name: Name
    value: FieldText


class Label(WireModel):
    """One structured annotation of an outcome."""

    name: Name
    value: LabelValue


class Attempt(WireModel):
    """An outcome that was recorded for a contact. ``at`` in epoch ms."""

    at: int
    agent: OperatorId
    outcome: str
    note: NoteText
    labels: list[Label]
    duration_sec: int


class Appointment(WireModel):
    """An agreed moment to call again. ``at`` in epoch ms."""

    at: int
    kind: str
    agent: OperatorId


class CustomerInfo(WireModel):
    """The contact's fields in the nested shape that some pages read."""

    list_field_value_list: list[FieldValue]


class ContactInfo(WireModel):
    """All that is known of a contact: a superset of the three shapes that pages were seen to read (section 3)."""

    ecid: Ecid
    contact_id: str = ""
    phone_number: str
    macro_activity: str
    campaign: str
    state: ContactState
    terminated: bool
    read_only: bool
    reserved_by: str | None = None
    type: str
    media_type: Annotated[str, Field(alias="media_type")]
    job_type: Annotated[str, Field(alias="job_type")]
    list_field_value_list: list[FieldValue]
    customer_info: CustomerInfo
    contact_info: Annotated[list[NameValue], Field(alias="ContactInfo")]
    outcomes: list[Outcome]
    attempts: list[Attempt]
    appointments: list[Appointment]

    def with_attempt(self, attempt: Attempt, *, terminated: bool) -> Self:
        """Give the same contact after an outcome was saved."""
        state = ContactState.CLOSED if terminated else ContactState.SCHEDULED
        changes = {"terminated": terminated, "read_only": terminated, "reserved_by": None, "state": state}
        return self.model_copy(update={"attempts": [*self.attempts, attempt], **changes})


class SearchCriterion(RequestModel):
    """A field that must have a value. Without a key code any field may have it."""

    value: FieldText
    categorized_field_key_code: ShortText | None = None


class SearchRequest(RequestModel):
    """``POST /contacts/search``: every criterion must hold; what is ``None`` does not restrict."""

    list_field_to_search: Annotated[list[SearchCriterion], Field(max_length=SEARCH_CRITERIA_MAX)] = []
    field_list: Annotated[list[Name], Field(max_length=FIELDS_MAX)] = []
    search_mode: Literal["EXACT", "REGEXP"] = "EXACT"
    macro_activity_reg_exp: Annotated[str, Field(max_length=REGEXP_MAX)] | None = None
    enabled: bool | None = None
    active: bool | None = None
    exclude_terminated: bool = False


class SearchRows(WireModel):
    """Rows of ``{builtinEcid, builtinMacroActivity, ...}`` plus one member for each asked field that the row has."""

    row_list: list[dict[str, str]]
    truncated: bool


class SearchAnswer(WireModel):
    """The answer of a search, at most :data:`SEARCH_ROWS_MAX` rows."""

    data: SearchRows


class RejectedRow(WireModel):
    """A row of an import that was not taken. ``row`` counts from 1 and includes a CSV's header."""

    row: int
    ecid: str
    code: str
    message: str


class ImportReport(WireModel):
    """What became of an import: ``imported + rejected == read``.

    ``rejected_rows`` lists the first 10,000 at most; ``rejected`` counts them all.
    """

    macro_activity: str
    read: int
    imported: int
    rejected: int
    rejected_rows: list[RejectedRow]


class ImportedContact(RequestModel):
    """One row of an import. Without an ECID the service generates one."""

    ecid: Ecid | None = None
    phone_number: ShortText = ""
    campaign: ShortText | None = None
    fields: Annotated[list[FieldValue], Field(max_length=FIELDS_MAX)] = []
