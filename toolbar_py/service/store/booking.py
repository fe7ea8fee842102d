"""Appointments in the database: what is booked, and no slot beyond what it takes."""

from sqlalchemy import Connection, bindparam, func, select

from toolbar_py.service.store.deskbase import BookCommand, SlotQuery
from toolbar_py.service.store.desks import is_operator
from toolbar_py.service.store.reading import find_contact
from toolbar_py.service.store.tables import appointments
from toolbar_py.wire.appointments import AppointmentType
from toolbar_py.wire.errors import ConflictError
from toolbar_py.wire.problems import invalid

_BOOKED = (
    select(appointments.c.slot_at, func.count())
    .where(
        appointments.c.owner == bindparam("owner"),
        appointments.c.slot_at >= bindparam("start"),
        appointments.c.slot_at < bindparam("end"),
    )
    .group_by(appointments.c.slot_at)
)
_SAME = select(appointments.c.id).where(
    appointments.c.owner == bindparam("owner"),
    appointments.c.ecid == bindparam("ecid"),
    appointments.c.at == bindparam("at"),
)
_BOOK = appointments.insert()


def booked(connection: Connection, query: SlotQuery, start: int, end: int) -> dict[int, int]:
    """See :meth:`toolbar_py.service.store.deskbase.DeskStore.booked`."""
    rows = connection.execute(_BOOKED, {"owner": _owner(connection, query), "start": start, "end": end})
    return dict(rows.all())


def book(connection: Connection, command: BookCommand, now: int) -> int:
    """See :meth:`toolbar_py.service.store.deskbase.DeskStore.book`."""
    query = command.query
    owner = _owner(connection, query)
    slot = {"owner": owner, "start": command.slot_at, "end": command.slot_at + 1}
    taken = sum(count for _, count in connection.execute(_BOOKED, slot))
    # The same appointment again is the answer to a request that was repeated.
    if connection.execute(_SAME, {"owner": owner, "ecid": query.ecid, "at": command.at}).first() is not None:
        return max(0, command.capacity - taken)
    if taken >= command.capacity:
        raise ConflictError(reason="slot_full")
    connection.execute(
        _BOOK,
        {
            "ecid": query.ecid,
            "kind": query.kind.value,
            "communication": command.communication,
            "agent": query.agent,
            "at": command.at,
            "owner": owner,
            "slot_at": command.slot_at,
            "seat": taken,
            "booked_at": now,
        },
    )
    return command.capacity - taken - 1


def _owner(connection: Connection, query: SlotQuery) -> str:
    """Name whose time an appointment takes: the agent's, or that of the ECID's macro activity."""
    contact = find_contact(connection, query.ecid)
    if query.kind is AppointmentType.GROUP:
        return f"group:{contact['macro_activity']}"
    if not is_operator(connection, query.agent):
        raise invalid("username", "rule", reason="no operator has this id")
    return f"agent:{query.agent}"
