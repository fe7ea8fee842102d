"""A browser that carries out what the page's Python asks: over the network, on virtual time, out of its own storage."""

import json
from collections.abc import Callable
from random import Random
from typing import Any, Protocol

from tests.faults.clockwork import LIFE, Life, VirtualLoop
from tests.faults.connections import EventStream
from tests.faults.embedded import OPERATOR
from tests.faults.network import Network, Request

OWNER = f"https://easycim.example {OPERATOR}"
_STORAGE_MS = 8
_LINGER_S = 30
"""How long what a page has begun goes on in a shared worker after it has left (web/src/engine/boundary.ts)."""

Stored = dict[tuple[str, str], tuple[int, list[str], str]]
"""By record and key: when it was stored, its aliases and the text."""


class Browser:
    """What the tabs of a browser share.

    Args:
        skew_ms: by how much its clock is ahead of the service's.
    """

    def __init__(self, loop: VirtualLoop, network: Network, random: Random, token: str, skew_ms: int) -> None:
        self.loop = loop
        self.network = network
        self.random = random
        self.token = token
        self.skew_ms = skew_ms
        self.stored: Stored = {}
        self.storage_fails = 0
        self._asleep = False
        self._kept: list[Callable[[], None]] = []

    def now_ms(self) -> int:
        """Give what its clock shows, in epoch ms."""
        return self.loop.epoch_ms() + self.skew_ms

    def deliver(self, action: Callable[[], None]) -> None:
        """Let something happen in the browser, as soon as the computer is awake."""
        if self._asleep:
            self._kept.append(action)
        else:
            action()

    def later(self, ms: float, action: Callable[[], None]) -> Callable[[], None]:
        """Let something happen in the browser after a time; gives what keeps it from happening."""
        return self.loop.call_later(ms / 1000, lambda: self.deliver(action)).cancel

    def sleep(self) -> None:
        """Put the computer to sleep."""
        self._asleep = True

    def wake(self, *, noticing: bool) -> None:
        """Wake the computer: no connection has outlived its sleep.

        Args:
            noticing: whether the browser notices that of its streams.
        """
        if not self._asleep:
            return
        for connection in list(self.network.line.connections):
            if isinstance(connection, EventStream) and not noticing:
                connection.fall_silent()
            else:
                connection.break_off()
        self._asleep = False
        kept, self._kept = self._kept, []
        for action in kept:
            action()


class Listener(Protocol):
    """The page behind a host."""

    def answered(self, call_id: int, ok: bool, value: Any) -> None:
        """Take the answer to a call."""
        ...

    def told(self, kind: str, mark: str, value: Any) -> None:
        """Take what the toolbar tells."""
        ...


