"""Keys of operations on the telephone side: claimed before, settled after, so that each has one effect."""

from sqlalchemy import Connection, bindparam, delete, select, update

from toolbar_py.service.store.deskbase import ClaimRecord
from toolbar_py.service.store.dialect import Dialect
from toolbar_py.service.store.tables import operations

_FIND = select(operations.c.content_hash, operations.c.answer).where(
    operations.c.operator == bindparam("operator"), operations.c.idempotency_key == bindparam("key")
)
_OWN = (operations.c.operator == bindparam("p_operator")) & (operations.c.idempotency_key == bindparam("p_key"))
_SETTLE = update(operations).where(_OWN).values(answer=bindparam("p_answer"))
_RELEASE = delete(operations).where(_OWN)


class Claims:
    """Claims and settles keys inside a transaction that may write."""

    def __init__(self, dialect: Dialect) -> None:
        insert = dialect.insert(operations).on_conflict_do_nothing()
        self._insert = insert.returning(operations.c.operator)

    def claim(self, connection: Connection, operator: str, key: str, content_hash: str, now: int) -> ClaimRecord:
        """See :meth:`toolbar_py.service.store.deskbase.DeskStore.claim`."""
        row = {"operator": operator, "idempotency_key": key, "content_hash": content_hash, "answer": None, "at": now}
        if connection.execute(self._insert, row).first() is not None:
            return ClaimRecord(True, content_hash, None)
        known_hash, answer = connection.execute(_FIND, {"operator": operator, "key": key}).one()
        return ClaimRecord(False, known_hash, answer)

    def settle(self, connection: Connection, operator: str, key: str, answer: str | None) -> None:
        """See :meth:`toolbar_py.service.store.deskbase.DeskStore.settle`."""
        own = {"p_operator": operator, "p_key": key}
        if answer is None:
            connection.execute(_RELEASE, own)
        else:
            connection.execute(_SETTLE, {**own, "p_answer": answer})
