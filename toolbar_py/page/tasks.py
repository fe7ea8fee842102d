"""Coroutines driven by the host's replies, without an event loop.

A coroutine runs until it awaits an :class:`~toolbar_py.page.host.base.Ask`, which goes to the host; the reply resumes
it directly. Ordinary ``async def`` and ``await`` all the way, but no asyncio, whose hops cost more than the work.
What waits for something inside Python awaits a :class:`Signal` in the same way.
"""

import json
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from typing import Any

from toolbar_py.page.host.base import Ask, AskKind, Host, Reply
from toolbar_py.wire.errors import AbortedError, DeadlineError, ToolbarError

NOTHING_SENT = "token_silent"
"""Why a call ended: the page's token function gave nothing in time, so that no request was sent."""

Settle = Callable[[str | None, BaseException | None], None]


class Signal:
    """Something inside Python that coroutines, of any page, wait for."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: dict[tuple[Tasks, int], None] = {}

    def __await__(self) -> Generator["Signal", Reply, None]:
        """Wait for the next :meth:`fire`."""
        yield self

    def fire(self) -> None:
        """Resume whoever waits, each at once, in the order in which they came."""
        waiting, self._waiting = self._waiting, {}
        for tasks, number in waiting:
            tasks.resume(number, "", "")

    def enrol(self, tasks: "Tasks", number: int) -> None:
        """Have the task that waits under a number resumed."""
        self._waiting[tasks, number] = None

    def withdraw(self, tasks: "Tasks", number: int) -> None:
        """Forget a task that waits no more."""
        self._waiting.pop((tasks, number), None)


Awaited = Ask | Signal


class Task:
    """One running coroutine: at any moment it waits for one ask or signal, or it is settled."""

    __slots__ = ("coroutine", "settle", "signal", "waits_for")

    def __init__(self, coroutine: Coroutine[Awaited, Any, str], settle: Settle) -> None:
        self.coroutine = coroutine
        self.settle = settle
        self.waits_for: int | None = None
        self.signal: Signal | None = None


class Tasks:
    """Starts coroutines and carries asks and replies between them and the host."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._waiting: dict[int, Task] = {}
        self._running: Task | None = None
        self._last_ask = 0

    @property
    def waiting(self) -> int:
        """How many asks are under way."""
        return len(self._waiting)

    def start(self, coroutine: Coroutine[Awaited, Any, str], settle: Settle) -> Task:
        """Run a coroutine up to its first ask, or to its end.

        Args:
            coroutine: gives a text.
            settle: called once, with the text or with what was raised.
        """
        task = Task(coroutine, settle)
        self._step(task, coroutine.send, None)
        return task

    def resume(self, ask_id: int, head: str, body: str) -> None:
        """Hand a reply to the coroutine that waits for it; a reply that nobody waits for any more is dropped."""
        task = self._waiting.pop(ask_id, None)
        if task is not None:
            self._step(task, task.coroutine.send, Reply(head, body, ask_id))

    def interrupt(self, task: Task, error: ToolbarError) -> None:
        """Raise an error inside a task where it waits now, and give up what it waits for.

        What waited for the page's token has asked nobody else yet: then the error says so, as its ``reason``.
        """
        if task.waits_for is not None:
            if self._give_up(task):
                error.details["reason"] = NOTHING_SENT
            self._step(task, task.coroutine.throw, error)

    def hurry(self, task: Task) -> None:
        """Let a task go on as if what it waits for had come, empty: for one that sleeps and need not any longer."""
        if task.waits_for is not None:
            self._give_up(task)
            self._step(task, task.coroutine.send, Reply("{}", ""))

    async def within(self, ms: int, waiting: Coroutine[Awaited, Any, object]) -> None:
        """Wait until a coroutine has ended, however it ends, but no longer than a while; it is then interrupted."""
        over = Signal()
        ended = False

        def end(_: str | None, __: BaseException | None) -> None:
            nonlocal ended
            ended = True
            over.fire()

        waits = [self.start(_ended(waiting), end)]
        if not ended:
            waits.append(self.start(_slept(ms), end))
        try:
            while not ended:
                await over
        finally:
            for each in waits:
                self.interrupt(each, AbortedError())

    @contextmanager
    def deadline(self, ms: int) -> Generator[None, None, None]:
        """Interrupt the coroutine that runs now with a ``DeadlineError`` if it is still in this block after a time."""
        task = self._running
        assert task is not None, "a coroutine of these tasks sets its deadline"  # noqa: S101 -- nobody else may

        async def watch() -> str:
            await _slept(ms)
            self.interrupt(task, DeadlineError(timeoutMs=ms))
            return ""

        watching = self.start(watch(), _ignore)
        try:
            yield
        finally:
            self.interrupt(watching, AbortedError())

    def _give_up(self, task: Task) -> bool:
        """Forget what a task waits for. Gives whether that was a request that still waited for the page's token."""
        number = task.waits_for
        assert number is not None, "only a task that waits is given up"  # noqa: S101 -- both callers have looked
        self._waiting.pop(number, None)
        if task.signal is None:
            return self._host.cancel(number) is True
        task.signal.withdraw(self, number)
        return False

    def _step(self, task: Task, advance: Callable[[Any], Awaited], value: Any) -> None:
        task.waits_for = None
        outer, self._running = self._running, task
        try:
            awaited = advance(value)
        except StopIteration as end:
            task.settle(end.value, None)
        except BaseException as error:  # whatever it is, it must reach the page's Promise, not the host
            task.settle(None, error)
        else:
            self._last_ask = number = self._last_ask + 1
            task.waits_for = number
            self._waiting[number] = task
            if isinstance(awaited, Signal):
                task.signal = awaited
                awaited.enrol(self, number)
            else:
                task.signal = None
                self._host.ask(number, awaited.kind, awaited.head, awaited.body)
        finally:
            self._running = outer


async def _ended(waiting: Coroutine[Awaited, Any, object]) -> str:
    await waiting
    return ""


async def _slept(ms: int) -> str:
    await Ask(AskKind.SLEEP, json.dumps({"ms": ms}))
    return ""


def _ignore(_: str | None, __: BaseException | None) -> None:
    """What a watch gives is of no interest."""
