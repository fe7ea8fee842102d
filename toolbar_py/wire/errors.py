"""The error codes of the contract (section 2) and the one exception tree both sides raise.

::

    ToolbarError
    ├── InvalidArgumentError    INVALID_ARGUMENT    what the page passed cannot be right
    ├── TooLargeError           TOO_LARGE           ... because it is longer than allowed
    ├── UnknownEcidError        UNKNOWN_ECID
    ├── UnknownContactError     UNKNOWN_CONTACT
    ├── NotReservedError        NOT_RESERVED        the profile asks for an own reservation, there is none
    ├── ReservedByOtherError    RESERVED_BY_OTHER
    ├── TerminatedError         TERMINATED
    ├── UnknownOutcomeError     UNKNOWN_OUTCOME
    ├── UnauthenticatedError    UNAUTHENTICATED
    ├── ForbiddenError          FORBIDDEN
    ├── ConflictError           CONFLICT
    ├── RateLimitedError        RATE_LIMITED        retryable
    ├── NetworkError            NETWORK             retryable
    ├── DeadlineError           TIMEOUT             retryable
    ├── AbortedError            ABORTED
    ├── ServiceError            SERVICE             retryable
    ├── RuntimeLostError        RUNTIME_LOST        retryable
    ├── EngineBlockedError      ENGINE_BLOCKED
    └── BootFailedError         BOOT_FAILED

An error carries ``details`` (plain JSON data that names what was wrong and what would be right); the sentence a
person reads is made from code and details in :mod:`toolbar_py.wire.texts`, in the person's language.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from pydantic import Field, JsonValue

from toolbar_py.wire.base import WireModel


class Code(StrEnum):
    """Every ``errorCode`` / ``code`` that can reach a page."""

    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    UNKNOWN_ECID = "UNKNOWN_ECID"
    UNKNOWN_CONTACT = "UNKNOWN_CONTACT"
    NOT_RESERVED = "NOT_RESERVED"
    RESERVED_BY_OTHER = "RESERVED_BY_OTHER"
    TERMINATED = "TERMINATED"
    UNKNOWN_OUTCOME = "UNKNOWN_OUTCOME"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    CONFLICT = "CONFLICT"
    TOO_LARGE = "TOO_LARGE"
    RATE_LIMITED = "RATE_LIMITED"
    NETWORK = "NETWORK"
    TIMEOUT = "TIMEOUT"
    ABORTED = "ABORTED"
    SERVICE = "SERVICE"
    RUNTIME_LOST = "RUNTIME_LOST"
    ENGINE_BLOCKED = "ENGINE_BLOCKED"
    BOOT_FAILED = "BOOT_FAILED"


Details = Mapping[str, JsonValue]

PASSING_REASONS = frozenset({"token_failed"})
"""``details.reason`` of failures that may be over at the next try, although their code's usually are not."""


LASTING_REASONS = frozenset({"telephones_distrust_us", "telephones_elsewhere"})
"""``details.reason`` of failures that stay until somebody puts a setting right, although their code's usually pass."""


UNKNOWING_REASONS = frozenset({"outcome_unknown"})
"""``details.reason`` of failures that say by themselves that a write may or may not have happened."""


class ToolbarError(Exception):
    """Anything that goes wrong while serving a call, in the contract's words.

    Args:
        outcome_known: False marks the rare write that may or may not have happened.
        details: JSON values for the page and for the text, e.g. ``ecid="demo|1|1|1"``.
    """

    code: ClassVar[Code]
    retryable: bool = False

    def __init__(self, *, outcome_known: bool = True, **details: JsonValue) -> None:
        super().__init__(self.code.value)
        self.outcome_known = outcome_known and details.get("reason") not in UNKNOWING_REASONS
        self.details: dict[str, JsonValue] = details
        if details.get("reason") in PASSING_REASONS:
            self.retryable = True
        if details.get("reason") in LASTING_REASONS:
            self.retryable = False

    @classmethod
    def from_code(cls, code: str, details: Mapping[str, JsonValue], *, outcome_known: bool = True) -> "ToolbarError":
        """Build the error of the given code; an unknown code becomes a :class:`ServiceError` that names it."""
        for kind in cls.__subclasses__():
            if kind.code == code:
                return kind(outcome_known=outcome_known, **dict(details))
        return ServiceError(outcome_known=outcome_known, unknownCode=code, **dict(details))


