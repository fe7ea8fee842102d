"""The one place that knows which database is behind the store: today SQLite.

Another database needs its own :class:`Dialect`; nothing else in the service asks.
"""

import os
import sqlite3
import time
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import sqlite

from toolbar_py.service.store.base import StoreUnavailableError
from toolbar_py.service.store.patterns import matches

_BUSY_TIMEOUT_MS = 10_000
"""How long one process waits for another's write (an import beside a service). Under the page's 15 s deadline."""


class Dialect(Protocol):
    """What differs between databases."""

    readers: int
    """How many threads may read at once."""
    writers: int
    """How many threads may write at once."""

    def prepare(self) -> None:
        """Make the database ready for its first connection; more than one process may do this at once."""
        ...

    def write_engine(self) -> Engine:
        """Give an engine whose transactions write."""
        ...

    def read_engine(self) -> Engine:
        """Give an engine whose transactions see one state of the database and cannot change it."""
        ...

    def insert(self, table: Table) -> Any:
        """Give an INSERT that knows ``on_conflict_do_update`` and ``on_conflict_do_nothing``."""
        ...

    def lock_schema(self, connection: Connection) -> None:
        """Keep other processes from migrating until the transaction ends."""
        ...


class SqliteDialect:
    """SQLite in one file: one writer at a time, readers never wait (WAL), a commit is on the disk (FULL).

    Args:
        busy_timeout_ms: how long to wait while another process writes.
    """

    readers = 4
    writers = 1

    def __init__(self, path: Path, busy_timeout_ms: int = _BUSY_TIMEOUT_MS) -> None:
        self._path = path
        self._busy_timeout_s = busy_timeout_ms / 1000

    def prepare(self) -> None:
        """Switch the file to WAL, which it stays in.

        SQLite does not wait for another process that switches at the same moment, so this does.
        """
        deadline = time.monotonic() + self._busy_timeout_s
        try:
            # Contacts are private: for the owner only, which SQLite keeps to for the files beside it.
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            connection = sqlite3.connect(self._path, isolation_level=None)
        except (OSError, sqlite3.OperationalError) as error:
            raise StoreUnavailableError(f"{self._path}: {error}") from error
        try:
            while True:
                try:
                    connection.execute("PRAGMA journal_mode = WAL").fetchone()
                    return
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > deadline:
                        raise
                    time.sleep(0.01)
        except sqlite3.DatabaseError as error:
            raise StoreUnavailableError(f"{self._path}: {error}") from error
        finally:
            connection.close()

    def write_engine(self) -> Engine:
        """Give an engine that takes the write lock when a transaction begins.

        A transaction that begins reading and wants to write later would be refused at once, without waiting, when
        another has written meanwhile.
        """
        return self._engine("BEGIN IMMEDIATE", self.writers, ("synchronous = FULL", "foreign_keys = ON"))

    def read_engine(self) -> Engine:
        """Give an engine that sees one snapshot per transaction."""
        return self._engine("BEGIN", self.readers, ("query_only = ON",))

    def insert(self, table: Table) -> sqlite.Insert:
        """Give SQLite's INSERT."""
        return sqlite.insert(table)

    def lock_schema(self, connection: Connection) -> None:
        """Need nothing: the transaction holds the only write lock from its beginning."""

    def _engine(self, begin: str, size: int, pragmas: tuple[str, ...]) -> Engine:
        engine = create_engine(
            f"sqlite:///{self._path}",
            connect_args={"check_same_thread": False, "timeout": self._busy_timeout_s},
            pool_size=size,
            max_overflow=0,
            hide_parameters=True,  # notes and labels must not reach a log through an error text
        )

        def connect(connection: sqlite3.Connection, _record: object) -> None:
            connection.isolation_level = None
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}").close()
            connection.create_function("regexp", 2, matches, deterministic=True)

        def begin_transaction(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

        event.listen(engine, "connect", connect)
        event.listen(engine, "begin", begin_transaction)
        return engine
