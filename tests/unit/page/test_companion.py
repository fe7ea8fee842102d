"""Beside a legacy SDK: what its events make known (contract section 1)."""

from typing import Any

import pytest

from tests.unit.page.answers import ECID, opened, problem, saved
from tests.unit.page.fake_host import TRACE, Desk

EVENT = {"event": "POPUP", "id": "68-1@pd", "CallData": [{"name": "A", "value": 1}, {"name": "ECID", "value": ECID}]}


def test_an_empty_contact_id_is_resolved_by_the_contact_that_carries_the_ecid() -> None:
    desk = Desk()
    assert desk.answer(desk.call("COMPANION.note", EVENT)) is None
    desk.call("openScript", "", ECID)
    _, sent = desk.reply(200, opened())
    assert sent["contactId"] == "68-1@pd"


def test_an_event_without_call_data_takes_nothing_away() -> None:
    desk = Desk()
    desk.call("COMPANION.note", EVENT)
    desk.call("COMPANION.note", {"event": "established", "id": "68-1@pd"})
    desk.call("openScript", "", ECID)
    _, sent = desk.reply(200, opened())
    assert sent["contactId"] == "68-1@pd"


ODD: list[Any] = [
    None,
    [],
    {},
    "A=1",
    [None],
    [{"name": "", "value": "x"}],
    [{"name": "ECID", "value": {}}],
    [{"name": "A", "value": "v" * 2_001}],
]


@pytest.mark.parametrize("call_data", ODD)
def test_an_event_whose_call_data_is_odd_is_taken_all_the_same(call_data: Any) -> None:
    desk = Desk()
    desk.call("COMPANION.note", EVENT)
    assert desk.answer(desk.call("COMPANION.note", {**EVENT, "event": "DELETE", "CallData": call_data})) is None
    desk.call("openScript", "", ECID)
    _, sent = desk.reply(200, opened())
    assert "contactId" not in sent, "it has left"


def test_what_can_be_read_of_an_event_is_read() -> None:
    desk = Desk()
    odd: list[Any] = [None, {"name": "", "value": "x"}, {"name": "B", "value": {}}, {"name": "C", "value": "v" * 2_001}]
    plain: list[Any] = [{"name": "D", "value": True}, {"name": "E", "value": None}, {"name": "F", "value": 1.5}]
    many = [{"name": f"n{number}", "value": ""} for number in range(300)]
    event: Any = {**EVENT, "ani": "0" * 201, "dnis": 800, "CallData": [*odd, *plain]}
    desk.call("COMPANION.note", event)
    desk.call("openScriptInbound", "68-1@pd")
    _, sent = desk.reply(200, opened())
    assert sent == {"contactId": "68-1@pd", "dnis": "800", "callData": "D=true;E=;F=1.5"}
    desk.call("COMPANION.note", {**EVENT, "CallData": [*many, {"name": "ECID", "value": ECID}]})
    desk.call("openScript", "", ECID)
    _, sent = desk.reply(200, opened())
    assert sent["contactId"] == "68-1@pd"


def test_a_contact_that_was_opened_before_it_came_is_known_by_its_id_after_a_reload() -> None:
    before = Desk()
    before.call("openScript", "", ECID, True)
    before.reply(200, opened())
    before.call("COMPANION.note", EVENT)
    before.host.answers.clear()
    after = Desk(host=before.host)
    info = after.call("getContactInfo", "68-1@pd")
    assert after.answer(info)["ecid"] == ECID
    save = after.call("saveScript", "68-1@pd", "POSITIVE")
    after.reply(404, problem("UNKNOWN_CONTACT", 404, contactId="68-1@pd"))
    _, sent = after.reply(200, saved(TRACE))
    assert sent["ecid"] == ECID
    assert after.answer(save)["result"] is True


def test_a_contact_that_has_left_can_still_be_saved_by_its_id() -> None:
    desk = Desk()
    desk.call("COMPANION.note", EVENT)
    desk.call("COMPANION.note", {**EVENT, "event": "DELETE"})
    desk.call("openScript", "", ECID)
    _, sent = desk.reply(200, opened())
    assert "contactId" not in sent
    save = desk.call("saveScript", "68-1@pd", "POSITIVE")
    desk.reply(404, problem("UNKNOWN_CONTACT", 404, contactId="68-1@pd"))
    request, sent = desk.reply(200, saved(TRACE))
    assert (request["key"], sent["contactId"], sent["ecid"]) == (TRACE, "68-1@pd", ECID)
    assert desk.answer(save)["result"] is True


def test_what_was_opened_for_a_contact_is_saved_whatever_its_call_data_says() -> None:
    desk = Desk()
    desk.call("COMPANION.note", EVENT)
    desk.call("openScript", "68-1@pd", "demo|1|1|8")
    desk.reply(200, opened("demo|1|1|8", "68-1@pd"))
    save = desk.call("saveScript", "68-1@pd", "POSITIVE")
    _, sent = desk.reply(200, saved(TRACE, "demo|1|1|8", "68-1@pd"))
    assert "ecid" not in sent, "easyCIM knows what was opened for the contact"
    assert desk.answer(save)["ecid"] == "demo|1|1|8"


@pytest.mark.parametrize(
    ("code", "status", "details"),
    [
        ("UNKNOWN_ECID", 404, {"ecid": "demo|1|1|8"}),
        ("RESERVED_BY_OTHER", 409, {"ecid": "demo|1|1|8", "reservedBy": "op2@demo"}),
    ],
)
def test_a_save_of_what_was_opened_that_is_refused_does_not_go_to_the_ecid_of_the_call_data(
    code: str, status: int, details: dict[str, str]
) -> None:
    desk = Desk()
    desk.call("COMPANION.note", EVENT)
    save = desk.call("saveScript", "68-1@pd", "POSITIVE")
    desk.reply(status, problem(code, status, **details))
    assert desk.failure(save)["code"] == code
    assert not desk.host.requests


def test_an_inbound_contact_brings_what_the_legacy_sdk_knows_of_it() -> None:
    desk = Desk()
    desk.call("COMPANION.note", {**EVENT, "ani": "0555", "dnis": "800", "type": "inbound", "more": {}})
    desk.call("openScriptInbound", "68-1@pd")
    _, sent = desk.reply(200, opened())
    assert sent == {"contactId": "68-1@pd", "ani": "0555", "dnis": "800", "callData": f"A=1;ECID={ECID}"}


@pytest.mark.parametrize("event", [None, "POPUP", {}, {"event": "POPUP"}, {"id": "1"}, {**EVENT, "id": {}}])
def test_an_event_that_is_none_is_refused(event: Any) -> None:
    desk = Desk()
    assert desk.failure(desk.call("COMPANION.note", event))["code"] == "INVALID_ARGUMENT"
