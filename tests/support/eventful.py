"""A reverse proxy that tells the events of a desk itself, one by one as a test wants them, and passes on all else."""

import http.client
import json
import time
from base64 import urlsafe_b64decode
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Condition, Thread
from typing import Any
from urllib.parse import urlsplit

from toolbar_py.service.demo import OPERATORS as DEMO_OPERATORS
from toolbar_py.wire.contacts import NameValue
from toolbar_py.wire.phases import phase_after
from toolbar_py.wire.telephony import (
    AgentEvent,
    AgentEventName,
    AgentStatus,
    ContactEvent,
    ContactEventName,
    ContactType,
    DeskContact,
    DeskEvent,
    DeskSnapshot,
    JobType,
    MediaType,
    Presence,
)

_HEARTBEAT_MS = 2_000
_HOP_BY_HOP = {"connection", "transfer-encoding", "date", "server", "content-length"}


class StagedDesk:
    """One operator's desk, at which happens what a test says."""

    def __init__(self, operator: str, changed: Condition) -> None:
        self._operator = operator
        self._changed = changed
        self.events: list[DeskEvent] = []
        self.contacts: dict[str, DeskContact] = {}
        self.streams = 0

    def contact(self, contact_id: str, *names: str, ecid: str = "", kind: JobType = JobType.PREVIEW) -> None:
        """Let events of a contact happen, in order."""
        for name in names:
            self._happen(contact_id, ContactEventName(name), ecid, kind)

    def agent(self, name: AgentEventName) -> None:
        """Let an event of the agent happen."""
        now = _now()
        with self._changed:
            event = AgentEvent(event=name, agent=self._operator, time=now)
            self.events.append(DeskEvent(number=len(self.events) + 1, at=now, agent=event, status=self._status()))
            self._changed.notify_all()

    def snapshot(self, last: int | None) -> DeskSnapshot:
        """Give the desk as it stands."""
        return DeskSnapshot(
            number=len(self.events),
            now=_now(),
            resumed=last is None or last <= len(self.events),
            heartbeat_ms=_HEARTBEAT_MS,
            agent=self._status(),
            contacts=list(self.contacts.values()),
        )

    def _happen(self, contact_id: str, name: ContactEventName, ecid: str, kind: JobType) -> None:
        now = _now()
        with self._changed:
            known = self.contacts.pop(contact_id, None)
            phase = phase_after(known.phase if known else None, name)
            data = known.event.call_data if known else []
            data = [NameValue(name="ECID", value=ecid), NameValue(name="lingua", value="it")] if ecid else data
            event = ContactEvent(
                event=name,
                id=contact_id,
                type=ContactType.DIALLER if kind is not JobType.MANUAL else ContactType.OUTBOUND,
                media_type=MediaType.TELEPHONY,
                job_type=kind,
                dnis="0555010001",
                ani="",
                call_data=data,
                start_time=known.event.start_time if known else now,
                end_time=now if phase is None else 0,
                time_duration_sec=0,
                waiting_time=0,
            )
            desk = None if phase is None else DeskContact(event=event, phase=phase, ecid=ecid or (known and known.ecid))
            if desk:
                self.contacts[contact_id] = desk
            self.events.append(DeskEvent(number=len(self.events) + 1, at=now, contact=event, desk=desk))
            self._changed.notify_all()

    def _status(self) -> AgentStatus:
        return AgentStatus(agent=self._operator, presence=Presence.LOGGED_IN, since=1, logged_in_at=1, groups=[])


class EventfulService:
    """What a test sees of the proxy.

    Args:
        url: its address: use it in the place of the service's.
        changed: notified of everything that happens.
        generation: streams of an earlier one end.
    """

    def __init__(self, url: str = "") -> None:
        self.url = url
        self.changed = Condition()
        self.generation = 0
        self.desks: defaultdict[str, StagedDesk] = _Desks(self.changed)
        self._newcomers = count(20)

    def newcomer(self) -> str:
        """Name an operator of the demo's at whose desk nothing has happened yet."""
        number = next(self._newcomers)
        assert number <= DEMO_OPERATORS, "the demo has no more operators"
        return f"op{number}@demo"

    def desk(self, operator: str) -> StagedDesk:
        """Give an operator's desk."""
        with self.changed:
            return self.desks[operator]

    def cut_streams(self) -> None:
        """End every stream that is open, as a restart of the service would."""
        with self.changed:
            self.generation += 1
            self.changed.notify_all()


class _Desks(defaultdict[str, StagedDesk]):
    def __init__(self, changed: Condition) -> None:
        super().__init__()
        self._changed = changed

    def __missing__(self, operator: str) -> StagedDesk:
        desk = self[operator] = StagedDesk(operator, self._changed)
        return desk


@contextmanager
def eventful_service(upstream: str) -> Generator[EventfulService]:
    """Run the proxy in front of a service, on a free loopback port."""
    service = EventfulService()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, service, urlsplit(upstream).netloc))
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.cut_streams()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, service: EventfulService, target: str, *more: Any) -> None:
        self._service = service
        self._target = target
        super().__init__(*more)

    def _serve(self) -> None:
        if self.command == "GET" and self.path == "/easycim/v1/events":
            self._stream()
        else:
            self._forward()

    def _stream(self) -> None:
        last = self.headers.get("last-event-id")
        self.close_connection = True
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("cache-control", "no-store")
        self.send_header("access-control-allow-origin", self.headers.get("origin") or "*")
        self.end_headers()
        desk = self._service.desk(_operator_of(self.headers["authorization"]))
        desk.streams += 1
        # A browser that has let go of the stream shows when something is said to it.
        with suppress(OSError):
            self._tell(desk, int(last) if last else None)
        desk.streams -= 1

    def _tell(self, desk: StagedDesk, last: int | None) -> None:
        with self._service.changed:
            generation = self._service.generation
            snapshot = desk.snapshot(last)
            told = snapshot.number if last is None or not snapshot.resumed else last
        self._say("desk", "", snapshot.to_json())
        while self._service.generation == generation:
            with self._service.changed:
                if len(desk.events) == told:
                    self._service.changed.wait(_HEARTBEAT_MS / 4_000)
                fresh = desk.events[told:]
            if not fresh:
                self._say("heartbeat", "", json.dumps({"now": _now()}))
            for event in fresh:
                self._say("event", str(event.number), event.to_json())
            told += len(fresh)

    def _say(self, kind: str, number: str, data: str) -> None:
        identity = f"id: {number}\n" if number else ""
        self.wfile.write(f"event: {kind}\n{identity}data: {data}\n\n".encode())
        self.wfile.flush()

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        connection = http.client.HTTPConnection(self._target, timeout=30)
        connection.request(self.command, self.path, body or None, dict(self.headers))
        response = connection.getresponse()
        content = response.read()
        connection.close()
        self.send_response(response.status)
        for name, value in response.getheaders():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_OPTIONS = _serve  # noqa: N815 -- the base class looks for these names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
        pass


def _operator_of(authorization: str) -> str:
    claims = authorization.split()[1].split(".")[1]
    return json.loads(urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sub"]


def _now() -> int:
    return int(time.time() * 1000)
