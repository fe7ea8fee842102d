"""What crosses between the service and a telephone system's gateway, in both directions.

A report that comes in is :class:`toolbar_py.wire.actions.CtiReport`; this is the rest.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from toolbar_py.wire.base import ContactId, OperatorId, WireModel
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.errors import Code
from toolbar_py.wire.phases import Action
from toolbar_py.wire.telephony import Presence


class Taking(StrEnum):
    """What became of a report."""

    TAKEN = "taken"
    """It reached the operator's desk."""
    KNOWN = "known"
    """One with the same ``eventId`` was taken before: no effect."""
    REJECTED = "rejected"
    """It cannot be taken; the same report would be refused again."""


class CtiResult(WireModel):
    """What became of one report.

    Args:
        event_id: the report's, when it has one that can be read, be it malformed.
        number: the operator's event it became.
        code: why it was rejected, with
        reason: the sentence for a person and
        details: what was wrong and what would be right.
    """

    event_id: str | None = None
    result: Taking
    number: int | None = None
    code: Code | None = None
    reason: str | None = None
    details: dict[str, JsonValue] | None = None


class CtiAnswer(WireModel):
    """``POST /cti/events``: one result for each report, in their order."""

    results: list[CtiResult]


class CtiRejection(WireModel):
    """A report that was refused, as it was recorded; its CallData is not. ``at``: when, in epoch ms."""

    at: int
    event_id: str
    agent: str
    contact_id: str
    event: str
    code: Code
    reason: str
    details: dict[str, JsonValue]


class CtiRejections(WireModel):
    """``GET /cti/rejections``: the newest first."""

    rejections: list[CtiRejection]


class _Outgoing(WireModel):
    """What every message to the gateway has.

    Args:
        id: of this request: the same in every try, and the ``Idempotency-Key``.
        at: when the operator asked for it, in epoch ms.
        agent: the operator.
    """

    id: str
    at: int
    agent: OperatorId


class PresenceMessage(_Outgoing):
    """An operator has logged in, pauses (for the reason ``code``) or leaves."""

    kind: Literal["presence"] = "presence"
    presence: Presence
    code: str | None = None


class CallMessage(_Outgoing):
    """An operator begins a contact: a call, or a job without voice that ``content`` describes if anything does."""

    kind: Literal["call", "job"]
    destination: str
    resource_type: str
    service_id: str
    call_profile_id: str
    call_data: list[NameValue]
    content: str | None = None


class ActionMessage(_Outgoing):
    """An operator wants something done with a contact."""

    kind: Literal["action"] = "action"
    contact_id: ContactId
    action: Action
    parameters: dict[str, str]


class CallDataMessage(_Outgoing):
    """Entries of a contact's CallData are new or have another value; those that are not named stay."""

    kind: Literal["callData"] = "callData"
    contact_id: ContactId
    call_data: list[NameValue]


class EndedMessage(_Outgoing):
    """A contact's after-call work is over: it has left the desk, and the operator may get the next one."""

    kind: Literal["ended"] = "ended"
    contact_id: ContactId


class BegunAnswer(WireModel):
    """What the gateway answers to a :class:`CallMessage`: the id under which it will report the contact."""

    contact_id: ContactId


class RefusalAnswer(WireModel):
    """What is read of a problem with which the gateway refuses. ``detail``: the sentence for the operator."""

    code: str = ""
    detail: Annotated[str, Field(max_length=4_000)] = ""
    title: Annotated[str, Field(max_length=4_000)] = ""
