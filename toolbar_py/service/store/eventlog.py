"""Reads the log of the desks' events, and forgets what is old."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, func, select, update

from toolbar_py.service.store.deskbase import DeskRecord, LoggedEvent, Retention
from toolbar_py.service.store.desks import Desks
from toolbar_py.service.store.tables import (
    begun_calls,
    cti_rejections,
    cti_reports,
    desk_contacts,
    desk_events,
    operations,
)
from toolbar_py.wire.places import Place

REPLAY_MAX = 1_000
"""How many events are told again at most; who missed more is better served with the desk as it is."""

REPLAY_CHARACTERS = 4_000_000
"""And how much is in them at most; usual events have a thousand characters."""

_AMOUNT = select(func.count(), func.coalesce(func.sum(func.length(desk_events.c.event)), 0)).where(
    desk_events.c.operator == bindparam("operator"),
    desk_events.c.number > bindparam("after"),
    desk_events.c.number <= bindparam("until"),
    desk_events.c.event != "",
)
_SINCE = (
    select(desk_events.c.number, desk_events.c.tag, desk_events.c.event)
    .where(
        desk_events.c.operator == bindparam("operator"),
        desk_events.c.number > bindparam("after"),
        desk_events.c.number <= bindparam("until"),
    )
    .order_by(desk_events.c.number)
)
_TAG = select(desk_events.c.tag).where(
    desk_events.c.operator == bindparam("operator"), desk_events.c.number == bindparam("number")
)


def read_desk(connection: Connection, desks: Desks, operator: str, after: Place | None) -> DeskRecord:
    """See :meth:`toolbar_py.service.store.deskbase.DeskStore.desk`."""
    status, place = desks.status(connection, operator)
    contacts = desks.contacts(connection, operator)
    if after is None or after == place:
        return DeskRecord(place, status, contacts)
    events = _missed(connection, operator, after, place.number)
    return DeskRecord(place, status, contacts, events is not None, events or ())


def _missed(connection: Connection, operator: str, after: Place, last: int) -> Sequence[LoggedEvent] | None:
    """Give the events after a place up to number ``last``; None when the place is lost."""
    if not last - REPLAY_MAX <= after.number < last:
        return None
    # What came before the first event is the same in every log.
    if after.number and after.tag != connection.scalar(_TAG, {"operator": operator, "number": after.number}):
        return None
    count, characters = connection.execute(_AMOUNT, {"operator": operator, "after": after.number, "until": last}).one()
    # Numbers have no gaps: when one is missing, it was forgotten.
    if count != last - after.number or characters > REPLAY_CHARACTERS:
        return None
    return read_events(connection, operator, after.number, last)


def read_events(connection: Connection, operator: str, after: int, until: int) -> Sequence[LoggedEvent]:
    """See :meth:`toolbar_py.service.store.deskbase.DeskStore.events`."""
    rows = connection.execute(_SINCE, {"operator": operator, "after": after, "until": until})
    return [LoggedEvent(operator, Place(number, tag), text) for number, tag, text in rows]


def purge(connection: Connection, before: Retention) -> int:
    """See :meth:`toolbar_py.service.store.deskbase.DeskStore.purge`."""
    # The last of the old events leaves its number and tag: whoever has reached that place lacks none that are kept.
    following = desk_events.alias()
    followed = select(following.c.number).where(
        following.c.operator == desk_events.c.operator,
        following.c.number == desk_events.c.number + 1,
        following.c.at < before.events,
    )
    statements = (
        delete(desk_events).where(desk_events.c.at < before.events, followed.exists()),
        update(desk_events).where(desk_events.c.at < before.events, desk_events.c.event != "").values(event=""),
        delete(desk_contacts).where(desk_contacts.c.left_at < before.contacts),
        delete(cti_reports).where(cti_reports.c.at < before.contacts),
        delete(cti_rejections).where(cti_rejections.c.at < before.operations),
        delete(operations).where(operations.c.at < before.operations),
        delete(begun_calls).where(begun_calls.c.at < before.operations),
    )
    return sum(connection.execute(statement).rowcount for statement in statements)
