"""A clock for tests of what depends on the time."""


class Clock:
    """A clock that goes when told to.

    Args:
        now: epoch ms.
    """

    def __init__(self, now: int = 1_700_000_000_000) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now
