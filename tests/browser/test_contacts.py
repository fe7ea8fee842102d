"""The contact callbacks of a page and what it is told (contract section 4), whatever the service says and when."""

from typing import Any

import pytest

from tests.browser.conftest import BIND, LISTENING, RECORD, Desk, Desks
from tests.support.eventful import EventfulService, StagedDesk
from toolbar_py.wire.telephony import AgentEventName

ESTABLISHED = ("POPUP", "connectionstarted", "datachanged", "serviceinitiated", "dialing", "datachanged", "established")
WHOLE = (*ESTABLISHED, "held", "retrieved", "connectioncleared", "DELETE")
# How many events have happened when the contact is in a phase of its own.
PHASES = (1, 2, 5, 7, 8, 10)


@pytest.fixture
def open_page(open_desk: Desks, eventful: EventfulService, operator: str) -> Any:
    """Opens a page of the operator's that records what its callback is called with."""

    def open_page(*, before: str = RECORD, after: str = BIND, connected: bool = True) -> Desk:
        desk = open_desk(operator, before=before, after=after, service_url=eventful.url)
        if connected:
            wait_for_connection(desk)
        return desk

    return open_page


def wait_for_connection(desk: Desk) -> None:
    desk.until(LISTENING)


def wait_for(desk: Desk, events: int) -> list[list[str]]:
    """Wait until the callback was called that often, and give all it was called with."""
    desk.until(f"seen().length >= {events}")
    return desk.eval("seen()")


def names(seen: list[list[str]]) -> list[str]:
    return [event for event, _, _ in seen]


def test_every_method_exists_when_the_script_has_run(open_page: Any) -> None:
    desk = open_page(after="window.kinds = [...Object.values(TOOLBAR.AGENT), ...Object.values(TOOLBAR.CONTACT)];")
    assert desk.eval("kinds.every((method) => typeof method === 'function')") is True
    assert desk.eval("kinds.length") >= 27


def test_a_callback_bound_before_python_is_up_hears_every_event_once_and_in_order(
    open_page: Any, telephone: StagedDesk
) -> None:
    desk = open_page()
    telephone.contact("c1@pbx", *WHOLE, ecid="demo|1|1|300")
    seen = wait_for(desk, len(WHOLE))
    assert seen == [[name, "c1@pbx", "demo|1|1|300"] for name in WHOLE]
    assert desk.eval("new Promise((next) => setTimeout(() => next(seen().length), 300))") == len(WHOLE)


def test_a_callback_gets_an_event_object_and_data_of_its_own(open_page: Any, telephone: StagedDesk) -> None:
    desk = open_page(
        before="""window.heard = [];
        window.first = function (event, data) {
            'use strict';
            heard.push([this === window, event instanceof Event, event.type, Array.isArray(data.CallData)]);
            data.id = 'changed'; data.CallData.length = 0;
        };
        window.second = (event, data) => heard.push([data.id, data.CallData.length]);""",
        after="TOOLBAR.CONTACT.bindContactCallback(first); TOOLBAR.CONTACT.bindContactCallback(second);",
    )
    telephone.contact("c1@pbx", "POPUP", ecid="demo|1|1|300")
    desk.until("heard.length === 2")
    assert desk.eval("heard") == [[True, True, "AGENTDESKTOP_CONTACT_CALLBACK", True], ["c1@pbx", 2]]


def test_a_function_that_is_bound_twice_is_called_once(open_page: Any, telephone: StagedDesk) -> None:
    desk = open_page(after=BIND + BIND)
    telephone.contact("c1@pbx", "POPUP", "connectionstarted")
    assert names(wait_for(desk, 2)) == ["POPUP", "connectionstarted"]


def test_a_callback_that_throws_is_reported_and_stops_no_other(open_page: Any, telephone: StagedDesk) -> None:
    desk = open_page(
        before=RECORD + "window.uncaught = []; addEventListener('error', (event) => uncaught.push(event.message));",
        after="TOOLBAR.CONTACT.bindContactCallback(() => { throw new Error('a fault of the page'); });" + BIND,
    )
    telephone.contact("c1@pbx", "POPUP", "connectionstarted")
    assert names(wait_for(desk, 2)) == ["POPUP", "connectionstarted"]
    assert desk.eval("uncaught.map((text) => text.includes('a fault of the page'))") == [True, True]


def test_an_unbound_function_is_not_called_again(open_page: Any, telephone: StagedDesk) -> None:
    desk = open_page(after=BIND + "window.others = 0; TOOLBAR.CONTACT.bindContactCallback(() => { others += 1; });")
    telephone.contact("c1@pbx", "POPUP")
    wait_for(desk, 1)
    desk.eval("TOOLBAR.CONTACT.unbindContactCallback(record)")
    telephone.contact("c1@pbx", "connectionstarted")
    desk.until("others === 2")
    assert names(desk.eval("seen()")) == ["POPUP"]


