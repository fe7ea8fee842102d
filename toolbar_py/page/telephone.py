"""easyCIM over HTTP (contract section 5), its agents and calls; ``gateway`` has the rest of it."""

from toolbar_py.page.exchange import READ_WAITS, Exchange, quoted, read
from toolbar_py.wire.actions import Accepted, AgentGroupsRequest, AgentList, AgentStateRequest, CallRequest
from toolbar_py.wire.base import WireModel
from toolbar_py.wire.errors import UnknownContactError
from toolbar_py.wire.phases import Action
from toolbar_py.wire.profile import Profile


class Telephone:
    """Asks easyCIM's telephone side. Each write carries its call's trace id as Idempotency-Key: it has one effect."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def set_state(self, request: AgentStateRequest, trace: str) -> Accepted:
        """``POST /agent/state``"""
        return await self._exchange.write(Accepted, "/agent/state", request, trace)

    async def set_groups(self, request: AgentGroupsRequest, trace: str) -> Accepted:
        """``POST /agent/groups``"""
        return await self._exchange.write(Accepted, "/agent/groups", request, trace)

    async def agents(self, trace: str) -> AgentList:
        """``GET /agents``; times are the service's."""
        return read(AgentList, await self._exchange.send("GET", "/agents", "", trace, READ_WAITS))

    async def profile(self, trace: str) -> Profile:
        """``GET /profile``"""
        return read(Profile, await self._exchange.send("GET", "/profile", "", trace, READ_WAITS))

    async def begin(self, request: CallRequest, trace: str) -> Accepted:
        """``POST /calls``: begin a contact; the answer names it."""
        return await self._exchange.write(Accepted, "/calls", request, trace)

    async def act(self, contact_id: str, action: Action, request: WireModel | None, trace: str) -> Accepted:
        """``POST /calls/{id}/{action}``"""
        if contact_id in (".", ".."):
            # A URL cannot carry them: they mean folders, however they are written.
            raise UnknownContactError(reason="not_at_desk", contactId=contact_id)
        return await self._exchange.write(Accepted, f"/calls/{quoted(contact_id)}/{action}", request, trace)
