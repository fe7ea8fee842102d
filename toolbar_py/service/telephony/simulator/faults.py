"""Faults on demand: what goes wrong between two parties, decided by a seed and therefore the same again.

The plan only decides. Between the telephone system and the switchboard :mod:`.wire` carries it out, between a page
and the service :mod:`.badservice`.
"""

from dataclasses import dataclass, fields
from enum import Enum

from toolbar_py.service.telephony.simulator.chance import Chance

LONGEST_DELAY_MS = 60_000


class Fault(Enum):
    """What can go wrong with one message."""

    DELAY = "delay"
    """It comes late."""
    DROP = "drop"
    """It never comes."""
    DUPLICATE = "duplicate"
    """It comes twice, the second time late."""
    REORDER = "reorder"
    """The next one about the same contact overtakes it."""
    DEAF = "deaf"
    """It comes, and the answer to it gets lost."""
    REFUSE = "refuse"
    """The other party answers with a server error and does nothing."""
    DIE = "die"
    """The other party dies in the middle: before or after the effect, always before the answer."""


REPORT_FAULTS = frozenset({Fault.DELAY, Fault.DROP, Fault.DUPLICATE, Fault.REORDER, Fault.DEAF})
"""What can go wrong with a report on its way to the switchboard."""

REQUEST_FAULTS = frozenset({Fault.DELAY, Fault.DROP, Fault.DEAF, Fault.REFUSE, Fault.DIE})
"""What can go wrong with a request on its way to the service."""


@dataclass(frozen=True, slots=True)
class FaultRates:
    """How often each fault happens, as a share of the messages; at most one happens to a message.

    Args:
        delay_ms: how late is late, at most.
    """

    delay: float = 0.0
    drop: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    deaf: float = 0.0
    refuse: float = 0.0
    die: float = 0.0
    delay_ms: int = 500

    def __post_init__(self) -> None:
        """Refuse shares that cannot be.

        Raises:
            ValueError: naming what is wrong.
        """
        shares = [self.of(fault) for fault in Fault]
        # A hundredth of a message is let through, else nothing would ever be delivered.
        if not (min(shares) >= 0 and sum(shares) <= 0.99):  # noqa: PLR2004
            raise ValueError("shares of faults lie between 0 and 0.99, together too")
        if not 1 <= self.delay_ms <= LONGEST_DELAY_MS:
            raise ValueError(f"the longest delay lies between 1 and {LONGEST_DELAY_MS} ms")

    def of(self, fault: Fault) -> float:
        """Give the share of messages to which a fault happens."""
        return float(getattr(self, fault.value))

    def only(self, faults: frozenset[Fault]) -> bool:
        """Say whether no other faults than these happen."""
        return all(not self.of(fault) for fault in Fault if fault not in faults)


NO_FAULTS = FaultRates()


def read_rates(text: str) -> FaultRates:
    """Read ``drop=0.1,duplicate=0.05,delay_ms=200``.

    Raises:
        ValueError: naming what is wrong.
    """
    known = {each.name: each.type for each in fields(FaultRates)}
    values: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = part.partition("=")
        if not equals or name not in known:
            raise ValueError(f"'{part[:40]}' is none of {', '.join(f'{name}=...' for name in known)}")
        try:
            values[name] = int(value) if name == "delay_ms" else float(value)
        except ValueError:
            raise ValueError(f"'{part[:40]}': a number is needed") from None
    return FaultRates(**values)  # pyright: ignore[reportArgumentType]  the names were checked


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens to one message.

    Args:
        fault: None when it goes through as it should.
        delay_ms: how late it, or its copy, comes.
        after: of a death, whether the effect was there already.
    """

    fault: Fault | None = None
    delay_ms: int = 0
    after: bool = False


class FaultPlan:
    """Decides message by message.

    Args:
        rates: how often what happens.
        chance: the source of everything drawn.
        party: a name for this pair of parties: another name, other faults.
    """

    def __init__(self, rates: FaultRates, chance: Chance, party: str) -> None:
        self._rates = rates
        self._chance = chance
        self._party = party
        self._asked: dict[str, int] = {}

    def decide(self, message: str) -> Verdict:
        """Say what happens to a message; sent again under the same name it may meet another fate."""
        times = self._asked[message] = self._asked.get(message, 0) + 1
        stream = self._chance.of("fault", self._party, message, times)
        drawn = stream.random()
        for fault in Fault:
            drawn -= self._rates.of(fault)
            if drawn < 0:
                return Verdict(fault, stream.randint(1, self._rates.delay_ms), stream.random() < 0.5)  # noqa: PLR2004
        return Verdict()

    def forget(self, message: str) -> None:
        """Let go of a message that will not be sent again."""
        self._asked.pop(message, None)
