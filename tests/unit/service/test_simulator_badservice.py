"""A service that fails on demand, around an app of a few lines."""

from collections.abc import Awaitable, Callable

import httpx2
from starlette.types import Receive, Scope, Send

from tests.support.desk import NO_TLS
from toolbar_py.service.telephony.simulator.badservice import BadService, BrokenConnectionError
from toolbar_py.service.telephony.simulator.chance import Chance
from toolbar_py.service.telephony.simulator.faults import FaultPlan, FaultRates

OFTEN = 0.99


class Counting:
    """An app that counts what reaches it."""

    def __init__(self) -> None:
        self.effects = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.effects += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})


def around(
    app: Counting,
    rates: FaultRates,
    deaths: list[int] | None = None,
    spares: Callable[[str], bool] = lambda _path: False,
) -> httpx2.AsyncClient:
    async def die() -> None:
        (deaths if deaths is not None else []).append(app.effects)

    bad = BadService(app, FaultPlan(rates, Chance(4), "service"), die, spares)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=bad), base_url="http://service", verify=NO_TLS)


async def try_often(ask: Callable[[], Awaitable[httpx2.Response]], times: int = 60) -> list[int | None]:
    """Give the status of each answer; None where the connection broke."""
    found: list[int | None] = []
    for _ in range(times):
        try:
            found.append((await ask()).status_code)
        except BrokenConnectionError:
            found.append(None)
    return found


async def test_without_faults_everything_goes_through() -> None:
    app = Counting()
    async with around(app, FaultRates()) as client:
        assert await try_often(lambda: client.post("/save"), 5) == [200] * 5
    assert app.effects == 5


async def test_a_refusal_is_a_server_error_without_an_effect() -> None:
    app = Counting()
    async with around(app, FaultRates(refuse=0.5)) as client:
        found = await try_often(lambda: client.post("/save"))
    assert set(found) == {200, 503}
    assert app.effects == found.count(200)


async def test_a_lost_answer_leaves_the_effect() -> None:
    app = Counting()
    async with around(app, FaultRates(deaf=0.5)) as client:
        found = await try_often(lambda: client.post("/save"))
    assert set(found) == {200, None}
    assert app.effects == len(found)


async def test_a_dropped_request_has_no_effect() -> None:
    app = Counting()
    async with around(app, FaultRates(drop=0.5)) as client:
        found = await try_often(lambda: client.post("/save"))
    assert app.effects == found.count(200)
    assert None in found


async def test_it_dies_before_some_effects_and_after_others() -> None:
    app, deaths = Counting(), list[int]()
    async with around(app, FaultRates(die=OFTEN), deaths) as client:
        found = await try_often(lambda: client.post("/save"))
    assert len(deaths) == found.count(None)
    assert 0 < app.effects < len(found)


async def test_what_is_spared_is_spared() -> None:
    app = Counting()
    async with around(app, FaultRates(drop=OFTEN), spares=lambda path: path == "/healthz") as client:
        assert await try_often(lambda: client.get("/healthz"), 20) == [200] * 20


async def test_the_same_seed_fails_the_same_requests() -> None:
    runs: list[list[int | None]] = []
    for _ in range(2):
        async with around(Counting(), FaultRates(drop=0.3, refuse=0.3)) as client:
            runs.append(await try_often(lambda: client.post("/save")))
    assert runs[0] == runs[1]
