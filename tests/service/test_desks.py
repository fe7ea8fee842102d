"""The desks' part of the store on its own: what a report, a save or a logout changes, and what it does not."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.clock import Clock
from tests.support.desk import new_key
from tests.support.telephones import cti_report
from toolbar_py.service.accounts import new_operator
from toolbar_py.service.domain.reservation import Access
from toolbar_py.service.store.base import Caller, ImportRow, OpenCommand, OpenInboundCommand, Role, SaveCommand
from toolbar_py.service.store.deskbase import Changes, RefusedReport
from toolbar_py.service.store.dialect import SqliteDialect
from toolbar_py.service.store.sql import SqlStore
from toolbar_py.wire.actions import CtiReceipt
from toolbar_py.wire.contacts import ImportedContact
from toolbar_py.wire.errors import ToolbarError, UnknownContactError
from toolbar_py.wire.scripts import SavedScript
from toolbar_py.wire.telephony import ContactType, JobType, MediaType, Phase, Presence
from toolbar_py.wire.texts import sentence

ANN, BOB = Caller("ann", "s1"), Caller("bob", "s2")
ECID = "a|1"


class Announced:
    """What was announced, commit by commit."""

    def __init__(self) -> None:
        self.events: list[tuple[str, int, dict[str, Any]]] = []

    def __call__(self, changes: Changes) -> None:
        self.events += [(event.operator, event.place.number, json.loads(event.text)) for event in changes.events]

    def names(self, operator: str = "ann") -> list[str]:
        """Give the names of an operator's events, as far as pages are told of them."""
        found = [event.get("contact") or event.get("agent") for whose, _, event in self.events if whose == operator]
        return [event["event"] for event in found if event]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def announced() -> Announced:
    return Announced()


@pytest.fixture
async def store(tmp_path: Path, clock: Clock, announced: Announced) -> AsyncIterator[SqlStore]:
    store = SqlStore(SqliteDialect(tmp_path / "db"), clock, 60_000, announced)
    await store.open()
    await store.add_operators([new_operator(caller.operator, Role.OPERATOR) for caller in (ANN, BOB)])
    await store.import_rows("DEFAULT", "", [ImportRow(1, ImportedContact(ecid=ECID))])
    yield store
    await store.close()


async def happen(
    store: SqlStore, *events: str, contact_id: str = "c1", agent: str = "ann", call_data: str | None = None
) -> list[CtiReceipt | RefusedReport]:
    return [
        await store.desks.report(cti_report(agent, contact_id, event, call_data=call_data if at == 0 else None))
        for at, event in enumerate(events)
    ]


def refused(outcome: CtiReceipt | RefusedReport) -> ToolbarError:
    assert isinstance(outcome, RefusedReport)
    return outcome.error


def saving(contact_id: str | None = None, ecid: str | None = None, *, offline_end: bool = False) -> SaveCommand:
    return SaveCommand(
        caller=ANN,
        key=new_key(),
        content_hash="same",
        contact_id=contact_id,
        ecid=ecid,
        outcome="POSITIVE",
        offline_end=offline_end,
        note="",
        labels=[],
    )


async def phases(store: SqlStore, operator: str = "ann") -> list[Phase]:
    return [contact.phase for contact in (await store.desks.desk(operator)).contacts]


async def test_a_report_is_taken_once(store: SqlStore, announced: Announced) -> None:
    report = cti_report("ann", "c1", "POPUP")
    first, again = await store.desks.report(report), await store.desks.report(report)
    assert (first, again) == (CtiReceipt(taken=True, number=1), CtiReceipt(taken=False))
    assert announced.names() == ["POPUP"]


async def test_a_report_that_cannot_follow_is_recorded_and_changes_nothing(
    store: SqlStore, announced: Announced, clock: Clock
) -> None:
    await happen(store, "POPUP", call_data="PIN=1234")
    (outcome,) = await happen(store, "established", call_data="PIN=5678")
    error = refused(outcome)
    assert (error.code, error.details["reason"], error.details["phase"]) == ("CONFLICT", "out_of_order", "popup")
    (rejection,) = await store.desks.rejections(10)
    assert (rejection.at, rejection.agent, rejection.contact_id, rejection.event) == (
        clock.now,
        "ann",
        "c1",
        "established",
    )
    assert "out_of_order" in rejection.reason
    assert "5678" not in rejection.reason
    assert announced.names() == ["POPUP"]


async def test_a_first_event_that_says_too_little_is_refused(store: SqlStore) -> None:
    report = cti_report("ann", "c1", "POPUP").model_copy(update={"media_type": None})
    error = refused(await store.desks.report(report))
    assert error.details["problems"] == [{"argument": "mediaType", "problem": "missing"}]


