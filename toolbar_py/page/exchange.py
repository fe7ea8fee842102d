"""One request to easyCIM and its answer: sent again when lost, and refused in the contract's words (section 2)."""

import json
from typing import TypeVar
from urllib.parse import quote

from pydantic import ValidationError

from toolbar_py.page.host.base import Ask, AskKind, Host, Reply
from toolbar_py.page.tasks import NOTHING_SENT
from toolbar_py.wire.base import WireModel
from toolbar_py.wire.errors import (
    DeadlineError,
    ForbiddenError,
    NetworkError,
    Problem,
    RateLimitedError,
    ServiceError,
    TooLargeError,
    ToolbarError,
    UnauthenticatedError,
)

_Answer = TypeVar("_Answer", bound=WireModel)

# Waits before the second, third ... try, in ms; each is drawn between half and the whole of it, so that the desks of
# a room whose service comes back do not all knock in the same instant.
READ_WAITS = (200,)
WRITE_WAITS = (200, 800)
_WAIT_MAX_MS = 5_000
"""easyCIM may ask to be left alone for longer than any page waits for an answer: then the page is told at once."""

_ERRORS_BY_STATUS: dict[int, type[ToolbarError]] = {
    401: UnauthenticatedError,
    403: ForbiddenError,
    413: TooLargeError,
    429: RateLimitedError,
}
_SERVER_ERROR = 500

# What the browser's side says of a token that will not get better by asking again.
_TOKEN_REASONS = frozenset({"login_needed", "token_not_text", "token_unusable"})
_SAID_MAX = 200
_OK = "2"

# What ``quote`` would write for each ASCII character: most ids are nothing else.
_QUOTED = str.maketrans({chr(code): quote(chr(code), safe="") for code in range(128)})


class Exchange:
    """Sends requests that may be sent again: reads by nature, writes because of their ``Idempotency-Key``."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def send(
        self, method: str, path: str, body: str, trace: str, waits: tuple[int, ...], *, key: str | None = None
    ) -> str:
        """Give the body of the answer.

        Args:
            waits: before each further try, in ms.
            key: the ``Idempotency-Key`` of a write: the same for every repetition of it, and for no other.

        Raises:
            ToolbarError: with ``outcome_known=False`` when a write went out and no answer tells what became of it.
        """
        head = f"{method} {path} {trace} {key or ''}"
        uncertain = False
        for wait in (*waits, None):
            try:
                reply = await Ask(AskKind.FETCH, head, body)
            except ToolbarError as interruption:  # a deadline or an abort: a write may have gone out already
                unsent = interruption.details.get("reason") == NOTHING_SENT
                interruption.outcome_known = key is None or (unsent and not uncertain)
                raise
            if reply.head.startswith(_OK):
                return reply.body
            error = error_of(reply)
            uncertain = uncertain or (key is not None and _may_have_happened(error))
            asked = retry_after(error) or 0
            # The page's token function is not asked again at once: it has just said that it cannot.
            useless = not error.retryable or isinstance(error, UnauthenticatedError) or asked > _WAIT_MAX_MS
            if wait is None or useless:
                error.outcome_known = not uncertain or (error.outcome_known and _judges_the_key(error))
                raise error
            pause = asked or int(wait * (0.5 + 0.5 * self._host.random()))
            try:
                await Ask(AskKind.SLEEP, json.dumps({"ms": pause}))
            except ToolbarError as interruption:
                interruption.outcome_known = not uncertain
                raise
        raise AssertionError("unreachable: the last try raises or returns")

    async def write(self, model: type[_Answer], path: str, request: WireModel | None, trace: str) -> _Answer:
        """``POST`` something that takes effect once, and give the answer as a model.

        Args:
            request: the body; None for none.
            trace: the call's trace id, which serves as Idempotency-Key too: it belongs to this call and to no other.
        """
        body = request.to_json() if request is not None else ""
        text = await self.send("POST", path, body, trace, WRITE_WAITS, key=trace)
        try:
            return read(model, text)
        except ServiceError as error:
            error.outcome_known = False
            raise


def quoted(text: str) -> str:
    """Write an id as one part of a path."""
    return text.translate(_QUOTED) if text.isascii() else quote(text, safe="")


def read(model: type[_Answer], text: str) -> _Answer:
    """Give an answer as a model.

    Raises:
        ServiceError: it is not one.
    """
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise ServiceError(reason=f"unreadable {model.__name__}", problems=error.error_count()) from None


def error_of(reply: Reply) -> ToolbarError:
    """Give what a reply tells went wrong."""
    word, _, rest = reply.head.partition(" ")
    if word == "token":
        return UnauthenticatedError(reason=rest) if rest in _TOKEN_REASONS else _token_failed(rest)
    if word == "origin":
        return ForbiddenError(reason="origin_not_allowed", page=rest)
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


def _may_have_happened(error: ToolbarError) -> bool:
    """Say whether a write may have had its effect although it was answered like this."""
    return not error.outcome_known or isinstance(error, NetworkError | ServiceError | DeadlineError)


def _judges_the_key(error: ToolbarError) -> bool:
    """Say whether a refusal tells of the earlier tries of a write too, because easyCIM has looked its key up.

    It has not when it only says "not now", or does not know the caller any more.
    """
    return not error.retryable and not isinstance(error, UnauthenticatedError | ForbiddenError)


def _token_failed(said: str) -> ToolbarError:
    """The page's token function raised: with what, is in the details for who wrote it, and not in the sentence."""
    return UnauthenticatedError(reason="token_failed", said=said[:_SAID_MAX])


def retry_after(error: ToolbarError) -> int | None:
    """Give for how many ms easyCIM asked to be left alone, if it did."""
    value = error.details.get("retryAfterMs")
    return int(value) if isinstance(value, int | float) else None
