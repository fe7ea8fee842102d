"""What the page was told against what the service has."""

from tests.conformance.story import Story, worked
from toolbar_py.conformance.comparison import compare
from toolbar_py.conformance.finding import Culprit

C, E = "c1", "a|1|1|1"


def _differences(story: Story) -> list[str]:
    found = compare(story.case())
    assert all(finding.culprit is Culprit.TOOLBAR for finding in found)
    return [finding.rule for finding in found]


def test_page_and_service_agree() -> None:
    assert _differences(worked()) == []


def test_an_event_that_the_page_was_not_told_is_a_difference() -> None:
    story = worked()
    story.at_service(C, "datachanged")
    (finding,) = compare(story.case())
    assert finding.wrong == "the page was not told datachanged, which the service has."


def test_an_event_that_the_page_was_told_twice_is_a_difference() -> None:
    story = worked()
    story.told(C, "POPUP")
    assert _differences(story) == ["events-differ"]


def test_events_in_another_order_are_a_difference() -> None:
    story = Story()
    story.at_service(C, "POPUP", E)
    story.at_service(C, "connectionstarted")
    story.told(C, "connectionstarted")
    story.told(C, "POPUP")
    assert _differences(story) == ["events-differ"]


def test_another_ecid_is_a_difference() -> None:
    story = Story()
    story.at_service(C, "POPUP", E)
    story.told(C, "POPUP", "a|1|1|2")
    assert _differences(story) == ["events-differ"]


def test_events_that_several_callbacks_or_documents_are_told_are_the_same_ones() -> None:
    story = Story()
    story.happens(C, "POPUP", E)
    story.told(C, "POPUP", callback=2)
    story.document()
    story.happens(C, "connectionstarted")
    assert _differences(story) == []


def test_a_page_may_make_a_window_for_each_contact() -> None:
    story = Story()
    for contact, ecid in (("c1", "a|1|1|1"), ("c2", "a|1|1|2"), ("c3", "a|1|1|3")):
        story.window()
        for event in ("POPUP", "connectionstarted", "connectioncleared", "DELETE"):
            story.happens(contact, event, ecid)
    assert _differences(story) == []


def test_a_window_that_came_later_need_not_be_told_what_another_one_was() -> None:
    story = Story()
    story.happens(C, "POPUP", E)
    story.happens(C, "connectionstarted")
    story.window()
    story.told(C, "connectionstarted")
    assert _differences(story) == []


def test_what_no_window_was_told_is_a_difference_in_that_contact_only() -> None:
    story = worked("c1", "a|1|1|1")
    story.window()
    story.happens("c2", "POPUP", "a|1|1|2")
    story.at_service("c2", "connectionstarted")
    (finding,) = compare(story.case())
    assert finding.contact == "c2"
    assert finding.wrong == "the page was not told connectionstarted, which the service has."


def test_a_page_that_is_told_of_a_resync_need_not_be_told_everything() -> None:
    story = worked()
    story.add("connection", state="open", resync=True)
    story.at_service(C, "datachanged")
    assert _differences(story) == []


def test_a_page_that_unbinds_need_not_be_told_everything() -> None:
    story = worked()
    story.add("unbound", callback=1)
    story.at_service(C, "datachanged")
    assert _differences(story) == []


def test_a_save_that_the_service_lacks_is_a_difference() -> None:
    story = worked()
    story.attempts.clear()
    assert _differences(story) == ["saves-differ"]


def test_another_outcome_is_a_difference() -> None:
    story = worked()
    story.attempts.clear()
    story.keeps(E, "NEGATIVE")
    assert _differences(story) == ["saves-differ"]


def test_a_save_too_many_is_a_difference_unless_one_was_left_unanswered() -> None:
    story = worked()
    story.keeps(E, "POSITIVE")
    assert _differences(story) == ["saves-differ"]
    story.call("save", C, "POSITIVE", True)
    assert _differences(story) == []


def test_saves_that_the_service_has_the_other_way_round_are_a_difference() -> None:
    story = Story()
    for ecid, at in (("a|1|1|1", 2_000), ("a|1|1|2", 1_000)):
        story.keeps(ecid, "POSITIVE")
        story.answer(story.call("save", ecid, "POSITIVE"), result=True, ecid=ecid, outcome="POSITIVE", savedAt=at)
    assert _differences(story) == ["saves-differ"]