class InvalidArgumentError(ToolbarError):
    """An argument, file or body is malformed. ``details``: ``problems``, see :mod:`toolbar_py.wire.problems`."""

    code = Code.INVALID_ARGUMENT


class TooLargeError(ToolbarError):
    """Something is longer than the contract allows. ``details``: ``argument, max, unit``."""

    code = Code.TOO_LARGE


class UnknownEcidError(ToolbarError):
    """No contact has this ECID, or it was not opened in this browser. ``details``: ``ecid``, perhaps ``reason``."""

    code = Code.UNKNOWN_ECID


class UnknownContactError(ToolbarError):
    """No script was opened for this ContactID. ``details``: ``contactId``, perhaps ``reason``."""

    code = Code.UNKNOWN_CONTACT


class NotReservedError(ToolbarError):
    """The profile forbids saving without a reservation of one's own. ``details``: ``ecid``."""

    code = Code.NOT_RESERVED


class ReservedByOtherError(ToolbarError):
    """Another operator holds the ECID. ``details``: ``ecid, reservedBy``."""

    code = Code.RESERVED_BY_OTHER


class TerminatedError(ToolbarError):
    """The ECID is closed for good. ``details``: ``ecid, reason``."""

    code = Code.TERMINATED


class UnknownOutcomeError(ToolbarError):
    """The outcome is not one of the macro activity's. ``details``: ``outcome, allowed: [{code, label}]``."""

    code = Code.UNKNOWN_OUTCOME


class UnauthenticatedError(ToolbarError):
    """The token is missing, wrong or expired, or the page's function did not give one. ``details``: ``reason``."""

    code = Code.UNAUTHENTICATED


class ForbiddenError(ToolbarError):
    """The operator may not do this. ``details``: ``reason``."""

    code = Code.FORBIDDEN


class ConflictError(ToolbarError):
    """The request contradicts what is already recorded. ``details``: ``reason``."""

    code = Code.CONFLICT


class RateLimitedError(ToolbarError):
    """Too many requests. ``details``: ``retryAfterMs``."""

    code = Code.RATE_LIMITED
    retryable = True


class NetworkError(ToolbarError):
    """easyCIM could not be reached, or the answer was cut off on the way."""

    code = Code.NETWORK
    retryable = True


class DeadlineError(ToolbarError):
    """The call's deadline passed. ``details``: ``timeoutMs``, and ``reason`` when it was not easyCIM that was slow."""

    code = Code.TIMEOUT
    retryable = True


class AbortedError(ToolbarError):
    """The page aborted the call through its ``AbortSignal``."""

    code = Code.ABORTED


class ServiceError(ToolbarError):
    """easyCIM answered, but not with anything usable. ``details``: ``status``, if there was one."""

    code = Code.SERVICE
    retryable = True


class RuntimeLostError(ToolbarError):
    """The Python runtime died while the call was in flight."""

    code = Code.RUNTIME_LOST
    retryable = True


class EngineBlockedError(ToolbarError):
    """The page's Content-Security-Policy leaves no place for Python. ``details``: ``service``."""

    code = Code.ENGINE_BLOCKED


class BootFailedError(ToolbarError):
    """The toolbar could not start. ``details``: ``reason``, a word of :data:`toolbar_py.wire.texts.BOOT_REASONS`, and
    what its sentence names."""

    code = Code.BOOT_FAILED


class Failure(WireModel):
    """A :class:`ToolbarError` on its way to the page's Promise, from which JavaScript builds its own error."""

    code: Code
    message: str
    retryable: bool
    details: dict[str, JsonValue] = Field(default_factory=dict[str, JsonValue])
    outcome_known: bool


class Problem(WireModel):
    """An error of the HTTP interface: RFC 9457 ``application/problem+json`` with our ``code``.

    Args:
        outcome_known: False when what was to be written may have been, of this request or an earlier one of its key.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: Code
    retryable: bool
    details: dict[str, JsonValue] = Field(default_factory=dict[str, JsonValue])
    outcome_known: bool = True
    correlation_id: str | None = None

    def to_error(self) -> ToolbarError:
        """Give the exception that the page's side raises for this problem."""
        return ToolbarError.from_code(self.code, self.details, outcome_known=self.outcome_known)
