"""The CRM's web server, through which the measured pages also talk to the benchmark.

Pages are not driven over a debugging protocol while they are measured: one that listens to a page's network traffic, as
Playwright does, makes each of its requests a third slower, but not those of workers.
"""

import json
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

_TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_DEADLINE_S = 120


class Tab:
    """A page of the benchmark: it says something, and waits for what it is to do next.

    Args:
        number: by which the page names itself.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.said = SimpleQueue[dict[str, Any]]()
        self.wanted = SimpleQueue[dict[str, Any] | None]()

    def hear(self) -> Any:
        """Wait for what the page says next.

        Raises:
            RuntimeError: it reported an error, or nothing at all in time.
        """
        try:
            said = self.said.get(timeout=_DEADLINE_S)
        except Empty:
            raise RuntimeError(f"a page said nothing for {_DEADLINE_S} s") from None
        if "error" in said:
            raise RuntimeError(said["error"])
        return said["answer"]

    def tell(self, **wanted: Any) -> None:
        """Say what the page is to do next."""
        self.wanted.put(wanted)

    def end(self) -> None:
        """Leave the page without an answer: it is closed, or will be."""
        self.wanted.put(None)

    def call(self, method: str, *values: Any) -> Any:
        """Have the page call one of its functions, and give the answer."""
        self.tell(method=method, values=values)
        return self.hear()


class Postbox:
    """The pages, and their messages.

    Args:
        port: on loopback.
    """

    def __init__(self, port: int) -> None:
        # Another host name than the service's makes it another site, so that a frame of the service gets a process of
        # its own and partitioned storage, as in production.
        self.origin = f"http://localhost:{port}"
        self.pages: dict[str, str] = {}
        self.tabs: dict[int, Tab] = {}
        self._numbers = count(1)

    def new_tab(self) -> Tab:
        """Make a tab that a page can be opened for."""
        tab = Tab(next(self._numbers))
        self.tabs[tab.number] = tab
        return tab


@contextmanager
def open_postbox() -> Generator[Postbox]:
    """Run the server on a free loopback port for the length of the ``with`` block."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        # Pages that nobody closed still wait for what to do next.
        block_on_close = False

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            content = box.pages.get(path)
            kind = _TYPES.get(path[path.rfind(".") :], "text/plain")
            self._send(200 if content is not None else 404, kind, content or "")

        def do_POST(self) -> None:
            tab = box.tabs[int(self.path.rpartition("/")[2])]
            tab.said.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            wanted = tab.wanted.get()
            if wanted is None:
                self.close_connection = True
            else:
                self._send(200, "application/json", json.dumps(wanted))

        def _send(self, status: int, kind: str, text: str) -> None:
            content = text.encode()
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            self.send_header("access-control-allow-origin", "*")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        box = Postbox(server.server_port)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield box
        finally:
            for tab in box.tabs.values():
                tab.end()
            server.shutdown()
            thread.join()
