"""Agents at their desks: presence, groups, and what ends with a login."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select, union, update

from toolbar_py.service.domain.presence import agent_event, event_name
from toolbar_py.service.store.activities import Activities
from toolbar_py.service.store.desks import Desks, Turn
from toolbar_py.service.store.tables import contacts, desk_contacts, desks, operators, scripts
from toolbar_py.wire.problems import invalid
from toolbar_py.wire.telephony import AgentStatus, AgentSummary, Presence

_RELEASE = (
    update(contacts)
    .where(contacts.c.holder == bindparam("p_operator"))
    .values(holder=None, session=None, reserved_at=None, lease_until=0)
    .returning(contacts.c.ecid)
)
_END_SCRIPTS = (
    update(scripts)
    .where(
        scripts.c.operator == bindparam("p_operator"),
        scripts.c.ecid.in_(bindparam("p_ecids", expanding=True)),
        scripts.c.ended_at.is_(None),
    )
    .values(ended_at=bindparam("p_now"))
)
_RENEW = (
    update(contacts)
    .where(
        contacts.c.holder.in_(bindparam("p_operators", expanding=True)), contacts.c.lease_until < bindparam("p_until")
    )
    .values(lease_until=bindparam("p_until"))
)
_RENEWED_AT_ONCE = 500
"""How many operators one statement names: databases limit the parameters of a statement."""
_AGENTS = (
    select(operators.c.id, desks.c.presence, desks.c.logged_in_at)
    .select_from(operators.outerjoin(desks, desks.c.operator == operators.c.id))
    .order_by(operators.c.id)
)
_WORKING = union(
    select(desks.c.operator).where(desks.c.presence != Presence.LOGGED_OUT.value),
    select(desk_contacts.c.operator).where(desk_contacts.c.left_at.is_(None)),
).order_by("operator")


class Attending:
    """Changes agents' states inside a transaction that may write."""

    def __init__(self, desks: Desks, activities: Activities) -> None:
        self._desks = desks
        self._activities = activities

    def set_presence(self, turn: Turn, operator: str, presence: Presence, code: str | None) -> AgentStatus:
        """See :meth:`toolbar_py.service.store.deskbase.DeskStore.set_presence`."""
        before, _ = self._desks.status(turn.connection, operator)
        if presence is Presence.LOGGED_OUT:
            self._release(turn.connection, operator, turn.now)
        if (before.presence, before.code) == (presence, code):
            return before
        leaves, comes = presence is Presence.LOGGED_OUT, before.presence is Presence.LOGGED_OUT
        groups = self._groups(turn.connection) if comes and not before.groups else before.groups
        status = AgentStatus(
            agent=operator,
            presence=presence,
            code=code,
            since=turn.now,
            logged_in_at=0 if leaves else turn.now if comes else before.logged_in_at,
            groups=[] if leaves else groups,
        )
        self._desks.set_status(turn, status, agent_event(status))
        return status

    def set_groups(self, turn: Turn, operator: str, groups: Sequence[str]) -> AgentStatus:
        """See :meth:`toolbar_py.service.store.deskbase.DeskStore.set_groups`."""
        allowed = self._groups(turn.connection)
        for at, group in enumerate(groups):
            if group not in allowed:
                raise invalid(f"groups[{at}]", "choice", allowed=", ".join(allowed))
        before, _ = self._desks.status(turn.connection, operator)
        status = before.model_copy(update={"groups": list(dict.fromkeys(groups))})
        if status != before:
            self._desks.set_status(turn, status)
        return status

    def _groups(self, connection: Connection) -> list[str]:
        """Give the groups an operator may use: one for each macro activity, as the profile says."""
        return [each.macro_activity for each in self._activities.all(connection)]

    def _release(self, connection: Connection, operator: str, now: int) -> None:
        """End the operator's reservations: they belong to the login (contract section 3)."""
        ecids = connection.execute(_RELEASE, {"p_operator": operator}).scalars().all()
        if ecids:
            connection.execute(_END_SCRIPTS, {"p_operator": operator, "p_ecids": ecids, "p_now": now})


def renew_leases(connection: Connection, operators: Sequence[str], until: int) -> None:
    """Make the reservations of operators sure until a moment.

    Args:
        until: in epoch ms.
    """
    for at in range(0, len(operators), _RENEWED_AT_ONCE):
        connection.execute(_RENEW, {"p_operators": operators[at : at + _RENEWED_AT_ONCE], "p_until": until})


def agents(connection: Connection) -> list[AgentSummary]:
    """Give every operator's state."""
    return [
        AgentSummary(
            id=operator,
            state=event_name(Presence.LOGGED_OUT if presence is None else Presence(presence)),
            first_login_time=logged_in_at or 0,
        )
        for operator, presence, logged_in_at in connection.execute(_AGENTS)
    ]


def working(connection: Connection) -> list[str]:
    """Give the operators who are logged in, or whose desk is not empty."""
    return list(connection.execute(_WORKING).scalars())
