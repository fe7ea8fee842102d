"""The namespace AGENT against an easyCIM that the test plays (contract section 4)."""

import json
from typing import Any

import pytest

from tests.unit.page.answers import problem
from tests.unit.page.fake_host import TRACE
from tests.unit.page.operator import LOGIN, Operator, message
from tests.unit.page.tab import Tab, open_tab
from toolbar_py.wire.telephony import ContactEventName as Event
from toolbar_py.wire.telephony import Presence

PROFILE = {
    "operator": "op1@demo",
    "locale": "it",
    "scriptEnabled": True,
    "saveWithoutReservation": True,
    "inboundMacroActivity": "DEMO",
    "pauseCodes": [],
    "groups": [{"ID": "DEMO", "Description": "Demo"}, {"ID": "VIP", "Description": "Vip"}],
    "macroActivities": [],
}
AGENTS = {
    "agents": [
        {"ID": "op1@demo", "State": "AGENT:LOGGEDIN", "FirstLoginTime": LOGIN},
        {"ID": "op2@demo", "State": "AGENT:PAUSE", "FirstLoginTime": LOGIN + 60_000},
        {"ID": "op3@demo", "State": "AGENT:LOGGEDOUT", "FirstLoginTime": 0},
    ]
}


@pytest.mark.parametrize(
    ("method", "values", "body"),
    [
        ("Login", [], {"presence": "LOGGEDIN"}),
        ("Pause", [], {"presence": "PAUSED"}),
        ("PauseSubState", ["LUNCH"], {"presence": "PAUSED", "code": "LUNCH"}),
        ("PauseSubState", [7], {"presence": "PAUSED", "code": "7"}),
        ("Logout", [], {"presence": "LOGGEDOUT"}),
    ],
)
def test_a_state_is_asked_for_once_under_the_calls_key(method: str, values: list[Any], body: dict[str, str]) -> None:
    tab = open_tab(Operator())
    request, sent = tab.acts(f"AGENT.{method}", *values)
    assert (request["method"], request["path"], request["key"]) == ("POST", "/agent/state", TRACE)
    assert sent == body


STATES: list[tuple[str, list[str]]] = [("Login", []), ("Pause", []), ("PauseSubState", ["LUNCH"]), ("Logout", [])]


@pytest.mark.parametrize(("method", "values"), STATES)
def test_no_state_is_asked_for_before_what_comes_of_it_would_be_heard(method: str, values: list[str]) -> None:
    tab, operator = Tab(), Operator()
    call = tab.call(f"AGENT.{method}", *values)
    assert not tab.host.requests
    tab.connect(operator)
    tab.reply(200, {"accepted": True})
    assert tab.answer(call)["accepted"] is True
    tab.hear([message(operator.become(Presence.PAUSED))])
    assert tab.agent_events == ["AGENT:PAUSE"]


@pytest.mark.parametrize(("method", "values"), STATES)
def test_a_state_does_not_wait_for_a_stream_that_fails(method: str, values: list[str]) -> None:
    tab = Tab()
    call = tab.call(f"AGENT.{method}", *values)
    tab.refuse("503", json.dumps({"code": "SERVICE"}))
    tab.reply(200, {"accepted": True})
    assert tab.answer(call)["accepted"] is True


@pytest.mark.parametrize(
    ("presence", "code", "text"),
    [
        (Presence.LOGGED_IN, None, "LOGGEDIN"),
        (Presence.PAUSED, None, "PAUSED"),
        (Presence.PAUSED, "LUNCH", "PAUSEDSUBSTATE:LUNCH"),
        (Presence.LOGGED_OUT, None, "LOGGEDOUT"),
    ],
)
def test_the_state_is_told_in_the_contracts_words(presence: Presence, code: str | None, text: str) -> None:
    operator = Operator()
    tab = open_tab(operator)
    tab.hear([message(operator.become(presence, code))])
    assert tab.asked("AGENT.getAgentState") == text
    assert not tab.host.requests


def test_the_state_is_the_new_one_as_soon_as_it_was_accepted() -> None:
    tab = open_tab(Operator())
    tab.acts("AGENT.PauseSubState", "LUNCH")
    assert tab.asked("AGENT.getAgentState") == "PAUSEDSUBSTATE:LUNCH"
    tab.acts("AGENT.Logout")
    assert tab.asked("AGENT.getAgentStateByID", "op1@demo") == {
        "ID": "op1@demo",
        "State": "AGENT:LOGGEDOUT",
        "FirstLoginTime": 0,
    }


def test_a_refused_state_rejects_and_changes_nothing() -> None:
    tab = open_tab(Operator())
    call = tab.call("AGENT.PauseSubState", "NAP")
    tab.reply(400, problem("INVALID_ARGUMENT", 400, problems=[{"argument": "code", "problem": "unknown"}]))
    assert tab.failure(call)["code"] == "INVALID_ARGUMENT"
    assert tab.asked("AGENT.getAgentState") == "LOGGEDIN"


@pytest.mark.parametrize("code", [None, "", True, {}, "c" * 201])
def test_a_pause_needs_a_reason_that_can_be_one(code: object) -> None:
    tab = open_tab(Operator())
    assert tab.refused("AGENT.PauseSubState", code)["code"] in ("INVALID_ARGUMENT", "TOO_LARGE")


