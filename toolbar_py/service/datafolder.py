"""The folder that holds everything a service must not lose: the database and the signing secret."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager

from toolbar_py.service.clock import now_ms
from toolbar_py.service.errors import SetupError
from toolbar_py.service.security.secret import load_secret
from toolbar_py.service.security.tokens import Tokens
from toolbar_py.service.settings import Settings
from toolbar_py.service.store.deskbase import Announce
from toolbar_py.service.store.dialect import SqliteDialect
from toolbar_py.service.store.sql import SqlStore

if sys.platform != "win32":
    import fcntl


class DataFolder:
    """Makes the folder when it is missing, for its owner only.

    Raises:
        SetupError: it cannot be made or written.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        try:
            settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            (settings.data_dir / ".writable").touch()
            (settings.data_dir / ".writable").unlink(missing_ok=True)
        except OSError as error:
            raise SetupError(f"cannot use the data folder {settings.data_dir}: {error.strerror}") from None

    def store(self, announce: Announce = lambda _changes: None) -> SqlStore:
        """Give the store, not yet opened.

        Args:
            announce: is told what each commit changed at desks.
        """
        return SqlStore(SqliteDialect(self._settings.database), now_ms, self._settings.lease_ms, announce)

    def tokens(self) -> Tokens:
        """Give what makes and checks tokens.

        Raises:
            SetupError: the secret cannot be used.
        """
        return Tokens(load_secret(self._settings.data_dir), now_ms)

    @contextmanager
    def serving(self) -> Generator[bool]:
        """Count as the folder's service for as long as the context lasts, or the process.

        Gives whether no other service does; True also where the file system has no locks, and nobody can tell.
        """
        if sys.platform == "win32":
            yield True
            return
        handle = os.open(self._settings.data_dir, os.O_RDONLY)
        try:
            yield _lock(handle)
        finally:
            os.close(handle)


if sys.platform != "win32":

    def _lock(handle: int) -> bool:
        """Lock an open folder together with its other services; say whether there are none."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            alone = True
        except BlockingIOError:
            alone = False
        except OSError:
            return True
        # Shared from here on, so that the next service is warned of each of those that still run. The kernel ends the
        # lock with the process, however that ends.
        fcntl.flock(handle, fcntl.LOCK_SH)
        return alone
