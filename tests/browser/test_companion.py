"""Beside a legacy SDK (companion mode, contract section 1): EASYCIM is ours, everything else stays that SDK's."""

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Desk, Desks

_SDK = (Path(__file__).parent / "pages" / "legacy-sdk.js").read_text()
_OPERATORS = count(50)
_ECIDS = (f"demo|1|1|{number}" for number in count(400))

# What the SDK's object was when it had loaded: every member and every function of it.
REMEMBER = """
window.members = (toolbar) => ['', 'AGENT', 'CONTACT'].flatMap((part) => {
    const owner = part ? toolbar[part] : toolbar;
    return Object.getOwnPropertyNames(owner).filter((name) => part || name === 'AGENT' || name === 'CONTACT')
        .map((name) => [part, name, owner, owner[name]]);
});
window.legacy = window.TOOLBAR;
window.before = members(legacy);
"""

# How many events of the SDK Python was told.
COUNT = """
window.noted = 0;
const post = MessagePort.prototype.postMessage;
MessagePort.prototype.postMessage = function (message, ...more) {
    if (message[2] === 'COMPANION.note') noted += 1;
    return post.call(this, message, ...more);
};
"""


def event(name: str, ecid: str | None = None, contact_id: str = "68-1@pbx", **more: Any) -> dict[str, Any]:
    data = [] if ecid is None else [{"name": "ECID", "value": ecid}, {"name": "lingua", "value": "it"}]
    return {"event": name, "id": contact_id, "type": "callTask", "ani": "", "dnis": "0555", "CallData": data, **more}


@pytest.fixture
def ecid() -> str:
    """An ECID that nobody has worked."""
    return next(_ECIDS)


@pytest.fixture
def open_page(open_desk: Desks) -> Any:
    """Opens a page that has loaded the SDK before the toolbar."""

    def open_page(*, before: str = "", after: str = "", config: str = "{}") -> Desk:
        operator = f"op{next(_OPERATORS)}@demo"
        desk = open_desk(operator, config=config, before=_SDK + REMEMBER + before, after=after)
        desk.ready()
        return desk

    return open_page


def happen(desk: Desk, *events: dict[str, Any]) -> None:
    desk.eval("argument.forEach((event) => legacyDesk.happen(event))", list(events))


def test_nothing_of_the_sdk_is_touched(open_page: Any) -> None:
    desk = open_page()
    happen(desk, event("POPUP", "demo|1|1|1"))
    assert desk.eval("TOOLBAR === legacy && members(TOOLBAR).length === before.length") is True
    assert desk.eval("before.every(([part, name, owner, value]) => owner[name] === value)") is True
    assert desk.eval("Object.keys(TOOLBAR)") == ["version", "AGENT", "CONTACT", "EASYCIM"]
    assert desk.eval("TOOLBAR.EAYCIM === TOOLBAR.EASYCIM && typeof TOOLBAR.EASYCIM.openScript === 'function'") is True


def test_the_sdks_own_answers_and_callbacks_are_as_before(open_page: Any) -> None:
    desk = open_page(
        after="window.heard = []; TOOLBAR.CONTACT.bindContactCallback((e, data) => heard.push([e.type, data.event]));"
    )
    happen(desk, event("POPUP", "demo|1|1|1"), {"event": "AGENT:LOGGEDIN"})
    assert desk.eval("heard") == [
        ["AGENTDESKTOP_CONTACT_CALLBACK", "POPUP"],
        ["AGENTDESKTOP_CONTACT_CALLBACK", "AGENT:LOGGEDIN"],
    ]
    answered = "new Promise((next) => TOOLBAR.AGENT.getAgentID().done(next))"
    assert desk.eval(answered) == "op1@demo"
    assert desk.eval("legacyDesk.callbacks.length") == 2


def test_an_empty_contact_id_is_the_one_contact_that_carries_the_ecid(open_page: Any, ecid: str) -> None:
    desk = open_page()
    happen(desk, event("POPUP", ecid), event("connectionstarted"))
    opened = desk.call("openScript", "", ecid, False)
    assert (opened["result"], opened["contactId"]) == (True, "68-1@pbx")


def test_a_save_by_the_contacts_id_reaches_the_ecid_of_its_call_data(open_page: Any, ecid: str) -> None:
    desk = open_page()
    happen(desk, event("POPUP", ecid, "68-2@pbx"), event("DELETE", contact_id="68-2@pbx"))
    saved = desk.call("saveScript", "68-2@pbx", "BUSY_BY_AGENT", True)
    assert (saved["result"], saved["ecid"]) == (True, ecid)


def test_a_save_reaches_what_was_opened_for_the_contact_whatever_its_call_data_says(open_page: Any, ecid: str) -> None:
    desk, opened = open_page(), next(_ECIDS)
    happen(desk, event("POPUP", ecid, "68-8@pbx"))
    desk.call("openScript", "68-8@pbx", opened)
    saved = desk.call("saveScript", "68-8@pbx", "NEGATIVE", True)
    assert (saved["result"], saved["ecid"]) == (True, opened)


