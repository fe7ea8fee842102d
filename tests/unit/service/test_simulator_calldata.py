"""What the simulator tells of CallData that pages change too, and that it goes on whatever is in it."""

from tests.unit.service.test_simulator import ME, first_line, run_until, simulation
from toolbar_py.service.telephony.simulator.course import NATURES, Kind
from toolbar_py.service.telephony.simulator.line import Line
from toolbar_py.wire.base import FIELDS_MAX
from toolbar_py.wire.calldata import ECID, value_of
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.telephony import ContactEventName as Event
from toolbar_py.wire.telephony import Phase


def test_what_a_step_adds_is_told_without_what_pages_may_have_changed_since() -> None:
    run = simulation("predictive")
    line = first_line(run)
    run_until(run, line, Phase.ESTABLISHED)
    told = [report.call_data for report in run.board.taken if report.event is Event.DATA_CHANGED]
    assert [[entry.name for entry in entries or ()] for entries in told] == [["TRUNK"], ["CALL_PROGRESS"]]


def test_what_an_operator_adds_to_a_preview_is_told_as_it_is_dialled() -> None:
    run = simulation("preview")
    line = first_line(run)
    run.run(1)
    why = NameValue(name="WHY", value="invoice")
    run.exchange.begin(ME, "", [why], NATURES[Kind.MANUAL], preview=line.contact_id)
    dialled = run.board.taken[-1]
    assert dialled.event is Event.CONNECTION_STARTED
    assert dialled.call_data == [why]


def test_a_contact_goes_on_though_a_page_has_filled_its_call_data() -> None:
    run = simulation("preview")
    line = first_line(run)
    fill(line)
    run_until(run, line, None)
    assert run.events(line.contact_id)[-3:] == [Event.ESTABLISHED, Event.CONNECTION_CLEARED, Event.DELETE]


def test_what_does_not_fit_any_more_is_left_out_and_the_rest_stays() -> None:
    run = simulation("preview")
    line = first_line(run)
    fill(line)
    run_until(run, line, Phase.ESTABLISHED)
    assert len(line.call_data) == FIELDS_MAX
    assert value_of(line.call_data, ECID)
    assert not value_of(line.call_data, "TRUNK")


def fill(line: Line) -> None:
    """Let a page set as many entries as there can be."""
    room = FIELDS_MAX - len(line.call_data)
    line.call_data += [NameValue(name=f"K{at}", value="1") for at in range(room)]
