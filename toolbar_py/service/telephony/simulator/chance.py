"""Chance that can be repeated: every purpose draws from a stream of its own.

What one operator does never shifts what another meets, and the seventeenth contact of an operator goes the same way
whatever became of the sixteen before.
"""

import math
from random import Random


class Chance:
    """Gives the streams of one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def of(self, *purpose: str | int) -> Random:
        """Give a fresh stream for a purpose; the same purpose gives the same numbers."""
        # A text is hashed the same way in every process, unlike an object.
        return Random("/".join(map(str, (self._seed, *purpose))))  # noqa: S311  nothing here is a secret


def about(stream: Random, median: float, spread: float, longest: float) -> float:
    """Draw a duration as people's are: many near the median, a few much longer.

    Args:
        median: half are shorter.
        spread: of the logarithm; 0.5 puts two thirds between 0.6 and 1.6 times the median.
        longest: nothing is longer, and nothing shorter than a tenth of the median.
    """
    drawn = median * math.exp(stream.gauss(0, spread))
    return min(max(drawn, median / 10), longest)


def waiting(stream: Random, mean: float, longest: float) -> float:
    """Draw the time until the next of many independent things happens."""
    return min(stream.expovariate(1 / mean), longest)
