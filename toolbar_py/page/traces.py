"""Trace ids for what Python begins by itself; a call of the page brings its own."""

from toolbar_py.page.host.base import Host

_HALF = 1 << 52
"""A JavaScript number holds 53 random bits at most."""


def new_trace(host: Host) -> str:
    """Give a W3C trace id: 32 hexadecimal digits, never all zero. Unique enough for an Idempotency-Key."""
    first, second = (int(host.random() * _HALF) for _ in range(2))
    return f"{(first << 64) | (second << 8) | 1:032x}"
