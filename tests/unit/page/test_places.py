"""Places of tabs that come back: what is at hand, and what is another log's (contract section 4)."""

import pytest

from tests.unit.page.operator import Operator, message
from tests.unit.page.tab import Tab, open_tab
from toolbar_py.page.realm import Realm
from toolbar_py.wire.telephony import ContactEventName as Event
from toolbar_py.wire.telephony import Presence


def _slept(operator: Operator) -> str:
    """The place of a tab that was told everything and sleeps since."""
    tab = open_tab(operator)
    tab.hear([message(event, operator.tag) for event in operator.log])
    return tab.place


def _place_of_another_log() -> str:
    """The place of a tab that sleeps since before the log was replaced."""
    old = Operator(tag="0a")
    old.live("1", Event.DIALING)
    return _slept(old)


def test_the_place_of_another_log_is_lost_though_the_number_is_known() -> None:
    old, new = Operator(tag="0a"), Operator(tag="0b")
    old.live("1", Event.DIALING)
    after = Tab(place=_slept(old))
    new.live("2", Event.HELD)
    assert after.connect(new) == "3-0a"
    assert after.connection["resync"] is True
    assert after.contact_events == []
    assert after.place == f"5-0b {after.place.split(' ')[1]}"


def test_a_tab_that_wakes_with_a_place_of_another_log_among_others_is_told_so_alone() -> None:
    place, new = _place_of_another_log(), Operator(tag="0b")
    realm = Realm()
    awake = open_tab(new, realm=realm)
    new.live("2", Event.HELD)
    awake.hear([message(event, new.tag) for event in new.log])
    woken = Tab(realm=realm, place=place)
    assert awake.connect(new) == "3-0a"
    assert woken.connection["resync"] is True
    assert "resync" not in awake.connection
    awake.hear([message(new.contact("2", Event.RETRIEVED), new.tag)])
    assert woken.contact_events == [("2", "retrieved")]
    assert awake.contact_events[-2:] == [("2", "held"), ("2", "retrieved")]


@pytest.mark.parametrize("behind", range(4))
def test_a_place_of_another_log_is_found_out_also_when_the_stream_goes_on_from_that_of_another_tab(behind: int) -> None:
    place, new = _place_of_another_log(), Operator(tag="0b")
    realm = Realm()
    first = open_tab(new, realm=realm)
    new.live("2", Event.DIALING)
    first.hear([message(event, new.tag) for event in new.log[: 3 - behind]], '{"ended": true}')
    woken = Tab(realm=realm, place=place)
    first.connect(new)
    assert any(told.get("resync") for kind, _, told in woken.host.told if kind == "connection")
    first.hear([message(new.contact("2", Event.ESTABLISHED), new.tag)])
    assert woken.contact_events == [("2", "established")]
    assert first.numbers == [1, 2, 3, 4]


def test_a_place_of_another_log_brings_nothing_back_that_the_agent_did_before_the_page() -> None:
    place, new = _place_of_another_log(), Operator(tag="0b")
    realm = Realm()
    first = open_tab(new, realm=realm)
    new.live("2", Event.DIALING)
    first.hear([message(new.log[0], new.tag)], '{"ended": true}')
    before = [new.become(Presence.PAUSED), new.become(Presence.LOGGED_IN)]
    woken = Tab(realm=realm, place=place)
    first.connect(new)
    assert first.agent_events == [event.agent.event for event in before if event.agent]
    assert woken.agent_events == []


def test_a_tab_that_comes_back_is_not_kept_from_what_is_at_hand_by_what_pages_are_not_told() -> None:
    operator = Operator()
    realm = Realm()
    awake = open_tab(operator, realm=realm)
    asleep = Tab(realm=realm)
    awake.hear([message(operator.contact("1", Event.POPUP))])
    place = asleep.place
    asleep.app.leave()
    awake.hear(
        [message(operator.note("1", ecid="demo|1|1|7")), message(operator.contact("1", Event.CONNECTION_STARTED))]
    )
    again = Tab(realm=realm, place=place)
    assert again.contact_events == [("1", "connectionstarted")]
    assert not awake.host.listens
