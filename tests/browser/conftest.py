"""A real service, a host page on another origin, and a real Chromium between them."""

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.pages import HostPages, serve_pages
from tests.support.service import ServiceProcess

ROOT = Path(__file__).parents[2]

# What a page needs to allow (README); nothing else works under it.
STRICT_CSP = "default-src 'none'; script-src 'self' {service} 'wasm-unsafe-eval'; connect-src {service}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    options = runpy.run_path(str(ROOT / "playwright.config.py"))["launch_options"]()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(**options)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def crm() -> Iterator[HostPages]:
    """The CRM's origin."""
    with serve_pages() as site:
        yield site


@pytest.fixture(scope="session")
def service(crm: HostPages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """easyCIM with the demo data, on an origin of its own that allows the CRM's."""
    with ServiceProcess(tmp_path_factory.mktemp("easycim"), origins=[crm.origin]) as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    fresh = browser.new_context()
    yield fresh
    fresh.close()


class Desk:
    """An operator's page in the CRM, with the toolbar loaded."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def eval(self, script: str, argument: Any = None) -> Any:
        """Run JavaScript on the page; a rejection comes back as ``{rejected: error}``."""
        wrapped = f"""async (argument) => {{
            try {{ return await ({script}); }}
            catch (error) {{ return {{ rejected: error.toJSON ? error.toJSON() : String(error) }}; }}
        }}"""
        return self.page.evaluate(wrapped, argument)

    def call(self, method: str, *values: Any) -> Any:
        """Call a method of EASYCIM and give its answer, or ``{rejected: error}``."""
        return self.eval(f"TOOLBAR.EASYCIM.{method}(...argument)", list(values))

    def ready(self) -> dict[str, Any]:
        """Wait until Python is up."""
        return self.eval("TOOLBAR.ready")


OpenDesk = Callable[..., Desk]


@pytest.fixture
def open_desk(context: BrowserContext, crm: HostPages, service: ServiceProcess) -> OpenDesk:
    """Open a CRM page that loads the toolbar under a strict CSP.

    The fixture's function takes the operator and, where a test needs them, ``config`` (for ``TOOLBAR_CONFIG``),
    ``before`` and ``after`` (scripts of the page around the loader's tag), ``csp`` and ``tag``.
    """
    count = 0

    def open_page(
        operator: str = "op1@demo",
        *,
        config: str = "{}",
        before: str = "",
        after: str = "",
        csp: str = STRICT_CSP,
        tag: str = '<script src="{service}/sdk/toolbar.js"></script>',
        where: BrowserContext | None = None,
    ) -> Desk:
        nonlocal count
        count += 1
        token = service.token(operator)
        crm.add(f"/before-{count}.js", f"window.TOOLBAR_CONFIG = {{token: {token!r}, ...{config}}};\n{before}")
        crm.add(f"/after-{count}.js", after or "void 0")
        html = (
            f'<!doctype html><title>CRM</title><script src="/before-{count}.js"></script>'
            f'{tag.format(service=service.url)}<script src="/after-{count}.js"></script>'
        )
        headers = {"content-security-policy": csp.format(service=service.url)} if csp else {}
        address = crm.add(f"/page-{count}.html", html, headers)
        page = (where or context).new_page()
        page.goto(address)
        return Desk(page)

    return open_page


@pytest.fixture
def desk(open_desk: OpenDesk) -> Desk:
    """The page of operator op1@demo, with Python up."""
    opened = open_desk()
    opened.ready()
    return opened
