"""The namespace ``TOOLBAR.CONTACT`` (contract section 4): beginning, handling and ending contacts at the desk.

What is not allowed now is refused here, with the reason; easyCIM holds to the same rules (wire/phases). A desk that
does not follow the event stream at the moment refuses nothing: what it knows may be out of date.
"""

from contextlib import suppress

from toolbar_py.page.attendance import Attendance
from toolbar_py.page.calls import Call, Handler
from toolbar_py.page.desk import Desk
from toolbar_py.page.instance import LocalInstance
from toolbar_py.page.tasks import Tasks
from toolbar_py.page.telephone import Telephone
from toolbar_py.wire.actions import (
    Accepted,
    CallDataRequest,
    CallRequest,
    DtmfRequest,
    RecordingRequest,
    TransferRequest,
)
from toolbar_py.wire.base import WireModel
from toolbar_py.wire.calldata import ECID, value_of
from toolbar_py.wire.calldata import parse as parse_call_data
from toolbar_py.wire.errors import ConflictError, NetworkError, ToolbarError, UnknownContactError
from toolbar_py.wire.methods import CONTACT
from toolbar_py.wire.phases import Action, allows, may_call
from toolbar_py.wire.telephony import Phase, Presence
from toolbar_py.wire.telephony_arguments import (
    ContactArguments,
    HangupArguments,
    MakeCallArguments,
    MakeJobArguments,
    PlayDtmfArguments,
    SetCallDataArguments,
    StartRecordingArguments,
    StopRecordingArguments,
    TransferArguments,
)

_STREAM_MS = 1_000
"""How long a call that needs the desk as it stands waits for the event stream to be taken up again."""


