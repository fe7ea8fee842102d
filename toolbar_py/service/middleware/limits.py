"""Bounds what a request may send."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from toolbar_py.service.middleware.scope import header
from toolbar_py.service.problems import BodyTooLargeError, problem_response
from toolbar_py.wire.errors import TooLargeError


class BodyLimit:
    """Refuses a body that says it is too long before reading any of it, and one that does not say as soon as it is.

    Args:
        limit: the largest body, in bytes.
        of_path: the paths that have a limit of their own.
    """

    def __init__(self, app: ASGIApp, limit: int, of_path: Mapping[str, int]) -> None:
        self._app = app
        self._limit = limit
        self._of_path = dict(of_path)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._of_path.get(scope["path"], self._limit)
        declared = header(scope, b"content-length")
        if declared.isascii() and declared.isdigit() and int(declared[:20]) > limit:
            error = TooLargeError(argument="body", max=limit, unit="bytes")
            await problem_response(scope, error)(scope, receive, send)
            return
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > limit:
                    raise BodyTooLargeError(limit)
            return message

        await self._app(scope, receive_counted, send)
