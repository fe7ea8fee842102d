"""The namespace CONTACT against an easyCIM that the test plays (contract section 4)."""

from typing import Any

import pytest

from tests.unit.page.answers import problem
from tests.unit.page.fake_host import TRACE
from tests.unit.page.operator import Operator, message
from tests.unit.page.tab import Tab, open_tab
from toolbar_py.wire.telephony import ContactEventName as Event
from toolbar_py.wire.telephony import Presence


def desk_with(until: Event, *contact_ids: str) -> Tab:
    operator = Operator()
    for contact_id in contact_ids or ("1",):
        operator.live(contact_id, until)
    return open_tab(operator)


@pytest.mark.parametrize(
    ("method", "values", "until", "path", "body"),
    [
        ("Answer", ["1"], Event.POPUP, "/calls/1/answer", None),
        ("Hold", ["1"], Event.ESTABLISHED, "/calls/1/hold", None),
        ("Hold", ["1"], Event.HELD, "/calls/1/retrieve", None),
        ("Hangup", ["1"], Event.DIALING, "/calls/1/hangup", None),
        ("OfflineEnd", ["1"], Event.CONNECTION_CLEARED, "/calls/1/offline-end", None),
        ("OfflineEnd", ["1"], Event.ESTABLISHED, "/calls/1/offline-end", None),
        ("SetCallData", ["1", "A=1;B=2"], Event.POPUP, "/calls/1/call-data", {"callData": "A=1;B=2"}),
        ("SetCallData", ["1", "demo|1|1|7"], Event.POPUP, "/calls/1/call-data", {"callData": "demo|1|1|7"}),
        ("PlayDTMF", ["1", "12#"], Event.ESTABLISHED, "/calls/1/dtmf", {"dtmfs": "12#"}),
        ("PlayDTMF", ["1", 12], Event.ESTABLISHED, "/calls/1/dtmf", {"dtmfs": "12"}),
        (
            "StartRecording",
            ["1", "r1", "A=1", "hello"],
            Event.ESTABLISHED,
            "/calls/1/start-recording",
            {"callRecorders": "r1", "callData": "A=1", "message": "hello"},
        ),
        (
            "StopRecording",
            ["1"],
            Event.ESTABLISHED,
            "/calls/1/stop-recording",
            {"callRecorders": "", "callData": "", "message": ""},
        ),
        (
            "Transfer_Direct",
            ["1", 555.0, None, "A=1"],
            Event.HELD,
            "/calls/1/transfer",
            {"destination": "555", "resourceType": "", "callData": "A=1"},
        ),
    ],
)
def test_an_action_is_asked_of_easycim_once_under_the_calls_key(
    method: str, values: list[Any], until: Event, path: str, body: object
) -> None:
    tab = desk_with(until)
    request, sent = tab.acts(f"CONTACT.{method}", *values)
    assert (request["method"], request["path"], request["key"]) == ("POST", path, TRACE)
    assert sent == body


def test_a_contact_id_is_one_part_of_the_path() -> None:
    tab = desk_with(Event.DIALING, "68-1/2?@pd")
    request, _ = tab.acts("CONTACT.Hangup", "68-1/2?@pd")
    assert request["path"] == "/calls/68-1%2F2%3F%40pd/hangup"


@pytest.mark.parametrize(
    ("method", "values", "until", "action"),
    [
        ("Answer", ["1"], Event.ESTABLISHED, "answer"),
        ("Hold", ["1"], Event.DIALING, "hold"),
        ("Hangup", ["1"], Event.CONNECTION_CLEARED, "hangup"),
        ("OfflineEnd", ["1"], Event.POPUP, "offline-end"),
        ("PlayDTMF", ["1", "1"], Event.DIALING, "dtmf"),
        ("StartRecording", ["1"], Event.POPUP, "start-recording"),
        ("StopRecording", ["1"], Event.CONNECTION_CLEARED, "stop-recording"),
        ("Transfer_Direct", ["1", "5"], Event.DIALING, "transfer"),
    ],
)
def test_an_action_out_of_phase_is_refused_at_once_with_what_is_allowed(
    method: str, values: list[str], until: Event, action: str
) -> None:
    tab = desk_with(until)
    failure = tab.refused(f"CONTACT.{method}", *values)
    assert (failure["code"], failure["details"]["action"]) == ("CONFLICT", action)
    assert action not in failure["details"]["allowed"]
    assert failure["details"]["phase"] in failure["message"]
    assert not tab.host.requests


def test_an_action_on_a_contact_that_is_not_here_is_refused_by_name() -> None:
    failure = desk_with(Event.DIALING).refused("CONTACT.Hangup", "2")
    assert failure["code"] == "UNKNOWN_CONTACT"
    assert failure["message"] == "Contact 2 is not at this desk."


def test_a_desk_that_does_not_follow_the_stream_leaves_the_refusal_to_easycim() -> None:
    tab = desk_with(Event.DIALING)
    tab.hear([], '{"silent": true}')
    call = tab.call("CONTACT.PlayDTMF", "1", "1")
    tab.reply(409, problem("CONFLICT", 409, reason="not_now", action="dtmf", phase="acw", allowed=[]))
    assert tab.failure(call)["code"] == "CONFLICT"


