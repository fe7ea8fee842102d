"""What the middleware notes in a request's scope, and how the rest of the service reads it."""

from starlette.types import Scope

_TRACE = "toolbar.trace"
_OPERATOR = "toolbar.operator"


def set_trace_id(scope: Scope, trace: str) -> None:
    """Note the trace of the request."""
    scope[_TRACE] = trace


def trace_id(scope: Scope) -> str | None:
    """Give the trace of the request: 32 hexadecimal digits."""
    return scope.get(_TRACE)


def set_operator(scope: Scope, operator: str) -> None:
    """Note who asks, for the log."""
    scope[_OPERATOR] = operator


def operator_of(scope: Scope) -> str | None:
    """Give who asks, once the token was checked."""
    return scope.get(_OPERATOR)


def header(scope: Scope, name: bytes) -> str:
    """Give a request header, or ``""``.

    Args:
        name: in lower case.
    """
    for key, value in scope["headers"]:
        if key == name:
            return value.decode("latin-1")
    return ""
