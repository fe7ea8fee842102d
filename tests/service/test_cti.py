"""A real telephone system: its signed reports, and what is asked of its gateway (contract section 5)."""

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.desk import API, NO_TLS, Desk, good, new_key, problem
from tests.support.gatewayserver import Gateway
from tests.support.service import ServiceProcess
from toolbar_py.service.store.base import Role
from toolbar_py.service.store.dialect import SqliteDialect
from toolbar_py.service.store.sql import SqlStore
from toolbar_py.service.telephony.webhook.configuration import Secret
from toolbar_py.service.telephony.webhook.signature import HEADER, Keyring, Message

PATH = f"{API}/cti/events"
SECRETS = "new:" + "n" * 32 + ",old:" + "o" * 32
NEW = Keyring([Secret("new", "n" * 32)], 300)
OLD = Keyring([Secret("old", "o" * 32)], 300)
PIN = "4711-secret"

_numbers = itertools.count(1)


class Exchange:
    """A telephone system that reports to a service."""

    def __init__(self, url: str, keyring: Keyring = NEW) -> None:
        self._http = httpx2.Client(base_url=url, timeout=20, verify=NO_TLS)
        self._keyring = keyring

    def post(
        self, body: bytes, *, signed: bytes | None = None, header: str | None = None, late: int = 0
    ) -> httpx2.Response:
        """Send a body; ``late`` in s."""
        headers = {HEADER: header if header is not None else self.sign(body if signed is None else signed, late)}
        return self._http.post(PATH, content=body, headers=headers)

    def report(self, *reports: dict[str, Any], **more: Any) -> httpx2.Response:
        """Send one report, or a list of them."""
        found = reports[0] if len(reports) == 1 else list(reports)
        return self.post(json.dumps(found).encode(), **more)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def sign(self, body: bytes, late: int = 0) -> str:
        """Give the header's value."""
        return self._keyring.sign(Message("POST", PATH, body), int(time.time()) - late)


def report(event: str, contact_id: str, *, agent: str = "op1@demo", **more: Any) -> dict[str, Any]:
    """Give a report with an event id of its own."""
    first = {"type": "inbound", "mediaType": "telephony", "jobType": "inbound"} if event == "POPUP" else {}
    event_id = f"event-{next(_numbers):012}"
    return {"eventId": event_id, "agent": agent, "contactId": contact_id, "event": event, "at": 1_000, **first, **more}


def results(response: httpx2.Response) -> list[dict[str, Any]]:
    return good(response)["results"]


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory, sdk_dir: Path) -> Iterator[ServiceProcess]:
    """A service that shares two secrets with a telephone system."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TOOLBAR_CTI_SECRETS", SECRETS)
        with ServiceProcess(tmp_path_factory.mktemp("joined"), sdk_dir=sdk_dir) as running:
            yield running


Connect = Callable[..., Exchange]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Give what connects a telephone system to a service."""
    exchanges: list[Exchange] = []

    def make(service: ServiceProcess, keyring: Keyring = NEW) -> Exchange:
        exchanges.append(Exchange(service.url, keyring))
        return exchanges[-1]

    yield make
    for exchange in exchanges:
        exchange.close()


@pytest.fixture
def exchange(joined: ServiceProcess, connect: Connect) -> Exchange:
    """A telephone system that shares a secret with the service."""
    return connect(joined)


def test_without_a_secret_the_address_says_which_setting_opens_it(service: ServiceProcess, connect: Connect) -> None:
    response = connect(service).report(report("POPUP", "c"))
    assert problem(response, 404, "FORBIDDEN") == {"reason": "cti_closed"}
    assert "start toolbar-py serve (not demo) with TOOLBAR_CTI_SECRETS set" in response.json()["detail"]


def test_a_report_reaches_the_desk_once(exchange: Exchange, contact_id: str) -> None:
    popup = report("POPUP", contact_id)
    [taken] = results(exchange.report(popup))
    assert (taken["eventId"], taken["result"], taken["number"] > 0) == (popup["eventId"], "taken", True)
    # Another moment than the first one's, however long that took: a signature is taken once.
    assert results(exchange.report(popup, late=100)) == [{"eventId": popup["eventId"], "result": "known"}]


