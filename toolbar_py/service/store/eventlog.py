"""Reads the log of the desks' events, and forgets what is old."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, select

from toolbar_py.service.store.deskbase import DeskRecord, LoggedEvent, Retention
from toolbar_py.service.store.desks import Desks
from toolbar_py.service.store.tables import cti_rejections, cti_reports, desk_contacts, desk_events, operations

REPLAY_MAX = 1_000
"""How many events are told again at most; who missed more is better served with the desk as it is."""

_SINCE = (
    select(desk_events.c.number, desk_events.c.event)
    .where(
        desk_events.c.operator == bindparam("operator"),
        desk_events.c.number > bindparam("after"),
        desk_events.c.number <= bindparam("until"),
    )
    .order_by(desk_events.c.number)
)


def read_desk(connection: Connection, desks: Desks, operator: str, after: int | None) -> DeskRecord:
    """See :meth:`toolbar_py.service.store.deskbase.DeskStore.desk`."""
    status, number = desks.status(connection, operator)
    contacts = desks.contacts(connection, operator)
    if after is None or after == number:
        return DeskRecord(number, status, contacts)
    if not number - REPLAY_MAX <= after <= number:
        return DeskRecord(number, status, contacts, resumed=False)
    events = read_events(connection, operator, after, number)
    # Numbers have no gaps: when one is missing, it was forgotten.
    resumed = len(events) == number - after
    return DeskRecord(number, status, contacts, resumed, events if resumed else ())


def read_events(connection: Connection, operator: str, after: int, until: int) -> Sequence[LoggedEvent]:
    """See :meth:`toolbar_py.service.store.deskbase.DeskStore.events`."""
    rows = connection.execute(_SINCE, {"operator": operator, "after": after, "until": until})
    return [LoggedEvent(operator, number, text) for number, text in rows]


def purge(connection: Connection, before: Retention) -> int:
    """See :meth:`toolbar_py.service.store.deskbase.DeskStore.purge`."""
    statements = (
        delete(desk_events).where(desk_events.c.at < before.events),
        delete(desk_contacts).where(desk_contacts.c.left_at < before.contacts),
        delete(cti_reports).where(cti_reports.c.at < before.contacts),
        delete(cti_rejections).where(cti_rejections.c.at < before.operations),
        delete(operations).where(operations.c.at < before.operations),
    )
    return sum(connection.execute(statement).rowcount for statement in statements)
