"""The simulator's inside: what comes to operators, and what they can do with it, on a clock that a test moves."""

import pytest

from tests.support.simulation import Simulation
from toolbar_py.service.telephony.simulator.behaviour import Behaviour
from toolbar_py.service.telephony.simulator.course import NATURES, Kind
from toolbar_py.service.telephony.simulator.line import Line
from toolbar_py.service.telephony.simulator.setup import Setup
from toolbar_py.wire.calldata import ECID, value_of
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.errors import ConflictError, UnknownContactError
from toolbar_py.wire.phases import Action
from toolbar_py.wire.telephony import ContactEventName as Event
from toolbar_py.wire.telephony import ContactType, JobType, MediaType, Phase, Presence

ME = "op1@demo"
OTHER = "op2@demo"
DAY_S = 24 * 3600
EVERYBODY_ANSWERS = Behaviour(no_answer=0, busy=0, abandoned=0)

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


def simulation(
    mix: str | None, seed: int = 7, speed: float = 1, behaviour: Behaviour = EVERYBODY_ANSWERS
) -> Simulation:
    run = Simulation(Setup(mix=mix, seed=seed, speed=speed, behaviour=behaviour))
    run.login(ME)
    return run


def first_line(run: Simulation) -> Line:
    """Let time go by until a contact is there."""
    for _ in range(60):
        lines = run.exchange.lines_of(ME)
        if lines:
            return lines[0]
        run.run(1)
    raise AssertionError("nothing came within a minute")


def run_until(run: Simulation, line: Line, phase: Phase | None) -> None:
    for _ in range(36_000):
        if line.phase is phase:
            return
        run.run(0.1)
    raise AssertionError(f"it stays in {line.phase}")


def test_a_predictive_contact_has_the_events_of_a_usual_voice_contact() -> None:
    run = simulation("predictive")
    line = first_line(run)
    run_until(run, line, None)
    assert run.events(line.contact_id) == USUAL


def test_the_first_report_names_what_later_ones_need_not_repeat() -> None:
    run = simulation("predictive")
    first_line(run)
    run.run(1)
    first, second = run.board.taken[:2]
    assert (first.type, first.media_type, first.job_type) == (
        ContactType.DIALLER,
        MediaType.TELEPHONY,
        JobType.PREDICTIVE,
    )
    assert first.dnis == "0555010001"
    assert first.call_data is not None
    assert value_of(first.call_data, ECID) == "demo|1|1|1"
    assert (second.type, second.ani, second.call_data) == (None, None, None)


def test_a_preview_waits_for_the_operator_and_is_dialled_by_the_operators_call() -> None:
    run = simulation("preview")
    line = first_line(run)
    run.run(2)
    assert run.events(line.contact_id) == [Event.POPUP]
    contact_id = run.exchange.begin(ME, "", line.call_data, NATURES[Kind.MANUAL], preview=line.contact_id)
    assert contact_id == line.contact_id
    assert run.events(line.contact_id) == [Event.POPUP, Event.CONNECTION_STARTED]


def test_a_preview_that_is_dialled_to_another_number_says_so_from_then_on() -> None:
    run = simulation("preview")
    line = first_line(run)
    run.exchange.begin(ME, "0555077777", line.call_data, NATURES[Kind.MANUAL], preview=line.contact_id)
    run_until(run, line, None)
    assert [report.dnis for report in run.board.taken[:2]] == ["0555010001", "0555077777"]
    assert {report.dnis for report in run.board.taken[1:]} == {"0555077777"}


def test_a_preview_that_nobody_dials_is_dialled_after_a_while() -> None:
    run = simulation("preview")
    line = first_line(run)
    run.run(EVERYBODY_ANSWERS.preview_s + 1)
    assert run.events(line.contact_id)[:3] == [Event.POPUP, Event.CONNECTION_STARTED, Event.DATA_CHANGED]


def test_a_preview_is_not_dialled_while_the_operator_is_in_another_call() -> None:
    run = simulation("preview")
    line = first_line(run)
    other = run.exchange.line(run.exchange.begin(ME, "0555099999", [], NATURES[Kind.MANUAL]))
    assert other is not None
    run_until(run, other, Phase.ESTABLISHED)
    run.run(EVERYBODY_ANSWERS.preview_s)
    if other.online:
        assert line.phase is Phase.POPUP
    run.exchange.clear(other)
    run.run(EVERYBODY_ANSWERS.preview_s)
    assert line.phase is not Phase.POPUP


def test_an_inbound_call_brings_what_the_ivr_knows_and_rings_until_it_is_answered() -> None:
    run = simulation("inbound")
    line = first_line(run)
    first = run.board.taken[0]
    assert first.event is Event.POPUP
    assert first.type is ContactType.INBOUND
    assert first.call_data is not None
    assert value_of(first.call_data, "PIN")
    assert not value_of(first.call_data, ECID)
    run_until(run, line, Phase.RINGING)
    run.exchange.answer(line)
    assert line.phase is Phase.ESTABLISHED


