"""What an operator asks of the simulator too late, because the desk has not heard yet how the contact stands."""

from collections.abc import Callable

import pytest

from tests.support.simulation import Simulation
from tests.unit.service.test_simulator import OTHER, first_line, run_until, simulation
from toolbar_py.service.telephony.simulator.behaviour import Behaviour
from toolbar_py.service.telephony.simulator.exchange import Exchange
from toolbar_py.service.telephony.simulator.line import Line
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.errors import ConflictError
from toolbar_py.wire.phases import Action
from toolbar_py.wire.telephony import ContactEventName as Event
from toolbar_py.wire.telephony import ContactType, Phase

EVERYBODY_GIVES_UP = Behaviour(abandoned=1)


def transfer(exchange: Exchange, line: Line) -> None:
    exchange.transfer(line, OTHER, [])


def start_recording(exchange: Exchange, line: Line) -> None:
    exchange.add_data(line, Action.START_RECORDING, [NameValue(name="RECORDING", value="on")])


def stop_recording(exchange: Exchange, line: Line) -> None:
    exchange.add_data(line, Action.STOP_RECORDING, [NameValue(name="RECORDING", value="off")])


@pytest.mark.parametrize(
    "action", [Exchange.hold, Exchange.retrieve, Exchange.play_digits, transfer, start_recording, stop_recording]
)
def test_nothing_is_done_with_a_call_that_is_over(action: Callable[[Exchange, Line], None]) -> None:
    run = simulation("predictive")
    run.login(OTHER)
    line = over(run)
    told = run.events(line.contact_id)
    with pytest.raises(ConflictError) as refused:
        action(run.exchange, line)
    assert refused.value.details["reason"] == "not_now"
    assert refused.value.details["phase"] == "acw"
    assert run.events(line.contact_id) == told
    assert not [report for report in run.board.taken if report.type is ContactType.INBOUND]


def test_a_caller_who_has_given_up_is_not_answered() -> None:
    run = simulation("inbound", behaviour=EVERYBODY_GIVES_UP)
    line = over(run)
    with pytest.raises(ConflictError) as refused:
        run.exchange.answer(line)
    assert refused.value.details["reason"] == "not_now"


def test_a_caller_who_would_give_up_is_answered_before_the_telephone_rings() -> None:
    run = simulation("inbound", behaviour=EVERYBODY_GIVES_UP)
    for _ in range(36_000):
        if run.exchange.lines_of("op1@demo"):
            break
        run.run(0.01)
    (line,) = run.exchange.lines_of("op1@demo")
    assert line.phase is Phase.POPUP
    run.exchange.answer(line)
    assert run.events(line.contact_id) == [Event.POPUP, Event.CONNECTION_STARTED, Event.ESTABLISHED]


def over(run: Simulation) -> Line:
    """Let the first contact go until there is only after-call work left."""
    line = first_line(run)
    run_until(run, line, Phase.ACW)
    return line
