"""A reload in each phase of a call changes no answer, and the save works (contract sections 3 and 4)."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from tests.browser.conftest import BIND, RECORD, Desk, Desks
from tests.support.gateway import ENVIRONMENT, Gateway
from tests.support.pages import HostPages
from tests.support.service import ServiceProcess

_OPERATORS = count(60)
_ECIDS = (f"demo|1|1|{number}" for number in count(600))

_DIALLED = ("connectionstarted", "serviceinitiated", "dialing")
_TALKED = (*_DIALLED, "established")
PHASES = {
    "POPUP": (),
    "dialing": _DIALLED,
    "established": _TALKED,
    "held": (*_TALKED, "held"),
    "after-call work": (*_TALKED, "connectioncleared"),
}
WAYS = {
    "reload": "location.reload()",
    "navigation": "location.assign(location.href + '?next')",
}


@pytest.fixture(scope="session")
def service(runtime: str, crm: HostPages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """easyCIM joined to a telephone system that does what the test says."""
    folder = tmp_path_factory.mktemp(f"reloads-{runtime}")
    with ServiceProcess(folder, origins=[crm.origin], environment=ENVIRONMENT) as running:
        yield running


def answers(desk: Desk, contact_id: str, ecid: str) -> list[Any]:
    """Give what the page is told of the contact."""
    return [
        desk.eval("TOOLBAR.CONTACT.getContactList()"),
        desk.call("getContactInfo", contact_id),
        desk.call("getContactInfo", ecid),
        desk.eval("TOOLBAR.AGENT.getAgentState()"),
    ]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("events", PHASES.values(), ids=PHASES)
def test_a_page_that_comes_back_gets_the_same_answers_and_saves(
    open_desk: Desks, gateway: Gateway, events: tuple[str, ...], way: str
) -> None:
    operator, ecid = f"op{next(_OPERATORS)}@demo", next(_ECIDS)
    desk = open_desk(operator, before=RECORD, after=BIND)
    desk.eval("TOOLBAR.AGENT.Login()")
    contact_id = gateway.bring(operator, ecid, *events)
    desk.until(f"seen().length === {2 + len(events)}")
    assert desk.call("openScript", "", ecid, False)["contactId"] == contact_id
    before, seen = answers(desk, contact_id, ecid), desk.eval("seen()")
    assert before[0][0]["id"] == contact_id
    assert (before[1]["ecid"], before[3]) == (ecid, "LOGGEDIN")

    with desk.page.expect_navigation():
        desk.page.evaluate(way)
    assert answers(desk, contact_id, ecid) == before

    saved = desk.call("saveScript", contact_id, "NEGATIVE", True)
    assert (saved["result"], saved["ecid"], saved["delivered"]) == (True, ecid, True)
    if events and events[-1] != "connectioncleared":
        gateway.report(operator, contact_id, "connectioncleared")
    desk.until("seen().some(([event]) => event === 'DELETE')")
    after = desk.eval("seen()")
    assert after[: len(seen)] == seen, "nothing is delivered again"
    assert len({event for event, _, _ in after}) == len(after), "and nothing twice"
