"""easyCIM's side of one operator, in the unit tests: a numbered log of events, and the desk that follows from it."""

from toolbar_py.wire.calldata import ECID as ECID_NAME
from toolbar_py.wire.calldata import value_of
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.phases import phase_after
from toolbar_py.wire.places import Place
from toolbar_py.wire.telephony import (
    AgentEvent,
    AgentEventName,
    AgentStatus,
    ContactEvent,
    ContactEventName,
    ContactType,
    DeskContact,
    DeskEvent,
    DeskSnapshot,
    JobType,
    MediaType,
    Presence,
)

AGENT = "op1@demo"
LOGIN = 1_700_000_000_000
PIN = NameValue(name="PIN", value="secret-of-the-ivr")
"""What every contact carries: CallData can hold passwords from the IVR, so that it must never be logged."""
LIFE = (
    ContactEventName.POPUP,
    ContactEventName.CONNECTION_STARTED,
    ContactEventName.DIALING,
    ContactEventName.ESTABLISHED,
    ContactEventName.HELD,
    ContactEventName.RETRIEVED,
    ContactEventName.CONNECTION_CLEARED,
    ContactEventName.DELETE,
)

_EVENTS = {
    Presence.LOGGED_IN: AgentEventName.LOGGED_IN,
    Presence.PAUSED: AgentEventName.PAUSE,
    Presence.LOGGED_OUT: AgentEventName.LOGGED_OUT,
}


class Operator:
    """What easyCIM knows of the operator, and what it would say on the event stream.

    Args:
        now: its clock, in epoch ms.
        tag: of all its events: in another log they have another.
    """

    def __init__(self, *, now: int = LOGIN, agent: str = AGENT, tag: str = "") -> None:
        self.now = now
        self.tag = tag
        self.lease_until: int | None = None
        self.log: list[DeskEvent] = []
        self.contacts: dict[str, DeskContact] = {}
        self.status = AgentStatus(
            agent=agent, presence=Presence.LOGGED_IN, since=LOGIN, logged_in_at=LOGIN, groups=["DEMO"]
        )

    @property
    def number(self) -> int:
        """The last event so far."""
        return len(self.log)

    def contact(
        self,
        contact_id: str,
        name: ContactEventName,
        kind: ContactType = ContactType.DIALLER,
        ecid: str = "",
        media: MediaType = MediaType.TELEPHONY,
    ) -> DeskEvent:
        """Let something happen to a contact."""
        before = self.contacts.get(contact_id)
        call_data = before.event.call_data if before else [PIN]
        if ecid:
            call_data = [PIN, NameValue(name=ECID_NAME, value=ecid)]
        event = ContactEvent(
            event=name,
            id=contact_id,
            type=before.event.type if before else kind,
            media_type=before.event.media_type if before else media,
            job_type=JobType.PREDICTIVE,
            dnis="0555000007",
            ani="",
            call_data=call_data,
            start_time=self.now,
            end_time=0,
            time_duration_sec=0,
            waiting_time=0,
        )
        phase = phase_after(before.phase if before else None, name)
        if phase is None:
            del self.contacts[contact_id]
        else:
            known = value_of(call_data, ECID_NAME) or None
            self.contacts[contact_id] = DeskContact(event=event, phase=phase, ecid=known)
        return self._write(contact=event, desk=self.contacts.get(contact_id))

    def live(self, contact_id: str, until: ContactEventName, kind: ContactType = ContactType.DIALLER) -> None:
        """Let a contact come and live up to an event."""
        for name in LIFE[: LIFE.index(until) + 1]:
            self.contact(contact_id, name, kind)

    def become(self, presence: Presence, code: str | None = None) -> DeskEvent:
        """Let the agent's presence change."""
        self.status = self.status.model_copy(update={"presence": presence, "code": code, "since": self.now})
        event = AgentEvent(event=_EVENTS[presence], agent=self.status.agent, code=code, time=self.now)
        return self._write(agent=event, status=self.status)

    def regroup(self, *groups: str) -> DeskEvent:
        """Let the agent's groups change."""
        self.status = self.status.model_copy(update={"groups": list(groups)})
        return self._write(status=self.status)

    def note(self, contact_id: str, **what: object) -> DeskEvent:
        """Let something be known of a contact that is no event of its own."""
        self.contacts[contact_id] = self.contacts[contact_id].model_copy(update=what)
        return self._write(desk=self.contacts[contact_id])

    def says(self, asked: str | None, *, forgotten: int = 0) -> list[list[str]]:
        """Give what a stream begins with: the desk, and every event after a place.

        Args:
            asked: the place; None or nothing for none.
            forgotten: up to which number the log is not kept any more.
        """
        place = Place.parse(asked) if asked else None
        own = place is not None and (place.number == 0 or place.tag == self.tag)
        resumed = place is None or (own and forgotten <= place.number <= self.number)
        desk = DeskSnapshot(
            number=self.number,
            tag=self.tag,
            now=self.now,
            resumed=resumed,
            heartbeat_ms=5_000,
            lease_until=self.lease_until,
            agent=self.status,
            contacts=list(self.contacts.values()),
        )
        missed = self.log[place.number :] if place is not None and resumed else []
        return [["desk", "", desk.to_json()], *(message(event, self.tag) for event in missed)]

    def _write(self, **what: object) -> DeskEvent:
        event = DeskEvent.model_validate({"number": self.number + 1, "at": self.now, **what})
        self.log.append(event)
        return event


def message(event: DeskEvent, tag: str = "") -> list[str]:
    """An event as the stream says it."""
    return ["event", str(Place(event.number, tag)), event.to_json()]
