"""What becomes of a request that fails on the way (contract section 2)."""

from typing import Any

import pytest

from tests.unit.page.answers import ECID, opened, problem, saved
from tests.unit.page.fake_host import TRACE, Desk


def test_a_lost_request_is_sent_again_before_anybody_is_told() -> None:
    desk = Desk()
    call = desk.call("openScript", "", ECID)
    desk.lose()
    desk.wake()
    desk.reply(200, opened())
    assert desk.answer(call)["result"] is True


def test_every_repetition_of_a_save_carries_the_same_key() -> None:
    desk = Desk()
    call = desk.call("saveScript", ECID, "POSITIVE", True)
    keys: list[str] = []
    for _ in range(2):
        keys.append(desk.host.requests[0][1]["key"])
        desk.lose()
        desk.wake()
    request, _ = desk.reply(200, saved(TRACE))
    assert {*keys, request["key"]} == {TRACE}
    assert desk.answer(call)["operationId"] == TRACE


def test_a_save_that_never_got_an_answer_does_not_claim_to_know_its_outcome() -> None:
    desk = Desk()
    call = desk.call("saveScript", ECID, "POSITIVE", True)
    for _ in range(2):
        desk.lose()
        desk.wake()
    desk.lose()
    failure = desk.failure(call)
    assert (failure["code"], failure["retryable"], failure["outcomeKnown"]) == ("NETWORK", True, False)


def test_a_refusal_after_a_lost_answer_is_still_a_known_refusal() -> None:
    desk = Desk()
    call = desk.call("saveScript", ECID, "POSITIVE", True)
    desk.lose("cut")
    desk.wake()
    desk.reply(422, problem("UNKNOWN_OUTCOME", 422, outcome="x", allowed=[]))
    assert desk.failure(call)["outcomeKnown"] is True


def test_a_write_that_easycim_could_not_finish_in_time_does_not_claim_to_know_its_outcome() -> None:
    desk = Desk()
    call = desk.call("saveScript", ECID, "POSITIVE", True)
    for last in (False, False, True):
        desk.reply(504, {**problem("TIMEOUT", 504, timeoutMs=5_000), "retryable": True})
        if not last:
            desk.wake()
    failure = desk.failure(call)
    assert (failure["code"], failure["outcomeKnown"]) == ("TIMEOUT", False)


@pytest.mark.parametrize(
    "body",
    [
        problem("CONFLICT", 409, reason="outcome_unknown"),
        {**problem("CONFLICT", 409, reason="logged_out"), "outcomeKnown": False},
    ],
)
def test_a_refusal_that_says_that_the_outcome_is_not_known_is_believed(body: dict[str, Any]) -> None:
    desk = Desk()
    call = desk.call("saveScript", ECID, "POSITIVE", True)
    desk.reply(409, body)
    failure = desk.failure(call)
    assert (failure["code"], failure["outcomeKnown"]) == ("CONFLICT", False)
    assert "before saving again" in failure["message"]


@pytest.mark.parametrize(("status", "code"), [(401, "UNAUTHENTICATED"), (403, "FORBIDDEN")])
def test_a_caller_who_is_turned_away_learns_nothing_of_the_try_before(status: int, code: str) -> None:
    desk = Desk()
    call = desk.call("saveScript", ECID, "POSITIVE", True)
    desk.lose("cut")
    desk.wake()
    desk.reply(status, problem(code, status, reason="expired_token"))
    failure = desk.failure(call)
    assert (failure["code"], failure["outcomeKnown"]) == (code, False)


def test_a_refusal_is_not_repeated() -> None:
    desk = Desk()
    sleeps = len(desk.host.sleeps)
    desk.call("saveScript", ECID, "POSITIVE", True)
    desk.reply(409, problem("TERMINATED", 409, ecid=ECID))
    assert len(desk.host.sleeps) == sleeps
    assert not desk.host.requests


