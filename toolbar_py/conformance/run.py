"""Runs a check: service, browser, page, contacts; then judges."""

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from toolbar_py.conformance.browser import SHOWN_WITHIN_MS, Recorder, chromium, serve_sdk
from toolbar_py.conformance.case import Case, ServiceRecord
from toolbar_py.conformance.embedded import Operator, embedded_service
from toolbar_py.conformance.problem import CheckError
from toolbar_py.conformance.record import Answer, Bound, Call, Connected, Delivery, Entry, Ready, ToolbarSeen
from toolbar_py.conformance.rules import untried
from toolbar_py.conformance.rules.scripts import never_saved
from toolbar_py.conformance.scenarios import Scenario, Script, scenarios_of, script
from toolbar_py.conformance.verdict import Verdict, figures, findings, runtime_of
from toolbar_py.wire.connection import ConnectionState
from toolbar_py.wire.telephony import ContactEventName, Presence

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_OPERATOR = "op1@demo"
_RIVAL = "op2@demo"
_PAGE_MS = 60_000
_LOADED_S = 30.0
_READY_S = 60.0
_BOUND_S = 20.0
_LONGEST_S = 900.0
"""No simulated conversation is longer, and no after-call work."""

_QUIET_S = 1.0
_SAVED_LATE_S = 5.0
"""How long after everything else a page may save what it has opened: some end the after-call work first."""

_PAUSE_MS = 50

_READ_EVERY = 100
"""After how many entries of the record the service's events are read on: it tells 1,000 of them again."""

_OWN_IN_A_ROW = 50
"""How many contacts that are none of the script's a page may work before it counts as having no time for those."""

_HTTP_ERROR = 400


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be checked, and how.

    Args:
        url: of the page.
        scenarios: which kinds of contacts may come.
        contacts: how many.
        seed: chance, the same again for the same seed.
        speed: how many times faster than real customers are.
        runtime: where Python is to run; ``auto`` leaves that to the page.
        headed: whether the browser's window shows.
        origins: further origins that load the toolbar, beside the page's own.
    """

    url: str
    scenarios: Sequence[Scenario] = tuple(Scenario)
    contacts: int = 20
    seed: int = 7
    speed: float = 50.0
    runtime: str = "auto"
    headed: bool = False
    origins: Sequence[str] = ()


@dataclass
class Run:
    """What a check came to: the verdict, and the case that it was made from."""

    verdict: Verdict
    case: Case


def run_check(plan: Plan, say: Callable[[str], None]) -> Run:
    """Check a page.

    Args:
        say: is told what goes on, a line each.

    Raises:
        CheckError: the page cannot be checked, with what would be right.
    """
    with chromium(headed=plan.headed) as browser:
        return check_in(browser, plan, say)


def check_in(browser: "Browser", plan: Plan, say: Callable[[str], None]) -> Run:
    """Check a page in a browser that runs; see :func:`run_check`."""
    from playwright.sync_api import Error  # noqa: PLC0415 (an optional dependency)

    played = script(plan.scenarios, plan.contacts, plan.seed, _OPERATOR)
    origins = dict.fromkeys([origin_of(plan.url), *plan.origins])
    with (
        tempfile.TemporaryDirectory(prefix="toolbar-check-") as folder,
        embedded_service(Path(folder), origins, played.text, seed=plan.seed, speed=plan.speed) as service,
    ):
        operator = _prepare(service, played)
        try:
            return _Session(plan, browser, service, operator, say).run(played)
        except Error as error:
            raise CheckError(f"the browser failed: {str(error).strip().splitlines()[0]}") from None


def origin_of(url: str) -> str:
    """Give the origin of a page.

    Raises:
        CheckError: it has none that a service could allow.
    """
    wrong = CheckError(f"'{url}' is no address of a page: serve it over http or https, e.g. http://localhost:3000/")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise wrong
    default = {"http": 80, "https": 443}[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None and port != default else "")


def _prepare(service: str, played: Script) -> Operator:
    """Have another operator hold and close what the script wants so; gives the page's operator."""
    if played.held or played.closed:
        rival = Operator(service, _RIVAL)
        for ecid in dict.fromkeys(played.held):
            rival.hold(ecid)
        for ecid in dict.fromkeys(played.closed):
            rival.close(ecid)
    return Operator(service, _OPERATOR)


