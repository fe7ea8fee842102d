"""How fast simulated people are, on a clock that everybody shares.

A faster run does not bend the clock, which the service, the page and the browser read too: it shortens what people
do. Twenty seconds of talk are 400 ms at a speed of 50.
"""

from dataclasses import dataclass

SPEED_MIN = 0.1
SPEED_MAX = 10_000.0

_SECOND_MS = 1_000


@dataclass(frozen=True, slots=True)
class Pace:
    """Turns simulated seconds into ms of the clock.

    Args:
        speed: how many times faster than life; 1 is life itself.
    """

    speed: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what no run could keep.

        Raises:
            ValueError: the speed is out of bounds.
        """
        if not SPEED_MIN <= self.speed <= SPEED_MAX:
            raise ValueError(f"the speed must be between {SPEED_MIN:g} and {SPEED_MAX:g}")

    def ms(self, seconds: float) -> int:
        """Give how long something takes, in ms; never nothing at all."""
        return max(1, round(seconds * _SECOND_MS / self.speed))


class VirtualClock:
    """A clock that stands still until it is set.

    Args:
        now: what it shows at first, in epoch ms.
    """

    def __init__(self, now: int = 1_800_000_000_000) -> None:
        self._now = now

    def __call__(self) -> int:
        """Give the present moment, in epoch ms."""
        return self._now

    def set(self, moment: int) -> None:
        """Let it be a later moment, in epoch ms; it never goes back."""
        self._now = max(self._now, moment)
