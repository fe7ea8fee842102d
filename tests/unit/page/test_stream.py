"""The event stream: what each tab is told, and what becomes of a stream that breaks (contract sections 4 and 5)."""

import pytest

from tests.unit.page.answers import problem
from tests.unit.page.operator import AGENT, LIFE, PIN, Operator, message
from tests.unit.page.tab import OWNER, Tab, open_tab
from toolbar_py.page.stream import (
    BACKOFF_BASE_MS,
    BACKOFF_CAP_MS,
    CONNECT_MS,
    OFFLINE_AFTER,
    REFUSED_BASE_MS,
)
from toolbar_py.wire.telephony import ContactEventName as Event
from toolbar_py.wire.telephony import Heartbeat, Presence


def test_a_tab_without_a_place_asks_for_nothing_old() -> None:
    operator = Operator()
    operator.live("1", Event.ESTABLISHED)
    tab = Tab()
    assert tab.connect(operator) == ""
    assert tab.contact_events == []
    assert tab.connection["state"] == "open"


def test_what_happens_reaches_the_page_in_order() -> None:
    operator = Operator()
    tab = open_tab(operator)
    operator.live("1", Event.DELETE)
    tab.hear([message(event) for event in operator.log])
    assert tab.contact_events == [("1", name.value) for name in LIFE]


def test_a_contact_event_carries_its_call_data_and_an_agents_event_no_id() -> None:
    operator = Operator()
    tab = open_tab(operator)
    operator.contact("1", Event.POPUP, ecid="demo|1|1|7")
    operator.become(Presence.PAUSED, "BREAK")
    tab.hear([message(event) for event in operator.log])
    contact, agent = (told for kind, _, told in tab.host.told if kind == "contact")
    assert contact["CallData"] == [{"name": "PIN", "value": PIN.value}, {"name": "ECID", "value": "demo|1|1|7"}]
    assert agent == {"event": "AGENT:PAUSE", "agent": "op1@demo", "code": "BREAK", "time": operator.now}


def test_an_event_that_comes_twice_is_told_once() -> None:
    operator = Operator()
    tab = open_tab(operator)
    said = message(operator.contact("1", Event.POPUP))
    tab.hear([said, said])
    tab.hear([said])
    assert tab.contact_events == [("1", "POPUP")]


def test_a_stream_that_ends_is_resumed_from_the_last_event() -> None:
    operator = Operator()
    tab = open_tab(operator)
    tab.hear([message(operator.contact("1", Event.POPUP))], '{"ended": true}')
    assert tab.connection["state"] == "waiting"
    assert tab.connection["reason"] == "ended"
    operator.contact("1", Event.CONNECTION_STARTED)
    tab.wake()
    assert tab.connect(operator) == "1"
    assert tab.contact_events == [("1", "POPUP"), ("1", "connectionstarted")]


def test_an_agents_event_that_a_broken_stream_kept_back_is_told_afterwards() -> None:
    operator = Operator()
    tab = open_tab(operator)
    operator.contact("1", Event.POPUP)
    tab.hear([message(operator.log[0])], '{"ended": true}')
    operator.become(Presence.PAUSED)
    tab.wake()
    tab.connect(operator)
    assert tab.agent_events == ["AGENT:PAUSE"]


def test_a_missing_event_means_that_the_stream_is_broken() -> None:
    operator = Operator()
    tab = open_tab(operator)
    operator.live("1", Event.DIALING)
    tab.hear([message(operator.log[0]), message(operator.log[2])])
    assert tab.contact_events == [("1", "POPUP")]
    assert tab.connection["reason"] == "disorder"
    tab.wake()
    assert tab.connect(operator) == "1"
    assert [name for _, name in tab.contact_events] == ["POPUP", "connectionstarted", "dialing"]


@pytest.mark.parametrize("said", [["desk", "", "{}"], ["event", "1", "no json"], ["event", "1", '{"number": 1}']])
def test_what_cannot_be_read_means_that_the_stream_is_broken(said: list[str]) -> None:
    tab = open_tab(Operator())
    tab.hear([said])
    assert tab.connection["reason"] == "disorder"
    assert any("cannot be read" in line for line in tab.host.logged)


def test_a_stream_that_does_not_begin_with_the_desk_is_broken() -> None:
    operator = Operator()
    tab = Tab()
    tab.app.resume(tab.host.listens.popleft()[0], "200", "")
    tab.hear([message(operator.contact("1", Event.POPUP))])
    assert tab.contact_events == []
    assert tab.connection["state"] == "waiting"


