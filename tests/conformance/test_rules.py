"""Each rule is broken by what breaks it."""

import pytest

from tests.conformance.story import OPERATOR, Story, broken_by, ended, until_cleared, worked
from toolbar_py.conformance.finding import Severity
from toolbar_py.conformance.rules import judge

C, E = "c1", "a|1|1|1"


def test_a_save_without_an_opening_is_found() -> None:
    story = Story()
    story.happens(C, "POPUP", E)
    story.saves(C, E)
    (finding,) = judge(story.case())
    assert (finding.rule, finding.contact, finding.ecid) == ("saved-without-opening", C, E)


def test_a_second_save_without_another_opening_is_found() -> None:
    story = worked()
    story.saves(C, E)
    assert broken_by(story) == ["saved-without-opening"]


@pytest.mark.parametrize("named", [C, ""])
def test_a_script_that_was_opened_and_never_saved_is_found(named: str) -> None:
    story = Story()
    story.happens(C, "POPUP", E)
    story.opens(named, E)
    story.happens(C, "connectionstarted")
    story.happens(C, "connectioncleared")
    assert broken_by(ended(story)) == ["never-saved"]
    (finding,) = judge(story.case())
    assert (finding.severity, finding.contact, finding.ecid) == (Severity.ERROR, C, E)


def test_a_save_of_an_earlier_contact_or_of_another_one_is_not_that_of_this() -> None:
    story = worked()
    for contact, ecid in (("c2", E), ("c3", "a|1|1|3")):
        story.happens(contact, "POPUP", ecid)
        story.opens(contact, ecid)
        story.happens(contact, "connectionstarted")
        story.happens(contact, "connectioncleared")
        if contact == "c3":
            story.saves(contact, ecid)
        story.answer(story.call("CONTACT.OfflineEnd", contact))
        story.happens(contact, "DELETE")
    assert [(finding.rule, finding.contact) for finding in judge(story.case())] == [("never-saved", "c2")]


def test_an_inbound_contact_that_the_toolbar_opened_has_to_be_saved_too() -> None:
    story = Story()
    story.script_enabled = False
    story.happens(C, "POPUP", E, kind="inbound")
    story.happens(C, "connectionstarted", kind="inbound")
    story.happens(C, "connectioncleared", kind="inbound")
    assert broken_by(ended(story)) == ["never-saved"]


@pytest.mark.parametrize("use", ["save", "CONTACT.MakeCall"])
@pytest.mark.parametrize(
    ("told", "rule"),
    [
        ({"readOnly": True}, "ignored-read-only"),
        ({"readOnly": True, "terminated": True}, "ignored-terminated"),
        ({"result": False}, "ignored-refusal"),
    ],
)
def test_going_on_against_the_answer_is_found(use: str, told: dict[str, bool], rule: str) -> None:
    story = until_cleared(**told)
    call = story.call("save", C, "POSITIVE", True) if use == "save" else story.call(use, "0555", "", "", "", E)
    story.rejects(call, "RESERVED_BY_OTHER")
    story.add("shown", call=call)
    assert broken_by(ended(story)) == [rule]


def test_a_second_opening_in_one_document_is_a_warning() -> None:
    story = Story()
    story.happens(C, "POPUP", E)
    story.opens(C, E)
    story.opens("", E)
    (finding,) = judge(story.case())
    assert (finding.rule, finding.severity) == ("opened-twice", Severity.WARNING)


def test_a_second_opening_of_what_another_operator_holds_is_an_error() -> None:
    story = Story()
    story.happens(C, "POPUP", E)
    story.opens(C, E, readOnly=True)
    story.opens(C, E, readOnly=True)
    (finding,) = judge(story.case())
    assert (finding.rule, finding.severity) == ("opened-twice", Severity.ERROR)


