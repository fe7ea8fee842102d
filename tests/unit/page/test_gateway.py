"""What becomes of a request that fails on the way (contract section 2)."""

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


def test_a_refusal_is_not_repeated() -> None:
    desk = Desk()
    desk.call("saveScript", ECID, "POSITIVE", True)
    desk.reply(409, problem("TERMINATED", 409, ecid=ECID))
    assert not desk.host.sleeps
    assert not desk.host.requests


def test_retry_after_is_respected() -> None:
    desk = Desk()
    desk.call("getContactInfoWS", ECID)
    desk.reply(429, "slow down", retry_after_ms=3_000)
    assert desk.wake() == 3_000


def test_an_answer_in_somebody_elses_words_is_told_by_its_status() -> None:
    desk = Desk()
    call = desk.call("saveScript", ECID, "POSITIVE", True)
    desk.reply(401, "<html>login</html>")
    assert desk.failure(call)["code"] == "UNAUTHENTICATED"


def test_a_token_function_that_fails_is_an_authentication_problem() -> None:
    desk = Desk()
    call = desk.call("getContactInfoWS", ECID)
    desk.lose("token")
    assert desk.answer(call)["errorCode"] == "UNAUTHENTICATED"
