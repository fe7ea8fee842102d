"""How a contact goes when nobody interferes: events of contract section 4, each some time after the one before."""

from dataclasses import dataclass
from enum import StrEnum

from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.phases import phase_after
from toolbar_py.wire.telephony import ContactEventName as Event
from toolbar_py.wire.telephony import ContactType, JobType, MediaType, Phase


class Kind(StrEnum):
    """What a simulator can bring to a desk."""

    PREVIEW = "preview"
    PREDICTIVE = "predictive"
    INBOUND = "inbound"
    MANUAL = "manual"
    CHAT = "chat"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class Nature:
    """What a contact's events say of it: who began it, how the customer is reached, how it came to the desk."""

    type: ContactType
    media: MediaType
    job: JobType


NATURES = {
    Kind.PREVIEW: Nature(ContactType.DIALLER, MediaType.TELEPHONY, JobType.PREVIEW),
    Kind.PREDICTIVE: Nature(ContactType.DIALLER, MediaType.TELEPHONY, JobType.PREDICTIVE),
    Kind.INBOUND: Nature(ContactType.INBOUND, MediaType.TELEPHONY, JobType.INBOUND),
    Kind.MANUAL: Nature(ContactType.OUTBOUND, MediaType.TELEPHONY, JobType.MANUAL),
    Kind.CHAT: Nature(ContactType.INBOUND, MediaType.CHAT, JobType.INBOUND),
    Kind.EMAIL: Nature(ContactType.INBOUND, MediaType.EMAIL, JobType.INBOUND),
}

DIALLED = frozenset({Kind.PREVIEW, Kind.PREDICTIVE, Kind.MANUAL})
"""Kinds that need somebody of a campaign to call."""


@dataclass(frozen=True, slots=True)
class Customer:
    """The other side of a contact.

    Args:
        number: telephone number or address.
        call_data: what is known of the customer from the beginning; the ECID is in it, if there is one.
        waiting_s: how long the customer has waited for an operator.
    """

    number: str
    call_data: tuple[NameValue, ...] = ()
    waiting_s: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a course.

    Args:
        after_ms: how long after the step before.
        call_data: what it adds to the CallData.
        on_answer: whether an operator's Answer makes it happen at once.
    """

    after_ms: int
    event: Event
    call_data: tuple[NameValue, ...] = ()
    on_answer: bool = False


Course = tuple[Step, ...]


def after_phase(course: Course, phase: Phase) -> Course:
    """Give what follows in a course on the step that leads to a phase; nothing when none does."""
    reached: Phase | None = None
    for at, step in enumerate(course, 1):
        reached = phase_after(reached, step.event)
        if reached is phase:
            return course[at:]
    return ()
