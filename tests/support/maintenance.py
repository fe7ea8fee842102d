"""A gateway that answers in the place of a service that is down, as sites have one in front of it."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

_PAGE = b"<!doctype html><title>Manutenzione</title><h1>Torniamo presto</h1>"


@contextmanager
def maintenance(port: int, headers: Mapping[str, str]) -> Generator[None]:
    """Answer every request to a loopback port with 502 and a page of the gateway's, within the ``with`` block."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.send_response(502)
            sent = {"content-type": "text/html", "content-length": str(len(_PAGE)), **headers}
            for name, value in sent.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(_PAGE)

        do_GET = do_POST = do_OPTIONS = _answer  # noqa: N815 -- the base class looks for these names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
