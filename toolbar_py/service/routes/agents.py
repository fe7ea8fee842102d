"""``/agent`` and ``/agents``: presence and groups (contract section 5)."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from toolbar_py.service.openapi import refusals
from toolbar_py.service.routes.answers import answer
from toolbar_py.service.routes.once import OptionalKey, answer_once
from toolbar_py.service.security.access import SignedIn
from toolbar_py.service.security.tokens import Identity
from toolbar_py.service.store.deskbase import DeskStore
from toolbar_py.service.telephony.operations import Operations
from toolbar_py.service.telephony.switchboard import DeskSwitchboard
from toolbar_py.wire.actions import Accepted, AgentGroupsRequest, AgentList, AgentStateRequest


def agent_routes(
    switchboard: DeskSwitchboard, operations: Operations, desks: DeskStore, signed_in: SignedIn
) -> APIRouter:
    """Give the routes of the agents' states."""
    router = APIRouter(tags=["agents"])

    @router.post("/agent/state", response_model=Accepted, responses=refusals(401, 409))
    async def set_agent_state(
        request: AgentStateRequest,
        who: Annotated[Identity, Depends(signed_in)],
        idempotency_key: OptionalKey = None,
    ) -> Response:
        """Log in, pause or log out; asking again for what holds already changes nothing."""

        async def set_state(repeated: bool) -> str:
            await switchboard.set_presence(
                who.operator, request.presence, request.code, idempotency_key, repeated=repeated
            )
            return Accepted().to_json()

        content = ["state", request.model_dump_json()]
        return await answer_once(operations, who.operator, idempotency_key, content, set_state)

    @router.post("/agent/groups", response_model=Accepted, responses=refusals(401, 409))
    async def set_agent_groups(
        request: AgentGroupsRequest,
        who: Annotated[Identity, Depends(signed_in)],
        idempotency_key: OptionalKey = None,
    ) -> Response:
        """Set the groups the operator is logged into."""

        async def set_groups(_repeated: bool) -> str:
            await switchboard.set_groups(who.operator, request.groups)
            return Accepted().to_json()

        content = ["groups", request.model_dump_json()]
        return await answer_once(operations, who.operator, idempotency_key, content, set_groups)

    @router.get("/agents", response_model=AgentList, responses=refusals(401))
    async def agents(_who: Annotated[Identity, Depends(signed_in)]) -> Response:
        """Give every operator's state."""
        return answer(AgentList(agents=await desks.agents()))

    return router
