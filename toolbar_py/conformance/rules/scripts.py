"""Rules for opening and saving scripts (contract section 3)."""

from collections.abc import Iterator, Sequence

from toolbar_py.conformance.case import DIAL, SAVE, Case, Made
from toolbar_py.conformance.record import Delivery
from toolbar_py.conformance.rules.fact import Fact, about
from toolbar_py.wire.errors import Code
from toolbar_py.wire.telephony import ContactEventName, ContactType

POLLED_FROM = 4
"""So many questions for one ECID in one document are more than looking, looking again and being sure."""

FLAGS = ("isManual", "offlineEnd")


def saved_without_opening(case: Case) -> Iterator[Fact]:
    """Saved an ECID that the page had not opened since its last save."""
    for save, openings in _uses(case, SAVE):
        known = save.ecid or save.contact in case.contacts
        if known and not openings and not (save.contact and _opened_by_toolbar(case, save.contact)):
            yield about(save, "saveScript was called without an openScript before it")


def never_saved(case: Case) -> Iterator[Fact]:
    """Let a contact go whose script was the operator's, and never as much as tried to save it."""
    for left, opened in left_opened(case):
        contact = left.contact or ""
        ecid = case.ecid_of.get(contact, "")
        later = (save for save in case.calls(SAVE) if save.place > opened)
        if not any(_may_be_for(case, save, contact, ecid) for save in later):
            wrong = "the script was opened, the contact has left the desk, and saveScript was never called for it"
            yield Fact(wrong, left.at, contact, ecid)


def ignored_read_only(case: Case) -> Iterator[Fact]:
    """Saved or dialled although another operator holds the ECID."""
    for use, last in _ignored(case):
        if last.told.read_only and not last.told.terminated:
            yield about(use, f"{_name(use)} was called although openScript had answered readOnly")


def ignored_terminated(case: Case) -> Iterator[Fact]:
    """Saved or dialled although the ECID is closed for good."""
    for use, last in _ignored(case):
        if last.told.terminated:
            yield about(use, f"{_name(use)} was called although openScript had answered terminated")


def ignored_refusal(case: Case) -> Iterator[Fact]:
    """Saved or dialled although the script could not be opened."""
    for use, last in _ignored(case):
        if not last.done:
            why = f" ({last.code})" if last.code else ""
            yield about(use, f"{_name(use)} was called although openScript had not answered result true{why}")


def opened_twice(case: Case) -> Iterator[Fact]:
    """Opened again, for the same contact, what this document had opened and not saved."""
    for opening, openings in _uses(case, *_OPENINGS):
        earlier = [each for each in openings if _was_opened(each) and _is_alike(each, opening)]
        if not earlier:
            continue
        last = earlier[-1]
        if not last.told.read_only:
            yield about(opening, "openScript was called again for an ECID that the page holds already", severe=False)
        # Who has asked again and got it was right to ask.
        elif not opening.holds:
            known = last.answered is not None and last.answered < opening.place
            wrong = "openScript was called again for an ECID that {}".format(
                "is closed for good" if last.told.terminated else "another operator holds"
            )
            yield about(opening, wrong, severe=known and not _heard_between(case, last, opening))


def outcome_not_allowed(case: Case) -> Iterator[Fact]:
    """Saved with an outcome that the macro activity does not have."""
    for save in case.calls(SAVE):
        if save.code == Code.UNKNOWN_OUTCOME:
            yield about(save, f"saveScript was called with the outcome {save.text('outcomeResult')!r}")


def flag_as_text(case: Case) -> Iterator[Fact]:
    """Passed a boolean as text: ``"false"`` is true in JavaScript, and refused here."""
    for made in case.made:
        for name in FLAGS:
            flag = made.argument(name)
            if flag and flag.type == "string":
                yield about(made, f"{_name(made)} was called with the text {str(flag.value)!r} as {name}")


