"""The simulator's line to the switchboard: in order per contact, and again until each report has been answered."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from toolbar_py.service.telephony.simulator.kernel import Kernel, Timer
from toolbar_py.wire.actions import CtiReport

_PATIENCE_LONGEST_MS = 30_000


class Answer(Enum):
    """What the switchboard said to a report."""

    TAKEN = "taken"
    KNOWN = "known"
    """It was taken before."""
    REFUSED = "refused"
    """It cannot follow on what was, and never will."""
    UNABLE = "unable"
    """Not now; the same report may be taken later."""


@dataclass(slots=True)
class Counts:
    """What became of the reports, by their deliveries."""

    reported: int = 0
    taken: int = 0
    known: int = 0
    refused: int = 0
    repeated: int = 0


@dataclass(slots=True)
class _Queue:
    waiting: deque[CtiReport] = field(default_factory=deque[CtiReport])
    tries: int = 0
    timer: Timer = field(default_factory=lambda: Timer(lambda: None))


class Link:
    """Sends each contact's reports one after the other, the next one when the one before was answered.

    Args:
        kernel: lets an unanswered report be sent again.
        send: takes a report on its way; the answer, if one comes, goes to :meth:`answered`.
        waits_behind: is told of a report that has to wait for the one before, and for nothing else.
        over: is told when a report was answered for good, and whether it was taken.
        patience_ms: how long an answer is waited for at first; each time twice as long.
    """

    def __init__(
        self,
        kernel: Kernel,
        send: Callable[[CtiReport], None],
        waits_behind: Callable[[CtiReport], None],
        over: Callable[[CtiReport, bool], None],
        patience_ms: int,
    ) -> None:
        self._patience_ms = patience_ms
        self.counts = Counts()
        self._kernel = kernel
        self._send = send
        self._waits_behind = waits_behind
        self._over = over
        self._queues: dict[str, _Queue] = {}

    def report(self, report: CtiReport) -> None:
        """Take a report; it is on its way when everything before it about the same contact has been answered."""
        self.counts.reported += 1
        queue = self._queues.setdefault(report.contact_id, _Queue())
        queue.waiting.append(report)
        if len(queue.waiting) == 1:
            self._try(queue)
        elif queue.waiting[1] is report:
            self._waits_behind(report)

    def waits(self, contact_id: str) -> bool:
        """Say whether a contact has reports that are not answered yet."""
        return contact_id in self._queues

    def drop(self, contact_id: str) -> None:
        """Send nothing more about a contact."""
        queue = self._queues.pop(contact_id, None)
        if queue is not None:
            queue.timer.cancel()

    def answered(self, report: CtiReport, answer: Answer) -> None:
        """Take the switchboard's answer to a report, be it a late or a second one."""
        if answer is Answer.TAKEN:
            self.counts.taken += 1
        elif answer is Answer.KNOWN:
            self.counts.known += 1
        elif answer is Answer.REFUSED:
            self.counts.refused += 1
        queue = self._queues.get(report.contact_id)
        if queue is None or queue.waiting[0].event_id != report.event_id or answer is Answer.UNABLE:
            return
        queue.timer.cancel()
        queue.waiting.popleft()
        queue.tries = 0
        if not queue.waiting:
            del self._queues[report.contact_id]
        self._over(report, answer is not Answer.REFUSED)
        # Whoever was told may have dropped the contact.
        if self._queues.get(report.contact_id) is queue and queue.tries == 0:
            self._try(queue)

    def _try(self, queue: _Queue) -> None:
        report = queue.waiting[0]
        patience = min(self._patience_ms << min(queue.tries, 8), _PATIENCE_LONGEST_MS)
        queue.tries += 1
        if queue.tries > 1:
            self.counts.repeated += 1
        queue.timer = self._kernel.after(patience, lambda: self._try(queue))
        self._send(report)
