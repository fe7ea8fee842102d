"""Each rule is broken by what breaks it, and by nothing that is right."""

from collections.abc import Callable

import pytest

from tests.conformance.story import OPERATOR, Story, worked
from toolbar_py.conformance.finding import Severity
from toolbar_py.conformance.rules import RULES, judge, untried

C, E = "c1", "a|1|1|1"


def _broken(story: Story) -> list[str]:
    found = [finding.rule for finding in judge(story.case())]
    # What was broken was put to the test.
    assert not set(found) & set(untried(story.case()))
    return found


def _until_cleared(**told: bool) -> Story:
    """A contact that is opened, with this in the answer, and cleared."""
    story = Story()
    story.happens(C, "POPUP", E)
    story.opens(C, E, **told)
    story.happens(C, "connectionstarted")
    story.happens(C, "connectioncleared")
    return story


def _ended(story: Story) -> Story:
    """The page ends the after-call work by itself."""
    story.answer(story.call("CONTACT.OfflineEnd", C))
    story.happens(C, "DELETE")
    return story


def _open_late() -> Story:
    """The save is made while the opening is on its way."""
    story = Story()
    story.happens(C, "POPUP", E)
    opening = story.call("open", C, E)
    story.happens(C, "connectionstarted")
    story.happens(C, "connectioncleared")
    saving = story.call("save", C, "POSITIVE", True)
    story.answer(opening, result=True, ecid=E, contactId=C)
    story.answer(saving, result=True, ecid=E, contactId=C, outcome="POSITIVE")
    return story


def _tried_again() -> Story:
    """A save is rejected, and made again."""
    story = _until_cleared()
    story.rejects(story.call("save", C, "POSITIVE", True), "SERVICE")
    story.saves(C, E)
    return story


def _opened_again_after_reload() -> Story:
    story = _until_cleared()
    story.document()
    story.opens(C, E)
    story.saves(C, E)
    return story


def _retried_opening() -> Story:
    """An opening fails, is made again and succeeds."""
    story = Story()
    story.happens(C, "POPUP", E)
    story.answer(story.call("open", C, E), result=False, errorCode="NETWORK")
    story.opens(C, E)
    story.happens(C, "connectionstarted")
    story.happens(C, "connectioncleared")
    story.saves(C, E)
    return story


def _by_ecid() -> Story:
    story = Story()
    story.happens(C, "POPUP", E)
    story.answer(story.call("open", "", E, True), result=True, ecid=E, contactId=C)
    story.happens(C, "connectionstarted")
    story.happens(C, "connectioncleared")
    story.answer(story.call("save", E, "POSITIVE", True), result=True, ecid=E, contactId=C, outcome="POSITIVE")
    return story


def _inbound_opened_by_the_toolbar() -> Story:
    story = Story()
    story.script_enabled = False
    story.happens(C, "POPUP", E, kind="inbound")
    story.happens(C, "connectionstarted", kind="inbound")
    story.happens(C, "connectioncleared", kind="inbound")
    story.saves(C, E)
    return story


def _dialled_later() -> Story:
    """Work of the operator's own: opened without a contact, then dialled, then saved by the new contact's id."""
    story = Story()
    story.answer(story.call("open", "", E, True), result=True, ecid=E, contactId="")
    story.answer(story.call("CONTACT.MakeCall", "0555", "", "", "", E), contactId=C)
    story.happens(C, "connectionstarted", E, kind="outbound")
    story.happens(C, "connectioncleared", kind="outbound")
    story.saves(C, E)
    return story


def _held_twice() -> Story:
    """The same ECID comes with two contacts to one document, and another operator holds it."""
    story = Story()
    for contact in ("c1", "c2"):
        story.happens(contact, "POPUP", E)
        story.opens(contact, E, readOnly=True)
        story.happens(contact, "connectionstarted")
        story.happens(contact, "connectioncleared")
        story.answer(story.call("CONTACT.OfflineEnd", contact))
        story.happens(contact, "DELETE")
    return story


def _asked_again_and_got_it() -> Story:
    """Another operator holds the ECID, and lets it go before the page asks again."""
    story = Story()
    story.happens(C, "POPUP", E)
    story.opens(C, E, readOnly=True)
    story.opens(C, E)
    story.happens(C, "connectionstarted")
    story.happens(C, "connectioncleared")
    story.saves(C, E)
    return story


def _saved_after_it_left() -> Story:
    """The after-call work is ended first."""
    story = _ended(_until_cleared())
    story.saves(C, E)
    return story


def _saved_then_opened_again() -> Story:
    """Saved during the call, and opened once more to look at it."""
    story = Story()
    story.happens(C, "POPUP", E)
    story.opens(C, E)
    story.happens(C, "connectionstarted")
    story.saves(C, E)
    story.opens(C, E)
    story.happens(C, "connectioncleared")
    story.happens(C, "DELETE")
    return story


