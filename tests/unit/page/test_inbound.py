"""The inbound rule: scripts that the toolbar opens by itself (contract section 3)."""

from typing import Any

import pytest

from tests.unit.page.answers import ECID, opened, problem
from tests.unit.page.operator import Operator, message
from tests.unit.page.tab import Tab, open_tab
from tests.unit.page.test_agent import PROFILE
from toolbar_py.page.realm import Realm
from toolbar_py.wire.telephony import ContactEventName as Event
from toolbar_py.wire.telephony import ContactType, MediaType

NO_SCRIPT = {**PROFILE, "scriptEnabled": False}


def come(tab: Tab, operator: Operator, contact_id: str = "1", **more: Any) -> None:
    tab.hear([message(operator.contact(contact_id, Event.POPUP, ContactType.INBOUND, **more))])


def test_the_script_of_an_inbound_contact_is_opened_once() -> None:
    operator = Operator()
    tab = open_tab(operator)
    come(tab, operator)
    request, _ = tab.reply(200, NO_SCRIPT)
    assert request["path"] == "/profile"
    request, sent = tab.reply(200, opened(contact_id="1"))
    assert (request["path"], sent) == ("/scripts/open-inbound", {"contactId": "1"})
    tab.hear([message(operator.contact("1", Event.CONNECTION_STARTED))])
    assert not tab.host.requests


def test_what_was_opened_is_in_the_local_instance() -> None:
    operator = Operator()
    tab = open_tab(operator)
    come(tab, operator)
    tab.reply(200, NO_SCRIPT)
    tab.reply(200, opened(contact_id="1"))
    assert tab.asked("EASYCIM.getContactInfo", "1")["ecid"] == ECID


def test_a_profile_that_enables_the_script_leaves_it_to_the_page() -> None:
    operator = Operator()
    tab = open_tab(operator)
    come(tab, operator)
    tab.reply(200, PROFILE)
    come(tab, operator, "2")
    assert not tab.host.requests


@pytest.mark.parametrize("more", [{"ecid": ECID}, {"media": MediaType.CHAT}])
def test_a_contact_with_an_ecid_and_one_without_a_voice_are_left_alone(more: dict[str, Any]) -> None:
    operator = Operator()
    tab = open_tab(operator)
    come(tab, operator, **more)
    assert not tab.host.requests


def test_a_contact_of_the_dialler_is_left_alone() -> None:
    operator = Operator()
    tab = open_tab(operator)
    tab.hear([message(operator.contact("1", Event.POPUP))])
    assert not tab.host.requests


def test_a_contact_that_was_there_before_the_page_is_opened_too() -> None:
    operator = Operator()
    operator.live("1", Event.ESTABLISHED, ContactType.INBOUND)
    tab = open_tab(operator)
    assert tab.host.requests[0][1]["path"] == "/profile"


def test_only_the_leading_tab_opens_it() -> None:
    operator = Operator()
    realm = Realm()
    first = open_tab(operator, realm=realm)
    second = Tab(realm=realm)
    come(first, operator)
    assert first.host.requests
    assert not second.host.requests


def test_an_opening_that_failed_on_the_way_is_tried_again_at_the_contacts_next_event() -> None:
    operator = Operator()
    tab = open_tab(operator)
    come(tab, operator)
    tab.reply(200, NO_SCRIPT)
    for _ in range(2):
        ask_id, _, _ = tab.host.requests.popleft()
        tab.app.resume(ask_id, "unreachable ", "")
        if tab.host.sleeps:
            tab.wake()
    assert any("was not opened: NETWORK" in line for line in tab.host.logged)
    tab.hear([message(operator.contact("1", Event.CONNECTION_STARTED))])
    assert tab.host.requests[0][1]["path"] == "/scripts/open-inbound"


def test_an_opening_that_easycim_refuses_is_not_tried_again() -> None:
    operator = Operator()
    tab = open_tab(operator)
    come(tab, operator)
    tab.reply(200, NO_SCRIPT)
    tab.reply(403, problem("FORBIDDEN", 403, reason="supervisor_only"))
    tab.hear([message(operator.contact("1", Event.CONNECTION_STARTED))])
    assert not tab.host.requests


