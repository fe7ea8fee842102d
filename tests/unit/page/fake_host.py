"""A browser made of dictionaries, for unit tests of the page's Python on CPython."""

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from toolbar_py.page.app import App
from toolbar_py.wire.texts import Locale

TRACE = "0af7651916cd43dd8448eb211c80319c"


@dataclass
class FakeHost:
    """Answers asks of storage at once, and leaves those of the network and of time to the test."""

    now: int = 1_700_000_000_000
    stored: dict[str, tuple[int, list[str], str]] = field(default_factory=dict[str, tuple[int, list[str], str]])
    requests: deque[tuple[int, dict[str, Any], str]] = field(default_factory=deque[tuple[int, dict[str, Any], str]])
    sleeps: deque[tuple[int, int]] = field(default_factory=deque[tuple[int, int]])
    cancelled: list[int] = field(default_factory=list[int])
    answers: dict[int, tuple[bool, Any]] = field(default_factory=dict[int, tuple[bool, Any]])
    logged: list[str] = field(default_factory=list[str])
    replies: deque[tuple[int, str, str]] = field(default_factory=deque[tuple[int, str, str]])

    def now_ms(self) -> int:
        return self.now

    def random(self) -> float:
        return 0.5

    def ask(self, ask_id: int, kind: str, head: str, body: str) -> None:
        if kind == "fetch":
            self.requests.append(
                (ask_id, dict(zip(("method", "path", "trace", "key"), head.split(" "), strict=True)), body)
            )
            return
        given = json.loads(head)
        if kind == "sleep":
            self.sleeps.append((ask_id, given["ms"]))
        else:
            self.replies.append((ask_id, "{}", self._store(kind, given, body)))

    def cancel(self, ask_id: int) -> None:
        self.cancelled.append(ask_id)

    def answer(self, call_id: int, ok: bool, text: str) -> None:
        assert call_id not in self.answers, "a call is answered once"
        self.answers[call_id] = (ok, json.loads(text))

    def log(self, level: str, text: str) -> None:
        self.logged.append(f"{level}: {text}")

    def _store(self, kind: str, head: dict[str, Any], body: str) -> str:
        if kind == "store":
            self.stored[head["key"]] = (self.now, head["aliases"], body)
        elif kind == "purge":
            self.stored = {key: value for key, value in self.stored.items() if value[0] >= head["before"]}
        else:
            for key, (_, aliases, text) in self.stored.items():
                if head["key"] in (key, *aliases):
                    return text
        return ""


class Desk:
    """The toolbar on a fake host, as a page sees it."""

    def __init__(self, locale: Locale = "en", host: FakeHost | None = None) -> None:
        self.host = host or FakeHost()
        self.app = App(self.host, locale)
        self._last = 0
        self.settle()

    def settle(self) -> None:
        """Deliver every reply of storage that is due."""
        while self.host.replies:
            self.app.resume(*self.host.replies.popleft())

    def call(self, method: str, *values: Any) -> int:
        """Make a call; gives its id."""
        self._last += 1
        self.app.call(self._last, f"EASYCIM.{method}", json.dumps(values), TRACE)
        self.settle()
        return self._last

    def reply(self, status: int, body: Any = None, *, retry_after_ms: int | None = None) -> tuple[dict[str, Any], Any]:
        """Answer the oldest request; gives its head and body."""
        ask_id, request, sent = self.host.requests.popleft()
        head = str(status) if retry_after_ms is None else f"{status} {retry_after_ms}"
        self.app.resume(ask_id, head, body if isinstance(body, str) else json.dumps(body))
        self.settle()
        return request, json.loads(sent) if sent else None

    def lose(self, failure: str = "unreachable") -> None:
        """Let the oldest request fail on the way."""
        ask_id, _, _ = self.host.requests.popleft()
        self.app.resume(ask_id, failure, "")
        self.settle()

    def wake(self) -> int:
        """Let the oldest sleep end; gives its length in ms."""
        ask_id, length = self.host.sleeps.popleft()
        self.app.resume(ask_id, "{}", "")
        self.settle()
        return length

    def answer(self, call_id: int) -> Any:
        """What a call that resolved gave."""
        ok, value = self.host.answers[call_id]
        assert ok, value
        return value

    def failure(self, call_id: int) -> Any:
        """With what a call was rejected."""
        ok, value = self.host.answers[call_id]
        assert not ok, value
        return value
