"""Coroutines driven by the host's replies, without an event loop.

A coroutine runs until it awaits an :class:`~toolbar_py.page.host.base.Ask`, which goes to the host; the reply resumes
it directly. Ordinary ``async def`` and ``await`` all the way, but no asyncio, whose hops cost more than the work.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from toolbar_py.page.host.base import Ask, Host, Reply
from toolbar_py.wire.errors import ToolbarError

Settle = Callable[[str | None, BaseException | None], None]


class Task:
    """One running coroutine: at any moment it waits for one ask, or it is settled."""

    __slots__ = ("coroutine", "settle", "waits_for")

    def __init__(self, coroutine: Coroutine[Ask, Any, str], settle: Settle) -> None:
        self.coroutine = coroutine
        self.settle = settle
        self.waits_for: int | None = None


class Tasks:
    """Starts coroutines and carries asks and replies between them and the host."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._waiting: dict[int, Task] = {}
        self._last_ask = 0

    @property
    def waiting(self) -> int:
        """How many asks are under way."""
        return len(self._waiting)

    def start(self, coroutine: Coroutine[Ask, Any, str], settle: Settle) -> Task:
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
            self._step(task, task.coroutine.send, Reply(head, body))

    def interrupt(self, task: Task, error: ToolbarError) -> None:
        """Raise an error inside a task where it waits now, and give up what it waits for."""
        if task.waits_for is None:
            return
        self._waiting.pop(task.waits_for, None)
        self._host.cancel(task.waits_for)
        self._step(task, task.coroutine.throw, error)

    def _step(self, task: Task, advance: Callable[[Any], Ask], value: Any) -> None:
        task.waits_for = None
        try:
            ask = advance(value)
        except StopIteration as end:
            task.settle(end.value, None)
        except BaseException as error:  # whatever it is, it must reach the page's Promise, not the host
            task.settle(None, error)
        else:
            self._last_ask += 1
            task.waits_for = self._last_ask
            self._waiting[self._last_ask] = task
            self._host.ask(self._last_ask, ask.kind, ask.head, ask.body)
