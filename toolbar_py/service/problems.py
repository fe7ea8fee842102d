"""Errors of the HTTP interface: RFC 9457 problems with the contract's codes, in the reader's language.

Everything that is not a success leaves the service through :func:`problem_response`.
"""

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Scope

from toolbar_py.service.middleware.scope import header, trace_id
from toolbar_py.service.store.base import StoreUnavailableError, UnknownMacroActivityError, UnknownOperatorError
from toolbar_py.wire.errors import (
    Code,
    Problem,
    RateLimitedError,
    ServiceError,
    TooLargeError,
    ToolbarError,
    UnauthenticatedError,
)
from toolbar_py.wire.problems import error_from_details, invalid
from toolbar_py.wire.texts import LOCALES, Locale, sentence

PROBLEM_TYPE = "application/problem+json"

STATUS: Mapping[Code, int] = {
    Code.INVALID_ARGUMENT: 422,
    Code.UNKNOWN_ECID: 404,
    Code.UNKNOWN_CONTACT: 404,
    Code.NOT_RESERVED: 409,
    Code.RESERVED_BY_OTHER: 409,
    Code.TERMINATED: 409,
    Code.UNKNOWN_OUTCOME: 422,
    Code.UNAUTHENTICATED: 401,
    Code.FORBIDDEN: 403,
    Code.CONFLICT: 409,
    Code.TOO_LARGE: 413,
    Code.RATE_LIMITED: 429,
    Code.SERVICE: 500,
    Code.TIMEOUT: 504,
}
"""The HTTP status of each code the service can give; the others arise on the page's side."""

_RETRY_AFTER_S = 1


class BodyTooLargeError(HTTPException):
    """A request body turned out to be longer than allowed while it was read. ``limit`` in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(413)
        self.limit = limit


def problem_response(
    scope: Scope, error: ToolbarError, *, status: int | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Give the answer for an error.

    Args:
        scope: of the request, for its language and trace.
        status: when it differs from what the code usually has.
        headers: more of them.
    """
    number = status or STATUS.get(error.code, 500)
    locale = asked_locale(scope)
    all_headers = {"Cache-Control": "no-store", "Content-Language": locale, **(headers or {})}
    if isinstance(error, UnauthenticatedError):
        all_headers["WWW-Authenticate"] = _challenge(error)
    if isinstance(error, RateLimitedError):
        all_headers["Retry-After"] = str(math.ceil(cast(int, error.details.get("retryAfterMs", 0)) / 1000))
    problem = Problem(
        title=HTTPStatus(number).phrase,
        status=number,
        detail=sentence(error, locale),
        code=error.code,
        retryable=error.retryable,
        details=error.details,
        outcome_known=error.outcome_known,
        correlation_id=trace_id(scope),
    )
    return Response(problem.to_json(), number, all_headers, PROBLEM_TYPE)


def asked_locale(scope: Scope) -> Locale:
    """Choose the language by Accept-Language (RFC 9110); English when none of ours is asked for."""
    accepted = header(scope, b"accept-language")
    best: tuple[float, Locale] = (0.0, "en")
    for part in accepted[:500].split(","):
        tag, _, parameter = part.strip().partition(";")
        weight = _weight(parameter)
        primary = tag.partition("-")[0].lower()
        for locale in LOCALES:
            if primary == locale and weight > best[0]:
                best = (weight, locale)
    return best[1]


def install_problems(app: FastAPI) -> None:
    """Make every exception a route can raise leave as a problem; what remains is the guard's."""

    # Coroutines, though they wait for nothing: any other function is run in a thread, so that a refusal would cost more
    # than what it refuses.

    async def toolbar_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, ToolbarError)  # noqa: S101 (how the handler is registered)
        return problem_response(request.scope, error)

    async def validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        return problem_response(request.scope, _from_validation(error))

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        return _from_http(request.scope, error)

    async def unavailable(request: Request, _error: Exception) -> Response:
        return unavailable_response(request.scope)

    async def unknown_operator(request: Request, _error: Exception) -> Response:
        return problem_response(request.scope, UnauthenticatedError(reason="invalid_token"))

    async def unknown_macro_activity(request: Request, error: Exception) -> Response:
        assert isinstance(error, UnknownMacroActivityError)  # noqa: S101
        known = ", ".join(error.known)
        return problem_response(request.scope, invalid("macroActivity", "choice", allowed=known))

    async def gone(request: Request, _error: Exception) -> Response:
        # Nobody is there to read this; it ends the request without an alarm in the log.
        return problem_response(request.scope, invalid("", "missing"), status=400)

    app.add_exception_handler(ClientDisconnect, gone)
    app.add_exception_handler(ToolbarError, toolbar_error)
    app.add_exception_handler(RequestValidationError, validation)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(StoreUnavailableError, unavailable)
    app.add_exception_handler(UnknownOperatorError, unknown_operator)
    app.add_exception_handler(UnknownMacroActivityError, unknown_macro_activity)


def unavailable_response(scope: Scope) -> Response:
    """Give the answer while the database cannot be used."""
    headers = {"Retry-After": str(_RETRY_AFTER_S)}
    return problem_response(scope, ServiceError(status=503), status=503, headers=headers)


def _from_validation(error: RequestValidationError) -> ToolbarError:
    # FastAPI puts the position of a JSON error into the path, where an index would be.
    found = [{**each, "loc": ("body",)} if each["type"] == "json_invalid" else each for each in error.errors()]
    return error_from_details(found, skip=1)


def _from_http(scope: Scope, error: HTTPException) -> Response:
    headers = error.headers
    match error.status_code:
        case 404:
            found: ToolbarError = invalid("path", "unknown")
        case 405:
            found = invalid("method", "choice", allowed=(headers or {}).get("Allow", ""))
        case 413:
            limit = error.limit if isinstance(error, BodyTooLargeError) else None
            found = TooLargeError(argument="body", max=limit, unit="bytes")
        case 400:
            # The body could not be decoded at all: not UTF-8, or nested too deep.
            return problem_response(scope, invalid("", "json", reason=error.detail), headers=headers)
        case _:
            found = ServiceError(status=error.status_code)
    return problem_response(scope, found, status=error.status_code, headers=headers)


def _challenge(error: UnauthenticatedError) -> str:
    reason = error.details.get("reason")
    if isinstance(reason, str) and reason.endswith("_signature"):
        return f'Easycim-Signature realm="easycim", error="{reason}"'
    if reason in ("invalid_token", "expired_token"):
        return f'Bearer realm="easycim", error="invalid_token", error_description="{reason}"'
    return 'Bearer realm="easycim"'


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0
