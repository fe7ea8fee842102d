"""What the recorder writes down, one entry for everything that happens between a page and its toolbar.

Entries have no notes, labels, numbers or CallData in them; of CallData only the ECID (contract section 4).
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from toolbar_py.wire.base import WireModel

_Text = Annotated[str, Field(max_length=200)]


class _Entry(WireModel):
    """Part of every entry.

    Args:
        life: the document it happened in: a new one after each navigation.
        at: when, in epoch ms of the browser's clock.
        frame: which window or frame the document is in; the kit numbers them.
    """

    life: _Text
    at: int
    frame: int = 0


class PageOpened(_Entry):
    """A document begins. ``top``: whether it is the window's own, and not in a frame."""

    kind: Literal["page"] = "page"
    place: Annotated[str, Field(max_length=2_000)]
    top: bool


class ToolbarSeen(_Entry):
    """The document has a TOOLBAR with EASYCIM in it."""

    kind: Literal["toolbar"] = "toolbar"


class FailureTold(WireModel):
    """An error that the page was given; ``code`` when it is the toolbar's."""

    name: _Text
    code: _Text | None = None
    correlation_id: _Text | None = None


class Ready(_Entry):
    """``TOOLBAR.ready`` has settled."""

    kind: Literal["ready"] = "ready"
    ok: bool
    runtime: _Text | None = None
    failure: FailureTold | None = None


class Connected(_Entry):
    """``toolbar:connection``: how the stream of events is doing. ``resync``: events may be missing."""

    kind: Literal["connection"] = "connection"
    state: _Text
    resync: bool


class Bound(_Entry):
    """``bindContactCallback`` was called."""

    kind: Literal["bound"] = "bound"
    callback: int


class Unbound(_Entry):
    """``unbindContactCallback`` was called."""

    kind: Literal["unbound"] = "unbound"
    callback: int


class Given(WireModel):
    """An argument of a call. ``type`` in JavaScript's words; ``value`` only where it may be written."""

    name: _Text
    type: _Text
    value: str | bool | int | float | None = None


class Call(_Entry):
    """A method was called. ``call`` numbers the calls of a document."""

    kind: Literal["call"] = "call"
    call: int
    method: _Text
    given: list[Given]


class Told(WireModel):
    """What the contract lets a page go by in an answer of EASYCIM."""

    result: bool | None = None
    read_only: bool | None = None
    terminated: bool | None = None
    reserved_by: _Text | None = None
    ecid: _Text | None = None
    contact_id: _Text | None = None
    error_code: _Text | None = None
    outcome: _Text | None = None
    final: bool | None = None
    offline_end: bool | None = None
    saved_at: int | None = None
    delivered: bool | None = None
    operation_id: _Text | None = None


class Answer(_Entry):
    """The Promise of a call has settled."""

    kind: Literal["answer"] = "answer"
    call: int
    ok: bool
    told: Told
    failure: FailureTold | None = None


class Delivery(_Entry):
    """A bound callback was called with an event.

    Args:
        callback: which one, by its number in the document.
        contact: the event's ``id``; agent events have none.
        triggered: whether the page itself did it, with ``triggerContactCallback``.
    """

    kind: Literal["delivery"] = "delivery"
    callback: int
    event: _Text
    contact: _Text | None = None
    type: _Text | None = None
    job_type: _Text | None = None
    media_type: _Text | None = None
    ecid: _Text | None = None
    triggered: bool


class Thrown(_Entry):
    """A bound callback threw. ``place``: file, line and column."""

    kind: Literal["thrown"] = "thrown"
    callback: int
    event: _Text
    contact: _Text | None = None
    name: _Text
    place: _Text


class Rejection(_Entry):
    """The browser reported a rejection that nobody handled.

    Args:
        prevented: whether the page took care of it in an ``unhandledrejection`` listener.
        callback: the callback whose Promise it was, if it was one's, with its ``event`` and ``contact``.
    """

    kind: Literal["rejection"] = "rejection"
    name: _Text
    code: _Text | None = None
    correlation_id: _Text | None = None
    place: _Text
    prevented: bool
    callback: int | None = None
    event: _Text | None = None
    contact: _Text | None = None


class PageError(_Entry):
    """A script of the page threw outside of a callback."""

    kind: Literal["error"] = "error"
    name: _Text
    place: _Text


class Shown(_Entry):
    """After the rejection of this call of ``saveScript`` something changed on the page."""

    kind: Literal["shown"] = "shown"
    call: int


Entry = Annotated[
    PageOpened
    | ToolbarSeen
    | Ready
    | Connected
    | Bound
    | Unbound
    | Call
    | Answer
    | Delivery
    | Thrown
    | Rejection
    | PageError
    | Shown,
    Field(discriminator="kind"),
]

_ENTRY: TypeAdapter[Entry] = TypeAdapter(Entry)


def read_entry(text: str, frame: int = 0) -> Entry:
    """Read what the recorder sent from a frame.

    Raises:
        ValidationError: it is not an entry.
    """
    return _ENTRY.validate_json(text).model_copy(update={"frame": frame})
