"""What a person is told when something around the toolbar is not as it has to be (contract section 2)."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.conftest import FRAME_CSP, PAGE_CSP, Desk, Desks
from tests.browser.test_loading import loader_text
from tests.support.maintenance import maintenance
from tests.support.pages import HostPages
from tests.support.proxy import flaky_proxy
from tests.support.service import ServiceProcess


@pytest.fixture(scope="session")
def runtime() -> str:
    return "auto"


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service that allows no other origin than its own."""
    with ServiceProcess(tmp_path_factory.mktemp("stranger")) as running:
        yield running


def test_a_page_on_an_origin_that_is_not_allowed_is_told_which_and_the_setting(
    browser: Browser, crm: HostPages, stranger: ServiceProcess
) -> None:
    desks = Desks(browser.new_context(), crm, stranger, "page")
    desk = desks(csp=PAGE_CSP)
    for _ in range(2):
        answer = desk.call("getContactInfoWS", "demo|1|1|1")
        assert (answer["errorCode"], answer["retryable"]) == ("FORBIDDEN", False)
        assert f"--allow-origin {crm.origin}" in answer["error"]
    desks.close()


def test_a_gateway_that_answers_for_a_service_that_is_down_refuses_no_origin(
    browser: Browser, crm: HostPages, tmp_path: Path
) -> None:
    with ServiceProcess(tmp_path, origins=[crm.origin]) as mortal:
        desks = Desks(browser.new_context(), crm, mortal, "page")
        token = "window.token = new Promise((resolve) => { window.release = resolve; });"
        desk = desks(csp=PAGE_CSP, before=token, config="{token: () => token}")
        desk.ready()
    with maintenance(mortal.port, {}):
        desk.eval("release('a token')")
        answer = desk.call("getContactInfoWS", "demo|1|1|1")
        assert (answer["errorCode"], answer["retryable"]) == ("NETWORK", True)
    desks.close()


def test_a_frame_that_the_service_refuses_to_an_origin_is_told_with_the_setting(
    browser: Browser, crm: HostPages, stranger: ServiceProcess
) -> None:
    desks = Desks(browser.new_context(), crm, stranger, "auto")
    desk = desks(csp=FRAME_CSP + "; connect-src {service}")
    failure = desk.ready()["rejected"]
    assert (failure["code"], failure["retryable"]) == ("BOOT_FAILED", False)
    assert f"--allow-origin {crm.origin}" in failure["message"]
    desks.close()


@pytest.mark.parametrize(("csp", "reason"), [(PAGE_CSP, "service_down"), (FRAME_CSP, "frame_silent")])
def test_a_service_that_is_down_is_told_as_such_and_may_be_up_again(
    open_desk: Desks, crm: HostPages, service: ServiceProcess, csp: str, reason: str
) -> None:
    crm.add("/static/loader.js", loader_text(service))
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{unused.getsockname()[1]}"
    desk = open_desk(
        csp=csp,
        tag='<script src="/static/loader.js"></script>',
        config=f"{{serviceUrl: {nowhere!r}}}",
        service_url=nowhere,
    )
    failure = desk.ready()["rejected"]
    assert (failure["code"], failure["retryable"]) == ("BOOT_FAILED", True)
    assert failure["details"]["reason"] == reason
    assert nowhere in failure["message"]


def test_a_token_function_that_never_answers_is_blamed_and_nothing_was_sent(open_desk: Desks) -> None:
    desk = open_desk()
    desk.ready()
    desk.eval("TOOLBAR.configure({timeoutMs: 800, token: () => new Promise(() => 0)})")
    failure = desk.call("saveScript", "demo|1|1|50", "POSITIVE", True)["rejected"]
    assert (failure["code"], failure["outcomeKnown"], failure["retryable"]) == ("TIMEOUT", True, True)
    assert "La funzione token della pagina" in failure["message"]


def test_a_token_function_that_rejects_is_blamed_without_its_words(open_desk: Desks) -> None:
    desk = open_desk()
    desk.ready()
    desk.eval("TOOLBAR.configure({token: () => Promise.reject(new Error('boom'))})")
    failure = desk.call("saveScript", "demo|1|1|51", "POSITIVE", True)["rejected"]
    assert (failure["code"], failure["outcomeKnown"], failure["retryable"]) == ("UNAUTHENTICATED", True, True)
    assert "boom" not in failure["message"]


def test_a_contact_is_not_looked_for_without_a_token(open_desk: Desks) -> None:
    desk = open_desk(config="{token: ''}")
    assert desk.call("getContactInfo", "demo|1|1|52")["errorCode"] == "UNAUTHENTICATED"


def test_a_save_without_an_answer_is_told_as_perhaps_saved(
    context: BrowserContext, crm: HostPages, tmp_path: Path
) -> None:
    with ServiceProcess(tmp_path, origins=[crm.origin]) as service, flaky_proxy(service.url) as proxy:
        proxy.hang("/easycim/v1/scripts/save")
        desks = Desks(context, crm, service, "page")
        desk = desks(service_url=proxy.url, config="{timeoutMs: 1500}")
        desk.ready()
        failure = desk.call("saveScript", "demo|1|1|53", "POSITIVE", True)["rejected"]
        assert (failure["code"], failure["outcomeKnown"]) == ("TIMEOUT", False)
        assert "può essere stato registrato" in failure["message"]
        desks.close()


@pytest.mark.parametrize("given", ["easycim.example", "ftp://easycim.example"])
def test_a_service_url_without_its_scheme_is_warned_about_and_ignored(open_desk: Desks, given: str) -> None:
    desk = open_desk(
        before="window.warnings = []; console.warn = (text) => warnings.push(text);",
        config=f"{{serviceUrl: {given!r}}}",
    )
    assert desk.call("getContactInfoWS", "demo|1|1|1")["ecid"] == "demo|1|1|1"
    assert any("serviceUrl" in warning and "https://" in warning for warning in desk.eval("warnings"))


def test_a_policy_that_leaves_no_place_is_answered_with_both_ways(open_desk: Desks, service: ServiceProcess) -> None:
    desk = open_desk(csp="default-src 'none'; script-src 'self' {service}; connect-src {service}")
    message = desk.ready()["rejected"]["message"]
    for needed in (f"frame-src {service.url}", "'wasm-unsafe-eval'", f"connect-src {service.url}"):
        assert needed in message


def test_the_reason_of_a_failed_start_is_in_one_language(open_desk: Desks) -> None:
    desk = open_desk(csp="script-src 'self' 'wasm-unsafe-eval' {service}/sdk/toolbar.js; frame-src 'none'")
    failure = Desk.ready(desk)["rejected"]
    assert failure["code"] == "BOOT_FAILED"
    assert failure["message"].startswith("La toolbar non è partita: ")
    assert failure["details"]["tried"].keys() == {"frame", "page"}
