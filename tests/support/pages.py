"""A web server for host pages: the CRM's origin in the browser tests."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread


@dataclass
class HostPages:
    """Pages served from an origin of their own. ``pages`` maps a path to HTML and headers, and may grow at any time.

    ``held`` are the requests, by path and query, that are not answered yet.
    """

    origin: str
    pages: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict[str, tuple[str, dict[str, str]]])
    held: dict[str, Event] = field(default_factory=dict[str, Event])

    def add(self, path: str, html: str, headers: dict[str, str] | None = None) -> str:
        """Serve a page, and give its address."""
        self.pages[path] = (html, headers or {})
        return self.origin + path

    @contextmanager
    def hold(self, target: str) -> Generator[None]:
        """Answer no request for a path and query within the ``with`` block."""
        released = self.held[target] = Event()
        try:
            yield
        finally:
            del self.held[target]
            released.set()


@contextmanager
def serve_pages() -> Generator[HostPages]:
    """Run the server on a free loopback port for the length of the ``with`` block."""
    site = HostPages("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if held := site.held.get(self.path):
                held.wait()
            html, headers = site.pages.get(self.path.split("?")[0], ("", {}))
            content = html.encode()
            self.send_response(200 if html else 404)
            kind = "text/javascript" if self.path.endswith(".js") else "text/html; charset=utf-8"
            for name, value in {"content-type": kind, "content-length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.origin = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
