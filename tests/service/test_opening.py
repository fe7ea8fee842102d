"""Opening scripts (contract section 3)."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tests.support.desk import Desk, good, problem

Seat = Callable[[str], Desk]


def test_opening_reserves_the_ecid_and_gives_everything_known_of_it(desk: Desk, ecid: str) -> None:
    answer = good(desk.open(ecid))["answer"]
    assert answer["result"] is True
    assert (answer["ecid"], answer["contactId"], answer["macroActivity"]) == (ecid, "", "DEMO")
    assert answer["campaign"]
    assert answer["phoneNumber"]
    assert answer["listFieldValueList"][0]["fieldName"] == "campaignMemberId"
    assert {"code": "CONFERMA_IVR", "label": "Conferma IVR", "kind": "POSITIVE", "final": True} in answer["outcomes"]
    assert answer["leaseUntil"] > time.time() * 1000


def test_read_only_and_terminated_are_left_out_when_they_are_not_so(desk: Desk, ecid: str) -> None:
    answer = good(desk.open(ecid))["answer"]
    assert not {"readOnly", "terminated", "reservedBy"} & answer.keys()


def test_what_another_holds_opens_to_be_read_and_names_the_holder(desk: Desk, other: Desk, ecid: str) -> None:
    desk.open(ecid)
    answer = good(other.open(ecid))["answer"]
    assert (answer["result"], answer["readOnly"], answer["reservedBy"]) == (True, True, "op1@demo")
    assert answer["listFieldValueList"]
    assert not {"terminated", "leaseUntil"} & answer.keys()


def test_opening_again_keeps_the_reservation_and_extends_the_lease(desk: Desk, other: Desk, ecid: str) -> None:
    first = good(desk.open(ecid))["answer"]
    again = good(desk.open(ecid))["answer"]
    assert "readOnly" not in again
    assert again["leaseUntil"] >= first["leaseUntil"]
    assert good(other.open(ecid))["answer"]["readOnly"] is True


def test_a_closed_ecid_opens_to_be_read_and_is_terminated(desk: Desk, ecid: str) -> None:
    good(desk.save(ecid=ecid, outcome="POSITIVE"))
    answer = good(desk.open(ecid))["answer"]
    assert (answer["result"], answer["readOnly"], answer["terminated"]) == (True, True, True)
    assert "reservedBy" not in answer


def test_an_unknown_ecid_is_a_problem_that_names_it(desk: Desk) -> None:
    assert problem(desk.open("no|such|1"), 404, "UNKNOWN_ECID") == {"ecid": "no|such|1"}


def test_of_fifty_operators_who_open_at_once_exactly_one_may_write(desk_of: Seat, ecid: str) -> None:
    desks = [desk_of(f"op{number}@demo") for number in range(1, 51)]
    together = Barrier(len(desks))

    def open_it(desk: Desk) -> bool:
        desk.contact(ecid)
        together.wait(20)
        return good(desk.open(ecid))["answer"].get("readOnly", False)

    with ThreadPoolExecutor(len(desks)) as threads:
        read_only = list(threads.map(open_it, desks))
    assert (read_only.count(False), read_only.count(True)) == (1, 49)


def test_the_local_instance_sees_what_the_answer_says(desk: Desk, other: Desk, ecid: str) -> None:
    desk.open(ecid)
    info = good(other.open(ecid))["contactInfo"]
    assert (info["state"], info["readOnly"], info["reservedBy"]) == ("RESERVED", True, "op1@demo")


def test_an_outbound_manual_contact_is_shown_as_one(desk: Desk, ecid: str, contact_id: str) -> None:
    info = good(desk.open(ecid, contact_id, manual=True))["contactInfo"]
    assert (info["type"], info["media_type"], info["job_type"]) == ("outbound", "telephony", "manual")
    assert info["contactId"] == contact_id


def test_a_contact_that_the_dialler_delivered_is_shown_as_one(desk: Desk, ecid: str, contact_id: str) -> None:
    info = good(desk.open(ecid, contact_id))["contactInfo"]
    assert (info["type"], info["media_type"], info["job_type"]) == ("callTask", "telephony", "previewQueue")


def test_an_inbound_contact_gets_an_ecid_of_four_parts(desk: Desk, contact_id: str) -> None:
    opened = good(desk.open_inbound(contact_id, ani="0555019999", dnis="800123", callData="A=1;B=x=y"))
    assert len(opened["answer"]["ecid"].split("|")) == 4
    assert opened["answer"]["contactId"] == contact_id
    assert opened["answer"]["phoneNumber"] == "0555019999"
    assert opened["contactInfo"]["ContactInfo"] == [
        {"name": "A", "value": "1"},
        {"name": "B", "value": "x=y"},
        {"name": "dnis", "value": "800123"},
    ]
    assert opened["contactInfo"]["type"] == "inbound"


def test_the_same_inbound_contact_always_gets_the_same_ecid(desk: Desk, other: Desk, contact_id: str) -> None:
    first = good(desk.open_inbound(contact_id, callData="A=1"))["answer"]["ecid"]
    assert good(desk.open_inbound(contact_id, callData="A=2"))["answer"]["ecid"] == first
    assert good(other.open_inbound(contact_id))["answer"]["ecid"] == first


def test_twenty_calls_for_one_inbound_contact_make_one_ecid(desk: Desk, contact_id: str) -> None:
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(desk.open_inbound, [contact_id] * 20))
    assert len({good(answer)["answer"]["ecid"] for answer in answers}) == 1


def test_different_inbound_contacts_get_different_ecids(desk: Desk, contact_id: str) -> None:
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(desk.open_inbound, [f"{contact_id}-{number}" for number in range(40)]))
    assert len({good(answer)["answer"]["ecid"] for answer in answers}) == 40


def test_an_inbound_contact_stays_inbound_when_its_script_is_opened_by_ecid(desk: Desk, contact_id: str) -> None:
    ecid = good(desk.open_inbound(contact_id))["answer"]["ecid"]
    assert good(desk.open(ecid, contact_id))["contactInfo"]["type"] == "inbound"


def test_call_data_that_is_none_is_refused_by_name(desk: Desk, contact_id: str) -> None:
    details = problem(desk.open_inbound(contact_id, callData="hello"), 422, "INVALID_ARGUMENT")
    assert details["problems"][0]["argument"] == "callData"