async def test_a_report_for_nobody_is_refused(store: SqlStore) -> None:
    (outcome,) = await happen(store, "POPUP", agent="nobody")
    assert isinstance(refused(outcome), UnknownContactError)


async def test_a_contact_is_at_one_desk(store: SqlStore) -> None:
    await happen(store, "POPUP")
    outcomes = await happen(store, "connectionstarted", "DELETE", agent="bob")
    assert all(isinstance(refused(outcome), UnknownContactError) for outcome in outcomes)
    await happen(store, "DELETE")
    (outcome,) = await happen(store, "POPUP", agent="bob")
    assert outcome == CtiReceipt(taken=True, number=1)


async def test_a_late_report_does_not_bring_a_contact_back(store: SqlStore) -> None:
    await happen(store, "connectionstarted", "connectioncleared", "DELETE")
    (outcome,) = await happen(store, "POPUP")
    assert refused(outcome).details["reason"] == "contact_ended"
    assert await phases(store) == []


async def test_a_contact_that_is_still_in_after_call_work_does_not_reach_a_second_desk_and_it_is_said_why(
    store: SqlStore,
) -> None:
    await happen(store, "connectionstarted", "established", "connectioncleared", call_data="PIN=1234")
    error = refused((await happen(store, "POPUP", agent="bob"))[0])
    assert isinstance(error, UnknownContactError)
    assert error.details == {"reason": "at_another_desk", "contactId": "c1", "desk": "ann"}
    assert sentence(error, "en") == (
        "Contact c1 is still at the desk of ann: report its DELETE there first, "
        "or give the transferred contact another ContactID."
    )
    await happen(store, "DELETE")
    assert isinstance((await happen(store, "POPUP", agent="bob"))[0], CtiReceipt)


async def test_what_is_noted_of_a_contact_reaches_the_operators_other_tabs(
    store: SqlStore, announced: Announced
) -> None:
    await happen(store, "connectionstarted", "established")
    await store.open_script(OpenCommand(ANN, ECID, "c1", is_manual=False))
    await store.open_script(OpenCommand(ANN, ECID, "c1", is_manual=False))
    await store.save_script(saving("c1", ECID))
    for _ in range(2):
        await store.desks.end_offline("ann", "c1")
    told = [event for _, _, event in announced.events[2:]]
    assert [(each["desk"]["ecid"], each["desk"]["saved"], each["desk"]["offlineEndArmed"]) for each in told] == [
        (ECID, False, False),
        (ECID, True, False),
        (ECID, True, True),
    ]
    assert [number for _, number, _ in announced.events] == [1, 2, 3, 4, 5]
    assert not any("contact" in each for each in told)


async def test_reports_that_come_all_at_once_are_numbered_without_gaps(store: SqlStore, announced: Announced) -> None:
    outcomes = await asyncio.gather(
        *(
            store.desks.report(cti_report(agent, f"{agent}-{at}", "POPUP" if at % 3 else "established"))
            for at in range(90)
            for agent in ("ann", "bob")
        )
    )
    assert sum(isinstance(outcome, RefusedReport) for outcome in outcomes) == 60
    for agent in ("ann", "bob"):
        numbers = [number for whose, number, _ in announced.events if whose == agent]
        assert numbers == list(range(1, 61))


async def test_a_save_ends_after_call_work_in_the_same_transaction(store: SqlStore, announced: Announced) -> None:
    await happen(store, "POPUP", "connectionstarted", "established", "connectioncleared", call_data=f"ECID={ECID}")
    await store.save_script(saving("c1", offline_end=True))
    assert announced.names()[-2:] == ["connectioncleared", "DELETE"]
    assert await phases(store) == []


async def test_a_save_that_is_refused_ends_nothing(store: SqlStore, announced: Announced) -> None:
    await store.save_script(saving(ecid=ECID))
    await happen(store, "connectionstarted", "connectioncleared", call_data=f"ECID={ECID}")
    with pytest.raises(ToolbarError, match="TERMINATED"):
        await store.save_script(saving("c1", offline_end=True))
    assert await phases(store) == [Phase.ACW]


async def test_a_save_during_the_call_arms_its_ending(store: SqlStore, announced: Announced) -> None:
    await happen(store, "connectionstarted", "established", call_data=f"ECID={ECID}")
    await store.save_script(saving(ecid=ECID, offline_end=True))
    (contact,) = (await store.desks.desk("ann")).contacts
    assert (contact.saved, contact.offline_end_armed, contact.phase) == (True, True, Phase.ESTABLISHED)
    await happen(store, "connectioncleared")
    assert announced.names()[-2:] == ["connectioncleared", "DELETE"]


async def test_a_save_of_a_preview_that_was_never_called_ends_it(store: SqlStore, announced: Announced) -> None:
    await happen(store, "POPUP", call_data=f"ECID={ECID}")
    await store.save_script(saving("c1", offline_end=True))
    assert announced.names() == ["POPUP", "DELETE"]


