"""The tabs of one browser that share an event stream: each is told everything once (contract section 4)."""

import pytest

from tests.unit.page.operator import AGENT, LOGIN, Operator, message
from tests.unit.page.tab import OWNER, Tab, open_tab
from toolbar_py.page.realm import Realm
from toolbar_py.page.stream import (
    BACKOFF_BASE_MS,
    BACKOFF_CAP_MS,
    CONNECT_MS,
    OFFLINE_AFTER,
    REFUSED_CAP_MS,
)
from toolbar_py.wire.telephony import ContactEventName as Event
from toolbar_py.wire.telephony import Heartbeat, Presence


def test_tabs_of_one_operator_share_a_stream_and_each_is_told_everything() -> None:
    operator = Operator()
    realm = Realm()
    first = open_tab(operator, realm=realm)
    second = Tab(realm=realm)
    assert not second.host.listens
    first.hear([message(operator.contact("1", Event.POPUP))])
    assert first.contact_events == second.contact_events == [("1", "POPUP")]


def test_tabs_of_two_operators_share_nothing() -> None:
    realm = Realm()
    one, other = Operator(), Operator(agent=f"{AGENT}-2")
    first = open_tab(one, realm=realm)
    second = Tab(realm=realm, owner=f"{OWNER}-2")
    second.connect(other)
    first.hear([message(one.contact("1", Event.POPUP))])
    assert second.contact_events == []


def test_the_next_tab_takes_the_stream_over_when_the_leading_one_leaves() -> None:
    operator = Operator()
    realm = Realm()
    first = open_tab(operator, realm=realm)
    second = Tab(realm=realm)
    first.hear([message(operator.contact("1", Event.POPUP))])
    first.app.leave()
    assert not first.host.nexts
    operator.contact("1", Event.CONNECTION_STARTED)
    second.settle()
    assert second.connect(operator) == "1"
    assert [name for _, name in second.contact_events] == ["POPUP", "connectionstarted"]


def test_a_tab_that_comes_back_to_a_stream_that_went_on_is_told_what_it_missed_at_once() -> None:
    operator = Operator()
    realm = Realm()
    staying = open_tab(operator, realm=realm)
    leaving = Tab(realm=realm)
    staying.hear([message(operator.contact("1", Event.POPUP))])
    leaving.app.leave()
    staying.hear([message(operator.contact("1", Event.CONNECTION_STARTED)), message(operator.become(Presence.PAUSED))])
    back = Tab(realm=realm, place=leaving.place)
    assert back.contact_events == [("1", "connectionstarted")]
    assert back.agent_events == []
    assert staying.host.nexts, "the stream need not be opened again"


@pytest.mark.parametrize("ahead", [0, -90_000, 3_600_000], ids=["same clock", "slow computer", "fast computer"])
def test_a_tab_is_not_told_what_the_agent_did_before_it_was_opened_when_the_stream_is_behind(ahead: int) -> None:
    operator = Operator(now=LOGIN - ahead)
    realm = Realm()
    first = open_tab(operator, realm=realm)
    operator.now += 1_000
    before = operator.become(Presence.LOGGED_OUT)
    second = Tab(realm=realm, now=LOGIN + 1_500)
    operator.now += 1_000
    after = operator.become(Presence.LOGGED_IN)
    first.hear([message(before), message(after)])
    assert first.agent_events == ["AGENT:LOGGEDOUT", "AGENT:LOGGEDIN"]
    assert second.agent_events == ["AGENT:LOGGEDIN"]


def test_a_tab_that_is_opened_when_the_computers_clock_was_set_forward_is_told_what_the_agent_does() -> None:
    operator = Operator()
    realm = Realm()
    first = open_tab(operator, realm=realm)
    first.host.now += 3_600_000
    second = Tab(realm=realm, now=first.host.now)
    operator.now += 60_000
    first.hear([message(operator.become(Presence.PAUSED))])
    assert second.agent_events == ["AGENT:PAUSE"]


def test_a_tab_from_further_back_than_is_remembered_has_the_stream_opened_again() -> None:
    operator = Operator()
    old = open_tab(operator)
    operator.live("1", Event.CONNECTION_STARTED)
    realm = Realm()
    staying = open_tab(operator, realm=realm)
    back = Tab(realm=realm, place=old.place)
    staying.settle()
    assert staying.connect(operator) == "0"
    assert [name for _, name in back.contact_events] == ["POPUP", "connectionstarted"]
    assert staying.contact_events == []


def test_a_tab_that_comes_back_while_the_stream_begins_has_it_opened_again_from_its_place() -> None:
    operator = Operator()
    old = open_tab(operator)
    operator.live("1", Event.CONNECTION_STARTED)
    realm = Realm()
    first = Tab(realm=realm)
    back = Tab(realm=realm, place=old.place)
    assert first.connect(operator) == ""
    assert first.connect(operator) == "0"
    assert [name for _, name in back.contact_events] == ["POPUP", "connectionstarted"]
    assert first.contact_events == []


