"""Takes the events of a telephone system: each once, each in its order, or records why not."""

import json

from sqlalchemy import Connection, bindparam, delete, select

from toolbar_py.service.domain.deskwork import apply_report, deleted
from toolbar_py.service.store.begun import Begun
from toolbar_py.service.store.deskbase import RefusedReport, RejectionRecord
from toolbar_py.service.store.desks import Desks, Turn, is_operator
from toolbar_py.service.store.tables import cti_rejections, cti_reports, desk_contacts
from toolbar_py.wire.actions import CtiReceipt, CtiReport
from toolbar_py.wire.errors import ConflictError, ToolbarError, UnknownContactError
from toolbar_py.wire.telephony import DeskContact, Phase

_TAKEN = select(cti_reports.c.event_id).where(cti_reports.c.event_id == bindparam("event_id"))
_LEFT_LAST = (
    select(desk_contacts.c.operator)
    .where(desk_contacts.c.contact_id == bindparam("contact_id"), desk_contacts.c.left_at.is_not(None))
    # One that came and left within the same millisecond is the later one.
    .order_by(desk_contacts.c.left_at.desc(), desk_contacts.c.came_at.desc())
    .limit(1)
)
_FORGET_STAY = delete(desk_contacts).where(
    desk_contacts.c.operator == bindparam("operator"), desk_contacts.c.contact_id == bindparam("contact_id")
)
_TAKE = cti_reports.insert()
_REJECT = cti_rejections.insert()
_REJECTIONS = select(cti_rejections).order_by(cti_rejections.c.id.desc()).limit(bindparam("limit"))


class Reporting:
    """Takes reports inside a transaction that may write."""

    def __init__(self, desks: Desks, begun: Begun) -> None:
        self._desks = desks
        self._begun = begun

    def take(self, turn: Turn, report: CtiReport) -> CtiReceipt | RefusedReport:
        """See :meth:`toolbar_py.service.store.deskbase.DeskStore.report`."""
        if turn.connection.execute(_TAKEN, {"event_id": report.event_id}).first() is not None:
            return CtiReceipt(taken=False)
        try:
            number = self._apply(turn, report)
        except ToolbarError as error:
            # Every check comes before the first write: there is nothing to take back.
            self._reject(turn.connection, report, error, turn.now)
            return RefusedReport(error)
        turn.connection.execute(_TAKE, {"event_id": report.event_id, "at": turn.now})
        return CtiReceipt(taken=True, number=number)

    def _apply(self, turn: Turn, report: CtiReport) -> int:
        agent = report.agent
        found = self._desks.find(turn.connection, report.contact_id)
        if found is None:
            self._require_new(turn.connection, report)
            applied = apply_report(None, report)
            # Of a transfer away and back: a desk has one row for a contact, and the new stay is what counts.
            turn.connection.execute(_FORGET_STAY, {"operator": agent, "contact_id": report.contact_id})
            return self._desks.come(turn, agent, self._begun.complete(turn.connection, agent, applied.contact))
        whose, contact = found
        if whose != agent:
            raise UnknownContactError(reason="at_another_desk", contactId=report.contact_id, desk=whose)
        applied = apply_report(contact, report)
        number = self._desks.change(turn, agent, applied.contact, left=applied.left)
        if _ends(applied.contact, left=applied.left):
            gone = deleted(applied.contact, report.at)
            self._desks.change(turn, agent, gone, left=True)
        return number

    def _require_new(self, connection: Connection, report: CtiReport) -> None:
        if not is_operator(connection, report.agent):
            raise UnknownContactError(reason="unknown_agent", contactId=report.contact_id, agent=report.agent)
        # A late first event of a contact that is over would bring it back for ever. One that was at another desk since
        # comes back by a transfer.
        if not self._desks.has_left(connection, report.agent, report.contact_id):
            return
        if connection.execute(_LEFT_LAST, {"contact_id": report.contact_id}).scalar() == report.agent:
            raise ConflictError(reason="contact_ended", event=report.event.value, phase=None, possible=[])

    def _reject(self, connection: Connection, report: CtiReport, error: ToolbarError, now: int) -> None:
        reason = json.dumps({"code": error.code.value, "details": error.details}, ensure_ascii=False)
        row = {
            "at": now,
            "event_id": report.event_id,
            "agent": report.agent,
            "contact_id": report.contact_id,
            "event": report.event.value,
            "reason": reason,
        }
        connection.execute(_REJECT, row)


def rejections(connection: Connection, limit: int) -> list[RejectionRecord]:
    """Give the newest recorded refusals."""
    rows = connection.execute(_REJECTIONS, {"limit": limit}).mappings()
    return [
        RejectionRecord(row["at"], row["event_id"], row["agent"], row["contact_id"], row["event"], row["reason"])
        for row in rows
    ]


def _ends(contact: DeskContact, *, left: bool) -> bool:
    return not left and contact.offline_end_armed and contact.phase is Phase.ACW
