"""Whose desk a page sits at: what becomes of token functions that are slow, or silent (contract sections 1 and 4)."""

from tests.unit.page.operator import Operator, message
from tests.unit.page.tab import OWNER, Tab, open_tab
from toolbar_py.page.stream import CONNECT_MS, REFUSED_BASE_MS
from toolbar_py.wire.telephony import ContactEventName as Event

NEXT = "https://easycim.example op2@demo"


def configure(tab: Tab) -> None:
    """Let the page change its settings."""
    tab.app.set_locale("en")
    tab.settle()


def test_a_token_function_that_never_answers_is_asked_again() -> None:
    tab = Tab(owner=None)
    silent = tab.host.whos.popleft()
    assert tab.wake() == CONNECT_MS
    assert silent in tab.host.cancelled
    assert (tab.connection["state"], tab.connection["reason"]) == ("waiting", "TIMEOUT")
    assert tab.wake() >= REFUSED_BASE_MS // 2
    tab.sign_in()
    assert tab.host.listens


def test_who_waits_for_the_desk_is_told_that_the_token_function_is_silent() -> None:
    tab = Tab(owner=None)
    waiting = tab.call("AGENT.getAgentState")
    tab.wake()
    for failure in (tab.failure(waiting), tab.refused("AGENT.getAgentState")):
        assert (failure["code"], failure["details"]["reason"]) == ("TIMEOUT", "token_silent")


def test_a_new_token_is_taken_while_the_former_function_is_still_waited_for() -> None:
    tab = Tab(owner=None)
    silent = tab.host.whos.popleft()
    configure(tab)
    assert silent in tab.host.cancelled
    assert len(tab.host.whos) == 1
    tab.sign_in()
    tab.connect(Operator())
    assert tab.connection["state"] == "open"
    assert not tab.host.sleeps


def test_a_new_token_is_asked_for_once_while_the_next_try_is_waited_for() -> None:
    tab = Tab(owner=None)
    tab.host.whos.popleft()
    tab.wake()
    configure(tab)
    assert len(tab.host.whos) == 1
    tab.sign_in()
    assert tab.host.listens


def test_a_page_follows_the_next_operator_although_its_token_function_was_silent_once() -> None:
    tab = open_tab(Operator())
    tab.hear([], '{"ended": true}')
    tab.host.whos.popleft()
    watch = next(each for each in tab.host.sleeps if each[1] == CONNECT_MS)
    tab.host.sleeps.remove(watch)
    tab.app.resume(watch[0], "{}", "")
    tab.wake()
    tab.refuse("unreachable ")
    tab.sign_in(NEXT)
    other = Operator(agent="op2@demo")
    tab.connect(other)
    tab.hear([message(other.contact("9", Event.POPUP))])
    assert tab.contact_events == [("9", "POPUP")]


def test_what_makes_the_token_doubtful_while_it_is_asked_for_has_it_asked_for_once_more() -> None:
    tab = open_tab(Operator())
    tab.app.recheck()
    tab.app.recheck()
    assert len(tab.host.whos) == 1
    tab.app.resume(tab.host.whos.popleft(), "{}", OWNER)
    assert len(tab.host.whos) == 1
    tab.sign_in(NEXT)
    assert "closed" in [told["state"] for kind, _, told in tab.host.told if kind == "connection"]


def test_a_page_that_does_not_tell_keeps_its_seat() -> None:
    operator = Operator()
    tab = open_tab(operator)
    tab.app.recheck()
    tab.host.whos.popleft()
    tab.wake()
    tab.hear([message(operator.contact("1", Event.POPUP))])
    assert tab.contact_events == [("1", "POPUP")]
    assert not tab.host.whos


def test_a_page_that_leaves_while_its_token_is_waited_for_leaves_nothing_behind() -> None:
    tab = Tab(owner=None)
    tab.app.leave()
    assert not tab.host.sleeps
    configure(tab)
    assert not tab.host.whos


def shift_change(tab: Tab) -> Operator:
    """Let the stream be opened with the next operator's token, before the page has told that it is another's."""
    later = Operator(agent="op2@demo")
    later.live("9", Event.DELETE)
    tab.hear([], '{"ended": true}')
    tab.wake()
    return later


def test_a_stream_of_the_next_operator_is_not_told_as_the_former_ones() -> None:
    former = Operator()
    tab = open_tab(former)
    tab.hear([message(former.contact("1", Event.POPUP))])
    later = shift_change(tab)
    assert tab.connect(later) == "1"
    assert tab.contact_events == [("1", "POPUP")]
    assert tab.connection["state"] == "connecting"
    tab.sign_in(NEXT)
    assert not tab.host.nexts
    assert tab.connect(later) == ""
    assert tab.contact_events == [("1", "POPUP")]
    assert tab.connection["state"] == "open"
    kept = {key: text for (record, key), (_, _, text) in tab.host.stored.items() if record == "desk-state"}
    assert "op2@demo" not in kept[f"{OWNER} desk"]
    assert "op2@demo" in kept[f"{NEXT} desk"]


def test_the_first_stream_of_a_page_is_not_taken_for_another_operators_either() -> None:
    former = Operator()
    tab = Tab(place=open_tab(former).place)
    later = Operator(agent="op2@demo")
    later.live("9", Event.DELETE)
    tab.connect(later)
    tab.sign_in(NEXT)
    tab.connect(later)
    assert tab.contact_events == []


def test_a_token_function_that_is_slower_than_easycim_holds_the_stream_back() -> None:
    tab = open_tab(Operator())
    later = shift_change(tab)
    tab.connect(later)
    assert tab.wake() == CONNECT_MS
    assert tab.connection["reason"] == "TIMEOUT"
    assert tab.contact_events == []


def test_an_agent_whom_the_token_names_otherwise_is_taken_when_the_page_says_so_and_not_asked_for_again() -> None:
    operator, owner = Operator(), "https://easycim.example 5f1c-77"
    tab = Tab(owner=owner)
    tab.connect(operator)
    assert tab.connection["state"] == "connecting"
    tab.sign_in(owner)
    assert tab.connection["state"] == "open"
    tab.hear([message(operator.contact("1", Event.POPUP))], '{"ended": true}')
    tab.sign_in(owner)
    tab.wake()
    tab.connect(operator)
    assert not tab.host.whos
    assert tab.connection["state"] == "open"