async def test_a_save_without_offline_end_leaves_the_contact_where_it_is(store: SqlStore, announced: Announced) -> None:
    await happen(store, "connectionstarted", "connectioncleared", call_data=f"ECID={ECID}")
    await store.save_script(saving("c1"))
    (contact,) = (await store.desks.desk("ann")).contacts
    assert (contact.saved, contact.phase) == (True, Phase.ACW)
    assert announced.names() == ["connectionstarted", "connectioncleared"]


async def test_a_save_by_contact_works_after_the_contact_has_left(store: SqlStore, clock: Clock) -> None:
    await happen(store, "POPUP", "DELETE", call_data=f"ECID={ECID}")
    clock.now += 24 * 3_600_000
    saved = await store.save_script(saving("c1"))
    answer = SavedScript.model_validate_json(saved.text).answer
    assert (answer.ecid, answer.contact_id) == (ECID, "c1")


async def test_a_save_by_a_contact_of_another_desk_is_not_resolved(store: SqlStore) -> None:
    await happen(store, "POPUP", agent="bob", call_data=f"ECID={ECID}")
    with pytest.raises(UnknownContactError):
        await store.save_script(saving("c1"))


async def test_an_empty_contact_is_the_one_that_carries_the_ecid(store: SqlStore) -> None:
    await happen(store, "POPUP", call_data=f"ECID={ECID}")
    opened = await store.open_script(OpenCommand(ANN, ECID, None, is_manual=False))
    assert opened.contact.script_contact_id == "c1"
    await happen(store, "POPUP", contact_id="c2", call_data=f"ECID={ECID}")
    opened = await store.open_script(OpenCommand(ANN, ECID, None, is_manual=True))
    assert opened.contact.script_contact_id == ""


async def test_an_inbound_script_names_its_ecid_in_the_call_data_once(store: SqlStore, announced: Announced) -> None:
    inbound = {"type": ContactType.INBOUND, "job_type": JobType.INBOUND, "media_type": MediaType.TELEPHONY}
    await store.desks.report(cti_report("ann", "c1", "POPUP", call_data="MENU=2").model_copy(update=inbound))
    record = (await store.open_inbound(OpenInboundCommand(ANN, "c1", None, None))).contact
    assert (await store.open_inbound(OpenInboundCommand(ANN, "c1", None, None))).contact.ecid == record.ecid
    assert record.phone_number == "0555019999"
    assert [(field.field_name, field.value) for field in record.fields] == [("MENU", "2"), ("dnis", "0555010001")]
    assert announced.names() == ["POPUP", "datachanged"]
    (contact,) = (await store.desks.desk("ann")).contacts
    assert contact.ecid == record.ecid
    assert [entry.name for entry in contact.event.call_data] == ["MENU", "ECID"]


async def test_a_contact_says_how_it_came_to_the_desk_also_after_it_has_left(store: SqlStore) -> None:
    chat = {"type": ContactType.INBOUND, "job_type": JobType.INBOUND, "media_type": MediaType.CHAT}
    await store.desks.report(cti_report("ann", "c1", "POPUP").model_copy(update=chat))
    opened = (await store.open_inbound(OpenInboundCommand(ANN, "c1", None, None))).contact
    assert opened.nature == ("inbound", "chat", "inbound")
    await happen(store, "DELETE")
    assert (await store.contact(opened.ecid, "ann")).nature == opened.nature
    assert (await store.contact(opened.ecid, "bob")).nature is None


async def test_an_inbound_script_that_was_saved_is_not_reserved_again_by_a_late_opening(store: SqlStore) -> None:
    await happen(store, "POPUP")
    ecid = (await store.open_inbound(OpenInboundCommand(ANN, "c1", None, None))).contact.ecid
    await store.save_script(replace(saving("c1", offline_end=True), outcome="BUSY_BY_AGENT"))
    late = await store.open_inbound(OpenInboundCommand(ANN, "c1", None, None))
    assert (late.contact.ecid, late.access) == (ecid, Access.WRITE)
    assert late.contact.reservation.holder is None


async def test_what_an_inbound_request_says_goes_before_the_desk(store: SqlStore) -> None:
    await happen(store, "POPUP", call_data="MENU=2")
    opened = await store.open_inbound(OpenInboundCommand(ANN, "c1", "111", [], "222"))
    assert opened.contact.phone_number == "111"
    assert [(field.field_name, field.value) for field in opened.contact.fields] == [("dnis", "222")]


def _full() -> str:
    return ";".join(f"K{at}=1" for at in range(200))


