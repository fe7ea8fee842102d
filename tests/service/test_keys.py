"""The keys of operations on the telephone side: what becomes of one when its request fails."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from toolbar_py.service.accounts import new_operator
from toolbar_py.service.store.base import Role, StoreUnavailableError
from toolbar_py.service.store.deskbase import Changes
from toolbar_py.service.store.dialect import SqliteDialect
from toolbar_py.service.store.sql import SqlStore
from toolbar_py.service.telephony.operations import Done, Operations
from toolbar_py.wire.errors import ConflictError, DeadlineError, RateLimitedError, ServiceError, ToolbarError

KEY = "k" * 16


class Work:
    """What is asked of the telephone side; the errors come first. ``repeated``: what it was told at each run."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.repeated: list[bool] = []

    async def __call__(self, repeated: bool) -> str:
        self.repeated.append(repeated)
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


async def tried(operations: Operations, work: Work, times: int) -> None:
    for _ in range(times):
        with contextlib.suppress(ToolbarError, StoreUnavailableError, RuntimeError):
            await operations.once("ann", KEY, "same", work)


@pytest.mark.parametrize("error", [StoreUnavailableError("busy"), ServiceError(), ConflictError(reason="not_now")])
async def test_a_request_that_failed_can_be_repeated_with_its_key(store: SqlStore, error: Exception) -> None:
    operations, work = Operations(store.desks), Work(error)
    with pytest.raises(type(error)):
        await operations.once("ann", KEY, "same", work)
    assert await operations.once("ann", KEY, "same", work) == Done("{}", replayed=False)
    assert work.repeated == [False, False]


@pytest.mark.parametrize("error", [DeadlineError(outcome_known=False), RuntimeError()])
async def test_the_repetition_of_a_request_without_a_known_outcome_is_told_that_it_is_one(
    store: SqlStore, error: Exception
) -> None:
    operations, work = Operations(store.desks), Work(error)
    await tried(operations, work, 1)
    assert await operations.once("ann", KEY, "same", work) == Done("{}", replayed=False)
    assert work.repeated == [False, True]
    assert await operations.once("ann", KEY, "same", work) == Done("{}", replayed=True)


@pytest.mark.parametrize("error", [StoreUnavailableError("busy"), RateLimitedError(retryAfterMs=1_000)])
async def test_a_repetition_that_could_not_be_done_now_says_nothing_of_the_request_before(
    store: SqlStore, error: Exception
) -> None:
    operations, work = Operations(store.desks), Work(DeadlineError(outcome_known=False), error)
    await tried(operations, work, 3)
    assert work.repeated == [False, True, True]
    assert not isinstance(error, ToolbarError) or not error.outcome_known


async def test_a_repetition_that_is_refused_for_sure_frees_the_key(store: SqlStore) -> None:
    operations = Operations(store.desks)
    work = Work(DeadlineError(outcome_known=False), ConflictError(reason="telephones_refuse"))
    await tried(operations, work, 3)
    assert work.repeated == [False, True, False]


async def test_what_was_done_is_told_although_it_cannot_be_noted(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def settle(operator: str, key: str, answer: str | None) -> None:
        raise StoreUnavailableError("full")

    monkeypatch.setattr(store.desks, "settle", settle)
    assert await Operations(store.desks).once("ann", KEY, "same", Work()) == Done("{}", replayed=False)


async def test_a_key_without_a_known_outcome_is_still_for_one_content(store: SqlStore) -> None:
    operations, work = Operations(store.desks), Work(DeadlineError(outcome_known=False))
    await tried(operations, work, 1)
    with pytest.raises(ConflictError) as refused:
        await operations.once("ann", KEY, "other", work)
    assert refused.value.details["reason"] == "key_reused"
