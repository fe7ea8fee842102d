"""The switchboard: between the operators' desks and whatever telephone system is connected (contract section 4)."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence

from toolbar_py.service.domain.deskwork import BegunWith
from toolbar_py.service.domain.presence import presence_refusal
from toolbar_py.service.events.messages import snapshot
from toolbar_py.service.events.stream import Sources
from toolbar_py.service.store.deskbase import RefusedReport
from toolbar_py.service.telephony.port import ActionCommand, TelephoneSystem
from toolbar_py.wire.actions import CallRequest, CtiReceipt, CtiReport
from toolbar_py.wire.calldata import ECID, parse, value_of
from toolbar_py.wire.errors import ConflictError
from toolbar_py.wire.phases import Action, is_online, may_call
from toolbar_py.wire.telephony import DeskSnapshot, Presence


class DeskSwitchboard:
    """:class:`toolbar_py.service.telephony.port.Switchboard`, and what operators ask of it.

    Args:
        sources: the desks and who is told of changes.
        system: the telephone system that carries out what is allowed.
    """

    def __init__(self, sources: Sources, system: TelephoneSystem) -> None:
        self._sources = sources
        self._desks = sources.desks
        self._system = system
        # What an operator asks is done one after the other: the telephone system and the desk are told as one.
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def report(self, report: CtiReport) -> CtiReceipt:
        """Take one event of the telephone system."""
        taken = await self._desks.report(report)
        if isinstance(taken, RefusedReport):
            raise taken.error
        return taken

    async def begun(self, agent: str, contact_id: str, begun_with: BegunWith) -> None:
        """Have a contact that an operator has begun get what it was begun with."""
        await self._desks.begun(agent, contact_id, begun_with)

    async def desk(self, agent: str) -> DeskSnapshot:
        """Give an operator's desk as it stands."""
        record = await self._desks.desk(agent)
        return snapshot(record, self._sources.clock(), self._sources.heartbeat_ms)

    def watch(self, changed: Callable[[str], Awaitable[None]]) -> None:
        """Have a function told the operator's id after each change at a desk."""
        self._sources.hub.watch(changed)

    async def set_presence(
        self, agent: str, presence: Presence, code: str | None, key: str | None = None, *, repeated: bool = False
    ) -> None:
        """Log an operator in or out, or pause; what holds already changes nothing.

        Args:
            key: of the operator's request.
            repeated: whether the telephone system may have been asked with the key before.

        Raises:
            InvalidArgumentError: the code is not one of the profile's, or given with what is no pause.
            ConflictError: a pause without being logged in.
            ToolbarError: the telephone system refuses it.
        """
        refusal = presence_refusal(presence, code)
        if refusal is not None:
            raise refusal
        async with self._turns[agent]:
            status = (await self._desks.desk(agent)).status
            if (status.presence, status.code) == (presence, code):
                if presence is Presence.LOGGED_OUT:
                    # Scripts can be opened without a login; leaving ends their reservations all the same.
                    await self._desks.set_presence(agent, presence, code)
                return
            if presence is Presence.PAUSED and status.presence is Presence.LOGGED_OUT:
                raise ConflictError(reason="logged_out", outcome_known=not repeated)
            await self._system.set_presence(agent, presence, code, key)
            await self._desks.set_presence(agent, presence, code)

    async def set_groups(self, agent: str, groups: Sequence[str]) -> None:
        """Set the groups an operator is logged into.

        Raises:
            InvalidArgumentError: the operator may not use one of them.
        """
        await self._desks.set_groups(agent, groups)

    async def begin(self, agent: str, request: CallRequest, key: str, *, repeated: bool = False) -> str:
        """Begin a contact with a customer; gives its ContactID.

        Args:
            key: of the operator's request.
            repeated: whether the key may have begun one already: that one must not stand in its own way.

        Raises:
            InvalidArgumentError, TooLargeError: the CallData is malformed.
            UnknownEcidError: it names an ECID that does not exist.
            ConflictError: the operator is logged out, or has a contact online.
            ToolbarError: the telephone system refuses it.
        """
        ecid = value_of(parse(request.call_data, "callData"), ECID).strip()
        if ecid:
            await self._desks.require_ecid(ecid)
        async with self._turns[agent]:
            if not repeated:
                await self._require_free(agent)
            return await self._system.begin(agent, request, key, repeated=repeated)

    async def act(self, command: ActionCommand) -> None:
        """Do something with a contact at the operator's desk.

        Raises:
            UnknownContactError: it is not at this desk.
            ConflictError: not now; ``details`` say what is allowed.
            InvalidArgumentError, TooLargeError: the CallData is malformed.
            ToolbarError: the telephone system refuses it.
        """
        agent, contact_id, call_data = command.agent, command.contact_id, command.parameters.get("call_data", "")
        # CallData and after-call work are easyCIM's own: the telephone system learns of them by watching the desk.
        if command.action is Action.SET_CALL_DATA:
            await self._desks.set_call_data(agent, contact_id, call_data)
            return
        if command.action is Action.OFFLINE_END:
            await self._desks.end_offline(agent, contact_id)
            return
        parse(call_data, "callData")
        async with self._turns[agent]:
            # A repetition may find what it has done itself: the contact held already, or hung up and gone.
            if not command.repeated:
                await self._desks.require(agent, contact_id, command.action)
            await self._system.act(command)

    async def _require_free(self, agent: str) -> None:
        """Make sure that an operator may begin a contact."""
        desk = await self._desks.desk(agent)
        if not may_call(desk.status.presence, [contact.phase for contact in desk.contacts]):
            if desk.status.presence is Presence.LOGGED_OUT:
                raise ConflictError(reason="logged_out", action="call")
            online = next(contact for contact in desk.contacts if is_online(contact.phase))
            raise ConflictError(
                reason="contact_online", action="call", contactId=online.event.id, phase=online.phase.value
            )