async def test_call_data_that_is_full_stops_no_event(store: SqlStore) -> None:
    await happen(store, "POPUP", "connectionstarted", "established", call_data=_full())
    (outcome,) = await happen(store, "connectioncleared", call_data="RESULT=ok")
    assert isinstance(outcome, CtiReceipt)
    assert outcome.taken
    assert await phases(store) == [Phase.ACW]


async def test_call_data_that_is_full_makes_room_for_the_ecid_of_an_inbound_script(store: SqlStore) -> None:
    await happen(store, "POPUP", call_data=_full())
    opened = await store.open_inbound(OpenInboundCommand(ANN, "c1", None, None))
    (contact,) = (await store.desks.desk("ann")).contacts
    assert contact.ecid == opened.contact.ecid
    assert len(contact.event.call_data) == 200


async def test_a_save_for_a_contact_that_has_left_touches_no_other_with_its_ecid(store: SqlStore) -> None:
    await happen(store, "POPUP", call_data=f"ECID={ECID}")
    await store.open_script(OpenCommand(ANN, ECID, "c1", is_manual=False))
    await happen(store, "DELETE")
    await happen(store, "POPUP", "connectionstarted", "established", contact_id="c2", call_data=f"ECID={ECID}")
    await store.save_script(saving("c1", offline_end=True))
    (later,) = (await store.desks.desk("ann")).contacts
    assert (later.saved, later.offline_end_armed) == (False, False)


async def test_a_logout_ends_what_was_opened_without_a_login(store: SqlStore) -> None:
    await store.open_script(OpenCommand(ANN, ECID, None, is_manual=True))
    await store.desks.set_presence("ann", Presence.LOGGED_OUT, None)
    opened = await store.open_script(OpenCommand(BOB, ECID, None, is_manual=True))
    assert opened.access is Access.WRITE


async def test_a_reservation_ends_at_logout(store: SqlStore) -> None:
    await store.desks.set_presence("ann", Presence.LOGGED_IN, None)
    await store.open_script(OpenCommand(ANN, ECID, None, is_manual=True))
    assert (await store.open_script(OpenCommand(BOB, ECID, None, is_manual=True))).access is Access.READ_ONLY
    await store.desks.set_presence("ann", Presence.LOGGED_OUT, None)
    assert (await store.open_script(OpenCommand(BOB, ECID, None, is_manual=True))).access is Access.WRITE


async def test_times_of_a_contact_are_those_of_the_reports(store: SqlStore) -> None:
    for at, event in ((10_000, "connectionstarted"), (15_000, "established"), (75_500, "connectioncleared")):
        await store.desks.report(cti_report("ann", "c1", event, at=at))
    (contact,) = (await store.desks.desk("ann")).contacts
    event = contact.event
    assert (event.start_time, event.end_time, event.time_duration_sec) == (10_000, 75_500, 65)


async def test_call_data_that_easycim_added_is_not_the_telephone_systems_to_take_away(store: SqlStore) -> None:
    await happen(store, "POPUP", call_data="A=1")
    await store.desks.set_call_data("ann", "c1", ECID)
    await happen(store, "datachanged", call_data="A=2")
    (contact,) = (await store.desks.desk("ann")).contacts
    assert [(entry.name, entry.value) for entry in contact.event.call_data] == [("A", "2"), ("ECID", ECID)]


async def test_writes_that_share_a_transaction_fail_alone(store: SqlStore, tmp_path: Path) -> None:
    """One of them breaks a rule of the database, which ends the transaction for all."""
    with sqlite3.connect(tmp_path / "db") as connection:
        connection.execute(
            "CREATE TRIGGER no_bob BEFORE INSERT ON desk_events WHEN NEW.operator = 'bob' "
            "BEGIN SELECT RAISE(ROLLBACK, 'no'); END"
        )
    connection.close()
    outcomes = await asyncio.gather(
        *(
            store.desks.report(cti_report(agent, f"{agent}-{at}", "POPUP"))
            for at in range(5)
            for agent in ("ann", "bob")
        ),
        return_exceptions=True,
    )
    assert [isinstance(outcome, CtiReceipt) for outcome in outcomes] == [True, False] * 5
    assert (await store.desks.desk("ann")).place.number == 5
    assert (await store.desks.desk("bob")).place.number == 0


async def test_what_was_committed_is_announced_also_when_nobody_waits_any_more(
    store: SqlStore, announced: Announced
) -> None:
    task = asyncio.create_task(store.desks.report(cti_report("ann", "c1", "POPUP")))
    await asyncio.sleep(0)
    while not announced.events and not task.done():
        task.cancel()
        await asyncio.sleep(0.001)
        if (await store.desks.desk("ann")).place.number:
            break
    await store.desks.report(cti_report("ann", "c2", "POPUP"))
    numbers = [number for _, number, _ in announced.events]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) == (await store.desks.desk("ann")).place.number
