"""Where Python runs, how that is chosen, and what happens when it dies (docs/runtimes.md)."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import BEGIN, FRAME_CSP, PAGE_CSP, REFUSED, Desk, Desks
from tests.support.pages import HostPages, serve_pages
from tests.support.service import ServiceProcess
from toolbar_py.service.settings import SDK_DIR

# Everything a page may allow, as one without any policy does.
GENEROUS_CSP = (
    "script-src 'self' {service} 'wasm-unsafe-eval'; connect-src {service}; frame-src {service}; worker-src {service}"
)


@pytest.fixture(scope="session")
def runtime() -> str:
    return "auto"


@pytest.mark.parametrize(("csp", "chosen"), [(GENEROUS_CSP, "shared"), (FRAME_CSP, "shared"), (PAGE_CSP, "page")])
def test_auto_takes_the_best_that_the_page_allows(open_desk: Desks, csp: str, chosen: str) -> None:
    assert open_desk(csp=csp).ready()["runtime"] == chosen


def test_a_page_of_the_services_own_origin_needs_no_frame(context: BrowserContext, service: ServiceProcess) -> None:
    page = context.new_page()
    page.goto(f"{service.url}/demo/")
    assert Desk(page).ready()["runtime"] == "shared"
    assert page.frames == [page.main_frame]
    page.close()


def test_a_page_that_allows_neither_wasm_nor_frames_is_told_so(open_desk: Desks) -> None:
    policy = "default-src 'none'; script-src 'self' {service}; connect-src {service}"
    desk = open_desk(csp=policy, before=BEGIN, after=REFUSED)
    assert desk.ready()["rejected"]["code"] == "ENGINE_BLOCKED"
    assert desk.eval("refusedAfterMs") < 2_000


def test_diagnostics_tell_why_a_better_place_was_not_taken(open_desk: Desks) -> None:
    desk = open_desk(csp=PAGE_CSP)
    desk.ready()
    assert "Content-Security-Policy" in desk.eval("TOOLBAR.diagnostics()")["refused"]["frame"]


def test_two_tabs_share_one_runtime(open_desk: Desks) -> None:
    first, second = open_desk(csp=FRAME_CSP), open_desk(csp=FRAME_CSP)
    first.ready()
    second.ready()
    before = first.eval("TOOLBAR.diagnostics()")["engine"]
    assert second.eval("TOOLBAR.diagnostics()")["engine"]["heapBytes"] == before["heapBytes"]
    assert before["proxies"] >= 6, "both pages are connected to the same interpreter"
    first.call("openScript", "", "demo|1|1|30", True)
    assert second.call("getContactInfo", "demo|1|1|30")["ecid"] == "demo|1|1|30"


def test_each_tab_of_a_shared_runtime_calls_as_its_own_operator(open_desk: Desks) -> None:
    first, second = open_desk("op1@demo", csp=FRAME_CSP), open_desk("op2@demo", csp=FRAME_CSP)
    first.ready()
    second.ready()
    first.call("openScript", "", "demo|1|1|31", True)
    assert second.call("openScript", "", "demo|1|1|31", True)["reservedBy"] == "op1@demo"


def test_a_closed_tab_gives_back_its_part_of_the_runtime(open_desk: Desks) -> None:
    stays, goes = open_desk(csp=FRAME_CSP), open_desk(csp=FRAME_CSP)
    stays.ready()
    before = stays.eval("TOOLBAR.diagnostics()")["engine"]["proxies"]
    goes.ready()
    goes.page.goto("about:blank")
    until(stays, f"TOOLBAR.diagnostics().then((d) => d.engine.proxies <= {before})")


@pytest.mark.parametrize("kind", ["shared", "worker", "frame"])
def test_a_frame_that_the_page_removed_is_replaced(open_desk: Desks, kind: str) -> None:
    desk = open_desk(csp=FRAME_CSP, config=f"{{runtime: '{kind}'}}")
    desk.ready()
    desk.eval("document.querySelector('iframe').remove()")
    lost = desk.call("saveScript", "demo|1|1|32", "BUSY_BY_AGENT", True)["rejected"]
    assert (lost["code"], lost["retryable"], lost["outcomeKnown"]) == ("RUNTIME_LOST", True, False)
    assert desk.call("openScript", "", "demo|1|1|33", True)["result"] is True
    assert desk.eval("TOOLBAR.diagnostics()")["replaced"] == 1
    assert desk.eval("document.querySelectorAll('iframe').length") == 1


def test_a_worker_that_is_killed_is_replaced_and_its_calls_in_flight_reject(
    browser: Browser, service: ServiceProcess
) -> None:
    profile = browser.new_context()
    profile.add_init_script("""const Real = Worker;
        self.Worker = class extends Real { constructor(...given) { super(...given); self.lastWorker = this; } };""")
    page = profile.new_page()
    page.add_init_script(f"self.TOOLBAR_CONFIG = {{runtime: 'worker', token: {service.token('op1@demo')!r}}}")
    page.goto(f"{service.url}/demo/")
    desk = Desk(page)
    assert desk.ready()["runtime"] == "worker"
    lost = desk.eval("""(() => {
        const promise = TOOLBAR.EASYCIM.saveScript('demo|1|1|34', 'BUSY_BY_AGENT', true);
        lastWorker.terminate();
        return promise;
    })()""")["rejected"]
    assert (lost["code"], lost["outcomeKnown"]) == ("RUNTIME_LOST", False)
    assert desk.call("openScript", "", "demo|1|1|35", True)["result"] is True
    profile.close()


def test_the_frame_serves_configured_origins_only(context: BrowserContext, service: ServiceProcess) -> None:
    with serve_pages() as stranger:
        page = context.new_page()
        tag = f'<script src="{service.url}/sdk/toolbar.js"></script>'
        page.goto(stranger.add("/evil.html", tag, {"content-security-policy": FRAME_CSP.format(service=service.url)}))
        failure = Desk(page).ready()["rejected"]
        assert failure["code"] in ("ENGINE_BLOCKED", "BOOT_FAILED")
        assert (
            "does not let this page's origin frame it" in Desk(page).eval("TOOLBAR.diagnostics()")["refused"]["frame"]
        )
        page.close()


def test_the_frames_script_takes_no_port_from_a_foreign_origin(
    context: BrowserContext, service: ServiceProcess
) -> None:
    """Even where a browser would show the frame, for instance opened as a window of its own."""
    page = context.new_page()
    page.goto(f"{service.url}/sdk/frame.html")
    answered = page.evaluate("""new Promise((finish) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = (event) => finish(event.data);
        dispatchEvent(new MessageEvent('message', { data: { toolbar: 'toolbar-py/1', runtime: 'auto' },
            origin: 'https://evil.example', source: window, ports: [port2] }));
        port1.postMessage(['start', {}]);
        setTimeout(() => finish('nothing'), 1_500);
    })""")
    assert answered == "nothing"
    page.close()


@pytest.mark.parametrize("damage", ["tampered", "truncated"])
@pytest.mark.parametrize("part", ["pyodide.asm", "image", "library"])
def test_a_damaged_file_is_refused(browser: Browser, crm: HostPages, tmp_path: Path, part: str, damage: str) -> None:
    sdk = tmp_path / "sdk"
    shutil.copytree(SDK_DIR, sdk)
    for file in (sdk / "assets").glob(f"{part}-*"):
        if file.suffix in (".br", ".gz", ".zst"):
            file.unlink()
            continue
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 0xFF
        file.write_bytes(content if damage == "tampered" else content[: len(content) // 2])
    with ServiceProcess(tmp_path / "data", origins=[crm.origin], sdk_dir=sdk) as damaged:
        desks = Desks(browser.new_context(), crm, damaged, "page")
        desk = desks()
        told = desk.ready()
        if part == "image":
            boot = desk.eval("TOOLBAR.diagnostics()")["engine"]["boot"]
            assert boot["kind"] == "plain", "without the image Python boots the long way"
            assert "is not the file that was built" in boot["reason"]
            assert desk.call("getContactInfoWS", "demo|1|1|1")["ecid"] == "demo|1|1|1"
        else:
            assert told["rejected"]["code"] == "BOOT_FAILED"
            assert "is not the file that was built" in told["rejected"]["message"]
        desks.close()


KEPT = "caches.open('toolbar-py').then((cache) => cache.keys())"


# A sound file, but not the one that was built: nothing but its hash tells.
_EMPTY_MODULE = "new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])"


@pytest.mark.parametrize("name", ["image-", "library-", "pyodide.asm-"])
def test_a_damaged_file_in_the_cache_is_fetched_anew(
    browser: Browser, crm: HostPages, service: ServiceProcess, name: str
) -> None:
    desks = Desks(browser.new_context(), crm, service, "page")
    desk = desks()
    desk.ready()
    until(desk, f"{KEPT}.then((keys) => keys.length === 3)")
    desk.eval(f"""caches.open('toolbar-py').then(async (cache) => {{
        const key = (await cache.keys()).find((kept) => kept.url.includes({name!r}));
        await cache.put(key, new Response({_EMPTY_MODULE}));
    }})""")
    desk.page.reload()
    desk.ready()
    assert desk.eval("TOOLBAR.diagnostics()")["engine"]["boot"]["kind"] == "image"
    until(
        desk,
        f"""caches.open('toolbar-py').then(async (cache) => {{
            const key = (await cache.keys()).find((kept) => kept.url.includes({name!r}));
            return key !== undefined && (await (await cache.match(key)).arrayBuffer()).byteLength > 1_000_000;
        }})""",
    )
    desks.close()


def test_a_cache_that_fails_is_done_without(browser: Browser, crm: HostPages, service: ServiceProcess) -> None:
    desks = Desks(browser.new_context(), crm, service, "page")
    desk = desks(before="Cache.prototype.match = () => Promise.reject(new Error('the disk is damaged'));")
    desk.ready()
    boot = desk.eval("TOOLBAR.diagnostics()")["engine"]["boot"]
    assert (boot["kind"], boot["image"]) == ("image", "service")
    desks.close()


@pytest.mark.parametrize("runtime", ["page", "auto"])
def test_a_boot_without_the_image_is_warned_about_once(
    browser: Browser, crm: HostPages, tmp_path: Path, runtime: str
) -> None:
    sdk = tmp_path / "sdk"
    shutil.copytree(SDK_DIR, sdk)
    for file in (sdk / "assets").glob("image-*"):
        file.unlink()
    with ServiceProcess(tmp_path / "data", origins=[crm.origin], sdk_dir=sdk) as without_image:
        desks = Desks(browser.new_context(), crm, without_image, runtime)
        desk = desks(before="window.warned = []; console.warn = (text) => warned.push(text);")
        desk.ready()
        assert desk.call("getContactInfoWS", "demo|1|1|1")["ecid"] == "demo|1|1|1"
        warned = [text for text in desk.page.evaluate("warned") if "memory image" in text]
        assert len(warned) == 1
        desks.close()


def test_a_page_that_moves_before_its_first_call_is_answered_in_the_new_place(
    browser: Browser, crm: HostPages, service: ServiceProcess
) -> None:
    desks = Desks(browser.new_context(), crm, service, "auto")
    desk = desks(csp="")
    desk.ready()
    answered = desk.eval("""(TOOLBAR.configure({runtime: 'page'}), TOOLBAR.EASYCIM.getContactInfoWS('demo|1|1|1'))""")
    assert answered["ecid"] == "demo|1|1|1"
    assert desk.eval("TOOLBAR.health()")["runtime"] == "page"
    desks.close()


def test_a_navigation_takes_the_image_from_the_cache(browser: Browser, crm: HostPages, service: ServiceProcess) -> None:
    desks = Desks(browser.new_context(), crm, service, "page")
    desk = desks()
    desk.ready()
    until(desk, f"{KEPT}.then((keys) => keys.length === 3)")
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    desk.page.reload()
    desk.ready()
    assert desk.eval("TOOLBAR.diagnostics()")["engine"]["boot"]["image"] == "cache"
    big = [url for url in asked if any(name in url for name in ("/image-", "/library-", "/pyodide.asm-"))]
    assert [url for url in big if not url.endswith(".mjs")] == []
    desks.close()


@pytest.fixture
def booted_often(context: BrowserContext, service: ServiceProcess) -> Iterator[Page]:
    page = context.new_page()
    page.add_init_script("self.TOOLBAR_CONFIG = {runtime: 'page'}")
    page.goto(f"{service.url}/demo/")
    yield page
    page.close()


def test_a_hundred_restored_runtimes_share_no_random_state(booted_often: Page) -> None:
    desk = Desk(booted_often)
    instances: set[str] = set()
    for _ in range(100):
        desk.ready()
        found = desk.eval("TOOLBAR.diagnostics()")["engine"]
        assert found["boot"]["kind"] == "image"
        instances.add(found["instance"])
        booted_often.reload()
    assert len(instances) == 100


def test_ten_thousand_calls_leave_nothing_behind(open_desk: Desks) -> None:
    desk = open_desk(csp=PAGE_CSP, config="{runtime: 'page'}")
    desk.ready()
    desk.eval("(async () => { for (let i = 0; i < 200; i++) await TOOLBAR.EASYCIM.getContactInfo('x'); })()")
    before = desk.eval("TOOLBAR.diagnostics()")["engine"]
    desk.eval("""(async () => { for (let i = 0; i < 100; i++)
        await Promise.all(Array.from({length: 100}, () => TOOLBAR.EASYCIM.getContactInfo('x'))); })()""")
    after = desk.eval("TOOLBAR.diagnostics()")["engine"]
    assert {key: after[key] for key in ("heapBytes", "proxies", "references")} == {
        key: before[key] for key in ("heapBytes", "proxies", "references")
    }


def until(desk: Desk, condition: str) -> None:
    """Wait until a condition on the page holds."""
    waiting = f"while (!(await {condition})) await new Promise((next) => setTimeout(next, 20));"
    assert desk.eval(f"(async () => {{ {waiting} return true; }})()") is True
