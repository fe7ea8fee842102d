"""A browser made of dictionaries, for unit tests of the page's Python on CPython."""

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from toolbar_py.page.realm import Realm
from toolbar_py.wire.texts import Locale

TRACE = "0af7651916cd43dd8448eb211c80319c"


Asked = tuple[int, dict[str, Any], str]
Stored = dict[tuple[str, str], tuple[int, list[str], str]]


@dataclass
class FakeHost:
    """Answers asks of storage at once, and leaves those of the network, of time and of the token to the test.

    Args:
        stored: the browser's database, by record and key, which begins with the owner; pages of one browser share it.
        signed_in: whom the page's token names, for what is stored without an owner.
        requests, sleeps, whos, listens, nexts: what is asked and not answered yet.
        told: what the page was told, as kind, place and object.
        unsent: whether requests still wait for the page's token.
        token_reason: why nothing is found without a token; "" when there is one.
    """

    now: int = 1_700_000_000_000
    unsent: bool = False
    token_reason: str = ""
    stored: Stored = field(default_factory=Stored)
    signed_in: str = ""
    requests: deque[Asked] = field(default_factory=deque[Asked])
    sleeps: deque[tuple[int, int]] = field(default_factory=deque[tuple[int, int]])
    whos: deque[int] = field(default_factory=deque[int])
    listens: deque[tuple[int, str]] = field(default_factory=deque[tuple[int, str]])
    nexts: deque[tuple[int, int, int]] = field(default_factory=deque[tuple[int, int, int]])
    cancelled: list[int] = field(default_factory=list[int])
    answers: dict[int, tuple[bool, Any]] = field(default_factory=dict[int, tuple[bool, Any]])
    told: list[tuple[str, str, Any]] = field(default_factory=list[tuple[str, str, Any]])
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
        if kind == "listen":
            path, trace, last = head.split(" ")
            assert path == "/events"
            assert len(trace) == 32
            self.listens.append((ask_id, last))
            return
        given = json.loads(head)
        if kind == "sleep":
            self.sleeps.append((ask_id, given["ms"]))
        elif kind == "who":
            self.whos.append(ask_id)
        elif kind == "next":
            self.nexts.append((ask_id, given["stream"], given["ms"]))
        else:
            found = self._store(kind, given, body)
            lacks_token = kind == "find" and not found and self.token_reason
            self.replies.append((ask_id, f"token {self.token_reason}" if lacks_token else "{}", found))

    def cancel(self, ask_id: int) -> bool:
        self.cancelled.append(ask_id)
        self.requests = deque(each for each in self.requests if each[0] != ask_id)
        self.sleeps = deque(each for each in self.sleeps if each[0] != ask_id)
        self.whos = deque(each for each in self.whos if each != ask_id)
        self.listens = deque(each for each in self.listens if each[0] != ask_id)
        # To cancel either ends the stream.
        self.nexts = deque(each for each in self.nexts if ask_id not in each[:2])
        return self.unsent

    def answer(self, call_id: int, ok: bool, text: str) -> None:
        assert call_id not in self.answers, "a call is answered once"
        self.answers[call_id] = (ok, json.loads(text))

    def tell(self, kind: str, mark: str, text: str) -> None:
        self.told.append((kind, mark, json.loads(text)))

    def log(self, level: str, text: str) -> None:
        self.logged.append(f"{level}: {text}")

    def _store(self, kind: str, head: dict[str, Any], body: str) -> str:
        record, owner = head["record"], head.get("owner", self.signed_in)
        if kind == "store":
            aliases = [f"{owner} {alias}" for alias in head["aliases"]]
            self.stored[record, f"{owner} {head['key']}"] = (self.now, aliases, body)
        elif kind == "purge":
            for key in [k for k, value in self.stored.items() if k[0] == record and value[0] < head["before"]]:
                del self.stored[key]
        else:
            wanted = f"{owner} {head['key']}"
            for (held, key), (_, aliases, text) in self.stored.items():
                if held == record and wanted in (key, *aliases):
                    return text
        return ""


class Desk:
    """The toolbar on a fake host, as a page sees it."""

    def __init__(self, locale: Locale = "en", host: FakeHost | None = None) -> None:
        self.host = host or FakeHost()
        self.app = Realm().connect(self.host, locale, "")
        self._last = 0
        self.settle()

    def settle(self) -> None:
        """Deliver every reply of storage that is due."""
        while self.host.replies:
            self.app.resume(*self.host.replies.popleft())

    def call(self, method: str, *values: Any) -> int:
        """Make a call; gives its id."""
        self._last += 1
        self.app.call(self._last, method if "." in method else f"EASYCIM.{method}", json.dumps(values), TRACE)
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
        """Let the newest sleep end; gives its length in ms."""
        ask_id, length = self.host.sleeps.pop()
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
