"""An agent's presence: the events that tell it, and the reasons of a pause (contract section 4)."""

from toolbar_py.wire.errors import ToolbarError
from toolbar_py.wire.problems import invalid
from toolbar_py.wire.profile import PauseCode
from toolbar_py.wire.telephony import AgentEvent, AgentEventName, AgentStatus, Presence

PAUSE_CODES: tuple[PauseCode, ...] = (
    PauseCode(code="BREAK", label="Pausa"),
    PauseCode(code="LUNCH", label="Pranzo"),
    PauseCode(code="TRAINING", label="Formazione"),
    PauseCode(code="BACKOFFICE", label="Back office"),
)
"""The reasons every profile offers."""

_EVENTS = {
    Presence.LOGGED_IN: AgentEventName.LOGGED_IN,
    Presence.PAUSED: AgentEventName.PAUSE,
    Presence.LOGGED_OUT: AgentEventName.LOGGED_OUT,
}


def event_name(presence: Presence) -> AgentEventName:
    """Give a presence in the event words."""
    return _EVENTS[presence]


def agent_event(status: AgentStatus) -> AgentEvent:
    """Give the event that tells a status when it begins."""
    name = event_name(status.presence)
    return AgentEvent(event=name, agent=status.agent, code=status.code, time=status.since)


def presence_refusal(presence: Presence, code: str | None) -> ToolbarError | None:
    """Say what is wrong with an asked presence; None when nothing is.

    Args:
        code: the reason of a pause; only a pause has one.
    """
    if code is None:
        return None
    if presence is not Presence.PAUSED:
        return invalid("code", "unknown")
    known = [each.code for each in PAUSE_CODES]
    return None if code in known else invalid("code", "choice", allowed=", ".join(known))
