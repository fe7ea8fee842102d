"""The toolbar's local instance: the contacts this browser has opened, behind ``getContactInfo`` (contract section 3).

It lives in the browser's database and nowhere else, so that every tab sees the same and a reload or a navigation
forgets nothing. Not in ``localStorage``: pages clear that at login and logout.
"""

import json

from pydantic import ValidationError

from toolbar_py.page.exchange import error_of
from toolbar_py.page.host.base import HOST_FAILED, Ask, AskKind, Host
from toolbar_py.wire.contacts import Attempt, ContactInfo
from toolbar_py.wire.errors import ServiceError, UnknownContactError, UnknownEcidError

_RECORD = "desk"
# A contact can be saved for the rest of the login and at least 24 h (section 3); a day more covers a night shift.
_KEEP_MS = 48 * 3_600_000


class LocalInstance:
    """Remembers the ContactInfo of every contact that was opened here, by ECID and by ContactID."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def remember(self, info: ContactInfo) -> None:
        """Keep a contact, and return when the browser's database has it: the page may navigate right afterwards."""
        head = {"record": _RECORD, "key": info.ecid, "aliases": [info.contact_id] if info.contact_id else []}
        await Ask(AskKind.STORE, json.dumps(head), info.to_json())

    async def tie(self, contact_id: str, ecid: str) -> None:
        """Let a contact that was opened before it had a ContactID be found by it; what was opened under it stays."""
        found = await self._find(contact_id)
        known = _read(found)
        if known is not None and known.contact_id == contact_id:
            return
        opened = await self._find(ecid)
        if opened and opened != found:
            await Ask(AskKind.STORE, json.dumps({"record": _RECORD, "key": ecid, "aliases": [contact_id]}), opened)

    async def ecid_of(self, contact_id: str) -> str | None:
        """Give the ECID under which a contact was opened here, by its ContactID."""
        info = _read(await self._find(contact_id))
        return info.ecid if info is not None else None

    async def recall(self, contact_id: str) -> str:
        """Give the ContactInfo of a contact as JSON text.

        Args:
            contact_id: a ContactID or an ECID.

        Raises:
            UnknownContactError, UnknownEcidError: it was not opened in this browser; easyCIM may know it all the same.
            UnauthenticatedError: it was not found, and without a token nobody can say whose it would be.
            ServiceError: the browser's database cannot tell.
        """
        reply = await Ask(AskKind.FIND, json.dumps({"record": _RECORD, "key": contact_id}))
        if reply.body:
            return reply.body
        if reply.head == HOST_FAILED:
            raise ServiceError(reason="the browser's database does not answer")
        if reply.head.startswith("token"):
            raise error_of(reply)
        if "|" in contact_id:
            raise UnknownEcidError(reason="ecid_not_open_here", ecid=contact_id)
        raise UnknownContactError(reason="contact_not_open_here", contactId=contact_id)

    async def record_outcome(self, ecid: str, attempt: Attempt, *, terminated: bool) -> None:
        """Write a saved outcome into the local instance, if the contact is in it."""
        info = _read(await self._find(ecid))
        if info is not None:
            await self.remember(info.with_attempt(attempt, terminated=terminated))

    async def forget_old(self) -> str:
        """Drop what nobody can ask for any more. Gives an empty text, as every background task does."""
        before = self._host.now_ms() - _KEEP_MS
        await Ask(AskKind.PURGE, json.dumps({"record": _RECORD, "before": before}))
        return ""

    async def _find(self, key: str) -> str:
        return (await Ask(AskKind.FIND, json.dumps({"record": _RECORD, "key": key}))).body


def _read(text: str) -> ContactInfo | None:
    """Read what was found; None when there is nothing, or another version of the toolbar wrote it otherwise."""
    try:
        return ContactInfo.model_validate_json(text) if text else None
    except ValidationError:
        return None
