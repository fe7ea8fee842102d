"""What an operator began a call with reaches the contact, whatever the gateway repeats of it (contract section 4)."""

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.clock import Clock
from tests.support.desk import API, Desk, good, new_key
from tests.support.gateway import ENVIRONMENT, KEYRING
from tests.support.gateway import Gateway as Reporter
from tests.support.gatewayserver import Gateway
from tests.support.inprocess import Stream
from tests.support.service import ServiceProcess
from tests.support.telephones import cti_report
from toolbar_py.service.accounts import new_operator
from toolbar_py.service.domain.deskwork import BegunWith
from toolbar_py.service.store.base import Role
from toolbar_py.service.store.deskbase import Retention
from toolbar_py.service.store.dialect import SqliteDialect
from toolbar_py.service.store.sql import SqlStore
from toolbar_py.wire.calldata import parse

OPERATOR = "op1@demo"
ECID = "demo|1|1|9"
MANUAL = {"type": "outbound", "mediaType": "telephony", "jobType": "manual"}
TIED = [{"name": "ECID", "value": ECID}]


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """A gateway that the services started from now on know."""
    with Gateway(KEYRING) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        for name, value in ENVIRONMENT.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("TOOLBAR_CTI_URL", f"http://127.0.0.1:{server.server_port}/actions")
        monkeypatch.setenv("TOOLBAR_CTI_LOOPBACK", "1")
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def service(gateway: Gateway, start_service: Callable[..., ServiceProcess]) -> ServiceProcess:
    return start_service()


@pytest.fixture
def desk(service: ServiceProcess) -> Iterator[Desk]:
    desk = Desk(service.url, service.token(OPERATOR))
    good(desk.http.post(f"{API}/agent/state", json={"presence": "LOGGEDIN"}))
    yield desk
    desk.close()


@pytest.fixture
async def stream(service: ServiceProcess, desk: Desk) -> AsyncIterator[Stream]:
    """What the operator's pages hear from the login on."""
    stream = await Stream.open(service.url, service.token(OPERATOR))
    yield stream
    await stream.close()


def begin(desk: Desk, **more: object) -> str:
    """Begin a contact; gives its ContactID."""
    body = {"destination": "0555010009", "callData": f"ECID={ECID}", **more}
    return good(desk.http.post(f"{API}/calls", json=body, headers={"Idempotency-Key": new_key()}))["contactId"]


def report(service: ServiceProcess, contact_id: str, event: str, **more: Any) -> None:
    with Reporter(service.url) as reporter:
        reporter.report(OPERATOR, contact_id, event, **more)


async def told(stream: Stream) -> dict[str, Any]:
    """Give what pages hear next of a contact."""
    while True:
        (event,) = await stream.events(1)
        if "contact" in event:
            return event["contact"]


async def test_a_call_is_tied_to_its_ecid_though_the_gateway_does_not_report_it(
    service: ServiceProcess, desk: Desk, stream: Stream
) -> None:
    contact_id = begin(desk)
    report(service, contact_id, "connectionstarted", **MANUAL)
    started = await told(stream)
    assert (started["event"], started["CallData"], started["dnis"]) == ("connectionstarted", TIED, "0555010009")
    assert good(desk.save(contactId=contact_id, outcome="POSITIVE"))["answer"]["ecid"] == ECID


async def test_what_a_report_carries_itself_goes_before_what_the_call_was_begun_with(
    service: ServiceProcess, desk: Desk, stream: Stream
) -> None:
    contact_id = begin(desk, callData=f"ECID={ECID};A=begun;B=begun")
    reported = [{"name": "A", "value": "reported"}]
    report(service, contact_id, "connectionstarted", **MANUAL, callData=reported, dnis="0555")
    started = await told(stream)
    assert started["CallData"] == [*reported, *TIED, {"name": "B", "value": "begun"}]
    assert started["dnis"] == "0555"


async def test_a_job_is_tied_to_its_ecid_too(service: ServiceProcess, desk: Desk, stream: Stream) -> None:
    contact_id = begin(desk, destination="a@b.example", job=True, content="Offer")
    report(service, contact_id, "connectionstarted", **{**MANUAL, "mediaType": "email"})
    started = await told(stream)
    assert (started["CallData"], started["dnis"]) == (TIED, "a@b.example")


