"""Saves scripts: claim, attempt, end of the reservation, what follows and the answer, in one transaction."""

from sqlalchemy import BindParameter, Connection, RowMapping, and_, bindparam, case, func, insert, or_, select, update

from toolbar_py.service.domain.ecids import looks_like_ecid
from toolbar_py.service.domain.outcomes import Consequence, OutcomeRule, consequence, match_outcome
from toolbar_py.service.domain.reservation import save_refusal
from toolbar_py.service.store.activities import Activities
from toolbar_py.service.store.base import SaveCommand, SavedRecord
from toolbar_py.service.store.opening import MAY_RESERVE
from toolbar_py.service.store.operators import find_operator
from toolbar_py.service.store.reading import LABELS, find_contact, reservation_of
from toolbar_py.service.store.tables import appointments, attempts, contacts, desk_contacts, saves, scripts
from toolbar_py.wire.contacts import Attempt, OutcomeKind
from toolbar_py.wire.errors import ConflictError, ServiceError, ToolbarError, UnknownContactError, UnknownEcidError
from toolbar_py.wire.problems import invalid
from toolbar_py.wire.scripts import SaveAnswer, SavedScript

_OPERATOR: BindParameter[str] = bindparam("p_operator")
_OWN = contacts.c.holder == _OPERATOR

_STORED = select(saves.c.content_hash, saves.c.answer).where(
    saves.c.operator == bindparam("operator"), saves.c.idempotency_key == bindparam("key")
)
_SCRIPT_OF_CONTACT = (
    select(scripts.c.ecid, scripts.c.operator)
    .where(scripts.c.contact_id == bindparam("contact_id"))
    .order_by(case((scripts.c.operator == bindparam("operator"), 0), else_=1), scripts.c.opened_at.desc())
    .limit(1)
)
# The desk's own contact, also after it has left; its CallData may name an ECID that does not exist.
_ECID_AT_DESK = (
    select(desk_contacts.c.ecid)
    .join(contacts, contacts.c.ecid == desk_contacts.c.ecid)
    .where(desk_contacts.c.operator == bindparam("operator"), desk_contacts.c.contact_id == bindparam("contact_id"))
)
# domain.reservation.save_refusal, in SQL. The claim holds the row until the transaction ends, so that what follows can
# be counted and decided without anybody coming between.
_CLAIM = (
    update(contacts)
    .where(
        contacts.c.ecid == bindparam("p_ecid"),
        or_(
            and_(contacts.c.close_reason.is_(None), _OWN),
            and_(bindparam("p_unreserved"), MAY_RESERVE),
        ),
    )
    .values(
        holder=_OPERATOR,
        reserved_at=case((_OWN, contacts.c.reserved_at), else_=None),
        fence=case((_OWN, contacts.c.fence), else_=contacts.c.fence + 1),
    )
    .returning(contacts.c.reserved_at)
)
_EARLIER = (
    select(func.count())
    .select_from(attempts)
    .where(attempts.c.ecid == bindparam("ecid"), attempts.c.outcome == bindparam("outcome"))
)
# An agreed moment goes before the retry rule's.
# What was agreed on last counts: who agrees on another moment does not want to be called at the former.
_AGREED = (
    select(appointments.c.at)
    .where(appointments.c.ecid == bindparam("ecid"), appointments.c.at >= bindparam("now"))
    .order_by(appointments.c.id.desc())
    .limit(1)
)
_RELEASE = (
    update(contacts)
    .where(contacts.c.ecid == bindparam("p_ecid"))
    .values(
        holder=None,
        session=None,
        reserved_at=None,
        lease_until=0,
        attempted=True,
        due_at=bindparam("p_due_at"),
        closed_at=bindparam("p_closed_at"),
        close_reason=bindparam("p_close_reason"),
    )
)
_END_SCRIPTS = (
    update(scripts)
    .where(scripts.c.ecid == bindparam("p_ecid"), scripts.c.operator == _OPERATOR, scripts.c.ended_at.is_(None))
    .values(ended_at=bindparam("p_now"))
    .returning(scripts.c.contact_id, scripts.c.opened_at)
)


