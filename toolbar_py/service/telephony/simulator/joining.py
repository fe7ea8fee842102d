"""Makes the simulator of a service, from its settings."""

from toolbar_py.service.store.base import Clock, Store
from toolbar_py.service.telephony.simulator.driver import Driver, RealTime
from toolbar_py.service.telephony.simulator.setup import Setup
from toolbar_py.service.telephony.simulator.system import Simulator


def simulator(setup: Setup, store: Store, clock: Clock, driver: Driver | None = None) -> Simulator:
    """Give a simulator that calls the campaigns of a store.

    Args:
        clock: gives epoch ms.
        driver: makes time pass; None takes the clock.
    """
    return Simulator(setup, store.dialling, store.desks.working, driver or RealTime(clock))
