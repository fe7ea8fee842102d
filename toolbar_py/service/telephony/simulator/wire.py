"""The wire between the simulator's link and the switchboard, with the faults that a plan asks for."""

from collections.abc import Callable

from toolbar_py.service.telephony.simulator.faults import Fault, FaultPlan
from toolbar_py.service.telephony.simulator.kernel import Kernel
from toolbar_py.service.telephony.simulator.link import Answer
from toolbar_py.wire.actions import CtiReport

Answered = Callable[[CtiReport, Answer], None]

_HELD_LONGEST_MS = 1_000


class FaultyWire:
    """Carries reports, some of them late, twice, in another order or not at all, and loses some answers.

    Args:
        plan: decides what happens to each.
        name: says by which name the plan is asked about a report.
        deliver: hands a report to the switchboard, and its answer to the function given with it.
        answered: where answers go that are not lost.
    """

    def __init__(
        self,
        kernel: Kernel,
        plan: FaultPlan,
        name: Callable[[CtiReport], str],
        deliver: Callable[[CtiReport, Answered], None],
        answered: Answered,
    ) -> None:
        self._kernel = kernel
        self._plan = plan
        self._name = name
        self._deliver = deliver
        self._answered = answered
        self._overtaken: list[CtiReport] = []

    def send(self, report: CtiReport) -> None:
        """Carry a report, or do with it what the plan says."""
        verdict = self._plan.decide(self._name(report))
        overtaken, self._overtaken = self._overtaken, []
        match verdict.fault:
            case Fault.DROP:
                pass
            case Fault.DELAY:
                self._kernel.after(verdict.delay_ms, lambda: self._hand_over(report))
            case Fault.DUPLICATE:
                self._hand_over(report)
                self._kernel.after(verdict.delay_ms, lambda: self._hand_over(report))
            case Fault.REORDER:
                self._overtaken = [report]
                self._kernel.after(_HELD_LONGEST_MS, self._let_go)
            case Fault.DEAF:
                self._deliver(report, _unheard)
            case _:
                self._hand_over(report)
        for late in overtaken:
            self._hand_over(late)

    def _hand_over(self, report: CtiReport) -> None:
        self._deliver(report, self._answered)

    def _let_go(self) -> None:
        overtaken, self._overtaken = self._overtaken, []
        for late in overtaken:
            self._hand_over(late)


def _unheard(_report: CtiReport, _answer: Answer) -> None:
    """Take an answer that got lost on its way."""
