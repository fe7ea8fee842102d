"""Scripted contacts: the text, what is wrong with one, and that it is played as written."""

import pytest

from tests.support.simulation import Simulation
from toolbar_py.service.telephony.simulator.behaviour import Behaviour
from toolbar_py.service.telephony.simulator.course import Kind, Step
from toolbar_py.service.telephony.simulator.scenario import ScenarioError, read_scenario
from toolbar_py.service.telephony.simulator.setup import Setup
from toolbar_py.wire.calldata import value_of
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.telephony import ContactEventName as Event

ME = "op1@demo"
OTHER = "op2@demo"

CALLER = """
# A caller who is put through and has something added.
inbound number=0555099999 waiting=12 data="PIN=1234;LANGUAGE=it" after=2s
  +0s    POPUP
  +200ms connectionstarted
  +200ms ringing
  +5s    established by=answer
  +10s   datachanged MOOD=very good
  +20s   connectioncleared
  +2m    DELETE
"""


def play(text: str, *agents: str, speed: float = 1) -> Simulation:
    run = Simulation(Setup(scenario=tuple(read_scenario(text)), seed=7, speed=speed, behaviour=Behaviour()))
    run.login(*agents)
    run.run(3600)
    return run


def test_a_scenario_is_played_event_by_event_at_its_moments() -> None:
    run = play(CALLER, ME)
    begin = run.board.taken[0].at
    assert [(report.event, report.at - begin) for report in run.board.taken] == [
        (Event.POPUP, 0),
        (Event.CONNECTION_STARTED, 200),
        (Event.RINGING, 400),
        (Event.ESTABLISHED, 5_400),
        (Event.DATA_CHANGED, 15_400),
        (Event.CONNECTION_CLEARED, 35_400),
        (Event.DELETE, 155_400),
    ]


def test_a_scripted_customer_is_who_the_script_says() -> None:
    first, *_, changed, _cleared, _deleted = play(CALLER, ME).board.taken
    assert (first.ani, first.waiting_time) == ("0555099999", 12)
    assert first.call_data is not None
    assert value_of(first.call_data, "PIN") == "1234"
    assert changed.call_data == [NameValue(name="MOOD", value="very good")]


@pytest.mark.parametrize("kind", ["inbound", "predictive"])
def test_a_customer_whom_the_script_leaves_open_has_waited_as_long_as_it_says(kind: str) -> None:
    first = play(f"{kind} waiting=12", ME).board.taken[0]
    assert first.waiting_time == 12


def test_a_faster_scenario_takes_a_fraction_of_the_time() -> None:
    run = play(CALLER, ME, speed=50)
    assert run.board.taken[-1].at - run.board.taken[0].at == 155_400 // 50


def test_every_operator_plays_it_once_and_only_the_own_contacts() -> None:
    run = play(f"{CALLER}\npreview ecid=demo|1|1|5 agent={OTHER}", ME, OTHER)
    firsts = [(report.agent, report.job_type) for report in run.board.taken if report.type]
    assert sorted(firsts) == [(ME, "inbound"), (OTHER, "inbound"), (OTHER, "previewQueue")]


def test_a_contact_without_steps_goes_as_chance_has_it() -> None:
    (contact,) = read_scenario("chat")
    assert contact.steps == []
    events = [report.event for report in play("chat", ME).board.taken]
    assert events == [
        Event.POPUP,
        Event.CONNECTION_STARTED,
        Event.ESTABLISHED,
        Event.CONNECTION_CLEARED,
        Event.DELETE,
    ]


def test_a_contact_whose_script_stops_short_leaves_the_desk_at_the_limit() -> None:
    text = "manual number=0555000001\n+0s connectionstarted\n+1s connectioncleared"
    cleared, deleted = play(text, ME).board.taken[-2:]
    assert deleted.event is Event.DELETE
    assert deleted.at - cleared.at == Behaviour().acw_s * 1000


def test_what_is_read_is_what_was_written() -> None:
    (contact,) = read_scenario("predictive ecid=a|1 after=500ms\n+0s POPUP\n+1.5s CONNECTIONSTARTED A=1;B=2")
    assert contact.kind is Kind.PREDICTIVE
    assert contact.after_s == 0.5
    assert contact.steps == [
        Step(0, Event.POPUP),
        Step(1500, Event.CONNECTION_STARTED, (NameValue(name="A", value="1"), NameValue(name="B", value="2"))),
    ]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "no contact"),
        ("# only a comment", 1, "no contact"),
        ("\ncall number=1", 2, "no kind"),
        ("+0s POPUP", 1, "before the first contact"),
        ("inbound colour=red", 1, "colour"),
        ("inbound number=1 number=2", 1, "twice"),
        ("inbound number=", 1, "number"),
        ('inbound data="A=1', 1, "quotation"),
        ('inbound data="nonsense"', 1, "name=value"),
        ("inbound number=1 waiting=long", 1, "seconds"),
        ("inbound waiting=long", 1, "seconds"),
        ("inbound after=soon", 1, "duration"),
        (f"preview ecid={'x' * 65}", 1, "64"),
        (f"inbound number={'1' * 201}", 1, "200"),
        (f"preview ecid=a|1 data='{';'.join(f'K{at}=1' for at in range(200))}'", 1, "200"),
        ("inbound\n+0s", 2, "delay and an event"),
        ("inbound\n+0s POPUP\n+x ringing", 3, "duration"),
        ("inbound\n+0s POPUP\n+1s explode", 3, "no event"),
        ("inbound\n+1s POPUP", 2, "first step"),
        ("inbound\n+0s POPUP\n\nchat", 2, "something has to follow"),
        ("inbound\n+0s ringing", 2, "ringing cannot follow on nothing; possible: POPUP, connectionstarted"),
        ("chat\ninbound\n+0s POPUP\n# Early.\n+1s held\n+1s ringing", 5, "held cannot follow on popup; possible: DEL"),
        ("inbound\n+0s POPUP\n+1s DELETE\n+1s POPUP", 4, "POPUP after DELETE"),
        ("inbound\n+0s POPUP\n+1s datachanged nonsense", 3, "name=value"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, says: str) -> None:
    with pytest.raises(ScenarioError, match=says) as refused:
        read_scenario(text)
    assert refused.value.line == line


def test_a_setup_takes_a_mix_or_a_scenario() -> None:
    with pytest.raises(ValueError, match="not both"):
        Setup(mix="mixed", scenario=tuple(read_scenario("chat")))
    with pytest.raises(ValueError, match="preview"):
        Setup(mix="mixture")
    with pytest.raises(ValueError, match="speed"):
        Setup(speed=0)
