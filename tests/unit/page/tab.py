"""Tabs of one browser and their event stream, in the unit tests."""

import json
from typing import Any

from tests.unit.page.fake_host import TRACE, FakeHost, Stored
from tests.unit.page.operator import AGENT, LOGIN, Operator
from toolbar_py.page.realm import Realm

OWNER = f"https://easycim.example {AGENT}"


class Tab:
    """One tab: keeps its place as the page's JavaScript does, and reads what the page is told.

    Args:
        stored: the browser's database.
        place: from before a reload.
        now: what time it is by the browser's clock, in epoch ms.
    """

    def __init__(
        self,
        realm: Realm | None = None,
        stored: Stored | None = None,
        place: str = "",
        owner: str | None = OWNER,
        now: int = LOGIN,
    ) -> None:
        self.host = FakeHost(now=now, stored={} if stored is None else stored)
        self.realm = realm or Realm()
        self.app = self.realm.connect(self.host, "en", place)
        self._first_place = place
        self._last = 0
        if owner is not None:
            self.sign_in(owner)

    @property
    def place(self) -> str:
        """What the next page would give back after a reload."""
        return " ".join(self.mark.split(" ")[:2])

    @property
    def mark(self) -> str:
        """What the page itself would give back to another interpreter."""
        return next((mark for _, mark, _ in reversed(self.host.told) if mark), self._first_place)

    @property
    def contact_events(self) -> list[tuple[str, str]]:
        """The events of contacts that the page was told: ids and names."""
        return [(told["id"], told["event"]) for kind, _, told in self.host.told if kind == "contact" and "id" in told]

    @property
    def agent_events(self) -> list[str]:
        """The agent's events that the page was told."""
        return [told["event"] for kind, _, told in self.host.told if kind == "contact" and "agent" in told]

    @property
    def numbers(self) -> list[int]:
        """The numbers of all events that the page was told."""
        return [int(place.split(" ")[0].split("-")[0]) for kind, place, _ in self.host.told if kind == "contact"]

    @property
    def connection(self) -> Any:
        """How the stream is doing, as the page was told last."""
        return next(told for kind, _, told in reversed(self.host.told) if kind == "connection")

    @property
    def leases(self) -> list[int]:
        """Until when the operator's reservations are sure, as the page was told."""
        return [told for kind, _, told in self.host.told if kind == "lease"]

    def settle(self) -> None:
        """Deliver every reply of storage that is due."""
        while self.host.replies:
            self.app.resume(*self.host.replies.popleft())

    def sign_in(self, owner: str = OWNER) -> None:
        """Tell whose desk it is, to whoever asks."""
        self.settle()
        self.host.signed_in = owner
        while self.host.whos:
            self.app.resume(self.host.whos.popleft(), "{}", owner)
            self.settle()

    def connect(self, operator: Operator, *, forgotten: int = 0) -> str:
        """Let easyCIM begin the stream that is asked for; gives the place that was asked for."""
        ask_id, asked = self.host.listens.popleft()
        self.app.resume(ask_id, "200", "")
        self.settle()
        self.hear(operator.says(asked, forgotten=forgotten))
        return asked

    def refuse(self, head: str, body: str = "") -> None:
        """Let the stream that is asked for fail."""
        ask_id, _ = self.host.listens.popleft()
        self.app.resume(ask_id, head, body)
        self.settle()

    def hear(self, messages: list[list[str]], head: str = "{}") -> None:
        """Let the stream say something."""
        ask_id, _, _ = self.host.nexts.popleft()
        self.app.resume(ask_id, head, json.dumps(messages))
        self.settle()

    def wake(self) -> int:
        """Let the newest sleep end; gives its length in ms."""
        ask_id, length = self.host.sleeps.pop()
        self.app.resume(ask_id, "{}", "")
        self.settle()
        return length

    def call(self, method: str, *values: Any) -> int:
        """Make a call; gives its id."""
        self._last += 1
        self.app.call(self._last, method, json.dumps(values), TRACE)
        self.settle()
        return self._last

    def reply(self, status: int, body: Any = None) -> tuple[dict[str, Any], Any]:
        """Answer the oldest request; gives its head and body."""
        ask_id, request, sent = self.host.requests.popleft()
        self.app.resume(ask_id, str(status), body if isinstance(body, str) else json.dumps(body))
        self.settle()
        return request, json.loads(sent) if sent else None

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

    def asked(self, method: str, *values: Any) -> Any:
        """What a call gave that needs no request."""
        return self.answer(self.call(method, *values))

    def refused(self, method: str, *values: Any) -> Any:
        """With what a call was rejected that needs no request."""
        return self.failure(self.call(method, *values))

    def acts(self, method: str, *values: Any) -> tuple[dict[str, Any], Any]:
        """Make a call that easyCIM accepts; gives the request's head and body."""
        call = self.call(method, *values)
        sent = self.reply(200, {"accepted": True})
        assert self.answer(call)["accepted"] is True
        self.sign_in()
        return sent


def open_tab(operator: Operator, **given: Any) -> Tab:
    """A tab whose event stream has begun."""
    tab = Tab(**given)
    tab.connect(operator)
    return tab
