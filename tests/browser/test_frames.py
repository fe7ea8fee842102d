"""Frames of one tab that share an origin each have a place of their own among the events (contract section 4)."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import BIND, LISTENING, RECORD, Desks
from tests.support.gateway import ENVIRONMENT, Gateway
from tests.support.pages import HostPages
from tests.support.service import ServiceProcess

_OPERATOR = "op20@demo"
_INNER_RECORD = RECORD.replace("'seen'", "'seen in the inner frame'")
_HEARS = f"(async () => {{ while (!(await ({LISTENING}))) await new Promise((next) => setTimeout(next, 10)); }})()"


@pytest.fixture(scope="session")
def runtime() -> str:
    """A hidden frame of its own for each page, which must not be counted among the page's."""
    return "frame"


@pytest.fixture(scope="session")
def service(crm: HostPages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """easyCIM joined to a telephone system that does what the test says."""
    with ServiceProcess(tmp_path_factory.mktemp("frames"), origins=[crm.origin], environment=ENVIRONMENT) as running:
        yield running


def test_a_frame_that_was_away_is_told_what_the_page_around_it_heard_meanwhile(
    open_desk: Desks, service: ServiceProcess
) -> None:
    alone = open_desk(_OPERATOR, before=_INNER_RECORD, after=BIND, csp="")
    address = alone.page.url
    alone.page.close()
    outer = open_desk(_OPERATOR, before=RECORD, after=BIND, csp="")
    outer.until(LISTENING)
    outer.eval("document.body.append(Object.assign(document.createElement('iframe'), {src: argument}))", address)
    outer.until("document.body.lastChild.contentWindow.TOOLBAR")
    inner = next(frame for frame in outer.page.frames if frame.url == address)
    inner.evaluate(_HEARS)
    with Gateway(service.url) as gateway:
        contact_id = gateway.bring(_OPERATOR, "demo|1|1|606")
        for page in (outer.page, inner):
            page.wait_for_function("seen().length === 1")
        inner.goto("about:blank")
        gateway.report(_OPERATOR, contact_id, "connectionstarted")
        outer.until("seen().length === 2")
        inner.goto(address)
        inner.evaluate(_HEARS)
        gateway.report(_OPERATOR, contact_id, "dialing")
    heard: list[list[str]] = []
    for page in (outer.page, inner):
        page.wait_for_function("seen().some(([event]) => event === 'dialing')")
        heard.append([event for event, *_ in page.evaluate("seen()")])
    assert heard == [["POPUP", "connectionstarted", "dialing"]] * 2
