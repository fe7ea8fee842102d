"""The namespace ``TOOLBAR.EASYCIM`` (contract section 3): opening scripts, reading contacts, saving outcomes."""

from toolbar_py.page.attendance import Attendance
from toolbar_py.page.calls import Call, Handler
from toolbar_py.page.companion import Companion, call_data_text
from toolbar_py.page.gateway import Gateway
from toolbar_py.page.host.base import Host
from toolbar_py.page.instance import LocalInstance
from toolbar_py.page.tasks import Tasks
from toolbar_py.wire.arguments import (
    GetContactInfoArguments,
    GetContactInfoWSArguments,
    OpenScriptArguments,
    OpenScriptInboundArguments,
    SaveScriptArguments,
)
from toolbar_py.wire.errors import ToolbarError, UnknownContactError, UnknownEcidError
from toolbar_py.wire.methods import EASYCIM
from toolbar_py.wire.scripts import OpenedScript, OpenInboundRequest, OpenRequest, SavedScript, SaveRequest

_DESK_MS = 800
"""How long getContactInfo waits for the desk right after a reload: longer than the desk that the browser has kept is
held back (page/feed), and so that pages get their answer within a second (section 4)."""


class EasyCim:
    """The five methods. Each takes a call, and gives its answer as JSON text or raises a ``ToolbarError``.

    None of them needs the desk: easyCIM knows it too, and they work while there is no event stream.
    """

    def __init__(
        self,
        tasks: Tasks,
        gateway: Gateway,
        instance: LocalInstance,
        attendance: Attendance,
        companion: Companion,
        *,
        host: Host,
    ) -> None:
        self._host = host
        self._tasks = tasks
        self._gateway = gateway
        self._instance = instance
        self._attendance = attendance
        self._companion = companion

    def handlers(self) -> dict[str, Handler]:
        """The methods by the path under which pages call them."""
        return {
            f"{EASYCIM}.openScriptInbound": self.open_script_inbound,
            f"{EASYCIM}.openScript": self.open_script,
            f"{EASYCIM}.getContactInfo": self.get_contact_info,
            f"{EASYCIM}.getContactInfoWS": self.get_contact_info_ws,
            f"{EASYCIM}.saveScript": self.save_script,
        }

    async def open_script_inbound(self, call: Call) -> str:
        """Open a new script for an inbound contact, which gives it an ECID; again for the same ContactID, the same."""
        given = OpenScriptInboundArguments.parse(call.values)
        foreign = self._companion.contact(given.contact_id)
        request = OpenInboundRequest(
            contact_id=given.contact_id,
            ani=(foreign.ani or None) if foreign else None,
            dnis=(foreign.dnis or None) if foreign else None,
            call_data=call_data_text(foreign) if foreign else None,
        )
        return await self._opened(await self._gateway.open_inbound(request, call.correlation_id))

    async def open_script(self, call: Call) -> str:
        """Open the script of an ECID and reserve it for the operator, or open it to read when another holds it."""
        given = OpenScriptArguments.parse(call.values)
        contact_id = given.contact_id or self._only_carrier(given.ecid)
        request = OpenRequest(contact_id=contact_id, ecid=given.ecid, is_manual=given.is_manual)
        return await self._opened(await self._gateway.open_script(request, call.correlation_id))

    async def get_contact_info(self, call: Call) -> str:
        """Give a contact from the local instance, by ContactID or ECID, without any request."""
        given = GetContactInfoArguments.parse(call.values)
        try:
            return await self._instance.recall(given.contact_id)
        except UnknownContactError:
            # Opened before the contact had an id, as pages do before they dial: the desk knows what it is worked under.
            ecid = await self._ecid_of(given.contact_id)
            if ecid is None:
                raise
            found = await self._instance.recall(ecid)
            await self._instance.tie(given.contact_id, ecid)
            return found

    async def get_contact_info_ws(self, call: Call) -> str:
        """Give a contact as easyCIM knows it now."""
        given = GetContactInfoWSArguments.parse(call.values)
        return await self._gateway.contact(given.ecid, call.correlation_id)

    async def save_script(self, call: Call) -> str:
        """Save the outcome, which ends the script and, with ``offlineEnd``, the after-call work."""
        given = SaveScriptArguments.parse(call.values)
        request = SaveRequest(
            contact_id=given.contact_id,
            outcome=given.outcome_result,
            offline_end=given.offline_end,
            note=given.note,
            labels=[label.to_label() for label in given.labels],
        )
        saved = await self._saved(request, given.contact_id, call)
        try:
            await self._note_saved(saved, given)
        except ToolbarError:
            pass  # a deadline or an abort
        except Exception as error:
            self._host.log("error", f"what was saved was not noted here: {type(error).__name__}")
        # It is saved, and whatever went wrong since must not make the page believe that it is not: it would save twice.
        return saved.answer.to_json()

    async def _opened(self, script: OpenedScript) -> str:
        await self._instance.remember(script.contact_info)
        return script.answer.to_json()

    async def _note_saved(self, saved: SavedScript, given: SaveScriptArguments) -> None:
        answer = saved.answer
        self._attendance.saved(answer.contact_id or given.contact_id, answer.ecid, offline_end=given.offline_end)
        await self._instance.record_outcome(answer.ecid, saved.attempt, terminated=answer.terminated)

    async def _saved(self, request: SaveRequest, contact_id: str, call: Call) -> SavedScript:
        """Save by a ContactID, or by the ECID that is known of it here when easyCIM does not know the contact.

        What was opened for the contact goes before what its CallData says, and easyCIM has it on record. The contacts
        of a legacy SDK that were opened by their ECID alone, or not at all, it does not know.
        """
        # The trace id serves as Idempotency-Key: 128 random bits that belong to this call and to no other. A refusal
        # uses none up.
        key = call.correlation_id
        try:
            return await self._gateway.save(request, key, call.correlation_id)
        except ToolbarError as error:
            if not _does_not_know(contact_id, error):
                raise
            ecid = self._companion.ecid(contact_id) or await self._instance.ecid_of(contact_id)
            if ecid is None or ecid == contact_id:
                raise
        return await self._gateway.save(request.model_copy(update={"ecid": ecid}), key, call.correlation_id)

    def _only_carrier(self, ecid: str) -> str | None:
        """Give the id of the contact at the desk that carries an ECID, if there is exactly one (section 3)."""
        desk = self._attendance.desk_now()
        carriers = [each.event.id for each in desk.carriers(ecid)] if desk else []
        carriers = carriers or self._companion.carriers(ecid)
        return carriers[0] if len(carriers) == 1 else None

    async def _ecid_of(self, contact_id: str) -> str | None:
        ecid = self._companion.ecid(contact_id)
        if ecid is None:
            if self._attendance.desk_now() is None:
                await self._tasks.within(_DESK_MS, self._attendance.desk())
            desk = self._attendance.desk_now()
            contact = desk.contact(contact_id) if desk else None
            ecid = contact.ecid if contact else None
        return ecid


def _does_not_know(contact_id: str, error: ToolbarError) -> bool:
    """Say whether easyCIM has refused a ContactID because it knows nothing by that name."""
    named = isinstance(error, UnknownEcidError) and error.details.get("ecid") == contact_id
    return named or isinstance(error, UnknownContactError)
