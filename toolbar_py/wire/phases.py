"""The life of a contact at the desk: which event may follow, and which action is allowed (contract section 4).

One set of rules for both sides: the toolbar refuses what is not allowed before it asks, and the service holds to the
same when two ask at once or a telephone system reports nonsense.
"""

from collections.abc import Mapping
from enum import StrEnum

from toolbar_py.wire.telephony import ContactEventName as Event
from toolbar_py.wire.telephony import Phase, Presence


class Action(StrEnum):
    """What a page can ask for a contact at the desk; the name of the service's address below ``/calls/{id}/``."""

    ANSWER = "answer"
    HOLD = "hold"
    RETRIEVE = "retrieve"
    HANGUP = "hangup"
    OFFLINE_END = "offline-end"
    SET_CALL_DATA = "call-data"
    PLAY_DTMF = "dtmf"
    START_RECORDING = "start-recording"
    STOP_RECORDING = "stop-recording"
    TRANSFER = "transfer"


_BEFORE = (Phase.STARTED, Phase.INITIATED, Phase.DIALING, Phase.RINGING)
_ONLINE = (*_BEFORE, Phase.ESTABLISHED, Phase.HELD)
_TALKING = (Phase.ESTABLISHED, Phase.HELD)

_FIRST: Mapping[Event, Phase] = {Event.POPUP: Phase.POPUP, Event.CONNECTION_STARTED: Phase.STARTED}

_NEXT: Mapping[Event, tuple[tuple[Phase, ...], Phase | None]] = {
    Event.CONNECTION_STARTED: ((Phase.POPUP,), Phase.STARTED),
    Event.SERVICE_INITIATED: ((Phase.STARTED,), Phase.INITIATED),
    Event.DIALING: ((Phase.STARTED, Phase.INITIATED), Phase.DIALING),
    Event.RINGING: ((Phase.STARTED, Phase.INITIATED, Phase.DIALING), Phase.RINGING),
    Event.ESTABLISHED: (_BEFORE, Phase.ESTABLISHED),
    Event.HELD: ((Phase.ESTABLISHED,), Phase.HELD),
    Event.RETRIEVED: ((Phase.HELD,), Phase.ESTABLISHED),
    Event.CONNECTION_CLEARED: (_ONLINE, Phase.ACW),
    Event.DELETE: ((Phase.POPUP, Phase.ACW), None),
}

_ALLOWED: Mapping[Action, tuple[Phase, ...]] = {
    Action.ANSWER: (Phase.POPUP, Phase.STARTED, Phase.RINGING),
    Action.HOLD: (Phase.ESTABLISHED,),
    Action.RETRIEVE: (Phase.HELD,),
    Action.HANGUP: _ONLINE,
    Action.OFFLINE_END: (*_ONLINE, Phase.ACW),
    Action.SET_CALL_DATA: tuple(Phase),
    Action.PLAY_DTMF: _TALKING,
    Action.START_RECORDING: _TALKING,
    Action.STOP_RECORDING: _TALKING,
    Action.TRANSFER: _TALKING,
}


class OutOfOrderError(Exception):
    """An event that cannot follow on what was.

    Args:
        phase: where the contact stands; None when it is not at the desk.
        possible: the events that could follow.
    """

    def __init__(self, phase: Phase | None, possible: list[str]) -> None:
        super().__init__(f"cannot follow on {phase or 'nothing'}; possible: {', '.join(possible)}")
        self.phase = phase
        self.possible = possible


def phase_after(phase: Phase | None, event: Event) -> Phase | None:
    """Give where a contact stands after an event.

    Args:
        phase: where it stood; None when it was not at the desk.

    Returns:
        the phase; None after ``DELETE``.

    Raises:
        OutOfOrderError: the event cannot follow.
    """
    if phase is None:
        if event not in _FIRST:
            raise OutOfOrderError(None, sorted(_FIRST))
        return _FIRST[event]
    if event is Event.DATA_CHANGED:
        return phase
    before, after = _NEXT.get(event, ((), None))
    if phase not in before:
        raise OutOfOrderError(phase, events_after(phase))
    return after


def events_after(phase: Phase) -> list[str]:
    """Give the names of the events that can follow on a phase."""
    return sorted([Event.DATA_CHANGED, *(event for event, (before, _) in _NEXT.items() if phase in before)])


def allows(phase: Phase, action: Action) -> bool:
    """Say whether an action is allowed for a contact in a phase."""
    return phase in _ALLOWED[action]


def actions_in(phase: Phase) -> list[Action]:
    """Give the actions that are allowed in a phase."""
    return [action for action in Action if allows(phase, action)]


def is_online(phase: Phase) -> bool:
    """Say whether there is a connection that can be hung up."""
    return phase in _ONLINE


def may_call(presence: Presence, phases: list[Phase]) -> bool:
    """Say whether an agent may begin a contact: logged in or paused, and none online."""
    return presence is not Presence.LOGGED_OUT and not any(map(is_online, phases))
