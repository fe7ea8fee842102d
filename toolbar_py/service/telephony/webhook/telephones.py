"""A real telephone system as :class:`toolbar_py.service.telephony.port.TelephoneSystem`.

What operators want goes to its gateway. What happens comes back by ``POST /cti/events`` and through :meth:`report`.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence

from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from toolbar_py.service.domain.deskwork import BegunWith
from toolbar_py.service.store.base import Clock, StoreError
from toolbar_py.service.telephony.port import ActionCommand, Switchboard
from toolbar_py.service.telephony.webhook.following import Following
from toolbar_py.service.telephony.webhook.gateway import Chance, Gateway
from toolbar_py.service.telephony.webhook.messages import (
    ActionMessage,
    BegunAnswer,
    CallDataMessage,
    CallMessage,
    EndedMessage,
    PresenceMessage,
)
from toolbar_py.wire import calldata
from toolbar_py.wire.actions import CallRequest, CtiReceipt, CtiReport
from toolbar_py.wire.base import WireModel
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.errors import ConflictError, ServiceError
from toolbar_py.wire.telephony import Presence


class WebhookTelephones:
    """The adapter to a gateway.

    Args:
        gateway: the way there; None when the telephone system only reports, and then nothing can be asked of it.
        clock: gives epoch ms.
        new_id: gives an id that nobody used.
        agents: gives the ids of all operators.
        chance: for the pauses between tries.
    """

    def __init__(
        self,
        gateway: Gateway | None,
        clock: Clock,
        new_id: Callable[[], str],
        agents: Callable[[], Awaitable[Sequence[str]]],
        chance: Chance,
    ) -> None:
        self._gateway = gateway
        self._clock = clock
        self._new_id = new_id
        self._following = None if gateway is None else Following(self, agents, chance)
        self._switchboard: Switchboard | None = None

    async def start(self, switchboard: Switchboard) -> None:
        """Take reports to a switchboard, and tell the gateway what changes at its desks."""
        self._switchboard = switchboard
        if self._following is not None:
            await self._following.start(switchboard)

    async def stop(self) -> None:
        """Close the connections to the gateway."""
        if self._following is not None:
            await self._following.stop()
        if self._gateway is not None:
            await self._gateway.close()

    async def report(self, report: CtiReport) -> CtiReceipt:
        """Take one event of the telephone system to the switchboard.

        Raises:
            ToolbarError: as :meth:`toolbar_py.service.telephony.port.Switchboard.report`.
        """
        if self._switchboard is None:
            raise ServiceError(reason="no_telephones")
        if self._following is None:
            return await self._switchboard.report(report)
        # Before it is taken: who is told of the change must know by then where it came from.
        self._following.reporting(report)
        try:
            receipt = await self._switchboard.report(report)
            if receipt.taken:
                self._following.taken(report)
        finally:
            self._following.over(report)
        return receipt

    async def set_presence(self, agent: str, presence: Presence, code: str | None, key: str | None = None) -> None:
        """Tell the gateway; without one there is nobody to tell."""
        if self._gateway is None:
            return
        key = self._new_id() if key is None else _of_agent(agent, key)
        message = PresenceMessage(id=key, at=self._clock(), agent=agent, presence=presence, code=code)
        await self._post(key, message)

    async def begin(self, agent: str, request: CallRequest, key: str, *, repeated: bool = False) -> str:
        """Ask the gateway for a contact; gives its ContactID. It knows a repetition by its key."""
        key = _of_agent(agent, key)
        message = CallMessage(
            id=key,
            at=self._clock(),
            agent=agent,
            kind="job" if request.job else "call",
            destination=request.destination,
            resource_type=request.resource_type,
            service_id=request.service_id,
            call_profile_id=request.call_profile_id,
            call_data=calldata.parse(request.call_data, "callData"),
            content=request.content or None,
        )
        answer = await self._post(key, message)
        try:
            contact_id = BegunAnswer.model_validate_json(answer).contact_id
        except ValidationError:
            raise ServiceError(reason="telephones_unusable", outcome_known=False) from None
        await self._remember(agent, contact_id, BegunWith(call_data=message.call_data, number=request.destination))
        return contact_id

    async def act(self, command: ActionCommand) -> None:
        """Ask the gateway to do something with a contact."""
        key = self._new_id() if command.key is None else _of_agent(command.agent, command.key)
        message = ActionMessage(
            id=key,
            at=self._clock(),
            agent=command.agent,
            contact_id=command.contact_id,
            action=command.action,
            parameters={to_camel(name): value for name, value in command.parameters.items()},
        )
        await self._post(key, message)

    async def tell_call_data(self, agent: str, contact_id: str, entries: Sequence[NameValue]) -> None:
        """Tell the gateway the entries of a contact's CallData that are new or have another value."""
        key = self._new_id()
        message = CallDataMessage(id=key, at=self._clock(), agent=agent, contact_id=contact_id, call_data=list(entries))
        await self._post(key, message)

    async def tell_ended(self, agent: str, contact_id: str) -> None:
        """Tell the gateway that a contact's after-call work is over."""
        key = self._new_id()
        await self._post(key, EndedMessage(id=key, at=self._clock(), agent=agent, contact_id=contact_id))

    async def _remember(self, agent: str, contact_id: str, begun_with: BegunWith) -> None:
        """Have the contact get what it was begun with, whether its reports repeat that or not."""
        if self._switchboard is None:
            return
        if self._following is not None:
            self._following.begun(agent, contact_id, begun_with.call_data)
        try:
            await self._switchboard.begun(agent, contact_id, begun_with)
        except StoreError:
            # The gateway has begun it all the same: who asks again under the same key gets the same contact.
            raise ServiceError(status=503, outcome_known=False) from None

    async def _post(self, key: str, message: WireModel) -> bytes:
        if self._gateway is None:
            # Not a failure in passing: nothing was asked of anybody, and the next time it will not be either.
            raise ConflictError(reason="telephones_deaf")
        return await self._gateway.post(key, message.to_json().encode())


def _of_agent(agent: str, key: str) -> str:
    """Give the gateway's key of an operator's request: one operator's keys say nothing of another's."""
    return hashlib.sha256(f"{agent}\0{key}".encode()).hexdigest()[:32]