async def test_a_contact_that_is_reported_before_the_answer_gets_the_ecid_as_a_change_of_its_data(
    service: ServiceProcess, desk: Desk, stream: Stream, gateway: Gateway
) -> None:
    reported = [{"name": "A", "value": "reported"}]

    def report_first(message: dict[str, Any]) -> None:
        report(service, f"gw-{message['id']}", "connectionstarted", **MANUAL, callData=reported)

    gateway.before_answering = report_first
    contact_id = begin(desk, callData=f"ECID={ECID};A=begun")
    started, changed = await told(stream), await told(stream)
    assert (started["event"], started["CallData"]) == ("connectionstarted", reported)
    assert (changed["event"], changed["CallData"], changed["id"]) == ("datachanged", [*reported, *TIED], contact_id)
    assert good(desk.save(contactId=contact_id, outcome="POSITIVE"))["answer"]["ecid"] == ECID


async def test_a_restart_before_the_first_report_loses_no_ecid(
    start_service: Callable[..., ServiceProcess], service: ServiceProcess, desk: Desk
) -> None:
    contact_id = begin(desk)
    service.kill()
    again = start_service(service.data_dir)
    stream = await Stream.open(again.url, again.token(OPERATOR))
    report(again, contact_id, "connectionstarted", **MANUAL)
    assert (await told(stream))["CallData"] == TIED
    await stream.close()


def test_the_gateway_is_not_told_again_what_it_was_asked_for(
    service: ServiceProcess, desk: Desk, gateway: Gateway
) -> None:
    contact_id = begin(desk)
    report(service, contact_id, "connectionstarted", **MANUAL)
    good(desk.http.post(f"{API}/calls/{contact_id}/call-data", json={"callData": "RESULT=ok"}))
    assert gateway.wait_for("callData")["callData"] == [{"name": "RESULT", "value": "ok"}]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[SqlStore]:
    store = SqlStore(SqliteDialect(tmp_path / "db"), clock, 1)
    await store.open()
    await store.add_operators([new_operator(operator, Role.OPERATOR) for operator in ("ann", "bob")])
    yield store
    await store.close()


def begun_with(call_data: str) -> BegunWith:
    return BegunWith(call_data=parse(call_data), number="0555")


async def come(store: SqlStore, operator: str, contact_id: str) -> str:
    """Bring a contact to a desk; gives its CallData as text."""
    await store.desks.report(cti_report(operator, contact_id, "connectionstarted"))
    contact = next(each for each in (await store.desks.desk(operator)).contacts if each.event.id == contact_id)
    return ";".join(f"{entry.name}={entry.value}" for entry in contact.event.call_data)


async def test_of_a_contact_the_newest_is_remembered(store: SqlStore) -> None:
    await store.desks.begun("ann", "c1", begun_with("A=1"))
    await store.desks.begun("ann", "c1", begun_with("B=2"))
    assert await come(store, "ann", "c1") == "B=2"


async def test_what_one_operator_began_is_given_to_no_other(store: SqlStore) -> None:
    await store.desks.begun("ann", "c1", begun_with("A=1"))
    assert await come(store, "bob", "c1") == ""


async def test_an_operator_is_told_nothing_of_a_contact_that_came_to_another_desk(store: SqlStore) -> None:
    await come(store, "bob", "c1")
    await store.desks.begun("ann", "c1", begun_with("A=1"))
    assert (await store.desks.desk("ann")).place.number == 0


async def test_a_call_that_is_never_reported_is_forgotten_with_its_operation(store: SqlStore, clock: Clock) -> None:
    await store.desks.begun("ann", "c1", begun_with("A=1"))
    await store.desks.begun("ann", "c2", begun_with("A=1"))
    assert await come(store, "ann", "c1") == "A=1"
    clock.now += 1
    assert await store.desks.purge(Retention(events=0, contacts=0, operations=clock.now)) == 1
    assert await come(store, "ann", "c2") == ""


async def test_a_contact_that_is_full_has_the_ecid_all_the_same(store: SqlStore) -> None:
    full = ";".join(f"N{number}=1" for number in range(200))
    await store.desks.report(cti_report("ann", "c1", "connectionstarted", call_data=full))
    await store.desks.begun("ann", "c1", begun_with("A=1;ECID=a|1"))
    (contact,) = (await store.desks.desk("ann")).contacts
    assert (contact.ecid, len(contact.event.call_data)) == ("a|1", 200)


async def test_nothing_is_remembered_for_a_contact_that_has_left(store: SqlStore, clock: Clock) -> None:
    for event in ("connectionstarted", "connectioncleared", "DELETE"):
        await store.desks.report(cti_report("ann", "c1", event))
    await store.desks.begun("ann", "c1", begun_with("A=1"))
    assert await store.desks.purge(Retention(events=0, contacts=0, operations=clock.now + 1)) == 0
