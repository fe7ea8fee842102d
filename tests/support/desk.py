"""An operator's calls of the HTTP interface, for tests."""

import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx2

API = "/easycim/v1"

# The service speaks plain HTTP in tests; reading the machine's certificates would take most of a test's time.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def new_key() -> str:
    """Give an Idempotency-Key that nobody used."""
    return uuid4().hex


class Desk:
    """One operator at one desk.

    Args:
        url: of the service.
        token: the operator's, or None to come without one.
    """

    def __init__(self, url: str, token: str | None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        self.http = httpx2.Client(base_url=url, headers=headers, timeout=20, verify=NO_TLS)

    def open(self, ecid: str, contact_id: str | None = None, *, manual: bool = False) -> httpx2.Response:
        """``POST /scripts/open``"""
        body = {"ecid": ecid, "contactId": contact_id, "isManual": manual}
        return self.http.post(f"{API}/scripts/open", json=body)

    def open_inbound(self, contact_id: str, **more: str) -> httpx2.Response:
        """``POST /scripts/open-inbound``"""
        return self.http.post(f"{API}/scripts/open-inbound", json={"contactId": contact_id, **more})

    def save(self, *, key: str | None = None, **body: Any) -> httpx2.Response:
        """``POST /scripts/save``; ``ecid`` or ``contactId`` and ``outcome`` are needed."""
        headers = {"Idempotency-Key": key or new_key()}
        return self.http.post(f"{API}/scripts/save", json=body, headers=headers)

    def contact(self, ecid: str) -> httpx2.Response:
        """``GET /contacts/{ecid}``"""
        return self.http.get(f"{API}/contacts/{quote(ecid, safe='')}")

    def search(self, **body: Any) -> httpx2.Response:
        """``POST /contacts/search``"""
        return self.http.post(f"{API}/contacts/search", json=body)

    def import_file(self, content: bytes, media_type: str, **query: str) -> httpx2.Response:
        """``POST /contacts/import``"""
        headers = {"Content-Type": media_type}
        return self.http.post(f"{API}/contacts/import", content=content, headers=headers, params=query)

    def close(self) -> None:
        """Close the connections."""
        self.http.close()


def good(response: httpx2.Response) -> dict[str, Any]:
    """Give the JSON of an answer that has to be a success."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    return response.json()


def problem(response: httpx2.Response, status: int, code: str) -> Mapping[str, Any]:
    """Give the details of an answer that has to be this problem."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    body = response.json()
    assert (response.status_code, body["status"], body["code"]) == (status, status, code), response.text
    assert body["detail"]
    assert body["correlationId"] == response.headers["traceresponse"].split("-")[1]
    return body["details"]