def test_what_happens_while_nothing_is_bound_waits_for_the_first_function(
    open_page: Any, telephone: StagedDesk
) -> None:
    desk = open_page(after="")
    telephone.contact("c1@pbx", *ESTABLISHED)
    desk.until("TOOLBAR.CONTACT.getContactList().then((list) => list[0]?.event === 'established')")
    desk.eval("void TOOLBAR.CONTACT.bindContactCallback(record)")
    assert names(wait_for(desk, len(ESTABLISHED))) == list(ESTABLISHED)


def test_what_waits_for_a_function_is_not_lost_by_a_reload(open_page: Any, telephone: StagedDesk) -> None:
    desk = open_page(after="window.bindNow = () => { TOOLBAR.CONTACT.bindContactCallback(record); };")
    telephone.contact("c1@pbx", "POPUP")
    desk.until("TOOLBAR.CONTACT.getContactList().then((list) => list.length === 1)")
    desk.page.reload()
    wait_for_connection(desk)
    desk.eval("bindNow()")
    assert names(wait_for(desk, 1)) == ["POPUP"]


def test_two_functions_bound_together_both_hear_what_has_waited(open_page: Any, telephone: StagedDesk) -> None:
    desk = open_page(after="window.calls = [];")
    telephone.contact("c1@pbx", "POPUP")
    desk.until("TOOLBAR.CONTACT.getContactList().then((list) => list.length === 1)")
    desk.eval("""['a', 'b'].forEach((name) =>
        TOOLBAR.CONTACT.bindContactCallback((_, data) => calls.push(name + data.event)))""")
    desk.until("calls.length === 2")
    assert desk.eval("calls") == ["aPOPUP", "bPOPUP"]


def test_trigger_calls_every_bound_function_at_once(open_page: Any) -> None:
    desk = open_page()
    triggered = "(TOOLBAR.CONTACT.triggerContactCallback({event: 'POPUP', id: 'mine', CallData: []}), seen())"
    assert desk.eval(triggered) == [["POPUP", "mine", ""]]


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        ("bindContactCallback('record')", "callback"),
        ("unbindContactCallback()", "callback"),
        ("triggerContactCallback(7)", "event"),
        ("triggerContactCallback({get id() { throw new Error(); }})", "event"),
    ],
)
def test_what_is_no_callback_and_no_event_is_refused_by_name(open_page: Any, call: str, argument: str) -> None:
    desk = open_page(connected=False)
    error = desk.eval(f"TOOLBAR.CONTACT.{call}")["rejected"]
    assert (error["code"], error["details"]["problems"][0]["argument"]) == ("INVALID_ARGUMENT", argument)


@pytest.mark.parametrize(
    ("contact", "value"),
    [
        ("{CallData: [{name: 'ECID', value: 'a|1'}, {name: 'x', value: ''}, {name: 'ECID', value: 'a|2'}]}", "a|2"),
        ("new Proxy({CallData: new Proxy([new Proxy({name: 'ECID', value: 'a|1'}, {})], {})}, {})", "a|1"),
        ("{CallData: [{name: 'ECID', value: 7}]}", "7"),
        ("{CallData: [{name: 'ECID', value: null}]}", ""),
        ("{CallData: [{name: 'other', value: 'a|1'}]}", ""),
        ("{CallData: [null, {name: 'ECID', value: 'a|1'}]}", ""),
        ("{CallData: 'ECID=a|1'}", ""),
        ("{}", ""),
        ("null", ""),
        ("undefined", ""),
    ],
)
def test_a_value_of_call_data_is_read_at_once_and_never_throws(open_page: Any, contact: str, value: str) -> None:
    desk = open_page(connected=False)
    assert desk.eval(f"TOOLBAR.CONTACT.GetCallDataValueByName({contact}, 'ECID')") == value


def test_agent_events_reach_the_callback_without_an_id_and_survive_a_cleared_local_storage(
    open_page: Any, telephone: StagedDesk
) -> None:
    clearing = "TOOLBAR.CONTACT.bindContactCallback((_, data) => { if (!data.id) localStorage.clear(); });"
    desk = open_page(after=clearing + BIND)
    telephone.agent(AgentEventName.LOGGED_IN)
    telephone.contact("c1@pbx", "POPUP")
    assert wait_for(desk, 2) == [["AGENT:LOGGEDIN", "", ""], ["POPUP", "c1@pbx", ""]]
    desk.page.reload()
    wait_for_connection(desk)
    telephone.contact("c1@pbx", "connectionstarted")
    assert names(wait_for(desk, 3)) == ["AGENT:LOGGEDIN", "POPUP", "connectionstarted"]


