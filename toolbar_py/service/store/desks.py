"""Desks in the database: rows of contacts and agents, and the log that gives every change its number."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from toolbar_py.service.store.base import UnknownOperatorError
from toolbar_py.service.store.deskbase import Changes, LoggedEvent
from toolbar_py.service.store.dialect import Dialect
from toolbar_py.service.store.operators import find_operator
from toolbar_py.service.store.tables import desk_contacts, desk_events, desks
from toolbar_py.wire.errors import UnknownContactError
from toolbar_py.wire.places import Place
from toolbar_py.wire.telephony import AgentEvent, AgentStatus, DeskContact, DeskEvent, Presence

_DESK = select(desks).where(desks.c.operator == bindparam("operator"))
_CONTACTS = (
    select(desk_contacts.c.contact)
    .where(desk_contacts.c.operator == bindparam("operator"), desk_contacts.c.left_at.is_(None))
    .order_by(desk_contacts.c.came_at, desk_contacts.c.contact_id)
)
_WHERE_IT_IS = select(desk_contacts.c.operator, desk_contacts.c.contact).where(
    desk_contacts.c.contact_id == bindparam("contact_id"), desk_contacts.c.left_at.is_(None)
)
_AT_DESK = select(desk_contacts.c.contact, desk_contacts.c.left_at).where(
    desk_contacts.c.operator == bindparam("operator"), desk_contacts.c.contact_id == bindparam("contact_id")
)
_NEXT = (
    update(desks)
    .where(desks.c.operator == bindparam("p_operator"))
    .values(number=desks.c.number + 1, tag=bindparam("p_tag"))
    .returning(desks.c.number)
)
_TAG_BYTES = 4
_APPEND = desk_events.insert()
_COME = desk_contacts.insert()
_WRITE = (
    update(desk_contacts)
    .where(desk_contacts.c.operator == bindparam("p_operator"), desk_contacts.c.contact_id == bindparam("p_contact_id"))
    .values(ecid=bindparam("p_ecid"), contact=bindparam("p_contact"), left_at=bindparam("p_left_at"))
)
_SET = (
    update(desks)
    .where(desks.c.operator == bindparam("p_operator"))
    .values(
        presence=bindparam("p_presence"),
        pause_code=bindparam("p_code"),
        since=bindparam("p_since"),
        logged_in_at=bindparam("p_logged_in_at"),
        groups=bindparam("p_groups"),
    )
)


@dataclass(frozen=True, slots=True)
class Turn:
    """A transaction that may change desks.

    Args:
        changes: where to note what it changed.
        now: epoch ms.
    """

    connection: Connection
    changes: Changes
    now: int


class Desks:
    """Reads and writes desks inside a transaction."""

    def __init__(self, dialect: Dialect) -> None:
        self._insert_desk = dialect.insert(desks).on_conflict_do_nothing()

    def status(self, connection: Connection, operator: str) -> tuple[AgentStatus, Place]:
        """Give an agent's status and the place after the last event.

        Raises:
            UnknownOperatorError: nobody has this id.
        """
        row = connection.execute(_DESK, {"operator": operator}).mappings().first()
        if row is None:
            find_operator(connection, operator)
            nothing = AgentStatus(agent=operator, presence=Presence.LOGGED_OUT, since=0, logged_in_at=0, groups=[])
            return nothing, Place(0)
        return _status(row), Place(row["number"], row["tag"])

    def contacts(self, connection: Connection, operator: str) -> list[DeskContact]:
        """Give the contacts at a desk, in the order in which they came."""
        rows = connection.execute(_CONTACTS, {"operator": operator}).scalars()
        return [DeskContact.model_validate_json(text) for text in rows]

    def find(self, connection: Connection, contact_id: str) -> tuple[str, DeskContact] | None:
        """Give a contact that is at some desk, and whose."""
        row = connection.execute(_WHERE_IT_IS, {"contact_id": contact_id}).first()
        return None if row is None else (row[0], DeskContact.model_validate_json(row[1]))

    def has_left(self, connection: Connection, operator: str, contact_id: str) -> bool:
        """Say whether a contact was at a desk and is not any more."""
        row = connection.execute(_AT_DESK, {"operator": operator, "contact_id": contact_id}).first()
        return row is not None and row[1] is not None

    def contact(self, connection: Connection, operator: str, contact_id: str) -> DeskContact:
        """Give a contact at the operator's desk.

        Raises:
            UnknownContactError: it is not there.
        """
        row = connection.execute(_AT_DESK, {"operator": operator, "contact_id": contact_id}).first()
        if row is None or row[1] is not None:
            raise UnknownContactError(reason="not_at_desk", contactId=contact_id)
        return DeskContact.model_validate_json(row[0])

    def come(self, turn: Turn, operator: str, contact: DeskContact) -> int:
        """Write a contact that has come to a desk, and its event; gives the event's number."""
        # The desk's row before the contact's, which refers to it.
        place = self._next(turn.connection, operator)
        turn.connection.execute(
            _COME,
            {
                "operator": operator,
                "contact_id": contact.event.id,
                "ecid": contact.ecid,
                "contact": contact.to_json(),
                "came_at": turn.now,
                "left_at": None,
            },
        )
        event = DeskEvent(number=place.number, at=turn.now, contact=contact.event, desk=contact)
        return self._append(turn, operator, place, event)

    def change(
        self,
        turn: Turn,
        operator: str,
        contact: DeskContact,
        *,
        left: bool = False,
    ) -> int:
        """Write a contact that an event has changed, and the event; gives the event's number.

        Args:
            left: whether it has left the desk.
        """
        place = self._next(turn.connection, operator)
        self._write(turn.connection, operator, contact, turn.now if left else None)
        event = DeskEvent(number=place.number, at=turn.now, contact=contact.event, desk=None if left else contact)
        return self._append(turn, operator, place, event)

    def note(self, turn: Turn, operator: str, contact: DeskContact) -> None:
        """Write what changed of a contact without an event of its own: what was saved, armed or tied to an ECID.

        The operator's other tabs have to know; pages are not told.
        """
        place = self._next(turn.connection, operator)
        self._write(turn.connection, operator, contact, None)
        self._append(turn, operator, place, DeskEvent(number=place.number, at=turn.now, desk=contact))

    def set_status(
        self,
        turn: Turn,
        status: AgentStatus,
        event: AgentEvent | None = None,
    ) -> None:
        """Write an agent's status; pages are told ``event``, tabs the status in any case."""
        operator = status.agent
        place = self._next(turn.connection, operator)
        values = {
            "p_operator": operator,
            "p_presence": status.presence.value,
            "p_code": status.code,
            "p_since": status.since,
            "p_logged_in_at": status.logged_in_at,
            "p_groups": json.dumps(status.groups),
        }
        turn.connection.execute(_SET, values)
        told = DeskEvent(number=place.number, at=turn.now, agent=event, status=status)
        self._append(turn, operator, place, told)

    def _next(self, connection: Connection, operator: str) -> Place:
        tag = secrets.token_hex(_TAG_BYTES)
        values = {"p_operator": operator, "p_tag": tag}
        number = connection.execute(_NEXT, values).scalar_one_or_none()
        if number is None:
            self._make(connection, operator)
            number = connection.execute(_NEXT, values).scalar_one()
        return Place(number, tag)

    def _make(self, connection: Connection, operator: str) -> None:
        find_operator(connection, operator)
        row = {
            "operator": operator,
            "presence": Presence.LOGGED_OUT.value,
            "pause_code": None,
            "since": 0,
            "logged_in_at": 0,
            "groups": "[]",
            "number": 0,
            "tag": "",
        }
        connection.execute(self._insert_desk, row)

    def _write(self, connection: Connection, operator: str, contact: DeskContact, left_at: int | None) -> None:
        values = {
            "p_operator": operator,
            "p_contact_id": contact.event.id,
            "p_ecid": contact.ecid,
            "p_contact": contact.to_json(),
            "p_left_at": left_at,
        }
        connection.execute(_WRITE, values)

    def _append(self, turn: Turn, operator: str, place: Place, event: DeskEvent) -> int:
        text = event.to_json()
        values = {"operator": operator, "number": place.number, "tag": place.tag, "at": event.at, "event": text}
        turn.connection.execute(_APPEND, values)
        turn.changes.operators.add(operator)
        turn.changes.events.append(LoggedEvent(operator, place, text))
        return place.number


def is_operator(connection: Connection, operator: str) -> bool:
    """Say whether somebody has this id."""
    try:
        find_operator(connection, operator)
    except UnknownOperatorError:
        return False
    return True


def _status(row: RowMapping) -> AgentStatus:
    groups: Sequence[str] = json.loads(row["groups"])
    return AgentStatus(
        agent=row["operator"],
        presence=Presence(row["presence"]),
        code=row["pause_code"],
        since=row["since"],
        logged_in_at=row["logged_in_at"],
        groups=list(groups),
    )