def test_the_reports_of_a_batch_are_taken_in_their_order(exchange: Exchange, contact_id: str) -> None:
    events = ["POPUP", "connectionstarted", "ringing", "established", "connectioncleared", "DELETE"]
    found = results(exchange.report(*(report(event, contact_id) for event in events)))
    assert [each["result"] for each in found] == ["taken"] * 6
    first = found[0]["number"]
    assert [each["number"] for each in found] == list(range(first, first + 6))


def test_each_report_of_a_batch_stands_on_its_own(exchange: Exchange, contact_id: str) -> None:
    popup = report("POPUP", contact_id)
    found = results(
        exchange.report(
            popup,
            report("held", contact_id),
            report("POPUP", f"{contact_id}-2", agent="nobody@demo"),
            report("DELETE", contact_id, agent="op2@demo"),
            report("datachanged", contact_id, callData=[{"name": "", "value": PIN}]),
            popup,
            report("connectionstarted", f"{contact_id}-3"),
            report("connectionstarted", contact_id),
        )
    )
    assert [each["result"] for each in found] == [
        "taken",
        "rejected",
        "rejected",
        "rejected",
        "rejected",
        "known",
        "rejected",
        "taken",
    ]
    assert [each.get("code") for each in found[1:5]] == [
        "CONFLICT",
        "UNKNOWN_CONTACT",
        "UNKNOWN_CONTACT",
        "INVALID_ARGUMENT",
    ]
    assert found[1]["details"]["possible"] == ["DELETE", "connectionstarted", "datachanged"]
    assert found[4]["details"]["problems"][0]["argument"] == "[4].callData[0].name"
    assert all(each["reason"] for each in found if each["result"] == "rejected")


def test_refusals_are_recorded_for_supervisors_without_a_value_of_call_data(
    joined: ServiceProcess, exchange: Exchange, contact_id: str
) -> None:
    refused = report("held", contact_id, callData=[{"name": "PIN", "value": PIN}])
    exchange.report(refused)
    supervisor = Desk(joined.url, joined.token("supervisor@demo", role=Role.SUPERVISOR))
    response = supervisor.http.get(f"{API}/cti/rejections", headers={"Accept-Language": "it"})
    newest = good(response)["rejections"][0]
    assert (newest["eventId"], newest["agent"], newest["contactId"]) == (refused["eventId"], "op1@demo", contact_id)
    assert (newest["event"], newest["code"], newest["details"]["reason"]) == ("held", "CONFLICT", "out_of_order")
    assert "contraddice" in newest["reason"]
    assert PIN not in response.text
    assert PIN not in joined.log.read_text()
    assert len(good(supervisor.http.get(f"{API}/cti/rejections?limit=1"))["rejections"]) == 1
    supervisor.close()


@pytest.mark.parametrize("limit", [0, 1_001])
def test_a_limit_that_is_out_of_range_is_told_the_range(joined: ServiceProcess, limit: int) -> None:
    supervisor = Desk(joined.url, joined.token("supervisor@demo", role=Role.SUPERVISOR))
    response = supervisor.http.get(f"{API}/cti/rejections?limit={limit}")
    supervisor.close()
    problem(response, 422, "INVALID_ARGUMENT")
    assert response.json()["detail"] == "Invalid request: limit is out of range (1–1000)."


def test_operators_do_not_see_refusals(joined: ServiceProcess) -> None:
    operator = Desk(joined.url, joined.token("op1@demo"))
    assert problem(operator.http.get(f"{API}/cti/rejections"), 403, "FORBIDDEN") == {"reason": "supervisor_only"}
    operator.close()


def test_a_token_does_not_stand_in_for_a_signature(joined: ServiceProcess) -> None:
    supervisor = Desk(joined.url, joined.token("supervisor@demo", role=Role.SUPERVISOR))
    response = supervisor.http.post(PATH, json=report("POPUP", "c"))
    assert problem(response, 401, "UNAUTHENTICATED") == {"reason": "missing_signature"}
    assert response.headers["www-authenticate"] == 'Easycim-Signature realm="easycim", error="missing_signature"'
    supervisor.close()


@pytest.mark.parametrize(("late", "reason"), [(400, "stale_signature"), (-400, "early_signature")])
def test_a_signature_of_another_moment_is_refused(exchange: Exchange, contact_id: str, late: int, reason: str) -> None:
    response = exchange.report(report("POPUP", contact_id), late=late)
    assert problem(response, 401, "UNAUTHENTICATED") == {"reason": reason}


