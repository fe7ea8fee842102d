"""The real clock. Everything else gets it handed in."""

import time


def now_ms() -> int:
    """Give the present moment in epoch ms."""
    return time.time_ns() // 1_000_000