def test_hangup_without_an_id_ends_the_only_contact_online() -> None:
    operator = Operator()
    operator.live("1", Event.CONNECTION_CLEARED)
    operator.live("2", Event.ESTABLISHED)
    tab = open_tab(operator)
    request, _ = tab.acts("CONTACT.Hangup")
    assert request["path"] == "/calls/2/hangup"


@pytest.mark.parametrize(("online", "reason"), [([], "none_online"), (["1", "2"], "several_online")])
def test_hangup_without_an_id_needs_exactly_one_contact_online(online: list[str], reason: str) -> None:
    operator = Operator()
    for contact_id in online:
        operator.live(contact_id, Event.ESTABLISHED)
    failure = open_tab(operator).refused("CONTACT.Hangup", "")
    assert failure["code"] == "CONFLICT"
    assert failure["details"]["reason"] == reason
    assert failure["details"]["online"] == online


def test_hangup_without_an_id_ends_a_call_that_was_just_begun() -> None:
    operator = Operator()
    tab = open_tab(operator)
    tab.call("CONTACT.MakeCall", "1")
    tab.reply(200, {"accepted": True, "contactId": "new"})
    request, _ = tab.acts("CONTACT.Hangup")
    assert request["path"] == "/calls/new/hangup"
    operator.live("new", Event.CONNECTION_CLEARED)
    tab.hear([message(event) for event in operator.log])
    assert tab.refused("CONTACT.Hangup")["details"]["reason"] == "none_online"


def cut_off(operator: Operator) -> Tab:
    """A tab whose event stream broke off, and waits for its next try."""
    tab = open_tab(operator)
    tab.hear([], '{"ended": true}')
    return tab


def test_a_call_that_came_and_went_while_the_stream_was_broken_is_not_hung_up() -> None:
    operator = Operator()
    tab = open_tab(operator)
    tab.call("CONTACT.MakeCall", "1")
    tab.reply(200, {"accepted": True, "contactId": "new"})
    operator.live("new", Event.DELETE)
    tab.hear([], '{"ended": true}')
    tab.wake()
    tab.connect(operator)
    assert tab.refused("CONTACT.Hangup")["details"]["reason"] == "none_online"
    assert tab.refused("CONTACT.Hangup", "new")["code"] == "UNKNOWN_CONTACT"


def test_a_call_that_was_over_before_its_answer_came_is_not_hung_up() -> None:
    operator = Operator()
    tab = open_tab(operator)
    tab.call("CONTACT.MakeCall", "1")
    operator.live("new", Event.DELETE)
    tab.hear([message(event) for event in operator.log])
    tab.reply(200, {"accepted": True, "contactId": "new"})
    assert tab.refused("CONTACT.Hangup")["details"]["reason"] == "none_online"


def test_hangup_without_an_id_takes_up_a_stream_that_broke_off_before_it_refuses() -> None:
    operator = Operator()
    tab = cut_off(operator)
    operator.live("1", Event.ESTABLISHED)
    call = tab.call("CONTACT.Hangup")
    assert call not in tab.host.answers
    tab.connect(operator)
    request, _ = tab.reply(200, {"accepted": True})
    assert request["path"] == "/calls/1/hangup"
    assert tab.answer(call)["accepted"] is True


def test_hangup_without_an_id_may_be_tried_again_when_the_stream_cannot_be_taken_up() -> None:
    tab = cut_off(Operator())
    call = tab.call("CONTACT.Hangup")
    tab.refuse("unreachable ")
    failure = tab.failure(call)
    assert (failure["code"], failure["retryable"]) == ("NETWORK", True)


def test_hangup_without_an_id_does_not_wait_long_for_a_stream_that_says_nothing() -> None:
    tab = cut_off(Operator())
    call = tab.call("CONTACT.Hangup")
    assert tab.wake() <= 1_000
    assert tab.failure(call)["code"] == "NETWORK"


def test_hangup_without_an_id_does_not_wait_for_the_stream_when_one_contact_is_known_to_be_online() -> None:
    tab = desk_with(Event.ESTABLISHED)
    tab.hear([], '{"ended": true}')
    request, _ = tab.acts("CONTACT.Hangup")
    assert request["path"] == "/calls/1/hangup"


def test_the_end_of_after_call_work_is_harmless_once_the_contact_has_left() -> None:
    operator = Operator()
    tab = open_tab(operator)
    operator.live("1", Event.DELETE)
    tab.hear([message(event) for event in operator.log])
    assert tab.asked("CONTACT.OfflineEnd", "1")["accepted"] is True
    again = Tab(stored=tab.host.stored)
    again.connect(operator)
    assert again.asked("CONTACT.OfflineEnd", "1")["accepted"] is True


def test_the_end_of_after_call_work_of_a_contact_from_before_is_easycims_to_judge() -> None:
    tab = open_tab(Operator())
    request, _ = tab.acts("CONTACT.OfflineEnd", "9")
    assert request["path"] == "/calls/9/offline-end"


