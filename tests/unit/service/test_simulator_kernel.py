"""Time goes on in the simulator whatever fails in it."""

import asyncio

from toolbar_py.service.telephony.simulator.driver import RealTime
from toolbar_py.service.telephony.simulator.kernel import Kernel


def test_one_contacts_trouble_keeps_nothing_else_from_happening() -> None:
    kernel = Kernel(1_000)
    happened: list[int] = []
    kernel.after(1, fail)
    kernel.after(2, lambda: happened.append(kernel.now))
    kernel.run_until(1_010)
    assert happened == [1_002]
    assert kernel.now == 1_010


async def test_a_clock_that_fails_once_does_not_stop_the_simulator() -> None:
    readings = [ValueError("the clock is gone")]
    told: list[BaseException] = []

    def clock() -> int:
        if armed.is_set() and readings:
            raise readings.pop()
        return 1_000_000

    armed, happened = asyncio.Event(), asyncio.Event()
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context["exception"]))
    kernel, driver = Kernel(1_000_000), RealTime(clock)
    driver.attach(kernel)
    kernel.after(0, happened.set)
    driver.look_ahead()
    armed.set()
    await asyncio.wait_for(happened.wait(), 5)
    await driver.stop()
    assert [str(error) for error in told] == ["the clock is gone"]


def fail() -> None:
    raise ValueError("no contact can go like this")
