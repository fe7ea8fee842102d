"""The Promises that pages get (contract section 2)."""

import pytest

from tests.browser.conftest import Desk, Desks
from tests.support.proxy import flaky_proxy
from tests.support.service import ServiceProcess


def test_the_answer_is_a_native_promise_and_so_is_what_then_derives(desk: Desk) -> None:
    assert (
        desk.eval("""(() => {
        const promise = TOOLBAR.EASYCIM.getContactInfo('x');
        const derived = promise.then((answer) => answer);
        return [promise, derived].every((p) => p instanceof Promise
            && ['done', 'fail', 'always', 'bind'].every((name) => typeof p[name] === 'function'));
    })()""")
        is True
    )


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("getContactInfo('x')", ["done UNKNOWN_CONTACT", "always"]),
        ("saveScript('demo|1|1|1', 'NO SUCH', true)", ["fail UNKNOWN_OUTCOME", "always"]),
    ],
)
def test_done_fail_and_always_work_as_jquerys(desk: Desk, call: str, told: list[str]) -> None:
    script = """new Promise((finish) => {
        const told = [];
        TOOLBAR.EASYCIM.CALL
            .done((answer) => told.push('done ' + answer.errorCode))
            .fail((error) => told.push('fail ' + error.code))
            .always(() => { told.push('always'); finish(told); });
    })"""
    assert desk.eval(script.replace("CALL", call)) == told


def test_bind_gives_the_promise_itself_back(desk: Desk) -> None:
    assert desk.eval("(() => { const p = TOOLBAR.EASYCIM.getContactInfo('x'); return p.bind({}) === p; })()") is True


def test_a_rejection_that_only_done_listens_to_shows_as_unhandled(desk: Desk) -> None:
    assert (
        desk.eval("""new Promise((finish) => {
        addEventListener('unhandledrejection', (event) => finish(event.reason.code), {once: true});
        TOOLBAR.EASYCIM.saveScript('', '').done(() => 0);
    })""")
        == "INVALID_ARGUMENT"
    )


def test_a_rejection_that_fail_listens_to_is_handled(desk: Desk) -> None:
    assert (
        desk.eval("""new Promise((finish) => {
        let unhandled = 0;
        addEventListener('unhandledrejection', () => { unhandled += 1; });
        TOOLBAR.EASYCIM.saveScript('', '').done(() => 0).fail(() => setTimeout(() => finish(unhandled), 50));
    })""")
        == 0
    )


def test_a_rejection_is_a_toolbar_error_with_all_its_members(desk: Desk) -> None:
    error = desk.eval("""TOOLBAR.EASYCIM.saveScript('x', 7).then(null, (e) => ({
        isError: e instanceof Error, name: e.name, code: e.code, retryable: e.retryable,
        details: e.details, correlationId: e.correlationId, message: e.message}))""")
    assert error["isError"] is True
    assert (error["name"], error["code"], error["retryable"]) == ("ToolbarError", "INVALID_ARGUMENT", False)
    assert error["details"] == {"problems": [{"argument": "outcomeResult", "problem": "type", "expected": "text"}]}
    assert len(error["correlationId"]) == 32
    assert error["message"] == "Richiesta non valida: outcomeResult deve essere un testo."


def test_answers_are_plain_data(desk: Desk) -> None:
    assert (
        desk.eval("""TOOLBAR.EASYCIM.getContactInfoWS('demo|1|1|2').then((info) =>
        Object.getPrototypeOf(info) === Object.prototype && Array.isArray(info.listFieldValueList)
        && JSON.parse(JSON.stringify(info)).ecid === info.ecid && structuredClone(info).ecid === info.ecid
        && typeof String(TOOLBAR) === 'string')""")
        is True
    )


def test_arguments_are_copied_when_called(desk: Desk) -> None:
    error = desk.eval("""(() => {
        const labels = [{name: 'a', value: 'b'}, {value: 'no name'}];
        const promise = TOOLBAR.EASYCIM.saveScript('demo|1|1|1', 'POSITIVE', true, '', labels);
        labels.length = 0;
        return promise;
    })()""")["rejected"]
    assert error["details"]["problems"][0]["argument"] == "labels[1].name"


