"""The whole inside of a simulator: exchange, link and wire on one kernel. Pure: time is set, answers are handed in."""

from collections.abc import Callable

from toolbar_py.service.telephony.simulator.behaviour import Courses
from toolbar_py.service.telephony.simulator.chance import Chance
from toolbar_py.service.telephony.simulator.exchange import Exchange, Wish
from toolbar_py.service.telephony.simulator.faults import FaultPlan
from toolbar_py.service.telephony.simulator.kernel import Kernel
from toolbar_py.service.telephony.simulator.link import Link
from toolbar_py.service.telephony.simulator.numbering import Numbering
from toolbar_py.service.telephony.simulator.setup import Setup
from toolbar_py.service.telephony.simulator.wire import Answered, FaultyWire
from toolbar_py.wire.actions import CtiReport

_PARTY = "switchboard"

_PATIENCE_S = 2.0
# A switchboard that works at its own speed still has to be given time for an answer.
_PATIENCE_SHORTEST_MS = 250


class Core:
    """One run of a simulator.

    Args:
        now: when it begins, in epoch ms; that also makes its ids differ from those of every other run.
        deliver: hands a report to the switchboard, and its answer to the function given with it.
        wish: is told when a contact may come to an operator.
        over: is told when a report was answered for good, and whether it was taken.
    """

    def __init__(
        self,
        setup: Setup,
        now: int,
        *,
        deliver: Callable[[CtiReport, Answered], None],
        wish: Callable[[Wish], None],
        over: Callable[[CtiReport, bool], None],
    ) -> None:
        chance = Chance(setup.seed)
        courses = Courses(setup.behaviour, setup.pace)
        self.kernel = Kernel(now)
        patience = max(setup.pace.ms(_PATIENCE_S), _PATIENCE_SHORTEST_MS)
        self._plan = FaultPlan(setup.faults, chance, _PARTY)
        self._over = over
        self.link = Link(self.kernel, self._send, self._waits_behind, self._answered_for_good, patience)
        self._wire = FaultyWire(self.kernel, self._plan, self._name, deliver, self.link.answered)
        self._numbering = Numbering(now)
        self.exchange = Exchange(
            self.kernel,
            setup.traffic(chance, courses),
            courses,
            chance,
            self._numbering,
            report=self.link.report,
            wish=wish,
        )

    def _name(self, report: CtiReport) -> str:
        return self._numbering.event_name(report.contact_id, report.event_id)

    def _send(self, report: CtiReport) -> None:
        self._wire.send(report)

    def _waits_behind(self, report: CtiReport) -> None:
        self._wire.overtake(report)

    def _answered_for_good(self, report: CtiReport, taken: bool) -> None:
        self._plan.forget(self._name(report))
        self._over(report, taken)
