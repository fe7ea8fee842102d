"""What is right breaks no rule, and a rule that nothing put to the test is not called kept."""

from collections.abc import Callable

import pytest

from tests.conformance.story import Story, broken_by, ended, until_cleared, worked
from toolbar_py.conformance.rules import RULES, untried

C, E = "c1", "a|1|1|1"


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
    story = until_cleared()
    story.rejects(story.call("save", C, "POSITIVE", True), "SERVICE")
    story.saves(C, E)
    return story


def _opened_again_after_reload() -> Story:
    story = until_cleared()
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
    story = ended(until_cleared())
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
    ended(story)
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
        lambda: ended(_opened_in_a_document_that_was_left()),
        lambda: ended(until_cleared(result=False)),
        lambda: ended(until_cleared(readOnly=True)),
        lambda: ended(until_cleared(readOnly=True, terminated=True)),
    ],
)
def test_no_rule_is_broken_by_what_is_right(right: Callable[[], Story]) -> None:
    assert broken_by(right()) == []


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
    left_alone = untried(ended(until_cleared(**told)).case())
    assert rule not in left_alone
    assert {"never-saved", "saved-without-opening", "outcome-not-allowed"} < set(left_alone)


@pytest.mark.parametrize(
    "fast",
    [
        worked(step_ms=5),
        ended(until_cleared(step_ms=5, readOnly=True)),
    ],
    ids=["by a save", "by OfflineEnd"],
)
def test_after_call_work_that_the_page_ends_at_once_puts_its_rule_to_the_test(fast: Story) -> None:
    assert "never-ended-acw" not in untried(fast.case())
    assert broken_by(fast) == []


def test_a_contact_that_goes_by_itself_at_once_puts_no_rule_of_after_call_work_to_the_test() -> None:
    story = until_cleared(step_ms=5)
    story.happens(C, "DELETE")
    assert "never-ended-acw" in untried(story.case())