def test_a_second_opening_of_what_another_operator_holds_is_a_warning_when_something_came_between() -> None:
    story = Story()
    story.happens(C, "POPUP", E)
    story.opens(C, E, readOnly=True)
    story.happens(C, "established")
    story.opens(C, E, readOnly=True)
    (finding,) = judge(story.case())
    assert (finding.rule, finding.severity) == ("opened-twice", Severity.WARNING)


def test_a_second_opening_before_the_first_was_answered_is_a_warning() -> None:
    story = Story()
    story.happens(C, "POPUP", E)
    calls = [story.call("open", C, E), story.call("open", C, E)]
    for call in calls:
        story.answer(call, result=True, ecid=E, contactId=C, readOnly=True)
    (finding,) = judge(story.case())
    assert (finding.rule, finding.severity) == ("opened-twice", Severity.WARNING)


def test_a_second_opening_of_what_is_closed_says_so() -> None:
    story = Story()
    story.happens(C, "POPUP", E)
    story.opens(C, E, readOnly=True, terminated=True)
    story.opens(C, E, readOnly=True, terminated=True)
    (finding,) = judge(story.case())
    assert finding.wrong == "openScript was called again for an ECID that is closed for good."
    assert finding.severity is Severity.ERROR


def test_an_unknown_outcome_is_found() -> None:
    story = until_cleared()
    call = story.call("save", C, "Interessato", True)
    story.rejects(call, "UNKNOWN_OUTCOME")
    story.add("shown", call=call)
    (finding,) = judge(ended(story).case())
    assert finding.rule == "outcome-not-allowed"
    assert "'Interessato'" in finding.wrong


@pytest.mark.parametrize("text", ["true", "false"])
def test_a_flag_as_text_is_found(text: str) -> None:
    story = until_cleared()
    call = story.call("save", C, "POSITIVE", text)
    story.rejects(call, "INVALID_ARGUMENT")
    story.add("shown", call=call)
    assert broken_by(ended(story)) == ["flag-as-text"]


@pytest.mark.parametrize(("times", "broken"), [(3, []), (4, ["polled-web-service"]), (9, ["polled-web-service"])])
def test_polling_the_web_service_is_found_once(times: int, broken: list[str]) -> None:
    story = worked()
    for _ in range(times):
        story.answer(story.call("EASYCIM.getContactInfoWS", E), ecid=E)
    assert broken_by(story) == broken


def test_after_call_work_that_nobody_ended_is_found_also_when_it_ran_out() -> None:
    story = until_cleared()
    story.saves(C, E, offline_end=False)
    assert broken_by(story) == ["never-ended-acw"]
    story.happens(C, "DELETE")
    assert broken_by(story) == ["never-ended-acw"]


def test_after_call_work_that_the_page_was_refused_to_end_is_found_unless_it_asked_again() -> None:
    story = Story()
    story.happens(C, "POPUP", E)
    story.opens(C, E)
    story.rejects(story.call("CONTACT.OfflineEnd", C), "CONFLICT")
    story.happens(C, "connectionstarted")
    story.happens(C, "connectioncleared")
    story.saves(C, E, offline_end=False)
    assert broken_by(story) == ["never-ended-acw"]
    assert broken_by(ended(story)) == []


def test_after_call_work_whose_end_was_not_answered_any_more_may_have_ended() -> None:
    story = until_cleared(readOnly=True)
    story.call("CONTACT.OfflineEnd", C)
    story.document()
    assert broken_by(story) == []


def test_a_contact_without_after_call_work_needs_no_end() -> None:
    story = Story()
    story.happens(C, "POPUP", E)
    story.at_service(C, "connectionstarted")
    story.at_service(C, "connectioncleared")
    story.at_service(C, "DELETE")
    story.told(C, "connectioncleared")
    assert broken_by(story) == []


def test_a_clearing_that_the_page_was_not_told_of_is_not_its_fault() -> None:
    story = Story()
    story.happens(C, "POPUP", E)
    story.at_service(C, "connectioncleared")
    assert broken_by(story) == []