class BrowserHost:
    """The host of one page.

    Args:
        page: hears of answers and events.
        life: of the interpreter: nothing is carried out after its end.
        resume: hands a reply to the page's Python.
    """

    def __init__(self, browser: Browser, page: Listener, life: Life) -> None:
        self._browser = browser
        self._page = page
        self._life = life
        self.resume: Callable[[int, str, str], None] | None = None
        self._given_up: dict[int, Callable[[], None]] = {}
        self._streams: dict[int, EventStream] = {}
        self._gone = False
        self.logged: list[str] = []

    def now_ms(self) -> int:
        """See :class:`toolbar_py.page.host.base.Host`."""
        return self._browser.now_ms()

    def random(self) -> float:
        """See :class:`toolbar_py.page.host.base.Host`."""
        return self._browser.random.random()

    def ask(self, ask_id: int, kind: str, head: str, body: str) -> None:
        """See :class:`toolbar_py.page.host.base.Host`."""
        if self._life.over:
            return
        token = LIFE.set(self._life)
        try:
            self._given_up[ask_id] = self._begin(ask_id, kind, head, body)
        finally:
            LIFE.reset(token)

    def cancel(self, ask_id: int) -> None:
        """See :class:`toolbar_py.page.host.base.Host`."""
        give_up = self._given_up.pop(ask_id, None)
        if give_up is not None:
            give_up()
        stream = self._streams.pop(ask_id, None)
        if stream is not None:
            stream.give_up()

    def answer(self, call_id: int, ok: bool, text: str) -> None:
        """See :class:`toolbar_py.page.host.base.Host`."""
        value = json.loads(text)
        self._to_page(lambda: self._page.answered(call_id, ok, value))

    def tell(self, kind: str, mark: str, text: str) -> None:
        """See :class:`toolbar_py.page.host.base.Host`."""
        value = json.loads(text)
        self._to_page(lambda: self._page.told(kind, mark, value))

    def log(self, level: str, text: str) -> None:
        """See :class:`toolbar_py.page.host.base.Host`."""
        self.logged.append(f"{level}: {text}")

    def leave(self) -> None:
        """The page is gone; what it has begun goes on for a while where the interpreter does."""
        self._gone = True
        self._browser.loop.call_later(_LINGER_S, self.end)

    def end(self) -> None:
        """Let go of everything."""
        self._gone = True
        self.resume = None
        for ask_id in [*self._given_up, *self._streams]:
            self.cancel(ask_id)

    def _to_page(self, action: Callable[[], None]) -> None:
        def reach() -> None:
            if not self._gone and not self._life.over:
                action()

        self._browser.loop.call_soon(lambda: self._browser.deliver(reach))

    def _begin(self, ask_id: int, kind: str, head: str, body: str) -> Callable[[], None]:
        """Begin to carry out an ask; gives what ends that."""
        browser = self._browser

        def done(head: str, body: str) -> None:
            browser.deliver(lambda: self._reply(ask_id, head, body))

        if kind == "fetch":
            method, path, trace, key = head.split(" ")
            more = {"idempotency-key": key} if key else {}
            return browser.network.send(Request(method, path, self._headers(trace) | more, body), done).give_up
        if kind == "listen":
            path, trace, last = head.split(" ")
            more = {"last-event-id": last} if last else {}
            return self._listen(ask_id, Request("GET", path, self._headers(trace) | more), done)
        return self._begin_at_home(ask_id, kind, json.loads(head), body, done)

    def _begin_at_home(
        self, ask_id: int, kind: str, given: dict[str, Any], body: str, done: Callable[[str, str], None]
    ) -> Callable[[], None]:
        """Begin what needs no request."""
        browser = self._browser
        if kind == "next":
            stream = self._streams.get(given["stream"])
            if stream is None:
                browser.loop.call_soon(lambda: done('{"ended": true}', "[]"))
                return lambda: None
            stream.take(given["ms"], done)
            return self._ending(given["stream"], stream)
        if kind == "sleep":
            return browser.later(given["ms"], lambda: self._reply(ask_id, "{}", ""))
        if kind == "who":
            return browser.later(1, lambda: self._reply(ask_id, "{}", OWNER))
        return browser.later(browser.random.randint(0, _STORAGE_MS), lambda: self._store(ask_id, kind, given, body))

    def _listen(self, ask_id: int, request: Request, done: Callable[[str, str], None]) -> Callable[[], None]:
        def begun(head: str, body: str) -> None:
            if not head.startswith("2"):
                self._streams.pop(ask_id, None)
            done(head, body)

        stream = self._streams[ask_id] = self._browser.network.listen(request, begun)
        return self._ending(ask_id, stream)

    def _ending(self, number: int, stream: EventStream) -> Callable[[], None]:
        def end() -> None:
            self._streams.pop(number, None)
            stream.give_up()

        return end

    def _headers(self, trace: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self._browser.token}", "traceparent": f"00-{trace}-{trace[16:]}-01"}

    def _reply(self, ask_id: int, head: str, body: str) -> None:
        if self._given_up.pop(ask_id, None) is not None and self.resume is not None and not self._life.over:
            self.resume(ask_id, head, body)

    def _store(self, ask_id: int, kind: str, head: dict[str, Any], body: str) -> None:
        browser = self._browser
        if browser.storage_fails > 0:
            browser.storage_fails -= 1
            self._reply(ask_id, "host", "")
            return
        record, found = head["record"], ""
        if kind == "store":
            browser.stored[record, head["key"]] = (self.now_ms(), head["aliases"], body)
        elif kind == "purge":
            for key in [k for k, kept in browser.stored.items() if k[0] == record and kept[0] < head["before"]]:
                del browser.stored[key]
        else:
            wanted = head["key"]
            found = next(
                (
                    text
                    for (held, key), (_, aliases, text) in browser.stored.items()
                    if held == record and wanted in (key, *aliases)
                ),
                "",
            )
        self._reply(ask_id, "{}", found)
