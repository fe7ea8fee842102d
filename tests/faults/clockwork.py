"""Virtual time: an event loop that never waits, and workers that take their time on it.

Nothing here reads a clock or starts a thread, so that the same scenario goes the same way each time.
"""

import asyncio
import weakref
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import Executor, Future
from contextvars import ContextVar
from random import Random
from typing import Any, ParamSpec, TypeVar, cast

from toolbar_py.service.telephony.simulator.pace import VirtualClock

_T = TypeVar("_T")
_P = ParamSpec("_P")

BEGIN_MS = VirtualClock()()
"""When every scenario begins, in epoch ms."""
PASSES_MAX = 100_000
"""More passes of the loop than any scenario needs: something turns in circles."""


class StuckError(Exception):
    """Nothing is going to happen any more, and somebody still waits."""


def source(seed: int) -> Random:
    """Give a source of chance that gives the same again."""
    return Random(seed)  # noqa: S311 -- nothing here is a secret


class Life:
    """The life of a program that may be killed: what was begun in it ends with it, without a word."""

    def __init__(self) -> None:
        self.over = False
        self.tasks: weakref.WeakSet[asyncio.Task[Any]] = weakref.WeakSet()

    def end(self) -> None:
        """Let nothing of it happen any more."""
        self.over = True
        # In the order in which they were begun: a set of tasks has none that could be repeated.
        for task in sorted(self.tasks, key=lambda task: int(task.get_name())):
            task.cancel()


LIFE: ContextVar[Life | None] = ContextVar("life", default=None)
"""Whose life the code that runs now is part of; tasks and timers inherit it."""


class _Selector:
    """Where a loop would wait: here it goes on to the next moment instead."""

    def __init__(self, loop: "VirtualLoop") -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        """Let the time go by that the loop would wait."""
        self._loop.skip(timeout)
        return []


class VirtualLoop(asyncio.BaseEventLoop):
    """An asyncio loop whose clock moves only when there is nothing left to do at the present moment."""

    # Of asyncio's own, which keeps there what is to be done, and when.
    _scheduled: list[asyncio.TimerHandle]
    _ready: deque[asyncio.Handle]

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self._passes = 0
        self._begun = 0
        self._selector = _Selector(self)
        self.set_task_factory(self._begin)
        self.failures: list[str] = []
        self.set_exception_handler(self._fail)

    def restart(self) -> None:
        """Let a new scenario begin at the first moment."""
        self._scheduled.clear()
        self._ready.clear()
        self._timer_cancelled_count = 0
        self._now = 0.0
        self._passes = 0
        self._begun = 0
        self.failures.clear()

    def time(self) -> float:
        """Give the virtual moment, in seconds."""
        return self._now

    def epoch_ms(self) -> int:
        """Give the virtual moment, in epoch ms."""
        return BEGIN_MS + round(self._now * 1000)

    def skip(self, timeout: float | None) -> None:
        """Go on to the next moment at which something happens.

        Raises:
            StuckError: nothing ever will, or too much already did.
        """
        self._passes += 1
        if timeout is None:
            raise StuckError("nothing is going to happen any more")
        if self._passes > PASSES_MAX:
            raise StuckError("something turns in circles")
        if timeout > 0 and self._scheduled:
            self._now = max(self._now, self._scheduled[0].when())

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:
        """Have something happen at a moment, unless whose life it is part of is over by then."""
        life = LIFE.get()
        if life is None:
            return super().call_at(when, callback, *args, context=context)

        def unless_over() -> None:
            if not life.over:
                callback(*args)

        return super().call_at(when, unless_over, context=context)

    def _begin(
        self,
        loop: asyncio.AbstractEventLoop,
        coroutine: Coroutine[Any, Any, _T] | Generator[Any, None, _T],
        **more: Any,
    ) -> asyncio.Task[_T]:
        self._begun += 1
        more["name"] = str(self._begun)
        task: asyncio.Task[_T] = asyncio.Task(cast(Coroutine[Any, Any, _T], coroutine), loop=loop, **more)
        life = LIFE.get()
        if life is not None:
            life.tasks.add(task)
            if life.over:
                task.cancel()
        return task

    def _fail(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        self.failures.append(f"{context.get('message')}: {error!r}")

    def _process_events(self, event_list: list[Any]) -> None:
        """Nothing comes from outside."""

    def _write_to_self(self) -> None:
        """Nobody waits who would have to be woken."""


class Workers(Executor):
    """Stand in for the threads of a pool: jobs take a while, and are done in the loop, one whole job at a time.

    Args:
        size: how many jobs are under way at once; one worker does them in their order.
        longest_ms: how long a job and the way of its result take at most, each.
        life: with its end, jobs that were not done are not done any more, and results do not come.
    """

    def __init__(self, loop: VirtualLoop, random: Random, size: int, longest_ms: int, life: Life) -> None:
        self._loop = loop
        self._random = random
        self._free = size
        self._longest_ms = longest_ms
        self._life = life
        self._waiting: deque[Callable[[], None]] = deque()

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """See :class:`concurrent.futures.Executor`."""
        future: Future[_T] = Future()

        def work() -> None:
            if self._life.over:
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as raised:
                error = raised  # the name of an except clause ends with it
                self._later(lambda: self._settled(lambda: future.set_exception(error)))
            else:
                self._later(lambda: self._settled(lambda: future.set_result(result)))

        self._waiting.append(work)
        self._next()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Finish what waits, at once."""
        while self._waiting:
            self._waiting.popleft()()

    def _next(self) -> None:
        if self._free and self._waiting:
            self._free -= 1
            self._later(self._waiting.popleft())

    def _settled(self, tell: Callable[[], None]) -> None:
        self._free += 1
        if not self._life.over:
            tell()
            self._next()

    def _later(self, action: Callable[[], None]) -> None:
        self._loop.call_later(self._random.randint(0, self._longest_ms) / 1000, action)
