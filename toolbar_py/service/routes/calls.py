"""``/calls``: what operators do with contacts at their desks (contract section 5)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.responses import Response

from toolbar_py.service.openapi import refusals
from toolbar_py.service.routes.once import Key, OptionalKey, answer_once
from toolbar_py.service.security.access import SignedIn
from toolbar_py.service.security.tokens import Identity
from toolbar_py.service.telephony.operations import Operations
from toolbar_py.service.telephony.port import ActionCommand
from toolbar_py.service.telephony.switchboard import DeskSwitchboard
from toolbar_py.wire.actions import (
    Accepted,
    CallDataRequest,
    CallRequest,
    DtmfRequest,
    RecordingRequest,
    TransferRequest,
)
from toolbar_py.wire.base import ContactId, RequestModel
from toolbar_py.wire.phases import Action

_REFUSALS = refusals(401, 404, 409)

_PLAIN = {
    Action.ANSWER: "Answer a contact",
    Action.HOLD: "Put a contact on hold",
    Action.RETRIEVE: "Take a contact back from hold",
    Action.HANGUP: "Clear the connection",
    Action.OFFLINE_END: "End the after-call work, or arm that while the contact is online",
}
"""The actions that need nothing but the contact."""

_ContactId = Annotated[ContactId, Path()]


def call_routes(switchboard: DeskSwitchboard, operations: Operations, signed_in: SignedIn) -> APIRouter:
    """Give the routes of the calls."""
    router = APIRouter(prefix="/calls", tags=["calls"])
    desk = _Desk(switchboard, operations)

    @router.post("", response_model=Accepted, responses=_REFUSALS)
    async def begin_call(
        request: CallRequest, who: Annotated[Identity, Depends(signed_in)], idempotency_key: Key
    ) -> Response:
        """Begin a contact with a customer. The same key and content begin one."""
        return await desk.begin(who.operator, request, idempotency_key)

    for action in _PLAIN:
        _add_plain(router, desk, signed_in, action)

    @router.post(_path(Action.SET_CALL_DATA), response_model=Accepted, responses=_REFUSALS)
    async def set_call_data(
        contact_id: _ContactId,
        request: CallDataRequest,
        who: Annotated[Identity, Depends(signed_in)],
        idempotency_key: OptionalKey = None,
    ) -> Response:
        """Merge entries into a contact's CallData."""
        return await desk.act(who.operator, contact_id, Action.SET_CALL_DATA, request, idempotency_key)

    @router.post(_path(Action.PLAY_DTMF), response_model=Accepted, responses=_REFUSALS)
    async def play_dtmf(
        contact_id: _ContactId,
        request: DtmfRequest,
        who: Annotated[Identity, Depends(signed_in)],
        idempotency_key: OptionalKey = None,
    ) -> Response:
        """Play tones to the customer."""
        return await desk.act(who.operator, contact_id, Action.PLAY_DTMF, request, idempotency_key)

    @router.post(_path(Action.START_RECORDING), response_model=Accepted, responses=_REFUSALS)
    async def start_recording(
        contact_id: _ContactId,
        request: RecordingRequest,
        who: Annotated[Identity, Depends(signed_in)],
        idempotency_key: OptionalKey = None,
    ) -> Response:
        """Begin to record."""
        return await desk.act(who.operator, contact_id, Action.START_RECORDING, request, idempotency_key)

    @router.post(_path(Action.STOP_RECORDING), response_model=Accepted, responses=_REFUSALS)
    async def stop_recording(
        contact_id: _ContactId,
        request: RecordingRequest,
        who: Annotated[Identity, Depends(signed_in)],
        idempotency_key: OptionalKey = None,
    ) -> Response:
        """Record no more."""
        return await desk.act(who.operator, contact_id, Action.STOP_RECORDING, request, idempotency_key)

    @router.post(_path(Action.TRANSFER), response_model=Accepted, responses=_REFUSALS)
    async def transfer_call(
        contact_id: _ContactId,
        request: TransferRequest,
        who: Annotated[Identity, Depends(signed_in)],
        idempotency_key: OptionalKey = None,
    ) -> Response:
        """Give the contact to somebody else."""
        return await desk.act(who.operator, contact_id, Action.TRANSFER, request, idempotency_key)

    return router


def _path(action: Action) -> str:
    # A path converter, because a ContactID may hold a slash, which arrives decoded.
    return f"/{{contact_id:path}}/{action.value}"


def _add_plain(router: APIRouter, desk: "_Desk", signed_in: SignedIn, action: Action) -> None:
    async def act(
        contact_id: _ContactId,
        who: Annotated[Identity, Depends(signed_in)],
        idempotency_key: OptionalKey = None,
    ) -> Response:
        return await desk.act(who.operator, contact_id, action, None, idempotency_key)

    router.add_api_route(
        _path(action),
        act,
        methods=["POST"],
        name=f"{action.name.lower()}_call",
        summary=_PLAIN[action],
        response_model=Accepted,
        responses=_REFUSALS,
    )


class _Desk:
    """Passes requests on to the switchboard, each with a key once."""

    def __init__(self, switchboard: DeskSwitchboard, operations: Operations) -> None:
        self._switchboard = switchboard
        self._operations = operations

    async def begin(self, operator: str, request: CallRequest, key: str) -> Response:
        async def begin(repeated: bool) -> str:
            contact_id = await self._switchboard.begin(operator, request, key, repeated=repeated)
            return Accepted(contact_id=contact_id).to_json()

        return await answer_once(self._operations, operator, key, ["call", request.model_dump_json()], begin)

    async def act(
        self, operator: str, contact_id: str, action: Action, request: RequestModel | None, key: str | None
    ) -> Response:
        parameters = {} if request is None else request.model_dump(by_alias=False)

        async def act(repeated: bool) -> str:
            await self._switchboard.act(ActionCommand(operator, contact_id, action, parameters, key, repeated))
            return Accepted(contact_id=contact_id).to_json()

        content = [action.value, contact_id, *map(repr, parameters.items())]
        return await answer_once(self._operations, operator, key, content, act)
