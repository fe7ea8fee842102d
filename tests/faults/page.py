"""The page that an operator works with: it opens, dials, talks, saves and ends, and tries again when told."""

import asyncio
import json
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from random import Random
from typing import Any, cast

from tests.faults.browser import Browser, BrowserHost
from tests.faults.clockwork import LIFE, Life
from toolbar_py.page.app import App
from toolbar_py.page.realm import Realm
from toolbar_py.wire.places import Place

DEADLINE_MS = 15_000
"""The default of contract section 2."""
_TRIES = 12
_PAUSE_MS = (500, 3_000)


@dataclass(frozen=True)
class Habits:
    """How a page is written, and how its operator works.

    Args:
        dials: whether previews are dialled by the page, before the telephone system does.
        ends_first: whether after-call work is ended before the outcome is saved.
        offline_end: whether the save ends the after-call work.
        saves_early: whether the outcome is saved during the call.
        holds: whether customers are let wait once.
        hangs_up: whether the operator hangs up, after some seconds.
    """

    dials: bool = True
    ends_first: bool = False
    offline_end: bool = True
    saves_early: bool = False
    holds: bool = False
    hangs_up: bool = True


@dataclass
class Work:
    """What the pages of a browser know of a contact, as they keep it beside the toolbar.

    Args:
        owner: the page that works it.
        tired: whether the operator has given up.
    """

    contact_id: str
    owner: "OperatorPage | None" = None
    ecid: str = ""
    opened: bool = False
    refused: bool = False
    dialled: bool = False
    saved: bool = False
    ended: bool = False
    left: bool = False
    tired: bool = False

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.tired or ((self.saved or self.refused or not self.opened) and (self.ended or self.left))


@dataclass
class MadeCall:
    """One call of the page, and what came of it.

    Args:
        key: its trace id, which is the Idempotency-Key of a write.
        answer: None until it is answered, or when the page has gone.
        overdue: whether it was not answered although its deadline had passed.
    """

    method: str
    values: tuple[Any, ...]
    key: str
    at: int
    answer: tuple[bool, Any] | None = None
    overdue: bool = False

    @property
    def value(self) -> Any:
        """What it gave, or with what it was rejected."""
        return self.answer[1] if self.answer else None


@dataclass
class Told:
    """An event that a tab was told: its number, whether it was the agent's, and the event."""

    number: int
    of_agent: bool
    event: dict[str, Any]


@dataclass
class TabRecord:
    """What one tab was told, over all its reloads.

    Args:
        place: as the toolbar wants it kept.
        since: the number from which on the tab has to be told everything.
        leases: until when the operator's reservations are sure, as the tab was told one time after the other.
    """

    name: str
    place: str = ""
    since: int | None = None
    told: list[Told] = field(default_factory=list[Told])
    connections: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    leases: list[int] = field(default_factory=list[int])
    calls: list[MadeCall] = field(default_factory=list[MadeCall])


def number_in(place: str) -> int:
    """Give the number of the event that a place is after."""
    found = Place.parse(place.split(" ", maxsplit=1)[0])
    assert found is not None, place
    return found.number


