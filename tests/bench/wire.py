"""Counts what crosses the wire to the browser: a relay before the service, which sees workers and frames as well."""

import re
import socket
import socketserver
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from threading import Lock, Thread
from urllib.parse import urlsplit

from tests.bench.browsers import Booter
from tests.bench.plan import STOCK
from tests.bench.results import State, WireResult
from tests.bench.stage import Stage

_CHUNK = 1 << 16
_REQUEST = re.compile(rb"^(?:GET|POST|HEAD|OPTIONS|PUT) (\S+) HTTP/1\.1\r\n")


class Counts:
    """Bytes to the browser, by the path that was asked for."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._bytes: Counter[str] = Counter()

    def add(self, path: str, count: int) -> None:
        """Count bytes."""
        with self._lock:
            self._bytes[path] += count

    def take(self) -> dict[str, int]:
        """Give what was counted, the most first, and begin again."""
        with self._lock:
            taken = dict(self._bytes.most_common())
            self._bytes.clear()
            return taken


@contextmanager
def relay(target: str) -> Generator[tuple[str, Counts]]:
    """Forward connections to a service for the length of the ``with`` block.

    Args:
        target: its address.

    Yields:
        the relay's address, and what it counts.
    """
    place = urlsplit(target)
    counts = Counts()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection((place.hostname or "", place.port or 80)) as service:
                _forward(self.request, service, counts)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", counts
        finally:
            server.shutdown()
            thread.join()


def _forward(browser: socket.socket, service: socket.socket, counts: Counts) -> None:
    asked = "?"

    def back() -> None:
        try:
            while chunk := service.recv(_CHUNK):
                counts.add(asked, len(chunk))
                browser.sendall(chunk)
            browser.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the browser went away; what it got is counted

    answers = Thread(target=back, daemon=True)
    answers.start()
    try:
        while chunk := browser.recv(_CHUNK):
            # Browsers do not pipeline: what comes back from here on answers this.
            if found := _REQUEST.match(chunk):
                asked = found[1].decode()
            service.sendall(chunk)
        service.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # one of them went away
    answers.join()


def measure_wire(stage: Stage, chromium: Booter, runtimes: list[str]) -> list[WireResult]:
    """Make one first visit of stock Pyodide and of each runtime through the relay."""
    results: list[WireResult] = []
    with relay(stage.service_url) as (address, counts):
        for runtime in (STOCK, *runtimes):
            what = STOCK if runtime == STOCK else "ours"
            chromium.boot(stage.page("boot.html", what=what, runtime=runtime, service=address), State.EMPTY)
            files = counts.take()
            results.append(WireResult(runtime=runtime, bytes_received=sum(files.values()), files=files))
    return results