def test_an_inbound_contact_is_saved_as_it_was_opened_when_easycim_does_not_know_the_ecid_it_brings(
    open_page: Any,
) -> None:
    desk = open_page()
    happen(desk, event("POPUP", "ivr|unknown", "68-9@pbx", type="inbound"))
    opened = desk.call("openScriptInbound", "68-9@pbx")
    saved = desk.call("saveScript", "68-9@pbx", "NEGATIVE", True)
    assert (saved["result"], saved["ecid"]) == (True, opened["ecid"])


def test_the_sdk_is_asked_nothing_so_that_the_page_has_its_answers(open_page: Any, ecid: str) -> None:
    asks = "window.list = new Promise((next) => TOOLBAR.CONTACT.getContactList().done(next));"
    desk = open_page(before=f"legacyDesk.happen({json.dumps(event('established', ecid))}); {asks}")
    assert [each["id"] for each in desk.eval("list")] == ["68-1@pbx"]
    assert desk.eval("legacyDesk.calls") == ["getContactList"]
    # A contact from before the toolbar is known from its next event on.
    happen(desk, event("connectioncleared", ecid))
    assert desk.call("openScript", "", ecid, False)["contactId"] == "68-1@pbx"


def test_a_contact_that_comes_before_python_is_up_is_known_whatever_the_pages_deadline(
    open_page: Any, ecid: str
) -> None:
    arrived = f"legacyDesk.happen({json.dumps(event('POPUP', ecid, '68-6@pbx'))});"
    desk = open_page(config="{timeoutMs: 1}", after=arrived)
    saved = desk.call("saveScript", "68-6@pbx", "NEGATIVE", True, None, None, {"timeoutMs": 15_000})
    assert saved["ecid"] == ecid


def test_what_is_told_of_the_sdk_is_no_call_of_the_pages(open_page: Any, ecid: str) -> None:
    desk = open_page()
    happen(desk, event("POPUP", ecid, "68-7@pbx"))
    assert desk.call("openScript", "", ecid, False)["contactId"] == "68-7@pbx"
    assert list(desk.eval("TOOLBAR.health()")["methods"]) == ["EASYCIM.openScript"]


def test_an_sdk_that_loads_its_parts_late_is_waited_for(open_page: Any, ecid: str) -> None:
    desk = open_page(before="legacyDesk.hideContact();")
    desk.eval("legacyDesk.showContact()")
    desk.until("legacyDesk.callbacks.length === 1")
    happen(desk, event("POPUP", ecid, "68-3@pbx"))
    assert desk.call("openScript", "", ecid, False)["contactId"] == "68-3@pbx"


def test_events_that_are_no_objects_do_no_harm(open_page: Any, ecid: str) -> None:
    desk = open_page()
    desk.eval("[null, 7, 'text', '{', {id: null}, {id: {}}, [1]].forEach((odd) => legacyDesk.callbacks[0](null, odd))")
    happen(desk, event("POPUP", ecid, "68-4@pbx"))
    assert desk.call("openScript", "", ecid, False)["contactId"] == "68-4@pbx"


def test_of_a_long_outage_the_newest_events_are_told(open_page: Any, ecid: str, runtime: str) -> None:
    if runtime == "page":
        pytest.skip("there is no frame to remove")
    desk: Desk = open_page(before=COUNT)
    desk.page.route("**/sdk/frame.html*", lambda route: route.abort())
    desk.eval("document.querySelector('iframe').remove()")
    desk.call("getContactInfoWS", ecid)
    desk.eval("argument.forEach((event) => legacyDesk.happen(event))", [event("datachanged", "demo|1|1|1")] * 2_100)
    happen(desk, event("POPUP", ecid, "68-10@pbx"))
    desk.page.unroute_all()
    opened = desk.call("openScript", "", ecid, False, {"timeoutMs": 30_000})
    assert (opened["contactId"], desk.eval("noted")) == ("68-10@pbx", 2_000)


def test_contacts_are_known_again_to_a_python_that_was_started_anew(open_page: Any, ecid: str, runtime: str) -> None:
    if runtime == "page":
        pytest.skip("there is no frame to remove")
    desk = open_page()
    happen(desk, event("POPUP", ecid, "68-5@pbx"), event("dialing", contact_id="68-5@pbx"))
    happen(desk, {**event("established", contact_id="68-5@pbx"), "CallData": None})
    desk.eval("document.querySelector('iframe').remove()")
    desk.until("TOOLBAR.diagnostics().then((found) => found.replaced === 1 && found.engine !== null)")
    assert desk.call("openScript", "", ecid, False)["contactId"] == "68-5@pbx"
