"""One scenario: a service, an operator's browser and its tabs, the wire between them, and what happens to them."""

import asyncio
import json
from typing import Any

from tests.faults.browser import Browser
from tests.faults.checks import Ledger, check_calls, check_desk, check_leases, check_log, check_saves, check_told
from tests.faults.clockwork import LIFE, Life, VirtualLoop, source
from tests.faults.connections import StreamFate
from tests.faults.embedded import ECIDS, FILE, OPERATOR, RIVAL, Embedded
from tests.faults.network import Network, Request, RequestFate
from tests.faults.page import OperatorPage, TabRecord, Work, number_in
from tests.faults.scenario import TABS, Scenario
from toolbar_py.page.realm import Realm
from toolbar_py.service.store.base import Role
from toolbar_py.service.telephony.simulator.setup import Setup

SPEED = 8.0
_TOKEN_S = 86_400
_RECOVERY_S = 25
"""Long enough for every wait that the toolbar and the simulator make between two tries."""
_LEAVING_S = 60
"""Longer than after-call work may take at the simulator's speed."""
_LATEST_S = 21
"""The latest that a late request comes; see network."""
_LAST_WORDS_S = 2
_RENEWAL_S = 15
"""Long enough for a lease to be renewed, and for the tabs to be told."""
_SWAPPED = "error: the event stream cannot be read: it does not begin with the desk"
"""What the toolbar rightly says when a stream's first two messages have changed places."""
_TRIES = 60