def test_a_tab_that_takes_over_opens_what_the_former_one_may_not_have() -> None:
    operator = Operator()
    realm = Realm()
    first = open_tab(operator, realm=realm)
    second = Tab(realm=realm)
    come(first, operator)
    first.app.leave()
    second.settle()
    second.connect(operator)
    assert second.host.requests[0][1]["path"] == "/profile"


@pytest.mark.parametrize("enabled", [True, False])
def test_the_next_operator_at_a_page_has_a_profile_of_their_own(enabled: bool) -> None:
    former, later = Operator(), Operator(agent="op2@demo")
    tab = open_tab(former)
    come(tab, former)
    tab.reply(200, {**PROFILE, "scriptEnabled": not enabled})
    if enabled:
        tab.reply(200, opened(contact_id="1"))
    tab.app.set_locale("en")
    tab.sign_in("https://easycim.example op2@demo")
    tab.connect(later)
    come(tab, later)
    request, _ = tab.reply(200, {**PROFILE, "scriptEnabled": enabled})
    assert request["path"] == "/profile"
    assert [request["path"] for _, request, _ in tab.host.requests] == ([] if enabled else ["/scripts/open-inbound"])


def test_what_was_begun_for_the_former_operator_is_not_opened_under_the_next_ones_token() -> None:
    operator = Operator()
    tab = open_tab(operator)
    come(tab, operator)
    tab.app.set_locale("en")
    tab.sign_in("https://easycim.example op2@demo")
    tab.reply(200, NO_SCRIPT)
    assert not tab.host.requests


def give_no_token(tab: Tab) -> None:
    """Let the time pass that a tab's page has for what is asked through it."""
    assert tab.wake() == 10_000
    assert not tab.host.requests


def test_a_frozen_leading_tab_is_passed_over() -> None:
    operator = Operator()
    realm = Realm()
    first = open_tab(operator, realm=realm)
    second, third = Tab(realm=realm), Tab(realm=realm)
    come(first, operator)
    give_no_token(first)
    give_no_token(second)
    third.reply(200, NO_SCRIPT)
    request, _ = third.reply(200, opened(contact_id="1"))
    assert request["path"] == "/scripts/open-inbound"
    assert first.host.nexts, "the stream itself is healthy"
    come(first, operator, "2")
    assert not first.host.requests, "it would only lose time again"
    assert third.host.requests[0][2] == '{"contactId":"2"}'


def test_a_tab_whose_token_is_refused_is_passed_over() -> None:
    operator = Operator()
    realm = Realm()
    first = open_tab(operator, realm=realm)
    second = Tab(realm=realm)
    come(first, operator)
    first.reply(401, problem("UNAUTHENTICATED", 401, reason="expired"))
    assert second.host.requests[0][1]["path"] == "/profile"


def test_an_opening_that_takes_too_long_is_tried_again_at_the_contacts_next_event() -> None:
    operator = Operator()
    tab = open_tab(operator)
    come(tab, operator)
    give_no_token(tab)
    tab.hear([message(operator.contact("1", Event.CONNECTION_STARTED))])
    assert tab.host.requests[0][1]["path"] == "/profile"


def test_an_opening_that_was_refused_is_tried_again_when_the_stream_is_opened_anew() -> None:
    operator = Operator()
    tab = open_tab(operator)
    come(tab, operator)
    tab.reply(401, problem("UNAUTHENTICATED", 401, reason="expired"))
    tab.hear([], '{"ended": true}')
    assert not tab.host.requests
    tab.wake()
    tab.connect(operator)
    assert tab.host.requests[0][1]["path"] == "/profile"


def test_another_tab_opens_what_a_tab_that_left_had_begun_for_the_leading_one() -> None:
    operator = Operator()
    realm = Realm()
    first = open_tab(operator, realm=realm)
    second, third = Tab(realm=realm), Tab(realm=realm)
    come(first, operator)
    give_no_token(first)
    assert second.host.requests
    second.app.leave()
    assert first.host.requests[0][1]["path"] == "/profile"
    give_no_token(first)
    assert third.host.requests[0][1]["path"] == "/profile"
