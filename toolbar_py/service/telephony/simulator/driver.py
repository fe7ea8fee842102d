"""What makes a simulator's kernel go: the real clock, or a test that steps a virtual one."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Protocol

from toolbar_py.service.store.base import Clock
from toolbar_py.service.telephony.simulator.kernel import Kernel
from toolbar_py.service.telephony.simulator.pace import VirtualClock

_LOG = logging.getLogger("toolbar_py.simulator")

Job = Callable[[], Awaitable[None]]


class Driver(Protocol):
    """Keeps a kernel at the present, and has what needs to be awaited done beside it."""

    def attach(self, kernel: Kernel) -> None:
        """Begin to drive a kernel."""
        ...

    def now(self) -> int:
        """Give the present moment, in epoch ms."""
        ...

    def catch_up(self) -> None:
        """Let everything happen that is due; to be called before anything is done to the kernel from outside."""
        ...

    def look_ahead(self) -> None:
        """Notice what was scheduled; to be called after anything was done to the kernel from outside."""
        ...

    def begin(self, job: Job) -> None:
        """Have something done that takes waiting."""
        ...

    async def stop(self) -> None:
        """Let nothing happen any more."""
        ...


class RealTime:
    """Drives a kernel by a clock that goes by itself; jobs run beside each other.

    Args:
        clock: gives epoch ms.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kernel: Kernel | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._jobs: set[asyncio.Task[None]] = set()

    def attach(self, kernel: Kernel) -> None:
        """See :class:`Driver`."""
        self._kernel = kernel

    def now(self) -> int:
        """See :class:`Driver`."""
        return self._clock()

    def catch_up(self) -> None:
        """See :class:`Driver`."""
        if self._kernel is not None:
            self._kernel.run_until(self._clock())

    def look_ahead(self) -> None:
        """See :class:`Driver`."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._kernel is None or (moment := self._kernel.next_moment) is None:
            return
        seconds = max(0, moment - self._clock()) / 1000
        self._alarm = asyncio.get_running_loop().call_later(seconds, self._wake)

    def begin(self, job: Job) -> None:
        """See :class:`Driver`."""
        if self._kernel is None:
            return
        task = asyncio.ensure_future(_guarded(job))
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)

    async def stop(self) -> None:
        """See :class:`Driver`."""
        self._kernel = None
        self.look_ahead()
        jobs = list(self._jobs)
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)

    def _wake(self) -> None:
        try:
            self.catch_up()
        finally:
            # Nobody else would: without it the simulator slept until an operator asked for something.
            self.look_ahead()


class Stepped:
    """Drives a kernel only when it is told to; jobs run one after the other, so that a run can be repeated.

    Args:
        clock: is set to each moment at which something happens; who shares it sees the same time.
    """

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._kernel: Kernel | None = None
        self._jobs: deque[Job] = deque()

    def attach(self, kernel: Kernel) -> None:
        """See :class:`Driver`."""
        self._kernel = kernel

    def now(self) -> int:
        """See :class:`Driver`."""
        return self._clock()

    def catch_up(self) -> None:
        """See :class:`Driver`."""

    def look_ahead(self) -> None:
        """See :class:`Driver`."""

    def begin(self, job: Job) -> None:
        """See :class:`Driver`."""
        self._jobs.append(job)

    async def stop(self) -> None:
        """See :class:`Driver`."""
        self._kernel = None
        self._jobs.clear()

    async def settle(self) -> None:
        """Have everything done that can be done without time going on."""
        while self._jobs:
            await _guarded(self._jobs.popleft())

    async def advance(self, ms: int) -> None:
        """Let a time go by, in ms, and everything happen that falls into it."""
        target = self._clock() + ms
        await self.settle()
        while self._kernel is not None and (moment := self._kernel.next_moment) is not None and moment <= target:
            self._clock.set(moment)
            self._kernel.run_until(moment)
            await self.settle()
        self._clock.set(target)
        if self._kernel is not None:
            self._kernel.run_until(target)


async def _guarded(job: Job) -> None:
    try:
        await job()
    except Exception:
        # One contact's trouble must not stop the others'.
        _LOG.exception("a job of the simulator failed")
