"""A runtime that has died is replaced however long that takes, and the page is told meanwhile (docs/runtimes.md)."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright

from tests.browser.conftest import BIND, FRAME_CSP, LISTENING, PAGE_CSP, RECORD, Desk, Desks, chromium
from tests.support.gateway import ENVIRONMENT, Gateway
from tests.support.maintenance import maintenance
from tests.support.pages import HostPages
from tests.support.service import ServiceProcess

_ECIDS = count(801)

# What the page was told of its toolbar.
HEAR = """
window.told = [];
window.failures = [];
addEventListener('toolbar:connection', ({detail}) => told.push(detail));
addEventListener('toolbar:error', ({detail}) => failures.push(detail));
"""
# Long deadlines and the tries' patience are not waited for: the page's clock is set forward.
CLOCK = """
const now = performance.now.bind(performance);
window.forwardMs = 0;
performance.now = () => now() + forwardMs;
"""
# The memory of the Python that runs in the page itself, to destroy it.
MEMORY = """
const instantiate = WebAssembly.instantiate;
WebAssembly.instantiate = async (...given) => {
    const made = await instantiate(...given);
    window.memory = Object.values(made.exports).find((each) => each instanceof WebAssembly.Memory) ?? window.memory;
    return made;
};
"""
# Lets a limit of time be another one, once the page is up: the first start has all the time that it needs.
LIMITS = "const real = setTimeout; window.limits = {}; window.setTimeout = (run, ms) => real(run, limits[ms] ?? ms);"
# A try is given up after two seconds, a frame that does not greet after three.
HASTY = "(window.limits = {60000: 2_000, 10000: 3_000})"
SETTINGS: dict[str, Any] = {"csp": FRAME_CSP, "before": HEAR + CLOCK + RECORD, "after": BIND}
PAGE_SETTINGS: dict[str, Any] = {**SETTINGS, "csp": PAGE_CSP, "before": SETTINGS["before"] + MEMORY}

OFFLINE = "told.at(-1).state === 'offline'"
WAITING = "told.at(-1).state === 'waiting'"


@pytest.fixture(scope="session")
def runtime() -> str:
    return "auto"


@pytest.fixture
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """A browser without other pages, which would keep a shared runtime alive."""
    opened = browser.new_context()
    yield opened
    opened.close()


def kill(desk: Desk) -> dict[str, Any]:
    """Let the runtime die with a call in flight; gives how that call ended."""
    desk.eval("document.querySelector('iframe').remove()")
    return desk.call("getContactInfoWS", "demo|1|1|1")["rejected"]


def kill_in_page(desk: Desk) -> dict[str, Any]:
    """The same, of a Python that runs in the page itself."""
    # In one go: its own next try to be told of events would find it dead before the call.
    dead = "new Uint8Array(memory.buffer).fill(0)"
    return desk.eval(f"({dead}, TOOLBAR.EASYCIM.getContactInfoWS('demo|1|1|1'))")["rejected"]


def connection(desk: Desk) -> dict[str, Any]:
    """Give how the events stand, as support sees it."""
    return desk.eval("TOOLBAR.health()")["connection"]


@pytest.mark.parametrize("kind", ["shared", "worker", "frame"])
def test_a_runtime_that_dies_while_the_service_is_down_is_replaced_once_it_is_up(
    profile: BrowserContext, crm: HostPages, tmp_path: Path, kind: str
) -> None:
    ecid, later = (f"demo|1|1|{next(_ECIDS)}" for _ in range(2))
    with ServiceProcess(tmp_path, origins=[crm.origin], environment=ENVIRONMENT) as mortal:
        desk = Desks(profile, crm, mortal, kind)(**SETTINGS)
        desk.until(LISTENING)
    assert kill(desk)["code"] == "RUNTIME_LOST"
    desk.until(OFFLINE)
    late = desk.call("saveScript", ecid, "BUSY_BY_AGENT", True, {"timeoutMs": 200})["rejected"]
    assert (late["code"], late["retryable"], late["outcomeKnown"]) == ("TIMEOUT", True, True)
    assert connection(desk)["state"] != "open"
    told = desk.eval("told.findLast(({state}) => state === 'offline')")
    assert told["reason"] == "BOOT_FAILED"
    assert 0 <= told["nextTryAt"] - told["at"] <= 30_000
    save = f"TOOLBAR.EASYCIM.saveScript('{later}', 'BUSY_BY_AGENT', true, {{timeoutMs: 60_000}})"
    desk.page.evaluate(f"() => {{ window.saved = {save}; }}")
    with ServiceProcess(tmp_path, origins=[crm.origin], environment=ENVIRONMENT, port=mortal.port) as again:
        assert desk.eval("saved")["delivered"] is True
        desk.until(LISTENING)
        with Gateway(again.url) as gateway:
            contact_id = gateway.bring("op1@demo", later)
        desk.until("seen().length > 0")
        assert desk.eval("seen()") == [["POPUP", contact_id, later]]
        assert desk.call("getContactInfoWS", ecid)["attempts"] == []
        assert desk.eval("failures") == []
        assert desk.eval("document.querySelectorAll('iframe').length") == 1


def test_a_python_in_the_page_that_dies_while_the_service_is_down_is_replaced(
    profile: BrowserContext, crm: HostPages, tmp_path: Path
) -> None:
    with ServiceProcess(tmp_path, origins=[crm.origin]) as mortal:
        desk = Desks(profile, crm, mortal, "page")(**PAGE_SETTINGS)
        desk.until(LISTENING)
        desk.eval("caches.delete('toolbar-py')")
    desk.page.route("**/sdk/**", lambda route: route.abort())
    assert kill_in_page(desk)["code"] == "RUNTIME_LOST"
    desk.until(OFFLINE)
    assert connection(desk)["reason"] == "BOOT_FAILED"
    desk.page.unroute_all()
    with ServiceProcess(tmp_path, origins=[crm.origin], port=mortal.port):
        desk.until(LISTENING)
        assert desk.call("getContactInfoWS", "demo|1|1|1")["ecid"] == "demo|1|1|1"
        assert desk.eval("failures") == []
        assert desk.eval("TOOLBAR.diagnostics()")["replaced"] == 1


def test_that_a_runtime_has_died_is_told_at_once(open_desk: Desks) -> None:
    desk = open_desk(**SETTINGS)
    desk.until(LISTENING)
    desk.page.evaluate("told.length = 0")
    lost = "TOOLBAR.EASYCIM.getContactInfoWS('demo|1|1|1').catch(() => TOOLBAR.health())"
    desk.eval("document.querySelector('iframe').remove()")
    at_once = desk.eval(f"{lost}.then(({{connection}}) => [connection, [...told]])")
    assert (at_once[0]["state"], at_once[0]["reason"]) == ("connecting", "RUNTIME_LOST")
    assert at_once[1] == [at_once[0]]
    desk.until(LISTENING)
    assert {each["state"] for each in desk.eval("told")} == {"connecting", "open"}


def test_a_runtime_that_dies_again_and_again_is_given_up_and_the_page_is_told(open_desk: Desks) -> None:
    desk = open_desk(**SETTINGS)
    desk.until(LISTENING)
    for _ in range(4):
        assert desk.call("getContactInfoWS", "demo|1|1|1")["ecid"] == "demo|1|1|1"
        kill(desk)
    (failure,) = desk.eval("failures")
    assert (failure["code"], failure["details"]["reason"]) == ("BOOT_FAILED", "stopped_often")
    told = connection(desk)
    assert (told["state"], told["reason"]) == ("closed", "BOOT_FAILED")
    assert desk.eval("told.at(-1)") == told
    assert desk.call("getContactInfoWS", "demo|1|1|1")["rejected"]["message"] == failure["message"]


def test_a_policy_that_came_meanwhile_is_not_tried_against(open_desk: Desks) -> None:
    desk = open_desk(**SETTINGS)
    desk.until(LISTENING)
    desk.eval("""document.head.insertAdjacentHTML('beforeend',
        '<meta http-equiv="Content-Security-Policy" content="frame-src \\'none\\'">')""")
    kill(desk)
    desk.until("failures.length > 0")
    (failure,) = desk.eval("failures")
    assert failure["code"] == "ENGINE_BLOCKED"
    told = desk.eval("told.slice(-2)")
    assert [(each["state"], each["reason"]) for each in told] == [
        ("connecting", "RUNTIME_LOST"),
        ("closed", "ENGINE_BLOCKED"),
    ]


def test_a_refusal_is_believed_when_it_lasts(profile: BrowserContext, crm: HostPages, tmp_path: Path) -> None:
    with ServiceProcess(tmp_path, origins=[crm.origin]) as mortal:
        desk = Desks(profile, crm, mortal, "frame")(**{**SETTINGS, "csp": FRAME_CSP + "; connect-src {service}"})
        desk.until(LISTENING)
    with ServiceProcess(tmp_path, port=mortal.port):
        kill(desk)
        desk.until(WAITING)
        assert desk.eval("failures") == []
    with ServiceProcess(tmp_path, origins=[crm.origin], port=mortal.port):
        desk.until(LISTENING)
    with ServiceProcess(tmp_path, port=mortal.port):
        kill(desk)
        desk.until(WAITING)
        desk.page.evaluate("window.forwardMs = 60_000")
        desk.until("failures.length > 0")
        (failure,) = desk.eval("failures")
        assert (failure["code"], failure["details"]["reason"]) == ("BOOT_FAILED", "origin_refused")
        # As a tab that was frozen: a minute with one try at each end proves nothing.
        assert [each["state"] for each in desk.eval("told.slice(-8)")] == 3 * ["connecting", "waiting"] + [
            "connecting",
            "closed",
        ]
        assert f"--allow-origin {crm.origin}" in failure["message"]
        assert connection(desk)["state"] == "closed"


@pytest.mark.parametrize("headers", [{}, {"access-control-allow-origin": "*"}])
def test_a_gateway_that_answers_for_a_service_that_is_down_is_no_refusal(
    profile: BrowserContext, crm: HostPages, tmp_path: Path, headers: dict[str, str]
) -> None:
    with ServiceProcess(tmp_path, origins=[crm.origin]) as mortal:
        desk = Desks(profile, crm, mortal, "frame")(**{**SETTINGS, "csp": FRAME_CSP + "; connect-src {service}"})
        desk.until(LISTENING)
    with maintenance(mortal.port, headers):
        kill(desk)
        desk.until(WAITING)
        desk.page.evaluate("window.forwardMs = 60_000")
        desk.until(f"failures.length > 0 || {OFFLINE}")
        assert desk.eval("failures") == []
    with ServiceProcess(tmp_path, origins=[crm.origin], port=mortal.port):
        desk.until(LISTENING)


def test_a_page_that_comes_back_while_the_service_is_down_goes_on_once_it_is_up(
    playwright: Playwright, crm: HostPages, tmp_path: Path
) -> None:
    elsewhere = crm.add("/away.html", "<!doctype html><title>Elsewhere</title>")
    returned = "addEventListener('pageshow', ({persisted}) => { window.returned = persisted; });"
    with chromium(playwright, ignore_default_args=["--disable-back-forward-cache"]) as keeping:
        with ServiceProcess(tmp_path, origins=[crm.origin]) as mortal:
            desk = Desks(keeping.new_context(), crm, mortal, "frame")(
                **{**SETTINGS, "before": HEAR + RECORD + returned}
            )
            desk.until(LISTENING)
            desk.until("TOOLBAR.diagnostics().then(({engine}) => engine.asksWaiting === 0)")
            desk.page.goto(elsewhere)
        desk.page.go_back(wait_until="commit")
        desk.until("window.returned === true")
        desk.until(OFFLINE)
        with ServiceProcess(tmp_path, origins=[crm.origin], port=mortal.port):
            desk.until(LISTENING)
            assert desk.call("getContactInfoWS", "demo|1|1|1")["ecid"] == "demo|1|1|1"
            assert desk.eval("document.querySelectorAll('iframe').length") == 1


def test_a_try_that_takes_too_long_leaves_no_frame_behind(open_desk: Desks) -> None:
    desk = open_desk(config="{runtime: 'frame'}", **{**SETTINGS, "before": HEAR + LIMITS})
    desk.until(LISTENING)
    desk.eval(HASTY)
    desk.page.route("**/sdk/assets/pyodide.asm*", lambda _: None)
    kill(desk)
    desk.until("told.filter(({state}) => state === 'waiting').length > 2")
    assert desk.eval("document.querySelectorAll('iframe').length") <= 1
    desk.page.unroute_all()
    desk.until(LISTENING)
    assert desk.eval("document.querySelectorAll('iframe').length") == 1


def test_a_try_that_was_given_up_goes_on_to_no_other_place(open_desk: Desks) -> None:
    both = PAGE_CSP + "; frame-src {service}"
    desk = open_desk(**{**SETTINGS, "csp": both, "before": SETTINGS["before"] + LIMITS})
    desk.until(LISTENING)
    desk.eval(HASTY)
    hanging = [True]
    desk.page.route("**/sdk/frame.html*", lambda route: None if hanging else route.continue_())
    kill(desk)
    desk.until(WAITING)
    hanging.clear()
    desk.until(LISTENING)
    # Until the first frame is not waited for any more.
    desk.eval("new Promise((next) => setTimeout(next, 2_500))")
    fetched = desk.eval("performance.getEntriesByType('resource').map(({name}) => name)")
    assert [each for each in fetched if each.endswith(".wasm")] == []


def test_a_python_in_the_page_does_not_wait_for_files_of_a_try_that_took_too_long(open_desk: Desks) -> None:
    desk = open_desk(config="{runtime: 'page'}", **{**PAGE_SETTINGS, "before": PAGE_SETTINGS["before"] + LIMITS})
    desk.until(LISTENING)
    desk.eval(HASTY)
    desk.eval("caches.delete('toolbar-py')")
    hanging = [True]
    desk.page.route("**/sdk/assets/pyodide.asm*", lambda route: None if hanging else route.continue_())
    kill_in_page(desk)
    desk.until(WAITING)
    # To end the routes would let the requests go that hang.
    hanging.clear()
    desk.until(LISTENING)