def test_a_call_that_nobody_answers_is_taken_by_itself() -> None:
    run = simulation("inbound")
    line = first_line(run)
    run.run(EVERYBODY_ANSWERS.pickup_s + 1)
    assert line.phase is Phase.ESTABLISHED


def test_an_answer_at_the_popup_takes_the_call_through_its_ringing() -> None:
    run = simulation("inbound")
    line = first_line(run)
    run.exchange.answer(line)
    assert run.events(line.contact_id) == [Event.POPUP, Event.CONNECTION_STARTED, Event.RINGING, Event.ESTABLISHED]


def test_a_caller_who_would_have_given_up_can_still_be_answered() -> None:
    run = simulation("inbound", behaviour=Behaviour(abandoned=1))
    line = first_line(run)
    run_until(run, line, Phase.RINGING)
    run.exchange.answer(line)
    run.run(3)
    assert line.phase is Phase.ESTABLISHED


@pytest.mark.parametrize(
    ("behaviour", "events"),
    [
        (Behaviour(no_answer=1, busy=0), [Event.DIALING, Event.RINGING, Event.CONNECTION_CLEARED]),
        (Behaviour(no_answer=0, busy=1), [Event.DIALING, Event.DATA_CHANGED, Event.CONNECTION_CLEARED]),
    ],
)
def test_a_customer_who_cannot_be_reached_never_is_established(behaviour: Behaviour, events: list[Event]) -> None:
    run = simulation("preview", behaviour=behaviour)
    line = first_line(run)
    run_until(run, line, Phase.ACW)
    assert run.events(line.contact_id)[-3:] == events


def test_a_caller_may_give_up() -> None:
    run = simulation("inbound", behaviour=Behaviour(abandoned=1))
    line = first_line(run)
    run_until(run, line, Phase.ACW)
    assert Event.ESTABLISHED not in run.events(line.contact_id)


def test_a_manual_call_begins_with_its_connection() -> None:
    run = simulation(None)
    contact_id = run.exchange.begin(ME, "0555099999", [NameValue(name=ECID, value="a|1")], NATURES[Kind.MANUAL])
    line = run.exchange.line(contact_id)
    assert line is not None
    run_until(run, line, None)
    assert run.events(contact_id)[0] is Event.CONNECTION_STARTED
    assert run.events(contact_id)[-3:] == [Event.ESTABLISHED, Event.CONNECTION_CLEARED, Event.DELETE]
    assert (run.board.taken[0].type, run.board.taken[0].dnis) == (ContactType.OUTBOUND, "0555099999")


def test_nothing_comes_by_itself_without_a_mix() -> None:
    run = simulation(None)
    run.run(DAY_S)
    assert run.board.taken == []


@pytest.mark.parametrize(("mix", "media"), [("chat", MediaType.CHAT), ("inbound", MediaType.TELEPHONY)])
def test_a_mix_brings_its_medium(mix: str, media: MediaType) -> None:
    run = simulation(mix)
    first_line(run)
    assert run.board.taken[0].media_type is media


def test_the_mixed_mix_brings_every_kind() -> None:
    run = simulation("mixed")
    run.run(DAY_S)
    firsts = [report for report in run.board.taken if report.type is not None]
    found = {(report.type, report.media_type, report.job_type) for report in firsts}
    assert found == {(nature.type, nature.media, nature.job) for nature in NATURES.values()}


def test_holding_and_retrieving_are_told() -> None:
    run = simulation("predictive")
    line = first_line(run)
    run_until(run, line, Phase.ESTABLISHED)
    run.exchange.hold(line)
    run.exchange.retrieve(line)
    assert run.events(line.contact_id)[-2:] == [Event.HELD, Event.RETRIEVED]


def test_a_customer_on_hold_may_hang_up() -> None:
    run = simulation("predictive")
    line = first_line(run)
    run_until(run, line, Phase.ESTABLISHED)
    run.exchange.hold(line)
    run_until(run, line, Phase.ACW)
    assert run.events(line.contact_id)[-2:] == [Event.HELD, Event.CONNECTION_CLEARED]


def test_after_call_work_ends_when_the_operator_ends_it() -> None:
    run = simulation("predictive")
    line = first_line(run)
    run_until(run, line, Phase.ESTABLISHED)
    run.exchange.clear(line)
    run.run(20)
    assert line.phase is Phase.ACW
    run.exchange.end_work(line)
    assert run.events(line.contact_id)[-2:] == [Event.CONNECTION_CLEARED, Event.DELETE]


def test_after_call_work_ends_at_its_upper_limit() -> None:
    run = simulation("predictive")
    line = first_line(run)
    run_until(run, line, Phase.ESTABLISHED)
    run.exchange.clear(line)
    run.run(EVERYBODY_ANSWERS.acw_s - 1)
    assert line.phase is Phase.ACW
    run.run(2)
    assert run.exchange.line(line.contact_id) is None


