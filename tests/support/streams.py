"""A server of events that says exactly what a test wants, in exactly the pieces that it wants."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread


@dataclass
class StreamServer:
    """What a test sees of the server.

    Args:
        origin: its address.
        pieces: what the stream says, piece by piece; each is sent on its own.
        stays_open: whether the stream stays open after the last piece.
        status, content_type: what it answers with.
        asked: the headers of each request, lower case.
        gone: set when the browser has let go of a stream that stayed open.
    """

    origin: str = ""
    pieces: Sequence[bytes] = ()
    stays_open: bool = False
    status: int = 200
    content_type: str = "text/event-stream; charset=utf-8"
    asked: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    gone: Event = field(default_factory=Event)


@contextmanager
def stream_server(script: Path) -> Generator[StreamServer]:
    """Run the server on a free loopback port; it also serves an empty page, and a script as ``/script.js``."""
    stream = StreamServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/script.js":
                self._answer(200, "text/javascript", script.read_bytes())
            elif self.path.startswith("/easycim/v1/"):
                self._stream()
            else:
                self._answer(200, "text/html", b"<!doctype html><title>page</title>")

        def _stream(self) -> None:
            stream.asked.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(stream.status)
            self.send_header("content-type", stream.content_type)
            self.end_headers()
            for piece in stream.pieces:
                self.wfile.write(piece)
                self.wfile.flush()
            try:
                # A browser that has closed its end resets the connection at the second write at the latest.
                while stream.stays_open and not stream.gone.wait(0.05):
                    self.wfile.write(b":\n")
                    self.wfile.flush()
            except OSError:
                stream.gone.set()

        def _answer(self, status: int, kind: str, content: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stream.origin = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield stream
    finally:
        stream.gone.set()
        server.shutdown()
        server.server_close()
        thread.join()
