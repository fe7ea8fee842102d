"""The namespace EASYCIM against an easyCIM that the test plays (contract section 3)."""

import pytest

from tests.unit.page.answers import ECID, opened, problem, saved
from tests.unit.page.fake_host import TRACE, Desk
from toolbar_py.page.instance import LocalInstance


def test_open_script_answers_what_easycim_answered() -> None:
    desk = Desk()
    call = desk.call("openScript", "", ECID, True)
    request, body = desk.reply(200, opened())
    assert (request["method"], request["path"], request["trace"]) == ("POST", "/scripts/open", TRACE)
    assert body == {"ecid": ECID, "isManual": True}
    answer = desk.answer(call)
    assert answer["result"] is True
    assert answer["ecid"] == ECID
    assert answer["listFieldValueList"][0]["fieldName"] == "campaignMemberId"


def test_read_only_and_terminated_are_left_out_unless_true() -> None:
    desk = Desk()
    call = desk.call("openScript", "", ECID)
    desk.reply(200, opened())
    assert not {"readOnly", "terminated", "reservedBy", "error", "errorCode"} & desk.answer(call).keys()


def test_a_foreign_reservation_opens_read_only_and_names_the_holder() -> None:
    desk = Desk()
    call = desk.call("openScript", "", ECID)
    desk.reply(200, opened(read_only=True, reserved_by="op2@demo"))
    assert desk.answer(call)["readOnly"] is True
    assert desk.answer(call)["reservedBy"] == "op2@demo"


def test_open_script_resolves_to_a_refusal_when_easycim_refuses() -> None:
    desk = Desk("it")
    call = desk.call("openScript", "", "demo|1|1|9999")
    desk.reply(404, problem("UNKNOWN_ECID", 404, ecid="demo|1|1|9999"))
    assert desk.answer(call) == {
        "result": False,
        "error": "L'ECID demo|1|1|9999 non esiste in easyCIM.",
        "errorCode": "UNKNOWN_ECID",
        "retryable": False,
        "listFieldValueList": [],
    }


def test_wrong_arguments_are_refused_without_a_request() -> None:
    desk = Desk()
    call = desk.call("openScript", 7, None)
    assert desk.answer(call)["errorCode"] == "INVALID_ARGUMENT"
    assert "ContactID must be text" in desk.answer(call)["error"]
    assert "ECID is missing" in desk.answer(call)["error"]
    assert not desk.host.requests


def test_open_script_inbound_sends_the_contact_id() -> None:
    desk = Desk()
    call = desk.call("openScriptInbound", "68-1@pd")
    _, body = desk.reply(200, opened(contact_id="68-1@pd"))
    assert body == {"contactId": "68-1@pd"}
    assert desk.answer(call)["contactId"] == "68-1@pd"


@pytest.mark.parametrize("name", [ECID, "68-1@pd"])
def test_get_contact_info_finds_an_opened_contact_by_ecid_and_by_contact_id_without_a_request(name: str) -> None:
    desk = Desk()
    desk.call("openScript", "68-1@pd", ECID)
    desk.reply(200, opened(contact_id="68-1@pd"))
    call = desk.call("getContactInfo", name)
    assert not desk.host.requests
    assert desk.answer(call)["customerInfo"]["listFieldValueList"][0]["value"] == "M-7"


def test_get_contact_info_survives_a_reload() -> None:
    before = Desk()
    before.call("openScript", "68-1@pd", ECID)
    before.reply(200, opened(contact_id="68-1@pd"))
    after = Desk(host=before.host)
    before.host.answers.clear()
    call = after.call("getContactInfo", "68-1@pd")
    assert after.answer(call)["ecid"] == ECID


def test_get_contact_info_of_a_contact_not_opened_here_is_an_error_object() -> None:
    desk = Desk()
    call = desk.call("getContactInfo", "68-2@pd")
    assert desk.wake() < 1_000, "a contact of the desk's could be worked under an ECID that was opened"
    assert desk.answer(call)["errorCode"] == "UNKNOWN_CONTACT"
    assert desk.answer(desk.call("getContactInfo", "demo|1|1|2"))["errorCode"] == "UNKNOWN_ECID"


def test_what_was_opened_three_days_ago_is_forgotten_at_the_next_start() -> None:
    before = Desk()
    before.call("openScript", "", ECID)
    before.reply(200, opened())
    before.host.now += 72 * 3_600_000
    assert Desk(host=before.host).host.stored == {}


def test_get_contact_info_ws_encodes_the_ecid_in_the_path() -> None:
    desk = Desk()
    desk.call("getContactInfoWS", "a|b/c?d")
    assert desk.host.requests[0][1]["path"] == "/contacts/a%7Cb%2Fc%3Fd"


def test_get_contact_info_ws_that_cannot_be_read_is_a_service_error() -> None:
    desk = Desk()
    call = desk.call("getContactInfoWS", ECID)
    desk.reply(200, {"ecid": ECID})
    assert desk.answer(call)["errorCode"] == "SERVICE"


