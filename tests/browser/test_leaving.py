"""A page that leaves slowly, or not at all, takes no event from the next one (contract section 4)."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import LISTENING, Desk, Desks
from tests.support.eventful import EventfulService, StagedDesk
from tests.support.pages import HostPages

# A page that a navigation is about to replace can be listened to, and not be asked.
HEAR = "window.hear = (event, data) => { console.info(`heard ${data.event}`); };"
BIND = "TOOLBAR.CONTACT.bindContactCallback(hear);"
DIALLED = ("connectionstarted", "datachanged", "serviceinitiated", "dialing")


@pytest.fixture(scope="session", params=["page", "shared"])
def runtime(request: pytest.FixtureRequest) -> str:
    """One that goes with the page, and one that may outlive it."""
    return request.param


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A profile of each test's own: a clock that a test sets is that of every page there."""
    profile = browser.new_context()
    yield profile
    profile.close()


@pytest.fixture
def open_page(open_desk: Desks, eventful: EventfulService, operator: str) -> Callable[..., Desk]:
    """Opens a page of the operator's that says what it hears."""

    def open_page(after: str = BIND) -> Desk:
        desk = open_desk(operator, before=HEAR, after=after, service_url=eventful.url)
        desk.until(LISTENING)
        return desk

    return open_page


class Ear:
    """What the pages of a tab are told, one after the other."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.heard: list[str] = []
        page.on("console", lambda message: self._take(message.text))

    def until(self, event: str) -> None:
        """Wait until an event was told."""
        while event not in self.heard:
            self._page.wait_for_event("console")

    def _take(self, text: str) -> None:
        if text.startswith("heard "):
            self.heard.append(text.removeprefix("heard "))


def test_a_slow_next_page_is_told_what_the_leaving_one_heard_but_not_the_popup(
    open_page: Callable[..., Desk], crm: HostPages, telephone: StagedDesk
) -> None:
    desk = open_page(
        BIND
        + """TOOLBAR.CONTACT.bindContactCallback((event, data) => {
            if (data.event === 'POPUP') window.open(location.pathname + '?next', '_self');
        });"""
    )
    tab = Ear(desk.page)
    with crm.hold(f"{urlsplit(desk.page.url).path}?next"):
        telephone.contact("c1", "POPUP", *DIALLED)
        tab.until("dialing")
        assert tab.heard == ["POPUP", *DIALLED]
    desk.page.wait_for_url("**?next")
    telephone.contact("c1", "established")
    tab.until("established")
    assert tab.heard == ["POPUP", *DIALLED, *DIALLED, "established"]


def test_a_popup_that_the_leaving_page_heard_is_not_told_to_a_slow_next_one(
    open_page: Callable[..., Desk], crm: HostPages, telephone: StagedDesk
) -> None:
    desk = open_page()
    tab = Ear(desk.page)
    with crm.hold(f"{urlsplit(desk.page.url).path}?next"):
        with desk.page.expect_request("**?next"):
            desk.page.evaluate("void setTimeout(() => location.assign(location.pathname + '?next'))")
        telephone.contact("c1", "connectionstarted")
        telephone.contact("c2", "POPUP", "connectionstarted", "datachanged")
        tab.until("datachanged")
    desk.page.wait_for_url("**?next")
    telephone.contact("c2", "serviceinitiated")
    tab.until("serviceinitiated")
    first = ["connectionstarted", "POPUP", "connectionstarted", "datachanged"]
    assert tab.heard == [*first, "connectionstarted", "datachanged", "serviceinitiated"]


@pytest.mark.parametrize("used", [False, True], ids=["a minute later", "used again"])
def test_what_a_page_heard_that_stayed_after_all_is_not_told_to_the_next_one(
    open_page: Callable[..., Desk], crm: HostPages, telephone: StagedDesk, used: bool
) -> None:
    desk = open_page()
    tab = Ear(desk.page)
    crm.add("/list.csv", "a;b", {"content-disposition": "attachment"})
    desk.page.clock.install()
    with desk.page.expect_download():
        desk.page.evaluate("location.assign('/list.csv')")
    telephone.contact("c1", "POPUP", *DIALLED)
    desk.page.clock.fast_forward(2_000)
    tab.until("dialing")
    if used:
        desk.page.keyboard.press("a")
        desk.page.clock.fast_forward(10_000)
        desk.page.keyboard.press("a")
    else:
        desk.page.clock.fast_forward(60_000)
    desk.page.goto(desk.page.url + "?next")
    telephone.contact("c1", "established")
    tab.until("established")
    assert tab.heard == ["POPUP", *DIALLED, "established"]
