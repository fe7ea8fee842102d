"""The contacts at the desk as a legacy SDK tells them, when the toolbar works beside one (contract section 1)."""

from collections import OrderedDict

from toolbar_py.page.calls import Call, Handler
from toolbar_py.page.instance import LocalInstance
from toolbar_py.wire.base import CALL_DATA_MAX, ECID_MAX
from toolbar_py.wire.calldata import ECID, value_of
from toolbar_py.wire.methods import COMPANION
from toolbar_py.wire.telephony_arguments import ForeignContact, NoteArguments

_CONTACTS_MAX = 200
"""A contact can be saved after it has left the desk; an operator has some 200 a day."""
_LEFT = "DELETE"


class Companion:
    """Knows what a legacy SDK's events say of each contact. Nothing of it reaches the SDK."""

    def __init__(self, instance: LocalInstance) -> None:
        self._instance = instance
        self._contacts: OrderedDict[str, ForeignContact] = OrderedDict()

    def handlers(self) -> dict[str, Handler]:
        """The one method, by the path under which the loader calls it."""
        return {f"{COMPANION}.note": self.note}

    async def note(self, call: Call) -> str:
        """Take one event of the legacy SDK."""
        event = NoteArguments.parse(call.values).event
        known = self._contacts.pop(event.id, None)
        if known is not None and not event.call_data:
            # Some of its events come without CallData, or with none that can be read; what was there holds on.
            event = event.model_copy(update={"call_data": known.call_data})
        self._contacts[event.id] = event
        if len(self._contacts) > _CONTACTS_MAX:
            self._contacts.popitem(last=False)
        ecid = _ecid_of(event)
        if ecid is not None and (known is None or _ecid_of(known) != ecid):
            # What was opened before the contact came is found by its ContactID after a reload, when the SDK has told
            # nothing of it yet.
            await self._instance.tie(event.id, ecid)
        return "null"

    def carriers(self, ecid: str) -> list[str]:
        """The ids of the contacts at the desk that carry an ECID in their CallData."""
        return [each.id for each in self._contacts.values() if each.event != _LEFT and _ecid_of(each) == ecid]

    def ecid(self, contact_id: str) -> str | None:
        """The ECID that a contact carries."""
        contact = self._contacts.get(contact_id)
        return _ecid_of(contact) if contact is not None else None

    def contact(self, contact_id: str) -> ForeignContact | None:
        """A contact by its ContactID."""
        return self._contacts.get(contact_id)


def call_data_text(contact: ForeignContact) -> str | None:
    """Write a contact's CallData as text; None when there is nothing, or more than can be sent."""
    text = ";".join(f"{each.name}={each.value}" for each in contact.call_data if "=" not in each.name)
    return text if 0 < len(text) <= CALL_DATA_MAX else None


def _ecid_of(contact: ForeignContact) -> str | None:
    found = value_of(contact.call_data, ECID)
    return found if 0 < len(found) <= ECID_MAX else None
