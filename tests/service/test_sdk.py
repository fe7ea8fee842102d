"""The browser files and the demo pages (contract section 1)."""

import hashlib
import http.client
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from tests.support.desk import NO_TLS
from tests.support.service import ServiceProcess
from toolbar_py.service.app import create_app
from toolbar_py.service.settings import Settings


def get(service: ServiceProcess, path: str, **headers: str) -> httpx2.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.get(service.url + path, headers={"Accept-Encoding": "identity", **names}, verify=NO_TLS)


def raw(service: ServiceProcess, path: str, accept_encoding: str = "identity") -> tuple[int, bytes, str | None]:
    """Ask for a path exactly as written, and give the body as it was sent."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port)
    connection.request("GET", path, headers={"Accept-Encoding": accept_encoding})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body, response.headers["Content-Encoding"]


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("toolbar.js", "text/javascript; charset=utf-8"),
        ("pyodide.mjs", "text/javascript; charset=utf-8"),
        ("toolbar.d.ts", "text/plain; charset=utf-8"),
        ("frame.html", "text/html; charset=utf-8"),
        ("data.bin", "application/octet-stream"),
        ("simple/", "text/html; charset=utf-8"),
        ("assets/engine-1a2b3c.wasm", "application/wasm"),
        ("assets/lock-1a2b3c.json", "application/json"),
        ("assets/toolbar_py-0.1.0-py3-none-any.whl", "application/octet-stream"),
    ],
)
def test_every_file_has_the_type_that_browsers_need(service: ServiceProcess, path: str, media_type: str) -> None:
    response = get(service, f"/sdk/{path}")
    assert response.status_code == 200
    assert response.headers["content-type"] == media_type


def test_every_page_may_use_the_files(service: ServiceProcess) -> None:
    headers = get(service, "/sdk/toolbar.js").headers
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["timing-allow-origin"] == "*"


def test_a_file_named_by_its_content_is_kept_for_ever(service: ServiceProcess) -> None:
    response = get(service, "/sdk/assets/engine-1a2b3c.wasm")
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_any_other_file_is_asked_for_again(service: ServiceProcess) -> None:
    assert get(service, "/sdk/toolbar.js").headers["cache-control"] == "no-cache"


def test_a_file_that_did_not_change_is_not_sent_again(service: ServiceProcess) -> None:
    etag = get(service, "/sdk/toolbar.js").headers["etag"]
    response = get(service, "/sdk/toolbar.js", if_none_match=f'"other", {etag}')
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["etag"] == etag


def test_the_validator_is_of_the_content(service: ServiceProcess) -> None:
    digest = hashlib.sha256(b"plain").hexdigest()
    assert get(service, "/sdk/toolbar.js").headers["etag"].strip('"') in digest


@pytest.mark.parametrize(
    ("accept", "body", "encoding"),
    [
        ("br, gzip", b"brotli", "br"),
        ("zstd, gzip", b"zstd", "zstd"),
        ("gzip", b"gzip", "gzip"),
        ("gzip;q=1, br;q=0.1", b"gzip", "gzip"),
        ("identity", b"plain", None),
    ],
)
def test_the_ready_made_copy_is_sent_that_is_accepted(
    service: ServiceProcess, accept: str, body: bytes, encoding: str | None
) -> None:
    assert raw(service, "/sdk/toolbar.js", accept) == (200, body, encoding)


def test_every_copy_has_a_validator_of_its_own_and_says_what_it_depends_on(service: ServiceProcess) -> None:
    plain = get(service, "/sdk/toolbar.js")
    packed = httpx2.head(f"{service.url}/sdk/toolbar.js", headers={"Accept-Encoding": "br"}, verify=NO_TLS)
    assert plain.headers["etag"] != packed.headers["etag"]
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"


def test_a_head_request_gives_the_headers_alone(service: ServiceProcess) -> None:
    response = httpx2.head(f"{service.url}/sdk/toolbar.js", headers={"Accept-Encoding": "identity"}, verify=NO_TLS)
    assert (response.status_code, response.headers["content-length"], response.content) == (200, "5", b"")


@pytest.mark.parametrize(
    "path",
    [
        "/sdk/../outside.js",
        "/sdk/%2e%2e/outside.js",
        "/sdk/..%2foutside.js",
        "/sdk/assets/../../outside.js",
        "/sdk/assets/%2e%2e%2f%2e%2e%2foutside.js",
        "/sdk/..%5coutside.js",
        "/sdk//etc/passwd",
        "/sdk/%00",
        "/sdk/link.js",
        "/sdk/" + "x" * 5_000,
    ],
)
def test_nothing_outside_of_the_folder_can_be_reached(service: ServiceProcess, path: str) -> None:
    status, body, _ = raw(service, path)
    assert status == 404
    assert b"secret" not in body


def test_a_file_that_is_not_there_is_a_problem(service: ServiceProcess) -> None:
    response = get(service, "/sdk/nope.js")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"


async def test_files_that_are_not_built_are_a_problem_that_says_what_to_run(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path / "data", sdk_dir=tmp_path / "nowhere"))
    transport = httpx2.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx2.AsyncClient(transport=transport, base_url="http://x") as client:
        assert "make setup" in (await client.get("/sdk/toolbar.js")).json()["detail"]
        ready = await client.get("/readyz")
    assert ready.status_code == 503
    assert "make setup" in ready.json()["details"]["faults"][0]


def test_a_new_build_is_served_at_once(start_service: Callable[..., ServiceProcess], tmp_path: Path) -> None:
    folder = tmp_path / "sdk"
    folder.mkdir()
    (folder / "toolbar.js").write_text("old")
    service = start_service(more=("--sdk-dir", str(folder)), demo=False)
    assert get(service, "/sdk/toolbar.js").text == "old"
    (folder / "toolbar.js").write_text("newer")
    assert get(service, "/sdk/toolbar.js").text == "newer"


async def test_the_demo_pages_come_with_a_strict_policy(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "index.html").write_text("demo")
    app = create_app(Settings(data_dir=tmp_path / "data", demo=True, pages_dir=pages))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://service") as client:
        response = await client.get("/demo", follow_redirects=True)
    assert response.text == "demo"
    policy = response.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "frame-ancestors 'none'"} <= {*policy}


def test_there_are_no_demo_pages_otherwise(start_service: Callable[..., ServiceProcess]) -> None:
    service = start_service(demo=False)
    assert get(service, "/demo/").status_code == 404