def test_work_that_is_to_end_with_the_call_does() -> None:
    run = simulation("predictive")
    line = first_line(run)
    run_until(run, line, Phase.ESTABLISHED)
    run.exchange.end_work(line)
    assert line.phase is Phase.ESTABLISHED
    run.exchange.clear(line)
    assert run.events(line.contact_id)[-2:] == [Event.CONNECTION_CLEARED, Event.DELETE]


def test_a_call_passed_on_reaches_a_free_operator_with_all_that_is_known() -> None:
    run = simulation("predictive")
    line = first_line(run)
    run_until(run, line, Phase.ESTABLISHED)
    run.login(OTHER)
    run.exchange.transfer(line, OTHER, [NameValue(name="WHY", value="invoice")])
    (passed,) = run.exchange.lines_of(OTHER)
    assert passed.nature.type is ContactType.INBOUND
    assert value_of(passed.call_data, ECID) == value_of(line.call_data, ECID)
    assert value_of(passed.call_data, "WHY") == "invoice"
    assert line.phase is Phase.ACW


def test_a_call_is_not_passed_on_to_an_operator_who_is_not_free() -> None:
    run = simulation("predictive")
    line = first_line(run)
    run_until(run, line, Phase.ESTABLISHED)
    run.exchange.set_presence(OTHER, Presence.PAUSED)
    with pytest.raises(ConflictError):
        run.exchange.transfer(line, OTHER, [])
    assert line.phase is Phase.ESTABLISHED


def test_a_call_is_not_passed_on_to_an_operator_who_has_not_come_yet() -> None:
    run = simulation("predictive")
    line = first_line(run)
    run_until(run, line, Phase.ESTABLISHED)
    with pytest.raises(ConflictError):
        run.exchange.transfer(line, OTHER, [])
    assert line.phase is Phase.ESTABLISHED


def test_a_call_passed_on_to_a_number_is_over_for_the_operator() -> None:
    run = simulation("predictive")
    line = first_line(run)
    run_until(run, line, Phase.ESTABLISHED)
    run.exchange.transfer(line, None, [])
    assert line.phase is Phase.ACW


def test_added_data_stays_and_alone_is_told() -> None:
    run = simulation("predictive")
    line = first_line(run)
    run_until(run, line, Phase.ESTABLISHED)
    run.exchange.add_data(line, Action.START_RECORDING, [NameValue(name="MOOD", value="good")])
    told = run.board.taken[-1]
    assert told.event is Event.DATA_CHANGED
    assert told.call_data is not None
    assert told.call_data == [NameValue(name="MOOD", value="good")]
    assert value_of(line.call_data, "MOOD") == "good"
    assert value_of(line.call_data, ECID)


def test_nothing_comes_to_an_operator_who_pauses_and_more_comes_after() -> None:
    run = simulation("predictive")
    run.exchange.set_presence(ME, Presence.PAUSED)
    run.run(600)
    assert run.board.taken == []
    run.login(ME)
    first_line(run)


def test_who_logs_out_leaves_an_empty_desk() -> None:
    run = simulation("predictive")
    line = first_line(run)
    run_until(run, line, Phase.ESTABLISHED)
    run.exchange.set_presence(ME, Presence.LOGGED_OUT)
    assert run.events(line.contact_id)[-2:] == [Event.CONNECTION_CLEARED, Event.DELETE]
    assert run.board.phases == {}


def test_nobody_begins_a_second_call_or_one_without_a_login() -> None:
    run = simulation(None)
    run.exchange.begin(ME, "0555099999", [], NATURES[Kind.MANUAL])
    with pytest.raises(ConflictError):
        run.exchange.begin(ME, "0555099998", [], NATURES[Kind.MANUAL])
    with pytest.raises(ConflictError):
        run.exchange.begin(OTHER, "0555099998", [], NATURES[Kind.MANUAL])


def test_nobody_touches_anothers_contact() -> None:
    run = simulation("predictive")
    line = first_line(run)
    with pytest.raises(UnknownContactError):
        run.exchange.require(OTHER, line.contact_id)


def test_when_nobody_is_to_be_called_callers_come_in_a_mix_and_nothing_else_does() -> None:
    empty = Simulation(Setup(mix="mixed", seed=7, behaviour=EVERYBODY_ANSWERS), granted=False)
    empty.login(ME)
    empty.run(3600)
    types = {report.type for report in empty.board.taken if report.type}
    assert types == {ContactType.INBOUND}
    dialler = Simulation(Setup(mix="preview", seed=7), granted=False)
    dialler.login(ME)
    dialler.run(3600)
    assert dialler.board.taken == []
    assert len(dialler.wishes) > 100
