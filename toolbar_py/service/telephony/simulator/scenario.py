"""Scripted contacts: a small text that says what comes, and how it goes, step by step.

::

    # A caller who talks for twenty seconds. Without steps a contact goes as chance has it.
    inbound number=0555099999 waiting=12 data="PIN=1234;LANGUAGE=it" after=2s
      +0s    POPUP
      +200ms connectionstarted
      +200ms ringing
      +5s    established by=answer
      +10s   datachanged MOOD=good
      +20s   connectioncleared
      +2m    DELETE
    preview ecid=demo|1|1|5 agent=op1@demo

``by=answer``: an operator's Answer makes the step happen at once. Each operator meets the contacts in their order,
those with another ``agent`` left out.
"""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from toolbar_py.service.errors import SetupError
from toolbar_py.service.telephony.simulator.behaviour import Courses
from toolbar_py.service.telephony.simulator.chance import Chance
from toolbar_py.service.telephony.simulator.course import DIALLED, Course, Customer, Kind, Step
from toolbar_py.service.telephony.simulator.pace import Pace
from toolbar_py.service.telephony.simulator.traffic import Plan
from toolbar_py.wire.base import ECID_MAX
from toolbar_py.wire.calldata import ECID, merge, parse
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.errors import ToolbarError
from toolbar_py.wire.phases import OutOfOrderError, phase_after
from toolbar_py.wire.telephony import ContactEventName as Event
from toolbar_py.wire.telephony import Phase
from toolbar_py.wire.texts import sentence

_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m)")
_UNIT_S = {"ms": 0.001, "s": 1.0, "m": 60.0}
_EVENTS = {event.value.casefold(): event for event in Event}
_OPTIONS = ("number", "ecid", "waiting", "data", "after", "agent")
_ON_ANSWER = "by=answer"
_WAITING_MAX = 86_400
_NUMBER_MAX = 200
"""What a report can carry as a number (:class:`toolbar_py.wire.actions.CtiReport`)."""


class ScenarioError(SetupError):
    """A scenario cannot be read.

    Args:
        line: where, counted from 1.
    """

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line


@dataclass(slots=True)
class ScriptedContact:
    """One contact of a scenario.

    Args:
        customer: who it is; None for the next one of a campaign, or for a caller made up.
        waiting_s: how long the customer has waited; None leaves that to the customer.
        agent: the only operator it comes to; None for everybody.
        after_s: how long after the operator became free it comes, in simulated seconds.
        steps: as in the text, the delays in simulated ms; without any, chance decides.
    """

    kind: Kind
    customer: Customer | None
    waiting_s: int | None
    agent: str | None
    after_s: float
    steps: list[Step] = field(default_factory=list[Step])


def read_scenario(text: str) -> list[ScriptedContact]:
    """Read the text of a scenario.

    Raises:
        ScenarioError: a line is wrong, or no contact can go like that.
    """
    contacts: list[ScriptedContact] = []
    lives: list[_Life] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if not line.startswith("+"):
            contacts.append(_contact(number, line))
            lives.append(_Life())
        elif not contacts:
            raise ScenarioError(number, "a step before the first contact")
        else:
            step = _step(number, line)
            lives[-1].go_on(number, step)
            contacts[-1].steps.append(step)
    if not contacts:
        raise ScenarioError(1, "there is no contact in it")
    for life in lives:
        life.end()
    return contacts


class ScriptedTraffic:
    """The contacts of a scenario, once for each operator.

    Args:
        contacts: as :func:`read_scenario` gives them.
    """

    def __init__(self, contacts: Sequence[ScriptedContact], chance: Chance, courses: Courses, pace: Pace) -> None:
        self._contacts = contacts
        self._chance = chance
        self._courses = courses
        self._pace = pace

    @property
    def idle_ms(self) -> int:
        """See :class:`toolbar_py.service.telephony.simulator.traffic.Traffic`."""
        return self._pace.ms(1)

    def plan(self, agent: str, number: int) -> Plan | None:
        """See :class:`toolbar_py.service.telephony.simulator.traffic.Traffic`."""
        own = [contact for contact in self._contacts if contact.agent in (None, agent)]
        if number > len(own):
            return None
        contact = own[number - 1]
        customer = contact.customer
        if customer is None and contact.kind not in DIALLED:
            customer = self._courses.caller(contact.kind, self._chance.of("caller", agent, number))
        course = self._course(contact, agent, number)
        return Plan(self._ms(contact.after_s), contact.kind, course, customer, contact.waiting_s)

    def _course(self, contact: ScriptedContact, agent: str, number: int) -> Course:
        if not contact.steps:
            return self._courses.course(contact.kind, self._chance.of("course", agent, number))
        steps = [replace(step, after_ms=self._ms(step.after_ms / 1000)) for step in contact.steps]
        if steps[-1].event is not Event.DELETE:
            steps.append(Step(self._courses.acw_ms, Event.DELETE))
        return tuple(steps)

    def _ms(self, seconds: float) -> int:
        return self._pace.ms(seconds) if seconds else 0


