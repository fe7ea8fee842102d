"""What a simulator is to do: everything that may differ between two runs, in one immutable value."""

from dataclasses import dataclass, field

from toolbar_py.service.telephony.simulator.behaviour import Behaviour, Courses
from toolbar_py.service.telephony.simulator.chance import Chance
from toolbar_py.service.telephony.simulator.faults import NO_FAULTS, REPORT_FAULTS, FaultRates
from toolbar_py.service.telephony.simulator.pace import Pace
from toolbar_py.service.telephony.simulator.scenario import ScriptedContact, ScriptedTraffic
from toolbar_py.service.telephony.simulator.traffic import MIXES, NoTraffic, RandomTraffic, Traffic


@dataclass(frozen=True, kw_only=True)
class Setup:
    """How a simulator is set up. As it is, it brings nothing by itself; calls and jobs of operators work.

    Args:
        mix: a name of :data:`toolbar_py.service.telephony.simulator.traffic.MIXES`.
        scenario: scripted contacts, instead of a mix.
        seed: the source of all chance.
        speed: how many times faster than life.
        faults: what goes wrong on the way to the switchboard.
        behaviour: how customers are.
    """

    mix: str | None = None
    scenario: tuple[ScriptedContact, ...] = ()
    seed: int = 0
    speed: float = 1.0
    faults: FaultRates = NO_FAULTS
    behaviour: Behaviour = field(default_factory=Behaviour)

    def __post_init__(self) -> None:
        """Refuse what cannot be done.

        Raises:
            ValueError: naming what is wrong.
        """
        Pace(self.speed)
        if self.mix is not None and self.mix not in MIXES:
            raise ValueError(f"there is no mix '{self.mix}'; there are {', '.join(MIXES)}")
        if self.mix is not None and self.scenario:
            raise ValueError("a simulator plays a mix or a scenario, not both")
        if not self.faults.only(REPORT_FAULTS):
            raise ValueError("reports cannot be refused or die; that is for requests")

    @property
    def pace(self) -> Pace:
        """How fast people are."""
        return Pace(self.speed)

    def traffic(self, chance: Chance, courses: Courses) -> Traffic:
        """Give what comes to the operators."""
        if self.scenario:
            return ScriptedTraffic(self.scenario, chance, courses, self.pace)
        if self.mix is not None:
            return RandomTraffic(self.mix, chance, courses, self.pace)
        return NoTraffic()
