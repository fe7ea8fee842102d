"""What operators began their calls with, until the contact is at the desk: a telephone system need not repeat it."""

from sqlalchemy import Connection, bindparam, delete

from toolbar_py.service.domain.deskwork import BegunWith, given_later, with_begun
from toolbar_py.service.store.desks import Desks, Turn
from toolbar_py.service.store.dialect import Dialect
from toolbar_py.service.store.tables import begun_calls
from toolbar_py.wire.telephony import DeskContact

_TAKE = (
    delete(begun_calls)
    .where(begun_calls.c.operator == bindparam("operator"), begun_calls.c.contact_id == bindparam("contact_id"))
    .returning(begun_calls.c.begun_with)
)


class Begun:
    """Remembers it, and gives it to the contact, inside a transaction that may write."""

    def __init__(self, desks: Desks, dialect: Dialect) -> None:
        self._desks = desks
        insert = dialect.insert(begun_calls)
        # One for a contact: a gateway that is asked again answers with the same one.
        newest = {name: insert.excluded[name] for name in ("operator", "begun_with", "at")}
        self._insert = insert.on_conflict_do_update(index_elements=[begun_calls.c.contact_id], set_=newest)

    def note(self, turn: Turn, operator: str, contact_id: str, begun_with: BegunWith) -> None:
        """See :meth:`toolbar_py.service.store.deskbase.DeskStore.begun`."""
        found = self._desks.find(turn.connection, contact_id)
        if found is not None:
            whose, contact = found
            changed = given_later(contact, begun_with, turn.now) if whose == operator else None
            if changed is not None:
                self._desks.change(turn, operator, changed)
            return
        if self._desks.has_left(turn.connection, operator, contact_id):
            return
        row = {"contact_id": contact_id, "operator": operator, "begun_with": begun_with.to_json(), "at": turn.now}
        turn.connection.execute(self._insert, row)

    def complete(self, connection: Connection, operator: str, contact: DeskContact) -> DeskContact:
        """Give a contact that comes to a desk with what it was begun with, which is not remembered any more then."""
        own = {"operator": operator, "contact_id": contact.event.id}
        text = connection.execute(_TAKE, own).scalar_one_or_none()
        return contact if text is None else with_begun(contact, BegunWith.model_validate_json(text))
