"""Reads a contact with all that belongs to it."""

import json
from collections.abc import Sequence

from pydantic import TypeAdapter
from sqlalchemy import Connection, RowMapping, bindparam, case, select

from toolbar_py.service.domain.reservation import Reservation
from toolbar_py.service.store.activities import Activities
from toolbar_py.service.store.base import ContactRecord, Nature, ScriptKind
from toolbar_py.service.store.tables import appointments, attempts, contacts, desk_contacts, fields, scripts
from toolbar_py.wire.contacts import Appointment, Attempt, ContactState, FieldValue, Label
from toolbar_py.wire.errors import UnknownEcidError

ATTEMPTS_MAX = 100
"""How many attempts, and how many appointments, of a contact are shown: the newest."""

LABELS: TypeAdapter[list[Label]] = TypeAdapter(list[Label])

_CONTACT = select(contacts).where(contacts.c.ecid == bindparam("ecid"))
_FIELDS = (
    select(fields.c.name, fields.c.key_code, fields.c.value)
    .where(fields.c.ecid == bindparam("ecid"))
    .order_by(fields.c.position)
)
_ATTEMPTS = (
    select(attempts).where(attempts.c.ecid == bindparam("ecid")).order_by(attempts.c.id.desc()).limit(ATTEMPTS_MAX)
)
_APPOINTMENTS = (
    select(appointments.c.at, appointments.c.kind, appointments.c.agent)
    .where(appointments.c.ecid == bindparam("ecid"))
    .order_by(appointments.c.at.desc())
    .limit(ATTEMPTS_MAX)
)
_SCRIPT = (
    select(scripts.c.operator, scripts.c.contact_id, scripts.c.kind)
    .where(scripts.c.ecid == bindparam("ecid"))
    .order_by(case((scripts.c.operator == bindparam("operator"), 0), else_=1), scripts.c.opened_at.desc())
    .limit(1)
)

_AT_DESK = select(desk_contacts.c.contact).where(
    desk_contacts.c.operator == bindparam("operator"), desk_contacts.c.contact_id == bindparam("contact_id")
)


def find_contact(connection: Connection, ecid: str) -> RowMapping:
    """Give the row of a contact.

    Raises:
        UnknownEcidError: no contact has the ECID.
    """
    row = connection.execute(_CONTACT, {"ecid": ecid}).mappings().first()
    if row is None:
        raise UnknownEcidError(ecid=ecid)
    return row


def reservation_of(row: RowMapping) -> Reservation:
    """Give the reservation in a contact's row."""
    return Reservation(row["holder"], row["lease_until"], row["fence"], row["close_reason"])


def latest_script(connection: Connection, ecid: str, operator: str) -> tuple[str, ScriptKind]:
    """Give ContactID and kind of the operator's latest script of an ECID; of others only the kind."""
    row = connection.execute(_SCRIPT, {"ecid": ecid, "operator": operator}).first()
    if row is None:
        return "", ScriptKind.PREVIEW
    opened_by, contact_id, kind = row
    return contact_id if opened_by == operator else "", ScriptKind(kind)


def read_contact(
    connection: Connection, row: RowMapping, operator: str, script: tuple[str, ScriptKind], activities: Activities
) -> ContactRecord:
    """Give the contact of a row with its fields, attempts and outcomes, as the operator sees it.

    Args:
        script: as :func:`latest_script` gives it.
    """
    ecid = row["ecid"]
    contact_id, kind = script
    return ContactRecord(
        ecid=ecid,
        macro_activity=row["macro_activity"],
        campaign=row["campaign"],
        phone_number=row["phone_number"],
        state=_state(row),
        reservation=reservation_of(row),
        script_contact_id=contact_id,
        script_kind=kind,
        fields=_fields(connection, ecid),
        attempts=_attempts(connection, ecid) if row["attempted"] else (),
        outcomes=[rule.outcome for rule in activities.rules(connection, row["macro_activity"])],
        appointments=_appointments(connection, ecid),
        nature=_nature(connection, operator, contact_id) if contact_id else None,
    )


def _nature(connection: Connection, operator: str, contact_id: str) -> Nature | None:
    """Give how a contact came, if it was ever at the operator's desk and is still known there."""
    kept = connection.execute(_AT_DESK, {"operator": operator, "contact_id": contact_id}).scalar_one_or_none()
    if kept is None:
        return None
    event = json.loads(kept)["event"]
    return Nature(event["type"], event["media_type"], event["job_type"])


def _state(row: RowMapping) -> ContactState:
    if row["closed_at"] is not None:
        return ContactState.CLOSED
    if row["holder"] is not None:
        return ContactState.RESERVED
    return ContactState.SCHEDULED if row["attempted"] else ContactState.NEW


def _fields(connection: Connection, ecid: str) -> Sequence[FieldValue]:
    rows = connection.execute(_FIELDS, {"ecid": ecid})
    # What is stored was validated on its way in.
    return [
        FieldValue.model_construct(field_name=name, categorized_field_key_code=key_code, value=value)
        for name, key_code, value in rows
    ]


def _appointments(connection: Connection, ecid: str) -> Sequence[Appointment]:
    rows = connection.execute(_APPOINTMENTS, {"ecid": ecid}).all()
    return [Appointment.model_construct(at=at, kind=kind, agent=agent) for at, kind, agent in reversed(rows)]


def _attempts(connection: Connection, ecid: str) -> Sequence[Attempt]:
    rows = connection.execute(_ATTEMPTS, {"ecid": ecid}).mappings().all()
    return [
        Attempt.model_construct(
            at=row["at"],
            agent=row["agent"],
            outcome=row["outcome"],
            note=row["note"],
            labels=LABELS.validate_json(row["labels"]),
            duration_sec=row["duration_sec"],
        )
        for row in reversed(rows)
    ]
