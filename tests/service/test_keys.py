"""The keys of operations on the telephone side: what becomes of one when its request fails."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from toolbar_py.service.accounts import new_operator
from toolbar_py.service.store.base import Role, StoreUnavailableError
from toolbar_py.service.store.deskbase import Changes
from toolbar_py.service.store.dialect import SqliteDialect
from toolbar_py.service.store.sql import SqlStore
from toolbar_py.service.telephony.operations import Done, Operations
from toolbar_py.wire.errors import ConflictError, ServiceError

KEY = "k" * 16


class Work:
    """What is asked of the telephone side; the errors come first."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    async def __call__(self) -> str:
        if self.errors:
            raise self.errors.pop(0)
        return "{}"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    def announce(changes: Changes) -> None: ...

    store = SqlStore(SqliteDialect(tmp_path / "db"), lambda: 1_700_000_000_000, 60_000, announce)
    await store.open()
    await store.add_operators([new_operator("ann", Role.OPERATOR)])
    yield store
    await store.close()


@pytest.mark.parametrize("error", [StoreUnavailableError("busy"), ServiceError()])
async def test_a_request_that_failed_can_be_repeated_with_its_key(store: SqlStore, error: Exception) -> None:
    operations, work = Operations(store.desks), Work(error)
    with pytest.raises(type(error)):
        await operations.once("ann", KEY, "same", work)
    assert await operations.once("ann", KEY, "same", work) == Done("{}", replayed=False)


async def test_a_key_whose_request_ended_without_a_known_outcome_is_not_used_again(store: SqlStore) -> None:
    operations, work = Operations(store.desks), Work(RuntimeError())
    with pytest.raises(RuntimeError):
        await operations.once("ann", KEY, "same", work)
    with pytest.raises(ConflictError, match="CONFLICT"):
        await operations.once("ann", KEY, "same", work)
