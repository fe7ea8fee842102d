"""What happens when: a heap of moments. Nothing happens but by it, so a run can be repeated exactly."""

import heapq
import logging
from collections.abc import Callable

_LOG = logging.getLogger("toolbar_py.simulator")

Action = Callable[[], None]


class Timer:
    """Something that will happen, unless it is cancelled."""

    __slots__ = ("_action",)

    def __init__(self, action: Action) -> None:
        self._action: Action | None = action

    def cancel(self) -> None:
        """See to it that it does not happen. Harmless when it has."""
        self._action = None

    def fire(self) -> None:
        """Let it happen, once."""
        action, self._action = self._action, None
        if action is not None:
            action()


class Kernel:
    """Lets things happen in the order of their moments; what is due at the same moment, in the order it was asked for.

    Args:
        now: the moment it begins at, in epoch ms.
    """

    def __init__(self, now: int) -> None:
        self._now = now
        self._asked = 0
        self._heap: list[tuple[int, int, Timer]] = []

    @property
    def now(self) -> int:
        """The present moment, in epoch ms."""
        return self._now

    @property
    def next_moment(self) -> int | None:
        """When something happens next, in epoch ms; None when nothing is going to."""
        return self._heap[0][0] if self._heap else None

    def after(self, ms: int, action: Action) -> Timer:
        """Have something happen a time from now, in ms."""
        timer = Timer(action)
        self._asked += 1
        heapq.heappush(self._heap, (self._now + max(ms, 0), self._asked, timer))
        return timer

    def run_until(self, moment: int) -> None:
        """Let everything happen that is due up to a moment, in epoch ms, and make that the present.

        A moment that has passed already changes nothing: a machine's clock may be set back.
        """
        while self._heap and self._heap[0][0] <= moment:
            due, _, timer = heapq.heappop(self._heap)
            self._now = max(self._now, due)
            try:
                timer.fire()
            except Exception:
                # Whoever lets time go by has nothing to do with it, and the others' contacts go on.
                _LOG.exception("something that was to happen failed")
        self._now = max(self._now, moment)
