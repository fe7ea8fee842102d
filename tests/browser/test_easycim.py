"""TOOLBAR.EASYCIM from a page on another origin, against the real service (contract section 3)."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import LISTENING, Desk, Desks
from tests.support.pages import HostPages
from tests.support.proxy import flaky_proxy
from tests.support.service import ServiceProcess


def test_a_manual_opening_reserves_the_contact_and_gives_its_data(desk: Desk) -> None:
    answer = desk.call("openScript", "", "demo|1|1|10", True)
    assert answer["result"] is True
    assert not {"readOnly", "terminated", "error"} & answer.keys()
    assert (answer["ecid"], answer["macroActivity"]) == ("demo|1|1|10", "DEMO")
    assert "campaignMemberId" in [field["fieldName"] for field in answer["listFieldValueList"]]
    assert {"CONFERMA_IVR", "RINUNCIA_CONTRATTO", "POSITIVE"} <= {outcome["code"] for outcome in answer["outcomes"]}
    assert answer["leaseUntil"] > desk.eval("Date.now()")


def test_an_inbound_contact_gets_one_ecid_however_often_it_is_opened(desk: Desk) -> None:
    first, second = desk.eval("Promise.all([1, 2].map(() => TOOLBAR.EASYCIM.openScriptInbound('68-1@pd.example')))")
    assert first["result"] is second["result"] is True
    assert first["ecid"] == second["ecid"]
    assert desk.call("saveScript", "68-1@pd.example", "POSITIVE", True)["ecid"] == first["ecid"]


@pytest.mark.parametrize(("ecid", "outcome"), [("demo|1|1|11", "CONFERMA_IVR"), ("demo|1|1|12", "\n  conferma ivr \t")])
def test_an_outcome_is_matched_by_code_and_by_label(desk: Desk, ecid: str, outcome: str) -> None:
    desk.call("openScript", "", ecid, True)
    answer = desk.call("saveScript", ecid, outcome, True)
    assert (answer["result"], answer["outcome"]) == (True, "CONFERMA_IVR")
    assert (answer["final"], answer["terminated"], answer["offlineEnd"], answer["delivered"]) == (
        True,
        True,
        True,
        True,
    )


def test_everything_that_was_saved_is_found_again(desk: Desk) -> None:
    desk.call("openScript", "68-2@pd.example", "demo|1|1|13")
    labels = [{"name": "lingua", "value": "it"}, {"key": "volte", "value": 2}]
    answer = desk.call("saveScript", "68-2@pd.example", "NO_ANSWER_BY_AGENT", False, "richiamare", labels)
    assert (answer["final"], answer["terminated"], answer["offlineEnd"]) == (False, False, False)
    (attempt,) = desk.call("getContactInfoWS", "demo|1|1|13")["attempts"]
    assert (attempt["outcome"], attempt["note"], attempt["agent"]) == ("NO_ANSWER_BY_AGENT", "richiamare", "op1@demo")
    assert attempt["labels"] == [{"name": "lingua", "value": "it"}, {"name": "volte", "value": "2"}]
    (local,) = desk.call("getContactInfo", "68-2@pd.example")["attempts"]
    assert local == attempt


def test_a_save_without_opening_takes_the_contact_and_saves(desk: Desk) -> None:
    assert desk.call("saveScript", "demo|1|1|14", "POSITIVE", True)["terminated"] is True


def test_a_closed_contact_opens_to_read_and_refuses_a_save(desk: Desk) -> None:
    desk.call("saveScript", "demo|1|1|15", "NEGATIVE", True)
    answer = desk.call("openScript", "", "demo|1|1|15", True)
    assert (answer["result"], answer["readOnly"], answer["terminated"]) == (True, True, True)
    assert desk.call("saveScript", "demo|1|1|15", "POSITIVE", True)["rejected"]["code"] == "TERMINATED"


def test_a_foreign_reservation_opens_to_read_and_refuses_a_save(open_desk: Desks) -> None:
    mine, other = open_desk("op1@demo"), open_desk("op2@demo")
    assert "readOnly" not in mine.call("openScript", "", "demo|1|1|16", True)
    answer = other.call("openScript", "", "demo|1|1|16", True)
    assert (answer["result"], answer["readOnly"], answer["reservedBy"]) == (True, True, "op1@demo")
    assert isinstance(answer["listFieldValueList"], list)
    error = other.call("saveScript", "demo|1|1|16", "POSITIVE", True)["rejected"]
    assert (error["code"], error["details"]["reservedBy"]) == ("RESERVED_BY_OTHER", "op1@demo")


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (["openScript", "", "demo|1|1|99999", True], "UNKNOWN_ECID"),
        (["openScript", None, None], "INVALID_ARGUMENT"),
        (["openScript", "", "e" * 65], "TOO_LARGE"),
        (["openScript", "", "demo|1|1|1", "true"], "INVALID_ARGUMENT"),
        (["openScriptInbound", ""], "INVALID_ARGUMENT"),
        (["getContactInfo", "nobody"], "UNKNOWN_CONTACT"),
        (["getContactInfo"], "INVALID_ARGUMENT"),
        (["getContactInfoWS", "demo|1|1|99999"], "UNKNOWN_ECID"),
        (["getContactInfoWS", {"ecid": 1}], "INVALID_ARGUMENT"),
        (["getContactInfoWS", ".."], "UNKNOWN_ECID"),
    ],
)
def test_what_cannot_be_opened_or_read_resolves_to_an_error_object(desk: Desk, call: list[object], code: str) -> None:
    method, *values = call
    answer = desk.call(str(method), *values)
    assert answer["errorCode"] == code
    assert answer["error"]


WRONG_SAVES: list[tuple[list[Any], str]] = [
    (["demo|1|1|1", "NON ESISTE", True], "UNKNOWN_OUTCOME"),
    (["demo|1|1|99999", "POSITIVE", True], "UNKNOWN_ECID"),
    (["68-404@pd.example", "POSITIVE", True], "UNKNOWN_CONTACT"),
    ([None, None, None], "INVALID_ARGUMENT"),
    (["demo|1|1|1", "POSITIVE", True, "", {"name": "a"}], "INVALID_ARGUMENT"),
    (["demo|1|1|1", "POSITIVE", True, "", [{"name": "a", "value": {}}]], "INVALID_ARGUMENT"),
    (["demo|1|1|1", "POSITIVE", "yes"], "INVALID_ARGUMENT"),
]


@pytest.mark.parametrize(("values", "code"), WRONG_SAVES)
def test_what_cannot_be_saved_rejects(desk: Desk, values: list[Any], code: str) -> None:
    assert desk.call("saveScript", *values)["rejected"]["code"] == code
    assert desk.call("getContactInfoWS", "demo|1|1|1")["attempts"] == []


def test_an_expired_token_is_told_and_a_fresh_one_is_used_from_then_on(
    open_desk: Desks, service: ServiceProcess
) -> None:
    desk = open_desk(config=f"{{token: {service.token('op1@demo', ttl_s=-1)!r}}}")
    assert desk.call("openScript", "", "demo|1|1|17", True)["errorCode"] == "UNAUTHENTICATED"
    assert desk.call("saveScript", "demo|1|1|17", "POSITIVE", True)["rejected"]["code"] == "UNAUTHENTICATED"
    desk.page.evaluate("(token) => TOOLBAR.configure({token})", service.token("op1@demo"))
    assert desk.call("openScript", "", "demo|1|1|17", True)["result"] is True


def test_a_token_with_a_newline_behind_it_is_taken(open_desk: Desks, service: ServiceProcess) -> None:
    desk = open_desk(config=f"{{token: () => {service.token('op1@demo')!r} + '\\n'}}")
    assert desk.call("getContactInfoWS", "demo|1|1|1")["ecid"] == "demo|1|1|1"


def test_no_token_at_all_is_told(open_desk: Desks) -> None:
    desk = open_desk(config="{token: undefined}", before="delete TOOLBAR_CONFIG.token")
    assert desk.call("getContactInfoWS", "demo|1|1|1")["errorCode"] == "UNAUTHENTICATED"


def test_the_local_instance_survives_a_reload_and_a_navigation_without_a_request(open_desk: Desks) -> None:
    desk = open_desk()
    desk.call("openScript", "68-3@pd.example", "demo|1|1|18")
    requests: list[str] = []
    desk.page.on("request", lambda request: requests.append(request.url))
    desk.page.reload()
    assert desk.call("getContactInfo", "68-3@pd.example")["ecid"] == "demo|1|1|18"
    desk.page.goto(desk.page.url + "?elsewhere")
    assert desk.call("getContactInfo", "demo|1|1|18")["ecid"] == "demo|1|1|18"
    # The stream of events begins anew on each page, and asks for nothing of the contact.
    asked = {url.rpartition("/easycim/v1")[2] for url in requests if "/easycim/" in url}
    assert asked <= {"/events"}


def test_the_next_operator_at_the_desk_cannot_read_the_local_instance(open_desk: Desks) -> None:
    early, late, nobody = open_desk("op1@demo"), open_desk("op2@demo"), open_desk(config="{token: ''}")
    early.call("openScript", "68-4@pd.example", "demo|1|1|24")
    assert early.call("getContactInfo", "68-4@pd.example")["ecid"] == "demo|1|1|24"
    assert late.call("getContactInfo", "68-4@pd.example")["errorCode"] == "UNKNOWN_CONTACT"
    assert nobody.call("getContactInfo", "demo|1|1|24")["errorCode"] == "UNAUTHENTICATED"


def test_a_page_that_navigates_away_right_after_opening_finds_the_contact(open_desk: Desks) -> None:
    desk = open_desk()
    desk.ready()
    desk.page.evaluate("""() => { TOOLBAR.EASYCIM.openScript('', 'demo|1|1|19', true)
        .then(() => window.open(location.pathname + '?next', '_self')); }""")
    desk.page.wait_for_url("**?next")
    assert desk.call("getContactInfo", "demo|1|1|19")["ecid"] == "demo|1|1|19"


def test_a_page_may_clear_its_local_storage(desk: Desk) -> None:
    desk.call("openScript", "", "demo|1|1|20", True)
    desk.eval("localStorage.clear()")
    assert desk.call("getContactInfo", "demo|1|1|20")["ecid"] == "demo|1|1|20"


def test_two_hundred_mixed_calls_each_get_their_own_answer(desk: Desk) -> None:
    desk.eval(
        "Promise.all(Array.from({length: 40}, (_, i) => TOOLBAR.EASYCIM.openScript('', 'demo|1|1|' + (300 + i), true)))"
    )
    wrong = desk.eval("""(async () => {
        const E = TOOLBAR.EASYCIM, calls = [];
        for (let i = 0; i < 40; i++) {
            const ecid = 'demo|1|1|' + (100 + i), mine = 'demo|1|1|' + (300 + i), id = 'mix-' + i + '@pd.example';
            calls.push(['openScript', E.openScript('', ecid, true), (a) => a.result === true && a.ecid === ecid]);
            calls.push(['openScriptInbound', E.openScriptInbound(id), (a) => a.result === true && a.contactId === id]);
            calls.push(['getContactInfo', E.getContactInfo(mine), (a) => a.ecid === mine]);
            calls.push(['getContactInfoWS', E.getContactInfoWS(ecid), (a) => a.ecid === ecid]);
            calls.push(['saveScript', E.saveScript(mine, i % 2 ? 'Occupato' : 'POSITIVE', true, 'nota ' + i),
                (a) => a.ecid === mine && a.outcome === (i % 2 ? 'BUSY_BY_AGENT' : 'POSITIVE')]);
        }
        const answers = await Promise.allSettled(calls.map(([, promise]) => promise));
        return answers.map(({ status, value, reason }, i) =>
            [calls[i][0], value ?? reason, status === 'fulfilled' && calls[i][2](value)])
            .filter(([, , right]) => !right);
    })()""")
    assert wrong == []


def test_of_fifty_operators_on_one_page_each_exactly_one_may_write(
    browser: Browser, open_desk: Desks, service: ServiceProcess
) -> None:
    desk = open_desk(
        # The stream of events has one for itself.
        config="{token: () => connected ? tokens.shift() : tokens[0]}",
        before=f"window.connected = false; window.tokens = {[service.token(f'op{n}@demo') for n in range(1, 51)]!r};",
    )
    desk.until(LISTENING)
    desk.eval("(connected = true)")
    answers = desk.eval(
        "Promise.all(Array.from({length: 50}, () => TOOLBAR.EASYCIM.openScript('', 'demo|1|1|21', true)))"
    )
    assert [answer["result"] for answer in answers] == [True] * 50
    assert sum(answer.get("readOnly") is True for answer in answers) == 49
    assert len({answer["reservedBy"] for answer in answers if "reservedBy" in answer}) == 1


def test_a_page_that_listens_knows_until_when_its_reservations_are_sure(open_desk: Desks) -> None:
    desk = open_desk(after="window.early = TOOLBAR.health();")
    assert desk.eval("early")["leaseUntil"] is None
    desk.until(LISTENING)
    assert desk.eval("TOOLBAR.health().then(({leaseUntil}) => leaseUntil > Date.now())") is True


def test_a_service_that_dies_is_told_and_a_service_that_comes_back_is_used(
    open_desk: Desks, crm: HostPages, tmp_path: Path
) -> None:
    with ServiceProcess(tmp_path, origins=[crm.origin]) as mortal:
        token = mortal.token("op1@demo")
        desk = open_desk(service_url=mortal.url, config=f"{{token: {token!r}}}")
        desk.ready()
    assert desk.call("openScript", "", "demo|1|1|22", True)["errorCode"] == "NETWORK"
    error = desk.call("saveScript", "demo|1|1|22", "POSITIVE", True)["rejected"]
    assert (error["code"], error["retryable"], error["outcomeKnown"]) == ("NETWORK", True, False)
    with ServiceProcess(tmp_path, origins=[crm.origin], port=mortal.port):
        assert desk.call("saveScript", "demo|1|1|22", "POSITIVE", True)["result"] is True


def test_a_save_whose_answer_was_lost_is_saved_once(open_desk: Desks, service: ServiceProcess) -> None:
    """The service gets the save, the answer is lost, the toolbar repeats it with the same key."""
    with flaky_proxy(service.url) as proxy:
        desk = open_desk(service_url=proxy.url)
        desk.ready()
        proxy.cut_next_answer("/easycim/v1/scripts/save")
        answer = desk.call("saveScript", "demo|1|1|23", "BUSY_BY_AGENT", True)
        assert [answer["operationId"] in body for body in proxy.cut_bodies] == [True]
        assert len(desk.call("getContactInfoWS", "demo|1|1|23")["attempts"]) == 1
