"""What events do to contacts at the desk, any of them in any order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.telephones import cti_report
from toolbar_py.service.domain.deskwork import action_refusal, apply_report, deleted, ecid_in, with_call_data
from toolbar_py.wire.base import CALL_DATA_TOTAL_MAX
from toolbar_py.wire.calldata import parse
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.errors import ConflictError, TooLargeError, ToolbarError
from toolbar_py.wire.phases import Action, allows
from toolbar_py.wire.telephony import ContactEventName, DeskContact, Phase


def contact_after(*events: str, call_data: str | None = None) -> DeskContact:
    contact = None
    for at, event in enumerate(events):
        report = cti_report("ann", "c1", event, at=at * 1_000, call_data=call_data if at == 0 else None)
        contact = apply_report(contact, report).contact
    assert contact is not None
    return contact


@given(st.lists(st.sampled_from([event.value for event in ContactEventName]), max_size=12))
def test_whatever_is_reported_a_contact_comes_once_and_leaves_once(events: list[str]) -> None:
    contact: DeskContact | None = None
    taken: list[str] = []
    for at, event in enumerate(events):
        try:
            applied = apply_report(contact, cti_report("ann", "c1", event, at=at))
        except ConflictError:
            continue
        taken.append(event)
        contact = None if applied.left else applied.contact
        if applied.left:
            break
    assert taken == [] or taken[0] in ("POPUP", "connectionstarted")
    assert taken.count("DELETE") <= 1
    assert taken.count("connectioncleared") <= 1


def test_the_end_of_a_connection_ends_the_time() -> None:
    cleared = contact_after("connectionstarted", "established", "connectioncleared")
    assert (cleared.event.start_time, cleared.event.end_time, cleared.event.time_duration_sec) == (0, 2_000, 2)
    gone = deleted(cleared, 90_000)
    assert (gone.event.event, gone.event.end_time, gone.event.time_duration_sec) == ("DELETE", 2_000, 2)


def test_call_data_that_says_nothing_new_is_no_change() -> None:
    contact = contact_after("POPUP", call_data="A=1")
    assert with_call_data(contact, parse("A=1"), 5) is None
    changed = with_call_data(contact, parse("ECID=a|1"), 5)
    assert changed is not None
    assert (changed.ecid, changed.phase, changed.event.event) == ("a|1", Phase.POPUP, "datachanged")


@pytest.mark.parametrize(("text", "ecid"), [("ECID=a|1", "a|1"), ("ECID= a|1 ", "a|1"), ("ECID=", None), ("A=1", None)])
def test_the_ecid_of_call_data_is_what_it_names(text: str, ecid: str | None) -> None:
    assert ecid_in(parse(text)) == ecid


def test_an_ecid_that_is_none_ties_to_nothing() -> None:
    assert ecid_in(parse("ECID=" + "x" * 65)) is None


@given(st.sampled_from(Action), st.sampled_from(Phase))
def test_an_action_is_refused_exactly_when_it_is_not_allowed(action: Action, phase: Phase) -> None:
    contact = contact_after("POPUP").model_copy(update={"phase": phase})
    refusal: ToolbarError | None = action_refusal(contact, action)
    assert (refusal is None) == allows(phase, action)
    if refusal is not None:
        assert refusal.details["allowed"] == [each.value for each in Action if allows(phase, each)]


def filled() -> DeskContact:
    """A contact whose CallData is as much as may be, to the character."""
    contact = contact_after("POPUP", call_data="ECID=a|1")
    room = CALL_DATA_TOTAL_MAX - len("ECIDa|1")
    for at in range(0, room, 2_000):
        name = f"K{at:05}"
        changed = with_call_data(contact, parse(f"{name}={'x' * (min(2_000, room - at) - len(name))}"), at)
        assert changed is not None
        contact = changed
    return contact


def characters(contact: DeskContact) -> int:
    return sum(len(entry.name) + len(entry.value) for entry in contact.event.call_data)


@pytest.mark.parametrize("text", ["A=", "K00000=" + "y" * 1_995])
def test_call_data_that_is_too_much_in_all_is_refused_with_what_is_allowed(text: str) -> None:
    contact = filled()
    assert characters(contact) == CALL_DATA_TOTAL_MAX
    with pytest.raises(TooLargeError) as caught:
        with_call_data(contact, parse(text), 5)
    assert caught.value.details == {"argument": "CallData", "max": CALL_DATA_TOTAL_MAX, "unit": "characters"}
    assert with_call_data(contact, parse("K00000=shorter"), 5) is not None


def test_a_report_that_brings_too_much_call_data_is_refused() -> None:
    much = [NameValue(name=f"K{at}", value="x" * 2_000) for at in range(16)]
    for contact, event in ((None, "POPUP"), (contact_after("POPUP"), "datachanged")):
        report = cti_report("ann", "c1", event).model_copy(update={"call_data": much})
        with pytest.raises(TooLargeError) as caught:
            apply_report(contact, report)
        assert caught.value.details["argument"] == "callData"


def test_an_event_happens_though_what_it_brings_does_not_fit_any_more() -> None:
    before = filled()
    after = apply_report(before, cti_report("ann", "c1", "connectionstarted", call_data="ECID=a|22;A=1")).contact
    assert after.phase is Phase.STARTED
    assert after.ecid == "a|22"
    assert characters(after) <= CALL_DATA_TOTAL_MAX
    assert "A" not in {entry.name for entry in after.event.call_data}


def test_an_ecid_that_is_set_alone_fits_always() -> None:
    changed = with_call_data(filled(), parse("ECID=a|22"), 5)
    assert changed is not None
    assert changed.ecid == "a|22"
    assert characters(changed) <= CALL_DATA_TOTAL_MAX
