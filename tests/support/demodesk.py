"""The demo's desk page as tests come to it, and a telephone system that brings contacts to it."""

import itertools
import json
import time
import urllib.request

from playwright.sync_api import Page

from tests.support.service import ServiceProcess
from toolbar_py.service.telephony.webhook.configuration import Secret
from toolbar_py.service.telephony.webhook.signature import HEADER, Keyring, Message

BOOT_MS = 90_000
JOINED = {"TOOLBAR_CTI_SECRETS": f"tests:{'t' * 32}"}
"""The environment of a service that takes reports of :class:`Telephones`."""

_KEYRING = Keyring([Secret("tests", "t" * 32)], 300)
_REPORTS = "/easycim/v1/cti/events"
_NUMBERS = itertools.count(1)


def sign_in(page: Page, service: ServiceProcess, operator: str) -> None:
    """Go to the desk, wait for its toolbar and sign the operator in."""
    page.goto(f"{service.url}/demo/")
    page.locator("#engine.good").wait_for(timeout=BOOT_MS)
    enter(page, operator)


def enter(page: Page, operator: str) -> None:
    """Sign the operator in."""
    page.get_by_role("textbox", name="Operatore").fill(operator)
    page.get_by_role("button", name="Entra").click()
    page.get_by_role("button", name="Esci").wait_for()


class Telephones:
    """A telephone system that reports to a service what a test tells it, signed."""

    def __init__(self, service: ServiceProcess, operator: str) -> None:
        self._service = service
        self._operator = operator

    def ring(self, contact_id: str, ecid: str) -> None:
        """Bring a caller to the operator's desk, and into conversation."""
        call_data = [{"name": "ECID", "value": ecid}]
        first = {"type": "inbound", "mediaType": "telephony", "jobType": "inbound", "callData": call_data}
        self._report(contact_id, "POPUP", **first)
        for event in ("connectionstarted", "established"):
            self._report(contact_id, event)

    def clear(self, contact_id: str) -> None:
        """End the conversation: the after-call work begins."""
        self._report(contact_id, "connectioncleared")

    def take_away(self, contact_id: str) -> None:
        """End the conversation and the after-call work, whatever was saved."""
        self.clear(contact_id)
        self._report(contact_id, "DELETE")

    def _report(self, contact_id: str, event: str, **more: object) -> None:
        event_id = f"desk-event-{next(_NUMBERS):08}"
        report = {"eventId": event_id, "agent": self._operator, "contactId": contact_id, "event": event, "at": 1}
        body = json.dumps({**report, **more}).encode()
        headers = {
            HEADER: _KEYRING.sign(Message("POST", _REPORTS, body), int(time.time())),
            "content-type": "application/json",
        }
        request = urllib.request.Request(f"{self._service.url}{_REPORTS}", body, headers)  # noqa: S310 (loopback, ours)
        with urllib.request.urlopen(request) as response:  # noqa: S310
            (result,) = json.load(response)["results"]
        assert result["result"] == "taken", result