def test_an_event_of_a_kind_that_is_not_known_yet_is_passed_over() -> None:
    tab = open_tab(Operator())
    tab.hear([["weather", "", "rain"]])
    assert tab.connection["state"] == "open"


def test_two_and_a_half_heartbeats_of_silence_mean_that_the_stream_is_broken() -> None:
    tab = open_tab(Operator())
    _, stream, patience = tab.host.nexts[0]
    assert patience == 12_500
    tab.hear([], '{"silent": true}')
    assert tab.connection["reason"] == "silent"
    assert stream in tab.host.cancelled


def test_a_service_that_does_not_begin_the_stream_is_given_up() -> None:
    tab = Tab()
    listen, _ = tab.host.listens[0]
    assert tab.wake() == CONNECT_MS
    assert listen in tab.host.cancelled
    assert tab.connection["state"] == "waiting"
    assert tab.connection["reason"] == "TIMEOUT"


def test_the_waits_grow_to_a_bound_and_begin_anew_after_a_stream_that_worked() -> None:
    operator = Operator()
    tab = Tab()
    waits: list[int] = []
    for _ in range(12):
        tab.refuse("unreachable ")
        waits.append(tab.wake())
        tab.sign_in()
    # The fake browser draws the middle of what is possible.
    assert waits[:3] == [BACKOFF_BASE_MS // 2, BACKOFF_BASE_MS, BACKOFF_BASE_MS * 2]
    assert max(waits) == BACKOFF_CAP_MS // 2
    tab.connect(operator)
    tab.hear([["heartbeat", "", Heartbeat(now=1).to_json()]], '{"ended": true}')
    assert tab.wake() == BACKOFF_BASE_MS // 2


def test_a_stream_that_breaks_right_after_its_beginning_is_no_reason_to_hurry() -> None:
    operator = Operator()
    tab = Tab()
    waits: list[int] = []
    for _ in range(3):
        tab.connect(operator)
        tab.hear([], '{"ended": true}')
        waits.append(tab.wake())
        tab.sign_in()
    assert waits == sorted(set(waits))


def test_the_page_is_told_that_it_is_offline_after_some_tries_and_when_the_next_is() -> None:
    tab = Tab()
    states: list[str] = []
    for _ in range(OFFLINE_AFTER):
        tab.refuse("unreachable ")
        states.append(tab.connection["state"])
        assert tab.connection["nextTryAt"] == tab.host.now + tab.host.sleeps[-1][1]
        tab.wake()
        tab.sign_in()
    assert states == ["waiting", "waiting", "offline"]


def test_a_refused_token_is_tried_again_more_slowly() -> None:
    tab = Tab()
    tab.refuse("401 ", "<html>login</html>")
    assert tab.connection["reason"] == "UNAUTHENTICATED"
    assert tab.wake() >= REFUSED_BASE_MS // 2
    assert tab.host.listens


def test_a_service_that_asks_for_patience_is_given_it() -> None:
    tab = Tab()
    tab.refuse("429 20000", str(problem("RATE_LIMITED", 429)).replace("'", '"').replace("False", "false"))
    assert tab.wake() == 20_000


def test_a_tab_that_comes_back_is_told_what_it_missed_and_no_agents_event() -> None:
    operator = Operator()
    before = open_tab(operator)
    before.hear([message(operator.contact("1", Event.POPUP))])
    operator.become(Presence.PAUSED)
    operator.contact("1", Event.CONNECTION_STARTED)
    after = Tab(place=before.place)
    assert after.connect(operator) == "1"
    assert after.contact_events == [("1", "connectionstarted")]
    assert after.agent_events == []


def test_a_page_whose_interpreter_is_replaced_is_told_what_the_agent_did_meanwhile() -> None:
    operator = Operator()
    page = open_tab(operator)
    page.hear([message(operator.contact("1", Event.POPUP))])
    operator.become(Presence.PAUSED)
    operator.contact("1", Event.CONNECTION_STARTED)
    replaced = Tab(place=page.mark)
    replaced.connect(operator)
    assert replaced.contact_events == [("1", "connectionstarted")]
    assert replaced.agent_events == ["AGENT:PAUSE"]


def test_a_page_whose_interpreter_is_replaced_is_told_nothing_that_the_agent_did_before_the_page() -> None:
    operator = Operator()
    before = open_tab(operator)
    operator.become(Presence.LOGGED_OUT)
    page = Tab(place=before.place)
    ask_id, _ = page.host.listens.popleft()
    page.app.resume(ask_id, "200", "")
    page.settle()
    page.hear(operator.says(before.place)[:1])
    replaced = Tab(place=page.mark)
    operator.become(Presence.LOGGED_IN)
    replaced.connect(operator)
    assert replaced.agent_events == ["AGENT:LOGGEDIN"]


def test_a_tab_that_was_told_nothing_yet_has_a_place_too() -> None:
    operator = Operator()
    operator.live("1", Event.DIALING)
    before = open_tab(operator)
    operator.contact("1", Event.ESTABLISHED)
    after = open_tab(operator, place=before.place)
    assert after.contact_events == [("1", "established")]


@pytest.mark.parametrize("place", ["3 somebody", "x", "-1 op", "9" * 30, "\x1f", "²"])
def test_a_place_of_another_operator_or_none_at_all_is_none(place: str) -> None:
    operator = Operator()
    operator.live("1", Event.DIALING)
    tab = Tab(place=place)
    assert tab.connect(operator) == ""
    assert tab.contact_events == []


def test_a_lost_place_is_told_and_nothing_is_made_up() -> None:
    operator = Operator()
    before = open_tab(operator)
    operator.live("1", Event.ESTABLISHED)
    after = Tab(place=before.place)
    after.connect(operator, forgotten=3)
    assert after.contact_events == []
    assert after.connection["resync"] is True
    after.hear([message(operator.contact("1", Event.HELD))])
    assert after.contact_events == [("1", "held")]


def test_a_place_from_before_the_log_began_anew_is_lost() -> None:
    operator = Operator()
    before = open_tab(operator)
    operator.live("1", Event.DELETE)
    before.hear([message(event) for event in operator.log])
    anew = Operator()
    after = Tab(place=before.place)
    after.connect(anew)
    assert after.connection["resync"] is True
    after.hear([message(anew.contact("2", Event.POPUP))])
    assert after.contact_events == [("2", "POPUP")]


def test_a_tab_that_leaves_before_the_stream_has_begun_leaves_nothing_behind() -> None:
    tab = Tab()
    tab.app.leave()
    assert not tab.host.listens
    assert not tab.host.sleeps


def test_a_tab_that_leaves_while_the_next_try_is_waited_for_leaves_nothing_behind() -> None:
    tab = Tab()
    tab.refuse("unreachable ")
    tab.app.leave()
    assert not tab.host.sleeps
    tab.sign_in()
    assert not tab.host.listens


def test_a_token_that_names_another_operator_takes_the_page_to_that_ones_desk() -> None:
    operator = Operator()
    tab = open_tab(operator)
    tab.app.set_locale("it")
    tab.sign_in(f"{OWNER}-2")
    assert "closed" in [told["state"] for kind, _, told in tab.host.told if kind == "connection"]
    other = Operator(agent=f"{AGENT}-2")
    assert tab.connect(other) == ""
    tab.hear([message(other.contact("9", Event.POPUP))])
    assert tab.contact_events == [("9", "POPUP")]


def test_a_page_without_a_token_is_asked_again() -> None:
    tab = Tab(owner=None)
    tab.settle()
    tab.app.resume(tab.host.whos.popleft(), "token no_session", "")
    assert tab.connection["reason"] == "UNAUTHENTICATED"
    assert tab.refused("AGENT.getAgentState")["code"] == "UNAUTHENTICATED"
    tab.wake()
    tab.sign_in()
    assert tab.host.listens


def test_an_operator_who_comes_back_to_a_page_is_told_what_was_missed_and_nothing_twice() -> None:
    operator, stranger = Operator(), "https://easycim.example "
    tab = open_tab(operator)
    tab.hear([message(operator.contact("1", Event.POPUP))])
    tab.app.set_locale("en")
    tab.sign_in(stranger)
    operator.contact("1", Event.CONNECTION_STARTED)
    tab.app.set_locale("en")
    tab.sign_in()
    assert tab.connect(operator) == "1"
    assert tab.contact_events == [("1", "POPUP"), ("1", "connectionstarted")]


def test_an_operator_who_comes_back_after_a_reload_is_not_told_again_what_came_since() -> None:
    operator = Operator()
    tab = Tab(place=open_tab(operator).place)
    operator.contact("1", Event.POPUP)
    tab.connect(operator)
    tab.app.set_locale("en")
    tab.sign_in("https://easycim.example op2@demo")
    tab.app.set_locale("en")
    tab.sign_in()
    assert tab.connect(operator) == "1"
    assert tab.contact_events == [("1", "POPUP")]
