"""Slows down whoever guesses passwords."""

from toolbar_py.service.store.base import Clock
from toolbar_py.wire.errors import RateLimitedError

_FAILURES_MAX = 10
_WINDOW_MS = 60_000
_KNOWN_MAX = 10_000


class Throttle:
    """Allows ten failures a minute for each key.

    Args:
        clock: gives epoch ms.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: dict[str, list[int]] = {}

    def check(self, key: str) -> None:
        """Let the key try.

        Raises:
            RateLimitedError: it failed too often; says when to come back.
        """
        now = self._clock()
        recent = [at for at in self._failures.get(key, ()) if at > now - _WINDOW_MS]
        if len(recent) >= _FAILURES_MAX:
            raise RateLimitedError(retryAfterMs=recent[0] + _WINDOW_MS - now)

    def failed(self, key: str) -> None:
        """Note a failure."""
        now = self._clock()
        recent = [at for at in self._failures.pop(key, ()) if at > now - _WINDOW_MS]
        if len(self._failures) >= _KNOWN_MAX:
            self._failures.pop(next(iter(self._failures)))
        self._failures[key] = [*recent, now]

    def succeeded(self, key: str) -> None:
        """Forget the failures of a key."""
        self._failures.pop(key, None)
