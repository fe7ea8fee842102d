"""The exchange: operators, their contacts, and what happens to them. It reads no clock and does no I/O.

What it reports and what it wishes for leaves through two functions; what operators do comes in through the methods.
All of it happens at the kernel's present moment.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from toolbar_py.service.telephony.simulator.behaviour import Courses
from toolbar_py.service.telephony.simulator.chance import Chance
from toolbar_py.service.telephony.simulator.course import NATURES, Course, Customer, Kind, Nature
from toolbar_py.service.telephony.simulator.kernel import Kernel, Timer
from toolbar_py.service.telephony.simulator.line import Line, after_clearing
from toolbar_py.service.telephony.simulator.numbering import Numbering
from toolbar_py.service.telephony.simulator.telling import first_report, later_report
from toolbar_py.service.telephony.simulator.traffic import Plan, Traffic
from toolbar_py.wire.actions import CtiReport
from toolbar_py.wire.calldata import ECID, merge, merge_what_fits, value_of
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.errors import ConflictError, UnknownContactError
from toolbar_py.wire.phases import Action, phase_after
from toolbar_py.wire.telephony import ContactEventName as Event
from toolbar_py.wire.telephony import ContactType, DeskContact, Phase, Presence

_POSTPONED_MS = 1_000


@dataclass(frozen=True, slots=True)
class Wish:
    """An operator is free: the next contact may come.

    Args:
        number: which contact of the operator it is, from 1.
    """

    agent: str
    number: int
    plan: Plan


@dataclass(slots=True)
class _Agent:
    name: str
    presence: Presence = Presence.LOGGED_OUT
    lines: dict[str, Line] = field(default_factory=dict[str, Line])
    brought: int = 0
    begun: int = 0
    # What will come next, or has been wished for.
    wish: Wish | None = None
    timer: Timer = field(default_factory=lambda: Timer(lambda: None))


class Exchange:
    """Keeps the operators and lets their contacts go their course.

    Args:
        report: takes every event of a contact, in order.
        wish: is told when a contact may come to an operator; :meth:`bring` or :meth:`decline` is the answer.
    """

    def __init__(
        self,
        kernel: Kernel,
        traffic: Traffic,
        courses: Courses,
        chance: Chance,
        numbering: Numbering,
        *,
        report: Callable[[CtiReport], None],
        wish: Callable[[Wish], None],
    ) -> None:
        self._kernel = kernel
        self._traffic = traffic
        self._courses = courses
        self._chance = chance
        self._numbering = numbering
        self._report = report
        self._wish = wish
        self._agents: dict[str, _Agent] = {}
        self._lines: dict[str, Line] = {}

    def line(self, contact_id: str) -> Line | None:
        """Give a contact that is at a desk."""
        return self._lines.get(contact_id)

    def knew(self, contact_id: str) -> bool:
        """Say whether a contact was begun here, be it over or not."""
        return self._numbering.gave(contact_id)

    def ecids(self) -> set[str]:
        """Give the ECIDs of all contacts at desks."""
        return {value_of(line.call_data, ECID) for line in self._lines.values()}

    def lines_of(self, agent: str) -> list[Line]:
        """Give the contacts at an operator's desk, in the order in which they came."""
        return list(self._agent(agent).lines.values())

    def presence_of(self, agent: str) -> Presence:
        """Give how an operator attends; who is not known has not come yet."""
        known = self._agents.get(agent)
        return Presence.LOGGED_OUT if known is None else known.presence

    def is_free(self, agent: str) -> bool:
        """Say whether a contact could be given to an operator now."""
        known = self._agents.get(agent)
        return known is not None and known.presence is Presence.LOGGED_IN and not known.lines

    def set_presence(self, agent: str, presence: Presence) -> None:
        """Let an operator come, pause or leave. Who leaves takes nothing along: contacts are cleared and deleted."""
        known = self._agent(agent)
        known.presence = presence
        if presence is Presence.LOGGED_OUT:
            for line in list(known.lines.values()):
                self.clear(line)
                self.delete(line)
        self._look_ahead(known)

    def bring(self, wish: Wish, plan: Plan, customer: Customer) -> str | None:
        """Give an operator the contact that was wished for; gives its ContactID.

        Args:
            plan: the wish's own, or the one that comes instead.

        Returns:
            None when the operator is not free any more; then nothing happened.
        """
        known = self._agent(wish.agent)
        if known.wish is not wish or not self.is_free(wish.agent):
            return None
        known.wish = None
        known.brought = wish.number
        if plan.waiting_s is not None:
            customer = replace(customer, waiting_s=plan.waiting_s)
        line = self._open(known, NATURES[plan.kind], customer, plan.course)
        self._step(line)
        return line.contact_id

    def decline(self, wish: Wish) -> None:
        """Bring nothing now; after a while the wish is made again."""
        known = self._agent(wish.agent)
        if known.wish is wish:
            known.wish = None
            self._look_ahead(known, self._traffic.idle_ms)

    def begin(
        self, agent: str, destination: str, call_data: Iterable[NameValue], nature: Nature, preview: str | None = None
    ) -> str:
        """Let an operator begin a contact; gives its ContactID.

        Args:
            destination: whom to reach.
            preview: the contact at the desk that is meant by it, if it is one that was waiting to be dialled.

        Raises:
            ConflictError: the operator is not logged in, or another contact is online.
        """
        known = self._agent(agent)
        if known.presence is Presence.LOGGED_OUT:
            raise ConflictError(reason="logged_out")
        if any(line.online for line in known.lines.values()):
            raise ConflictError(reason="contact_online")
        waiting = self._lines.get(preview) if preview else None
        if waiting is not None and waiting.agent == agent and waiting.phase is Phase.POPUP:
            added = list(call_data)
            waiting.call_data = merge(waiting.call_data, added)
            waiting.number = destination or waiting.number
            self._step(waiting, added)
            return waiting.contact_id
        known.begun += 1
        stream = self._chance.of("begun", agent, known.begun)
        voice = nature == NATURES[Kind.MANUAL]
        course = self._courses.course(Kind.MANUAL, stream) if voice else self._courses.job(stream)
        line = self._open(known, nature, Customer(destination, tuple(call_data)), course)
        self._step(line)
        return line.contact_id

    def require(self, agent: str, contact_id: str) -> Line:
        """Give a contact at an operator's own desk.

        Raises:
            UnknownContactError: there is none.
        """
        line = self._lines.get(contact_id)
        if line is None or line.agent != agent:
            raise UnknownContactError(reason="not_at_desk", contactId=contact_id)
        return line

    def answer(self, line: Line) -> None:
        """Take a call, or have a preview dialled: what waited for the operator happens at once.

        Raises:
            ConflictError: nothing waits for the operator, but for the customer; or another contact is online.
        """
        if self._postponed(line):
            raise ConflictError(reason="contact_online")
        if line.can_be_answered:
            self._hurry(line)
            return
        if line.nature.type is not ContactType.INBOUND:
            raise ConflictError(reason="nothing_to_answer")
        # The customer was about to give up, or has.
        line.require(Action.ANSWER)
        line.timer.cancel()
        if line.phase is Phase.POPUP:
            self._emit(line, Event.CONNECTION_STARTED)
        self._emit(line, Event.ESTABLISHED)
        line.go_on_with(self._courses.remainder(self._chance.of("remainder", self._numbering.name(line.contact_id))))
        self._arm(line)

    def hold(self, line: Line) -> None:
        """Let the customer wait, if that can be: see :meth:`Line.require`."""
        line.require(Action.HOLD)
        self._emit(line, Event.HELD)

    def retrieve(self, line: Line) -> None:
        """Talk to a customer again who was let wait, likewise."""
        line.require(Action.RETRIEVE)
        self._emit(line, Event.RETRIEVED)

    def clear(self, line: Line) -> None:
        """End the connection, if there is one."""
        if line.online:
            line.go_on_with([after_clearing(line.coming, self._courses.acw_ms)])
            self._emit(line, Event.CONNECTION_CLEARED)
            self._arm(line)

    def end_work(self, line: Line) -> None:
        """End after-call work; while there still is a connection, have it end together with that."""
        if line.online:
            line.ends_itself = True
        else:
            self.delete(line)

    def delete(self, line: Line) -> None:
        """Take a contact without a connection from the desk."""
        if line.phase in (Phase.POPUP, Phase.ACW):
            self._emit(line, Event.DELETE)

    def play_digits(self, line: Line) -> None:
        """Let the customer hear digits, likewise: nothing that a desk is told comes of it."""
        line.require(Action.PLAY_DTMF)

    def add_data(self, line: Line, action: Action, call_data: Iterable[NameValue]) -> None:
        """Add to what is known of a contact.

        Args:
            action: what adds it; it has to be possible now: see :meth:`Line.require`.

        Raises:
            ConflictError: it is not.
            TooLargeError: it would be too much.
        """
        line.require(action)
        added = list(call_data)
        line.call_data = merge(line.call_data, added)
        self._emit(line, Event.DATA_CHANGED, added)

    def transfer(self, line: Line, to: str | None, call_data: Iterable[NameValue]) -> None:
        """Pass a customer on: to a free operator, who gets an inbound contact, or out of here.

        Args:
            to: the operator; None for anywhere else.

        Raises:
            ConflictError: the call cannot be passed on now, or the operator is not free.
            TooLargeError: there would be too much CallData.
        """
        line.require(Action.TRANSFER)
        passed = merge(line.call_data, call_data)
        if to is not None:
            if not self.is_free(to):
                raise ConflictError(reason="operator_busy")
            self._pass_on(line, self._agents[to], passed)
        self.clear(line)

    def adopt(self, agent: str, contact: DeskContact) -> None:
        """Go on with a contact that an earlier run has begun and that is still at a desk."""
        known = self._agent(agent)
        event = contact.event
        stream = self._chance.of("remainder", self._numbering.name(event.id))
        nature = Nature(event.type, event.media_type, event.job_type)
        number = event.ani if event.type is ContactType.INBOUND else event.dnis
        customer = Customer(number, tuple(event.call_data), event.waiting_time)
        line = self._open(known, nature, customer, self._courses.rest(nature, contact.phase, stream), event.id)
        line.phase = contact.phase
        self._arm(line)

    def mirror(self, line: Line, contact: DeskContact) -> None:
        """Take over what the service has changed of a contact by itself."""
        line.call_data = list(contact.event.call_data)

    def forget(self, line: Line) -> None:
        """Let go of a contact that has left its desk already."""
        self._remove(line)
        self._look_ahead(self._agent(line.agent))

    def _agent(self, name: str) -> _Agent:
        return self._agents.setdefault(name, _Agent(name))

    def _open(
        self, agent: _Agent, nature: Nature, customer: Customer, course: Course, contact_id: str | None = None
    ) -> Line:
        line = Line(
            agent=agent.name,
            contact_id=contact_id or self._numbering.contact_id(agent.name),
            nature=nature,
            number=customer.number,
            waiting_s=customer.waiting_s,
            call_data=list(customer.call_data),
            coming=deque(course),
        )
        self._lines[line.contact_id] = agent.lines[line.contact_id] = line
        self._look_ahead(agent)
        return line

    def _remove(self, line: Line) -> None:
        line.timer.cancel()
        self._lines.pop(line.contact_id, None)
        self._agent(line.agent).lines.pop(line.contact_id, None)
        self._numbering.forget(line.contact_id)

    def _pass_on(self, line: Line, to: _Agent, call_data: list[NameValue]) -> None:
        to.begun += 1
        stream = self._chance.of("passed", to.name, to.begun)
        customer = Customer(line.number, tuple(call_data), waiting_s=0)
        nature = Nature(ContactType.INBOUND, line.nature.media, NATURES[Kind.INBOUND].job)
        self._step(self._open(to, nature, customer, self._courses.passed(stream)))

    def _look_ahead(self, agent: _Agent, after_ms: int | None = None) -> None:
        """See to it that a free operator has a contact coming, and nobody else has."""
        if not self.is_free(agent.name):
            agent.timer.cancel()
            agent.wish = None
        elif agent.wish is None:
            number = agent.brought + 1
            plan = self._traffic.plan(agent.name, number)
            if plan is not None:
                wish = agent.wish = Wish(agent.name, number, plan)
                agent.timer.cancel()
                agent.timer = self._kernel.after(
                    plan.after_ms if after_ms is None else after_ms, lambda: self._wish(wish)
                )

    def _arm(self, line: Line) -> None:
        line.timer.cancel()
        step = line.next_step()
        if step is not None:
            line.timer = self._kernel.after(step.after_ms, lambda: self._step(line))

    def _hurry(self, line: Line) -> None:
        """Let everything happen now, up to what waits for the operator's Answer."""
        while line.can_be_answered and not self._postponed(line):
            self._step(line)

    def _step(self, line: Line, added: Iterable[NameValue] = ()) -> None:
        """Let the next step happen now, with entries that an operator adds to those of its own."""
        line.timer.cancel()
        step = line.next_step()
        if step is None:
            return
        if self._postponed(line):
            line.timer = self._kernel.after(_POSTPONED_MS, lambda: self._step(line))
            return
        line.coming.popleft()
        changed = merge_what_fits(added, step.call_data)
        # A page may have filled the CallData up: what happens happens all the same.
        line.call_data = merge_what_fits(line.call_data, changed)
        self._emit(line, step.event, changed)
        if line.phase is Phase.ACW:
            line.go_on_with([after_clearing(line.coming, self._courses.acw_ms)])
        if line.phase is not None:
            self._arm(line)

    def _postponed(self, line: Line) -> bool:
        """Whether a contact would have to go online while another one is."""
        if line.online or line.phase is Phase.ACW:
            return False
        return any(other.online for other in self._agent(line.agent).lines.values())

    def _emit(self, line: Line, event: Event, added: Sequence[NameValue] = ()) -> None:
        """Report an event; a contact that ends itself, or has left, is seen to."""
        first = line.phase is None
        line.phase = phase_after(line.phase, event)
        event_id, now = self._numbering.event_id(line.contact_id), self._kernel.now
        self._report(
            first_report(line, event, event_id, now) if first else later_report(line, event, event_id, now, added)
        )
        if line.phase is None:
            self._remove(line)
            self._look_ahead(self._agent(line.agent))
        elif line.phase is Phase.ACW and line.ends_itself:
            self._emit(line, Event.DELETE)