def test_arguments_may_be_proxies_of_a_framework(desk: Desk) -> None:
    answer = desk.eval("""(() => {
        const reactive = (value) => new Proxy(value, {get: (target, key) => {
            const found = Reflect.get(target, key);
            return typeof found === 'object' && found !== null ? reactive(found) : found;
        }});
        return TOOLBAR.EASYCIM.saveScript('demo|1|1|50', 'POSITIVE', true, '', reactive([{name: 'a', value: 'b'}]));
    })()""")
    assert answer["result"] is True


@pytest.mark.parametrize(
    "value",
    ["(() => { const circle = []; circle.push(circle); return circle; })()", "[1n]", "[{get name() { throw 1; }}]"],
)
def test_an_argument_that_cannot_be_copied_is_refused_by_name(desk: Desk, value: str) -> None:
    error = desk.eval(f"TOOLBAR.EASYCIM.saveScript('demo|1|1|1', 'POSITIVE', true, '', {value})")["rejected"]
    assert error["code"] == "INVALID_ARGUMENT"
    assert error["details"]["problems"] == [{"argument": "labels", "problem": "type", "expected": "copyable"}]


def test_a_ten_megabyte_note_is_refused_and_the_heap_does_not_grow(desk: Desk) -> None:
    before = desk.eval("TOOLBAR.diagnostics()")["engine"]["heapBytes"]
    error = desk.eval("TOOLBAR.EASYCIM.saveScript('demo|1|1|1', 'POSITIVE', true, 'n'.repeat(10_000_000))")["rejected"]
    assert (error["code"], error["details"]["argument"], error["details"]["max"]) == ("TOO_LARGE", "note", 4_000)
    assert desk.eval("TOOLBAR.diagnostics()")["engine"]["heapBytes"] == before


def test_an_aborted_call_rejects_at_once(desk: Desk) -> None:
    error = desk.eval("""(() => {
        const controller = new AbortController();
        const promise = TOOLBAR.EASYCIM.getContactInfoWS('demo|1|1|1', {signal: controller.signal});
        controller.abort();
        return promise;
    })()""")["rejected"]
    assert error["code"] == "ABORTED"


def test_a_signal_that_is_aborted_already_means_no_call_at_all(desk: Desk) -> None:
    error = desk.call("saveScript", "demo|1|1|60", "POSITIVE", True)
    assert error["result"] is True
    error = desk.eval("TOOLBAR.EASYCIM.saveScript('demo|1|1|61', 'POSITIVE', true, {signal: AbortSignal.abort()})")
    assert error["rejected"]["code"] == "ABORTED"
    assert desk.call("getContactInfoWS", "demo|1|1|61")["attempts"] == []


def test_a_passed_deadline_resolves_an_opening_and_rejects_a_save(open_desk: Desks, service: ServiceProcess) -> None:
    with flaky_proxy(service.url) as proxy:
        desk = open_desk(service_url=proxy.url)
        desk.ready()
        proxy.hang("/easycim/v1/scripts/open")
        opened = desk.eval("TOOLBAR.EASYCIM.openScript('', 'demo|1|1|1', true, {timeoutMs: 300})")
        proxy.hang("/easycim/v1/scripts/save")
        saved = desk.eval("TOOLBAR.EASYCIM.saveScript('demo|1|1|1', 'POSITIVE', true, {timeoutMs: 300})")["rejected"]
    assert (opened["result"], opened["errorCode"], opened["retryable"]) == (False, "TIMEOUT", True)
    assert opened["listFieldValueList"] == []
    assert (saved["code"], saved["outcomeKnown"]) == ("TIMEOUT", False)


def test_a_deadline_also_holds_while_python_is_not_up(open_desk: Desks) -> None:
    desk = open_desk(after="window.early = TOOLBAR.EASYCIM.openScript('', 'demo|1|1|1', true, {timeoutMs: 1})")
    assert desk.eval("early")["errorCode"] == "TIMEOUT"