def test_a_body_that_was_altered_changes_nothing(exchange: Exchange, contact_id: str) -> None:
    body = json.dumps(report("POPUP", contact_id)).encode()
    response = exchange.post(body.replace(b"op1@demo", b"op2@demo"), signed=body)
    assert problem(response, 401, "UNAUTHENTICATED") == {"reason": "wrong_signature"}
    assert results(exchange.post(body))[0]["result"] == "taken"


def test_a_query_that_was_not_signed_is_refused(joined: ServiceProcess, exchange: Exchange, contact_id: str) -> None:
    body = json.dumps(report("POPUP", contact_id)).encode()
    headers = {HEADER: exchange.sign(body)}
    response = httpx2.post(f"{joined.url}{PATH}?x=1", content=body, headers=headers, verify=NO_TLS)
    assert problem(response, 401, "UNAUTHENTICATED") == {"reason": "wrong_signature"}


def test_two_signatures_are_none(joined: ServiceProcess, exchange: Exchange, contact_id: str) -> None:
    body = json.dumps(report("POPUP", contact_id)).encode()
    headers = [(HEADER, exchange.sign(body)), (HEADER, exchange.sign(body, late=1))]
    response = httpx2.post(f"{joined.url}{PATH}", content=body, headers=headers, verify=NO_TLS)
    assert problem(response, 401, "UNAUTHENTICATED") == {"reason": "malformed_signature"}


def test_both_secrets_are_good_while_they_are_exchanged(
    joined: ServiceProcess, connect: Connect, contact_id: str
) -> None:
    assert results(connect(joined, OLD).report(report("POPUP", contact_id)))[0]["result"] == "taken"
    assert results(connect(joined, NEW).report(report("DELETE", contact_id)))[0]["result"] == "taken"


def test_a_signature_is_taken_once(exchange: Exchange, contact_id: str) -> None:
    body = json.dumps(report("POPUP", contact_id)).encode()
    header = exchange.sign(body)
    assert results(exchange.post(body, header=header))[0]["result"] == "taken"
    assert problem(exchange.post(body, header=header), 401, "UNAUTHENTICATED") == {"reason": "replayed_signature"}


def test_a_replay_is_refused_after_a_restart_and_by_a_second_process(
    start_service: Callable[..., ServiceProcess], monkeypatch: pytest.MonkeyPatch, connect: Connect, contact_id: str
) -> None:
    monkeypatch.setenv("TOOLBAR_CTI_SECRETS", SECRETS)
    first = start_service()
    body = json.dumps(report("POPUP", contact_id)).encode()
    header = connect(first).sign(body)
    assert results(connect(first).post(body, header=header))[0]["result"] == "taken"
    second = start_service(first.data_dir)
    replayed = {"reason": "replayed_signature"}
    assert problem(connect(second).post(body, header=header), 401, "UNAUTHENTICATED") == replayed
    first.kill()
    second.kill()
    third = start_service(first.data_dir)
    assert problem(connect(third).post(body, header=header), 401, "UNAUTHENTICATED") == replayed


async def test_a_signature_is_forgotten_when_it_is_too_old_to_be_taken(tmp_path: Path) -> None:
    now = 1_000
    store = SqlStore(SqliteDialect(tmp_path / "db"), lambda: now, 1)
    await store.open()
    assert [await store.desks.claim_signature("a" * 64, 2_000) for _ in range(2)] == [True, False]
    assert await store.desks.claim_signature("b" * 64, 3_000)
    assert await store.desks.purge_signatures() == 0
    now = 2_000
    assert await store.desks.purge_signatures() == 1
    assert [await store.desks.claim_signature(each * 64, 4_000) for each in "ab"] == [True, False]
    await store.close()


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"", {"argument": "", "problem": "json"}),
        (b"{", {"argument": "", "problem": "json"}),
        (b"\xff", {"argument": "", "problem": "json"}),
        (b"[" * 100_000, {"argument": "", "problem": "json"}),
        (b'{"at": NaN}', {"argument": "", "problem": "json"}),
        (b'"POPUP"', {"argument": "", "problem": "type", "expected": "object_or_list"}),
        (b"[]", {"argument": "", "problem": "empty"}),
    ],
)
def test_a_body_that_is_no_report_is_refused(exchange: Exchange, body: bytes, found: dict[str, str]) -> None:
    # Signatures are taken once; these bodies are the same in every run, their moments differ.
    [each] = problem(exchange.post(body, late=next(_numbers) % 250), 400, "INVALID_ARGUMENT")["problems"]
    assert {name: each[name] for name in found} == found


