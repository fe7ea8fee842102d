"""A page on another origin than the service, with the toolbar in it: a CRM in small."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, cast

from pydantic import JsonValue
from pydantic_core import from_json

from toolbar_py.cli.democheck.traffic import Traffic

if TYPE_CHECKING:
    from playwright.sync_api import Page

_HTML = """<!doctype html>
<html lang="en"><title>A CRM</title>
<script src="{service}/sdk/toolbar.js"></script>
<script src="/crm.js"></script></html>
"""

# What a page needs to allow for the toolbar (docs/integration.md); connect-src is for its own login.
_CSP = "default-src 'none'; script-src 'self' {service}; frame-src {service}; connect-src {service}"

_SCRIPT = """
function signIn(service, operator, password) {
  return fetch(service + '/easycim/v1/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ operator: operator, password: password })
  }).then(function (response) {
    return response.json();
  }).then(function (answer) {
    if (answer.token) TOOLBAR.configure({ token: answer.token });
    return answer.token ? { operator: answer.operator, signedIn: true } : { signedIn: false, detail: answer.detail };
  });
}

function outcomeOf(promise) {
  return promise.then(function (answer) {
    return { resolves: answer };
  }, function (error) {
    return { rejects: error };
  }).then(function (outcome) {
    // As text, so that what is looked at is what JSON.stringify gives a page.
    return JSON.stringify(outcome);
  });
}

function call(method, values) {
  return outcomeOf(TOOLBAR.EASYCIM[method].apply(TOOLBAR.EASYCIM, values));
}
"""


class CrmSite:
    """The page's own web server, on a free port of this machine."""

    def __init__(self, server: ThreadingHTTPServer, pages: dict[str, tuple[str, str, str]]) -> None:
        self.origin = f"http://127.0.0.1:{server.server_port}"
        self._pages = pages

    def serve_desk(self, service: str) -> str:
        """Serve the page for a service, and give its address."""
        self._pages["/crm.html"] = (
            "text/html; charset=utf-8",
            _HTML.format(service=service),
            _CSP.format(service=service),
        )
        self._pages["/crm.js"] = ("text/javascript; charset=utf-8", _SCRIPT, "")
        return f"{self.origin}/crm.html"


@contextmanager
def crm_site() -> Generator[CrmSite]:
    """Run the web server for the length of the ``with`` block."""
    pages: dict[str, tuple[str, str, str]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, text, csp = pages.get(self.path, ("text/plain", "", ""))
            content = text.encode()
            self.send_response(200 if text else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            if csp:
                self.send_header("Content-Security-Policy", csp)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
            """Say nothing: the check's own output is on the same terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield CrmSite(server, pages)
        finally:
            server.shutdown()
            thread.join()


class CrmPage:
    """The page in one operator's browser."""

    def __init__(self, page: "Page", service: str, traffic: Traffic) -> None:
        self._page = page
        self._service = service
        self._traffic = traffic

    def ready(self) -> JsonValue:
        """Give what ``TOOLBAR.ready`` comes to."""
        return self._parsed("() => outcomeOf(TOOLBAR.ready)", None)

    def sign_in(self, operator: str, password: str) -> JsonValue:
        """Let the page log in and hand the token to the toolbar."""
        script = "([service, operator, password]) => signIn(service, operator, password)"
        return cast(JsonValue, self._page.evaluate(script, [self._service, operator, password]))

    def call(self, method: str, values: Sequence[JsonValue]) -> JsonValue:
        """Call a method of ``TOOLBAR.EASYCIM``.

        Returns:
            ``{resolves: answer}`` or ``{rejects: error}``, with the number of ``requests`` that easyCIM got for it.
        """
        before = self._traffic.count()
        outcome = self._parsed("([method, values]) => call(method, values)", [method, list(values)])
        return {**cast(dict[str, JsonValue], outcome), "requests": self._traffic.count() - before}

    def _parsed(self, script: str, argument: list[JsonValue] | None) -> JsonValue:
        return from_json(self._page.evaluate(script, argument))
