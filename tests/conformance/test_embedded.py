"""The service that a page is checked against."""

import itertools
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event, Thread

import pytest

from toolbar_py.conformance import embedded
from toolbar_py.conformance.embedded import Operator, embedded_service
from toolbar_py.conformance.problem import CheckError
from toolbar_py.service.store.eventlog import REPLAY_MAX
from toolbar_py.wire.telephony import AgentStatus, DeskSnapshot, Presence


def test_a_real_telephone_system_of_this_machine_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOOLBAR_CTI_SECRETS", f"2026a:{'s' * 32}")
    with (
        embedded_service(tmp_path, [], "chat\n", seed=1, speed=1) as url,
        pytest.raises(urllib.error.HTTPError, match="404"),
    ):
        urllib.request.urlopen(f"{url}/easycim/v1/cti/events", b"{}", timeout=15)  # noqa: S310 (on this machine)


def test_all_events_are_read_when_they_are_more_than_the_service_tells_again(tmp_path: Path) -> None:
    with embedded_service(tmp_path, [], "chat agent=op2@demo\n", seed=1, speed=1) as url:
        operator = Operator(url, "op1@demo")
        for _ in range(3):
            _go_and_come(operator, 400)
            operator.read_on()
        events = operator.record(()).events
    assert len(events) > REPLAY_MAX
    assert [event.number for event in events] == list(range(1, len(events) + 1))


def test_events_that_the_service_does_not_tell_again_end_the_check_with_a_sentence(tmp_path: Path) -> None:
    with embedded_service(tmp_path, [], "chat agent=op2@demo\n", seed=1, speed=1) as url:
        operator = Operator(url, "op1@demo")
        _go_and_come(operator, REPLAY_MAX + 1)
        assert "does not tell all events again" in _refused(lambda: operator.record(()))


def test_events_that_do_not_come_in_time_end_the_check_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "_ANSWER_S", 0.5)
    with _silent_service() as url:
        operator = Operator(url, "op1@demo")
        assert "has not told the operator's events within 0.5 s" in _refused(operator.read_on)


def _go_and_come(operator: Operator, times: int) -> None:
    """Bring about an event each time."""
    for presence in itertools.islice(itertools.cycle([Presence.LOGGED_IN, Presence.LOGGED_OUT]), times):
        operator.set_presence(presence)


def _refused(read: Callable[[], object]) -> str:
    """Give the sentence with which reading ends, in a thread: what waits for ever is not waited for."""
    told: SimpleQueue[str] = SimpleQueue()

    def run() -> None:
        try:
            read()
        except CheckError as error:
            told.put(str(error))
        else:
            told.put("nothing was wrong")

    Thread(target=run, daemon=True).start()
    try:
        return told.get(timeout=30)
    except Empty:
        return "it waits for ever"


@contextmanager
def _silent_service() -> Generator[str]:
    """Run a service that says how the desk stands, and then no event but heartbeats."""
    agent = AgentStatus(agent="op1@demo", presence=Presence.LOGGED_IN, since=1, logged_in_at=1, groups=[])
    desk = DeskSnapshot(number=5, now=1, resumed=True, heartbeat_ms=50, agent=agent, contacts=[])
    over = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._begin(b'{"token":"t"}')

        def do_GET(self) -> None:
            self._begin(f"event: desk\ndata: {desk.to_json()}\n\n".encode())
            with suppress(OSError):
                while not over.wait(desk.heartbeat_ms / 1000):
                    self.wfile.write(b'event: heartbeat\ndata: {"now":1}\n\n')

        def _begin(self, content: bytes) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()
