"""The desk: the contacts and the agent as the event stream tells them, the same in every tab (contract section 4)."""

from collections import deque

from toolbar_py.page.tasks import Signal
from toolbar_py.wire.base import ECID_MAX, WireModel
from toolbar_py.wire.calldata import ECID, value_of
from toolbar_py.wire.errors import ToolbarError
from toolbar_py.wire.phases import Action, OutOfOrderError, actions_in, is_online, phase_after
from toolbar_py.wire.telephony import AgentEventName as AgentWord
from toolbar_py.wire.telephony import (
    AgentStatus,
    AgentSummary,
    ContactEvent,
    ContactEventName,
    DeskContact,
    DeskEvent,
    DeskSnapshot,
    Presence,
)

_SKEW_SAMPLES = 60
"""Five minutes of heartbeats: long enough to catch a quick one, short enough to follow a clock that drifts."""
_DEPARTED_MAX = 200
"""A page that ends the after-call work of a contact again does so within a contact or two; an operator has some 200 a
day."""

_WORDS = {
    Presence.LOGGED_IN: AgentWord.LOGGED_IN,
    Presence.PAUSED: AgentWord.PAUSE,
    Presence.LOGGED_OUT: AgentWord.LOGGED_OUT,
}


class KeptDesk(WireModel):
    """A desk as the browser's database keeps it, for a reload while easyCIM cannot be reached.

    Args:
        skew_ms: by how much the service's clock was ahead of the browser's.
    """

    skew_ms: int
    agent: AgentStatus
    contacts: list[DeskContact]
    departed: list[str]