class Contact:
    """The methods. Each takes a call, and gives its answer as JSON text or raises a ``ToolbarError``."""

    def __init__(self, tasks: Tasks, telephone: Telephone, attendance: Attendance, instance: LocalInstance) -> None:
        self._tasks = tasks
        self._telephone = telephone
        self._attendance = attendance
        self._instance = instance

    def handlers(self) -> dict[str, Handler]:
        """The methods by the path under which pages call them."""
        return {
            f"{CONTACT}.MakeCall": self.make_call,
            f"{CONTACT}.MakeJob": self.make_job,
            f"{CONTACT}.Answer": self.answer,
            f"{CONTACT}.Hold": self.hold,
            f"{CONTACT}.Hangup": self.hangup,
            f"{CONTACT}.OfflineEnd": self.offline_end,
            f"{CONTACT}.SetCallData": self.set_call_data,
            f"{CONTACT}.PlayDTMF": self.play_dtmf,
            f"{CONTACT}.StartRecording": self.start_recording,
            f"{CONTACT}.StopRecording": self.stop_recording,
            f"{CONTACT}.Transfer_Direct": self.transfer_direct,
            f"{CONTACT}.getContactList": self.get_contact_list,
        }

    async def make_call(self, call: Call) -> str:
        """Call a customer."""
        return await self._begin(MakeCallArguments.parse(call.values), "", call)

    async def make_job(self, call: Call) -> str:
        """Begin a job without voice."""
        given = MakeJobArguments.parse(call.values)
        return await self._begin(given, given.content, call, job=True)

    async def answer(self, call: Call) -> str:
        """Take a contact that rings."""
        return await self._act(ContactArguments.parse(call.values).contact_id, Action.ANSWER, None, call)

    async def hold(self, call: Call) -> str:
        """Hold a contact, or take up again one that is held."""
        contact_id = ContactArguments.parse(call.values).contact_id
        desk = await self._attendance.desk()
        contact = desk.contact(contact_id)
        held = contact is not None and contact.phase is Phase.HELD
        return await self._act(contact_id, Action.RETRIEVE if held else Action.HOLD, None, call)

    async def hangup(self, call: Call) -> str:
        """Hang up: a contact, or the only one that is online."""
        contact_id = HangupArguments.parse(call.values).contact_id
        return await self._act(contact_id or await self._only_online(), Action.HANGUP, None, call)

    async def offline_end(self, call: Call) -> str:
        """End the after-call work; for a contact that has left already, nothing is left to do."""
        contact_id = ContactArguments.parse(call.values).contact_id
        desk = await self._attendance.desk()
        if desk.has_left(contact_id):
            return Accepted(contact_id=contact_id).to_json()
        # Not checked here: whether it was at the desk before this browser came, easyCIM knows.
        if desk.contact(contact_id) is None:
            return await self._ask(contact_id, Action.OFFLINE_END, None, call)
        return await self._act(contact_id, Action.OFFLINE_END, None, call)

    async def set_call_data(self, call: Call) -> str:
        """Merge entries into a contact's CallData; a text without ``=`` is an ECID, which easyCIM looks up."""
        given = SetCallDataArguments.parse(call.values)
        ecid = _ecid_in(given.call_data) if "=" in given.call_data else given.call_data
        request = CallDataRequest(call_data=given.call_data)
        accepted = await self._act(given.contact_id, Action.SET_CALL_DATA, request, call)
        await self._tie(given.contact_id, ecid)
        return accepted

    async def play_dtmf(self, call: Call) -> str:
        """Press keys during a call."""
        given = PlayDtmfArguments.parse(call.values)
        return await self._act(given.contact_id, Action.PLAY_DTMF, DtmfRequest(dtmfs=given.dtmfs), call)

    async def start_recording(self, call: Call) -> str:
        """Begin to record a call."""
        given = StartRecordingArguments.parse(call.values)
        _check_call_data(given.call_data)
        request = RecordingRequest(
            call_recorders=given.call_recorders, call_data=given.call_data, message=given.message
        )
        return await self._act(given.contact_id, Action.START_RECORDING, request, call)

    async def stop_recording(self, call: Call) -> str:
        """Stop recording a call."""
        given = StopRecordingArguments.parse(call.values)
        request = RecordingRequest(call_recorders=given.call_recorders)
        return await self._act(given.contact_id, Action.STOP_RECORDING, request, call)

    async def transfer_direct(self, call: Call) -> str:
        """Pass a call on to somebody else."""
        given = TransferArguments.parse(call.values)
        _check_call_data(given.call_data)
        request = TransferRequest(
            destination=given.destination, resource_type=given.resource_type, call_data=given.call_data
        )
        return await self._act(given.contact_id, Action.TRANSFER, request, call)

    async def get_contact_list(self, call: Call) -> str:
        """Give the contacts at the desk, each as its latest event."""
        contacts = (await self._attendance.desk()).contacts()
        return f"[{','.join(contact.event.to_json() for contact in contacts)}]"

    async def _only_online(self) -> str:
        desk = await self._attendance.desk()
        if len(_online(desk)) != 1 and not desk.live:
            # What it knows may be out of date, and a customer is perhaps on the line.
            self._attendance.hurry()
            await self._tasks.within(_STREAM_MS, _news_of(desk))
            desk = await self._attendance.desk()
        online = _online(desk)
        if len(online) == 1:
            return online[0]
        if not online and not desk.live:
            raise NetworkError(reason="no_events", action=Action.HANGUP.value)
        reason = "several_online" if online else "none_online"
        raise ConflictError(reason=reason, action=Action.HANGUP.value, online=[*online])

    async def _begin(self, given: MakeCallArguments, content: str, call: Call, *, job: bool = False) -> str:
        ecid = _ecid_in(given.call_data)
        request = CallRequest(
            destination=given.destination,
            resource_type=given.resource_type,
            service_id=given.service_id,
            call_profile_id=given.call_profile_id,
            call_data=given.call_data,
            job=job,
            content=content,
        )
        # Before that a new tab would not be told how the contact began.
        await self._attendance.listening()
        desk = await self._attendance.desk()
        _refuse_beginning(desk)
        accepted = await self._telephone.begin(request, call.correlation_id)
        if accepted.contact_id is not None:
            desk.expect(accepted.contact_id)
            await self._tie(accepted.contact_id, ecid)
        return accepted.to_json()

    async def _tie(self, contact_id: str, ecid: str) -> None:
        """Let getContactInfo find by its ContactID what was opened before the contact had one, also after a reload."""
        if ecid:
            # easyCIM has accepted: a deadline or an abort from here on must not make the page believe otherwise.
            with suppress(ToolbarError):
                await self._instance.tie(contact_id, ecid)

    async def _act(self, contact_id: str, action: Action, request: WireModel | None, call: Call) -> str:
        desk = await self._attendance.desk()
        if desk.live:
            _refuse_action(desk, contact_id, action)
        return await self._ask(contact_id, action, request, call)

    async def _ask(self, contact_id: str, action: Action, request: WireModel | None, call: Call) -> str:
        accepted = await self._telephone.act(contact_id, action, request, call.correlation_id)
        self._attendance.hurry()
        return accepted.to_json()


def _online(desk: Desk) -> list[str]:
    """Give the ids of the contacts that can be hung up; no other is online while one is begun."""
    coming = desk.coming()
    return [each.event.id for each in desk.online()] or ([coming] if coming else [])


async def _news_of(desk: Desk) -> None:
    await desk.changed


def _check_call_data(text: str) -> None:
    if text:
        parse_call_data(text)


def _ecid_in(text: str) -> str:
    """Give the ECID in CallData text, once it is found well formed; empty when there is none."""
    return value_of(parse_call_data(text), ECID) if text else ""


def _refuse_beginning(desk: Desk) -> None:
    """Raise why no contact can be begun now, if that is so."""
    if not desk.live or desk.agent is None:
        return
    contacts = desk.contacts()
    if not may_call(desk.agent.presence, [contact.phase for contact in contacts]):
        if desk.agent.presence is Presence.LOGGED_OUT:
            raise ConflictError(reason="logged_out", action="call")
        online = desk.online()[0]
        raise ConflictError(reason="contact_online", action="call", phase=online.phase.value, contactId=online.event.id)


def _refuse_action(desk: Desk, contact_id: str, action: Action) -> None:
    """Raise why an action cannot be done now, if that is so."""
    contact = desk.contact(contact_id)
    if contact is None:
        if not desk.is_coming(contact_id):
            raise UnknownContactError(reason="not_at_desk", contactId=contact_id)
    elif not allows(contact.phase, action):
        allowed = [each.value for each in desk.allowed(contact_id)]
        raise ConflictError(reason="not_now", action=action.value, phase=contact.phase.value, allowed=[*allowed])
