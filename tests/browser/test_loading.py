"""Loading the toolbar (contract section 1)."""

import urllib.request

import pytest

from tests.browser.conftest import BEGIN, REFUSED, Desks
from tests.support.pages import HostPages
from tests.support.service import ServiceProcess


def loader_text(service: ServiceProcess) -> str:
    """The loader, as a site would copy it to keep it elsewhere."""
    with urllib.request.urlopen(f"{service.url}/sdk/toolbar.js") as response:  # noqa: S310 -- a loopback address of ours
        return response.read().decode()


@pytest.fixture(scope="session")
def runtime() -> str:
    """On the page itself, where most can go wrong; test_runtimes.py has the others."""
    return "page"


METHODS = ["openScriptInbound", "openScript", "getContactInfo", "getContactInfoWS", "saveScript"]


def test_every_method_exists_when_the_script_has_run(open_desk: Desks) -> None:
    desk = open_desk(after="window.seen = Object.keys(TOOLBAR.EASYCIM)")
    assert desk.eval("seen") == METHODS


def test_calls_made_before_python_is_up_are_answered_in_order(open_desk: Desks) -> None:
    desk = open_desk(
        after="""window.order = [];
        window.first = [1, 2, 3].map((n) =>
          TOOLBAR.EASYCIM.getContactInfo('early-' + n).then((answer) => { order.push(n); return answer; }));"""
    )
    answers = desk.eval("Promise.all(first)")
    assert [answer["errorCode"] for answer in answers] == ["UNKNOWN_CONTACT"] * 3
    assert desk.eval("order") == [1, 2, 3]


def test_ready_tells_version_runtime_and_boot_time(open_desk: Desks) -> None:
    desk = open_desk(before="addEventListener('toolbar:ready', (event) => { window.told = event.detail; });")
    info = desk.ready()
    assert info.keys() == {"version", "runtime", "bootMs"}
    assert info["bootMs"] > 0
    assert desk.eval("told") == info


def test_a_second_load_of_the_script_changes_nothing(open_desk: Desks) -> None:
    tag = '<script src="{service}/sdk/toolbar.js"></script>'
    desk = open_desk(tag=f"{tag}{tag}")
    desk.ready()
    engines = desk.eval("""performance.getEntriesByType('resource')
        .filter((file) => file.name.includes('/engine-') && file.initiatorType === 'fetch').length""")
    assert engines == 1


def test_a_second_load_keeps_the_very_same_object(open_desk: Desks, service: ServiceProcess) -> None:
    desk = open_desk(after="window.first = TOOLBAR; window.methods = TOOLBAR.EASYCIM")
    desk.page.add_script_tag(url=f"{service.url}/sdk/toolbar.js")
    assert desk.eval("first === TOOLBAR && methods === TOOLBAR.EASYCIM") is True


def test_a_page_that_loads_the_script_late_is_served(open_desk: Desks, service: ServiceProcess) -> None:
    desk = open_desk(tag="")
    desk.page.add_script_tag(url=f"{service.url}/sdk/toolbar.js")
    assert desk.call("openScript", "", "demo|1|1|900", True)["result"] is True


def test_a_copy_of_the_script_kept_elsewhere_finds_the_service_by_its_configuration(
    open_desk: Desks, crm: HostPages, service: ServiceProcess
) -> None:
    crm.add("/static/bundle.js", loader_text(service))
    desk = open_desk(tag='<script src="/static/bundle.js"></script>', config=f"{{serviceUrl: '{service.url}/'}}")
    desk.ready()
    assert desk.call("getContactInfoWS", "demo|1|1|1")["ecid"] == "demo|1|1|1"


def test_a_copy_that_nobody_told_where_the_service_is_says_so(
    open_desk: Desks, crm: HostPages, service: ServiceProcess
) -> None:
    crm.add("/static/bundle.js", loader_text(service))
    desk = open_desk(tag='<script src="/static/bundle.js"></script>')
    assert desk.call("getContactInfo", "x")["rejected"]["code"] == "BOOT_FAILED"
    failure = desk.ready()["rejected"]
    assert failure["code"] == "BOOT_FAILED"
    assert "serviceUrl" in failure["message"]


def test_settings_of_the_tag_are_read(open_desk: Desks) -> None:
    desk = open_desk(tag='<script src="{service}/sdk/toolbar.js" data-locale="en" data-timeout-ms="40000"></script>')
    assert desk.call("getContactInfo", "x")["error"] == "No script was opened in this browser for contact x."


def test_configure_may_give_the_token_after_the_script_has_run(open_desk: Desks, service: ServiceProcess) -> None:
    desk = open_desk(
        config="{token: ''}",
        after=f"TOOLBAR.configure({{token: () => Promise.resolve({service.token('op3@demo')!r})}})",
    )
    assert desk.call("openScript", "", "demo|1|1|901", True)["result"] is True


