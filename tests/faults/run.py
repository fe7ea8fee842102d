"""Runs scenarios, one after the other, in one process."""

import asyncio
import shutil
from pathlib import Path
from tempfile import mkdtemp

from tests.faults.clockwork import VirtualLoop
from tests.faults.embedded import Embedded
from tests.faults.scenario import Scenario
from tests.faults.world import World

_MEMORY = Path("/dev/shm")  # noqa: S108 -- where Linux has it, a disk that need not be waited for
_PASSES = 20
"""After so many passes of the loop every task that was ended has noticed it."""


class Stage:
    """Where scenarios are played: what is slow to make is made once."""

    def __init__(self) -> None:
        self._loop = VirtualLoop()
        self._folder = Path(mkdtemp(prefix="faults-", dir=_MEMORY if _MEMORY.is_dir() else None))
        self._service = Embedded(self._loop, self._folder)
        self._loop.run_until_complete(self._service.prepare())

    def play(self, scenario: Scenario) -> None:
        """Play a scenario.

        Raises:
            AssertionError: the contract was broken.
            StuckError: somebody waits for ever.
        """
        self._loop.restart()
        world = World(self._loop, self._service, scenario)
        try:
            self._loop.run_until_complete(world.play())
        finally:
            world.end()
            self._loop.run_until_complete(_settle())

    def close(self) -> None:
        """Leave nothing behind."""
        self._loop.close()
        shutil.rmtree(self._folder)


async def _settle() -> None:
    for _ in range(_PASSES):
        await asyncio.sleep(0)
