"""Deadlines, aborts and faults of our own (contract section 2)."""

import pytest

from tests.unit.page.answers import ECID, opened
from tests.unit.page.fake_host import TRACE, Desk, FakeHost


def test_two_calls_of_one_method_never_mix() -> None:
    desk = Desk()
    first = desk.call("openScript", "", "a|1")
    second = desk.call("openScript", "", "a|2")
    ask_of_first = desk.host.requests.popleft()[0]
    desk.reply(200, opened("a|2"))
    desk.app.resume(ask_of_first, "200", opened("a|1"))
    desk.settle()
    assert desk.answer(first)["ecid"] == "a|1"
    assert desk.answer(second)["ecid"] == "a|2"


def test_an_aborted_call_is_answered_with_aborted_and_its_request_is_cancelled() -> None:
    desk = Desk()
    call = desk.call("openScript", "", ECID)
    ask_id = desk.host.requests[0][0]
    desk.app.abort(call, "ABORTED", 0)
    assert desk.failure(call)["code"] == "ABORTED"
    assert desk.host.cancelled == [ask_id]


def test_a_reply_that_comes_after_the_abort_changes_nothing() -> None:
    desk = Desk()
    call = desk.call("openScript", "", ECID)
    ask_id = desk.host.requests[0][0]
    desk.app.abort(call, "ABORTED", 0)
    desk.app.resume(ask_id, "200", opened())
    assert desk.failure(call)["code"] == "ABORTED"
    assert desk.host.stored == {}


def test_a_passed_deadline_is_worded_as_the_method_words_its_failures() -> None:
    desk = Desk()
    opening = desk.call("openScript", "", ECID)
    reading = desk.call("getContactInfoWS", ECID)
    saving = desk.call("saveScript", ECID, "POSITIVE")
    for call in (opening, reading, saving):
        desk.app.abort(call, "TIMEOUT", 1_500)
    assert desk.answer(opening)["errorCode"] == "TIMEOUT"
    assert desk.answer(opening)["listFieldValueList"] == []
    assert desk.answer(reading) == {
        "error": "easyCIM did not answer within 1500 ms.",
        "errorCode": "TIMEOUT",
        "retryable": True,
    }
    assert desk.failure(saving)["code"] == "TIMEOUT"
    assert desk.failure(saving)["outcomeKnown"] is False


def test_a_problem_that_javascript_found_is_told_in_the_same_words() -> None:
    desk = Desk("it")
    desk.app.call(
        9, "EASYCIM.saveScript", '{"problem": {"argument": "labels", "problem": "type", "expected": "copyable"}}', TRACE
    )
    assert desk.failure(9)["code"] == "INVALID_ARGUMENT"
    assert desk.failure(9)["message"].startswith("Richiesta non valida: labels deve essere un dato semplice")


def test_a_fault_before_the_call_has_begun_reaches_the_page_too() -> None:
    desk = Desk()
    desk.app.call(9, "EASYCIM.saveScript", '{"not": "a problem"}', TRACE)
    assert desk.failure(9)["code"] == "SERVICE"


def test_a_browser_whose_database_fails_is_not_taken_for_an_unknown_contact() -> None:
    host = FakeHost()
    desk = Desk(host=host)
    desk.app.call(1, "EASYCIM.getContactInfo", '["a|1"]', TRACE)
    ask_id, _, _ = host.replies.popleft()
    desk.app.resume(ask_id, "host", "")
    assert desk.answer(1)["errorCode"] == "SERVICE"


def test_a_fault_of_our_own_reaches_the_page_as_a_code_and_the_console_as_a_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk()

    def broken(_: object) -> str:
        raise RuntimeError("secret note")

    monkeypatch.setattr("toolbar_py.page.instance.ContactInfo.to_json", broken)
    call = desk.call("openScript", "", ECID)
    desk.reply(200, opened())
    assert desk.answer(call)["errorCode"] == "SERVICE"
    assert any("RuntimeError" in line for line in desk.host.logged)
    assert not any("secret" in line for line in desk.host.logged)
