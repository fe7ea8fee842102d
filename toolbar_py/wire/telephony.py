"""Contacts at a desk and the agent who sits there: the event objects of contract section 4, and what carries them.

Members have the names under which pages read them; pages were written against the legacy SDK, so these are a mixture
of spellings.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from toolbar_py.wire.base import FIELDS_MAX, ContactId, Ecid, OperatorId, ShortText, WireModel
from toolbar_py.wire.contacts import NameValue

CALLBACK_EVENT = "AGENTDESKTOP_CONTACT_CALLBACK"
"""The type of the event object that a bound callback gets before the data."""


class ContactEventName(StrEnum):
    """What happens to a contact at the desk."""

    POPUP = "POPUP"
    CONNECTION_STARTED = "connectionstarted"
    DATA_CHANGED = "datachanged"
    SERVICE_INITIATED = "serviceinitiated"
    DIALING = "dialing"
    RINGING = "ringing"
    ESTABLISHED = "established"
    HELD = "held"
    RETRIEVED = "retrieved"
    CONNECTION_CLEARED = "connectioncleared"
    DELETE = "DELETE"


class AgentEventName(StrEnum):
    """What happens to the agent. A pause with a reason is a pause too."""

    LOGGED_IN = "AGENT:LOGGEDIN"
    PAUSE = "AGENT:PAUSE"
    LOGGED_OUT = "AGENT:LOGGEDOUT"


class ContactType(StrEnum):
    """Who began the contact: the dialler, the operator, the customer."""

    DIALLER = "callTask"
    OUTBOUND = "outbound"
    INBOUND = "inbound"


class MediaType(StrEnum):
    """How the customer is reached."""

    TELEPHONY = "telephony"
    CHAT = "chat"
    EMAIL = "email"


class JobType(StrEnum):
    """How the contact came to the desk."""

    PREVIEW = "previewQueue"
    PREDICTIVE = "predictive"
    MANUAL = "manual"
    INBOUND = "inbound"


class ContactEvent(WireModel):
    """One event of a contact, with all that is known of the contact at that moment.

    ``start_time`` and ``end_time`` in epoch ms, ``end_time`` 0 while the contact lasts; ``waiting_time`` in s.
    """

    event: ContactEventName
    id: ContactId
    type: ContactType
    media_type: Annotated[MediaType, Field(alias="media_type")]
    job_type: Annotated[JobType, Field(alias="job_type")]
    dnis: ShortText
    ani: ShortText
    call_data: Annotated[list[NameValue], Field(alias="CallData", max_length=FIELDS_MAX)]
    start_time: int
    end_time: int
    time_duration_sec: Annotated[int, Field(alias="time_duration_sec")]
    waiting_time: int


class AgentEvent(WireModel):
    """One event of the agent. It carries no ``id``: pages cache any ``id`` and save against it later.

    Args:
        code: the reason of a pause, if it has one.
        time: epoch ms.
    """

    event: AgentEventName
    agent: OperatorId
    code: ShortText | None = None
    time: int


class Presence(StrEnum):
    """The agent's state, in the words of ``getAgentState``; a pause with a reason is ``PAUSEDSUBSTATE:<code>``."""

    LOGGED_IN = "LOGGEDIN"
    PAUSED = "PAUSED"
    LOGGED_OUT = "LOGGEDOUT"


class AgentStatus(WireModel):
    """The agent as the service knows it.

    Args:
        code: the reason of a pause, if it has one.
        since: when the presence began, in epoch ms of the service's clock.
        logged_in_at: start of the current login, likewise; 0 when there is none.
        groups: ids of the groups logged into.
    """

    agent: OperatorId
    presence: Presence
    code: ShortText | None = None
    since: int
    logged_in_at: int
    groups: list[str]


class Phase(StrEnum):
    """Where a contact stands at the desk, from its first event to ``DELETE``."""

    POPUP = "popup"
    STARTED = "started"
    INITIATED = "initiated"
    DIALING = "dialing"
    RINGING = "ringing"
    ESTABLISHED = "established"
    HELD = "held"
    ACW = "acw"
    """After-call work: the connection is cleared, the operator is not schedulable yet."""


class DeskContact(WireModel):
    """A contact at the desk.

    Args:
        event: its latest event.
        phase: where it stands; see :mod:`toolbar_py.wire.phases`.
        ecid: what it is worked under, if that is known.
        saved: whether an outcome was saved for it since it came.
        offline_end_armed: whether its after-call work ends by itself when the connection is cleared.
    """

    event: ContactEvent
    phase: Phase
    ecid: Ecid | None = None
    saved: bool = False
    offline_end_armed: bool = False


class DeskSnapshot(WireModel):
    """Everything at one operator's desk, after event number ``number``. The first message of every event stream.

    Args:
        number: the operator's last event so far; events are numbered from 1 without gaps.
        tag: that event's; see :mod:`toolbar_py.wire.places`.
        now: the service's clock, in epoch ms.
        resumed: whether every event after the asked one follows; False when the place was lost, and then the desk is
            all there is to go by.
        heartbeat_ms: how often the stream says something at least.
        lease_until: until when every reservation of the operator is sure at least, by the service's clock; left out
            when that is not known.
    """

    number: int
    tag: str = ""
    now: int
    resumed: bool
    heartbeat_ms: int
    lease_until: int | None = None
    agent: AgentStatus
    contacts: list[DeskContact]


class DeskEvent(WireModel):
    """One numbered event of an operator's stream.

    Args:
        number: its place, from 1, without gaps.
        at: when it happened, in epoch ms of the service's clock.
        contact: the contact's event, or
        agent: the agent's event; neither when something has changed that pages are not told.
        desk: the contact as it stands now; absent after its ``DELETE``.
        status: the agent's status now, if that has changed.
    """

    number: int
    at: int
    contact: ContactEvent | None = None
    agent: AgentEvent | None = None
    desk: DeskContact | None = None
    status: AgentStatus | None = None


class Heartbeat(WireModel):
    """Said when nothing else is.

    Args:
        now: the service's clock, in epoch ms.
        lease_until: as in the :class:`DeskSnapshot`.
    """

    now: int
    lease_until: int | None = None


StreamEvent = Literal["desk", "event", "heartbeat"]
"""The SSE event types: a :class:`DeskSnapshot`, a :class:`DeskEvent` (with its place as id), a :class:`Heartbeat`."""


class AgentSummary(WireModel):
    """An agent as ``getAgentStateByID`` and ``getAllAgentState`` give it.

    Args:
        state: in the *event* words; ``AGENT:PAUSE`` also for a pause with a reason.
        first_login_time: start of the current login in epoch ms: of the service's clock on the wire, of the browser's
            clock for the page; 0 when logged out.
    """

    id: Annotated[OperatorId, Field(alias="ID")]
    state: Annotated[AgentEventName, Field(alias="State")]
    first_login_time: Annotated[int, Field(alias="FirstLoginTime")]
