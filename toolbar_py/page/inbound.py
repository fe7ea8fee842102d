"""The inbound rule: the toolbar opens the scripts of inbound contacts by itself (contract section 3)."""

from toolbar_py.page.gateway import Gateway
from toolbar_py.page.host.base import Host
from toolbar_py.page.instance import LocalInstance
from toolbar_py.page.telephone import Telephone
from toolbar_py.page.traces import new_trace
from toolbar_py.wire.profile import Profile
from toolbar_py.wire.scripts import OpenInboundRequest
from toolbar_py.wire.telephony import ContactType, DeskContact, MediaType

_PROFILE_MS = 300_000
"""How long a profile is taken for the operator's: a supervisor who changes it is heard within five minutes."""


class InboundRule:
    """Opens the script of an inbound contact, unless the operator's profile leaves that to the page."""

    def __init__(self, host: Host, gateway: Gateway, telephone: Telephone, instance: LocalInstance) -> None:
        self._host = host
        self._gateway = gateway
        self._telephone = telephone
        self._instance = instance
        self._profile: Profile | None = None
        self._profile_at = 0

    @staticmethod
    def concerns(contact: DeskContact) -> bool:
        """Say whether a contact is one of those: inbound, by telephone, and without an ECID so far."""
        event = contact.event
        inbound = event.type is ContactType.INBOUND and event.media_type is MediaType.TELEPHONY
        return inbound and contact.ecid is None and not contact.saved

    async def open(self, contact_id: str) -> str:
        """Open the script of a contact. Gives an empty text, as every background task does.

        Raises:
            ToolbarError: it could not be opened.
        """
        trace = new_trace(self._host)
        if not await self._script_enabled(trace):
            script = await self._gateway.open_inbound(OpenInboundRequest(contact_id=contact_id), trace)
            await self._instance.remember(script.contact_info)
        return ""

    async def _script_enabled(self, trace: str) -> bool:
        now = self._host.now_ms()
        if self._profile is None or now - self._profile_at > _PROFILE_MS:
            self._profile = await self._telephone.profile(trace)
            self._profile_at = now
        return self._profile.script_enabled
