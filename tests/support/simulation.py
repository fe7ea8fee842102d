"""The simulator's inside with a switchboard of a few lines, on a clock that only tests move."""

from collections.abc import Callable
from dataclasses import dataclass, field

from toolbar_py.service.telephony.simulator.core import Core
from toolbar_py.service.telephony.simulator.course import Customer
from toolbar_py.service.telephony.simulator.exchange import Exchange, Wish
from toolbar_py.service.telephony.simulator.link import Answer
from toolbar_py.service.telephony.simulator.setup import Setup
from toolbar_py.service.telephony.simulator.wire import Answered
from toolbar_py.wire.actions import CtiReport
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.phases import OutOfOrderError, is_online, phase_after
from toolbar_py.wire.telephony import ContactEventName, Phase, Presence

BEGIN = 1_800_000_000_000


@dataclass
class Board:
    """Holds reports to the life of a contact, as the service's switchboard does.

    Args:
        taken: the reports that were taken, in order.
        phases: of the contacts at desks.
        refused: what was refused, and why.
    """

    taken: list[CtiReport] = field(default_factory=list[CtiReport])
    phases: dict[str, Phase] = field(default_factory=dict[str, Phase])
    refused: list[tuple[CtiReport, str]] = field(default_factory=list[tuple[CtiReport, str]])
    seen: set[str] = field(default_factory=set[str])

    def take(self, report: CtiReport, answered: Answered) -> None:
        """Take a report, or refuse it."""
        if report.event_id in self.seen:
            answered(report, Answer.KNOWN)
            return
        if report.contact_id not in self.phases and report.type is None:
            self.refused.append((report, "it does not say what kind of contact it is"))
            answered(report, Answer.REFUSED)
            return
        try:
            phase = phase_after(self.phases.get(report.contact_id), report.event)
        except OutOfOrderError as error:
            self.refused.append((report, str(error)))
            answered(report, Answer.REFUSED)
            return
        self.seen.add(report.event_id)
        self.taken.append(report)
        if phase is None:
            del self.phases[report.contact_id]
        else:
            self.phases[report.contact_id] = phase
        answered(report, Answer.TAKEN)


class Simulation:
    """A run of the simulator's inside; every wish for somebody of a campaign is granted.

    Args:
        take: takes the reports instead of :class:`Board`.
        granted: whether there is anybody to be called.
        begin: when it begins, in epoch ms.
    """

    def __init__(
        self,
        setup: Setup,
        *,
        take: Callable[[CtiReport, Answered], None] | None = None,
        granted: bool = True,
        begin: int = BEGIN,
    ) -> None:
        self.board = Board()
        self.wishes: list[Wish] = []
        self.brought = 0
        self._granted = granted
        self.core = Core(
            setup, begin, deliver=take or self.board.take, wish=self._grant, over=lambda _report, _taken: None
        )

    @property
    def exchange(self) -> Exchange:
        """The exchange inside."""
        return self.core.exchange

    def login(self, *agents: str) -> None:
        """Let operators log in."""
        for agent in agents:
            self.exchange.set_presence(agent, Presence.LOGGED_IN)

    def run(self, seconds: float) -> None:
        """Let a time go by."""
        self.core.kernel.run_until(self.core.kernel.now + round(seconds * 1000))

    def events(self, contact_id: str) -> list[ContactEventName]:
        """Give the events of a contact that were taken."""
        return [report.event for report in self.board.taken if report.contact_id == contact_id]

    def contacts(self) -> list[str]:
        """Give the contacts that ever came, in order."""
        return list(dict.fromkeys(report.contact_id for report in self.board.taken))

    def most_online(self) -> int:
        """Replay what was taken; gives how many contacts one operator ever had online at once."""
        most = 0
        desks: dict[str, dict[str, Phase]] = {}
        for report in self.board.taken:
            desk = desks.setdefault(report.agent, {})
            phase = phase_after(desk.get(report.contact_id), report.event)
            if phase is None:
                del desk[report.contact_id]
            else:
                desk[report.contact_id] = phase
            most = max(most, sum(map(is_online, desk.values())))
        return most

    def _grant(self, wish: Wish) -> None:
        self.wishes.append(wish)
        customer = wish.plan.customer
        if customer is None and not self._granted:
            if wish.plan.instead is None or wish.plan.instead.customer is None:
                self.exchange.decline(wish)
            else:
                self.exchange.bring(wish, wish.plan.instead, wish.plan.instead.customer)
            return
        if customer is None:
            self.brought += 1
            ecid = NameValue(name="ECID", value=f"demo|1|1|{self.brought}")
            customer = Customer(f"055501{self.brought:04}", (ecid,))
        self.exchange.bring(wish, wish.plan, customer)
