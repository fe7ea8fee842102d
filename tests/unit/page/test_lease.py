"""Until when reservations are sure, as easyCIM tells it and ``health()`` shows it (contract section 1)."""

from tests.unit.page.operator import LOGIN, Operator
from tests.unit.page.tab import Tab, open_tab
from toolbar_py.page.realm import Realm
from toolbar_py.wire.telephony import Heartbeat


def beat(until: int | None) -> list[list[str]]:
    """What easyCIM says when nothing happens."""
    return [["heartbeat", "", Heartbeat(now=LOGIN, lease_until=until).to_json()]]


def leasing(until: int) -> Operator:
    """An operator whose reservations are sure until a moment."""
    operator = Operator()
    operator.lease_until = until
    return operator


def test_a_page_is_told_when_its_stream_begins_and_again_after_a_renewal() -> None:
    tab = open_tab(leasing(100))
    tab.hear(beat(100))
    tab.hear(beat(200))
    tab.hear(beat(200))
    assert tab.leases == [100, 200]


def test_a_page_that_comes_to_a_stream_that_is_open_is_told_the_newest() -> None:
    realm = Realm()
    first = open_tab(leasing(100), realm=realm)
    first.hear(beat(200))
    second = Tab(realm=realm)
    first.hear(beat(300))
    assert second.leases == [200, 300]


def test_nothing_is_told_by_an_easycim_that_does_not_tell_it() -> None:
    tab = open_tab(Operator())
    tab.hear(beat(None))
    assert tab.leases == []


def test_what_was_sure_stays_told_when_easycim_does_not_know_it_any_more() -> None:
    tab = open_tab(leasing(100))
    tab.hear(beat(None))
    assert tab.leases == [100]
