"""A browser page of the build: a folder served on loopback to headless Chromium, which may upload files back."""

import mimetypes
import runpy
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Page, sync_playwright

from web.build.paths import ROOT

_TIMEOUT_MS = 120_000
_TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm"}


@contextmanager
def open_workshop(folder: Path) -> Generator[tuple[Page, str]]:
    """Open a page of the folder's ``index.html``.

    Args:
        folder: what the page can fetch. A ``PUT`` to ``/upload/NAME`` writes the file NAME into it.

    Yields:
        the page, and the address of the folder with a slash at the end.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}/"
    options: dict[str, Any] = runpy.run_path(str(ROOT / "playwright.config.py"))["launch_options"]()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(**options)
            page = browser.new_page()
            page.set_default_timeout(_TIMEOUT_MS)
            page.goto(address)
            yield page, address
            browser.close()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(SimpleHTTPRequestHandler):
    """Serves the folder and takes uploads; only the build's own page knows its port."""

    def do_PUT(self) -> None:
        name = Path(self.path).name
        content = self.rfile.read(int(self.headers["content-length"]))
        (Path(self.directory) / name).write_bytes(content)
        self.send_response(204)
        self.end_headers()

    def guess_type(self, path: Any) -> str:
        suffix = Path(path).suffix
        return _TYPES.get(suffix) or mimetypes.guess_type(str(path))[0] or "application/octet-stream"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
        pass
