"""Contacts that an earlier run of the simulator has left at a desk."""

import pytest

from tests.support.simulation import BEGIN, Simulation
from tests.unit.service.test_simulator import EVERYBODY_ANSWERS, ME, run_until
from toolbar_py.service.telephony.simulator.behaviour import Behaviour
from toolbar_py.service.telephony.simulator.course import NATURES, Kind, Nature
from toolbar_py.service.telephony.simulator.line import Line
from toolbar_py.service.telephony.simulator.setup import Setup
from toolbar_py.wire.telephony import ContactEvent, ContactType, DeskContact, JobType, MediaType, Phase, Presence
from toolbar_py.wire.telephony import ContactEventName as Event

CONTACT_ID = "7-a0b1c2d3e4f5@simulator.example"
BEFORE = [Phase.POPUP, Phase.STARTED, Phase.INITIATED, Phase.DIALING, Phase.RINGING]
JOB = Nature(ContactType.OUTBOUND, MediaType.CHAT, JobType.MANUAL)
PASSED = Nature(ContactType.INBOUND, MediaType.TELEPHONY, JobType.PREVIEW)


def adopted(nature: Nature, phase: Phase, behaviour: Behaviour = EVERYBODY_ANSWERS) -> tuple[Simulation, Line]:
    """Give a run that finds a contact at the desk."""
    run = Simulation(Setup(seed=7, behaviour=behaviour))
    event = ContactEvent(
        event=Event.DATA_CHANGED,
        id=CONTACT_ID,
        type=nature.type,
        media_type=nature.media,
        job_type=nature.job,
        dnis="0555010001",
        ani="0555000000",
        call_data=[],
        start_time=BEGIN - 1_000,
        end_time=0,
        time_duration_sec=1,
        waiting_time=0,
    )
    run.exchange.adopt(ME, DeskContact(event=event, phase=phase))
    run.exchange.set_presence(ME, Presence.LOGGED_IN)
    run.board.phases[CONTACT_ID] = phase
    return run, run.exchange.require(ME, CONTACT_ID)


def test_a_preview_of_an_earlier_run_is_dialled_by_the_operators_call() -> None:
    run, line = adopted(NATURES[Kind.PREVIEW], Phase.POPUP)
    assert run.exchange.begin(ME, "", [], NATURES[Kind.MANUAL], preview=CONTACT_ID) == CONTACT_ID
    run_until(run, line, Phase.ESTABLISHED)
    assert run.events(CONTACT_ID)[0] is Event.CONNECTION_STARTED


def test_a_preview_of_an_earlier_run_is_dialled_when_the_operator_answers_it() -> None:
    run, line = adopted(NATURES[Kind.PREVIEW], Phase.POPUP)
    run.exchange.answer(line)
    assert run.events(CONTACT_ID) == [Event.CONNECTION_STARTED]


def test_a_call_of_an_earlier_run_goes_on_ringing_until_it_is_answered() -> None:
    run, line = adopted(NATURES[Kind.INBOUND], Phase.RINGING)
    run.run(1)
    assert line.phase is Phase.RINGING
    run.exchange.answer(line)
    assert run.events(CONTACT_ID) == [Event.ESTABLISHED]


def test_a_conversation_of_an_earlier_run_goes_on_to_its_end() -> None:
    run, line = adopted(NATURES[Kind.PREDICTIVE], Phase.HELD)
    run_until(run, line, None)
    assert run.events(CONTACT_ID) == [Event.CONNECTION_CLEARED, Event.DELETE]


@pytest.mark.parametrize("nature", [*NATURES.values(), JOB, PASSED])
@pytest.mark.parametrize("phase", BEFORE)
def test_whatever_an_earlier_run_left_before_the_conversation_comes_to_one(nature: Nature, phase: Phase) -> None:
    run, line = adopted(nature, phase)
    run_until(run, line, None)
    assert run.board.refused == []
    assert run.events(CONTACT_ID)[-3:] == [Event.ESTABLISHED, Event.CONNECTION_CLEARED, Event.DELETE]


def test_a_call_that_rings_is_answered_though_chance_has_a_busy_line_for_it() -> None:
    run, line = adopted(NATURES[Kind.MANUAL], Phase.RINGING, Behaviour(no_answer=0, busy=1))
    run_until(run, line, Phase.ESTABLISHED)
    assert run.events(CONTACT_ID) == [Event.ESTABLISHED]
