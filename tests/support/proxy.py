"""A reverse proxy that loses answers, for tests of what a bad network does to the toolbar."""

import http.client
from collections.abc import Generator
from contextlib import contextmanager
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from urllib.parse import urlsplit

_HOP_BY_HOP = {"connection", "transfer-encoding", "date", "server", "content-length"}


class Fate(Enum):
    """What happens to a request."""

    ANSWERED = auto()
    CUT = auto()
    """The service takes it, and the connection is closed instead of answering."""
    HELD = auto()
    """It never reaches the service, and nothing comes back."""


class FlakyProxy:
    """What a test sees of the proxy.

    Args:
        url: its address: use it in the place of the service's.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.released = Event()
        self.cut_bodies: list[str] = []
        self._cut = ""
        self._hang = ""
        self._losing = ""
        self._seen: set[str] = set()
        self._lock = Lock()

    def cut_next_answer(self, path: str) -> None:
        """Let the next request to a path reach the service, and close the connection instead of answering it."""
        self._cut = path

    def hang(self, path: str) -> None:
        """Never answer requests to a path again."""
        self._hang = path

    def lose_answers(self, path: str) -> None:
        """Let the first request of each ``Idempotency-Key`` to a path reach the service and lose its answer; never
        answer those that repeat it.

        By their keys: a request that its sender has given up may come later than the next one.
        """
        self._losing = path

    def fate(self, path: str, key: str) -> Fate:
        """Say what is to happen to a request."""
        with self._lock:
            if path == self._hang:
                return Fate.HELD
            if path == self._losing:
                repeated = key in self._seen
                self._seen.add(key)
                return Fate.HELD if repeated else Fate.CUT
            if path == self._cut:
                self._cut = ""
                return Fate.CUT
            return Fate.ANSWERED


@contextmanager
def flaky_proxy(upstream: str) -> Generator[FlakyProxy]:
    """Run a proxy in front of a service, on a free loopback port."""
    target = urlsplit(upstream).netloc
    proxy = FlakyProxy("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            fate = Fate.ANSWERED
            if self.command == "POST":
                fate = proxy.fate(self.path, self.headers.get("idempotency-key") or "")
            if fate is Fate.HELD:
                proxy.released.wait(30)
                self.close_connection = True
                return
            connection = http.client.HTTPConnection(target, timeout=30)
            connection.request(self.command, self.path, body or None, dict(self.headers))
            response = connection.getresponse()
            content = response.read()
            connection.close()
            if fate is Fate.CUT:
                proxy.cut_bodies.append(content.decode())
                self.close_connection = True
                return
            self.send_response(response.status)
            for name, value in response.getheaders():
                if name.lower() not in _HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_OPTIONS = _forward  # noqa: N815 -- the base class looks for these names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
