"""What it means when a gateway does not accept a message."""

from pydantic import ValidationError

from toolbar_py.service.telephony.webhook.messages import RefusalAnswer
from toolbar_py.wire.errors import Code, ConflictError, RateLimitedError, ServiceError, ToolbarError
from toolbar_py.wire.problems import invalid

SENTENCE_MAX = 300
"""How much of the gateway's sentence reaches the operator."""

_WAIT_MIN_S = 1
_WAIT_MAX_S = 3_600
_TOO_MANY = 429
_PASSING = (408, 425, _TOO_MANY)
_MALFORMED = (400, 422)
_UNKNOWN_TO_IT = (401, 403)
_REDIRECTS = range(300, 400)
_CLIENT_ERRORS = range(400, 500)
_SERVER_ERRORS = range(500, 600)


def is_passing(status: int) -> bool:
    """Say whether the same message may be accepted in a moment."""
    return status in _PASSING or status in _SERVER_ERRORS


def judges_the_key(error: ToolbarError) -> bool:
    """Say whether a refusal tells of earlier tries too, because the gateway has looked the message's key up.

    It has not when it only says "not now", or refuses the message before it has read it.
    """
    return not error.retryable and not isinstance(error, ServiceError)


def refusal(status: int, body: bytes, retry_after_s: float) -> ToolbarError:
    """Give the error for an answer that is no success.

    Args:
        status: the HTTP status.
        body: the answer's body: a problem (RFC 9457) when the gateway follows the rules.
        retry_after_s: how long it asks to be left alone.

    Returns:
        an ``INVALID_ARGUMENT`` or ``CONFLICT`` with the gateway's sentence when it refuses what was asked for; else
        an error that says that the telephone side does not work.
    """
    if status == _TOO_MANY:
        return RateLimitedError(retryAfterMs=int(min(max(retry_after_s, _WAIT_MIN_S), _WAIT_MAX_S) * 1000))
    # Neither our signature nor a redirect is the operator's fault. Nothing was done, and nothing will be the next time.
    if status in _UNKNOWN_TO_IT:
        return ServiceError(reason="telephones_distrust_us", status=status)
    if status in _REDIRECTS:
        return ServiceError(reason="telephones_elsewhere", status=status)
    if status in _PASSING or status not in _CLIENT_ERRORS:
        return ServiceError(reason="telephones_unusable", status=status, outcome_known=status not in _SERVER_ERRORS)
    found = _read(body)
    said = _sentence(found.detail or found.title) or f"HTTP {status}"
    malformed = found.code == Code.INVALID_ARGUMENT or (status in _MALFORMED and found.code != Code.CONFLICT)
    if malformed:
        return invalid("telephones", "rule", reason=said)
    return ConflictError(reason="telephones_refuse", said=said)


def _read(body: bytes) -> RefusalAnswer:
    try:
        return RefusalAnswer.model_validate_json(body)
    except ValidationError:
        return RefusalAnswer()


def _sentence(text: str) -> str:
    """Give what somebody else wrote as one line that cannot draw on a terminal or fill a page."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= SENTENCE_MAX else line[: SENTENCE_MAX - 1] + "…"
