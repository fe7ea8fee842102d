"""How the event stream of a page's Python is doing: what ``tell("connection", ...)`` carries and ``health()`` shows."""

from enum import StrEnum
from typing import Literal

from toolbar_py.wire.base import WireModel


class ConnectionState(StrEnum):
    """Where the event stream stands."""

    CONNECTING = "connecting"
    OPEN = "open"
    WAITING = "waiting"
    """It failed, or the Python that had it died and no other could be started; it is tried again by itself."""
    OFFLINE = "offline"
    """The same, after several tries in a row that did not reach easyCIM at all."""
    CLOSED = "closed"
    """The page has left, its token now names another operator, or Python stopped and is not started again."""


class Connection(WireModel):
    """The event stream of one operator.

    Args:
        at: when this began, in epoch ms of the browser's clock.
        next_try_at: the moment of the next try, likewise; while ``waiting`` or ``offline``.
        reason: what went wrong: a code of the contract, ``silent``, ``ended`` or ``disorder``.
        skew_ms: by how much the service's clock is ahead of the browser's; once it is known.
        resync: true when the place in the stream was lost: events may be missing, and the desk
            (``getContactList``, ``getAgentState``) is all there is to go by. Left out otherwise.
    """

    state: ConnectionState
    at: int
    next_try_at: int | None = None
    reason: str | None = None
    skew_ms: int | None = None
    resync: Literal[True] | None = None
