"""A page's whole working day against the embedded service and its simulated telephone system (contract section 4)."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from tests.browser.conftest import BIND, RECORD, Desk, Desks
from tests.support.pages import HostPages
from tests.support.service import ServiceProcess

_OPERATORS = count(70)
_ECIDS = (f"demo|1|1|{number}" for number in count(600))


@pytest.fixture(scope="session")
def service(runtime: str, crm: HostPages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """easyCIM with simulated customers who are in a hurry."""
    folder = tmp_path_factory.mktemp(f"telephony-{runtime}")
    with ServiceProcess(folder, origins=[crm.origin], more=["--speed", "30"]) as running:
        yield running


@pytest.fixture
def operator() -> str:
    """An operator who has not been here yet."""
    return f"op{next(_OPERATORS)}@demo"


@pytest.fixture
def desk(open_desk: Desks, operator: str) -> Desk:
    """A page that records what its callback is called with."""
    return open_desk(operator, before=RECORD, after=BIND)


def agent(desk: Desk, call: str) -> Any:
    return desk.eval(f"TOOLBAR.AGENT.{call}")


def contact(desk: Desk, call: str) -> Any:
    return desk.eval(f"TOOLBAR.CONTACT.{call}")


def names(seen: list[list[str]]) -> list[str]:
    return [event for event, _, _ in seen]


def wait_for_event(desk: Desk, name: str) -> str:
    """Wait for an event that the page has not had yet, and give the contact's id."""
    desk.until(f"seen().some(([event]) => event === {name!r})")
    return desk.eval(f"seen().find(([event]) => event === {name!r})[1]")


def call_until_answered(desk: Desk, ecid: str) -> str:
    """Call a customer, again when nobody answers; give the ContactID of the call."""
    for _ in range(10):
        desk.eval("sessionStorage.removeItem('seen')")
        begun = contact(desk, f"MakeCall('0555010001', '', '', '', 'ECID={ecid};lingua=it')")
        assert begun["accepted"] is True
        desk.until("seen().some(([event]) => event === 'established' || event === 'connectioncleared')")
        if "established" in names(desk.eval("seen()")):
            return begun["contactId"]
        contact(desk, f"OfflineEnd({begun['contactId']!r})")
        wait_for_event(desk, "DELETE")
    raise AssertionError("nobody answers")


def test_an_operator_logs_in_pauses_and_leaves(desk: Desk, operator: str) -> None:
    assert agent(desk, "getAgentState()") == "LOGGEDOUT"
    assert agent(desk, "getAgentID()") == operator
    assert agent(desk, "Login()")["accepted"] is True
    desk.until("TOOLBAR.AGENT.getAgentState().then((state) => state === 'LOGGEDIN')")
    agent(desk, "PauseSubState('BREAK')")
    desk.until("TOOLBAR.AGENT.getAgentState().then((state) => state === 'PAUSEDSUBSTATE:BREAK')")
    own = agent(desk, f"getAgentStateByID({operator!r})")
    assert (own["ID"], own["State"]) == (operator, "AGENT:PAUSE")
    assert abs(own["FirstLoginTime"] - desk.eval("Date.now()")) < 60_000
    agent(desk, "Logout()")
    desk.until("TOOLBAR.AGENT.getAgentState().then((state) => state === 'LOGGEDOUT')")
    desk.until("seen().length === 3")
    assert desk.eval("seen()") == [["AGENT:LOGGEDIN", "", ""], ["AGENT:PAUSE", "", ""], ["AGENT:LOGGEDOUT", "", ""]]


def test_an_unknown_pause_code_is_refused(desk: Desk) -> None:
    agent(desk, "Login()")
    assert agent(desk, "PauseSubState('NO SUCH')")["rejected"]["code"] == "INVALID_ARGUMENT"


def test_groups_are_set_by_id_or_by_object(desk: Desk) -> None:
    offered = agent(desk, "getAgentGroups()")
    assert all(group.keys() == {"ID", "Description"} for group in offered)
    for groups in ([group["ID"] for group in offered], offered):
        assert desk.eval("TOOLBAR.AGENT.setAgentGroups(argument)", groups) == offered
    assert agent(desk, "getAgentLoggedInGroups()") == offered


def test_a_manual_call_from_dialling_to_the_end_of_the_after_call_work(desk: Desk) -> None:
    ecid = next(_ECIDS)
    agent(desk, "Login()")
    called = call_until_answered(desk, ecid)
    opened = desk.call("openScript", "", ecid, True)
    assert (opened["result"], opened["contactId"]) == (True, called)
    assert [each["id"] for each in contact(desk, "getContactList()")] == [called]
    contact(desk, f"Hangup({called!r})")
    wait_for_event(desk, "connectioncleared")
    saved = desk.call("saveScript", called, "POSITIVE", False, "venduto")
    assert (saved["result"], saved["ecid"]) == (True, ecid)
    contact(desk, f"OfflineEnd({called!r})")
    wait_for_event(desk, "DELETE")
    seen = desk.eval("seen()")
    assert {each[1] for each in seen} == {called}
    assert {each[2] for each in seen} == {ecid}
    assert len(names(seen)) == len(seen)
    assert contact(desk, "getContactList()") == []


def test_a_save_during_the_call_ends_the_contact_when_the_connection_is_cleared(desk: Desk) -> None:
    ecid = next(_ECIDS)
    agent(desk, "Login()")
    called = call_until_answered(desk, ecid)
    assert desk.call("saveScript", called, "BUSY_BY_AGENT", True)["offlineEnd"] is True
    contact(desk, "Hangup()")
    wait_for_event(desk, "DELETE")
    assert contact(desk, f"OfflineEnd({called!r})")["accepted"] is True, "a later one is harmless"


def test_a_reload_in_the_middle_of_a_call_changes_no_answer(desk: Desk) -> None:
    ecid = next(_ECIDS)
    agent(desk, "Login()")
    called = call_until_answered(desk, ecid)
    desk.call("openScript", called, ecid, True)
    contact(desk, f"Hangup({called!r})")
    wait_for_event(desk, "connectioncleared")
    before = (contact(desk, "getContactList()"), desk.call("getContactInfo", called))
    seen = desk.eval("seen()")
    desk.page.reload()
    assert (contact(desk, "getContactList()"), desk.call("getContactInfo", called)) == before
    assert desk.call("saveScript", called, "POSITIVE", True)["result"] is True
    wait_for_event(desk, "DELETE")
    assert desk.eval("seen()")[: len(seen)] == seen
    assert names(desk.eval("seen()")).count("established") == 1


def test_what_is_not_possible_now_is_refused_with_the_reason(desk: Desk) -> None:
    agent(desk, "Login()")
    hung_up = contact(desk, "Hangup()")["rejected"]
    assert (hung_up["code"], hung_up["details"]["reason"]) == ("CONFLICT", "none_online")
    assert contact(desk, "Answer('nobody@pbx')")["rejected"]["code"] == "UNKNOWN_CONTACT"
    assert contact(desk, "PlayDTMF('nobody@pbx', 'x')")["rejected"]["code"] == "INVALID_ARGUMENT"
    assert contact(desk, "MakeCall('')")["rejected"]["code"] == "INVALID_ARGUMENT"