class Saving:
    """Saves scripts inside a transaction that may write."""

    def __init__(self, activities: Activities) -> None:
        self._activities = activities

    def save_script(self, connection: Connection, command: SaveCommand, now: int) -> SavedRecord:
        """See :meth:`toolbar_py.service.store.base.Store.save_script`."""
        stored = self._stored(connection, command)
        if stored is not None:
            return SavedRecord(stored, replayed=True)
        contact = self._find(connection, command)
        rules = self._activities.rules(connection, contact["macro_activity"])
        rule = match_outcome(command.outcome, rules)
        reserved_at = self._claim(connection, command, contact, now)
        follows = self._decide(connection, contact["ecid"], rule, now)
        contact_id, opened_at = self._end_scripts(connection, command, contact["ecid"], now)
        since = reserved_at if reserved_at is not None else opened_at
        attempt = Attempt(
            at=now,
            agent=command.caller.operator,
            outcome=rule.outcome.code,
            note=command.note,
            labels=list(command.labels),
            duration_sec=0 if since is None else max(0, now - since) // 1000,
        )
        answer = SaveAnswer(
            operation_id=command.key,
            ecid=contact["ecid"],
            contact_id=contact_id,
            outcome=rule.outcome.code,
            final=rule.outcome.final,
            terminated=follows.close_reason is not None,
            offline_end=command.offline_end,
            saved_at=now,
            delivered=True,
        )
        text = SavedScript(answer=answer, attempt=attempt).to_json()
        self._record(connection, command, attempt, answer, text)
        return SavedRecord(text, replayed=False, ecid=answer.ecid, contact_id=contact_id)

    def _stored(self, connection: Connection, command: SaveCommand) -> str | None:
        find = {"operator": command.caller.operator, "key": command.key}
        row = connection.execute(_STORED, find).first()
        if row is None:
            return None
        content_hash, answer = row
        if content_hash != command.content_hash:
            raise ConflictError(reason="key_reused")
        return answer

    def _find(self, connection: Connection, command: SaveCommand) -> RowMapping:
        if command.ecid is not None:
            return find_contact(connection, command.ecid)
        if command.contact_id is None:
            raise invalid("contactId", "missing")
        try:
            # An ECID first: nobody can redirect one by opening another under a ContactID of the same text.
            return find_contact(connection, command.contact_id)
        except UnknownEcidError:
            find = {"contact_id": command.contact_id, "operator": command.caller.operator}
            ecid = _ecid_of(connection, find)
            if ecid is None:
                raise _unknown(command.contact_id) from None
            return find_contact(connection, ecid)

    def _claim(self, connection: Connection, command: SaveCommand, contact: RowMapping, now: int) -> int | None:
        operator = command.caller.operator
        profile = find_operator(connection, operator)
        values = {
            "p_ecid": contact["ecid"],
            "p_operator": operator,
            "p_now": now,
            "p_unreserved": profile.save_without_reservation,
        }
        claimed = connection.execute(_CLAIM, values).first()
        if claimed is None:
            found = reservation_of(find_contact(connection, contact["ecid"]))
            unreserved = profile.save_without_reservation
            # Without a reason it became free between the two statements: the same save may succeed now.
            raise save_refusal(contact["ecid"], found, operator, now, unreserved=unreserved) or ServiceError()
        return claimed[0]

    def _decide(self, connection: Connection, ecid: str, rule: OutcomeRule, now: int) -> Consequence:
        earlier = 0
        if rule.retry is not None:
            earlier = connection.execute(_EARLIER, {"ecid": ecid, "outcome": rule.outcome.code}).scalar_one()
        follows = consequence(rule, earlier, now)
        if rule.outcome.kind is OutcomeKind.APPOINTMENT and follows.due_at is not None:
            agreed = connection.execute(_AGREED, {"ecid": ecid, "now": now}).scalar_one_or_none()
            follows = follows if agreed is None else Consequence(due_at=agreed)
        connection.execute(
            _RELEASE,
            {
                "p_ecid": ecid,
                "p_due_at": follows.due_at,
                "p_closed_at": None if follows.close_reason is None else now,
                "p_close_reason": follows.close_reason,
            },
        )
        return follows

    def _end_scripts(self, connection: Connection, command: SaveCommand, ecid: str, now: int) -> tuple[str, int | None]:
        """End the operator's scripts of the ECID; gives the newest's ContactID and when it was opened."""
        values = {"p_ecid": ecid, "p_operator": command.caller.operator, "p_now": now}
        ended = connection.execute(_END_SCRIPTS, values).all()
        newest = max(ended, key=lambda row: row[1], default=None)
        contact_id = command.contact_id
        if contact_id is None or contact_id == ecid:
            contact_id = "" if newest is None else newest[0]
        return contact_id, None if newest is None else newest[1]

    def _record(
        self, connection: Connection, command: SaveCommand, attempt: Attempt, answer: SaveAnswer, text: str
    ) -> None:
        connection.execute(
            insert(attempts),
            {
                "ecid": answer.ecid,
                "at": attempt.at,
                "agent": attempt.agent,
                "contact_id": answer.contact_id,
                "outcome": attempt.outcome,
                "note": attempt.note,
                "labels": LABELS.dump_json(attempt.labels, by_alias=True).decode(),
                "duration_sec": attempt.duration_sec,
                "offline_end": command.offline_end,
                "operation_id": command.key,
            },
        )
        connection.execute(
            insert(saves),
            {
                "operator": command.caller.operator,
                "idempotency_key": command.key,
                "content_hash": command.content_hash,
                "answer": text,
                "saved_at": attempt.at,
            },
        )


def _ecid_of(connection: Connection, find: dict[str, str]) -> str | None:
    """Give the ECID of a contact: of the operator's own script, else of the desk, else of somebody's script."""
    script = connection.execute(_SCRIPT_OF_CONTACT, find).first()
    if script is not None and script[1] == find["operator"]:
        return script[0]
    at_desk = connection.execute(_ECID_AT_DESK, find).scalar_one_or_none()
    if at_desk is not None:
        return at_desk
    return None if script is None else script[0]


def _unknown(text: str) -> ToolbarError:
    return UnknownEcidError(ecid=text) if looks_like_ecid(text) else UnknownContactError(contactId=text)
