"""The namespace ``TOOLBAR.AGENT`` (contract section 4): the agent's state and groups."""

import json
from collections.abc import Callable

from toolbar_py.page.attendance import Attendance
from toolbar_py.page.calls import Call, Handler
from toolbar_py.page.desk import Desk
from toolbar_py.page.host.base import Host
from toolbar_py.page.telephone import Telephone
from toolbar_py.wire.actions import AgentGroupsRequest, AgentStateRequest
from toolbar_py.wire.errors import ToolbarError
from toolbar_py.wire.methods import AGENT
from toolbar_py.wire.profile import Group
from toolbar_py.wire.telephony import AgentEventName, AgentStatus, AgentSummary, Presence
from toolbar_py.wire.telephony_arguments import AgentIdArguments, PauseSubStateArguments, SetAgentGroupsArguments


class Agent:
    """The methods. Each takes a call, and gives its answer as JSON text or raises a ``ToolbarError``."""

    def __init__(self, host: Host, telephone: Telephone, attendance: Attendance) -> None:
        self._host = host
        self._telephone = telephone
        self._attendance = attendance

    def handlers(self) -> dict[str, Handler]:
        """The methods by the path under which pages call them."""
        return {
            f"{AGENT}.Login": self.login,
            f"{AGENT}.Pause": self.pause,
            f"{AGENT}.PauseSubState": self.pause_sub_state,
            f"{AGENT}.Logout": self.logout,
            f"{AGENT}.getAgentState": self.get_agent_state,
            f"{AGENT}.getAgentID": self.get_agent_id,
            f"{AGENT}.getAgentStateByID": self.get_agent_state_by_id,
            f"{AGENT}.getAllAgentState": self.get_all_agent_state,
            f"{AGENT}.getAgentGroups": self.get_agent_groups,
            f"{AGENT}.getAgentLoggedInGroups": self.get_agent_logged_in_groups,
            f"{AGENT}.setAgentGroups": self.set_agent_groups,
        }

    async def login(self, call: Call) -> str:
        """Become available."""
        return await self._become(call, AgentStateRequest(presence=Presence.LOGGED_IN))

    async def pause(self, call: Call) -> str:
        """Pause, without a reason."""
        return await self._become(call, AgentStateRequest(presence=Presence.PAUSED))

    async def pause_sub_state(self, call: Call) -> str:
        """Pause with a reason; easyCIM knows which there are."""
        given = PauseSubStateArguments.parse(call.values)
        return await self._become(call, AgentStateRequest(presence=Presence.PAUSED, code=given.code))

    async def logout(self, call: Call) -> str:
        """Leave."""
        return await self._become(call, AgentStateRequest(presence=Presence.LOGGED_OUT))

    async def get_agent_state(self, call: Call) -> str:
        """Give the state as a text: the presence, with the reason of a pause that has one."""
        status = await self._status()
        reason = f"SUBSTATE:{status.code}" if status.presence is Presence.PAUSED and status.code else ""
        return json.dumps(status.presence + reason)

    async def get_agent_id(self, call: Call) -> str:
        """Give the agent's id."""
        return json.dumps((await self._status()).agent)

    async def get_agent_state_by_id(self, call: Call) -> str:
        """Give an agent's state; one who is not known is logged out, because pages read the answer's members."""
        given = AgentIdArguments.parse(call.values)
        desk = await self._attendance.desk()
        own = desk.summary()
        if own is not None and own.id == given.id:
            return own.to_json()
        agents = await self._all(desk, call)
        unknown = AgentSummary(id=given.id, state=AgentEventName.LOGGED_OUT, first_login_time=0)
        return next((agent for agent in agents if agent.id == given.id), unknown).to_json()

    async def get_all_agent_state(self, call: Call) -> str:
        """Give every agent's state."""
        agents = await self._all(await self._attendance.desk(), call)
        return _list([agent.to_json() for agent in agents])

    async def get_agent_groups(self, call: Call) -> str:
        """Give the groups that the agent may use."""
        profile = await self._telephone.profile(call.correlation_id)
        return _list([group.to_json() for group in profile.groups])

    async def get_agent_logged_in_groups(self, call: Call) -> str:
        """Give the groups that the agent is logged into."""
        return await self._groups((await self._status()).groups, call)

    async def set_agent_groups(self, call: Call) -> str:
        """Set the groups that the agent is logged into, and give them."""
        given = SetAgentGroupsArguments.parse(call.values)
        asked = list(dict.fromkeys(given.groups))
        before = self._heard()
        await self._telephone.set_groups(AgentGroupsRequest(groups=asked), call.correlation_id)
        self._presume(before, lambda status, _: status.model_copy(update={"groups": asked}))
        try:
            return await self._groups(asked, call)
        except ToolbarError:
            # They are set: that their descriptions cannot be had must not make the page believe otherwise.
            return _list([Group(id=each, description=each).to_json() for each in asked])

    async def _become(self, call: Call, request: AgentStateRequest) -> str:
        # Before that the page would be told neither of the agent's event nor of the contacts that a login brings.
        await self._attendance.listening()
        before = self._heard()
        accepted = await self._telephone.set_state(request, call.correlation_id)
        # A page that asks for its state right away must not be told the former one: the event is still on its way.
        self._presume(before, lambda status, now: _presumed(status, request, now))
        # It may have been the login of another operator at this desk; and easyCIM can be reached, as it has answered.
        self._attendance.recheck(hurry=True)
        return accepted.to_json()

    def _heard(self) -> tuple[Desk | None, int]:
        """Give the desk, if anything is known of it, and how often its stream has told of the agent."""
        desk = self._attendance.desk_now()
        return desk, desk.news if desk is not None else 0

    def _presume(self, before: tuple[Desk | None, int], change: Callable[[AgentStatus, int], AgentStatus]) -> None:
        """Let the desk have what easyCIM has accepted, unless it was told more since.

        Args:
            before: what was known when easyCIM was asked.
            change: gives the status that follows from one, at a time on the service's clock, in epoch ms.
        """
        desk = self._attendance.desk_now()
        asked, news = before
        if desk is not None and desk.agent is not None and asked in (None, desk):
            desk.presume(change(desk.agent, self._host.now_ms() + desk.skew_ms), news)

    async def _status(self) -> AgentStatus:
        status = (await self._attendance.desk()).agent
        assert status is not None, "a known desk has an agent"  # noqa: S101 -- what known means
        return status

    async def _all(self, desk: Desk, call: Call) -> list[AgentSummary]:
        answer = await self._telephone.agents(call.correlation_id)
        return [desk.on_browser_clock(agent) for agent in answer.agents]

    async def _groups(self, ids: list[str], call: Call) -> str:
        profile = await self._telephone.profile(call.correlation_id)
        known = {group.id: group for group in profile.groups}
        return _list([(known.get(each) or Group(id=each, description=each)).to_json() for each in ids])


def _presumed(status: AgentStatus, request: AgentStateRequest, now: int) -> AgentStatus:
    """Give a status as it will be when a request that was accepted has taken effect.

    Args:
        now: the service's clock, in epoch ms.
    """
    if (status.presence, status.code) == (request.presence, request.code):
        return status
    since_login = status.logged_in_at or now
    return status.model_copy(
        update={
            "presence": request.presence,
            "code": request.code,
            "since": now,
            "logged_in_at": 0 if request.presence is Presence.LOGGED_OUT else since_login,
        }
    )


def _list(texts: list[str]) -> str:
    return f"[{','.join(texts)}]"
