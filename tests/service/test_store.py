"""The store on its own, with a clock that goes when told to."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from tests.support.clock import Clock
from tests.support.desk import new_key
from toolbar_py.service.accounts import new_operator
from toolbar_py.service.domain.reservation import Access
from toolbar_py.service.store import migrate
from toolbar_py.service.store.base import (
    Caller,
    ImportRow,
    OpenCommand,
    OpenInboundCommand,
    Role,
    SaveCommand,
    StoreUnavailableError,
    StoreVersionError,
)
from toolbar_py.service.store.dialect import SqliteDialect
from toolbar_py.service.store.sql import SqlStore
from toolbar_py.service.store.tables import metadata
from toolbar_py.wire.contacts import ImportedContact
from toolbar_py.wire.errors import ReservedByOtherError
from toolbar_py.wire.scripts import SavedScript

LEASE_MS = 60_000
ECID = "a|1"
ANN, BOB = Caller("ann", "s1"), Caller("bob", "s2")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[SqlStore]:
    store = SqlStore(SqliteDialect(tmp_path / "db"), clock, LEASE_MS)
    await store.open()
    await store.add_operators([new_operator(caller.operator, Role.OPERATOR) for caller in (ANN, BOB)])
    await store.import_rows("DEFAULT", "", [ImportRow(1, ImportedContact(ecid=ECID))])
    yield store
    await store.close()


def opening(caller: Caller, contact_id: str | None = None) -> OpenCommand:
    return OpenCommand(caller, ECID, contact_id, is_manual=False)


def saving(caller: Caller, outcome: str = "libero", *, key: str | None = None) -> SaveCommand:
    return SaveCommand(
        caller=caller,
        key=key or new_key(),
        content_hash="same",
        contact_id=None,
        ecid=ECID,
        outcome=outcome,
        offline_end=False,
        note="",
        labels=[],
    )


async def saved(store: SqlStore, command: SaveCommand) -> SavedScript:
    return SavedScript.model_validate_json((await store.save_script(command)).text)


async def test_a_lease_that_has_run_out_is_taken_over_by_whoever_opens(store: SqlStore, clock: Clock) -> None:
    await store.open_script(opening(ANN))
    clock.now += LEASE_MS + 1
    assert (await store.open_script(opening(BOB))).access is Access.WRITE
    assert (await store.open_script(opening(ANN))).access is Access.READ_ONLY


async def test_a_lease_that_has_run_out_is_taken_over_by_whoever_saves(store: SqlStore, clock: Clock) -> None:
    await store.open_script(opening(ANN))
    clock.now += LEASE_MS + 1
    assert (await saved(store, saving(BOB))).attempt.agent == "bob"


async def test_silence_alone_takes_nothing_away(store: SqlStore, clock: Clock) -> None:
    await store.open_script(opening(ANN))
    clock.now += 100 * LEASE_MS
    assert (await store.contact(ECID, "bob")).reservation.holder == "ann"
    assert (await saved(store, saving(ANN))).attempt.agent == "ann"


async def test_opening_again_extends_the_lease(store: SqlStore, clock: Clock) -> None:
    await store.open_script(opening(ANN))
    clock.now += LEASE_MS
    again = await store.open_script(opening(ANN))
    assert again.contact.reservation.lease_until == clock.now + LEASE_MS


async def test_only_a_new_reservation_moves_the_fence(store: SqlStore, clock: Clock) -> None:
    fences = [(await store.open_script(opening(ANN))).contact.reservation.fence for _ in range(2)]
    await store.save_script(saving(ANN))
    fences.append((await store.open_script(opening(ANN))).contact.reservation.fence)
    clock.now += LEASE_MS + 1
    fences.append((await store.open_script(opening(BOB))).contact.reservation.fence)
    assert fences == [1, 1, 2, 3]


async def test_the_duration_counts_from_the_reservation_whatever_was_opened_again(
    store: SqlStore, clock: Clock
) -> None:
    await store.open_script(opening(ANN))
    clock.now += 20_000
    await store.open_script(opening(ANN, "c1"))
    clock.now += 10_999
    assert (await saved(store, saving(ANN))).attempt.duration_sec == 30


async def test_the_duration_of_what_was_opened_to_read_counts_from_there(store: SqlStore, clock: Clock) -> None:
    await store.open_script(opening(ANN))
    clock.now += 5_000
    await store.open_script(opening(BOB))
    clock.now += 7_000
    await store.save_script(saving(ANN))
    assert (await saved(store, saving(BOB))).attempt.duration_sec == 7


async def test_a_save_after_the_script_has_ended_has_no_duration(store: SqlStore, clock: Clock) -> None:
    await store.open_script(opening(ANN))
    await store.save_script(saving(ANN))
    clock.now += 5_000
    assert (await saved(store, saving(ANN))).attempt.duration_sec == 0


async def test_a_refused_save_leaves_nothing_behind(store: SqlStore) -> None:
    await store.open_script(opening(ANN))
    key = new_key()
    with pytest.raises(ReservedByOtherError):
        await store.save_script(saving(BOB, key=key))
    await store.save_script(saving(ANN))
    assert not (await store.save_script(saving(BOB, key=key))).replayed


async def test_answers_are_kept_for_their_time_and_forgotten_after_it(store: SqlStore, clock: Clock) -> None:
    old, new = new_key(), new_key()
    await store.save_script(saving(ANN, key=old))
    clock.now += 1_000
    await store.save_script(saving(ANN, key=new))
    assert await store.purge_saves(clock.now) == 1
    assert (await store.save_script(saving(ANN, key=new))).replayed
    assert not (await store.save_script(saving(ANN, key=old))).replayed


async def test_a_generated_ecid_that_an_import_brought_is_passed_over(store: SqlStore) -> None:
    await store.import_rows("DEFAULT", "", [ImportRow(1, ImportedContact(ecid="easycim|1|1|1"))])
    opened = await store.open_inbound(OpenInboundCommand(ANN, "c1", "", []))
    assert opened.contact.ecid == "easycim|1|1|2"
    assert await store.import_rows("DEFAULT", "", [ImportRow(1, ImportedContact(ecid="easycim|1|1|3"))]) == []
    assert (
        await store.import_rows("DEFAULT", "", [ImportRow(1, ImportedContact()), ImportRow(2, ImportedContact())]) == []
    )
    assert (await store.contact("easycim|1|1|5", "ann")).ecid


async def test_what_another_process_changes_about_outcomes_is_seen_soon(
    store: SqlStore, clock: Clock, tmp_path: Path
) -> None:
    await store.contact(ECID, "ann")
    with sqlite3.connect(tmp_path / "db") as connection:
        connection.execute("UPDATE outcomes SET label = 'Nessuno' WHERE code = 'NO_ANSWER_BY_AGENT'")
    connection.close()
    clock.now += 30_000
    assert "Nessuno" in {outcome.label for outcome in (await store.contact(ECID, "ann")).outcomes}


async def test_a_database_that_somebody_keeps_locked_is_unavailable(
    store: SqlStore, clock: Clock, tmp_path: Path
) -> None:
    impatient = SqlStore(SqliteDialect(tmp_path / "db", busy_timeout_ms=1), clock, LEASE_MS)
    blocker = sqlite3.connect(tmp_path / "db", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailableError):
        await impatient.open_script(opening(ANN))
    assert (await impatient.contact(ECID, "ann")).ecid == ECID
    blocker.close()
    assert (await impatient.open_script(opening(ANN))).access is Access.WRITE
    await impatient.close()


async def test_two_stores_may_start_on_one_new_file_at_once(tmp_path: Path, clock: Clock) -> None:
    stores = [SqlStore(SqliteDialect(tmp_path / "new"), clock, LEASE_MS) for _ in range(6)]
    await asyncio.gather(*(store.open() for store in stores))
    await asyncio.gather(*(store.check() for store in stores))
    for store in stores:
        await store.close()


async def test_a_newer_schema_is_not_touched(store: SqlStore, clock: Clock, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    older = SqlStore(SqliteDialect(tmp_path / "db"), clock, LEASE_MS)
    with pytest.raises(StoreVersionError, match="update toolbar-py"):
        await older.open()
    with pytest.raises(StoreVersionError):
        await store.check()
    await older.close()


async def test_the_migrations_lead_to_the_tables(store: SqlStore, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'db'}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_the_newest_migration_is_the_one_that_is_expected() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == migrate.HEAD
