"""Which pages may read what (contract section 5)."""

import httpx2
import pytest

from tests.support.desk import API, NO_TLS, Desk
from tests.support.service import ServiceProcess

CRM = "https://crm.example"
STRANGER = "https://stranger.example"


def preflight(service: ServiceProcess, origin: str, path: str = f"{API}/scripts/save") -> httpx2.Response:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type, idempotency-key, traceparent",
    }
    return httpx2.options(service.url + path, headers=headers, verify=NO_TLS)


def test_an_allowed_page_may_read_the_answer(desk: Desk, ecid: str) -> None:
    response = desk.http.get(f"{API}/contacts/{ecid}", headers={"Origin": CRM})
    assert response.headers["access-control-allow-origin"] == CRM
    assert response.headers["vary"] == "Origin"


def test_an_allowed_page_may_read_refusals_and_their_trace(desk: Desk) -> None:
    response = desk.http.get(f"{API}/contacts/no%7Csuch", headers={"Origin": CRM})
    assert response.headers["access-control-allow-origin"] == CRM
    assert "traceresponse" in response.headers["access-control-expose-headers"]


@pytest.mark.parametrize("origin", [STRANGER, "null", "https://crm.example.evil.example", "http://crm.example"])
def test_no_other_page_may(desk: Desk, ecid: str, origin: str) -> None:
    response = desk.http.get(f"{API}/contacts/{ecid}", headers={"Origin": origin})
    assert "access-control-allow-origin" not in response.headers
    assert response.headers["vary"] == "Origin"


def test_a_preflight_allows_what_the_toolbar_sends_and_is_kept(service: ServiceProcess) -> None:
    response = preflight(service, CRM)
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == CRM
    allowed = response.headers["access-control-allow-headers"].split(", ")
    assert {"authorization", "content-type", "idempotency-key", "traceparent", "accept-language"} <= {*allowed}
    assert response.headers["access-control-max-age"] == "7200"
    assert "access-control-allow-credentials" not in response.headers


def test_a_preflight_of_another_page_is_refused_and_says_why(service: ServiceProcess) -> None:
    response = preflight(service, STRANGER)
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers
    assert response.json()["code"] == "FORBIDDEN"
    assert STRANGER in response.json()["detail"]


@pytest.mark.parametrize("path", ["/sdk/pyodide.mjs", "/healthz", "/readyz", f"{API}/openapi.json"])
def test_what_is_public_may_be_read_by_every_page(service: ServiceProcess, path: str) -> None:
    assert httpx2.get(service.url + path, verify=NO_TLS).headers["access-control-allow-origin"] == "*"
    assert preflight(service, STRANGER, path).headers["access-control-allow-origin"] == "*"


def test_a_body_that_is_refused_unread_is_still_readable_by_the_page(desk: Desk) -> None:
    headers = {"Origin": CRM, "Content-Type": "application/json"}
    response = desk.http.post(f"{API}/scripts/open", content=b" " * 1_000_000, headers=headers)
    assert response.status_code == 413
    assert response.headers["access-control-allow-origin"] == CRM