def test_every_member_of_a_malformed_report_is_named_and_none_repeated(exchange: Exchange, contact_id: str) -> None:
    malformed = report("vanished", contact_id, at="soon", mood="good", callData=[{"name": "PIN", "value": 4711}])
    response = exchange.report({name: value for name, value in malformed.items() if name != "agent"})
    found = problem(response, 400, "INVALID_ARGUMENT")["problems"]
    assert {(each["argument"], each["problem"]) for each in found} == {
        ("agent", "missing"),
        ("event", "choice"),
        ("at", "type"),
        ("mood", "unknown"),
        ("callData[0].value", "type"),
    }
    assert "4711" not in response.text


def test_a_hundred_reports_are_taken_at_once_and_no_more(exchange: Exchange, contact_id: str) -> None:
    changes = [report("datachanged", contact_id) for _ in range(100)]
    assert len(results(exchange.report(report("POPUP", contact_id), *changes[:99]))) == 100
    details = problem(exchange.report(*changes, report("DELETE", contact_id)), 413, "TOO_LARGE")
    assert details == {"argument": "body", "max": 100, "unit": "entries"}


def test_a_single_report_with_too_long_a_text_is_told_which(exchange: Exchange, contact_id: str) -> None:
    details = problem(exchange.report(report("POPUP", contact_id, dnis="5" * 10_000)), 413, "TOO_LARGE")
    assert details["argument"] == "dnis"


def test_a_body_that_is_too_long_is_not_read(exchange: Exchange) -> None:
    details = problem(exchange.post(b" " * (512 * 1024 + 1)), 413, "TOO_LARGE")
    assert details["unit"] == "bytes"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway(NEW) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_call_goes_out_to_the_gateway_and_comes_back_as_events(
    start_service: Callable[..., ServiceProcess], monkeypatch: pytest.MonkeyPatch, connect: Connect, gateway: Gateway
) -> None:
    monkeypatch.setenv("TOOLBAR_CTI_SECRETS", SECRETS)
    monkeypatch.setenv("TOOLBAR_CTI_URL", f"http://127.0.0.1:{gateway.server_port}/actions")
    monkeypatch.setenv("TOOLBAR_CTI_LOOPBACK", "1")
    service = start_service()
    exchange, desk = connect(service), Desk(service.url, service.token("op1@demo"))

    def ask(path: str, body: object = None) -> httpx2.Response:
        return desk.http.post(f"{API}{path}", json=body, headers={"Idempotency-Key": new_key()})

    good(ask("/agent/state", {"presence": "LOGGEDIN"}))
    assert gateway.wait_for("presence")["presence"] == "LOGGEDIN"

    refusal = ask("/calls", {"destination": "113"})
    assert problem(refusal, 409, "CONFLICT")["said"] == "113 is not for us"
    assert refusal.json()["detail"] == "The telephone system refuses: 113 is not for us"

    contact_id = good(ask("/calls", {"destination": "0555", "callData": "ECID=demo|1|1|9"}))["contactId"]
    manual = {"type": "outbound", "mediaType": "telephony", "jobType": "manual"}
    call_data = [{"name": "ECID", "value": "demo|1|1|9"}]
    first = report("connectionstarted", contact_id, **manual, callData=call_data)
    rest = [report(event, contact_id) for event in ("dialing", "established")]
    assert [each["result"] for each in results(exchange.report(first, *rest))] == ["taken"] * 3

    good(ask(f"/calls/{contact_id}/hold"))
    hold = gateway.wait_for("action")
    assert (hold["action"], hold["contactId"], hold["agent"]) == ("hold", contact_id, "op1@demo")

    good(ask(f"/calls/{contact_id}/call-data", {"callData": "RESULT=ok"}))
    assert gateway.wait_for("callData")["callData"] == [{"name": "RESULT", "value": "ok"}]

    exchange.report(report("held", contact_id), report("connectioncleared", contact_id))
    good(desk.save(contactId=contact_id, outcome="POSITIVE", offlineEnd=True))
    assert gateway.wait_for("ended")["contactId"] == contact_id
    desk.close()


def test_settings_that_cannot_be_right_are_told_at_the_start(
    start_service: Callable[..., ServiceProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOOLBAR_CTI_SECRETS", "short")
    with pytest.raises(RuntimeError, match="entry 1 of TOOLBAR_CTI_SECRETS has no name"):
        start_service()