def test_a_tab_that_comes_back_while_the_stream_is_asked_for_is_told_everything_before_what_follows() -> None:
    operator = Operator()
    old = open_tab(operator)
    operator.live("1", Event.CONNECTION_STARTED)
    realm = Realm()
    first = Tab(realm=realm, place=open_tab(operator).place)
    back = Tab(realm=realm, place=old.place)
    operator.contact("1", Event.DIALING)
    assert first.connect(operator) == "2"
    assert first.connect(operator) == "0"
    assert back.numbers == [1, 2, 3]
    assert first.numbers == [3]


def with_a_tab_from_this_morning(operator: Operator, stale: str) -> tuple[Tab, Tab]:
    """A tab that has followed the stream, and one that is shown again after hours."""
    realm = Realm()
    healthy = open_tab(operator, realm=realm)
    back = Tab(realm=realm, place=stale)
    return healthy, back


def test_a_tab_whose_place_is_lost_loses_no_other_tabs() -> None:
    operator = Operator()
    stale = open_tab(operator).place
    operator.live("1", Event.ESTABLISHED)
    healthy, back = with_a_tab_from_this_morning(operator, stale)
    operator.contact("1", Event.HELD)
    assert healthy.connect(operator, forgotten=3) == "0"
    assert healthy.contact_events == back.contact_events == []
    assert healthy.connect(operator, forgotten=3) == "4"
    assert healthy.contact_events == [("1", "held")]
    assert "resync" not in healthy.connection
    assert back.connection["resync"] is True
    healthy.hear([message(operator.contact("1", Event.RETRIEVED))])
    assert healthy.numbers == [5, 6]
    assert back.numbers == [6]


def test_a_tab_that_lacks_nothing_is_told_nothing_when_the_place_of_another_is_lost() -> None:
    operator = Operator()
    stale = open_tab(operator).place
    operator.live("1", Event.ESTABLISHED)
    healthy, back = with_a_tab_from_this_morning(operator, stale)
    healthy.connect(operator, forgotten=3)
    assert not healthy.host.listens
    assert "resync" not in healthy.connection
    assert back.connection["resync"] is True


def test_a_healthy_tab_keeps_its_place_when_the_next_try_fails_too() -> None:
    operator = Operator()
    stale = open_tab(operator).place
    operator.live("1", Event.ESTABLISHED)
    healthy, back = with_a_tab_from_this_morning(operator, stale)
    operator.contact("1", Event.HELD)
    healthy.connect(operator, forgotten=3)
    healthy.refuse("unreachable ")
    back.app.leave()
    operator.contact("1", Event.RETRIEVED)
    healthy.wake()
    assert healthy.connect(operator, forgotten=3) == "4"
    assert healthy.numbers == [5, 6]


@pytest.mark.parametrize("failure", ["401 ", "token no_session"])
def test_the_next_tab_leads_when_the_leading_ones_token_fails(failure: str) -> None:
    realm = Realm()
    first, second = Tab(realm=realm), Tab(realm=realm)
    first.refuse(failure)
    first.sign_in()
    assert not second.host.listens
    first.wake()
    second.settle()
    assert not first.host.listens
    second.connect(Operator())
    assert first.connection["state"] == second.connection["state"] == "open"


def test_a_new_tab_makes_a_waiting_stream_try_at_once() -> None:
    realm = Realm()
    first = Tab(realm=realm)
    first.refuse("unreachable ")
    assert not first.host.listens
    second = Tab(realm=realm)
    assert first.host.listens
    assert second.connection["state"] == "connecting"


def fail_in_turns(tabs: list[Tab], head: str) -> list[tuple[str, int]]:
    """Let each of some tabs try as the leading one, several times; gives what they were told and how long they wait."""
    seen: list[tuple[str, int]] = []
    for leading in tabs * 4:
        if head:
            leading.refuse(head)
        else:
            assert leading.wake() == CONNECT_MS
        for tab in tabs:
            tab.sign_in()
        state = leading.connection["state"]
        seen.append((state, leading.wake()))
        for tab in tabs:
            tab.settle()
    return seen


def test_a_token_that_is_refused_to_every_tab_is_tried_more_and_more_slowly() -> None:
    realm = Realm()
    waits = [wait for _, wait in fail_in_turns([Tab(realm=realm), Tab(realm=realm)], "401 ")]
    assert waits == sorted(waits)
    assert waits[-1] >= REFUSED_CAP_MS // 2


def test_tabs_that_take_turns_are_told_that_they_are_offline_and_wait_longer_too() -> None:
    realm = Realm()
    seen = fail_in_turns([Tab(realm=realm), Tab(realm=realm)], "")
    assert [state for state, _ in seen[:OFFLINE_AFTER]] == ["waiting", "waiting", "offline"]
    assert max(wait for _, wait in seen) == BACKOFF_CAP_MS // 2


def test_a_stream_that_worked_and_was_opened_anew_for_another_tab_begins_with_short_waits() -> None:
    operator = Operator()
    old = open_tab(operator)
    operator.live("1", Event.ESTABLISHED)
    realm = Realm()
    tab = Tab(realm=realm)
    for _ in range(3):
        tab.refuse("unreachable ")
        tab.wake()
        tab.sign_in()
    tab.connect(operator)
    tab.hear([["heartbeat", "", Heartbeat(now=1).to_json()]])
    Tab(realm=realm, place=old.place)
    tab.refuse("unreachable ")
    assert tab.wake() == BACKOFF_BASE_MS // 2
