"""Makes the simulator of a service, from its settings."""

from toolbar_py.service.store.base import Clock, Store
from toolbar_py.service.telephony.simulator.driver import Driver, RealTime
from toolbar_py.service.telephony.simulator.setup import Setup
from toolbar_py.service.telephony.simulator.system import Simulator
from toolbar_py.wire.telephony import AgentEventName


def simulator(setup: Setup, store: Store, clock: Clock, driver: Driver | None = None) -> Simulator:
    """Give a simulator that calls the campaigns of a store.

    Args:
        clock: gives epoch ms.
        driver: makes time pass; None takes the clock.
    """

    async def agents() -> list[str]:
        summaries = await store.desks.agents()
        return [agent.id for agent in summaries if agent.state is not AgentEventName.LOGGED_OUT]

    return Simulator(setup, store.dialling, agents, driver or RealTime(clock))
