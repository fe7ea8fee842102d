"""Contacts that are passed from desk to desk, and come back; and that one desk does not take from another."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.clock import Clock
from tests.support.telephones import cti_report
from toolbar_py.service.accounts import new_operator
from toolbar_py.service.domain.reservation import Access
from toolbar_py.service.store.base import Caller, OpenInboundCommand, Role
from toolbar_py.service.store.deskbase import Changes, RefusedReport
from toolbar_py.service.store.dialect import SqliteDialect
from toolbar_py.service.store.sql import SqlStore
from toolbar_py.wire.actions import CtiReceipt
from toolbar_py.wire.errors import UnknownContactError
from toolbar_py.wire.telephony import Phase

ANN, BOB = Caller("ann", "s1"), Caller("bob", "s2")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[SqlStore]:
    def announce(changes: Changes) -> None: ...

    store = SqlStore(SqliteDialect(tmp_path / "db"), clock, 60_000, announce)
    await store.open()
    await store.add_operators([new_operator(operator, Role.OPERATOR) for operator in ("ann", "bob")])
    yield store
    await store.close()


async def happen(store: SqlStore, agent: str, *events: str, call_data: str = "") -> list[CtiReceipt | RefusedReport]:
    return [await store.desks.report(cti_report(agent, "c1", event, call_data=call_data)) for event in events]


async def test_a_contact_that_is_transferred_away_comes_back_by_a_transfer(store: SqlStore, clock: Clock) -> None:
    for agent in ("ann", "bob"):
        await happen(store, agent, "connectionstarted", "established", "connectioncleared", "DELETE")
        clock.now += 1_000
    back = await happen(store, "ann", "connectionstarted", "established", call_data="AGAIN=1")
    assert [isinstance(outcome, CtiReceipt) for outcome in back] == [True, True]
    (contact,) = (await store.desks.desk("ann")).contacts
    assert contact.phase is Phase.ESTABLISHED
    assert [entry.name for entry in contact.event.call_data] == ["AGAIN"]


async def test_a_late_report_does_not_bring_back_a_contact_that_came_back_and_left(
    store: SqlStore, clock: Clock
) -> None:
    for agent in ("ann", "bob", "ann"):
        await happen(store, agent, "POPUP", "DELETE")
        clock.now += 1_000
    (outcome,) = await happen(store, "ann", "POPUP")
    assert isinstance(outcome, RefusedReport)
    assert outcome.error.details["reason"] == "contact_ended"
    assert not (await store.desks.desk("ann")).contacts


async def test_a_contact_at_another_desk_is_not_opened_as_an_inbound_one(store: SqlStore) -> None:
    await happen(store, "bob", "POPUP")
    with pytest.raises(UnknownContactError) as refused:
        await store.open_inbound(OpenInboundCommand(ANN, "c1", None, None))
    assert refused.value.details == {"reason": "not_at_desk", "contactId": "c1"}
    opened = await store.open_inbound(OpenInboundCommand(BOB, "c1", None, None))
    assert opened.access is Access.WRITE
    assert opened.contact.phone_number == "0555019999"


async def test_who_has_passed_an_inbound_contact_on_still_has_its_script(store: SqlStore) -> None:
    await happen(store, "ann", "POPUP")
    ecid = (await store.open_inbound(OpenInboundCommand(ANN, "c1", None, None))).contact.ecid
    await happen(store, "ann", "DELETE")
    await happen(store, "bob", "POPUP")
    again = await store.open_inbound(OpenInboundCommand(ANN, "c1", None, None))
    assert (again.contact.ecid, again.access) == (ecid, Access.WRITE)
