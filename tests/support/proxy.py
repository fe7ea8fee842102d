"""A reverse proxy that loses answers, for tests of what a bad network does to the toolbar."""

import http.client
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from time import monotonic, sleep
from urllib.parse import urlsplit

_PATIENCE_S = 20
_HOP_BY_HOP = {"connection", "transfer-encoding", "date", "server", "content-length"}


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

    def cut_next_answer(self, path: str) -> None:
        """Let the next request to a path reach the service, and close the connection instead of answering it."""
        self._cut = path

    def hang(self, path: str) -> None:
        """Never answer requests to a path again, once the cut that may be due has been made."""
        self._hang = path

    def wait_for_cuts(self, count: int) -> None:
        """Wait until so many answers have been lost in all."""
        until = monotonic() + _PATIENCE_S
        while len(self.cut_bodies) < count:
            assert monotonic() < until, "no request came to lose the answer of"
            sleep(0.01)

    def takes(self, path: str, body: str) -> bool:
        """Say whether the answer of a request is to be lost, and remember it."""
        if not self._cut or path != self._cut:
            return False
        self._cut = ""
        self.cut_bodies.append(body)
        return True

    def holds(self, path: str) -> bool:
        """Say whether a request is never to be answered."""
        return path == self._hang and path != self._cut


@contextmanager
def flaky_proxy(upstream: str) -> Generator[FlakyProxy]:
    """Run a proxy in front of a service, on a free loopback port."""
    target = urlsplit(upstream).netloc
    proxy = FlakyProxy("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.command == "POST" and proxy.holds(self.path):
                proxy.released.wait(30)
                self.close_connection = True
                return
            connection = http.client.HTTPConnection(target, timeout=30)
            connection.request(self.command, self.path, body or None, dict(self.headers))
            response = connection.getresponse()
            content = response.read()
            connection.close()
            if self.command == "POST" and proxy.takes(self.path, content.decode()):
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