@pytest.mark.parametrize("happened", PHASES, ids=[WHOLE[number - 1] for number in PHASES])
def test_a_reload_in_any_phase_neither_repeats_nor_loses_an_event(
    open_page: Any, telephone: StagedDesk, happened: int
) -> None:
    desk = open_page()
    telephone.contact("c1@pbx", *WHOLE[:happened], ecid="demo|1|1|301")
    wait_for(desk, happened)
    before = desk.eval("TOOLBAR.CONTACT.getContactList()")
    desk.page.reload()
    assert desk.eval("TOOLBAR.CONTACT.getContactList()") == before
    telephone.contact("c1@pbx", *WHOLE[happened:])
    assert names(wait_for(desk, len(WHOLE))) == list(WHOLE)


def test_a_popup_that_made_the_page_navigate_is_not_delivered_again(open_page: Any, telephone: StagedDesk) -> None:
    desk = open_page(
        after="""TOOLBAR.CONTACT.bindContactCallback((event, data) => {
            record(event, data);
            if (data.event === 'POPUP') window.open(location.pathname + '?contact=' + data.id, '_self');
        });"""
    )
    telephone.contact("c1", *ESTABLISHED)
    desk.page.wait_for_url("**?contact=c1")
    wait_for_connection(desk)
    telephone.contact("c1", "connectioncleared")
    assert names(wait_for(desk, len(ESTABLISHED) + 1)) == [*ESTABLISHED, "connectioncleared"]


def test_what_happens_while_the_page_is_away_comes_after_it_is_back(open_page: Any, telephone: StagedDesk) -> None:
    desk = open_page()
    telephone.contact("c1@pbx", "POPUP")
    wait_for(desk, 1)
    address = desk.page.url
    desk.page.goto("about:blank")
    telephone.contact("c1@pbx", "connectionstarted", "dialing")
    desk.page.goto(address)
    assert names(wait_for(desk, 3)) == ["POPUP", "connectionstarted", "dialing"]


def test_two_tabs_hear_every_event_once_each(open_page: Any, telephone: StagedDesk) -> None:
    first, second = open_page(), open_page()
    telephone.contact("c1@pbx", "POPUP", "connectionstarted")
    assert names(wait_for(first, 2)) == names(wait_for(second, 2)) == ["POPUP", "connectionstarted"]
    first.page.goto("about:blank")
    telephone.contact("c1@pbx", "dialing", "established")
    assert names(wait_for(second, 4)) == ["POPUP", "connectionstarted", "dialing", "established"]


def test_a_new_tab_hears_nothing_of_what_was_before_it(open_page: Any, telephone: StagedDesk) -> None:
    first = open_page()
    telephone.contact("c1@pbx", "POPUP")
    wait_for(first, 1)
    second = open_page()
    telephone.contact("c1@pbx", "connectionstarted")
    assert names(wait_for(second, 1)) == ["connectionstarted"]
    assert second.eval("TOOLBAR.CONTACT.getContactList().then((list) => list.length)") == 1


def test_a_broken_stream_is_taken_up_where_it_broke_off(
    open_page: Any, telephone: StagedDesk, eventful: EventfulService
) -> None:
    desk = open_page(
        before=RECORD
        + "window.told = []; addEventListener('toolbar:connection', ({detail}) => told.push(detail.state));"
    )
    telephone.contact("c1@pbx", "POPUP")
    wait_for(desk, 1)
    eventful.cut_streams()
    desk.until("told.includes('waiting')")
    telephone.contact("c1@pbx", "connectionstarted", "dialing")
    assert names(wait_for(desk, 3)) == ["POPUP", "connectionstarted", "dialing"]
    desk.until("told.at(-1) === 'open'")


def test_the_last_page_that_goes_takes_the_stream_with_it(open_page: Any, telephone: StagedDesk) -> None:
    desk, watcher = open_page(), open_page(connected=False)
    assert telephone.streams >= 1
    desk.page.goto("about:blank")
    watcher.page.goto("about:blank")
    for _ in range(200):
        if telephone.streams == 0:
            return
        watcher.page.wait_for_timeout(50)
    raise AssertionError(f"{telephone.streams} streams are still open")


def test_a_callback_may_call_the_toolbar_from_within(open_page: Any, telephone: StagedDesk) -> None:
    desk = open_page(
        after="""window.answers = [];
        TOOLBAR.CONTACT.bindContactCallback((_, data) => {
            TOOLBAR.CONTACT.getContactList().then((list) => answers.push([data.event, list.length]));
        });"""
    )
    telephone.contact("c1@pbx", "POPUP", "connectionstarted")
    desk.until("answers.length === 2")
    assert desk.eval("answers") == [["POPUP", 1], ["connectionstarted", 1]]
