"""A page that comes back from the browser's history goes on where the tab has got to (contract section 4)."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from playwright.sync_api import BrowserContext, Playwright

from tests.browser.conftest import LISTENING, Desk, Desks, chromium
from tests.support.eventful import EventfulService, StagedDesk
from tests.support.pages import HostPages
from tests.support.service import ServiceProcess
from toolbar_py.wire.telephony import AgentEventName

_ECIDS = count(610)

# What this document was told, and whether it was put away as it is.
HEAR = """
window.heard = [];
window.hear = (event, data) => { heard.push(data.event); };
addEventListener('pageshow', ({persisted}) => { window.returned = persisted; window.silent = false; });
"""
BIND = "TOOLBAR.CONTACT.bindContactCallback(hear)"
NEXT = "location.assign(location.pathname + '?next')"
AWAY = "location.assign('/elsewhere.html')"


@pytest.fixture(scope="module")
def context(playwright: Playwright) -> Iterator[BrowserContext]:
    """A browser that keeps the pages that were left, as everybody's does: Playwright forbids it by itself."""
    with chromium(playwright, ignore_default_args=["--disable-back-forward-cache"]) as browser:
        yield browser.new_context()


@pytest.fixture
def open_page(open_desk: Desks, crm: HostPages, eventful: EventfulService, operator: str) -> Callable[..., Desk]:
    """Opens a page of the operator's that keeps what it hears."""
    crm.add("/elsewhere.html", "<!doctype html><title>Elsewhere</title>")

    def open_page(*, early: str = "", after: str = BIND, config: str = "{}") -> Desk:
        return open_desk(operator, before=HEAR + early, after=after, config=config, service_url=eventful.url)

    return open_page


def go(desk: Desk, way: str) -> None:
    """Go on to another page when Python rests: Chromium keeps no page that is busy with its database."""
    desk.until("TOOLBAR.diagnostics().then(({engine}) => engine.asksWaiting === 0)")
    leave(desk, way)


def leave(desk: Desk, way: str) -> None:
    """Go on to another page at once."""
    with desk.page.expect_navigation():
        desk.page.evaluate(way)


def back(desk: Desk) -> None:
    """Go back to a page that the browser has kept."""
    desk.page.go_back(wait_until="commit")
    desk.until("'returned' in window")
    why = "JSON.stringify(performance.getEntriesByType('navigation')[0].notRestoredReasons)"
    assert desk.eval("returned") is True, desk.eval(why)


def told_of_a_contact(open_page: Callable[..., Desk], telephone: StagedDesk) -> Desk:
    """Open a page, and let it hear that a contact comes."""
    desk = open_page()
    desk.until(LISTENING)
    telephone.contact("c1", "POPUP")
    desk.until("heard.length === 1")
    return desk


def test_going_back_repeats_no_event_and_loses_none(open_page: Callable[..., Desk], telephone: StagedDesk) -> None:
    desk = told_of_a_contact(open_page, telephone)
    go(desk, NEXT)
    telephone.contact("c1", "connectionstarted", "datachanged")
    desk.until("heard.length === 2")
    back(desk)
    telephone.contact("c1", "dialing")
    desk.until("heard.includes('dialing')")
    assert desk.eval("heard") == ["POPUP", "dialing"]


def test_a_page_that_has_heard_more_than_the_next_one_hears_nothing_again(
    open_page: Callable[..., Desk], telephone: StagedDesk
) -> None:
    desk = open_page()
    desk.until(LISTENING)
    telephone.contact("c1", "POPUP", "connectionstarted")
    desk.until("heard.length === 2")
    go(desk, AWAY)
    # As a next page leaves it that was to be told the second event too, and was left before.
    desk.page.evaluate("sessionStorage.setItem('toolbar-py', sessionStorage.getItem('toolbar-py').replace('2 ', '1 '))")
    back(desk)
    telephone.contact("c1", "dialing")
    desk.until("heard.includes('dialing')")
    assert desk.eval("heard") == ["POPUP", "connectionstarted", "dialing"]


def test_what_happens_while_a_page_without_toolbar_is_shown_is_told_after_going_back(
    open_page: Callable[..., Desk], telephone: StagedDesk
) -> None:
    desk = told_of_a_contact(open_page, telephone)
    go(desk, AWAY)
    telephone.contact("c1", "connectionstarted")
    back(desk)
    telephone.contact("c1", "dialing")
    desk.until("heard.includes('dialing')")
    assert desk.eval("heard") == ["POPUP", "connectionstarted", "dialing"]


def test_what_the_agent_did_while_a_page_was_put_away_is_told_after_going_back(
    open_page: Callable[..., Desk], telephone: StagedDesk
) -> None:
    desk = told_of_a_contact(open_page, telephone)
    go(desk, NEXT)
    telephone.contact("c1", "connectionstarted")
    desk.until("heard.length === 1")
    go(desk, AWAY)
    telephone.agent(AgentEventName.PAUSE)
    with desk.page.expect_navigation(wait_until="commit"):
        desk.page.evaluate("history.go(-2)")
    desk.until("'returned' in window")
    telephone.contact("c1", "dialing")
    desk.until("heard.includes('dialing')")
    assert desk.eval("heard") == ["POPUP", "AGENT:PAUSE", "dialing"]