@pytest.mark.parametrize("reason", ["telephones_distrust_us", "telephones_elsewhere"])
def test_what_the_telephone_system_did_not_take_is_not_repeated_and_surely_not_done(reason: str) -> None:
    desk = Desk()
    call = desk.call("saveScript", ECID, "POSITIVE", True)
    desk.reply(500, {**problem("SERVICE", 500), "details": {"reason": reason, "status": 401}})
    failure = desk.failure(call)
    assert (failure["code"], failure["retryable"], failure["outcomeKnown"]) == ("SERVICE", False, True)
    assert "HTTP 401" in failure["message"]


def test_retry_after_is_respected() -> None:
    desk = Desk()
    desk.call("getContactInfoWS", ECID)
    desk.reply(429, "slow down", retry_after_ms=3_000)
    assert desk.wake() == 3_000


def test_who_asks_for_a_longer_pause_than_pages_wait_is_told_on_at_once() -> None:
    desk = Desk()
    call = desk.call("saveScript", ECID, "POSITIVE", True)
    desk.reply(429, problem("RATE_LIMITED", 429, retryAfterMs=60_000))
    failure = desk.failure(call)
    assert (failure["code"], failure["retryable"], failure["outcomeKnown"]) == ("RATE_LIMITED", True, True)
    assert failure["details"]["retryAfterMs"] == 60_000


def test_an_answer_in_somebody_elses_words_is_told_by_its_status() -> None:
    desk = Desk()
    call = desk.call("saveScript", ECID, "POSITIVE", True)
    desk.reply(401, "<html>login</html>")
    assert desk.failure(call)["code"] == "UNAUTHENTICATED"


def test_a_token_function_that_fails_is_blamed_and_may_be_asked_again() -> None:
    desk = Desk()
    call = desk.call("saveScript", ECID, "POSITIVE", True)
    desk.lose("token Error: boom of the page")
    failure = desk.failure(call)
    assert (failure["code"], failure["retryable"], failure["outcomeKnown"]) == ("UNAUTHENTICATED", True, True)
    assert failure["message"] == "The page's token function gave no token: nothing was sent. Try again."
    assert failure["details"] == {"reason": "token_failed", "said": "Error: boom of the page"}


def test_a_token_that_cannot_be_sent_will_not_be_better_the_next_time() -> None:
    desk = Desk()
    call = desk.call("getContactInfoWS", ECID)
    desk.lose("token token_unusable")
    assert desk.answer(call)["errorCode"] == "UNAUTHENTICATED"
    assert desk.answer(call)["retryable"] is False


def test_a_save_that_still_waited_for_the_token_was_not_sent_and_the_token_function_is_blamed() -> None:
    desk = Desk()
    desk.host.unsent = True
    call = desk.call("saveScript", ECID, "POSITIVE", True)
    desk.app.abort(call, "TIMEOUT", 1_500)
    failure = desk.failure(call)
    assert (failure["code"], failure["outcomeKnown"]) == ("TIMEOUT", True)
    assert "token function did not answer in time" in failure["message"]


def test_a_save_that_was_sent_once_is_unknown_even_while_its_repetition_waits_for_the_token() -> None:
    desk = Desk()
    call = desk.call("saveScript", ECID, "POSITIVE", True)
    desk.lose("cut")
    desk.wake()
    desk.host.unsent = True
    desk.app.abort(call, "TIMEOUT", 1_500)
    assert desk.failure(call)["outcomeKnown"] is False


def test_a_save_of_unknown_outcome_is_told_as_perhaps_saved_and_what_to_do() -> None:
    desk = Desk("it")
    call = desk.call("saveScript", ECID, "POSITIVE", True)
    desk.app.abort(call, "TIMEOUT", 1_500)
    message = desk.failure(call)["message"]
    assert "può essere stato registrato" in message
    assert "attempts" in message
    assert "riprovare" not in message


def test_an_origin_that_easycim_does_not_allow_is_named_with_the_setting() -> None:
    desk = Desk()
    call = desk.call("getContactInfoWS", ECID)
    desk.lose("origin https://crm.example")
    answer = desk.answer(call)
    assert (answer["errorCode"], answer["retryable"]) == ("FORBIDDEN", False)
    assert "--allow-origin https://crm.example" in answer["error"]
