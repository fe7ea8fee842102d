"""A telephone system's gateway that reports what a test says, signed as a real one has to."""

import json
import time
from typing import Any, Self
from uuid import uuid4

import httpx2

from tests.support.desk import API, NO_TLS
from toolbar_py.service.telephony.webhook.configuration import SECRETS, Secret
from toolbar_py.service.telephony.webhook.signature import HEADER, Keyring, Message

_PATH = f"{API}/cti/events"
_SECRET = Secret("tests", "t" * 32)

KEYRING = Keyring([_SECRET], 300)
"""Signs as the service expects it."""

ENVIRONMENT = {SECRETS: f"{_SECRET.key_id}:{_SECRET.text}"}
"""What a service needs to know to take the reports."""


class Gateway:
    """Reports to a service; use it as a context manager.

    Args:
        url: of the service.
    """

    def __init__(self, url: str) -> None:
        self._http = httpx2.Client(base_url=url, timeout=20, verify=NO_TLS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def bring(self, agent: str, ecid: str, *events: str) -> str:
        """Bring a preview to an operator's desk and let the first events of its life happen; gives its ContactID."""
        contact_id = f"{uuid4().hex}@gateway.example"
        call_data = [{"name": "ECID", "value": ecid}]
        first = {"type": "callTask", "mediaType": "telephony", "jobType": "previewQueue", "callData": call_data}
        self.report(agent, contact_id, "POPUP", **first)
        for event in events:
            self.report(agent, contact_id, event)
        return contact_id

    def report(self, agent: str, contact_id: str, event: str, **more: Any) -> None:
        """Report one event; it has to be taken."""
        now_ms = int(time.time() * 1000)
        report = {"eventId": uuid4().hex, "agent": agent, "contactId": contact_id, "event": event, "at": now_ms, **more}
        body = json.dumps(report).encode()
        signature = KEYRING.sign(Message("POST", _PATH, body), now_ms // 1000)
        answer = self._http.post(_PATH, content=body, headers={HEADER: signature})
        (result,) = answer.json()["results"]
        assert result["result"] == "taken", result