def test_a_contact_whose_beginning_the_page_was_not_told_of_is_not_its_fault() -> None:
    story = Story()
    story.at_service(C, "POPUP", E)
    story.at_service(C, "connectionstarted")
    story.happens(C, "connectioncleared")
    assert broken_by(story) == []


@pytest.mark.parametrize("method", ["CONTACT.OfflineEnd", "EASYCIM.getContactInfo", "CONTACT.Hold"])
def test_a_contact_that_was_never_at_the_desk_is_found(method: str) -> None:
    story = worked()
    story.rejects(story.call(method, "c1@elsewhere"), "UNKNOWN_CONTACT")
    assert broken_by(story) == ["unknown-contact"]


def test_a_save_for_undefined_is_found() -> None:
    story = until_cleared()
    call = story.call("save", None, "POSITIVE", True)
    story.rejects(call, "INVALID_ARGUMENT")
    story.add("shown", call=call)
    assert broken_by(ended(story)) == ["unknown-contact"]


@pytest.mark.parametrize("named", [None, "", "undefined", OPERATOR])
def test_a_save_with_what_an_agent_event_has_for_an_id_is_found(named: str | None) -> None:
    story = until_cleared()
    story.told(None, "AGENT:PAUSE")
    call = story.call("save", named, "POSITIVE", True)
    story.rejects(call, "INVALID_ARGUMENT")
    story.add("shown", call=call)
    assert broken_by(ended(story)) == ["saved-on-agent-event"]


def test_a_page_without_a_callback_is_found() -> None:
    story = Story()
    story.entries = [entry for entry in story.entries if entry.kind != "bound"]
    assert broken_by(story) == ["no-callback"]


def test_a_throwing_callback_is_found_and_an_async_one_too() -> None:
    story = worked()
    where = {"callback": 1, "event": "POPUP", "contact": C, "name": "TypeError", "place": "crm.js:7:3"}
    story.add("thrown", **where)
    story.add("rejection", **where, prevented=False)
    assert broken_by(story) == ["callback-throws", "callback-throws"]
    assert "crm.js:7:3" in judge(story.case())[0].wrong


def test_an_unhandled_rejection_of_the_toolbars_is_found_with_its_contact() -> None:
    story = until_cleared()
    call = story.call("save", C, "POSITIVE", True)
    story.rejects(call, "TOO_LARGE")
    story.add(
        "rejection", name="ToolbarError", code="TOO_LARGE", correlationId=f"trace-{call}", place="", prevented=False
    )
    (finding,) = judge(ended(story).case())
    assert (finding.rule, finding.contact) == ("unhandled-rejection", C)


@pytest.mark.parametrize(("code", "prevented"), [("TOO_LARGE", True), (None, False)])
def test_a_rejection_that_the_page_handles_or_that_is_another_scripts_is_not_judged(
    code: str | None, prevented: bool
) -> None:
    story = worked()
    story.add("rejection", name="Error", code=code, place="", prevented=prevented)
    assert broken_by(story) == []


def test_a_refused_save_that_is_dropped_is_found() -> None:
    story = until_cleared()
    story.rejects(story.call("save", C, "POSITIVE", True), "TOO_LARGE")
    assert broken_by(ended(story)) == ["save-dropped"]


def test_a_refused_save_of_a_document_that_was_left_is_not_judged() -> None:
    story = until_cleared()
    story.rejects(story.call("save", C, "POSITIVE", True), "TOO_LARGE")
    story.document()
    assert broken_by(ended(story)) == []


def test_every_finding_says_what_would_be_right_and_where_that_is_written() -> None:
    story = Story()
    story.happens(C, "POPUP", E)
    story.saves(C, E)
    (finding,) = judge(story.case())
    assert finding.wrong.endswith(".")
    assert finding.right.endswith(".")
    assert finding.section == "3"
