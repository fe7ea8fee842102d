"""``/agent`` and ``/agents``: presence and groups (contract section 5)."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from toolbar_py.service.openapi import refusals
from toolbar_py.service.routes.answers import answer
from toolbar_py.service.security.access import SignedIn
from toolbar_py.service.security.tokens import Identity
from toolbar_py.service.store.deskbase import DeskStore
from toolbar_py.service.telephony.switchboard import DeskSwitchboard
from toolbar_py.wire.actions import Accepted, AgentGroupsRequest, AgentList, AgentStateRequest


def agent_routes(switchboard: DeskSwitchboard, desks: DeskStore, signed_in: SignedIn) -> APIRouter:
    """Give the routes of the agents' states."""
    router = APIRouter(tags=["agents"])

    @router.post("/agent/state", response_model=Accepted, responses=refusals(401, 409))
    async def set_agent_state(request: AgentStateRequest, who: Annotated[Identity, Depends(signed_in)]) -> Response:
        """Log in, pause or log out; asking again for what holds already changes nothing."""
        await switchboard.set_presence(who.operator, request.presence, request.code)
        return answer(Accepted())

    @router.post("/agent/groups", response_model=Accepted, responses=refusals(401))
    async def set_agent_groups(request: AgentGroupsRequest, who: Annotated[Identity, Depends(signed_in)]) -> Response:
        """Set the groups the operator is logged into."""
        await switchboard.set_groups(who.operator, request.groups)
        return answer(Accepted())

    @router.get("/agents", response_model=AgentList, responses=refusals(401))
    async def agents(_who: Annotated[Identity, Depends(signed_in)]) -> Response:
        """Give every operator's state."""
        return answer(AgentList(agents=await desks.agents()))

    return router
