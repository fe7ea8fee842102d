"""Reading and searching contacts (contract sections 3 and 5)."""

import time
from typing import Any

import pytest

from tests.support.desk import Desk, good, problem


def rows(answer: dict[str, Any]) -> list[dict[str, str]]:
    return answer["data"]["rowList"]


def test_a_contact_has_its_fields_in_the_three_shapes(desk: Desk, ecid: str) -> None:
    info = good(desk.contact(ecid))
    fields = info["listFieldValueList"]
    assert info["customerInfo"]["listFieldValueList"] == fields
    assert info["ContactInfo"] == [{"name": each["fieldName"], "value": each["value"]} for each in fields]
    assert fields[0] == {
        "fieldName": "campaignMemberId",
        "categorizedFieldKeyCode": "campaignMemberId",
        "value": f"CM{int(ecid.rpartition('|')[2]):06}",
    }


def test_a_contact_that_nobody_touched_is_new(desk: Desk, ecid: str) -> None:
    info = good(desk.contact(ecid))
    assert (info["state"], info["terminated"], info["readOnly"]) == ("NEW", False, False)
    assert (info["type"], info["media_type"], info["job_type"]) == ("callTask", "telephony", "previewQueue")
    assert (info["attempts"], info["appointments"], info["contactId"]) == ([], [], "")


def test_who_holds_a_contact_is_told_to_others_and_not_to_the_holder(desk: Desk, other: Desk, ecid: str) -> None:
    desk.open(ecid)
    assert "reservedBy" not in good(desk.contact(ecid))
    assert good(other.contact(ecid))["reservedBy"] == "op1@demo"


def test_a_contact_id_is_told_to_the_operator_who_has_it(desk: Desk, other: Desk, ecid: str, contact_id: str) -> None:
    desk.open(ecid, contact_id, manual=True)
    mine, theirs = good(desk.contact(ecid)), good(other.contact(ecid))
    assert (mine["contactId"], theirs["contactId"]) == (contact_id, "")
    assert (mine["job_type"], theirs["job_type"]) == ("manual", "manual")


def test_an_unknown_ecid_is_a_problem(desk: Desk) -> None:
    assert problem(desk.contact("no|such"), 404, "UNKNOWN_ECID") == {"ecid": "no|such"}


@pytest.mark.parametrize("ecid", ["with space|1", "slash/inside|1", "perc%2Fent|1", "ünïcode|1", "a?b#c|1", "+|1"])
def test_an_ecid_may_hold_any_character(desk: Desk, supervisor: Desk, ecid: str) -> None:
    supervisor.import_file(f"ecid\n{ecid}\n".encode(), "text/csv", macroActivity="DEMO")
    assert good(desk.contact(ecid))["ecid"] == ecid


@pytest.mark.parametrize("ecid", [" ", "x" * 65, "tab\there"])
def test_what_cannot_be_an_ecid_is_refused(desk: Desk, ecid: str) -> None:
    status, code = (413, "TOO_LARGE") if len(ecid) > 64 else (422, "INVALID_ARGUMENT")
    problem(desk.contact(ecid), status, code)


def test_an_exact_search_finds_the_field_with_that_value(desk: Desk) -> None:
    criterion = {"value": "CM000777", "categorizedFieldKeyCode": "campaignMemberId"}
    answer = good(desk.search(listFieldToSearch=[criterion], fieldList=["nome", "nope"], searchMode="EXACT"))
    (row,) = rows(answer)
    assert (row["builtinEcid"], row["builtinMacroActivity"]) == ("demo|1|1|777", "DEMO")
    assert row["nome"]
    assert "nope" not in row
    assert answer["data"]["truncated"] is False


def test_without_a_key_code_any_field_may_have_the_value(desk: Desk) -> None:
    assert len(rows(good(desk.search(listFieldToSearch=[{"value": "CM000777"}])))) == 1


def test_every_criterion_must_hold(desk: Desk) -> None:
    both = [{"value": "CM000777"}, {"value": "CM000778"}]
    assert rows(good(desk.search(listFieldToSearch=both))) == []


def test_an_exact_search_takes_nothing_for_a_pattern(desk: Desk) -> None:
    assert rows(good(desk.search(listFieldToSearch=[{"value": "CM0007.*"}]))) == []