def polled_web_service(case: Case) -> Iterator[Fact]:
    """Asked easyCIM again and again for what the toolbar has."""
    asked: dict[tuple[str, str], int] = {}
    for made in case.calls("EASYCIM.getContactInfoWS"):
        key = (made.call.life, made.ecid)
        asked[key] = asked.get(key, 0) + 1
        if asked[key] == POLLED_FROM:
            yield about(made, f"getContactInfoWS was called {POLLED_FROM} times for one ECID")


def left_opened(case: Case) -> Iterator[tuple[Delivery, int]]:
    """Give the leaving of each contact whose script was the operator's, and where in the record that was opened first.

    Only what the page was told counts: that the connection was cleared, and then that the contact is gone.
    """
    cleared = {each.contact for _, each in case.deliveries if each.event == ContactEventName.CONNECTION_CLEARED}
    left: dict[str, tuple[int, Delivery]] = {}
    for place, each in case.deliveries:
        if each.contact in cleared and each.contact and each.event == ContactEventName.DELETE:
            left.setdefault(each.contact, (place, each))
    for contact, (gone, last) in left.items():
        ecid = case.ecid_of.get(contact, "")
        opened = [made.place for made in case.made if made.holds and _is_for(made, contact, ecid, gone)]
        if ecid and _opened_by_toolbar(case, contact):
            opened.append(-1)
        if opened:
            yield last, min(opened)


_OPENINGS = ("EASYCIM.openScript", "EASYCIM.openScriptInbound")


def _uses(case: Case, *methods: str) -> Iterator[tuple[Made, Sequence[Made]]]:
    """Give each call of some methods with the openings of its ECID since the last save of it."""
    openings: dict[str, list[Made]] = {}
    for made in case.made:
        before = openings.setdefault(made.key, [])
        if made.call.method in methods and made.key:
            yield made, list(before)
        if made.opens:
            before.append(made)
        elif made.saves and made.done:
            before.clear()


def _ignored(case: Case) -> Iterator[tuple[Made, Made]]:
    """Give each save or dialling that its openings did not allow, with the last one that the page had heard of."""
    for use, openings in _uses(case, SAVE, DIAL):
        heard = [each for each in openings if each.answered is not None and each.answered < use.place]
        if heard and len(heard) == len(openings) and not any(each.holds for each in heard):
            yield use, heard[-1]


def _is_for(opening: Made, contact: str, ecid: str, gone: int) -> bool:
    """Say whether an opening is of a contact: what names none was of the one that had not left with its ECID."""
    return opening.contact == contact or (not opening.contact and opening.ecid == ecid != "" and opening.place < gone)


def _may_be_for(case: Case, save: Made, contact: str, ecid: str) -> bool:
    """Say whether a save was meant for a contact; one that names nothing that is known may be for any."""
    if not save.ecid and save.contact not in case.contacts:
        return True
    return save.contact == contact or save.ecid == ecid != ""


def _was_opened(opening: Made) -> bool:
    """Say whether an opening succeeded, be it only to read; one that is not answered yet counts, or did not fail."""
    return opening.done or opening.answer is None


def _is_alike(one: Made, other: Made) -> bool:
    """Say whether two calls were made in one document for one contact, or for none that is known.

    The same ECID may come with another contact.
    """
    contacts = {one.contact, other.contact} - {""}
    return one.call.life == other.call.life and len(contacts) <= 1


def _heard_between(case: Case, one: Made, other: Made) -> bool:
    """Say whether the document was given an event after the answer of a call and before another call."""
    answered = one.place if one.answered is None else one.answered
    return any(each.life == other.call.life and answered < place < other.place for place, each in case.deliveries)


def _opened_by_toolbar(case: Case, contact: str) -> bool:
    """Say whether the toolbar opens a contact itself: an inbound one, when the profile does not enable the Script."""
    inbound = any(each.contact == contact and each.type == ContactType.INBOUND for _, each in case.deliveries)
    return inbound and not case.service.script_enabled


def _name(made: Made) -> str:
    return made.call.method.partition(".")[2]