def _contact(number: int, line: str) -> ScriptedContact:
    try:
        kind, *options = shlex.split(line)
    except ValueError as error:
        raise ScenarioError(number, f"{error}".lower()) from None
    if kind not in list(Kind):
        raise ScenarioError(number, f"'{kind}' is no kind of contact; there are {', '.join(Kind)}")
    values: dict[str, str] = {}
    for option in options:
        name, equals, value = option.partition("=")
        if not equals or name not in _OPTIONS or name in values or not value:
            known = ", ".join(f"{each}=..." for each in _OPTIONS)
            raise ScenarioError(number, f"'{option}' is none of {known}, or comes twice")
        values[name] = value
    after = _seconds(number, values["after"]) if "after" in values else 1.0
    waiting = _waiting(number, values["waiting"]) if "waiting" in values else None
    return ScriptedContact(Kind(kind), _customer(number, values), waiting, values.get("agent"), after)


def _waiting(number: int, text: str) -> int:
    if not text.isdecimal() or int(text) > _WAITING_MAX:
        raise ScenarioError(number, "waiting is a number of seconds")
    return int(text)


def _customer(number: int, values: dict[str, str]) -> Customer | None:
    if not {"number", "ecid", "data"} & set(values):
        return None
    ecid = values.get("ecid", "")
    if len(ecid) > ECID_MAX:
        raise ScenarioError(number, f"an ECID has at most {ECID_MAX} characters")
    entries = [NameValue(name=ECID, value=ecid)] if ecid else []
    address = values.get("number", "")
    if len(address) > _NUMBER_MAX or "\0" in address:
        raise ScenarioError(number, f"a number has at most {_NUMBER_MAX} characters, and no NUL among them")
    try:
        call_data = merge(entries, _call_data(number, values.get("data", "")), "data")
    except ToolbarError as error:
        raise ScenarioError(number, sentence(error, "en")) from None
    return Customer(address, tuple(call_data))


def _step(number: int, line: str) -> Step:
    parts = line.split(maxsplit=2)
    if len(parts) == 1:
        raise ScenarioError(number, "a step is +delay and an event")
    event = _EVENTS.get(parts[1].casefold())
    if event is None:
        raise ScenarioError(number, f"'{parts[1]}' is no event; there are {', '.join(Event)}")
    rest = parts[2] if len(parts) > 2 else ""  # noqa: PLR2004  delay, event, the rest
    on_answer = rest.partition(" ")[0] == _ON_ANSWER
    if on_answer:
        rest = rest.removeprefix(_ON_ANSWER).lstrip()
    delay = round(_seconds(number, parts[0].removeprefix("+")) * 1000)
    return Step(delay, event, tuple(_call_data(number, rest)), on_answer)


class _Life:
    """Follows the steps of one contact, so that the one which no contact can have is refused where it stands."""

    def __init__(self) -> None:
        self._phase: Phase | None = None
        self._line = 0

    def go_on(self, number: int, step: Step) -> None:
        """Take the next step.

        Raises:
            ScenarioError: it cannot follow on what was.
        """
        first = not self._line
        if first and step.after_ms:
            raise ScenarioError(number, "the first step is +0s; after= says when the contact comes")
        if self._phase is None and not first:
            raise ScenarioError(number, f"no contact can go like this: {step.event} after {Event.DELETE}")
        try:
            self._phase = phase_after(self._phase, step.event)
        except OutOfOrderError as error:
            raise ScenarioError(number, f"no contact can go like this: {step.event} {error}") from None
        self._line = number

    def end(self) -> None:
        """Make sure that it may stop there.

        Raises:
            ScenarioError: it may not.
        """
        if self._phase is Phase.POPUP:
            raise ScenarioError(self._line, "after POPUP something has to follow")


def _call_data(number: int, text: str) -> list[NameValue]:
    try:
        return parse(text, "data")
    except ToolbarError as error:
        raise ScenarioError(number, sentence(error, "en")) from None


def _seconds(number: int, text: str) -> float:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ScenarioError(number, f"'{text[:40]}' is no duration: write it like 500ms, 20s or 2m")
    return float(found[1]) * _UNIT_S[found[2]]