def _opened_after_it_left() -> Story:
    """Left alone while it was there; opened by the operator later, without a contact."""
    story = Story()
    story.happens(C, "POPUP", E)
    story.happens(C, "connectionstarted")
    story.happens(C, "connectioncleared")
    _ended(story)
    story.answer(story.call("open", "", E, True), result=True, ecid=E, contactId="")
    return story


def _opened_in_a_document_that_was_left() -> Story:
    """Nobody heard whether the script was the operator's."""
    story = Story()
    story.happens(C, "POPUP", E)
    story.call("open", C, E)
    story.document()
    story.happens(C, "connectionstarted")
    story.happens(C, "connectioncleared")
    return story


@pytest.mark.parametrize(
    "right",
    [
        worked,
        _open_late,
        _tried_again,
        _opened_again_after_reload,
        _retried_opening,
        _by_ecid,
        _inbound_opened_by_the_toolbar,
        _dialled_later,
        _held_twice,
        _asked_again_and_got_it,
        _saved_after_it_left,
        _saved_then_opened_again,
        _opened_after_it_left,
        lambda: _ended(_opened_in_a_document_that_was_left()),
        lambda: _ended(_until_cleared(result=False)),
        lambda: _ended(_until_cleared(readOnly=True)),
        lambda: _ended(_until_cleared(readOnly=True, terminated=True)),
    ],
)
def test_no_rule_is_broken_by_what_is_right(right: Callable[[], Story]) -> None:
    assert _broken(right()) == []


def test_a_save_without_an_opening_is_found() -> None:
    story = Story()
    story.happens(C, "POPUP", E)
    story.saves(C, E)
    (finding,) = judge(story.case())
    assert (finding.rule, finding.contact, finding.ecid) == ("saved-without-opening", C, E)


def test_a_second_save_without_another_opening_is_found() -> None:
    story = worked()
    story.saves(C, E)
    assert _broken(story) == ["saved-without-opening"]


@pytest.mark.parametrize("named", [C, ""])
def test_a_script_that_was_opened_and_never_saved_is_found(named: str) -> None:
    story = Story()
    story.happens(C, "POPUP", E)
    story.opens(named, E)
    story.happens(C, "connectionstarted")
    story.happens(C, "connectioncleared")
    assert _broken(_ended(story)) == ["never-saved"]
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
    assert _broken(_ended(story)) == ["never-saved"]


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
    story = _until_cleared(**told)
    call = story.call("save", C, "POSITIVE", True) if use == "save" else story.call(use, "0555", "", "", "", E)
    story.rejects(call, "RESERVED_BY_OTHER")
    story.add("shown", call=call)
    assert _broken(_ended(story)) == [rule]


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
    story = _until_cleared()
    call = story.call("save", C, "Interessato", True)
    story.rejects(call, "UNKNOWN_OUTCOME")
    story.add("shown", call=call)
    (finding,) = judge(_ended(story).case())
    assert finding.rule == "outcome-not-allowed"
    assert "'Interessato'" in finding.wrong


@pytest.mark.parametrize("text", ["true", "false"])
def test_a_flag_as_text_is_found(text: str) -> None:
    story = _until_cleared()
    call = story.call("save", C, "POSITIVE", text)
    story.rejects(call, "INVALID_ARGUMENT")
    story.add("shown", call=call)
    assert _broken(_ended(story)) == ["flag-as-text"]


@pytest.mark.parametrize(("times", "broken"), [(3, []), (4, ["polled-web-service"]), (9, ["polled-web-service"])])
def test_polling_the_web_service_is_found_once(times: int, broken: list[str]) -> None:
    story = worked()
    for _ in range(times):
        story.answer(story.call("EASYCIM.getContactInfoWS", E), ecid=E)
    assert _broken(story) == broken


def test_after_call_work_that_nobody_ended_is_found_also_when_it_ran_out() -> None:
    story = _until_cleared()
    story.saves(C, E, offline_end=False)
    assert _broken(story) == ["never-ended-acw"]
    story.happens(C, "DELETE")
    assert _broken(story) == ["never-ended-acw"]


def test_after_call_work_that_the_page_was_refused_to_end_is_found_unless_it_asked_again() -> None:
    story = Story()
    story.happens(C, "POPUP", E)
    story.opens(C, E)
    story.rejects(story.call("CONTACT.OfflineEnd", C), "CONFLICT")
    story.happens(C, "connectionstarted")
    story.happens(C, "connectioncleared")
    story.saves(C, E, offline_end=False)
    assert _broken(story) == ["never-ended-acw"]
    assert _broken(_ended(story)) == []


def test_after_call_work_whose_end_was_not_answered_any_more_may_have_ended() -> None:
    story = _until_cleared(readOnly=True)
    story.call("CONTACT.OfflineEnd", C)
    story.document()
    assert _broken(story) == []


def test_a_contact_without_after_call_work_needs_no_end() -> None:
    story = Story()
    story.happens(C, "POPUP", E)
    story.at_service(C, "connectionstarted")
    story.at_service(C, "connectioncleared")
    story.at_service(C, "DELETE")
    story.told(C, "connectioncleared")
    assert _broken(story) == []


