"""A real telephone system as :class:`toolbar_py.service.telephony.port.TelephoneSystem`.

What operators want goes to its gateway; what happens comes back by ``POST /cti/events``, past this adapter.
"""

from collections.abc import Callable
from typing import Literal

from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from toolbar_py.service.store.base import Clock
from toolbar_py.service.telephony.port import ActionCommand, Switchboard
from toolbar_py.service.telephony.webhook.gateway import Gateway
from toolbar_py.service.telephony.webhook.messages import ActionMessage, BegunAnswer, CallMessage, PresenceMessage
from toolbar_py.wire import calldata
from toolbar_py.wire.actions import CallRequest
from toolbar_py.wire.errors import ServiceError
from toolbar_py.wire.telephony import Presence


class WebhookTelephones:
    """The adapter to a gateway.

    Args:
        gateway: the way there; None when the telephone system only reports, and then nothing can be asked of it.
        clock: gives epoch ms.
        new_id: gives an id that nobody used.
    """

    def __init__(self, gateway: Gateway | None, clock: Clock, new_id: Callable[[], str]) -> None:
        self._gateway = gateway
        self._clock = clock
        self._new_id = new_id

    async def start(self, switchboard: Switchboard) -> None:
        """Need nothing: reports come in over HTTP."""

    async def stop(self) -> None:
        """Close the connections to the gateway."""
        if self._gateway is not None:
            await self._gateway.close()

    async def set_presence(self, agent: str, presence: Presence, code: str | None) -> None:
        """Tell the gateway; without one there is nobody to tell."""
        if self._gateway is None:
            return
        key = self._new_id()
        message = PresenceMessage(id=key, at=self._clock(), agent=agent, presence=presence, code=code)
        await self._gateway.post(key, message.to_json().encode())

    async def begin(self, agent: str, request: CallRequest) -> str:
        """Ask the gateway for a contact; gives its ContactID."""
        gateway = self._require_gateway()
        key = self._new_id()
        kind: Literal["call", "job"] = "job" if request.job else "call"
        message = CallMessage(
            id=key,
            at=self._clock(),
            agent=agent,
            kind=kind,
            destination=request.destination,
            resource_type=request.resource_type,
            service_id=request.service_id,
            call_profile_id=request.call_profile_id,
            call_data=calldata.parse(request.call_data, "callData"),
            content=request.content,
        )
        answer = await gateway.post(key, message.to_json().encode())
        try:
            return BegunAnswer.model_validate_json(answer).contact_id
        except ValidationError:
            raise ServiceError(reason="telephones_unusable", outcome_known=False) from None

    async def act(self, command: ActionCommand) -> None:
        """Ask the gateway to do something with a contact."""
        gateway = self._require_gateway()
        key = self._new_id()
        message = ActionMessage(
            id=key,
            at=self._clock(),
            agent=command.agent,
            contact_id=command.contact_id,
            action=command.action,
            parameters={to_camel(name): value for name, value in command.parameters.items()},
        )
        await gateway.post(key, message.to_json().encode())

    def _require_gateway(self) -> Gateway:
        if self._gateway is None:
            raise ServiceError(reason="telephones_deaf")
        return self._gateway
