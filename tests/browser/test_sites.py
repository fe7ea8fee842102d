"""Pages of another site than the service's, in a browser that blocks third-party cookies (docs/runtimes.md).

``localhost`` and ``127.0.0.1`` are two sites; a fresh profile of Chromium blocks third-party cookies as a private
window does.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import FRAME_CSP, Desks
from tests.support.pages import HostPages
from tests.support.service import ServiceProcess


@pytest.fixture(scope="session")
def runtime() -> str:
    return "auto"


@pytest.fixture
def open_elsewhere(browser: Browser, crm: HostPages, service: ServiceProcess, runtime: str) -> Iterator[Desks]:
    """Opens pages of the CRM that reach the service as another site, in a profile of their own."""
    profile = browser.new_context()
    yield Desks(profile, crm, service, runtime)
    profile.close()


@pytest.fixture
def elsewhere(service: ServiceProcess) -> str:
    return f"http://localhost:{service.port}"


def test_a_contact_that_was_opened_is_there_after_a_reload(open_elsewhere: Desks, elsewhere: str) -> None:
    desk = open_elsewhere(csp=FRAME_CSP, service_url=elsewhere)
    assert desk.ready()["runtime"] == "worker"
    assert desk.eval("TOOLBAR.diagnostics()")["engine"]["storage"] == "page"
    desk.call("openScript", "68-40@pd.example", "demo|1|1|40", True)
    desk.page.reload()
    assert desk.call("getContactInfo", "68-40@pd.example")["ecid"] == "demo|1|1|40"


def test_another_operator_does_not_find_what_the_page_keeps(open_elsewhere: Desks, elsewhere: str) -> None:
    first = open_elsewhere("op1@demo", csp=FRAME_CSP, service_url=elsewhere)
    first.call("openScript", "", "demo|1|1|41", True)
    second = open_elsewhere("op2@demo", csp=FRAME_CSP, service_url=elsewhere)
    assert second.call("getContactInfo", "demo|1|1|41")["errorCode"] == "UNKNOWN_ECID"


def test_diagnostics_tell_that_no_shared_worker_was_granted(open_elsewhere: Desks, elsewhere: str) -> None:
    desk = open_elsewhere(csp=FRAME_CSP, service_url=elsewhere)
    desk.ready()
    assert "third-party cookies" in desk.eval("TOOLBAR.diagnostics()")["refused"]["shared"]


def test_a_shared_worker_that_is_insisted_on_is_refused_in_proper_words(open_elsewhere: Desks, elsewhere: str) -> None:
    desk = open_elsewhere(csp=FRAME_CSP, service_url=elsewhere, config="{runtime: 'shared', locale: 'it'}")
    failure = desk.ready()["rejected"]
    assert (failure["code"], failure["retryable"]) == ("BOOT_FAILED", False)
    assert failure["message"] == (
        "La toolbar non è partita: il browser non concede uno shared worker al frame di un altro sito, finché i cookie "
        "di terze parti sono bloccati."
    )
