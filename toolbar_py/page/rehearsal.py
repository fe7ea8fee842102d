"""The browser and easyCIM as they are played when the toolbar is warmed up: made-up answers, no time, no chance."""

import json

from toolbar_py.page.app import App
from toolbar_py.wire.actions import Accepted, AgentList
from toolbar_py.wire.base import WireModel
from toolbar_py.wire.contacts import Attempt, ContactInfo, ContactState, CustomerInfo, FieldValue, NameValue, Outcome
from toolbar_py.wire.contacts import OutcomeKind as Kind
from toolbar_py.wire.errors import Code, Problem
from toolbar_py.wire.phases import phase_after
from toolbar_py.wire.profile import Group, Profile
from toolbar_py.wire.scripts import OpenAnswer, OpenedScript, SaveAnswer, SavedScript
from toolbar_py.wire.telephony import (
    AgentEvent,
    AgentEventName,
    AgentStatus,
    AgentSummary,
    ContactEvent,
    ContactEventName,
    ContactType,
    DeskContact,
    DeskEvent,
    DeskSnapshot,
    Heartbeat,
    JobType,
    MediaType,
    Presence,
)

TRACE = "0" * 32
ECID = "warm|1|1|1"
CONTACT_ID = "warm-1"
AGENT_ID = "warm@warm"
LIFE = (
    ContactEventName.POPUP,
    ContactEventName.CONNECTION_STARTED,
    ContactEventName.DATA_CHANGED,
    ContactEventName.SERVICE_INITIATED,
    ContactEventName.DIALING,
    ContactEventName.RINGING,
    ContactEventName.ESTABLISHED,
    ContactEventName.HELD,
    ContactEventName.RETRIEVED,
    ContactEventName.CONNECTION_CLEARED,
    ContactEventName.DELETE,
)
"""Every event that a contact can have."""

Message = tuple[str, str, str]


