"""What operators do with the contacts at their desks, as far as it is easyCIM's own business."""

from collections.abc import Sequence

from sqlalchemy import Connection

from toolbar_py.service.domain.deskwork import action_refusal, deleted, with_call_data
from toolbar_py.service.domain.ecids import looks_like_ecid
from toolbar_py.service.store.desks import Desks, Turn
from toolbar_py.service.store.reading import find_contact
from toolbar_py.wire.base import ECID_MAX
from toolbar_py.wire.calldata import ECID, parse
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.errors import ToolbarError, UnknownContactError, UnknownEcidError
from toolbar_py.wire.phases import Action, is_online
from toolbar_py.wire.problems import invalid
from toolbar_py.wire.telephony import DeskContact


class Handling:
    """Handles contacts inside a transaction that may write."""

    def __init__(self, desks: Desks) -> None:
        self._desks = desks

    def require(self, connection: Connection, operator: str, contact_id: str, action: Action) -> DeskContact:
        """See :meth:`toolbar_py.service.store.deskbase.DeskStore.require`."""
        contact = self._desks.contact(connection, operator, contact_id)
        refusal = action_refusal(contact, action)
        if refusal is not None:
            raise refusal
        return contact

    def set_call_data(self, turn: Turn, operator: str, contact_id: str, text: str) -> None:
        """See :meth:`toolbar_py.service.store.deskbase.DeskStore.set_call_data`."""
        contact = self.require(turn.connection, operator, contact_id, Action.SET_CALL_DATA)
        self.merge(turn, operator, contact, self._entries(turn.connection, text))

    def merge(
        self,
        turn: Turn,
        operator: str,
        contact: DeskContact,
        added: Sequence[NameValue],
    ) -> None:
        """Merge entries into a contact's CallData and announce it; what is there already is not announced again."""
        changed = with_call_data(contact, added, turn.now)
        if changed is not None:
            self._desks.change(turn, operator, changed)

    def end_offline(self, turn: Turn, operator: str, contact_id: str) -> None:
        """See :meth:`toolbar_py.service.store.deskbase.DeskStore.end_offline`."""
        try:
            contact = self.require(turn.connection, operator, contact_id, Action.OFFLINE_END)
        except UnknownContactError:
            # Pages end what a save has ended already.
            if self._desks.has_left(turn.connection, operator, contact_id):
                return
            raise
        self._end(turn, operator, contact, contact)

    def saved(
        self,
        turn: Turn,
        operator: str,
        ecid: str | None,
        contact_id: str,
        *,
        offline_end: bool,
    ) -> None:
        """Note at the desk that an outcome was saved, and end the contact if that was asked.

        Args:
            ecid: of the contacts that it was saved for if ``contact_id`` is not at the desk; None when that one was
                named: what is saved late for a contact that has left is none of a later contact's.
        """
        here = self._desks.contacts(turn.connection, operator)
        found = [each for each in here if each.event.id == contact_id]
        if not found and ecid is not None:
            found = [each for each in here if each.ecid == ecid]
        for contact in found:
            marked = contact.model_copy(update={"saved": True})
            if offline_end:
                self._end(turn, operator, contact, marked)
            else:
                self._note(turn, operator, contact, marked)

    def tie(self, turn: Turn, operator: str, contact_id: str, ecid: str) -> None:
        """Tie the contact under which a script was opened to its ECID, if it is at the desk and tied to none."""
        contact = self.at_desk(turn.connection, operator, contact_id)
        if contact is not None and contact.ecid is None:
            self._note(turn, operator, contact, contact.model_copy(update={"ecid": ecid}))

    def carrier(self, connection: Connection, operator: str, ecid: str) -> str | None:
        """Give the ContactID of the one contact at the desk that carries an ECID; None when there is not just one."""
        found = [each for each in self._desks.contacts(connection, operator) if each.ecid == ecid]
        return found[0].event.id if len(found) == 1 else None

    def at_desk(self, connection: Connection, operator: str, contact_id: str) -> DeskContact | None:
        """Give a contact at the operator's desk, or None."""
        try:
            return self._desks.contact(connection, operator, contact_id)
        except UnknownContactError:
            return None

    def is_elsewhere(self, connection: Connection, operator: str, contact_id: str) -> bool:
        """Say whether a contact is at another operator's desk."""
        found = self._desks.find(connection, contact_id)
        return found is not None and found[0] != operator

    def _note(self, turn: Turn, operator: str, before: DeskContact, contact: DeskContact) -> None:
        if contact != before:
            self._desks.note(turn, operator, contact)

    def _end(self, turn: Turn, operator: str, before: DeskContact, contact: DeskContact) -> None:
        """End a contact, or arm that.

        Args:
            before: as it is written.
        """
        if is_online(contact.phase):
            self._note(turn, operator, before, contact.model_copy(update={"offline_end_armed": True}))
        else:
            # After-call work, or a contact whose outcome was saved without ever calling.
            self._desks.change(turn, operator, deleted(contact, turn.now), left=True)

    def _entries(self, connection: Connection, text: str) -> list[NameValue]:
        """Read CallData; text without ``=`` is an ECID."""
        bare = text.strip()
        if "=" in bare or not bare:
            return parse(text)
        try:
            find_contact(connection, bare)
        except UnknownEcidError:
            raise _not_call_data(bare) from None
        return [NameValue(name=ECID, value=bare)]


def _not_call_data(text: str) -> ToolbarError:
    if looks_like_ecid(text) and len(text) <= ECID_MAX:
        return UnknownEcidError(ecid=text)
    return invalid("CallData", "rule", reason="name=value;name=value")
