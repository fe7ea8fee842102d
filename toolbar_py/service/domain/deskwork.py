"""What an event does to a contact at the desk (contract section 4)."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from toolbar_py.wire.actions import CtiReport
from toolbar_py.wire.base import Ecid, WireModel
from toolbar_py.wire.calldata import ECID, merge, merge_what_fits, value_of
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.errors import ConflictError, InvalidArgumentError, ToolbarError
from toolbar_py.wire.phases import Action, OutOfOrderError, actions_in, allows, phase_after
from toolbar_py.wire.telephony import ContactEvent, ContactEventName, DeskContact, Phase

_ECID: TypeAdapter[str] = TypeAdapter(Ecid)


class BegunWith(WireModel):
    """What an operator began a call with, as far as the contact should have it.

    Args:
        number: the destination.
    """

    call_data: list[NameValue]
    number: str


@dataclass(frozen=True, slots=True)
class Applied:
    """A contact after an event, and whether it has left the desk by it."""

    contact: DeskContact
    left: bool


def apply_report(contact: DeskContact | None, report: CtiReport) -> Applied:
    """Give a contact as it stands after what the telephone system reports.

    Args:
        contact: as it stood; None when it was not at the desk.

    Raises:
        ConflictError: the event cannot follow.
        InvalidArgumentError: the contact's first event lacks what later ones may leave out.
        TooLargeError: it brings more CallData than a contact may have.
    """
    told = None if report.call_data is None else merge((), report.call_data, "callData")
    try:
        phase = phase_after(None if contact is None else contact.phase, report.event)
    except OutOfOrderError as error:
        found = None if error.phase is None else error.phase.value
        raise ConflictError(
            reason="out_of_order", event=report.event.value, phase=found, possible=[*error.possible]
        ) from None
    if contact is None:
        return Applied(_first(report, phase or Phase.POPUP, told or []), left=False)
    call_data = contact.event.call_data
    if told is not None:
        # Merged, not replaced: what easyCIM and the page added is not the telephone system's to take away.
        # What is too much is left out: the event has happened all the same.
        call_data = merge_what_fits(call_data, told)
    given = {
        "type": report.type,
        "media_type": report.media_type,
        "job_type": report.job_type,
        "dnis": report.dnis,
        "ani": report.ani,
        "waiting_time": report.waiting_time,
    }
    known = {name: value for name, value in given.items() if value is not None}
    before = contact.model_copy(update={"event": contact.event.model_copy(update=known)})
    return Applied(_after(before, report.event, phase, report.at, call_data), left=phase is None)


def with_call_data(contact: DeskContact, added: Sequence[NameValue], at: int) -> DeskContact | None:
    """Give a contact after entries were merged into its CallData; None when that changes nothing.

    Args:
        at: epoch ms.

    Raises:
        TooLargeError: there would be too much; the ECID alone takes the place of another.
    """
    if [entry.name for entry in added] == [ECID]:
        call_data = merge_what_fits(contact.event.call_data, added)
    else:
        call_data = merge(contact.event.call_data, added)
    if call_data == contact.event.call_data:
        return None
    return _after(contact, ContactEventName.DATA_CHANGED, contact.phase, at, call_data)


def with_begun(contact: DeskContact, begun_with: BegunWith) -> DeskContact:
    """Give a contact with what its call was begun with; what it has already stays, and what is too much is left out."""
    before = contact.event
    named = {entry.name for entry in before.call_data}
    missing = [entry for entry in begun_with.call_data if entry.name not in named]
    call_data = merge_what_fits(before.call_data, missing)
    event = before.model_copy(update={"call_data": call_data, "dnis": before.dnis or begun_with.number})
    return contact.model_copy(update={"event": event, "ecid": ecid_in(call_data) or contact.ecid})


def given_later(contact: DeskContact, begun_with: BegunWith, at: int) -> DeskContact | None:
    """Give a contact that was reported before it was known what it was begun with; None when that changes nothing.

    Args:
        at: epoch ms.
    """
    known = with_begun(contact, begun_with)
    if known == contact:
        return None
    return _after(known, ContactEventName.DATA_CHANGED, known.phase, at, known.event.call_data)


def deleted(contact: DeskContact, at: int) -> DeskContact:
    """Give a contact as it leaves the desk.

    Args:
        at: epoch ms.
    """
    return _after(contact, ContactEventName.DELETE, None, at, contact.event.call_data)


def action_refusal(contact: DeskContact, action: Action) -> ToolbarError | None:
    """Say why an action cannot be done now; None when it can."""
    if allows(contact.phase, action):
        return None
    allowed = [each.value for each in actions_in(contact.phase)]
    return ConflictError(reason="not_now", action=action.value, phase=contact.phase.value, allowed=[*allowed])


def ecid_in(call_data: Sequence[NameValue]) -> str | None:
    """Give the ECID that CallData names, or None."""
    try:
        return _ECID.validate_python(value_of(call_data, ECID).strip())
    except ValidationError:
        return None


def _first(report: CtiReport, phase: Phase, call_data: list[NameValue]) -> DeskContact:
    if report.type is None or report.media_type is None or report.job_type is None:
        needed = {"type": report.type, "mediaType": report.media_type, "jobType": report.job_type}
        missing = [name for name, value in needed.items() if value is None]
        raise InvalidArgumentError(problems=[{"argument": name, "problem": "missing"} for name in missing])
    event = ContactEvent(
        event=report.event,
        id=report.contact_id,
        type=report.type,
        media_type=report.media_type,
        job_type=report.job_type,
        dnis=report.dnis or "",
        ani=report.ani or "",
        call_data=call_data,
        start_time=report.at,
        end_time=0,
        time_duration_sec=0,
        waiting_time=report.waiting_time or 0,
    )
    return DeskContact(event=event, phase=phase, ecid=ecid_in(call_data))


def _after(
    contact: DeskContact, name: ContactEventName, phase: Phase | None, at: int, call_data: Sequence[NameValue]
) -> DeskContact:
    """Give a contact after an event; one that leaves keeps its last phase."""
    before = contact.event
    ends = phase in (Phase.ACW, None)
    end_time = before.end_time or (at if ends else 0)
    event = before.model_copy(
        update={
            "event": name,
            "call_data": list(call_data),
            "end_time": end_time,
            "time_duration_sec": max(0, (end_time or at) - before.start_time) // 1000,
        }
    )
    ecid = ecid_in(call_data) or contact.ecid
    return contact.model_copy(update={"event": event, "phase": phase or contact.phase, "ecid": ecid})
