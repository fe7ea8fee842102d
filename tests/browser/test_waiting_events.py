"""Events that wait because nothing is bound yet are told once, to the operator whose they are (contract section 4)."""

from collections.abc import Iterator
from itertools import count

import pytest

from tests.browser.conftest import LISTENING, RECORD, Desk, Desks
from tests.support.eventful import eventful_service
from tests.support.gateway import ENVIRONMENT, Gateway
from tests.support.pages import HostPages
from tests.support.service import ServiceProcess

_OPERATORS = (f"op{number}@demo" for number in count(10))
_ECIDS = (f"demo|1|1|{number}" for number in count(600))
_LATE_BIND = "TOOLBAR.CONTACT.bindContactCallback(record)"


@pytest.fixture(scope="session")
def runtime() -> str:
    """A page can take this one away from itself."""
    return "frame"


@pytest.fixture(scope="session")
def service(crm: HostPages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """easyCIM joined to a telephone system that does what the test says."""
    folder = tmp_path_factory.mktemp("waiting-events")
    with ServiceProcess(folder, origins=[crm.origin], environment=ENVIRONMENT) as running:
        yield running


def hear(desk: Desk, gateway: Gateway, operator: str, *events: str) -> str:
    """Let a contact come and wait until Python has told the page; gives its ContactID."""
    contact_id = gateway.bring(operator, next(_ECIDS), *events)
    last = ("POPUP", *events)[-1]
    desk.until(f"TOOLBAR.CONTACT.getContactList().then((list) => list.some(({{event}}) => event === '{last}'))")
    return contact_id


def test_a_new_runtime_sends_them_no_second_time(open_desk: Desks, gateway: Gateway) -> None:
    operator = next(_OPERATORS)
    desk = open_desk(operator, before=RECORD)
    desk.until(LISTENING)
    contact_id = hear(desk, gateway, operator, "connectionstarted", "dialing")
    desk.page.evaluate("document.querySelector('iframe').remove()")
    assert desk.eval("TOOLBAR.AGENT.getAgentState()")["rejected"]["code"] == "RUNTIME_LOST"
    desk.until("TOOLBAR.diagnostics().then((found) => found.replaced === 1 && found.engine !== null)")
    desk.until(LISTENING)
    desk.eval(_LATE_BIND)
    gateway.report(operator, contact_id, "established")
    desk.until("seen().some(([event]) => event === 'established')")
    assert [event for event, *_ in desk.eval("seen()")] == ["POPUP", "connectionstarted", "dialing", "established"]


def test_another_operator_on_the_same_page_is_not_told_them(
    open_desk: Desks, gateway: Gateway, service: ServiceProcess
) -> None:
    former, operator = next(_OPERATORS), next(_OPERATORS)
    desk = open_desk(former, before=RECORD)
    desk.until(LISTENING)
    hear(desk, gateway, former, "connectionstarted")
    desk.eval("TOOLBAR.configure({token: argument})", service.token(operator))
    desk.until(f"TOOLBAR.AGENT.getAgentID().then((id) => id === '{operator}')")
    desk.until(LISTENING)
    desk.eval(_LATE_BIND)
    contact_id = gateway.bring(operator, next(_ECIDS))
    desk.until(f"seen().some(([, id]) => id === '{contact_id}')")
    assert [told[:2] for told in desk.eval("seen()")] == [["POPUP", contact_id]]


def test_a_token_that_is_renewed_takes_none_of_them_away(
    open_desk: Desks, gateway: Gateway, service: ServiceProcess
) -> None:
    operator = next(_OPERATORS)
    desk = open_desk(operator, before=RECORD)
    desk.until(LISTENING)
    hear(desk, gateway, operator, "connectionstarted")
    desk.eval("TOOLBAR.configure({token: argument})", service.token(operator))
    hear(desk, gateway, operator)
    desk.eval(_LATE_BIND)
    desk.until("seen().length === 3")


def test_a_long_outage_pushes_none_of_them_out(open_desk: Desks, service: ServiceProcess) -> None:
    operator = next(_OPERATORS)
    with eventful_service(service.url) as eventful:
        desk = open_desk(operator, before=RECORD, service_url=eventful.url)
        desk.until(LISTENING)
        eventful.desk(operator).contact("c1", "POPUP")
        desk.until("TOOLBAR.CONTACT.getContactList().then((list) => list.length === 1)")
    # More tellings than can wait; what may have changed for the better is tried at once.
    desk.eval("""(async () => {
        let told = 0;
        addEventListener('toolbar:connection', () => { told += 1; });
        while (told <= 510) {
            TOOLBAR.configure({locale: 'en'});
            await new Promise((next) => setTimeout(next));
        }
    })()""")
    desk.eval(_LATE_BIND)
    desk.until("seen().length > 0")
    assert [event for event, *_ in desk.eval("seen()")] == ["POPUP"]
