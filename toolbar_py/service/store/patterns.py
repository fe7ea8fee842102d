"""Regular expressions that a user wrote, matched in linear time whatever they are (RE2)."""

from functools import lru_cache
from typing import Protocol

import re2

_MEMORY_MAX = 1 << 20


class Pattern(Protocol):
    """A compiled expression."""

    def search(self, text: str) -> object | None:
        """Give a match anywhere in the text, or None."""
        ...


class BadPatternError(ValueError):
    """The text is not a regular expression that RE2 takes; the message says why."""


@lru_cache(maxsize=64)
def compiled(pattern: str) -> Pattern:
    """Compile an expression.

    Raises:
        BadPatternError: it is malformed, or needs more memory than is given.
    """
    options = re2.Options()
    options.max_mem = _MEMORY_MAX
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        text = error.args[0] if error.args else "malformed"
        raise BadPatternError(text.decode() if isinstance(text, bytes) else str(text)) from None


def matches(pattern: str, text: str | None) -> bool:
    """Say whether the expression is found anywhere in the text: the database's REGEXP operator."""
    return text is not None and compiled(pattern).search(text) is not None