def test_a_copy_that_is_told_later_where_the_service_is_waits_for_it(
    open_desk: Desks, crm: HostPages, service: ServiceProcess
) -> None:
    crm.add("/static/bundle.js", loader_text(service))
    late = f"setTimeout(() => TOOLBAR.configure({{serviceUrl: {service.url!r}}}), 300)"
    desk = open_desk(tag='<script src="/static/bundle.js"></script>', after=late)
    assert desk.ready()["runtime"] == "page"
    assert desk.call("getContactInfoWS", "demo|1|1|1")["ecid"] == "demo|1|1|1"


@pytest.mark.parametrize("delay", [0, 50, 150, 300])
def test_a_token_that_is_configured_while_python_starts_is_used(
    open_desk: Desks, service: ServiceProcess, delay: int
) -> None:
    token = service.token("op3@demo")
    desk = open_desk(
        config="{token: ''}",
        after=f"setTimeout(() => {{ TOOLBAR.configure({{token: {token!r}}}); done = 1; }}, {delay}); var done;",
    )
    desk.ready()
    desk.until("done === 1")
    assert desk.call("getContactInfoWS", "demo|1|1|1")["ecid"] == "demo|1|1|1"


def test_the_locale_may_change_at_any_time(open_desk: Desks) -> None:
    desk = open_desk()
    assert desk.call("getContactInfo", "x")["error"].startswith("Nessuno script è stato aperto")
    desk.eval("TOOLBAR.configure({locale: 'en'})")
    assert desk.call("getContactInfo", "x")["error"].startswith("No script was opened")


def test_a_frozen_legacy_toolbar_shows_through(open_desk: Desks) -> None:
    desk = open_desk(before="window.agent = {}; window.TOOLBAR = Object.freeze({AGENT: agent, EASYCIM: {old: true}});")
    desk.ready()
    assert desk.eval("TOOLBAR.AGENT === agent && typeof TOOLBAR.EASYCIM.openScript === 'function'") is True


def test_an_unknown_setting_is_warned_about_by_name(open_desk: Desks) -> None:
    desk = open_desk(
        after="TOOLBAR.configure({timeuotMs: 3})",
        config="{ui: 'big'}",
        before="""
        window.warnings = []; console.warn = (text) => warnings.push(text);""",
    )
    warnings = desk.eval("warnings")
    assert any("timeuotMs" in warning for warning in warnings)
    assert any("ui must be one of none, bar" in warning for warning in warnings)


def test_a_page_that_forbids_webassembly_is_told_so_at_once(open_desk: Desks) -> None:
    desk = open_desk(csp="script-src 'self' {service}; connect-src {service}", before=BEGIN, after=REFUSED)
    assert desk.ready()["rejected"]["code"] == "ENGINE_BLOCKED"
    assert desk.call("openScript", "", "demo|1|1|1")["rejected"]["code"] == "ENGINE_BLOCKED"
    assert desk.eval("refusedAfterMs") < 2_000


def test_a_page_that_forbids_the_engine_is_told_why_it_did_not_start(open_desk: Desks) -> None:
    desk = open_desk(
        csp="script-src 'self' 'wasm-unsafe-eval' {service}/sdk/toolbar.js; connect-src {service}",
        before="addEventListener('toolbar:error', (event) => { window.told = event.detail; });",
    )
    assert desk.ready()["rejected"]["code"] == "BOOT_FAILED"
    assert desk.call("saveScript", "a|1", "POSITIVE", True)["rejected"]["code"] == "BOOT_FAILED"
    assert desk.eval("told.code") == "BOOT_FAILED"


def test_nothing_but_toolbar_is_added_to_the_window(open_desk: Desks) -> None:
    desk = open_desk(before="window.names = Object.getOwnPropertyNames(window); window.after = null;")
    desk.ready()
    added = set(desk.eval("Object.getOwnPropertyNames(window)")) - set(desk.eval("names"))
    assert added - {"names", "after"} <= {"TOOLBAR", "loadPyodide"}


def test_a_legacy_toolbar_keeps_all_that_is_its_own(open_desk: Desks) -> None:
    desk = open_desk(
        before="""window.agent = {Login() {}}; window.contact = {bindContactCallback() {}};
        window.legacy = window.TOOLBAR = {AGENT: agent, CONTACT: contact, EASYCIM: {old: true}, version: '7.1'};"""
    )
    desk.ready()
    assert desk.eval("TOOLBAR === legacy && TOOLBAR.AGENT === agent && TOOLBAR.CONTACT === contact") is True
    assert desk.eval("Object.keys(TOOLBAR)") == ["AGENT", "CONTACT", "EASYCIM", "version"]
    assert desk.eval("TOOLBAR.EASYCIM.old") is None
    assert desk.call("openScript", "", "demo|1|1|902", True)["result"] is True


def test_the_old_spelling_is_the_same_object(open_desk: Desks) -> None:
    assert open_desk().eval("TOOLBAR.EAYCIM === TOOLBAR.EASYCIM") is True


def test_no_file_comes_from_anywhere_but_the_service(open_desk: Desks, crm: HostPages, service: ServiceProcess) -> None:
    desk = open_desk()
    desk.ready()
    origins = set(desk.eval("performance.getEntriesByType('resource').map((r) => new URL(r.name).origin)"))
    assert origins == {crm.origin, service.url}
