"""A browser for all tests of the kit, and the web server of the sample pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.pages import HostPages, serve_pages
from toolbar_py.conformance.browser import chromium

PAGES = Path(__file__).parent / "pages"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def crm() -> Iterator[HostPages]:
    """The CRM's origin, with the sample pages."""
    with serve_pages() as site:
        site.add("/crm.js", (PAGES / "crm.js").read_text())
        for page in PAGES.glob("*/*.html"):
            site.add(f"/{page.parent.name}/{page.name}", page.read_text())
        yield site
