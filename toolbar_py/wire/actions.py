"""What a desk asks of the telephone side, and what a telephone system reports (contract sections 4 and 5)."""

from typing import Annotated, Literal

from pydantic import Field

from toolbar_py.wire.appointments import Moment
from toolbar_py.wire.base import (
    CALL_DATA_MAX,
    FIELDS_MAX,
    ContactId,
    IdempotencyKey,
    OperatorId,
    RequestModel,
    ShortText,
    WireModel,
)
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.telephony import AgentSummary, ContactEventName, ContactType, JobType, MediaType, Presence

GROUPS_MAX = 100
WAITING_MAX_S = 366 * 86_400
"""An e-mail may wait long; more than a year is a moment in the wrong unit."""

DTMF_PATTERN = r"^[0-9A-Da-d*#,]{1,64}$"

CallDataText = Annotated[str, Field(max_length=CALL_DATA_MAX)]
Destination = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class AgentStateRequest(RequestModel):
    """``POST /agent/state``. ``code``: the reason of a pause, one of the profile's pause codes."""

    # Not strict: a request's JSON is read before it is validated, and a state is a text in it.
    presence: Annotated[Presence, Field(strict=False)]
    code: ShortText | None = None


class AgentGroupsRequest(RequestModel):
    """``POST /agent/groups``: the groups to be logged into, by id."""

    groups: Annotated[list[ShortText], Field(max_length=GROUPS_MAX)]


class AgentList(WireModel):
    """``GET /agents``"""

    agents: list[AgentSummary]


class CallRequest(RequestModel):
    """``POST /calls``: begin a contact with a customer.

    Args:
        job: whether it is a job without voice (``MakeJob``); then ``content`` describes it.
    """

    destination: Destination
    resource_type: ShortText = ""
    service_id: ShortText = ""
    call_profile_id: ShortText = ""
    call_data: CallDataText = ""
    job: bool = False
    content: Annotated[str, Field(max_length=4_000)] = ""


class CallDataRequest(RequestModel):
    """``POST /calls/{id}/call-data``: entries to merge into what is there."""

    call_data: CallDataText


class DtmfRequest(RequestModel):
    """``POST /calls/{id}/dtmf``"""

    dtmfs: Annotated[str, Field(pattern=DTMF_PATTERN)]


class RecordingRequest(RequestModel):
    """``POST /calls/{id}/start-recording`` and ``stop-recording``"""

    call_recorders: ShortText = ""
    call_data: CallDataText = ""
    message: ShortText = ""


class TransferRequest(RequestModel):
    """``POST /calls/{id}/transfer``"""

    destination: Destination
    resource_type: ShortText = ""
    call_data: CallDataText = ""


class Accepted(WireModel):
    """The telephone side has accepted a request; what comes of it is told by events."""

    accepted: Literal[True] = True
    contact_id: ContactId | None = None


class CtiReport(RequestModel):
    """``POST /cti/events``: one event of a telephone system.

    The first event of a contact names type, medium and job; later ones need not repeat what did not change.

    Args:
        event_id: the system's own id of the event: the same one is taken once.
        agent: the operator at whose desk it happens.
        at: when it happened, in epoch ms.
        waiting_time: how long the customer waited, in s.
        call_data: entries to merge into what is there, when some changed; else absent.
    """

    event_id: IdempotencyKey
    agent: OperatorId
    contact_id: ContactId
    event: ContactEventName
    at: Moment
    type: ContactType | None = None
    media_type: MediaType | None = None
    job_type: JobType | None = None
    dnis: ShortText | None = None
    ani: ShortText | None = None
    waiting_time: Annotated[int, Field(ge=0, le=WAITING_MAX_S)] | None = None
    call_data: Annotated[list[NameValue], Field(max_length=FIELDS_MAX)] | None = None


class CtiReceipt(WireModel):
    """What became of a report. ``number``: the operator's event it became; absent for one that was taken before."""

    taken: bool
    number: int | None = None
