"""What goes wrong between the simulator and the switchboard, and that nothing is lost by it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.simulation import BEGIN, Simulation
from toolbar_py.service.telephony.simulator.chance import Chance
from toolbar_py.service.telephony.simulator.faults import Fault, FaultPlan, FaultRates, read_rates
from toolbar_py.service.telephony.simulator.link import Answer
from toolbar_py.service.telephony.simulator.setup import Setup
from toolbar_py.service.telephony.simulator.wire import Answered
from toolbar_py.wire.actions import CtiReport
from toolbar_py.wire.telephony import ContactEventName as Event
from toolbar_py.wire.telephony import Presence

ME = "op1@demo"
OTHER = "op2@demo"

EACH = [
    FaultRates(delay=0.4),
    FaultRates(drop=0.4),
    FaultRates(duplicate=0.4),
    FaultRates(reorder=0.4),
    FaultRates(deaf=0.4),
]
ALL = FaultRates(delay=0.15, drop=0.15, duplicate=0.15, reorder=0.15, deaf=0.15, delay_ms=10_000)


def run_with(faults: FaultRates, seed: int = 7, seconds: float = 6 * 3600) -> Simulation:
    run = Simulation(Setup(mix="mixed", seed=seed, faults=faults))
    run.login(ME, OTHER)
    run.run(seconds)
    return run


def without_place(reports: list[CtiReport]) -> list[tuple[str, str]]:
    return sorted((report.contact_id, report.event_id) for report in reports)


def finish(run: Simulation) -> None:
    """Let what is under way arrive, and nothing new begin."""
    run.exchange.set_presence(ME, Presence.PAUSED)
    run.exchange.set_presence(OTHER, Presence.PAUSED)
    run.run(2 * 3600)


def flawless(run: Simulation) -> None:
    """Make sure that of every contact everything was taken, once and in order: what came too early was sent again."""
    finish(run)
    assert {report.event_id for report, _ in run.board.refused} <= run.board.seen
    ids = [report.event_id for report in run.board.taken]
    assert len(ids) == len(set(ids))
    for contact in run.contacts():
        numbers = [
            int(report.event_id.rpartition("-")[2]) for report in run.board.taken if report.contact_id == contact
        ]
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("faults", EACH)
def test_each_kind_of_fault_is_survived(faults: FaultRates) -> None:
    run = run_with(faults)
    flawless(run)
    assert len(run.contacts()) > 30


def test_a_report_that_overtakes_the_one_before_is_refused_and_sent_again_in_its_turn() -> None:
    run = run_with(FaultRates(reorder=0.4), seconds=24 * 3600)
    early = {report.event for report, _ in run.board.refused}
    assert {Event.CONNECTION_STARTED, Event.DATA_CHANGED} <= early
    # Whether a call rings could never be told after it was established, which is possible without.
    assert Event.ESTABLISHED not in early
    flawless(run)


def test_faults_change_when_reports_arrive_and_not_what_is_reported() -> None:
    smooth, rough = run_with(FaultRates()), run_with(ALL)
    finish(smooth)
    finish(rough)
    assert without_place(rough.board.taken) == without_place(smooth.board.taken)
    assert rough.core.link.counts.repeated > 0
    assert rough.core.link.counts.known > 0


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 1_000_000))
def test_all_faults_at_once_are_survived(seed: int) -> None:
    flawless(run_with(ALL, seed, 3600))


def test_the_same_seed_gives_the_same_faults() -> None:
    assert run_with(ALL).board.taken == run_with(ALL).board.taken
    assert run_with(ALL).core.link.counts == run_with(ALL).core.link.counts


@settings(max_examples=10, deadline=None)
@given(later=st.integers(1, 100_000_000))
def test_the_same_seed_gives_the_same_faults_whenever_a_run_begins(later: int) -> None:
    met: list[list[tuple[str, str, int]]] = []
    for begin in (BEGIN, BEGIN + later):
        run = Simulation(Setup(mix="mixed", seed=7, faults=ALL), begin=begin)
        run.login(ME, OTHER)
        run.run(3600)
        met.append([(report.agent, report.event.value, report.at - begin) for report in run.board.taken])
    assert met[0] == met[1]


def test_a_switchboard_that_is_unable_for_a_while_gets_everything_later() -> None:
    able = False

    def take(report: CtiReport, answered: Answered) -> None:
        if able:
            run.board.take(report, answered)
        else:
            answered(report, Answer.UNABLE)

    run = Simulation(Setup(mix="predictive", seed=7), take=take)
    run.login(ME)
    run.run(90)
    assert run.board.taken == []
    able = True
    run.run(120)
    flawless(run)
    assert run.board.taken


def test_after_a_refusal_the_reports_that_follow_are_still_sent() -> None:
    refused: list[CtiReport] = []

    def take(report: CtiReport, answered: Answered) -> None:
        if not refused and report.event is Event.DATA_CHANGED:
            refused.append(report)
            answered(report, Answer.REFUSED)
        else:
            run.board.take(report, answered)

    run = Simulation(Setup(mix="predictive", seed=7), take=take)
    run.login(ME)
    run.run(3600)
    assert run.core.link.counts.refused == 1
    assert len(run.contacts()) > 5


def test_a_plan_decides_the_same_again_and_differently_for_other_parties() -> None:
    rates = FaultRates(drop=0.3, delay=0.3)
    one, same, other = (FaultPlan(rates, Chance(1), party) for party in ("a", "a", "b"))
    names = [f"message {number}" for number in range(100)]
    decided = [one.decide(name) for name in names]
    assert decided == [same.decide(name) for name in names]
    assert decided != [other.decide(name) for name in names]


def test_a_plan_keeps_to_its_rates() -> None:
    plan = FaultPlan(FaultRates(drop=0.25, die=0.05), Chance(1), "a")
    found = [plan.decide(f"{number}").fault for number in range(4_000)]
    assert 0.2 < found.count(Fault.DROP) / len(found) < 0.3
    assert 0.03 < found.count(Fault.DIE) / len(found) < 0.07
    assert Fault.DELAY not in found


def test_a_message_that_met_a_fault_may_pass_the_next_time() -> None:
    plan = FaultPlan(FaultRates(drop=0.5), Chance(1), "a")
    assert {plan.decide("the same").fault for _ in range(30)} == {None, Fault.DROP}


def test_rates_are_read_from_text() -> None:
    assert read_rates("drop=0.1, duplicate=0.05,delay_ms=200") == FaultRates(drop=0.1, duplicate=0.05, delay_ms=200)
    assert read_rates("") == FaultRates()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("drip=0.1", "drop="),
        ("drop", "drop="),
        ("drop=often", "number"),
        ("drop=0.6,delay=0.6", "between"),
        ("drop=-1", "between"),
        ("drop=nan", "between"),
        ("delay=0.1,delay_ms=0", "delay"),
        ("delay_ms=1.5", "number"),
    ],
)
def test_rates_that_cannot_be_are_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_rates(text)


def test_reports_cannot_meet_the_faults_of_requests() -> None:
    with pytest.raises(ValueError, match="requests"):
        Setup(faults=FaultRates(die=0.1))
