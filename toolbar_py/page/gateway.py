"""easyCIM over HTTP (contract section 5): the one class a site replaces when its easyCIM speaks another dialect."""

import json
from typing import TypeVar
from urllib.parse import quote

from pydantic import ValidationError

from toolbar_py.page.host.base import Ask, AskKind, Host, Reply
from toolbar_py.wire.base import WireModel
from toolbar_py.wire.contacts import ContactInfo
from toolbar_py.wire.errors import (
    ForbiddenError,
    NetworkError,
    Problem,
    RateLimitedError,
    ServiceError,
    TooLargeError,
    ToolbarError,
    UnauthenticatedError,
    UnknownEcidError,
)
from toolbar_py.wire.scripts import OpenedScript, OpenInboundRequest, OpenRequest, SavedScript, SaveRequest

_Answer = TypeVar("_Answer", bound=WireModel)

# Waits before the second, third ... try, in ms; each is drawn between half and the whole of it, so that the desks of
# a room whose service comes back do not all knock in the same instant.
_READ_WAITS = (200,)
_WRITE_WAITS = (200, 800)

_ERRORS_BY_STATUS: dict[int, type[ToolbarError]] = {
    401: UnauthenticatedError,
    403: ForbiddenError,
    413: TooLargeError,
    429: RateLimitedError,
}
_SERVER_ERROR = 500
_OK = "2"

# What ``quote`` would write for each ASCII character: most ECIDs are nothing else.
_QUOTED = str.maketrans({chr(code): quote(chr(code), safe="") for code in range(128)})


class Gateway:
    """Asks easyCIM, and gives its answers as models and its refusals as :class:`ToolbarError`.

    Every request may be sent again: reads by nature, opening because the service keeps an own reservation, saving
    because of its ``Idempotency-Key``. So a request lost on the way is repeated before anybody is told.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    async def open_script(self, request: OpenRequest, trace: str) -> OpenedScript:
        """``POST /scripts/open``"""
        text = await self._exchange("POST", "/scripts/open", request.to_json(), trace, _READ_WAITS)
        return _read(OpenedScript, text)

    async def open_inbound(self, request: OpenInboundRequest, trace: str) -> OpenedScript:
        """``POST /scripts/open-inbound``"""
        text = await self._exchange("POST", "/scripts/open-inbound", request.to_json(), trace, _READ_WAITS)
        return _read(OpenedScript, text)

    async def contact(self, ecid: str, trace: str) -> str:
        """``GET /contacts/{ecid}``

        Returns:
            the ContactInfo as the JSON text that came, after it was found valid: writing the model out again would
            only give the same text.
        """
        if ecid in (".", ".."):
            # A URL cannot carry them: they mean folders, however they are written.
            raise UnknownEcidError(ecid=ecid)
        path = f"/contacts/{_quoted(ecid)}"
        text = await self._exchange("GET", path, "", trace, _READ_WAITS)
        _read(ContactInfo, text)
        return text

    async def save(self, request: SaveRequest, key: str, trace: str) -> SavedScript:
        """``POST /scripts/save``

        Args:
            key: the ``Idempotency-Key``: the same for every repetition of this save, and for no other.

        Raises:
            ToolbarError: with ``outcome_known=False`` when the request went out and no answer came back.
        """
        text = await self._exchange("POST", "/scripts/save", request.to_json(), trace, _WRITE_WAITS, key=key)
        try:
            return _read(SavedScript, text)
        except ServiceError as error:
            error.outcome_known = False
            raise

    async def _exchange(
        self, method: str, path: str, body: str, trace: str, waits: tuple[int, ...], *, key: str | None = None
    ) -> str:
        head = f"{method} {path} {trace} {key or ''}"
        uncertain = False
        for wait in (*waits, None):
            try:
                reply = await Ask(AskKind.FETCH, head, body)
            except ToolbarError as interruption:  # a deadline or an abort: a write may have gone out already
                interruption.outcome_known = key is None
                raise
            if reply.head.startswith(_OK):
                return reply.body
            error = _error_of(reply)
            # Once a write may have reached easyCIM, a later refusal to answer does not make that unknown known.
            uncertain = uncertain or (key is not None and isinstance(error, NetworkError | ServiceError))
            if wait is None or not error.retryable:
                error.outcome_known = error.outcome_known and not (uncertain and error.retryable)
                raise error
            pause = _retry_after(error) or int(wait * (0.5 + 0.5 * self._host.random()))
            try:
                await Ask(AskKind.SLEEP, json.dumps({"ms": pause}))
            except ToolbarError as interruption:
                interruption.outcome_known = not uncertain
                raise
        raise AssertionError("unreachable: the last try raises or returns")


def _quoted(text: str) -> str:
    return text.translate(_QUOTED) if text.isascii() else quote(text, safe="")


def _read(model: type[_Answer], text: str) -> _Answer:
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise ServiceError(reason=f"unreadable {model.__name__}", problems=error.error_count()) from None


def _error_of(reply: Reply) -> ToolbarError:
    """Give what a reply tells went wrong."""
    word, _, rest = reply.head.partition(" ")
    if word == "token":
        return UnauthenticatedError(reason=rest)
    if not word.isdecimal():
        return NetworkError(reason=word)
    status = int(word)
    try:
        error = Problem.model_validate_json(reply.body).to_error()
    except ValidationError:
        # Something between us and easyCIM answered in its own words (a proxy, a captive portal).
        error = _ERRORS_BY_STATUS.get(status, ServiceError)(status=status)
    if status >= _SERVER_ERROR:
        error.details.setdefault("status", status)
    if isinstance(error, RateLimitedError):
        error.details.setdefault("retryAfterMs", int(rest) if rest else None)
    return error


def _retry_after(error: ToolbarError) -> int | None:
    value = error.details.get("retryAfterMs")
    return int(value) if isinstance(value, int | float) else None