class World:
    """Everything that takes part, and what can happen to it."""

    def __init__(self, loop: VirtualLoop, service: Embedded, scenario: Scenario) -> None:
        self.loop = loop
        self.service = service
        self.scenario = scenario
        self.random = source(scenario.seed)
        setup = Setup(mix=scenario.mix, seed=scenario.seed, speed=SPEED, faults=scenario.reports)
        service.renew(setup, source(scenario.seed + 1), script_enabled=scenario.script_enabled)
        self.network = Network(service, source(scenario.seed + 2))
        self.token = service.tokens.issue(OPERATOR, Role.OPERATOR, _TOKEN_S)[0]
        self.rival = service.tokens.issue(RIVAL, Role.OPERATOR, _TOKEN_S)[0]
        self.browser = Browser(loop, self.network, source(scenario.seed + 3), self.token, scenario.skew_ms)
        self.records = [TabRecord(f"tab {slot}") for slot in range(TABS)]
        self.tabs: list[OperatorPage | None] = [None] * TABS
        self.works: dict[str, Work] = {}
        self._realms: list[tuple[Realm, Life] | None] = [None] * TABS
        self._helpers = Life()
        self.pages: list[OperatorPage] = []
        self.ledger = Ledger(service.folder / FILE)

    async def play(self) -> None:
        """Let everything happen, and everything recover."""
        await self.service.start()
        self._open(0)
        for step in self.scenario.steps:
            await asyncio.sleep(step.after_ms / 1000)
            getattr(self, step.what)(*step.given)
        await self._recover()

    # What can happen.

    def meet(self, fate: str, times: int) -> None:
        """The next requests meet something."""
        self.network.fates.extend([RequestFate(fate)] * times)

    def stream(self, fate: str) -> None:
        """The next piece of the stream of events meets something."""
        self.network.line.stream_fates.append(StreamFate(fate))

    def kill(self, down_ms: int) -> None:
        """The service dies, and comes back after a while."""
        self.service.kill()
        self._start_after(down_ms)

    def restart(self, down_ms: int) -> None:
        """The service stops as it should, and comes back."""

        async def stop() -> None:
            if self.service.running:
                await self.service.stop()
                self._start_after(down_ms)

        self._run(stop())

    def open(self, slot: int) -> None:
        """A tab is opened."""
        if self.tabs[slot] is None:
            self._open(slot)

    def reload(self, slot: int) -> None:
        """A tab is reloaded."""
        self.close(slot)
        self._open(slot)

    def crash(self, slot: int) -> None:
        """A tab dies and is opened again; with it its interpreter, so nobody is told."""
        page = self.tabs[slot]
        if page is None or self.scenario.shared:
            return
        self.tabs[slot] = None
        page.crash()
        self._end_interpreter(slot)
        self._open(slot)

    def close(self, slot: int) -> None:
        """A tab is closed."""
        page = self.tabs[slot]
        if page is None:
            return
        self.tabs[slot] = None
        page.leave()
        if not self.scenario.shared or not any(self.tabs):
            page.host.end()
            self._end_interpreter(slot)

    def sleep(self, ms: int, how: str) -> None:
        """The operator's computer sleeps for a while."""
        self.browser.sleep()
        self.loop.call_later(ms / 1000, lambda: self.browser.wake(noticing=how == "noticing"))

    def rival_opens(self, holds_ms: int) -> None:
        """Another operator asks for what is worked here, and leaves after a while."""
        ecids = [work.ecid for work in self.works.values() if work.ecid and not work.done] or list(ECIDS)
        ecid = self.random.choice(ecids)

        async def work() -> None:
            await self._rival("/agent/state", {"presence": "LOGGEDIN"})
            await self._rival("/scripts/open", {"ecid": ecid, "isManual": True})
            await asyncio.sleep(holds_ms / 1000)
            await self._rival("/agent/state", {"presence": "LOGGEDOUT"})

        self._run(work())

    def say(self, method: str) -> None:
        """The operator logs in or out, or pauses, on the first tab."""
        page = next((page for page in self.tabs if page is not None), None)
        if page is not None:
            given = ("PAUSA1",) if method == "PauseSubState" else ()
            page.start(page.call(f"AGENT.{method}", *given))

    def storage_fails(self, times: int) -> None:
        """The browser's database fails."""
        self.browser.storage_fails += times

    @property
    def _was_late(self) -> bool:
        """Whether a request may have come after those that the page sent later."""
        late = (RequestFate.LATE, RequestFate.GHOST, RequestFate.TWICE)
        return any(step.what == "meet" and step.given[0] in late for step in self.scenario.steps)

    # How it ends.

    async def _recover(self) -> None:
        """Everything works again, contacts come and are worked; then the operator pauses, ends the work and leaves."""
        self.network.calm()
        self.browser.storage_fails = 0
        self.browser.wake(noticing=True)
        await self._until(lambda: self.service.running, "the service comes back")
        if not any(self.tabs):
            self._open(0)
        await asyncio.sleep(_RECOVERY_S)
        await self._insist("AGENT.Pause")
        await self._until_empty()
        await self._check_desks()
        await self._reserve_something()
        await asyncio.sleep(_RENEWAL_S)
        for page in filter(None, self.tabs):
            check_leases(page.record, self.ledger.sure_until(OPERATOR), self.loop.epoch_ms())
        await self._insist("AGENT.Logout")
        await asyncio.sleep(_LAST_WORDS_S)
        self._check()

    async def _reserve_something(self) -> None:
        """Open scripts that are not going to be saved: logging out has to let go of them."""
        page = next(page for page in self.tabs if page is not None)
        for ecid in ECIDS:
            ok, opened = await page.call("EASYCIM.openScript", "", ecid, True)
            assert ok, f"{ecid} is not opened: {opened}"
            assert opened["result"], f"{ecid} is not opened: {opened}"

    async def _insist(self, method: str) -> None:
        page = next(page for page in self.tabs if page is not None)
        ok, value = await page.call(method)
        if not ok and value["code"] == "CONFLICT":  # a pause needs a login
            await self._insist("AGENT.Login")
            ok, value = await page.call(method)
        assert ok, f"{method} is refused, although everything works: {value}"

    async def _until_empty(self) -> None:
        """Wait until the desk is empty, and nothing is under way any more."""
        for _ in range(_LEAVING_S):
            await asyncio.sleep(1)
            if not self.ledger.desk(OPERATOR):
                break
        # A request that was late enough may still bring something.
        await asyncio.sleep(_LATEST_S)

    async def _check_desks(self) -> None:
        exchange = self.service.simulator._exchange  # pyright: ignore[reportPrivateUsage]  what it believes is its own
        lines = [line.contact_id for line in exchange.lines_of(OPERATOR)]
        desk = self.ledger.desk(OPERATOR)
        assert [each["event"]["id"] for each in desk] == lines, f"the simulator has {lines}, the desk {desk}"
        assert not desk, f"still at the desk: {desk}"
        for page in filter(None, self.tabs):
            name = page.record.name
            assert page.connection.get("state") == "open", f"{name} has no stream: {page.connection}"
            ok, contacts = await page.call("CONTACT.getContactList")
            assert ok, f"{name} does not tell what is at the desk: {contacts}"
            check_desk(name, contacts, desk)
            last = self.ledger.last_number(OPERATOR)
            place = number_in(page.record.place)
            assert place == last, f"{name} was told up to {place}, the last event is {last}"
        tired = [work for work in self.works.values() if not work.done]
        assert not tired, f"never finished: {tired}"
        # What the toolbar opened for a caller who had left by then no page was told of: it ends with the login.
        known = {work.ecid for work in self.works.values()}
        held = [ecid for ecid, _ in self.ledger.held() if ecid in known]
        # An opening that comes after the save reserves again: that too ends with the login, at the latest.
        assert not held or self._was_late, f"worked by nobody, and reserved: {held}"

    def _check(self) -> None:
        held = self.ledger.held()
        assert not held, f"reserved after the logout: {held}"
        log = self.ledger.log(OPERATOR)
        check_log(log, self.ledger.last_number(OPERATOR))
        calls = [call for record in self.records for call in record.calls]
        for record in self.records:
            check_told(record, log)
        check_calls(calls)
        check_saves(calls, self.ledger.operations())
        assert not self.loop.failures, f"nobody expected {self.loop.failures}"
        lines = {line for tab in self.pages for line in tab.host.logged if line.startswith("error")}
        logged = lines - {_SWAPPED}
        assert not logged, f"the page's Python complains: {logged}"

    async def _until(self, holds: Any, what: str) -> None:
        for _ in range(_TRIES):
            if holds():
                return
            await asyncio.sleep(0.5)
        raise AssertionError(f"it never happens that {what}")

    async def _rival(self, path: str, body: dict[str, Any]) -> tuple[str, Any]:
        headers = {"authorization": f"Bearer {self.rival}", "idempotency-key": f"{self.random.getrandbits(120):032x}"}
        while True:
            head, text = await self.network.serve(Request("POST", path, headers, json.dumps(body)))
            if head.startswith("2"):
                return head, json.loads(text)
            if not head.startswith(("unreachable", "5")):
                raise AssertionError(f"the other operator is refused: {head} {text}")
            await asyncio.sleep(0.5)

    def _start_after(self, ms: int) -> None:
        async def start() -> None:
            await asyncio.sleep(ms / 1000)
            if self.service.life.over:
                await self.service.start()

        self._run(start())

    def _open(self, slot: int) -> None:
        if self.scenario.shared:
            shared = next((known for known, tab in zip(self._realms, self.tabs, strict=True) if known and tab), None)
            self._realms[slot] = shared
        realm, life = self._realms[slot] = self._realms[slot] or (Realm(), Life())
        page = self.tabs[slot] = OperatorPage(
            self.browser,
            self.records[slot],
            realm,
            life=life,
            works=self.works,
            habits=self.scenario.habits,
            random=source(self.random.getrandbits(32)),
            script_enabled=self.scenario.script_enabled,
            begun_after=self.ledger.last_number(OPERATOR),
        )
        self.pages.append(page)

    def _end_interpreter(self, slot: int) -> None:
        known = self._realms[slot]
        if known is not None:
            known[1].end()
        self._realms = [None if each is known else each for each in self._realms]

    def _run(self, work: Any) -> None:
        token = LIFE.set(self._helpers)
        try:
            self.loop.create_task(work)
        finally:
            LIFE.reset(token)

    def end(self) -> None:
        """Let everything end."""
        for slot in range(TABS):
            self.close(slot)
        for known in self._realms:
            if known is not None:
                known[1].end()
        self._helpers.end()
        self.network.close()
        self.service.kill()