def test_a_call_is_begun_with_what_the_page_gives() -> None:
    tab = open_tab(Operator())
    request, sent = tab.acts("CONTACT.MakeCall", 390555000007, None, "S1", "", "ECID=demo|1|1|7;A=1")
    assert (request["path"], request["key"]) == ("/calls", TRACE)
    assert sent == {
        "destination": "390555000007",
        "resourceType": "",
        "serviceId": "S1",
        "callProfileId": "",
        "callData": "ECID=demo|1|1|7;A=1",
        "job": False,
        "content": "",
    }


def test_a_new_tab_begins_no_contact_before_it_would_hear_of_it() -> None:
    operator = Operator()
    before = open_tab(operator)
    new = Tab(stored=before.host.stored)
    new.call("CONTACT.MakeCall", "1")
    new.wake()  # the desk that was kept is answered from
    assert new.asked("CONTACT.getContactList") == []
    assert not new.host.requests
    new.connect(operator)
    new.reply(200, {"accepted": True, "contactId": "1"})
    new.hear([message(operator.contact("1", Event.CONNECTION_STARTED))])
    assert new.contact_events == [("1", "connectionstarted")]


def test_a_contact_is_begun_when_the_stream_fails() -> None:
    before = open_tab(Operator())
    after = Tab(stored=before.host.stored)
    after.call("CONTACT.MakeCall", "1")
    after.refuse("unreachable ")
    request, _ = after.reply(200, {"accepted": True, "contactId": "1"})
    assert request["path"] == "/calls"


def test_a_job_is_begun_with_its_description() -> None:
    tab = open_tab(Operator())
    _, sent = tab.acts("CONTACT.MakeJob", "a@b", "", "", "", "", "write to them")
    assert (sent["job"], sent["content"]) == (True, "write to them")


def test_a_call_that_was_just_begun_can_be_ended_before_its_first_event() -> None:
    operator = Operator()
    tab = open_tab(operator)
    call = tab.call("CONTACT.MakeCall", "1")
    tab.reply(200, {"accepted": True, "contactId": "new"})
    assert tab.answer(call) == {"accepted": True, "contactId": "new"}
    request, _ = tab.acts("CONTACT.Hangup", "new")
    assert request["path"] == "/calls/new/hangup"


def test_a_second_call_is_refused_while_one_is_online() -> None:
    failure = desk_with(Event.DIALING).refused("CONTACT.MakeCall", "1")
    assert failure["code"] == "CONFLICT"
    assert failure["details"]["contactId"] == "1"


def test_a_call_during_after_call_work_is_allowed() -> None:
    desk_with(Event.CONNECTION_CLEARED).acts("CONTACT.MakeCall", "1")


def test_a_call_of_an_agent_who_is_logged_out_is_refused() -> None:
    operator = Operator()
    operator.become(Presence.LOGGED_OUT)
    failure = open_tab(operator).refused("CONTACT.MakeCall", "1")
    assert failure["message"] == "The operator is not logged in: log in first."


@pytest.mark.parametrize(
    ("method", "values", "argument"),
    [
        ("MakeCall", [None], "DestinationNumber"),
        ("MakeCall", [""], "DestinationNumber"),
        ("MakeCall", [True], "DestinationNumber"),
        ("MakeCall", ["1\x1f2"], "DestinationNumber"),
        ("MakeCall", ["1", "", "", "", "no pairs"], "CallData"),
        ("MakeCall", ["1", "", "", "", "=x"], "CallData"),
        ("MakeCall", ["1", [1], "", "", ""], "ResourceType"),
        ("Hold", [None], "ContactID"),
        ("Hold", [7], "ContactID"),
        ("PlayDTMF", ["1", "hello"], "DTMFs"),
        ("PlayDTMF", ["1", 1.5], "DTMFs"),
        ("SetCallData", ["1"], "CallData"),
        ("SetCallData", ["1", "=x"], "CallData"),
        ("Transfer_Direct", ["1"], "Destination"),
    ],
)
def test_wrong_arguments_are_refused_by_name_without_a_request(method: str, values: list[Any], argument: str) -> None:
    tab = desk_with(Event.ESTABLISHED)
    failure = tab.refused(f"CONTACT.{method}", *values)
    assert failure["code"] == "INVALID_ARGUMENT"
    assert failure["details"]["problems"][0]["argument"] == argument
    assert not tab.host.requests


def test_call_data_that_is_too_long_is_refused_by_name() -> None:
    failure = desk_with(Event.POPUP).refused("CONTACT.SetCallData", "1", f"A={'x' * 9_000}")
    assert (failure["code"], failure["details"]["argument"]) == ("TOO_LARGE", "CallData")


def test_an_action_whose_answer_is_lost_does_not_claim_to_know_its_outcome() -> None:
    tab = desk_with(Event.ESTABLISHED)
    call = tab.call("CONTACT.Hangup", "1")
    for _ in range(3):
        ask_id, _, _ = tab.host.requests.popleft()
        tab.app.resume(ask_id, "cut ", "")
        if tab.host.sleeps:
            tab.wake()
    assert tab.failure(call)["code"] == "NETWORK"
    assert tab.failure(call)["outcomeKnown"] is False