def test_save_script_sends_the_outcome_with_an_idempotency_key() -> None:
    desk = Desk()
    labels = [{"key": "esito", "value": 3}, {"label": "vip", "value": True}]
    call = desk.call("saveScript", ECID, "positivo", True, "ciao", labels)
    request, body = desk.reply(200, saved(TRACE))
    assert request["key"] == TRACE
    assert body == {
        "contactId": ECID,
        "outcome": "positivo",
        "offlineEnd": True,
        "note": "ciao",
        "labels": [{"name": "esito", "value": "3"}, {"name": "vip", "value": "true"}],
    }
    assert desk.answer(call)["result"] is True


def test_a_saved_outcome_shows_in_the_local_instance() -> None:
    desk = Desk()
    desk.call("openScript", "", ECID)
    desk.reply(200, opened())
    desk.call("saveScript", ECID, "POSITIVE", True)
    desk.reply(200, saved(TRACE))
    info = desk.answer(desk.call("getContactInfo", ECID))
    assert info["terminated"] is True
    assert [attempt["outcome"] for attempt in info["attempts"]] == ["POSITIVE"]


@pytest.mark.parametrize("kept", ['{"ecid": "demo|1|1|7"}', "no JSON", "[]"])
def test_what_was_saved_is_saved_also_when_another_version_of_the_toolbar_kept_the_contact(kept: str) -> None:
    desk = Desk()
    desk.host.stored["desk", f" {ECID}"] = (desk.host.now, [], kept)
    call = desk.call("saveScript", ECID, "POSITIVE", True)
    desk.reply(200, saved(TRACE))
    assert desk.answer(call)["result"] is True
    assert desk.host.stored["desk", f" {ECID}"][2] == kept


def test_what_was_saved_is_saved_whatever_fails_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a secret value")

    monkeypatch.setattr(LocalInstance, "record_outcome", fail)
    desk = Desk()
    call = desk.call("saveScript", ECID, "POSITIVE", True)
    desk.reply(200, saved(TRACE))
    assert desk.answer(call)["result"] is True
    assert desk.host.logged == ["error: what was saved was not noted here: RuntimeError"]


@pytest.mark.parametrize(
    ("code", "status"),
    [("RESERVED_BY_OTHER", 409), ("TERMINATED", 409), ("UNKNOWN_OUTCOME", 422), ("NOT_RESERVED", 409)],
)
def test_a_refused_save_rejects_with_easycims_code(code: str, status: int) -> None:
    desk = Desk()
    call = desk.call("saveScript", ECID, "POSITIVE", True)
    desk.reply(status, problem(code, status, ecid=ECID))
    assert desk.failure(call)["code"] == code
    assert desk.failure(call)["outcomeKnown"] is True


def test_an_unknown_outcome_tells_which_are_allowed() -> None:
    desk = Desk("it")
    call = desk.call("saveScript", ECID, "BOH", True)
    allowed = [{"code": "POSITIVE", "label": "Positivo"}]
    desk.reply(422, problem("UNKNOWN_OUTCOME", 422, outcome="BOH", allowed=allowed))
    assert desk.failure(call)["details"]["allowed"] == allowed
    assert desk.failure(call)["message"] == "L'esito BOH non è previsto. Esiti ammessi: POSITIVE."


@pytest.mark.parametrize(
    ("note", "labels", "code", "argument"),
    [
        ("n" * 4_001, None, "TOO_LARGE", "note"),
        (None, [{"name": "a", "value": "v"}] * 51, "TOO_LARGE", "labels"),
        (None, [{"name": "a", "value": "v" * 1_001}], "TOO_LARGE", "labels[0].value"),
    ],
)
def test_what_is_too_long_is_refused_by_name(note: str | None, labels: object, code: str, argument: str) -> None:
    desk = Desk()
    call = desk.call("saveScript", ECID, "POSITIVE", True, note, labels)
    assert desk.failure(call)["code"] == code
    assert desk.failure(call)["details"]["argument"] == argument
    assert not desk.host.requests


@pytest.mark.parametrize("labels", [{"name": "a"}, ["a"], [{"value": "v"}], [{"name": "a", "value": {}}], "a"])
def test_malformed_labels_are_refused(labels: object) -> None:
    desk = Desk()
    call = desk.call("saveScript", ECID, "POSITIVE", True, "", labels)
    assert desk.failure(call)["code"] == "INVALID_ARGUMENT"
    assert not desk.host.requests


def test_what_was_not_opened_here_is_not_said_to_be_missing_in_easycim() -> None:
    desk = Desk()
    answer = desk.answer(desk.call("getContactInfo", ECID))
    assert answer["errorCode"] == "UNKNOWN_ECID"
    assert answer["error"].startswith(f"ECID {ECID} was not opened in this browser")


def test_without_a_token_nobody_can_say_whose_contact_it_would_be() -> None:
    desk = Desk()
    desk.host.token_reason = "login_needed"
    answer = desk.answer(desk.call("getContactInfo", ECID))
    assert (answer["errorCode"], answer["error"]) == ("UNAUTHENTICATED", "No token is configured: log in.")
