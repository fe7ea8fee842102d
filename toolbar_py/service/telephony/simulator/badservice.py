"""A service that fails on demand: put around an ASGI app, it answers late, wrongly or not at all, as a plan says.

For tests of whatever talks to the service. Death is left to the test: it is told when to let the service die.
"""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from toolbar_py.service.telephony.simulator.faults import REQUEST_FAULTS, Fault, FaultPlan, Verdict

_UNAVAILABLE = 503
_BODY = b'{"title":"Service Unavailable","status":503,"detail":"on demand","code":"SERVICE","retryable":true}'


class BrokenConnectionError(Exception):
    """The connection breaks, without an answer."""


class BadService:
    """An ASGI app around another.

    Args:
        plan: decides what happens to each request; asked by method and path.
        die: is called when the service is to die; what it does after that does not matter any more.
        spares: says of a path that nothing happens to it, e.g. of what a test looks at.
    """

    def __init__(
        self,
        app: ASGIApp,
        plan: FaultPlan,
        die: Callable[[], Awaitable[None]],
        spares: Callable[[str], bool] = lambda _path: False,
    ) -> None:
        self._app = app
        self._plan = plan
        self._die = die
        self._spares = spares

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or fail at it."""
        if scope["type"] != "http" or self._spares(scope["path"]):
            await self._app(scope, receive, send)
            return
        verdict = self._plan.decide(f"{scope['method']} {scope['path']}")
        if verdict.fault not in REQUEST_FAULTS:
            await self._app(scope, receive, send)
        elif verdict.fault is Fault.REFUSE:
            await _refuse(send)
        elif verdict.fault is Fault.DELAY:
            await asyncio.sleep(verdict.delay_ms / 1000)
            await self._app(scope, receive, send)
        else:
            await self._break(verdict, scope, receive)

    async def _break(self, verdict: Verdict, scope: Scope, receive: Receive) -> None:
        """Give no answer, with or without an effect."""
        if verdict.fault is Fault.DEAF or (verdict.fault is Fault.DIE and verdict.after):
            await self._app(scope, receive, _lost)
        if verdict.fault is Fault.DIE:
            await self._die()
        raise BrokenConnectionError(verdict.fault)


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(_BODY)).encode())]
    await send({"type": "http.response.start", "status": _UNAVAILABLE, "headers": headers})
    await send({"type": "http.response.body", "body": _BODY})


async def _lost(_message: Message) -> None:
    """Let a part of an answer get lost."""
