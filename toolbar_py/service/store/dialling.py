"""Finds who of a campaign is to be called next.

Due are, of active macro activities, contacts that are enabled and not closed, that nobody holds by a lease that is
still sure, and that are at no desk: first those whose retry has come, the longest due before the others, then those
who were never called. A personal appointment comes back to the operator who made it.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, bindparam, func, not_, or_, select
from sqlalchemy import exists as sql_exists

from toolbar_py.service.store.base import Clock
from toolbar_py.service.store.database import Database
from toolbar_py.service.store.duebase import DueContact, DueQuery
from toolbar_py.service.store.tables import attempts, contacts, desk_contacts, macro_activities

PERSONAL = "APP1"
"""The outcome after which only the same operator calls again."""


_NOW = bindparam("now", type_=contacts.c.due_at.type)

_ACTIVE = select(macro_activities.c.code).where(macro_activities.c.active)
_AT_DESKS = select(desk_contacts.c.ecid).where(desk_contacts.c.left_at.is_(None), desk_contacts.c.ecid.is_not(None))

# Aliases, because both stand inside a query of contacts that names attempts no further.
_LAST_AT = select(func.max(attempts.c.at)).where(attempts.c.ecid == contacts.c.ecid).scalar_subquery()
_LATER = attempts.alias()
_OTHERS_APPOINTMENT = sql_exists().where(
    attempts.c.ecid == contacts.c.ecid,
    attempts.c.outcome == PERSONAL,
    attempts.c.agent != bindparam("operator"),
    not_(sql_exists().where(_LATER.c.ecid == attempts.c.ecid, _LATER.c.id > attempts.c.id).correlate(attempts)),
)


class SqlDialling:
    """:class:`toolbar_py.service.store.duebase.Dialling` over SQLAlchemy.

    Args:
        clock: gives epoch ms.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def due(self, query: DueQuery) -> list[DueContact]:
        """Give the next contacts an operator may call."""
        return await self._database.read(lambda connection: find_due(connection, query, self._clock()))

    async def phone_number(self, ecid: str) -> str:
        """Give the telephone number of a contact."""
        return await self._database.read(lambda connection: find_number(connection, ecid))


def find_due(connection: Connection, query: DueQuery, now: int) -> list[DueContact]:
    """Give the next contacts an operator may call, the most urgent first.

    Args:
        now: epoch ms.
    """
    retry = _open(and_(contacts.c.attempted, _is_due(query.speed), not_(_OTHERS_APPOINTMENT)))
    values = {"now": now, "operator": query.operator}
    found = _read(connection, retry.order_by(contacts.c.due_at, contacts.c.ecid).limit(query.limit), values)
    if len(found) < query.limit:
        # Whoever called us is called back after an attempt was saved, not before.
        fresh = _open(and_(not_(contacts.c.attempted), contacts.c.inbound_contact_id.is_(None)))
        rest = query.limit - len(found)
        found += _read(connection, fresh.order_by(contacts.c.created_at, contacts.c.ecid).limit(rest), values)
    return found


def find_number(connection: Connection, ecid: str) -> str:
    """Give the telephone number of a contact; ``""`` when there is no such contact."""
    number = connection.execute(select(contacts.c.phone_number).where(contacts.c.ecid == ecid)).scalar_one_or_none()
    return number or ""


def _open(condition: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return select(contacts.c.ecid, contacts.c.phone_number, contacts.c.campaign, contacts.c.macro_activity).where(
        condition,
        contacts.c.enabled,
        contacts.c.closed_at.is_(None),
        contacts.c.phone_number != "",
        or_(contacts.c.holder.is_(None), contacts.c.lease_until < _NOW),
        contacts.c.macro_activity.in_(_ACTIVE),
        contacts.c.ecid.not_in(_AT_DESKS),
    )


def _is_due(speed: float) -> ColumnElement[bool]:
    due = contacts.c.due_at <= _NOW
    if speed == 1:
        return due
    passed = (_NOW - func.coalesce(_LAST_AT, contacts.c.created_at)) * speed
    return or_(due, contacts.c.due_at - func.coalesce(_LAST_AT, contacts.c.created_at) <= passed)


def _read(
    connection: Connection, statement: Select[*tuple[Any, ...]], values: Mapping[str, object]
) -> list[DueContact]:
    rows: list[RowMapping] = list(connection.execute(statement, values).mappings())
    return [DueContact(**row) for row in rows]
