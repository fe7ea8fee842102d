"""How much is measured."""

from dataclasses import dataclass

RUNTIMES = ("page", "worker", "shared", "frame")
"""Every value of the ``runtime`` setting but ``auto``, which chooses one of them."""
DEFAULT = "auto"
STOCK = "stock"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is measured.

    Args:
        rounds: how often each boot is measured.
        calls: how many calls are measured in each way.
        many: how many calls show that nothing leaks.
        firefox: whether Firefox takes part.
        events: how many events are reported to a page of each runtime.
        operators: how many are at one service at the same time.
        seconds: how long each rate of events to all of them is kept up.
    """

    rounds: int = 9
    calls: int = 250
    many: int = 10_000
    firefox: bool = True
    events: int = 270
    operators: int = 1_000
    seconds: float = 10
