"""Saving scripts (contract sections 3 and 5)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from tests.support.desk import Desk, good, new_key, problem


def attempts(desk: Desk, ecid: str) -> list[dict[str, Any]]:
    return good(desk.contact(ecid))["attempts"]


def test_a_save_answers_as_the_contract_says(desk: Desk, ecid: str, contact_id: str) -> None:
    key = new_key()
    desk.open(ecid, contact_id)
    saved = good(desk.save(key=key, contactId=contact_id, outcome="CONFERMA_IVR", offlineEnd=True))
    answer = saved["answer"]
    assert isinstance(answer.pop("savedAt"), int)
    assert answer == {
        "result": True,
        "operationId": key,
        "ecid": ecid,
        "contactId": contact_id,
        "outcome": "CONFERMA_IVR",
        "final": True,
        "terminated": True,
        "offlineEnd": True,
        "delivered": True,
    }


def test_a_save_is_kept_with_the_contact(desk: Desk, ecid: str) -> None:
    labels = [{"name": "a", "value": "1"}, {"name": "b", "value": ""}]
    desk.open(ecid)
    saved = good(desk.save(ecid=ecid, outcome="libero", note="Richiamare\ndomani è meglio 😀", labels=labels))
    info = good(desk.contact(ecid))
    assert info["attempts"] == [saved["attempt"]]
    assert saved["attempt"]["note"] == "Richiamare\ndomani è meglio 😀"
    assert saved["attempt"]["labels"] == labels
    assert (saved["attempt"]["agent"], saved["attempt"]["outcome"]) == ("op1@demo", "NO_ANSWER_BY_AGENT")


@pytest.mark.parametrize("outcome", ["CONFERMA_IVR", "Conferma IVR", " conferma ivr "])
def test_code_and_label_both_match(desk: Desk, ecid: str, outcome: str) -> None:
    assert good(desk.save(ecid=ecid, outcome=outcome))["answer"]["outcome"] == "CONFERMA_IVR"


def test_an_outcome_that_is_not_final_frees_the_ecid(desk: Desk, other: Desk, ecid: str) -> None:
    desk.open(ecid)
    answer = good(desk.save(ecid=ecid, outcome="BUSY_BY_AGENT"))["answer"]
    assert (answer["final"], answer["terminated"]) == (False, False)
    assert good(desk.contact(ecid))["state"] == "SCHEDULED"
    assert "readOnly" not in good(other.open(ecid))["answer"]


def test_an_outcome_saved_as_often_as_allowed_closes_the_ecid(desk: Desk, ecid: str) -> None:
    ends = [good(desk.save(ecid=ecid, outcome="FAX_BY_AGENT"))["answer"]["terminated"] for _ in range(3)]
    assert ends == [False, False, True]
    details = problem(desk.save(ecid=ecid, outcome="POSITIVE"), 409, "TERMINATED")
    assert details == {"ecid": ecid, "reason": "MAX_RETRY"}


def test_the_first_argument_may_be_an_ecid(desk: Desk, ecid: str) -> None:
    desk.open(ecid)
    assert good(desk.save(contactId=ecid, outcome="POSITIVE"))["answer"]["ecid"] == ecid


def test_a_save_by_contact_id_works_after_the_script_has_ended(desk: Desk, ecid: str, contact_id: str) -> None:
    desk.open(ecid, contact_id)
    good(desk.save(contactId=contact_id, outcome="libero"))
    assert good(desk.save(contactId=contact_id, outcome="POSITIVE"))["answer"]["ecid"] == ecid


def test_a_save_by_ecid_answers_with_the_contact_it_was_opened_under(desk: Desk, ecid: str, contact_id: str) -> None:
    desk.open(ecid, contact_id)
    assert good(desk.save(ecid=ecid, outcome="POSITIVE"))["answer"]["contactId"] == contact_id


def test_what_nobody_holds_is_taken_and_saved_in_one(desk: Desk, ecid: str) -> None:
    saved = good(desk.save(ecid=ecid, outcome="POSITIVE"))
    assert saved["attempt"]["durationSec"] == 0
    assert good(desk.contact(ecid))["state"] == "CLOSED"


def test_what_another_holds_cannot_be_saved(desk: Desk, other: Desk, ecid: str) -> None:
    desk.open(ecid)
    details = problem(other.save(ecid=ecid, outcome="POSITIVE"), 409, "RESERVED_BY_OTHER")
    assert details == {"ecid": ecid, "reservedBy": "op1@demo"}
    assert attempts(desk, ecid) == []


def test_a_refused_save_leaves_the_reservation_with_its_holder(desk: Desk, other: Desk, ecid: str) -> None:
    desk.open(ecid)
    other.save(ecid=ecid, outcome="POSITIVE")
    assert good(desk.save(ecid=ecid, outcome="POSITIVE"))["answer"]["terminated"] is True


def test_a_closed_ecid_cannot_be_saved(desk: Desk, ecid: str) -> None:
    good(desk.save(ecid=ecid, outcome="NEGATIVE"))
    assert problem(desk.save(ecid=ecid, outcome="POSITIVE"), 409, "TERMINATED")["reason"] == "NEGATIVE"


def test_an_unknown_outcome_is_refused_with_what_is_allowed(desk: Desk, ecid: str) -> None:
    details = problem(desk.save(ecid=ecid, outcome="FORSE"), 422, "UNKNOWN_OUTCOME")
    assert details["outcome"] == "FORSE"
    assert {"code": "RINUNCIA_CONTRATTO", "label": "Rinuncia contratto"} in details["allowed"]


@pytest.mark.parametrize(
    ("named", "code", "details"),
    [
        ({"ecid": "nope"}, "UNKNOWN_ECID", {"ecid": "nope"}),
        ({"contactId": "no|such"}, "UNKNOWN_ECID", {"ecid": "no|such"}),
        ({"contactId": "68-x@y"}, "UNKNOWN_CONTACT", {"contactId": "68-x@y"}),
    ],
)
def test_what_nothing_is_known_of_cannot_be_saved(
    desk: Desk, named: dict[str, str], code: str, details: dict[str, str]
) -> None:
    assert problem(desk.save(**named, outcome="POSITIVE"), 404, code) == details


def test_a_save_that_names_nothing_is_refused(desk: Desk) -> None:
    details = problem(desk.save(outcome="POSITIVE"), 422, "INVALID_ARGUMENT")
    assert details["problems"] == [{"argument": "contactId", "problem": "missing"}]


def test_a_contact_id_cannot_be_bent_to_another_operators_ecid(desk: Desk, other: Desk, ecid: str) -> None:
    """Somebody opens another script under a ContactID that reads like our ECID."""
    good(other.open("demo|1|1|1000", ecid))
    assert good(desk.save(contactId=ecid, outcome="POSITIVE"))["answer"]["ecid"] == ecid


def test_one_contact_id_leads_each_operator_to_the_own_script(
    desk: Desk, other: Desk, ecid: str, contact_id: str
) -> None:
    desk.open(ecid, contact_id)
    other.open("demo|1|1|999", contact_id)
    assert good(desk.save(contactId=contact_id, outcome="libero"))["answer"]["ecid"] == ecid


def test_the_same_save_twice_has_one_effect_and_the_same_answer(desk: Desk, ecid: str) -> None:
    key = new_key()
    first = desk.save(key=key, ecid=ecid, outcome="libero")
    second = desk.save(key=key, ecid=ecid, outcome="libero")
    assert good(first) == good(second)
    assert second.headers["idempotent-replayed"] == "true"
    assert len(attempts(desk, ecid)) == 1


def test_the_same_save_sent_twenty_times_at_once_has_one_effect(desk: Desk, ecid: str) -> None:
    key = new_key()
    together = Barrier(20)

    def save(_: int) -> str:
        together.wait(20)
        response = desk.save(key=key, ecid=ecid, outcome="libero")
        good(response)
        return response.text

    with ThreadPoolExecutor(20) as threads:
        answers = set(threads.map(save, range(20)))
    assert len(answers) == 1
    assert len(attempts(desk, ecid)) == 1


def test_a_repetition_gets_its_answer_also_when_the_ecid_is_closed_meanwhile(desk: Desk, ecid: str) -> None:
    key = new_key()
    first = good(desk.save(key=key, ecid=ecid, outcome="libero"))
    good(desk.save(ecid=ecid, outcome="POSITIVE"))
    assert good(desk.save(key=key, ecid=ecid, outcome="libero")) == first


def test_a_key_with_another_content_is_a_conflict(desk: Desk, ecid: str) -> None:
    key = new_key()
    good(desk.save(key=key, ecid=ecid, outcome="libero", note="a"))
    details = problem(desk.save(key=key, ecid=ecid, outcome="libero", note="b"), 409, "CONFLICT")
    assert details == {"reason": "key_reused"}
    assert len(attempts(desk, ecid)) == 1


def test_keys_of_different_operators_are_different(desk: Desk, other: Desk, ecid: str) -> None:
    key = new_key()
    good(desk.save(key=key, ecid=ecid, outcome="libero"))
    good(other.save(key=key, ecid=ecid, outcome="libero"))
    assert len(attempts(desk, ecid)) == 2


def test_a_refused_save_may_be_tried_again_with_its_key(desk: Desk, other: Desk, ecid: str) -> None:
    key = new_key()
    desk.open(ecid)
    problem(other.save(key=key, ecid=ecid, outcome="libero"), 409, "RESERVED_BY_OTHER")
    good(desk.save(ecid=ecid, outcome="libero"))
    good(other.save(key=key, ecid=ecid, outcome="libero"))


@pytest.mark.parametrize("key", ["short", "x" * 65, "with space in the middle", "semi;colon;semi;colon"])
def test_a_malformed_key_is_refused_by_name(desk: Desk, ecid: str, key: str) -> None:
    details = problem(desk.save(key=key, ecid=ecid, outcome="libero"), 413 if len(key) > 64 else 422, _code(key))
    named = details.get("argument") or details["problems"][0]["argument"]
    assert named == "Idempotency-Key"
    assert attempts(desk, ecid) == []


def _code(key: str) -> str:
    return "TOO_LARGE" if len(key) > 64 else "INVALID_ARGUMENT"


def test_a_missing_key_is_refused_by_name(desk: Desk, ecid: str) -> None:
    response = desk.http.post("/easycim/v1/scripts/save", json={"ecid": ecid, "outcome": "libero"})
    details = problem(response, 422, "INVALID_ARGUMENT")
    assert details["problems"] == [{"argument": "Idempotency-Key", "problem": "missing"}]


def test_a_profile_may_forbid_saving_what_is_not_reserved(desk: Desk, ecid: str, careful: Desk) -> None:
    assert problem(careful.save(ecid=ecid, outcome="libero"), 409, "NOT_RESERVED") == {"ecid": ecid}
    good(careful.open(ecid))
    good(careful.save(ecid=ecid, outcome="libero"))
    assert len(attempts(desk, ecid)) == 1
