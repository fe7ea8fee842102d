"""What comes to an operator, and when: a mix drawn by chance, or nothing but what operators begin themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from toolbar_py.service.telephony.simulator.behaviour import Courses
from toolbar_py.service.telephony.simulator.chance import Chance, waiting
from toolbar_py.service.telephony.simulator.course import DIALLED, Course, Customer, Kind
from toolbar_py.service.telephony.simulator.pace import Pace

MIXES: Mapping[str, Mapping[Kind, int]] = {
    "preview": {Kind.PREVIEW: 1},
    "predictive": {Kind.PREDICTIVE: 1},
    "inbound": {Kind.INBOUND: 1},
    "manual": {Kind.MANUAL: 1},
    "chat": {Kind.CHAT: 1},
    "mixed": {
        Kind.PREVIEW: 30,
        Kind.PREDICTIVE: 25,
        Kind.INBOUND: 20,
        Kind.MANUAL: 10,
        Kind.CHAT: 10,
        Kind.EMAIL: 5,
    },
}
"""The shares of each kind, by the name of the mix. ``manual``: the operator has dialled on the telephone itself."""

_GAP_S = 6.0
_GAP_LONGEST_S = 30.0
_NOBODY_S = 10.0


@dataclass(frozen=True, slots=True)
class Plan:
    """The next contact of an operator.

    Args:
        after_ms: how long after the operator became free it comes.
        kind: what it is.
        course: how it goes when the operator does nothing.
        customer: who it is; None for somebody of a campaign.
        waiting_s: how long the customer has waited, whoever it is; None leaves that to the customer.
        instead: what comes when nobody of the campaign is to be called; None for nothing, for a while.
    """

    after_ms: int
    kind: Kind
    course: Course
    customer: Customer | None
    waiting_s: int | None = None
    instead: "Plan | None" = None


class Traffic(Protocol):
    """Decides what comes. Asked the same, it gives the same answer."""

    def plan(self, agent: str, number: int) -> Plan | None:
        """Give what comes to an operator as the contact of a number, counted from 1; None for nothing any more."""
        ...

    @property
    def idle_ms(self) -> int:
        """How long to wait when nobody of the campaign is to be called, in ms."""
        ...


class RandomTraffic:
    """Contacts of a mix for everybody, each operator's drawn apart.

    Args:
        mix: a name of :data:`MIXES`.

    Raises:
        ValueError: there is no such mix.
    """

    def __init__(self, mix: str, chance: Chance, courses: Courses, pace: Pace) -> None:
        if mix not in MIXES:
            raise ValueError(f"there is no mix '{mix}'; there are {', '.join(MIXES)}")
        self._mix = MIXES[mix]
        self._chance = chance
        self._courses = courses
        self._pace = pace

    @property
    def idle_ms(self) -> int:
        """See :class:`Traffic`."""
        return self._pace.ms(_NOBODY_S)

    def plan(self, agent: str, number: int) -> Plan | None:
        """See :class:`Traffic`."""
        after = self._pace.ms(waiting(self._chance.of("gap", agent, number), _GAP_S, _GAP_LONGEST_S))
        kind = self._chance.of("kind", agent, number).choices(list(self._mix), list(self._mix.values()))[0]
        instead = None
        if kind in DIALLED and Kind.INBOUND in self._mix:
            instead = self._of(Kind.INBOUND, agent, number, 0, None)
        return self._of(kind, agent, number, after, instead)

    def _of(self, kind: Kind, agent: str, number: int, after: int, instead: Plan | None) -> Plan:
        course = self._courses.course(kind, self._chance.of("course", agent, number))
        customer = None
        if kind not in DIALLED:
            customer = self._courses.caller(kind, self._chance.of("caller", agent, number))
        return Plan(after, kind, course, customer, instead=instead)


class NoTraffic:
    """Nothing comes by itself."""

    idle_ms = 60_000

    def plan(self, agent: str, number: int) -> Plan | None:
        """See :class:`Traffic`."""
        return None
