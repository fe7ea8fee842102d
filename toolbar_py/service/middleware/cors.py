"""Cross-origin rules: which pages may read what the service answers."""

from collections.abc import Collection

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from toolbar_py.service.middleware.scope import header
from toolbar_py.service.problems import problem_response
from toolbar_py.wire.errors import ForbiddenError

_METHODS = "GET, POST"
_REQUEST_HEADERS = "authorization, content-type, idempotency-key, traceparent, accept-language, last-event-id"
_ANSWER_HEADERS = "traceresponse, idempotent-replayed, retry-after, www-authenticate"
_MAX_AGE_S = 7200
"""How long browsers keep the answer of a preflight; Chromium allows no more."""

_ORIGIN_MAX = 200


class Cors:
    """Answers preflights and names the allowed origin.

    No origin is ever repeated that is not on the list, and no credentials are allowed: tokens come in a header.

    Args:
        origins: the exact origins whose pages may call the API.
        public: beginnings of the paths that every page may read.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str], public: tuple[str, ...]) -> None:
        self._app = app
        self._origins = frozenset(origins)
        self._public = public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        public = scope["path"].startswith(self._public)
        origin = header(scope, b"origin")
        allowed = "*" if public else origin if origin in self._origins else None
        if scope["method"] == "OPTIONS" and origin and header(scope, b"access-control-request-method"):
            await _preflight(scope, origin, allowed)(scope, receive, send)
            return

        async def send_allowed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if not public:
                    headers.add_vary_header("Origin")
                if allowed is not None:
                    headers["Access-Control-Allow-Origin"] = allowed
                    headers["Access-Control-Expose-Headers"] = _ANSWER_HEADERS
            await send(message)

        await self._app(scope, receive, send_allowed)


def _preflight(scope: Scope, origin: str, allowed: str | None) -> Response:
    if allowed is None:
        reason = f"pages of {origin[:_ORIGIN_MAX]} are not among the service's allowed origins"
        return problem_response(scope, ForbiddenError(reason=reason), headers={"Vary": "Origin"})
    headers = {
        "Access-Control-Allow-Origin": allowed,
        "Access-Control-Allow-Methods": _METHODS,
        "Access-Control-Allow-Headers": _REQUEST_HEADERS,
        "Access-Control-Max-Age": str(_MAX_AGE_S),
        "Vary": "Origin",
    }
    return Response(status_code=204, headers=headers)
