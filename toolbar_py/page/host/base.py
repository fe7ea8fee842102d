"""What the page's Python needs from whatever runs it: a few synchronous functions over ids and texts.

Nothing but text and numbers crosses here, and no promise is awaited: Python *asks*, goes on with other work, and is
*resumed* with the reply. Measured, that costs a third of awaiting JavaScript promises from asyncio, leaves no proxy
behind, and is at the same time what a message port can carry.
"""

from collections.abc import Generator
from enum import StrEnum
from typing import NamedTuple, Protocol

HOST_FAILED = "host"
"""The reply head to any ask that the browser could not carry out."""


class AskKind(StrEnum):
    """What can be asked of the host.

    ``head`` is a small JSON object if not said otherwise, ``body`` a text that passes through unread.
    """

    FETCH = "fetch"
    """The one that is asked all day, so its heads are plain lines: ``method path trace [key]``, with the reply head
    ``status [retry after, in ms]`` or ``token|unreachable|cut [reason]``."""
    SLEEP = "sleep"
    """head ``{ms}``; the reply is empty."""
    STORE = "store"
    """head ``{record, key, aliases[, owner]}``, body: the text to keep, atomically, under the key and each alias.
    ``owner``: whose it is, as WHO names them; without one it belongs to whom the page's token names by then."""
    FIND = "find"
    """head ``{record, key[, owner]}``, the owner as for STORE: by key or alias; reply body: the text, empty when there
    is none. Reply head ``token [reason]`` when nothing was found because nobody can tell whose it would be, for want of
    a token."""
    PURGE = "purge"
    """head ``{record, before}``: forget what was stored before (epoch ms); the reply is empty."""
    WHO = "who"
    """head ``{}``; reply body: whose desk this is, as far as the page's token tells: one text per service and
    operator, the same in every tab. Reply head ``token [reason]`` when the page cannot give its token."""
    LISTEN = "listen"
    """Open a stream of server-sent events; head ``path trace [last event id]``, reply head as for FETCH. The stream
    goes by the number of this ask, and lives until it ends, is cancelled by :meth:`Host.cancel`, or the page goes."""
    NEXT = "next"
    """Wait for a stream to say something; head ``{stream, ms}``. Reply body: a JSON list of ``[event, id, data]``, all
    that came since the last time, in order; reply head ``{}``, or ``{"ended": true}`` after its end, or
    ``{"silent": true}`` when nothing came within ``ms``. To cancel it ends the stream."""


class Reply(NamedTuple):
    """The host's answer to an ask. ``number``: that of the ask, by which a stream goes."""

    head: str
    body: str
    number: int = 0


class Ask(NamedTuple):
    """Awaited inside a coroutine, it goes to the host and comes back as a :class:`Reply`."""

    kind: AskKind
    head: str
    body: str = ""

    def __await__(self) -> Generator["Ask", Reply, Reply]:
        """Hand itself to whoever drives the coroutine, and give what it is resumed with."""
        reply = yield self
        return reply


class Host(Protocol):
    """The browser, or a stand-in for it in unit tests."""

    def now_ms(self) -> int:
        """The wall clock, in epoch ms."""
        ...

    def random(self) -> float:
        """A fresh random number in [0, 1). Never Python's own generator: a memory snapshot would freeze its state."""
        ...

    def ask(self, ask_id: int, kind: str, head: str, body: str) -> None:
        """Begin what an :class:`Ask` describes; the reply comes later through ``resume(ask_id, head, body)``."""
        ...

    def cancel(self, ask_id: int) -> bool | None:
        """Give up an ask: its reply will not come, and a request under way is aborted.

        Returns:
            True for a request of which nothing has left the browser, because the page's token was still waited for.
        """
        ...

    def answer(self, call_id: int, ok: bool, text: str) -> None:
        """Settle the page's Promise with JSON text: the answer, or a ``Failure``."""
        ...

    def tell(self, kind: str, mark: str, text: str) -> None:
        """Tell the page that something has happened, as JSON text.

        Args:
            kind: ``contact`` (a ContactEvent or AgentEvent for the bound callbacks), ``connection`` (how the event
                stream is doing: a :class:`~toolbar_py.wire.connection.Connection`) or ``lease`` (until when the
                operator's reservations are sure: epoch ms).
            mark: where in the stream of events that was, whose stream it is, and since when the page is there, with a
                space between; ``""`` for nothing to keep. The page keeps it before it runs its callbacks, and gives it
                back when Python is started for it again; the first two words are kept for the tab, and go to the next
                page after a reload. It comes with ``connection`` too: a tab that has had no event yet needs a place as
                well.
        """
        ...

    def log(self, level: str, text: str) -> None:
        """Write one line to the console, if the configured level lets it through. Never a value of the page's."""
        ...
