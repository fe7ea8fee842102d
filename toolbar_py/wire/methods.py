"""The table of TOOLBAR methods: names, parameters and how each one fails (contract sections 2 to 4).

The loader's method stubs, the TypeScript types and the dispatch on the Python side are made from this table.
"""

from dataclasses import dataclass
from enum import StrEnum


class OnError(StrEnum):
    """What a method's Promise does when something goes wrong in easyCIM or on the way to it (section 2)."""

    REJECT = "reject"
    """Rejects with a ToolbarError."""
    REFUSE_OPEN = "refuse-open"
    """Resolves to ``{result: false, error, errorCode, retryable, listFieldValueList: []}``."""
    REFUSE_INFO = "refuse-info"
    """Resolves to ``{error, errorCode, retryable}``."""


@dataclass(frozen=True)
class Method:
    """One method of a namespace.

    Args:
        parameters: the contract's names, in order; the trailing options object is not among them.
        answer: the name of the wire model of a successful answer.
        on_error: see :class:`OnError`.
        writes: whether it can change something in easyCIM, so that a lost answer leaves its outcome unknown.
        required: how many leading parameters have to be given.
    """

    namespace: str
    name: str
    parameters: tuple[str, ...]
    answer: str
    on_error: OnError
    required: int
    writes: bool = False

    @property
    def path(self) -> str:
        """The name by which it crosses the boundary, e.g. ``EASYCIM.openScript``."""
        return f"{self.namespace}.{self.name}"


EASYCIM = "EASYCIM"

METHODS: tuple[Method, ...] = (
    Method(EASYCIM, "openScriptInbound", ("ContactID",), "OpenAnswer", OnError.REFUSE_OPEN, 1, writes=True),
    Method(EASYCIM, "openScript", ("ContactID", "ECID", "isManual"), "OpenAnswer", OnError.REFUSE_OPEN, 2, writes=True),
    Method(EASYCIM, "getContactInfo", ("ContactID",), "ContactInfo", OnError.REFUSE_INFO, 1),
    Method(EASYCIM, "getContactInfoWS", ("ECID",), "ContactInfo", OnError.REFUSE_INFO, 1),
    Method(
        EASYCIM,
        "saveScript",
        ("ContactID", "outcomeResult", "offlineEnd", "note", "labels"),
        "SaveAnswer",
        OnError.REJECT,
        2,
        writes=True,
    ),
)

# The old spelling, by which some pages call the same object (section 1).
NAMESPACE_ALIASES = {"EAYCIM": EASYCIM}
