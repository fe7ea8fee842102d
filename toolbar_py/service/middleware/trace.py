"""Gives every request a trace and a line in the log, and every unexpected exception an answer."""

import logging
import re
import secrets
import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from toolbar_py.service.middleware.scope import header, operator_of, set_trace_id, trace_id
from toolbar_py.service.problems import problem_response
from toolbar_py.wire.errors import ServiceError

_TRACEPARENT = re.compile(r"^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$")

ACCESS = logging.getLogger("toolbar_py.access")
ERRORS = logging.getLogger("toolbar_py.errors")


class Trace:
    """Takes the caller's ``traceparent`` (W3C) or makes a trace, and answers it as ``traceresponse``.

    The log names method, path, status, duration and operator, and nothing that a person wrote: no query, no body.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        given = _TRACEPARENT.match(header(scope, b"traceparent"))
        trace = given[1] if given and not given[0].startswith("ff") else secrets.token_hex(16)
        response_line = f"00-{trace}-{secrets.token_hex(8)}-00"
        set_trace_id(scope, trace)
        status = 0

        async def send_traced(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["traceresponse"] = response_line
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        try:
            await self._app(scope, receive, send_traced)
        finally:
            if ACCESS.isEnabledFor(logging.INFO):
                fields = {
                    "trace": trace,
                    "method": scope["method"],
                    "path": scope["path"],
                    "status": status,
                    "ms": round((time.perf_counter() - started) * 1000, 1),
                    "operator": operator_of(scope),
                }
                ACCESS.info("request", extra={"fields": fields})


class Guard:
    """Turns an exception that nobody expected into a plain answer: what went wrong is in the log, not in it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def send_noticed(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noticed)
        except Exception as error:
            if begun:
                raise
            ERRORS.error("unexpected error", exc_info=error, extra={"fields": {"trace": trace_id(scope)}})
            await problem_response(scope, ServiceError(status=500))(scope, receive, send)
