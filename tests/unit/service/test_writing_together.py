"""Writes that wait are committed together, and one that refuses takes nothing of the others with it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Connection, text

from toolbar_py.service.store.database import Database
from toolbar_py.service.store.dialect import SqliteDialect

Work = Callable[[Connection], int]


class RefusedError(Exception):
    """A write that is refused after it has written."""


def _write(number: int) -> Work:
    def work(connection: Connection) -> int:
        connection.execute(text("INSERT INTO written VALUES (:number)"), {"number": number})
        return number

    return work


def _refuse(number: int) -> Work:
    def work(connection: Connection) -> int:
        _write(number)(connection)
        raise RefusedError

    return work


async def _together(path: Path, works: list[Work]) -> tuple[list[int | BaseException], list[int], list[int]]:
    """Let writes wait for one that runs; gives what became of each, what is written, and what was told committed."""
    database = Database(SqliteDialect(path))
    await database.prepare()
    await database.write(lambda connection: connection.execute(text("CREATE TABLE written (number INTEGER)")))
    first_runs, go_on = Event(), Event()
    told: list[int] = []

    def hold(_: Connection) -> None:
        first_runs.set()
        go_on.wait(10)

    first = asyncio.ensure_future(database.write(hold))
    await asyncio.to_thread(first_runs.wait, 10)
    waiting = [
        asyncio.ensure_future(database.write(work, lambda number=number: told.append(number)))
        for number, work in enumerate(works)
    ]
    await asyncio.sleep(0)
    go_on.set()
    await first
    results = await asyncio.gather(*waiting, return_exceptions=True)
    written = await database.read(
        lambda connection: list(connection.execute(text("SELECT number FROM written ORDER BY rowid")).scalars())
    )
    database.close()
    return results, written, told


async def test_writes_that_wait_are_all_written_in_their_order(tmp_path: Path) -> None:
    found = await _together(tmp_path / "db", [_write(number) for number in range(5)])
    assert found == ([0, 1, 2, 3, 4], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4])


@pytest.mark.parametrize("refused", [0, 2, 4])
async def test_one_that_refuses_takes_only_its_own_back(tmp_path: Path, refused: int) -> None:
    works = [_refuse(number) if number == refused else _write(number) for number in range(5)]
    results, written, told = await _together(tmp_path / "db", works)
    others = [number for number in range(5) if number != refused]
    assert isinstance(results[refused], RefusedError)
    assert (written, told) == (others, others)
    assert [results[number] for number in others] == others
