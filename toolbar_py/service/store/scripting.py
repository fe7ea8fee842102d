"""Opens and saves scripts together with what that means for the contact at the desk, in one transaction."""

from dataclasses import replace

from toolbar_py.service.domain.calldata import fields_of
from toolbar_py.service.store.base import OpenCommand, OpenedRecord, OpenInboundCommand, SaveCommand, SavedRecord
from toolbar_py.service.store.desks import Turn
from toolbar_py.service.store.handling import Handling
from toolbar_py.service.store.opening import Opening
from toolbar_py.service.store.saving import Saving
from toolbar_py.wire.calldata import ECID
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.errors import UnknownContactError


class Scripting:
    """Opens and saves inside a transaction that may write."""

    def __init__(self, opening: Opening, saving: Saving, handling: Handling) -> None:
        self._opening = opening
        self._saving = saving
        self._handling = handling

    def open_script(self, turn: Turn, command: OpenCommand) -> OpenedRecord:
        """See :meth:`toolbar_py.service.store.base.Store.open_script`."""
        operator = command.caller.operator
        if command.contact_id is None:
            carrier = self._handling.carrier(turn.connection, operator, command.ecid)
            command = replace(command, contact_id=carrier)
        opened = self._opening.open_script(turn.connection, command, turn.now)
        if command.contact_id is not None:
            self._handling.tie(turn, operator, command.contact_id, command.ecid)
        return opened

    def open_inbound(self, turn: Turn, command: OpenInboundCommand) -> OpenedRecord:
        """See :meth:`toolbar_py.service.store.base.Store.open_inbound`."""
        operator, contact_id = command.caller.operator, command.contact_id
        contact = self._handling.at_desk(turn.connection, operator, contact_id)
        elsewhere = contact is None and self._handling.is_elsewhere(turn.connection, operator, contact_id)
        # One that was passed on keeps, for who had it, the script that was opened then.
        if elsewhere and not self._opening.has_opened_inbound(turn.connection, operator, contact_id):
            raise UnknownContactError(reason="not_at_desk", contactId=contact_id)
        if contact is not None:
            event = contact.event
            command = replace(
                command,
                phone_number=event.ani if command.phone_number is None else command.phone_number,
                dnis=event.dnis if command.dnis is None else command.dnis,
                fields=fields_of(event.call_data) if command.fields is None else command.fields,
            )
        opened = self._opening.open_inbound(turn.connection, command, turn.now)
        if contact is not None:
            named = [NameValue(name=ECID, value=opened.contact.ecid)]
            self._handling.merge(turn, operator, contact, named)
        return opened

    def save_script(self, turn: Turn, command: SaveCommand) -> SavedRecord:
        """See :meth:`toolbar_py.service.store.base.Store.save_script`."""
        saved = self._saving.save_script(turn.connection, command, turn.now)
        if not saved.replayed:
            operator = command.caller.operator
            ends = command.offline_end
            named = command.contact_id not in {None, "", saved.ecid}
            self._handling.saved(turn, operator, None if named else saved.ecid, saved.contact_id, offline_end=ends)
        return saved
