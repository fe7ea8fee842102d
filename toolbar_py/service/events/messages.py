"""Server-sent events as bytes: made once, sent to every stream that wants them."""

from toolbar_py.service.store.deskbase import DeskRecord, LoggedEvent
from toolbar_py.wire.telephony import DeskSnapshot, Heartbeat


def snapshot(record: DeskRecord, now: int, heartbeat_ms: int, lease_until: int | None = None) -> DeskSnapshot:
    """Give a desk as it crosses the wire.

    Args:
        now: epoch ms.
        lease_until: until when the operator's reservations are sure, likewise; None when that is not known.
    """
    return DeskSnapshot(
        number=record.place.number,
        tag=record.place.tag,
        now=now,
        resumed=record.resumed,
        heartbeat_ms=heartbeat_ms,
        lease_until=lease_until,
        agent=record.status,
        contacts=list(record.contacts),
    )


def desk_message(desk: DeskSnapshot) -> bytes:
    """Give the first message of a stream. It has no id: the place in the log is that of the last event."""
    return f"event: desk\ndata: {desk.to_json()}\n\n".encode()


def event_message(event: LoggedEvent) -> bytes:
    """Give a numbered event."""
    # JSON holds no line breaks, which would end the data.
    return f"event: event\nid: {event.place}\ndata: {event.text}\n\n".encode()


def heartbeat_message(now: int, lease_until: int | None) -> bytes:
    """Give what is said when nothing else is.

    Args:
        now: epoch ms.
        lease_until: until when the operator's reservations are sure, likewise; None when that is not known.
    """
    return f"event: heartbeat\ndata: {Heartbeat(now=now, lease_until=lease_until).to_json()}\n\n".encode()
