"""Opens scripts: one atomic statement decides who holds an ECID."""

from sqlalchemy import BindParameter, Connection, RowMapping, and_, bindparam, case, insert, or_, select, update

from toolbar_py.service.domain.calldata import with_dnis
from toolbar_py.service.domain.ecids import generated_ecid
from toolbar_py.service.domain.reservation import Access, access
from toolbar_py.service.store.activities import Activities
from toolbar_py.service.store.base import (
    Caller,
    OpenCommand,
    OpenedRecord,
    OpenInboundCommand,
    ScriptKind,
)
from toolbar_py.service.store.dialect import Dialect
from toolbar_py.service.store.operators import find_operator
from toolbar_py.service.store.reading import find_contact, read_contact, reservation_of
from toolbar_py.service.store.rows import contact_row, field_rows
from toolbar_py.service.store.tables import contacts, fields, macro_activities, scripts

_OPERATOR: BindParameter[str] = bindparam("p_operator")
_NOW: BindParameter[int] = bindparam("p_now")

# domain.reservation.may_reserve, in SQL. Of any number who ask at once, the database lets exactly one through.
MAY_RESERVE = and_(
    contacts.c.close_reason.is_(None),
    or_(contacts.c.holder.is_(None), contacts.c.holder == _OPERATOR, contacts.c.lease_until < _NOW),
)
_OWN = contacts.c.holder == _OPERATOR

_RESERVE = (
    update(contacts)
    .where(contacts.c.ecid == bindparam("p_ecid"), MAY_RESERVE)
    .values(
        holder=_OPERATOR,
        session=bindparam("p_session"),
        reserved_at=case((_OWN, contacts.c.reserved_at), else_=_NOW),
        lease_until=bindparam("p_lease_until"),
        fence=case((_OWN, contacts.c.fence), else_=contacts.c.fence + 1),
    )
    .returning(contacts)
)
_INBOUND_ECID = select(contacts.c.ecid).where(contacts.c.inbound_contact_id == bindparam("contact_id"))
_SAVED = (
    select(scripts.c.ecid)
    .join(contacts, contacts.c.ecid == scripts.c.ecid)
    .where(
        scripts.c.operator == bindparam("operator"),
        scripts.c.ecid == bindparam("ecid"),
        scripts.c.contact_id == bindparam("contact_id"),
        scripts.c.ended_at.is_not(None),
        contacts.c.attempted,
    )
)
_OPENED = (
    select(contacts.c.ecid)
    .join(scripts, scripts.c.ecid == contacts.c.ecid)
    .where(contacts.c.inbound_contact_id == bindparam("contact_id"), scripts.c.operator == bindparam("operator"))
    .limit(1)
)
_NEXT_NUMBER = (
    update(macro_activities)
    .where(macro_activities.c.code == bindparam("p_code"))
    .values(last_number=macro_activities.c.last_number + 1)
    .returning(macro_activities.c.ecid_prefix, macro_activities.c.last_number)
)


def next_ecid(connection: Connection, macro_activity: str) -> str:
    """Give an ECID that nobody had before, from the macro activity's counter."""
    prefix, number = connection.execute(_NEXT_NUMBER, {"p_code": macro_activity}).one()
    return generated_ecid(prefix, number)


class Opening:
    """Opens scripts inside a transaction that may write.

    Args:
        lease_ms: how long a reservation is sure.
    """

    def __init__(self, dialect: Dialect, activities: Activities, lease_ms: int) -> None:
        self._activities = activities
        self._lease_ms = lease_ms
        self._insert_contact = dialect.insert(contacts).on_conflict_do_nothing().returning(contacts.c.ecid)
        upsert = dialect.insert(scripts)
        self._note_script = upsert.on_conflict_do_update(
            index_elements=["operator", "ecid", "contact_id"],
            set_={"kind": upsert.excluded.kind, "opened_at": upsert.excluded.opened_at, "ended_at": None},
        )

    def open_script(self, connection: Connection, command: OpenCommand, now: int) -> OpenedRecord:
        """See :meth:`toolbar_py.service.store.base.Store.open_script`."""
        row, given = self._reserve(connection, command.caller, command.ecid, now)
        contact_id = command.contact_id or ""
        kind = ScriptKind.MANUAL if command.is_manual else ScriptKind.PREVIEW
        if contact_id and contact_id == row["inbound_contact_id"]:
            kind = ScriptKind.INBOUND
        self._note(connection, command.caller, row["ecid"], (contact_id, kind), now)
        operator = command.caller.operator
        return OpenedRecord(read_contact(connection, row, operator, (contact_id, kind), self._activities), given)

    def open_inbound(self, connection: Connection, command: OpenInboundCommand, now: int) -> OpenedRecord:
        """See :meth:`toolbar_py.service.store.base.Store.open_inbound`."""
        ecid = self._inbound_ecid(connection, command, now)
        operator = command.caller.operator
        script = (command.contact_id, ScriptKind.INBOUND)
        own = {"operator": operator, "ecid": ecid, "contact_id": command.contact_id}
        if connection.execute(_SAVED, own).first() is not None:
            # Another tab's toolbar asks late. To reserve it again would leave a reservation that nobody ends.
            row = find_contact(connection, ecid)
            given = access(reservation_of(row), operator)
        else:
            row, given = self._reserve(connection, command.caller, ecid, now)
            self._note(connection, command.caller, ecid, script, now)
        return OpenedRecord(read_contact(connection, row, operator, script, self._activities), given)

    def has_opened_inbound(self, connection: Connection, operator: str, contact_id: str) -> bool:
        """Say whether the operator has opened the script of an inbound contact before."""
        return connection.execute(_OPENED, {"operator": operator, "contact_id": contact_id}).first() is not None

    def _inbound_ecid(self, connection: Connection, command: OpenInboundCommand, now: int) -> str:
        find = {"contact_id": command.contact_id}
        macro_activity = find_operator(connection, command.caller.operator).inbound_macro_activity
        phone_number = command.phone_number or ""
        while True:
            known = connection.execute(_INBOUND_ECID, find).scalar_one_or_none()
            if known is not None:
                return known
            ecid = next_ecid(connection, macro_activity)
            row = contact_row(
                ecid, macro_activity, now, phone_number=phone_number, inbound_contact_id=command.contact_id
            )
            # Nothing comes back when an import brought the same ECID, or another process was quicker.
            if connection.execute(self._insert_contact, row).first() is not None:
                given = with_dnis(command.fields or (), command.dnis)
                if given:
                    connection.execute(insert(fields), field_rows(ecid, given))
                return ecid

    def _reserve(self, connection: Connection, caller: Caller, ecid: str, now: int) -> tuple[RowMapping, Access]:
        values = {
            "p_ecid": ecid,
            "p_operator": caller.operator,
            "p_session": caller.session,
            "p_now": now,
            "p_lease_until": now + self._lease_ms,
        }
        row = connection.execute(_RESERVE, values).mappings().first()
        if row is not None:
            return row, Access.WRITE
        row = find_contact(connection, ecid)
        return row, access(reservation_of(row), caller.operator)

    def _note(
        self, connection: Connection, caller: Caller, ecid: str, script: tuple[str, ScriptKind], now: int
    ) -> None:
        contact_id, kind = script
        values = {
            "operator": caller.operator,
            "ecid": ecid,
            "contact_id": contact_id,
            "kind": kind.value,
            "opened_at": now,
            "ended_at": None,
        }
        connection.execute(self._note_script, values)