@pytest.mark.parametrize(("way", "first"), [(NEXT, []), (AWAY, ["POPUP"])], ids=["heard elsewhere", "heard nowhere"])
def test_what_waited_on_a_page_that_was_put_away_is_told_once_in_the_tab(
    open_page: Callable[..., Desk], telephone: StagedDesk, way: str, first: list[str]
) -> None:
    desk = open_page(after=f"if (location.search) {BIND}")
    desk.until(LISTENING)
    telephone.contact("c1", "POPUP")
    desk.until("TOOLBAR.CONTACT.getContactList().then((list) => list.length === 1)")
    go(desk, way)
    if way == NEXT:
        desk.until("heard.length === 1")
    back(desk)
    desk.eval(BIND)
    telephone.contact("c1", "connectionstarted")
    desk.until("heard.includes('connectionstarted')")
    assert desk.eval("heard") == [*first, "connectionstarted"]


def test_a_call_in_flight_is_lost_when_the_page_is_put_away_and_later_ones_are_answered(
    open_page: Callable[..., Desk], service: ServiceProcess, operator: str
) -> None:
    token = f"{{token: () => window.silent ? new Promise(() => {{}}) : {service.token(operator)!r}}}"
    desk = open_page(config=token)
    desk.until(LISTENING)
    desk.page.evaluate("""() => {
        window.silent = true;
        window.lost = TOOLBAR.EASYCIM.saveScript('demo|1|1|600', 'POSITIVE').catch((error) => error.toJSON());
        window.unread = TOOLBAR.EASYCIM.getContactInfoWS('demo|1|1|600').catch((error) => error.toJSON());
    }""")
    leave(desk, AWAY)
    back(desk)
    lost, unread = desk.eval("lost"), desk.eval("unread")
    assert (lost["code"], lost["retryable"], lost["outcomeKnown"]) == ("RUNTIME_LOST", True, False)
    assert (unread["code"], unread["retryable"], unread["outcomeKnown"]) == ("RUNTIME_LOST", True, True)
    assert desk.eval("TOOLBAR.AGENT.getAgentID()") == operator


@pytest.mark.parametrize(
    ("event", "place"),
    [("visibilitychange", "early"), ("pageshow", "early"), ("pagehide", "after")],
    ids=["is visible again", "is shown again, heard before the toolbar", "goes, heard after the toolbar"],
)
def test_what_a_page_calls_when_it(open_page: Callable[..., Desk], event: str, place: str) -> None:
    """A call between the toolbar's word that the page goes and the one that it is back waits, and is made once."""
    ecid = f"demo|1|1|{next(_ECIDS)}"
    listen = f"""addEventListener('{event}', () => {{
        if (!window.armed || ('{event}' === 'visibilitychange' && document.hidden)) return;
        armed = false;
        window.saved = TOOLBAR.EASYCIM.saveScript('{ecid}', 'BUSY_BY_AGENT').catch((error) => error.toJSON());
    }}, true);"""
    desk = open_page(**{place: f"{BIND}; {listen}" if place == "after" else listen})
    desk.until(LISTENING)
    desk.page.evaluate("window.armed = true")
    go(desk, AWAY)
    back(desk)
    saved = desk.eval("saved")
    assert saved.get("delivered") is True, saved
    assert len(desk.call("getContactInfoWS", ecid)["attempts"]) == 1


def test_a_page_that_is_put_away_while_python_starts_goes_on_where_the_tab_has_got_to(
    open_page: Callable[..., Desk], telephone: StagedDesk, runtime: str
) -> None:
    if runtime != "page":
        pytest.skip("that Python is starting shows only where it starts in the page")
    # Chromium would not keep a page that is still loading something; other browsers may.
    desk = open_page(
        after=BIND
        + """
        for (const name of location.search ? ['compile', 'compileStreaming', 'instantiate'] : []) {
            const own = WebAssembly[name];
            WebAssembly[name] = (...given) => {
                if (!window.starts) setTimeout(() => {
                    dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}));
                    // As another page leaves it that has heard the second event.
                    sessionStorage.setItem('toolbar-py', sessionStorage.getItem('toolbar-py').replace('1 ', '2 '));
                    dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}));
                });
                window.starts = true;
                return own.apply(WebAssembly, given);
            };
        }"""
    )
    desk.until(LISTENING)
    telephone.contact("c1", "POPUP")
    desk.until("heard.length === 1")
    address = desk.page.url
    go(desk, AWAY)
    telephone.contact("c1", "connectionstarted")
    desk.page.goto(address + "?next")
    assert "version" in desk.ready()
    telephone.contact("c1", "datachanged")
    desk.until("heard.includes('datachanged')")
    assert desk.eval("heard") == ["datachanged"]


def test_a_shared_runtime_outlives_the_navigation_of_the_only_tab(open_page: Callable[..., Desk], runtime: str) -> None:
    if runtime != "shared":
        pytest.skip("every page has a runtime of its own")
    desk = open_page()
    before = boot(desk)
    go(desk, NEXT)
    assert boot(desk) == before
    back(desk)
    assert boot(desk) == before
    assert desk.page.evaluate("document.querySelectorAll('iframe').length") == 1


def boot(desk: Desk) -> object:
    """Give when each stage of Python's boot was done, which tells one Python from another."""
    engine = "TOOLBAR.diagnostics().then(({engine}) => engine"
    desk.until(f"{engine} !== null)")
    return desk.eval(f"{engine}.boot.stages)")
