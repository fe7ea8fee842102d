"""Whole runs of the simulator: the same again from the same seed, possible over days, shorter when faster."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.simulation import BEGIN, Simulation
from toolbar_py.service.telephony.simulator.behaviour import Behaviour
from toolbar_py.service.telephony.simulator.numbering import Numbering
from toolbar_py.service.telephony.simulator.setup import Setup
from toolbar_py.wire.telephony import ContactEventName as Event

ME = "op1@demo"
OTHER = "op2@demo"
DAY_S = 24 * 3600
EVERYBODY_ANSWERS = Behaviour(no_answer=0, busy=0, abandoned=0)


def logged_in(setup: Setup, *agents: str) -> Simulation:
    run = Simulation(setup)
    run.login(*agents)
    return run


def journal(mix: str, seed: int, agents: tuple[str, ...], seconds: float = 4 * 3600) -> list[str]:
    run = logged_in(Setup(mix=mix, seed=seed), *agents)
    run.run(seconds)
    return [report.to_json() for report in run.board.taken]


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10_000), mix=st.sampled_from(["mixed", "preview", "predictive", "inbound", "manual", "chat"])
)
def test_the_same_seed_gives_the_same_reports_byte_for_byte(seed: int, mix: str) -> None:
    agents = (ME, OTHER)
    assert journal(mix, seed, agents) == journal(mix, seed, agents)


def test_another_seed_gives_other_reports() -> None:
    assert journal("mixed", 1, (ME,)) != journal("mixed", 2, (ME,))


def test_one_operator_does_not_shift_what_another_meets() -> None:
    alone = journal("inbound", 7, (OTHER,))
    beside = [text for text in journal("inbound", 7, (ME, OTHER)) if f'"{OTHER}"' in text]
    assert beside == alone
    assert alone


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 1_000_000))
def test_over_a_day_every_contact_has_a_possible_life_and_no_operator_two_at_once(seed: int) -> None:
    run = logged_in(Setup(mix="mixed", seed=seed), ME, OTHER)
    run.run(DAY_S / 4)
    ids = [report.event_id for report in run.board.taken]
    assert run.board.refused == []
    assert len(ids) == len(set(ids))
    assert len(run.contacts()) > 50
    assert run.most_online() == 1
    assert all(before.at <= after.at for before, after in zip(run.board.taken, run.board.taken[1:], strict=False))


def test_a_whole_day_is_played_on_a_virtual_clock() -> None:
    run = logged_in(Setup(mix="mixed", seed=7), ME)
    run.run(DAY_S)
    assert run.core.kernel.now == BEGIN + DAY_S * 1000
    assert len(run.contacts()) > 200


def test_a_faster_run_shortens_what_people_do() -> None:
    slow = logged_in(Setup(mix="predictive", seed=7, behaviour=EVERYBODY_ANSWERS), ME)
    fast = logged_in(Setup(mix="predictive", seed=7, speed=50, behaviour=EVERYBODY_ANSWERS), ME)
    slow.run(3600)
    fast.run(3600 / 50)
    slow_count, fast_count = len(slow.contacts()), len(fast.contacts())
    assert abs(slow_count - fast_count) <= 1 + slow_count // 5


def test_two_runs_on_the_same_data_give_different_ids() -> None:
    first, second = Numbering(1), Numbering(2)
    assert first.contact_id(ME) != second.contact_id(ME)
    assert first.event_id("an adopted contact") != second.event_id("an adopted contact")


def test_who_is_answered_after_giving_up_almost_talks_as_long_whenever_the_run_begins() -> None:
    lengths: list[int] = []
    for begin in (BEGIN, BEGIN + 1):
        run = Simulation(Setup(mix="inbound", seed=7, behaviour=Behaviour(abandoned=1)), begin=begin)
        run.login(ME)
        while not (lines := run.exchange.lines_of(ME)):
            run.run(0.01)
        run.exchange.answer(lines[0])
        run.run(3600)
        talk = {report.event: report.at for report in run.board.taken if report.contact_id == lines[0].contact_id}
        lengths.append(talk[Event.CONNECTION_CLEARED] - talk[Event.ESTABLISHED])
    assert lengths[0] == lengths[1]


def test_a_run_knows_its_own_contacts() -> None:
    numbering = Numbering(1)
    contact_id = numbering.contact_id(ME)
    assert numbering.gave(contact_id)
    assert not numbering.gave(Numbering(2).contact_id(ME))
    assert not numbering.gave(contact_id.replace("1-", "2-", 1))
    assert not numbering.gave("68-60f69967@pddialer1.example")