class RehearsalHost:
    """Plays the browser, and easyCIM behind it."""

    def __init__(self) -> None:
        self.answers: dict[int, tuple[bool, str]] = {}
        self.told: list[tuple[str, str, str]] = []
        self._asked: list[tuple[int, str, str]] = []
        self._stored = ""
        self._waiting: int | None = None

    def now_ms(self) -> int:
        """A fixed moment: an image must not hold the time of its making."""
        return 0

    def random(self) -> float:
        """No randomness, for the same reason."""
        return 0.0

    def ask(self, ask_id: int, kind: str, head: str, body: str) -> None:
        """Note what is asked; it is answered in :meth:`settle`, as a browser would, later."""
        if kind == "next":
            self._waiting = ask_id
        elif kind != "sleep":  # nobody wakes who rehearses
            self._asked.append((ask_id, kind, head))
        if kind == "store" and '"desk-state"' in head:
            self._stored = body

    def cancel(self, ask_id: int) -> None:
        """Forget what was asked."""
        self._asked = [asked for asked in self._asked if asked[0] != ask_id]
        if self._waiting == ask_id:
            self._waiting = None

    def answer(self, call_id: int, ok: bool, text: str) -> None:
        """Note the answer of a call."""
        self.answers[call_id] = (ok, text)

    def tell(self, kind: str, mark: str, text: str) -> None:
        """Note what the page is told."""
        self.told.append((kind, mark, text))

    def log(self, level: str, text: str) -> None:
        """Say nothing."""

    def settle(self, app: App) -> None:
        """Answer everything that is asked, until nothing is but the stream's next word."""
        while self._asked:
            ask_id, kind, head = self._asked.pop(0)
            app.resume(ask_id, *self._reply(kind, head))

    def say(self, app: App, messages: list[Message], head: str = "{}") -> None:
        """Let the event stream say something, if it is open."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            app.resume(waiting, head, json.dumps(messages))
        self.settle(app)

    def _reply(self, kind: str, head: str) -> tuple[str, str]:
        if kind == "find":
            return "{}", self._stored if '"desk-state"' in head else contact_info().to_json()
        if kind == "who":
            return "{}", AGENT_ID
        if kind == "listen":
            return "200", ""
        return _answer(head.split(" ")[1]) if kind == "fetch" else ("{}", "")


def snapshot(number: int, contacts: list[DeskContact]) -> Message:
    """How the desk stands."""
    desk = DeskSnapshot(
        number=number,
        now=0,
        resumed=True,
        heartbeat_ms=1,
        lease_until=1,
        agent=_status(Presence.LOGGED_IN),
        contacts=contacts,
    )
    return "desk", "", desk.to_json()


def life_of_a_contact(number: int, kind: ContactType) -> list[Message]:
    """Every event of one contact; and the agent's, and a heartbeat.

    Args:
        number: of the first event.
    """
    phase = None
    events: list[DeskEvent] = []
    for name in LIFE:
        phase = phase_after(phase, name)
        event = _event(name, kind)
        desk = DeskContact(event=event, phase=phase) if phase is not None else None
        events.append(DeskEvent(number=number + len(events), at=0, contact=event, desk=desk))
    paused = AgentEvent(event=AgentEventName.PAUSE, agent=AGENT_ID, time=0)
    events.append(DeskEvent(number=number + len(events), at=0, agent=paused, status=_status(Presence.PAUSED)))
    said = [("event", str(event.number), event.to_json()) for event in events]
    return [*said, ("heartbeat", "", Heartbeat(now=0, lease_until=2).to_json())]


def contact_in_a_call(number: int) -> list[Message]:
    """The desk with one contact whose customer talks.

    Args:
        number: of the last event so far.
    """
    phase = None
    for name in LIFE[:7]:
        phase = phase_after(phase, name)
    assert phase is not None  # noqa: S101 -- it has not left
    event = _event(LIFE[6], ContactType.DIALLER)
    return [snapshot(number, [DeskContact(event=event, phase=phase, ecid=ECID)])]


def contact_info() -> ContactInfo:
    """A contact as easyCIM gives it."""
    fields = [FieldValue(field_name="campo", categorized_field_key_code="C", value="v")]
    return ContactInfo(
        ecid=ECID,
        contact_id=CONTACT_ID,
        phone_number="0",
        macro_activity="WARM",
        campaign="Warm",
        state=ContactState.RESERVED,
        terminated=False,
        read_only=False,
        type="outbound",
        media_type="telephony",
        job_type="manual",
        list_field_value_list=fields,
        customer_info=CustomerInfo(list_field_value_list=fields),
        contact_info=[NameValue(name="campo", value="v")],
        outcomes=[Outcome(code="POSITIVE", label="Positivo", kind=Kind.POSITIVE, final=True)],
        attempts=[_attempt()],
        appointments=[],
    )


def _answer(path: str) -> tuple[str, str]:
    answers: dict[str, WireModel] = {
        "/scripts/save": SavedScript(answer=_save_answer(), attempt=_attempt()),
        "/scripts/open": OpenedScript(answer=_open_answer(), contact_info=contact_info()),
        "/scripts/open-inbound": OpenedScript(answer=_open_answer(), contact_info=contact_info()),
        "/profile": _profile(),
        "/agents": AgentList(agents=[AgentSummary(id=AGENT_ID, state=AgentEventName.LOGGED_IN, first_login_time=1)]),
        "/contacts/missing": _problem(),
    }
    if path.startswith(("/calls", "/agent/")):
        return "200", Accepted(contact_id=CONTACT_ID).to_json()
    answer = answers.get(path) or contact_info()
    return "404 " if isinstance(answer, Problem) else "200", answer.to_json()


def _event(name: ContactEventName, kind: ContactType) -> ContactEvent:
    return ContactEvent(
        event=name,
        id=CONTACT_ID,
        type=kind,
        media_type=MediaType.TELEPHONY,
        job_type=JobType.PREDICTIVE,
        dnis="0",
        ani="0",
        call_data=[NameValue(name="ECID", value=ECID)] if kind is ContactType.DIALLER else [],
        start_time=0,
        end_time=0,
        time_duration_sec=0,
        waiting_time=0,
    )


def _status(presence: Presence) -> AgentStatus:
    return AgentStatus(agent=AGENT_ID, presence=presence, since=0, logged_in_at=1, groups=["WARM"])


def _profile() -> Profile:
    return Profile(
        operator=AGENT_ID,
        locale="it",
        script_enabled=False,
        save_without_reservation=True,
        inbound_macro_activity="WARM",
        pause_codes=[],
        groups=[Group(id="WARM", description="Warm")],
        macro_activities=[],
    )


def _open_answer() -> OpenAnswer:
    info = contact_info()
    return OpenAnswer(
        ecid=ECID,
        contact_id="",
        macro_activity="WARM",
        campaign="Warm",
        phone_number="0",
        lease_until=1,
        list_field_value_list=info.list_field_value_list,
        outcomes=info.outcomes,
    )


def _attempt() -> Attempt:
    return Attempt(at=0, agent="warm", outcome="POSITIVE", note="", labels=[], duration_sec=0)


def _save_answer() -> SaveAnswer:
    return SaveAnswer(
        operation_id=TRACE,
        ecid=ECID,
        contact_id="",
        outcome="POSITIVE",
        final=True,
        terminated=True,
        offline_end=True,
        saved_at=0,
        delivered=True,
    )


def _problem() -> Problem:
    return Problem(
        title="Not Found", status=404, detail="", code=Code.UNKNOWN_ECID, retryable=False, details={"ecid": "missing"}
    )
