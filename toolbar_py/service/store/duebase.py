"""The dialler's part of the store's interface: who of a campaign is to be called next."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class DueQuery:
    """For whom contacts are looked for.

    Args:
        limit: at most so many.
        speed: how many times faster than life a retry's delay passes; 1 but in a simulation.
    """

    operator: str
    limit: int
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class DueContact:
    """Somebody who may be called now."""

    ecid: str
    phone_number: str
    campaign: str
    macro_activity: str


class Dialling(Protocol):
    """What a dialler asks of the database."""

    async def due(self, query: DueQuery) -> list[DueContact]:
        """Give the next contacts an operator may call, the most urgent first."""
        ...

    async def phone_number(self, ecid: str) -> str:
        """Give the telephone number of a contact; ``""`` when there is no such contact."""
        ...