class Desk:
    """What is at one operator's desk: the last snapshot, and every event after it, each once."""

    def __init__(self) -> None:
        self.number = 0
        """The last event that is part of it."""
        self.agent: AgentStatus | None = None
        """The agent's status; None while nothing is known of the desk."""
        self.news = 0
        """How often the stream has told another status of the agent."""
        self.live = False
        """Whether it follows the event stream now, so that a refusal can rest on it."""
        self.unheard = False
        """Whether the last try to follow the event stream failed."""
        self.failure: ToolbarError | None = None
        """Why it cannot be known, as long as that will not mend by itself."""
        self.changed = Signal()
        """Fired when it becomes known, or that it cannot be."""
        self._heard: AgentStatus | None = None
        self._contacts: dict[str, DeskContact] = {}
        self._departed: deque[str] = deque(maxlen=_DEPARTED_MAX)
        self._coming: deque[str] = deque(maxlen=_DEPARTED_MAX)
        self._skews: deque[int] = deque(maxlen=_SKEW_SAMPLES)

    @property
    def known(self) -> bool:
        """Whether there is anything to answer from."""
        return self.agent is not None

    @property
    def skew_ms(self) -> int:
        """By how much the service's clock is ahead of the browser's.

        A message takes a while, which makes the service's clock look slow by that much: the sample that makes it look
        fastest had the smallest delay.
        """
        return max(self._skews, default=0)

    # What the stream tells.

    def replace(self, snapshot: DeskSnapshot, now_ms: int) -> None:
        """Take the whole desk as the service has it.

        Args:
            now_ms: the browser's clock.
        """
        self._skews.clear()  # the stream may have broken off because the computer slept, and its clock was set since
        self.beat(snapshot.now, now_ms)
        contacts = {contact.event.id: contact for contact in snapshot.contacts}
        self._departed.extend(gone for gone in self._contacts if gone not in contacts)
        self.number = snapshot.number
        self.live, self.unheard = True, False
        self._hear(snapshot.agent)
        self._set(snapshot.agent, contacts)

    def apply(self, event: DeskEvent) -> None:
        """Take an event; one that is part of the desk already changes nothing of it."""
        if event.number <= self.number:
            if event.contact is not None:
                self._came(event.contact.id)
            return
        if self.agent is None:
            return
        self.number = event.number
        if event.status is not None:
            self._hear(event.status)
            self.agent = event.status
        if event.contact is not None:
            self._take(event.contact, event.desk)
        elif event.desk is not None:
            self._contacts[event.desk.event.id] = event.desk

    def beat(self, service_now: int, now_ms: int) -> None:
        """Take a moment of the service's clock and when it came."""
        self._skews.append(service_now - now_ms)

    # What the page's own calls make known before the stream does.

    def presume(self, status: AgentStatus, news: int) -> None:
        """Take a status that easyCIM has just accepted, until the stream confirms it.

        Args:
            news: the :attr:`news` when easyCIM was asked. What the stream has told since may be later than the answer,
                and nothing would correct it any more.
        """
        if news == self.news:
            self.agent = status

    def expect(self, contact_id: str) -> None:
        """Note a contact that easyCIM has just begun: the page may act on it before its first event is here."""
        if contact_id not in self._contacts and contact_id not in self._departed:
            self._coming.append(contact_id)

    def mark_saved(self, contact_id: str, ecid: str, *, offline_end: bool) -> None:
        """Note that an outcome was saved for the contact that has this id, or else for those with this ECID."""
        named = self._contacts.get(contact_id)
        for contact in [named] if named else [each for each in self._contacts.values() if each.ecid == ecid]:
            armed = contact.offline_end_armed or (offline_end and is_online(contact.phase))
            change = {"saved": True, "ecid": ecid, "offline_end_armed": armed}
            self._contacts[contact.event.id] = contact.model_copy(update=change)

    # What it answers.

    def contacts(self) -> list[DeskContact]:
        """The contacts, in the order in which they came."""
        return list(self._contacts.values())

    def contact(self, contact_id: str) -> DeskContact | None:
        """A contact by its ContactID."""
        return self._contacts.get(contact_id)

    def has_left(self, contact_id: str) -> bool:
        """Whether a contact was at the desk and is not any more."""
        return contact_id in self._departed and contact_id not in self._contacts

    def is_coming(self, contact_id: str) -> bool:
        """Whether a contact was begun here and has had no event yet."""
        return contact_id in self._coming

    def coming(self) -> str | None:
        """The contact that was begun here last, while it has had no event."""
        latest = self._coming[-1] if self._coming else None
        return None if latest in self._contacts else latest

    def online(self) -> list[DeskContact]:
        """The contacts that have a connection to hang up."""
        return [contact for contact in self._contacts.values() if is_online(contact.phase)]

    def carriers(self, ecid: str) -> list[DeskContact]:
        """The contacts that carry an ECID in their CallData."""
        return [each for each in self._contacts.values() if value_of(each.event.call_data, ECID) == ecid]

    def allowed(self, contact_id: str) -> list[Action]:
        """The actions that are allowed now for a contact at the desk."""
        contact = self._contacts.get(contact_id)
        return actions_in(contact.phase) if contact else []

    def summary(self) -> AgentSummary | None:
        """The agent as pages read it, on the browser's clock."""
        agent = self.agent
        if agent is None:
            return None
        return self.on_browser_clock(
            AgentSummary(id=agent.agent, state=_WORDS[agent.presence], first_login_time=agent.logged_in_at)
        )

    def on_browser_clock(self, summary: AgentSummary) -> AgentSummary:
        """Give an agent's summary with its time turned from the service's clock to the browser's."""
        if summary.first_login_time == 0:
            return summary
        return summary.model_copy(update={"first_login_time": summary.first_login_time - self.skew_ms})

    # What outlives a reload.

    def keep(self) -> KeptDesk | None:
        """Give what is worth keeping; None while nothing is known."""
        if self.agent is None:
            return None
        return KeptDesk(skew_ms=self.skew_ms, agent=self.agent, contacts=self.contacts(), departed=list(self._departed))

    def restore(self, kept: KeptDesk) -> None:
        """Take a desk that was kept, until the stream tells how it stands; once it has, only what had left it."""
        later = list(self._departed)
        self._departed.clear()
        self._departed.extend([*kept.departed, *later])
        if self.agent is None:
            self._skews.append(kept.skew_ms)
            self._set(kept.agent, {contact.event.id: contact for contact in kept.contacts})

    def miss(self) -> None:
        """Note that the event stream could not be followed, and tell whoever waits for it."""
        self.unheard = True
        self.changed.fire()

    def fail(self, failure: ToolbarError) -> None:
        """Note why the desk cannot be known for now, and tell whoever waits for it."""
        self.failure = failure
        self.changed.fire()

    def _hear(self, status: AgentStatus) -> None:
        if status != self._heard:
            self._heard = status
            self.news += 1

    def _set(self, agent: AgentStatus, contacts: dict[str, DeskContact]) -> None:
        self._contacts = contacts
        self.agent = agent
        self.failure = None
        self.changed.fire()

    def _came(self, contact_id: str) -> None:
        """Note that a contact is coming no more: the desk as it stands has it, or has had it."""
        if contact_id in self._coming:
            self._coming.remove(contact_id)
            if contact_id not in self._contacts:
                self._departed.append(contact_id)

    def _take(self, event: ContactEvent, after: DeskContact | None) -> None:
        before = self._contacts.get(event.id)
        if event.id in self._coming:
            self._coming.remove(event.id)
        if event.event is ContactEventName.DELETE:
            if self._contacts.pop(event.id, None) is not None:
                self._departed.append(event.id)
        else:
            contact = after or _derived(before, event)
            if contact is not None:
                self._contacts[event.id] = contact


def _derived(before: DeskContact | None, event: ContactEvent) -> DeskContact | None:
    """Give a contact after an event when the service did not say how it stands then."""
    try:
        phase = phase_after(before.phase if before else None, event.event)
    except OutOfOrderError:
        phase = before.phase if before else None
    if phase is None:
        return None
    ecid = value_of(event.call_data, ECID) or (before.ecid if before else None)
    change = {"event": event, "phase": phase, "ecid": ecid if ecid and len(ecid) <= ECID_MAX else None}
    return (before or DeskContact(event=event, phase=phase)).model_copy(update=change)