class OperatorPage:
    """One load of a page in a tab.

    Args:
        realm: the interpreter.
        life: of the interpreter.
        works: what the pages of the browser know of contacts.
        script_enabled: whether inbound scripts are the page's to open.
        begun_after: the operator's last event when the page was loaded.
    """

    def __init__(
        self,
        browser: Browser,
        record: TabRecord,
        realm: Realm,
        *,
        life: Life,
        works: dict[str, Work],
        habits: Habits,
        random: Random,
        script_enabled: bool,
        begun_after: int,
    ) -> None:
        self.browser = browser
        self.record = record
        self.life = Life()
        self.gone = False
        self.begun_after = begun_after
        self._works = works
        self._habits = habits
        self._random = random
        self._script_enabled = script_enabled
        self._calls: dict[int, tuple[MadeCall, asyncio.Future[tuple[bool, Any]]]] = {}
        self._last = 0
        self._coming: dict[str, deque[dict[str, Any]]] = {}
        self.connection: dict[str, Any] = {}
        self.host = BrowserHost(browser, self, life)
        token = LIFE.set(life)
        try:
            self.app: App = realm.connect(self.host, "en", record.place)
            self.host.resume = self.app.resume
        finally:
            LIFE.reset(token)
        self.start(self._load())

    # What the toolbar says.

    def answered(self, call_id: int, ok: bool, value: Any) -> None:
        """Take the answer to a call."""
        made, future = self._calls.pop(call_id)
        assert made.answer is None, f"{made.method} was answered twice"
        made.answer = (ok, value)
        if not future.done():
            future.set_result((ok, value))

    def told(self, kind: str, mark: str, value: Any) -> None:
        """Take what the toolbar tells; the place is kept for the next page before any callback runs."""
        place = " ".join(mark.split(" ")[:2])
        record = self.record
        if place:
            record.place = place
        if kind == "connection":
            if place and record.since is None:
                record.since = number_in(place)
            self.connection = value
            record.connections.append(value)
            return
        if kind == "lease":
            record.leases.append(value)
            return
        of_agent = "agent" in value
        record.told.append(Told(number_in(place), of_agent, value))
        assert not of_agent or record.told[-1].number > self.begun_after, (
            f"{record.name}: an agent's event of before the page came again: {value}"
        )
        if not of_agent:
            self.see(value)

    # What the page does.

    async def call(self, method: str, *values: Any) -> tuple[bool, Any]:
        """Make a call; gives whether it resolved, and the answer."""
        self._last += 1
        call_id = self._last
        key = f"{self._random.getrandbits(120) + 1:032x}"
        made = MadeCall(method, values, key, self.browser.loop.epoch_ms())
        self.record.calls.append(made)
        future: asyncio.Future[tuple[bool, Any]] = self.browser.loop.create_future()
        self._calls[call_id] = made, future

        def overdue() -> None:
            if not self.gone and made.answer is None:
                self.app.abort(call_id, "TIMEOUT", DEADLINE_MS)
                self.browser.loop.call_later(1, lambda: self.browser.deliver(lambda: late(made)))

        def late(made: MadeCall) -> None:
            made.overdue = made.answer is None and not self.gone

        give_up = self.browser.later(DEADLINE_MS, overdue)
        self.app.call(call_id, method, json.dumps(values), key)
        try:
            return await future
        finally:
            give_up()

    async def insist(self, method: str, *values: Any) -> Any:
        """Make a call again as long as it is worth it; gives the answer, or None."""
        for _ in range(_TRIES):
            ok, value = await self.call(method, *values)
            # Opening resolves also when it is refused.
            if ok and not (isinstance(value, dict) and "errorCode" in value):
                return cast(Any, value)
            if not value["retryable"]:
                return None
            await self._pause()
        return None

    def see(self, event: dict[str, Any]) -> None:
        """Notice an event of a contact."""
        contact_id = event["id"]
        work = self._works.setdefault(contact_id, Work(contact_id))
        if event["event"] == "DELETE":
            work.left = True
        if work.owner is not self and work.owner is not None and not work.owner.gone:
            return
        work.owner = self
        coming = self._coming.get(contact_id)
        if coming is not None:
            coming.append(event)
        else:
            self._coming[contact_id] = deque([event])
            self.start(self._work(work))

    def leave(self) -> None:
        """Go, as a page does that is closed or reloaded."""
        self.gone = True
        self.life.end()
        self.app.leave()
        self.host.leave()

    def crash(self) -> None:
        """Go without a word."""
        self.gone = True
        self.life.end()
        self.host.end()

    # The work.

    async def _load(self) -> None:
        contacts: list[dict[str, Any]] = await self.insist("CONTACT.getContactList") or []
        for event in contacts:
            self.see(event)
        here = {event["id"] for event in contacts}
        for work in list(self._works.values()):
            if work.contact_id not in here and not work.done and (work.owner is None or work.owner.gone):
                work.owner = self
                self.start(self._finish(work))
        if await self.insist("AGENT.getAgentState") == "LOGGEDOUT":
            await self.insist("AGENT.Login")

    async def _work(self, work: Work) -> None:
        coming = self._coming[work.contact_id]
        while coming:
            await self._handle(work, coming.popleft())
        del self._coming[work.contact_id]

    async def _handle(self, work: Work, event: dict[str, Any]) -> None:
        name, habits = event["event"], self._habits
        found = [entry["value"] for entry in event["CallData"] if entry["name"] == "ECID"]
        if found:
            work.ecid = found[-1]
        if name == "DELETE":
            await self._finish(work)
            return
        await self._open(work, event)
        if (
            name == "POPUP"
            and event["job_type"] == "previewQueue"
            and habits.dials
            and work.opened
            and not work.dialled
        ):
            work.dialled = True
            await self.insist("CONTACT.MakeCall", event["dnis"], "", "", "", f"ECID={work.ecid}")
        elif name == "established":
            await self._talk(work)
        elif name == "connectioncleared":
            await self._finish(work)

    async def _open(self, work: Work, event: dict[str, Any]) -> None:
        if work.opened or work.refused or work.saved:
            return
        inbound = event["type"] == "inbound"
        if inbound and event["media_type"] == "telephony" and self._script_enabled and not work.ecid:
            opened = await self.insist("EASYCIM.openScriptInbound", work.contact_id)
        elif inbound and work.ecid:
            work.opened = True  # by the toolbar
            return
        elif work.ecid:
            opened = await self.insist("EASYCIM.openScript", work.contact_id, work.ecid, False)
        else:
            return
        if opened is not None and opened["result"]:
            work.ecid = opened["ecid"]
            work.refused = bool(opened.get("readOnly") or opened.get("terminated"))
            work.opened = not work.refused
        else:
            work.refused = True

    async def _talk(self, work: Work) -> None:
        habits = self._habits
        if habits.holds:
            await self.call("CONTACT.Hold", work.contact_id)
            await self._pause()
            await self.call("CONTACT.Hold", work.contact_id)
        if habits.saves_early and work.opened:
            await self._save(work)
        if habits.hangs_up:
            await self._pause()
            await self.call("CONTACT.Hangup", work.contact_id)

    async def _finish(self, work: Work) -> None:
        habits = self._habits
        if habits.ends_first:
            await self._end(work)
        if work.opened and not work.saved:
            await self._save(work)
        if not work.ended:
            await self._end(work)

    async def _save(self, work: Work) -> None:
        outcome = self._random.choice(("POSITIVE", "NO_ANSWER_BY_AGENT", "NEGATIVE", "APP1"))
        ends = self._habits.offline_end
        first = self._random.choice((work.contact_id, work.contact_id, work.ecid))
        for _ in range(_TRIES):
            ok, value = await self.call(
                "EASYCIM.saveScript", first, outcome, ends, "note", [{"name": "a", "value": "b"}]
            )
            if ok:
                work.saved = True
                work.ended = work.ended or ends
                return
            if not value["retryable"]:
                # Somebody else's, or closed: nothing is left to save.
                work.refused = True
                return
            await self._pause()
        work.tired = True

    async def _end(self, work: Work) -> None:
        if not work.left:
            await self.insist("CONTACT.OfflineEnd", work.contact_id)
        work.ended = True

    async def _pause(self) -> None:
        over = asyncio.Event()
        self.browser.later(self._random.randint(*_PAUSE_MS), over.set)
        await over.wait()

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do something as long as the page is there."""
        token = LIFE.set(self.life)
        try:
            self.browser.loop.create_task(work)
        finally:
            LIFE.reset(token)
