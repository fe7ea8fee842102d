"""CallData can hold passwords from the IVR: whatever goes wrong, its values reach no log (contract section 4).

Every contact of these unit tests carries one, and ``conftest`` looks for it after each of them; here is what else there
is to go wrong.
"""

import json

import pytest

from tests.unit.page.answers import ECID, opened, problem
from tests.unit.page.operator import LIFE, LOGIN, PIN, Operator, message
from tests.unit.page.tab import OWNER, Tab, open_tab
from tests.unit.page.test_agent import PROFILE
from toolbar_py.page.desk import Desk
from toolbar_py.wire.telephony import ContactEventName as Event
from toolbar_py.wire.telephony import ContactType

NO_SCRIPT = {**PROFILE, "scriptEnabled": False}
CALL_DATA = f"PIN={PIN.value}"


def come(tab: Tab, operator: Operator) -> None:
    """Let an inbound contact come, with a password that the page is told."""
    tab.hear([message(operator.contact("1", Event.POPUP, ContactType.INBOUND))])
    assert any(PIN.value in json.dumps(told) for kind, _, told in tab.host.told if kind == "contact")


def test_the_life_of_a_contact_is_not_logged(said: list[str]) -> None:
    operator = Operator()
    tab = open_tab(operator)
    come(tab, operator)
    tab.reply(200, NO_SCRIPT)
    tab.reply(200, opened(contact_id="1"))
    for name in LIFE[1:]:
        tab.hear([message(operator.contact("1", name))])
    tab.hear([], '{"ended": true}')
    tab.wake()
    tab.connect(operator)
    assert said, "how the connection is doing, at least"


def test_a_script_that_is_not_opened_is_logged_without_it(said: list[str]) -> None:
    operator = Operator()
    tab = open_tab(operator)
    come(tab, operator)
    tab.reply(200, NO_SCRIPT)
    tab.reply(409, problem("CONFLICT", 409, reason=CALL_DATA))
    assert any("was not opened" in line for line in said)


@pytest.mark.parametrize("change", [{"phase": PIN.value}, {"event": {"CallData": PIN.value}}, {PIN.value: PIN.value}])
def test_an_event_that_cannot_be_read_is_logged_without_it(change: dict[str, object], said: list[str]) -> None:
    operator = Operator()
    tab = open_tab(operator)
    event = json.loads(operator.contact("1", Event.POPUP).to_json())
    event["contact"] |= change
    event["number"] = PIN.value
    tab.hear([["event", "1", json.dumps(event)]])
    assert any("cannot be read" in line for line in said)


def test_a_desk_that_cannot_be_read_is_logged_without_it(said: list[str]) -> None:
    operator = Operator()
    operator.contact("1", Event.POPUP)
    (kind, place, desk), *_ = operator.says(None)
    tab = Tab()
    tab.app.resume(tab.host.listens.popleft()[0], "200", "")
    tab.hear([[kind, place, desk.replace("POPUP", PIN.value)]])
    assert any("cannot be read" in line for line in said)


def test_a_kept_desk_that_cannot_be_read_is_not_logged() -> None:
    kept = json.dumps({"contacts": [CALL_DATA]})
    tab = Tab(stored={("desk-state", f"{OWNER} desk"): (LOGIN, [], kept)})
    tab.refuse("unreachable ")


def test_what_the_page_passes_is_not_logged_when_it_is_refused() -> None:
    operator = Operator()
    tab = open_tab(operator)
    come(tab, operator)
    tab.host.requests.clear()
    for method, *values in (
        ("CONTACT.MakeCall", PIN.value, "", "", "", "=" + PIN.value),
        ("CONTACT.SetCallData", "unknown", CALL_DATA),
        ("CONTACT.Answer", PIN.value),
        ("COMPANION.note", {"event": "POPUP", "id": "7", "CallData": PIN.value}),
        ("EASYCIM.saveScript", ECID, PIN.value, CALL_DATA, [PIN.value]),
    ):
        tab.call(method, *values)
    tab.call("CONTACT.SetCallData", "1", CALL_DATA)
    tab.reply(409, problem("CONFLICT", 409, reason=CALL_DATA))


def test_a_fault_of_ours_is_logged_without_what_it_is_about(monkeypatch: pytest.MonkeyPatch, said: list[str]) -> None:
    def stumble(*_: object) -> None:
        raise LookupError(CALL_DATA)

    operator = Operator()
    tab = open_tab(operator)
    come(tab, operator)
    monkeypatch.setattr(Desk, "contacts", stumble)
    assert tab.refused("CONTACT.getContactList")["code"] == "SERVICE"
    monkeypatch.setattr(Desk, "apply", stumble)
    tab.hear([message(operator.contact("1", Event.CONNECTION_STARTED))])
    assert {"CONTACT.getContactList: LookupError", "the event stream ended with LookupError"} <= {
        line.partition(" in ")[0] for line in said
    }
