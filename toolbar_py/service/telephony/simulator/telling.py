"""What a report says of a contact: everything with its first event, and after that only what an event changes."""

from collections.abc import Sequence

from toolbar_py.service.telephony.simulator.line import Line
from toolbar_py.wire.actions import CtiReport
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.telephony import ContactEventName, ContactType

OWN_NUMBER = "0555000000"
"""What a customer sees who is called, and calls."""


def first_report(line: Line, event: ContactEventName, event_id: str, at: int) -> CtiReport:
    """Give the report of a contact's first event.

    Args:
        at: when it happens, in epoch ms.
    """
    inbound = line.nature.type is ContactType.INBOUND
    return CtiReport(
        event_id=event_id,
        agent=line.agent,
        contact_id=line.contact_id,
        event=event,
        at=at,
        type=line.nature.type,
        media_type=line.nature.media,
        job_type=line.nature.job,
        ani=line.number if inbound else OWN_NUMBER,
        dnis=OWN_NUMBER if inbound else line.number,
        waiting_time=line.waiting_s,
        call_data=line.call_data,
    )


def later_report(
    line: Line, event: ContactEventName, event_id: str, at: int, added: Sequence[NameValue] = ()
) -> CtiReport:
    """Give the report of another event.

    Args:
        at: when it happens, in epoch ms.
        added: what it adds to the CallData. The rest is not told again: a page may have changed it since.
    """
    return CtiReport(
        event_id=event_id,
        agent=line.agent,
        contact_id=line.contact_id,
        event=event,
        at=at,
        # An operator may have had a preview dialled to another number than the one that was offered.
        dnis=None if line.nature.type is ContactType.INBOUND else line.number,
        call_data=list(added) or None,
    )
