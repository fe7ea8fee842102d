"""What is one operator's is not another's, who comes to the same browser (contract sections 3 and 4)."""

import json
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Route

from tests.browser.conftest import BIND, LISTENING, RECORD, Desks
from tests.support.gateway import ENVIRONMENT, Gateway
from tests.support.pages import HostPages
from tests.support.service import ServiceProcess

_EVENTS = "**/easycim/v1/events"
_OPERATORS = count(30)
_CORS = {"access-control-allow-origin": "*"}


@pytest.fixture(scope="session")
def runtime() -> str:
    """The page itself: a browser tells tests of the requests of no other runtime."""
    return "page"


@pytest.fixture(scope="session")
def service(runtime: str, crm: HostPages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """easyCIM joined to a telephone system that does what the test says."""
    folder = tmp_path_factory.mktemp(f"owners-{runtime}")
    with ServiceProcess(folder, origins=[crm.origin], environment=ENVIRONMENT) as running:
        yield running


@pytest.fixture
def two(service: ServiceProcess) -> tuple[str, str, str, str]:
    """Two operators whom nobody else uses, and the token of each."""
    first, second = (f"op{next(_OPERATORS)}@demo" for _ in range(2))
    return first, second, service.token(first), service.token(second)


def test_what_is_told_of_one_operator_is_never_the_desk_of_the_next(
    open_desk: Desks, context: BrowserContext, gateway: Gateway, two: tuple[str, str, str, str]
) -> None:
    first, second, token, later = two
    desk = open_desk(config="{token: () => window.held}", before=f"{RECORD} window.held = {token!r};", after=BIND)
    desk.until(LISTENING)
    desk.eval("TOOLBAR.AGENT.Login()")
    desk.page.evaluate("(token) => { window.held = token; }", later)
    gateway.bring(first, "demo|1|1|300")
    desk.until("seen().length === 2")
    desk.page.close()

    context.route(_EVENTS, lambda route: route.abort())
    desk = open_desk(second, config="{timeoutMs: 2000}")
    told = desk.eval("TOOLBAR.AGENT.getAgentID()")
    context.unroute(_EVENTS)
    assert told != first


def test_a_page_follows_the_operator_whom_its_token_names_by_the_next_request(
    open_desk: Desks, two: tuple[str, str, str, str]
) -> None:
    first, second, token, later = two
    desk = open_desk(config="{token: () => window.held}", before=f"window.held = {token!r};")
    desk.until(LISTENING)
    assert desk.eval("TOOLBAR.AGENT.getAgentID()") == first
    desk.page.evaluate("(token) => { window.held = token; }", later)
    desk.call("getContactInfoWS", "demo|1|1|301")
    desk.until(f"TOOLBAR.AGENT.getAgentID().then((id) => id === {second!r})")


def test_a_page_does_not_take_the_lease_of_one_operator_for_that_of_the_next(
    open_desk: Desks, two: tuple[str, str, str, str]
) -> None:
    _, _, token, later = two
    note = "({detail}) => { if (detail.state === 'closed') window.ended = TOOLBAR.health(); }"
    before = f"window.held = {token!r}; addEventListener('toolbar:connection', {note});"
    desk = open_desk(config="{token: () => window.held}", before=before)
    desk.until(f"{LISTENING}.then((listens) => listens && TOOLBAR.health()).then(({{leaseUntil}}) => leaseUntil > 0)")
    desk.page.evaluate("(token) => { window.held = token; }", later)
    desk.call("getContactInfoWS", "demo|1|1|301")
    desk.until("'ended' in window")
    assert desk.eval("ended")["leaseUntil"] is None


def test_tokens_that_name_nobody_share_no_desk(open_desk: Desks, context: BrowserContext) -> None:
    def only_alice(route: Route) -> None:
        if route.request.headers.get("authorization") == "Bearer opaque-alice":
            route.fulfill(headers={**_CORS, "content-type": "text/event-stream"}, body=_says("alice@demo"))
        else:
            route.abort()

    context.route(_EVENTS, only_alice)
    desk = open_desk(config="{token: 'opaque-alice'}")
    assert desk.eval("TOOLBAR.AGENT.getAgentID()") == "alice@demo"
    desk.page.close()
    again = open_desk(config="{token: 'opaque-bob', timeoutMs: 2000}")
    told = again.eval("TOOLBAR.AGENT.getAgentID()")
    context.unroute(_EVENTS)
    assert told != "alice@demo"


def _says(agent: str) -> str:
    """What a stream begins with."""
    now = int(time.time() * 1000)
    status: dict[str, Any] = {"agent": agent, "presence": "LOGGEDIN", "since": now, "loggedInAt": now, "groups": []}
    desk: dict[str, Any] = {
        "number": 0,
        "now": now,
        "resumed": True,
        "heartbeatMs": 5_000,
        "agent": status,
        "contacts": [],
    }
    return f"event: desk\ndata: {json.dumps(desk)}\n\n"