def test_a_clearing_that_the_page_was_not_told_of_is_not_its_fault() -> None:
    story = Story()
    story.happens(C, "POPUP", E)
    story.at_service(C, "connectioncleared")
    assert _broken(story) == []


def test_a_contact_whose_beginning_the_page_was_not_told_of_is_not_its_fault() -> None:
    story = Story()
    story.at_service(C, "POPUP", E)
    story.at_service(C, "connectionstarted")
    story.happens(C, "connectioncleared")
    assert _broken(story) == []


@pytest.mark.parametrize("method", ["CONTACT.OfflineEnd", "EASYCIM.getContactInfo", "CONTACT.Hold"])
def test_a_contact_that_was_never_at_the_desk_is_found(method: str) -> None:
    story = worked()
    story.rejects(story.call(method, "c1@elsewhere"), "UNKNOWN_CONTACT")
    assert _broken(story) == ["unknown-contact"]


def test_a_save_for_undefined_is_found() -> None:
    story = _until_cleared()
    call = story.call("save", None, "POSITIVE", True)
    story.rejects(call, "INVALID_ARGUMENT")
    story.add("shown", call=call)
    assert _broken(_ended(story)) == ["unknown-contact"]


@pytest.mark.parametrize("named", [None, "", "undefined", OPERATOR])
def test_a_save_with_what_an_agent_event_has_for_an_id_is_found(named: str | None) -> None:
    story = _until_cleared()
    story.told(None, "AGENT:PAUSE")
    call = story.call("save", named, "POSITIVE", True)
    story.rejects(call, "INVALID_ARGUMENT")
    story.add("shown", call=call)
    assert _broken(_ended(story)) == ["saved-on-agent-event"]


def test_a_page_without_a_callback_is_found() -> None:
    story = Story()
    story.entries = [entry for entry in story.entries if entry.kind != "bound"]
    assert _broken(story) == ["no-callback"]


def test_a_throwing_callback_is_found_and_an_async_one_too() -> None:
    story = worked()
    where = {"callback": 1, "event": "POPUP", "contact": C, "name": "TypeError", "place": "crm.js:7:3"}
    story.add("thrown", **where)
    story.add("rejection", **where, prevented=False)
    assert _broken(story) == ["callback-throws", "callback-throws"]
    assert "crm.js:7:3" in judge(story.case())[0].wrong


def test_an_unhandled_rejection_of_the_toolbars_is_found_with_its_contact() -> None:
    story = _until_cleared()
    call = story.call("save", C, "POSITIVE", True)
    story.rejects(call, "TOO_LARGE")
    story.add(
        "rejection", name="ToolbarError", code="TOO_LARGE", correlationId=f"trace-{call}", place="", prevented=False
    )
    (finding,) = judge(_ended(story).case())
    assert (finding.rule, finding.contact) == ("unhandled-rejection", C)


@pytest.mark.parametrize(("code", "prevented"), [("TOO_LARGE", True), (None, False)])
def test_a_rejection_that_the_page_handles_or_that_is_another_scripts_is_not_judged(
    code: str | None, prevented: bool
) -> None:
    story = worked()
    story.add("rejection", name="Error", code=code, place="", prevented=prevented)
    assert _broken(story) == []


def test_a_refused_save_that_is_dropped_is_found() -> None:
    story = _until_cleared()
    story.rejects(story.call("save", C, "POSITIVE", True), "TOO_LARGE")
    assert _broken(_ended(story)) == ["save-dropped"]


def test_a_refused_save_of_a_document_that_was_left_is_not_judged() -> None:
    story = _until_cleared()
    story.rejects(story.call("save", C, "POSITIVE", True), "TOO_LARGE")
    story.document()
    assert _broken(_ended(story)) == []


def test_rules_about_what_did_not_come_up_are_told() -> None:
    assert untried(Story().case()) == [rule.name for rule in RULES if rule.name != "no-callback"]
    tried = {rule.name for rule in RULES} - set(untried(worked().case()))
    assert tried == {
        "saved-without-opening",
        "never-saved",
        "opened-twice",
        "outcome-not-allowed",
        "flag-as-text",
        "never-ended-acw",
        "unknown-contact",
        "no-callback",
        "callback-throws",
    }


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        ({"readOnly": True}, "ignored-read-only"),
        ({"readOnly": True, "terminated": True}, "ignored-terminated"),
        ({"result": False}, "ignored-refusal"),
    ],
)
def test_a_page_that_leaves_alone_what_is_not_its_operators_has_kept_the_rule(told: dict[str, bool], rule: str) -> None:
    left_alone = untried(_ended(_until_cleared(**told)).case())
    assert rule not in left_alone
    assert {"never-saved", "saved-without-opening", "outcome-not-allowed"} < set(left_alone)


def test_every_finding_says_what_would_be_right_and_where_that_is_written() -> None:
    story = Story()
    story.happens(C, "POPUP", E)
    story.saves(C, E)
    (finding,) = judge(story.case())
    assert finding.wrong.endswith(".")
    assert finding.right.endswith(".")
    assert finding.section == "3"
