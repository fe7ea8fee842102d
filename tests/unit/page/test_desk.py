"""The desk: what AGENT and CONTACT answer from, before and after a reload (contract section 4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.page.answers import ECID, opened, saved
from tests.unit.page.fake_host import TRACE
from tests.unit.page.operator import LIFE, LOGIN, Operator, message
from tests.unit.page.tab import OWNER, Tab, open_tab
from toolbar_py.page.desk import Desk
from toolbar_py.page.realm import Realm
from toolbar_py.wire.phases import actions_in
from toolbar_py.wire.telephony import ContactEventName as Event
from toolbar_py.wire.telephony import DeskEvent, DeskSnapshot, Heartbeat, Phase, Presence


def snapshot(operator: Operator) -> DeskSnapshot:
    return DeskSnapshot.model_validate_json(operator.says(None)[0][2])


def names(tab: Tab) -> list[tuple[str, str]]:
    return [(told["id"], told["event"]) for told in tab.asked("CONTACT.getContactList")]


def test_the_list_waits_for_the_first_word_of_the_stream() -> None:
    operator = Operator()
    operator.live("1", Event.ESTABLISHED)
    tab = Tab()
    call = tab.call("CONTACT.getContactList")
    assert call not in tab.host.answers
    tab.connect(operator)
    assert [told["id"] for told in tab.answer(call)] == ["1"]


def test_a_wait_for_the_desk_ends_with_the_calls_deadline_and_leaves_nothing_behind() -> None:
    operator = Operator()
    tab = Tab()
    call = tab.call("AGENT.getAgentState")
    tab.app.abort(call, "TIMEOUT", 15_000)
    assert tab.failure(call)["code"] == "TIMEOUT"
    tab.connect(operator)
    assert tab.failure(call)["code"] == "TIMEOUT"


def test_a_refused_token_ends_the_wait_for_the_desk_at_once() -> None:
    tab = Tab()
    call = tab.call("AGENT.getAgentState")
    tab.refuse("401 ", "")
    assert tab.failure(call)["code"] == "UNAUTHENTICATED"


def test_the_desk_follows_the_events() -> None:
    operator = Operator()
    tab = open_tab(operator)
    for name in LIFE[:-1]:
        tab.hear([message(operator.contact("1", name))])
        assert names(tab) == [("1", name.value)]
    tab.hear([message(operator.contact("1", Event.DELETE))])
    assert names(tab) == []


def test_what_is_told_again_of_the_past_does_not_change_the_desk() -> None:
    operator = Operator()
    desk = Desk()
    operator.live("1", Event.ESTABLISHED)
    desk.replace(snapshot(operator), 0)
    for event in operator.log:
        desk.apply(event)
        assert [contact.event.event for contact in desk.contacts()] == [Event.ESTABLISHED]


def test_an_event_without_the_contacts_state_moves_its_phase() -> None:
    operator = Operator()
    desk = Desk()
    desk.replace(snapshot(operator), 0)
    operator.live("1", Event.HELD)
    for event in operator.log:
        bare = DeskEvent(number=event.number, at=event.at, contact=event.contact)
        desk.apply(bare)
        assert event.desk is not None
        found = desk.contact("1")
        assert found is not None
        assert found.phase is event.desk.phase


def test_the_actions_allowed_now_are_those_of_the_phase() -> None:
    operator = Operator()
    desk = Desk()
    operator.live("1", Event.HELD)
    desk.replace(snapshot(operator), 0)
    assert desk.allowed("1") == actions_in(operator.contacts["1"].phase)
    assert desk.allowed("2") == []


@given(st.lists(st.integers(0, 4_000), min_size=1, max_size=20))
def test_the_clock_skew_is_that_of_the_message_with_the_smallest_delay(delays: list[int]) -> None:
    desk = Desk()
    operator = Operator(now=LOGIN + 90_000)
    desk.replace(snapshot(operator), LOGIN + delays[0])
    for delay in delays[1:]:
        desk.beat(LOGIN + 90_000, LOGIN + delay)
    assert desk.skew_ms == 90_000 - min(delays)


def test_the_first_login_is_told_on_the_browsers_clock() -> None:
    operator = Operator(now=LOGIN + 3_600_000)
    tab = Tab()
    tab.host.now = LOGIN + 1_000
    tab.connect(operator)
    assert tab.asked("AGENT.getAgentStateByID", "op1@demo")["FirstLoginTime"] == LOGIN - 3_599_000


def test_a_heartbeat_that_was_quicker_corrects_the_clock() -> None:
    operator = Operator(now=LOGIN)
    tab = Tab()
    tab.host.now = LOGIN + 800
    tab.connect(operator)
    tab.host.now = LOGIN + 5_010
    tab.hear([["heartbeat", "", Heartbeat(now=LOGIN + 5_000).to_json()]])
    assert tab.asked("AGENT.getAgentStateByID", "op1@demo")["FirstLoginTime"] == LOGIN + 10


def test_the_same_desk_answers_in_every_tab() -> None:
    operator = Operator()
    realm = Realm()
    first = open_tab(operator, realm=realm)
    second = Tab(realm=realm)
    first.hear([message(operator.contact("1", Event.POPUP))])
    assert names(first) == names(second) == [("1", "POPUP")]


def test_after_a_reload_without_the_service_the_desk_answers_as_before() -> None:
    operator = Operator()
    before = open_tab(operator)
    operator.live("1", Event.ESTABLISHED)
    operator.become(Presence.PAUSED, "LUNCH")
    before.hear([message(event) for event in operator.log])
    after = Tab(stored=before.host.stored, place=before.place)
    state = after.call("AGENT.getAgentState")
    after.refuse("unreachable ")
    assert after.answer(state) == "PAUSEDSUBSTATE:LUNCH"
    assert names(after) == [("1", "established")]
    assert after.asked("AGENT.getAgentID") == "op1@demo"


def test_after_a_reload_with_a_service_that_says_nothing_the_desk_answers_within_a_second() -> None:
    operator = Operator()
    before = open_tab(operator)
    before.hear([message(operator.contact("1", Event.POPUP))])
    after = Tab(stored=before.host.stored)
    call = after.call("CONTACT.getContactList")
    assert call not in after.host.answers
    assert after.wake() < 1_000
    assert [told["id"] for told in after.answer(call)] == ["1"]


def test_what_is_told_of_one_operator_is_not_kept_as_the_desk_of_the_next() -> None:
    operator, next_one = Operator(), "https://easycim.example op2@demo"
    tab = open_tab(operator)
    tab.host.signed_in = next_one
    tab.hear([message(operator.contact("1", Event.POPUP))])
    after = Tab(stored=tab.host.stored, owner=next_one)
    call = after.call("CONTACT.getContactList")
    after.refuse("unreachable ")
    assert call not in after.host.answers


def test_what_the_service_says_replaces_the_desk_from_before_the_reload() -> None:
    operator = Operator()
    before = open_tab(operator)
    before.hear([message(operator.contact("1", Event.POPUP))])
    after = Tab(stored=before.host.stored, place=before.place)
    after.refuse("unreachable ")
    operator.contact("1", Event.DELETE)
    after.wake()
    after.sign_in()
    after.connect(operator)
    assert names(after) == []
    assert after.contact_events == [("1", "DELETE")]


def test_a_desk_of_another_day_is_not_answered_from() -> None:
    operator = Operator()
    before = open_tab(operator)
    before.hear([message(operator.contact("1", Event.POPUP))])
    after = Tab(stored=before.host.stored, owner=None)
    after.host.now += 13 * 3_600_000
    after.sign_in()
    call = after.call("CONTACT.getContactList")
    after.refuse("unreachable ")
    assert call not in after.host.answers


def test_a_desk_that_was_kept_otherwise_is_passed_over() -> None:
    tab = Tab(stored={("desk-state", f"{OWNER} desk"): (1_700_000_000_000, [], '{"other": 1}')})
    call = tab.call("CONTACT.getContactList")
    tab.refuse("unreachable ")
    assert call not in tab.host.answers
    assert not any("error" in line for line in tab.host.logged)


def test_a_saved_outcome_marks_the_contact_and_arms_its_ending() -> None:
    operator = Operator()
    tab = open_tab(operator)
    for name in LIFE[:4]:
        tab.hear([message(operator.contact("1", name, ecid=ECID))])
    tab.call("EASYCIM.saveScript", "1", "POSITIVE", True)
    tab.reply(200, saved(TRACE, contact_id="1"))
    (_, _, kept) = tab.host.stored["desk-state", f"{OWNER} desk"]
    assert '"saved":true' in kept
    assert '"offlineEndArmed":true' in kept


def test_an_empty_contact_id_is_resolved_by_the_only_contact_that_carries_the_ecid() -> None:
    operator = Operator()
    tab = open_tab(operator)
    tab.hear([message(operator.contact("1", Event.POPUP, ecid=ECID)), message(operator.contact("2", Event.POPUP))])
    call = tab.call("EASYCIM.openScript", "", ECID)
    _, sent = tab.reply(200, opened(contact_id="1"))
    assert sent["contactId"] == "1"
    assert tab.answer(call)["contactId"] == "1"


def test_an_empty_contact_id_stays_empty_when_two_contacts_carry_the_ecid() -> None:
    operator = Operator()
    tab = open_tab(operator)
    tab.hear([message(operator.contact(each, Event.POPUP, ecid=ECID)) for each in "12"])
    tab.call("EASYCIM.openScript", "", ECID)
    _, sent = tab.reply(200, opened())
    assert "contactId" not in sent


def test_a_contact_opened_before_it_was_dialled_is_found_by_its_contact_id() -> None:
    operator = Operator()
    tab = open_tab(operator)
    tab.call("EASYCIM.openScript", "", ECID, True)
    tab.reply(200, opened())
    tab.hear([message(operator.contact("1", Event.POPUP, ecid=ECID))])
    assert tab.asked("EASYCIM.getContactInfo", "1")["ecid"] == ECID


def worked_after_it_was_opened(operator: Operator) -> Tab:
    """A tab that opened a script, and in which the contact came then."""
    tab = open_tab(operator)
    tab.call("EASYCIM.openScript", "", ECID, True)
    tab.reply(200, opened())
    tab.hear([message(operator.contact("1", Event.POPUP, ecid=ECID))])
    return tab


def test_a_contact_opened_before_it_was_dialled_is_found_by_its_contact_id_right_after_a_reload() -> None:
    before = worked_after_it_was_opened(Operator())
    after = Tab(stored=before.host.stored, place=before.place)
    call = after.call("EASYCIM.getContactInfo", "1")
    assert call not in after.host.answers
    after.refuse("unreachable ")
    assert after.answer(call)["ecid"] == ECID


def test_a_reload_with_a_service_that_says_nothing_finds_it_within_a_second() -> None:
    before = worked_after_it_was_opened(Operator())
    after = Tab(stored=before.host.stored, place=before.place)
    call = after.call("EASYCIM.getContactInfo", "1")
    kept, waited = sorted(ms for _, ms in after.host.sleeps if ms < 1_000)
    assert kept + 100 < waited, "the desk that was kept comes first"
    ask_id = next(each for each, ms in after.host.sleeps if ms == kept)
    after.app.resume(ask_id, "{}", "")
    after.settle()
    assert after.answer(call)["ecid"] == ECID


def test_a_wait_for_the_desk_that_comes_to_nothing_leaves_nothing_behind() -> None:
    tab = Tab()
    sleeping = [ask_id for ask_id, _ in tab.host.sleeps]
    call = tab.call("EASYCIM.getContactInfo", "1")
    tab.app.abort(call, "ABORTED", 0)
    assert tab.failure(call)["code"] == "ABORTED"
    assert [ask_id for ask_id, _ in tab.host.sleeps] == sleeping


@pytest.mark.parametrize(
    ("method", "values"),
    [
        ("MakeCall", ["0555", "", "", "", f"ECID={ECID}"]),
        ("SetCallData", ["1", f"ECID={ECID}"]),
        ("SetCallData", ["1", ECID]),
    ],
)
def test_a_contact_that_was_tied_to_what_was_opened_is_found_by_its_contact_id_after_it_has_left_and_a_reload(
    method: str, values: list[str]
) -> None:
    operator = Operator()
    before = open_tab(operator)
    before.call("EASYCIM.openScript", "", ECID, True)
    before.reply(200, opened())
    if method == "SetCallData":
        before.hear([message(operator.contact("1", Event.POPUP))])
    before.call(f"CONTACT.{method}", *values)
    before.reply(200, {"accepted": True, "contactId": "1"})
    after = open_tab(Operator(), stored=before.host.stored)
    assert after.asked("EASYCIM.getContactInfo", "1")["ecid"] == ECID


def test_what_was_opened_for_a_contact_stays_its_own_when_its_call_data_names_another() -> None:
    tab = worked_after_it_was_opened(Operator())
    tab.call("EASYCIM.openScript", "1", "demo|1|1|8")
    tab.reply(200, opened("demo|1|1|8", "1"))
    tab.acts("CONTACT.SetCallData", "1", f"ECID={ECID}")
    assert tab.asked("EASYCIM.getContactInfo", "1")["ecid"] == "demo|1|1|8"


def test_the_desk_takes_what_is_known_of_a_contact_beside_its_events() -> None:
    operator = Operator()
    operator.live("1", Event.ESTABLISHED)
    desk = Desk()
    desk.replace(snapshot(operator), 0)
    desk.apply(operator.note("1", saved=True, offline_end_armed=True, ecid="demo|1|1|7"))
    contact = desk.contact("1")
    assert contact is not None
    assert (contact.saved, contact.offline_end_armed, contact.ecid) == (True, True, "demo|1|1|7")
    assert contact.phase is Phase.ESTABLISHED
