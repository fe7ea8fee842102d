"""Signatures of the telephone system that were taken, so that none is taken twice: not after a restart either."""

from sqlalchemy import Connection, delete

from toolbar_py.service.store.dialect import Dialect
from toolbar_py.service.store.tables import cti_signatures


class Signatures:
    """Notes signatures inside a transaction that may write."""

    def __init__(self, dialect: Dialect) -> None:
        insert = dialect.insert(cti_signatures).on_conflict_do_nothing()
        self._insert = insert.returning(cti_signatures.c.digest)

    def claim(self, connection: Connection, digest: str, forget_at: int) -> bool:
        """Note a signature; gives False when it is noted already.

        Args:
            forget_at: from when on it need not be remembered, in epoch ms.
        """
        row = {"digest": digest, "forget_at": forget_at}
        return connection.execute(self._insert, row).first() is not None

    def purge(self, connection: Connection, now: int) -> int:
        """Forget those that are refused for their age by now; gives how many."""
        return connection.execute(delete(cti_signatures).where(cti_signatures.c.forget_at <= now)).rowcount