def test_a_search_by_regular_expression_finds_all_that_match(desk: Desk) -> None:
    criterion = {"value": "^CM0007[78]0$", "categorizedFieldKeyCode": "campaignMemberId"}
    found = rows(good(desk.search(listFieldToSearch=[criterion], searchMode="REGEXP")))
    assert [row["builtinEcid"] for row in found] == ["demo|1|1|770", "demo|1|1|780"]


def test_a_search_may_be_restricted_to_macro_activities(desk: Desk) -> None:
    criterion = [{"value": "CM000777"}]
    assert rows(good(desk.search(listFieldToSearch=criterion, macroActivityRegExp="^DEF"))) == []
    assert len(rows(good(desk.search(listFieldToSearch=criterion, macroActivityRegExp="DEM|X")))) == 1


@pytest.mark.parametrize(("restriction", "found"), [({"enabled": True}, 1), ({"enabled": False}, 0)])
def test_a_search_may_be_restricted_to_enabled_contacts(desk: Desk, restriction: dict[str, bool], found: int) -> None:
    assert len(rows(good(desk.search(listFieldToSearch=[{"value": "CM000777"}], **restriction)))) == found


@pytest.mark.parametrize(("restriction", "found"), [({"active": True}, 1), ({"active": False}, 0)])
def test_a_search_may_be_restricted_to_active_macro_activities(
    desk: Desk, restriction: dict[str, bool], found: int
) -> None:
    assert len(rows(good(desk.search(listFieldToSearch=[{"value": "CM000777"}], **restriction)))) == found


def test_closed_contacts_may_be_left_out(desk: Desk, ecid: str) -> None:
    criterion = [{"value": f"CM{int(ecid.rpartition('|')[2]):06}"}]
    good(desk.save(ecid=ecid, outcome="POSITIVE"))
    assert len(rows(good(desk.search(listFieldToSearch=criterion)))) == 1
    assert rows(good(desk.search(listFieldToSearch=criterion, excludeTerminated=True))) == []


def test_a_search_gives_at_most_a_thousand_rows_and_says_so(desk: Desk, contact_id: str) -> None:
    good(desk.open_inbound(contact_id))
    answer = good(desk.search())
    assert (len(rows(answer)), answer["data"]["truncated"]) == (1_000, True)


@pytest.mark.parametrize("pattern", ["(", "a{2000}", "(?=x)", r"\1", "[z-a]", "*"])
def test_a_bad_pattern_is_refused_by_name(desk: Desk, pattern: str) -> None:
    response = desk.search(listFieldToSearch=[{"value": pattern}], searchMode="REGEXP")
    details = problem(response, 422, "INVALID_ARGUMENT")
    assert details["problems"][0]["argument"] == "listFieldToSearch[0].value"


def test_a_bad_macro_activity_pattern_is_refused_by_name(desk: Desk) -> None:
    details = problem(desk.search(macroActivityRegExp="("), 422, "INVALID_ARGUMENT")
    assert details["problems"][0]["argument"] == "macroActivityRegExp"


def test_a_pattern_that_hangs_other_engines_is_answered_soon(desk: Desk, supervisor: Desk) -> None:
    supervisor.import_file(f"ecid,text\nhostile|1,{'a' * 2_000}\n".encode(), "text/csv", macroActivity="DEMO")
    begun = time.monotonic()
    good(desk.search(listFieldToSearch=[{"value": "^(a+)+$|^(a|aa)+b$"}], searchMode="REGEXP"))
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("body", "argument"),
    [
        ({"searchMode": "FUZZY"}, "searchMode"),
        ({"listFieldToSearch": "text"}, "listFieldToSearch"),
        ({"listFieldToSearch": [{"categorizedFieldKeyCode": "x"}]}, "listFieldToSearch[0].value"),
        ({"fieldList": [5]}, "fieldList[0]"),
        ({"enabled": "yes"}, "enabled"),
        ({"nope": 1}, "nope"),
    ],
)
def test_a_malformed_search_is_refused_by_name(desk: Desk, body: dict[str, Any], argument: str) -> None:
    details = problem(desk.search(**body), 422, "INVALID_ARGUMENT")
    assert details["problems"][0]["argument"] == argument
