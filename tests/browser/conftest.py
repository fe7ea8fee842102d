"""A real service, a host page on another origin, and a real Chromium between them."""

import runpy
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.support.eventful import EventfulService, StagedDesk, eventful_service
from tests.support.gateway import Gateway
from tests.support.pages import HostPages, serve_pages
from tests.support.service import ServiceProcess

ROOT = Path(__file__).parents[2]

# The least that a page needs to allow: to run Python itself, or only to frame the service (docs/runtimes.md).
PAGE_CSP = "default-src 'none'; script-src 'self' {service} 'wasm-unsafe-eval'; connect-src {service}"
FRAME_CSP = "default-src 'none'; script-src 'self' {service}/sdk/toolbar.js; frame-src {service}"

# What a page's callback was called with, over reloads: [event, id, ECID] each.
RECORD = """
window.seen = () => JSON.parse(sessionStorage.getItem('seen') || '[]');
window.record = function (event, data) {
    const ecid = TOOLBAR.CONTACT.GetCallDataValueByName(data, 'ECID');
    sessionStorage.setItem('seen', JSON.stringify([...seen(), [data.event, data.id ?? '', ecid]]));
};
"""
BIND = "TOOLBAR.CONTACT.bindContactCallback(record);"

# Notes how long the page waited for the word that there is no toolbar.
BEGIN = "window.began = performance.now();"
REFUSED = "TOOLBAR.ready.catch(() => { window.refusedAfterMs = performance.now() - began; });"

# Whether the page hears what happens at the desk.
LISTENING = "TOOLBAR.health().then((health) => health.connection?.state === 'open')"


@contextmanager
def chromium(playwright: Playwright, **more: Any) -> Generator[Browser]:
    """Run Chromium as the tests want it, with more options of Playwright's."""
    options = runpy.run_path(str(ROOT / "playwright.config.py"))["launch_options"]()
    launched = playwright.chromium.launch(**options, **more)
    yield launched
    launched.close()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with chromium(playwright) as launched:
        yield launched


@pytest.fixture(scope="session")
def crm() -> Iterator[HostPages]:
    """The CRM's origin."""
    with serve_pages() as site:
        yield site


@pytest.fixture(params=["page", "worker", "shared", "frame"], scope="session")
def runtime(request: pytest.FixtureRequest) -> str:
    """Where Python runs: the same tests hold everywhere."""
    return request.param


@pytest.fixture(scope="session")
def service(runtime: str, crm: HostPages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """easyCIM with fresh demo data for each runtime, on an origin of its own that allows the CRM's."""
    with ServiceProcess(tmp_path_factory.mktemp(f"easycim-{runtime}"), origins=[crm.origin]) as running:
        yield running


@pytest.fixture
def gateway(service: ServiceProcess) -> Iterator[Gateway]:
    """The telephone system of a service that is joined to one."""
    with Gateway(service.url) as system:
        yield system


@pytest.fixture(scope="session")
def eventful(service: ServiceProcess) -> Iterator[EventfulService]:
    """The service, with event streams of which the test says what they tell."""
    with eventful_service(service.url) as running:
        yield running


@pytest.fixture
def operator(eventful: EventfulService) -> str:
    """An operator at whose desk nothing has happened yet."""
    return eventful.newcomer()


@pytest.fixture
def telephone(eventful: EventfulService, operator: str) -> StagedDesk:
    """What happens at the operator's desk."""
    return eventful.desk(operator)


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One operator's browser, with what its cache and its database hold; every test opens pages of its own in it."""
    profile = browser.new_context()
    yield profile
    profile.close()


class Desk:
    """An operator's page in the CRM, with the toolbar loaded."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def eval(self, script: str, argument: Any = None) -> Any:
        """Run JavaScript on the page; a rejection comes back as ``{rejected: error}``."""
        wrapped = f"""async (argument) => {{
            const late = new Promise((_, reject) => setTimeout(() => reject('nothing happened for 30 s'), 30_000));
            try {{ return await Promise.race([{script}, late]); }}
            catch (error) {{ return {{ rejected: error.toJSON ? error.toJSON() : String(error) }}; }}
        }}"""
        return self.page.evaluate(wrapped, argument)

    def call(self, method: str, *values: Any) -> Any:
        """Call a method of EASYCIM and give its answer, or ``{rejected: error}``."""
        return self.eval(f"TOOLBAR.EASYCIM.{method}(...argument)", list(values))

    def until(self, condition: str) -> None:
        """Wait until a condition on the page, an expression of JavaScript, holds."""
        waiting = f"while (!(await ({condition}))) await new Promise((next) => setTimeout(next, 10));"
        assert self.eval(f"(async () => {{ {waiting} return true; }})()") is True, f"it never came: {condition}"

    def ready(self) -> dict[str, Any]:
        """Wait until Python is up."""
        return self.eval("TOOLBAR.ready")


class Desks:
    """Opens CRM pages that load the toolbar."""

    def __init__(self, context: BrowserContext, crm: HostPages, service: ServiceProcess, runtime: str) -> None:
        self._context = context
        self._crm = crm
        self._service = service
        self._runtime = runtime
        self._pages: list[Page] = []

    def __call__(
        self,
        operator: str = "op1@demo",
        *,
        config: str = "{}",
        before: str = "",
        after: str = "",
        csp: str | None = None,
        tag: str = '<script src="{service}/sdk/toolbar.js"></script>',
        service_url: str | None = None,
    ) -> Desk:
        """Open a page.

        Args:
            operator: whose token the page has.
            config: what the page puts into ``TOOLBAR_CONFIG`` beside it, as JavaScript.
            before: a script of the page before the loader's tag.
            after: one behind it.
            csp: the page's Content-Security-Policy; the least that the runtime needs, unless given.
            tag: how the page loads the toolbar.
            service_url: another way to the service.
        """
        crm, number = self._crm, uuid4().hex[:8]
        url = service_url or self._service.url
        settings = f"{{token: {self._service.token(operator)!r}, runtime: {self._runtime!r}, ...{config}}}"
        crm.add(f"/before-{number}.js", f"window.TOOLBAR_CONFIG = {settings};\n{before}")
        crm.add(f"/after-{number}.js", after or "void 0")
        html = (
            f'<!doctype html><title>CRM</title><script src="/before-{number}.js"></script>'
            f'{tag.format(service=url)}<script src="/after-{number}.js"></script>'
        )
        policy = csp if csp is not None else PAGE_CSP if self._runtime == "page" else FRAME_CSP
        headers = {"content-security-policy": policy.format(service=url)} if policy else {}
        address = crm.add(f"/page-{number}.html", html, headers)
        page = self._context.new_page()
        self._pages.append(page)
        page.goto(address)
        return Desk(page)

    def close(self) -> None:
        """Close every page that was opened."""
        for page in self._pages:
            page.close()


@pytest.fixture
def open_desk(context: BrowserContext, crm: HostPages, service: ServiceProcess, runtime: str) -> Iterator[Desks]:
    """Opens pages for one test."""
    desks = Desks(context, crm, service, runtime)
    yield desks
    desks.close()


@pytest.fixture(scope="session")
def desk(context: BrowserContext, crm: HostPages, service: ServiceProcess, runtime: str) -> Iterator[Desk]:
    """The page of operator op1@demo, with Python up: the same for all tests that only call."""
    desks = Desks(context, crm, service, runtime)
    opened = desks()
    opened.ready()
    yield opened
    desks.close()