@pytest.mark.parametrize(
    ("options", "argument"),
    [("{timeoutMs: 'soon'}", "timeoutMs"), ("{timeoutMs: -1}", "timeoutMs"), ("{signal: {}}", "signal")],
)
def test_wrong_options_are_refused_by_name(desk: Desk, options: str, argument: str) -> None:
    answer = desk.eval(f"TOOLBAR.EASYCIM.getContactInfo('x', {options})")
    assert answer["errorCode"] == "INVALID_ARGUMENT"
    assert argument in answer["error"]


def test_no_proxy_stays_behind_after_a_call(desk: Desk) -> None:
    desk.eval("Promise.all(Array.from({length: 50}, () => TOOLBAR.EASYCIM.getContactInfo('x')))")
    before = desk.eval("TOOLBAR.diagnostics()")["engine"]
    desk.eval(
        "Promise.all(Array.from({length: 500}, (_, i) => i % 2 ? TOOLBAR.EASYCIM.getContactInfo('x')"
        " : TOOLBAR.EASYCIM.getContactInfoWS('demo|1|1|3')))"
    )
    after = desk.eval("TOOLBAR.diagnostics()")["engine"]
    assert after["proxies"] == before["proxies"]
    assert after["asksWaiting"] == 0


def test_health_tells_the_percentiles_of_each_method(desk: Desk) -> None:
    desk.call("getContactInfo", "x")
    figures = desk.eval("TOOLBAR.health()")["methods"]["EASYCIM.getContactInfo"]
    assert figures["calls"] >= 1
    assert 0 < figures["p50"] <= figures["p95"] <= figures["p99"]


def test_half_a_surrogate_pair_in_a_note_does_not_lose_the_save(desk: Desk) -> None:
    answer = desk.eval("TOOLBAR.EASYCIM.saveScript('demo|1|1|70', 'POSITIVE', true, 'ciao \\ud83d')")
    assert answer["result"] is True
    assert desk.call("getContactInfoWS", "demo|1|1|70")["attempts"][0]["note"] == "ciao \ufffd"


def test_a_long_note_of_surrogate_pairs_is_refused_by_name(desk: Desk) -> None:
    error = desk.eval("TOOLBAR.EASYCIM.saveScript('demo|1|1|1', 'POSITIVE', true, 'a' + '😀'.repeat(100_000))")
    assert (error["rejected"]["code"], error["rejected"]["details"]["argument"]) == ("TOO_LARGE", "note")


def test_empty_options_are_options(desk: Desk) -> None:
    assert desk.call("saveScript", "demo|1|1|71", "POSITIVE", True, {})["result"] is True


def test_a_deadline_between_two_tries_leaves_the_outcome_of_a_save_open(
    open_desk: Desks, service: ServiceProcess
) -> None:
    with flaky_proxy(service.url) as proxy:
        desk = open_desk(service_url=proxy.url)
        desk.ready()
        # The first answer is lost and the next ones never come: the deadline falls into the pause or the second try.
        proxy.lose_answers("/easycim/v1/scripts/save")
        outcomes: list[object] = []
        for deadline in (100, 400, 700):
            script = f"TOOLBAR.EASYCIM.saveScript('demo|1|1|72', 'BUSY_BY_AGENT', true, {{timeoutMs: {deadline}}})"
            outcomes.append(desk.eval(script)["rejected"]["outcomeKnown"])
    assert outcomes == [False, False, False]


def test_a_blocked_page_does_not_lose_its_runtime(open_desk: Desks) -> None:
    desk = open_desk()
    desk.ready()
    answer = desk.eval("""(async () => {
        const promise = TOOLBAR.EASYCIM.saveScript('demo|1|1|73', 'BUSY_BY_AGENT', true);
        const until = performance.now() + 6_500;
        while (performance.now() < until);
        return promise;
    })()""")
    assert answer["result"] is True
