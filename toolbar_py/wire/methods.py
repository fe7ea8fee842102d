"""The table of TOOLBAR methods: names, parameters and how each one fails (contract sections 2 to 4).

The loader's method stubs, the TypeScript types and the dispatch on the Python side are made from this table.
"""

from dataclasses import dataclass
from enum import StrEnum


class OnError(StrEnum):
    """What a method's Promise does when something goes wrong in easyCIM or on the way to it (section 2)."""

    REJECT = "reject"
    """Rejects with a ToolbarError."""
    REFUSE_OPEN = "refuse-open"
    """Resolves to ``{result: false, error, errorCode, retryable, listFieldValueList: []}``."""
    REFUSE_INFO = "refuse-info"
    """Resolves to ``{error, errorCode, retryable}``."""


@dataclass(frozen=True)
class Method:
    """One method of a namespace.

    Args:
        parameters: the contract's names, in order; the trailing options object is not among them.
        answer: the TypeScript type of a successful answer; models go by their names.
        on_error: see :class:`OnError`.
        writes: whether it can change something in easyCIM, so that a lost answer leaves its outcome unknown.
        required: how many leading parameters have to be given.
    """

    namespace: str
    name: str
    parameters: tuple[str, ...]
    answer: str
    on_error: OnError
    required: int
    writes: bool = False

    @property
    def path(self) -> str:
        """The name by which it crosses the boundary, e.g. ``EASYCIM.openScript``."""
        return f"{self.namespace}.{self.name}"


EASYCIM = "EASYCIM"
AGENT = "AGENT"
CONTACT = "CONTACT"


def _asks(namespace: str, name: str, *parameters: str, answer: str) -> Method:
    return Method(namespace, name, parameters, answer, OnError.REJECT, len(parameters))


def _acts(namespace: str, name: str, *parameters: str, required: int | None = None) -> Method:
    needed = len(parameters) if required is None else required
    return Method(namespace, name, parameters, "Accepted", OnError.REJECT, needed, writes=True)


_CALL = ("DestinationNumber", "ResourceType", "ServiceID", "CallProfileID", "CallData")

METHODS: tuple[Method, ...] = (
    Method(EASYCIM, "openScriptInbound", ("ContactID",), "OpenAnswer", OnError.REFUSE_OPEN, 1, writes=True),
    Method(EASYCIM, "openScript", ("ContactID", "ECID", "isManual"), "OpenAnswer", OnError.REFUSE_OPEN, 2, writes=True),
    Method(EASYCIM, "getContactInfo", ("ContactID",), "ContactInfo", OnError.REFUSE_INFO, 1),
    Method(EASYCIM, "getContactInfoWS", ("ECID",), "ContactInfo", OnError.REFUSE_INFO, 1),
    Method(
        EASYCIM,
        "saveScript",
        ("ContactID", "outcomeResult", "offlineEnd", "note", "labels"),
        "SaveAnswer",
        OnError.REJECT,
        2,
        writes=True,
    ),
    _acts(AGENT, "Login"),
    _acts(AGENT, "Pause"),
    _acts(AGENT, "PauseSubState", "code"),
    _acts(AGENT, "Logout"),
    _asks(AGENT, "getAgentState", answer="string"),
    _asks(AGENT, "getAgentID", answer="string"),
    _asks(AGENT, "getAgentStateByID", "id", answer="AgentSummary"),
    _asks(AGENT, "getAllAgentState", answer="AgentSummary[]"),
    _asks(AGENT, "getAgentGroups", answer="Group[]"),
    _asks(AGENT, "getAgentLoggedInGroups", answer="Group[]"),
    Method(AGENT, "setAgentGroups", ("groups",), "Group[]", OnError.REJECT, 1, writes=True),
    _acts(CONTACT, "MakeCall", *_CALL, required=1),
    _acts(CONTACT, "MakeJob", *_CALL, "ContentDescription", required=1),
    _acts(CONTACT, "Answer", "ContactID"),
    _acts(CONTACT, "Hold", "ContactID"),
    _acts(CONTACT, "Hangup", "ContactID", required=0),
    _acts(CONTACT, "OfflineEnd", "ContactID"),
    _acts(CONTACT, "SetCallData", "ContactID", "CallData"),
    _acts(CONTACT, "PlayDTMF", "ContactID", "DTMFs"),
    _acts(CONTACT, "StartRecording", "ContactID", "CallRecorders", "CallData", "Message", required=1),
    _acts(CONTACT, "StopRecording", "ContactID", "CallRecorders", required=1),
    _acts(CONTACT, "Transfer_Direct", "ContactID", "Destination", "ResourceType", "CallData", required=2),
    _asks(CONTACT, "getContactList", answer="ContactEvent[]"),
)

COMPANION = "COMPANION"

# Called by the loader, never by a page, over the same boundary: beside a legacy SDK it hands over each of that SDK's
# contact events, as one argument, so that openScript and saveScript know the contacts at the desk (companion mode).
INTERNAL_METHODS: tuple[Method, ...] = (_asks(COMPANION, "note", "event", answer="null"),)

# What the loader answers by itself, at once and on the page: functions and live objects cannot cross to Python.
# GetCallDataValueByName, bindContactCallback, unbindContactCallback, triggerContactCallback: web/src/facade/contact.ts.

# The old spelling, by which some pages call the same object (section 1).
NAMESPACE_ALIASES = {"EAYCIM": EASYCIM}
