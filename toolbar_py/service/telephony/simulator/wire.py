"""The wire between the simulator's link and the switchboard, with the faults that a plan asks for."""

from collections.abc import Callable

from toolbar_py.service.telephony.simulator.faults import Fault, FaultPlan
from toolbar_py.service.telephony.simulator.kernel import Kernel
from toolbar_py.service.telephony.simulator.link import Answer
from toolbar_py.wire.actions import CtiReport
from toolbar_py.wire.phases import OutOfOrderError, phase_after
from toolbar_py.wire.telephony import ContactEventName, Phase

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
        # By contact, the report that the next one is to overtake.
        self._held: dict[str, CtiReport] = {}

    def send(self, report: CtiReport) -> None:
        """Carry a report, or do with it what the plan says."""
        verdict = self._plan.decide(self._name(report))
        held = self._held.pop(report.contact_id, None)
        match verdict.fault:
            case Fault.DROP:
                pass
            case Fault.DELAY:
                self._kernel.after(verdict.delay_ms, lambda: self._hand_over(report))
            case Fault.DUPLICATE:
                self._hand_over(report)
                self._kernel.after(verdict.delay_ms, lambda: self._hand_over(report))
            case Fault.REORDER:
                self._held[report.contact_id] = report
                self._kernel.after(_HELD_LONGEST_MS, lambda: self._let_go(report))
            case Fault.DEAF:
                self._deliver(report, _unheard)
            case _:
                self._hand_over(report)
        if held is not None:
            self._hand_over(held)

    def overtake(self, report: CtiReport) -> None:
        """Carry a report before its turn, if the one before is to be overtaken; in its turn it is sent again.

        Whatever is answered to it now is not heard: a refusal is none for good. It stays behind where the switchboard
        could take it: the one before would then be refused for ever.
        """
        held = self._held.pop(report.contact_id, None)
        if held is None:
            return
        if _refused_before(held, report):
            self._deliver(report, _unheard)
        self._hand_over(held)

    def _hand_over(self, report: CtiReport) -> None:
        self._deliver(report, self._answered)

    def _let_go(self, report: CtiReport) -> None:
        if self._held.get(report.contact_id) is report:
            del self._held[report.contact_id]
            self._hand_over(report)


def _refused_before(earlier: CtiReport, report: CtiReport) -> bool:
    """Whether who has not taken the earlier report is sure to refuse the other one."""
    # Only a contact's first report says what kind of contact it is.
    first = earlier.type is not None
    return first or not any(_can(phase, earlier.event) and _can(phase, report.event) for phase in Phase)


def _can(phase: Phase, event: ContactEventName) -> bool:
    try:
        phase_after(phase, event)
    except OutOfOrderError:
        return False
    return True


def _unheard(_report: CtiReport, _answer: Answer) -> None:
    """Take an answer that got lost on its way."""
