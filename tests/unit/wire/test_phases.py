"""The life of a contact at the desk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolbar_py.wire.phases import Action, OutOfOrderError, actions_in, allows, events_after, is_online, phase_after
from toolbar_py.wire.telephony import ContactEventName as Event
from toolbar_py.wire.telephony import Phase

USUAL = [
    Event.POPUP,
    Event.CONNECTION_STARTED,
    Event.DATA_CHANGED,
    Event.SERVICE_INITIATED,
    Event.DIALING,
    Event.DATA_CHANGED,
    Event.ESTABLISHED,
    Event.CONNECTION_CLEARED,
    Event.DELETE,
]


def run(events: list[Event]) -> Phase | None:
    phase: Phase | None = None
    for event in events:
        phase = phase_after(phase, event)
    return phase


def test_the_usual_voice_contact_of_the_contract_is_possible() -> None:
    assert run(USUAL[:-1]) is Phase.ACW
    assert run(USUAL) is None


@pytest.mark.parametrize(
    "events",
    [
        [Event.POPUP, Event.DELETE],
        [Event.CONNECTION_STARTED, Event.DIALING, Event.RINGING, Event.CONNECTION_CLEARED, Event.DELETE],
        [Event.POPUP, Event.CONNECTION_STARTED, Event.RINGING, Event.ESTABLISHED, Event.CONNECTION_CLEARED],
        [
            Event.CONNECTION_STARTED,
            Event.ESTABLISHED,
            Event.HELD,
            Event.RETRIEVED,
            Event.HELD,
            Event.CONNECTION_CLEARED,
        ],
    ],
)
def test_other_lives_are_possible_too(events: list[Event]) -> None:
    run(events)


@pytest.mark.parametrize(
    ("before", "event"),
    [
        ([], Event.ESTABLISHED),
        ([], Event.DATA_CHANGED),
        (USUAL, Event.DATA_CHANGED),
        (USUAL[:1], Event.POPUP),
        (USUAL[:7], Event.DIALING),
        (USUAL[:7], Event.RETRIEVED),
        (USUAL[:7], Event.DELETE),
        (USUAL[:8], Event.CONNECTION_CLEARED),
    ],
)
def test_an_event_that_cannot_follow_is_refused_with_those_that_can(before: list[Event], event: Event) -> None:
    with pytest.raises(OutOfOrderError) as refused:
        run([*before, event])
    assert event.value not in refused.value.possible
    assert refused.value.possible


@given(st.lists(st.sampled_from(list(Event)), max_size=30))
def test_what_is_said_to_be_possible_is_what_is_taken(events: list[Event]) -> None:
    phase: Phase | None = None
    for event in events:
        possible = event in (Event.POPUP, Event.CONNECTION_STARTED) if phase is None else event in events_after(phase)
        try:
            phase = phase_after(phase, event)
        except OutOfOrderError:
            assert not possible
        else:
            assert possible


def test_after_call_work_allows_its_end_and_nothing_that_needs_a_connection() -> None:
    assert actions_in(Phase.ACW) == [Action.OFFLINE_END, Action.SET_CALL_DATA]


@pytest.mark.parametrize("phase", list(Phase))
def test_what_is_online_can_be_hung_up_and_nothing_else(phase: Phase) -> None:
    assert allows(phase, Action.HANGUP) is is_online(phase)
