"""The other side of a service that is joined to a telephone system: takes the actions that the service sends out."""

import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from toolbar_py.service.telephony.webhook.signature import HEADER, Keyring, Message


class Gateway(ThreadingHTTPServer):
    """The gateway of a telephone system: begins what it is asked to, and remembers what it was told.

    Args:
        keyring: whose signatures it takes.
    """

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring
        self.told: list[dict[str, Any]] = []
        self.before_answering: Callable[[dict[str, Any]], None] = lambda _: None
        super().__init__(("127.0.0.1", 0), _Handler)

    def wait_for(self, kind: str) -> dict[str, Any]:
        """Give the first message of a kind, as soon as it is there."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            found = next((each for each in self.told if each["kind"] == kind), None)
            if found is not None:
                return found
            time.sleep(0.02)
        raise AssertionError(f"nothing of kind {kind} in {self.told}")


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Take a message if its signature is right."""
        gateway = cast(Gateway, self.server)
        body = self.rfile.read(int(self.headers["content-length"]))
        gateway.keyring.verify(Message("POST", self.path, body), self.headers[HEADER], int(time.time()))
        message = json.loads(body)
        gateway.told.append(message)
        gateway.before_answering(message)
        refused = message.get("destination") == "113"
        answer = {"detail": "113 is not for us"} if refused else {"contactId": f"gw-{message['id']}"}
        content = json.dumps(answer).encode()
        self.send_response(409 if refused else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep the tests' output clean."""