def test_the_agents_id_is_a_text() -> None:
    assert open_tab(Operator()).asked("AGENT.getAgentID") == "op1@demo"


def test_a_pause_with_a_reason_is_a_pause_by_id() -> None:
    operator = Operator()
    tab = open_tab(operator)
    tab.hear([message(operator.become(Presence.PAUSED, "LUNCH"))])
    assert tab.asked("AGENT.getAgentStateByID", "op1@demo")["State"] == "AGENT:PAUSE"


def test_another_agents_state_is_asked_of_easycim() -> None:
    operator = Operator(now=LOGIN + 60_000)
    tab = open_tab(operator)
    call = tab.call("AGENT.getAgentStateByID", "op2@demo")
    tab.reply(200, AGENTS)
    assert tab.answer(call) == {"ID": "op2@demo", "State": "AGENT:PAUSE", "FirstLoginTime": LOGIN}


def test_an_agent_whom_nobody_knows_is_logged_out_and_never_null() -> None:
    tab = open_tab(Operator())
    call = tab.call("AGENT.getAgentStateByID", "nobody")
    tab.reply(200, AGENTS)
    assert tab.answer(call) == {"ID": "nobody", "State": "AGENT:LOGGEDOUT", "FirstLoginTime": 0}


def test_all_agents_are_told_on_the_browsers_clock() -> None:
    operator = Operator(now=LOGIN - 5_000)
    tab = open_tab(operator)
    call = tab.call("AGENT.getAllAgentState")
    tab.reply(200, AGENTS)
    assert [agent["FirstLoginTime"] for agent in tab.answer(call)] == [LOGIN + 5_000, LOGIN + 65_000, 0]


def test_the_groups_are_those_of_the_profile_and_those_logged_into() -> None:
    tab = open_tab(Operator())
    every = tab.call("AGENT.getAgentGroups")
    tab.reply(200, PROFILE)
    own = tab.call("AGENT.getAgentLoggedInGroups")
    tab.reply(200, PROFILE)
    assert [group["ID"] for group in tab.answer(every)] == ["DEMO", "VIP"]
    assert tab.answer(own) == [{"ID": "DEMO", "Description": "Demo"}]


@pytest.mark.parametrize("groups", [["VIP", "VIP"], [{"ID": "VIP", "Description": "Vip"}]])
def test_groups_are_set_by_id_or_as_they_were_given(groups: object) -> None:
    tab = open_tab(Operator())
    call = tab.call("AGENT.setAgentGroups", groups)
    request, sent = tab.reply(200, {"accepted": True})
    tab.reply(200, PROFILE)
    assert (request["path"], sent) == ("/agent/groups", {"groups": ["VIP"]})
    assert tab.answer(call) == [{"ID": "VIP", "Description": "Vip"}]


@pytest.mark.parametrize("groups", [None, "VIP", [{}], [None], ["g"] * 101])
def test_groups_that_are_none_are_refused(groups: object) -> None:
    tab = open_tab(Operator())
    assert tab.refused("AGENT.setAgentGroups", groups)["code"] in ("INVALID_ARGUMENT", "TOO_LARGE")


def test_an_answer_that_comes_late_does_not_undo_what_was_told_since() -> None:
    operator = Operator()
    operator.become(Presence.LOGGED_OUT)
    tab = open_tab(operator)
    tab.call("AGENT.Login")
    tab.hear([message(operator.become(Presence.LOGGED_IN)), message(operator.become(Presence.PAUSED))])
    tab.reply(200, {"accepted": True})
    assert tab.asked("AGENT.getAgentState") == "PAUSED"


def test_a_late_answer_about_groups_does_not_undo_what_was_told_since() -> None:
    operator = Operator()
    tab = open_tab(operator)
    call = tab.call("AGENT.setAgentGroups", ["VIP"])
    tab.hear([message(operator.regroup("VIP")), message(operator.regroup("DEMO"))])
    tab.reply(200, {"accepted": True})
    tab.reply(200, PROFILE)
    assert tab.answer(call)
    listed = tab.call("AGENT.getAgentLoggedInGroups")
    tab.reply(200, PROFILE)
    assert [group["ID"] for group in tab.answer(listed)] == ["DEMO"]


def test_what_is_no_event_of_its_own_reaches_the_desk_of_every_tab_and_no_page() -> None:
    operator = Operator()
    operator.live("1", Event.ESTABLISHED)
    tab = open_tab(operator)
    told = len(tab.host.told)
    tab.hear([message(operator.regroup("VIP")), message(operator.note("1", saved=True, ecid="demo|1|1|7"))])
    listed = tab.call("AGENT.getAgentLoggedInGroups")
    tab.reply(200, PROFILE)
    assert [group["ID"] for group in tab.answer(listed)] == ["VIP"]
    assert len(tab.host.told) == told
    tab.hear([message(operator.contact("1", Event.HELD))], '{"ended": true}')
    assert tab.contact_events == [("1", "held")]
    operator.note("1", offline_end_armed=True)
    tab.wake()
    assert tab.connect(operator) == "7"


def test_a_desk_that_is_told_again_as_it_was_leaves_the_accepted_state_to_be_presumed() -> None:
    operator = Operator()
    tab = open_tab(operator)
    tab.call("AGENT.Pause")
    tab.hear(operator.says(None)[:1])
    tab.reply(200, {"accepted": True})
    assert tab.asked("AGENT.getAgentState") == "PAUSED"