@dataclass
class _Progress:
    """How far the contacts are, as the page hears of them."""

    gone: set[str] = field(default_factory=set[str])
    heard: float = field(default_factory=time.monotonic)

    def take(self, entry: Entry) -> None:
        self.heard = time.monotonic()
        if isinstance(entry, Delivery) and entry.contact and entry.event == ContactEventName.DELETE:
            self.gone.add(entry.contact)


class _Session:
    """One page in one browser context."""

    def __init__(
        self, plan: Plan, browser: "Browser", service: str, operator: Operator, say: Callable[[str], None]
    ) -> None:
        self._plan = plan
        self._browser = browser
        self._service = service
        self._operator = operator
        self._say = say
        self._progress = _Progress()
        self._recorder = Recorder(self._progress.take)
        self._entries_read = 0

    def run(self, played: Script) -> Run:
        """Open the page, play the contacts, judge."""
        # The page's policy names its own easyCIM and not the kit's service, so it would forbid what is to be checked.
        context = self._browser.new_context(bypass_csp=True, ignore_https_errors=True)
        try:
            pinned = {"serviceUrl": self._service, "token": self._operator.token}
            if self._plan.runtime != "auto":
                pinned["runtime"] = self._plan.runtime
            self._recorder.record(context, pinned)
            serve_sdk(context, self._service)
            page = context.new_page()
            self._open(page)
            complete = self._play(page, played) if self._has(Bound) else False
            self._settle(page)
            return self._judge(played, complete)
        finally:
            context.close()

    def _open(self, page: "Page") -> None:
        from playwright.sync_api import Error  # noqa: PLC0415 (an optional dependency)

        self._say(f"Opening {self._plan.url}")
        try:
            response = page.goto(self._plan.url, timeout=_PAGE_MS, wait_until="commit")
        except Error as error:
            reason = str(error).strip().splitlines()[0]
            raise CheckError(
                f"the page cannot be opened ({reason}): is its server up, and the address right?"
            ) from None
        if response and response.status >= _HTTP_ERROR:
            raise CheckError(f"the page cannot be opened (HTTP {response.status}): is the address right?")
        if not self._wait(page, lambda: self._has(ToolbarSeen), _LOADED_S):
            raise CheckError(
                f"the page has not loaded the toolbar within {_LOADED_S:g} s: it needs "
                '<script src="https://SERVICE/sdk/toolbar.js"></script>, whatever the host (no integrity attribute)'
            )
        self._wait(page, lambda: self._has(Ready), _READY_S)
        ready = next((entry for entry in self._recorder.entries if isinstance(entry, Ready)), None)
        if ready is None or not ready.ok:
            why = (ready.failure.code if ready and ready.failure else None) or "no word from it"
            raise CheckError(
                f"the toolbar does not start on the page ({why}): when pages of another origin are involved, name it "
                "with --origin"
            )
        self._say("The toolbar is up")
        if not self._wait(page, lambda: self._has(Bound), _BOUND_S):
            self._say(f"The page has bound no callback within {_BOUND_S:g} s, so no contact can be played")
        # What comes before the stream of events is open belongs to no page.
        elif not self._wait(page, self._connected, _BOUND_S):
            raise CheckError(f"the toolbar's stream of events has not opened within {_BOUND_S:g} s")

    def _play(self, page: "Page", played: Script) -> bool:
        """Let the contacts come; gives whether all came and went."""
        wanted, progress = len(played.kinds), self._progress
        self._say(f"{self._operator.name} logs in, {wanted} contacts come")
        self._operator.set_presence(Presence.LOGGED_IN)
        patience = 15 + _LONGEST_S / self._plan.speed
        progress.heard = time.monotonic()
        done = gone = told = gone_at_last = 0
        while done < wanted:
            self._pause(page)
            if len(progress.gone) > gone:
                gone = len(progress.gone)
                before, done = done, self._done(played)
                gone_at_last = gone if done > before else gone_at_last
            if done >= told + 10:
                told = done
                self._say(f"{told} of {wanted} contacts are done")
            if time.monotonic() - progress.heard > patience:
                self._say(f"Nothing has happened for {patience:g} s, with {done} of {wanted} contacts done")
                return False
            if gone - gone_at_last >= _OWN_IN_A_ROW:
                self._say(
                    f"The page has dialled {_OWN_IN_A_ROW} contacts itself and left no time for others, "
                    f"with {done} of {wanted} contacts done"
                )
                return False
        return True

    def _done(self, played: Script) -> int:
        """Give how many of the script's contacts have come and gone: those that the page dialled are none of them."""
        self._read_on()
        came = Case(self._recorder.entries, ServiceRecord(self._operator.name, events=self._operator.events))
        return len(self._progress.gone.intersection(scenarios_of(played.kinds, came)))

    def _settle(self, page: "Page") -> None:
        """Let the page finish what it is about to do."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            self._pause(page)
            quiet = time.monotonic() - self._progress.heard
            if quiet > _QUIET_S and not self._waiting() and (quiet > _SAVED_LATE_S or not self._unsaved()):
                break
        rejected = [entry for entry in self._recorder.entries if isinstance(entry, Answer) and not entry.ok]
        if rejected:
            page.wait_for_timeout(SHOWN_WITHIN_MS)

    def _judge(self, played: Script, complete: bool) -> Run:
        entries = list(self._recorder.entries)
        if self._recorder.garbled:
            raise CheckError("the recorder could not be read: something on the page changes what it sends")
        came = Case(entries, self._operator.record(()))
        service = self._operator.record(came.ecids)
        case = Case(entries, service, scenarios_of(played.kinds, came))
        verdict = Verdict(
            url=self._plan.url,
            seed=self._plan.seed,
            speed=self._plan.speed,
            runtime=runtime_of(case),
            scenarios=list(dict.fromkeys(kind.value for kind in played.kinds)),
            complete=complete,
            began_at=case.began_at,
            figures=figures(case, self._plan.contacts),
            findings=findings(case),
            not_tried=untried(case),
        )
        return Run(verdict, case)

    def _pause(self, page: "Page") -> None:
        """Let the page go on for a moment."""
        page.wait_for_timeout(_PAUSE_MS)
        # Only while the page is heard: reading is a sign of life of the operator, and its silence is to be one.
        if len(self._recorder.entries) >= self._entries_read + _READ_EVERY:
            self._read_on()

    def _read_on(self) -> None:
        """Read the service's events before there are more than it tells again."""
        self._entries_read = len(self._recorder.entries)
        self._operator.read_on()

    def _connected(self) -> bool:
        states = [entry.state for entry in self._recorder.entries if isinstance(entry, Connected)]
        return states[-1:] == [ConnectionState.OPEN]

    def _waiting(self) -> bool:
        """Whether a call of the document that is shown has no answer yet."""
        last = next((entry.life for entry in reversed(self._recorder.entries)), "")
        own = [entry for entry in self._recorder.entries if entry.life == last]
        answered = {entry.call for entry in own if isinstance(entry, Answer)}
        return any(isinstance(entry, Call) and entry.call not in answered for entry in own)

    def _unsaved(self) -> bool:
        """Whether a contact has left whose script the page has opened and not saved yet."""
        case = Case(self._recorder.entries, ServiceRecord(self._operator.name))
        return any(True for _ in never_saved(case))

    def _has(self, kind: type[Bound | Ready | ToolbarSeen]) -> bool:
        return any(isinstance(entry, kind) for entry in self._recorder.entries)

    def _wait(self, page: "Page", condition: Callable[[], bool], seconds: float) -> bool:
        until = time.monotonic() + seconds
        while not condition() and time.monotonic() < until:
            self._pause(page)
        return condition()
