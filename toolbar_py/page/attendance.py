"""A page's attendance at its operator's desk: finds out whose desk it is, and takes the page's seat there."""

import json

from toolbar_py.page.desk import Desk
from toolbar_py.page.exchange import error_of
from toolbar_py.page.feed import Feed, Feeds
from toolbar_py.page.host.base import HOST_FAILED, Ask, AskKind, Host, Reply
from toolbar_py.page.inbound import Opener
from toolbar_py.page.seat import Page, Seat
from toolbar_py.page.stream import CONNECT_MS, REFUSED_BASE_MS, REFUSED_CAP_MS
from toolbar_py.page.tasks import NOTHING_SENT, Signal, Task, Tasks
from toolbar_py.wire.connection import Connection, ConnectionState
from toolbar_py.wire.errors import AbortedError, DeadlineError, ServiceError, ToolbarError

_DOUBLINGS_MAX = 10


class Attendance:
    """Where a page's calls find the desk.

    Args:
        place: of the tab in its operator's stream before the page was loaded; see
            :class:`~toolbar_py.page.seat.Seat`.
    """

    def __init__(self, host: Host, tasks: Tasks, feeds: Feeds, opener: Opener, place: str) -> None:
        self._host = host
        self._tasks = tasks
        self._feeds = feeds
        self._page = Page(host, tasks, opener, self.recheck)
        self._place = place
        self._places: dict[str, str] = {}
        """Of operators whose desk this page has left: one who comes back is told what happened meanwhile, once."""
        self._owner = ""
        self._seat: Seat | None = None
        self._feed: Feed | None = None
        self._failure: ToolbarError | None = None
        self._changed = Signal()
        self._task: Task | None = None
        self._sleeping = False
        self._again = False
        self._hurry = False
        self._left = False

    def begin(self) -> None:
        """Take a seat as soon as the page tells whose desk it is."""
        self._task = self._tasks.start(self._attend(), self._over)

    def leave(self) -> None:
        """Give the seat up: the page is gone."""
        self._left = True
        self._give_up_seat()
        if self._task is not None:
            self._tasks.interrupt(self._task, AbortedError())

    def recheck(self, *, hurry: bool = False, anew: bool = False) -> None:
        """Find out whether the page's token names another operator by now.

        Args:
            hurry: whether to try at once what waits for its next try, because something has changed for the better.
            anew: whether a token that is waited for is of no use any more: the page may have another function by now,
                and the former one never answer.
        """
        if self._left:
            return
        self._hurry = self._hurry or hurry
        self._again = True  # what is being asked for may be the token from before
        if self._task is None:
            self._task = self._tasks.start(self._attend(), self._over)
        elif anew or (hurry and self._sleeping):
            self._tasks.hurry(self._task)

    def hurry(self) -> None:
        """Try to reach the stream now, because easyCIM has just answered something else."""
        if self._feed is not None and not self._feed.desk.live:
            self._feed.hurry()

    async def desk(self) -> Desk:
        """Give the desk, as soon as anything is known of it; the call's deadline ends the wait.

        Raises:
            ToolbarError: it cannot be known, because easyCIM does not accept the page's token or there is none.
        """
        while True:
            feed = self._feed
            failure = feed.desk.failure if feed is not None else self._failure
            if feed is not None and feed.desk.known:
                return feed.desk
            if failure is not None:
                raise ToolbarError.from_code(failure.code, failure.details)
            await (self._changed if feed is None else feed.desk.changed)

    async def listening(self) -> None:
        """Wait until what happens at the desk is heard, or cannot be: what comes before that reaches no callback."""
        while True:
            feed = self._feed
            if self._failure is not None or (feed is not None and (feed.desk.live or feed.desk.unheard)):
                return
            await (self._changed if feed is None else feed.desk.changed)

    def desk_now(self) -> Desk | None:
        """Give the desk if anything is known of it: for what can do without."""
        feed = self._feed
        return feed.desk if feed is not None and feed.desk.known else None

    def saved(self, contact_id: str, ecid: str, *, offline_end: bool) -> None:
        """Note an outcome that this page has saved."""
        if self._feed is not None:
            self._feed.saved(contact_id, ecid, offline_end=offline_end)

    async def _attend(self) -> str:
        """Ask the page whose desk it is until it tells, and sit down there."""
        tries = 0
        while True:
            self._again = False
            failure = await self._ask()
            if self._again:
                continue
            # A page that cannot tell now is no other page: the stream finds out for itself.
            if failure is None or self._seat is not None:
                return ""
            tries += 1
            self._failure = failure
            self._changed.fire()
            longest = min(REFUSED_CAP_MS, REFUSED_BASE_MS * 2 ** min(tries - 1, _DOUBLINGS_MAX))
            wait = int(longest * (0.5 + 0.5 * self._host.random()))
            self._tell(ConnectionState.WAITING, reason=failure.code, next_try_at=self._host.now_ms() + wait)
            self._sleeping = True
            await Ask(AskKind.SLEEP, json.dumps({"ms": wait}))
            self._sleeping = False

    async def _ask(self) -> ToolbarError | None:
        """Ask the page once, and follow what it tells; gives why it could not tell."""
        try:
            with self._tasks.deadline(CONNECT_MS):
                reply = await Ask(AskKind.WHO, "{}")
        except DeadlineError:
            return DeadlineError(timeoutMs=CONNECT_MS, reason=NOTHING_SENT)
        failure = _failure_in(reply)
        if failure is None and reply.body:  # nothing, when the settings have changed meanwhile
            self._follow(reply.body)
        return failure

    def _follow(self, owner: str) -> None:
        former = self._feed
        if self._seat is None:
            self._sit_down(owner)
        elif owner != self._owner:
            self._give_up_seat()
            self._tell(ConnectionState.CLOSED)
            self._sit_down(owner)
            if former is not None:
                former.desk.changed.fire()  # calls that wait for the former operator's desk look for the new one
        elif self._hurry:
            self.hurry()
        self._hurry = False

    def _sit_down(self, owner: str) -> None:
        self._owner = owner
        self._failure = None
        self._seat = Seat(self._page, owner, self._places.get(owner, self._place))
        self._feed = self._feeds.join(owner, self._seat)
        self._changed.fire()

    def _give_up_seat(self) -> None:
        seat, self._seat, self._feed = self._seat, None, None
        if seat is not None:
            self._places[self._owner] = seat.place() or self._place
            self._feeds.leave(self._owner, seat)

    def _tell(self, state: ConnectionState, *, reason: str | None = None, next_try_at: int | None = None) -> None:
        told = Connection(state=state, at=self._host.now_ms(), reason=reason, next_try_at=next_try_at)
        self._host.tell("connection", "", told.to_json())

    def _over(self, _: str | None, error: BaseException | None) -> None:
        self._task = None
        self._sleeping = False
        self._hurry = False
        if error is not None and not isinstance(error, AbortedError):
            self._host.log("error", f"the desk was not found: {type(error).__name__}")


def _failure_in(reply: Reply) -> ToolbarError | None:
    if reply.head == HOST_FAILED:
        return ServiceError(reason="the browser does not tell whose desk this is")
    return error_of(reply) if reply.head.startswith("token") else None
