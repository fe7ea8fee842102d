"""Health, description and where things are (contract section 5)."""

import asyncio
import resource
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from tests.support.desk import API, NO_TLS, Desk
from tests.support.service import ServiceProcess
from toolbar_py.service.accounts import issue_tokens
from toolbar_py.service.app import create_app, prepare
from toolbar_py.service.settings import Settings
from toolbar_py.wire.phases import Action

OPERATIONS = {
    ("/easycim/v1/scripts/open", "post"),
    ("/easycim/v1/scripts/open-inbound", "post"),
    ("/easycim/v1/scripts/save", "post"),
    ("/easycim/v1/contacts/{ecid}", "get"),
    ("/easycim/v1/contacts/search", "post"),
    ("/easycim/v1/contacts/import", "post"),
    ("/easycim/v1/events", "get"),
    ("/easycim/v1/agent/state", "post"),
    ("/easycim/v1/agent/groups", "post"),
    ("/easycim/v1/agents", "get"),
    ("/easycim/v1/calls", "post"),
    *((f"/easycim/v1/calls/{{contact_id}}/{action}", "post") for action in Action),
    ("/easycim/v1/slots/search", "post"),
    ("/easycim/v1/appointments", "post"),
    ("/easycim/v1/cti/events", "post"),
    ("/easycim/v1/cti/rejections", "get"),
    ("/easycim/v1/profile", "get"),
    ("/easycim/v1/login", "post"),
}


def test_the_root_lists_where_things_are(service: ServiceProcess) -> None:
    links = httpx2.get(service.url, verify=NO_TLS).json()["links"]
    assert links["sdk"] == f"{service.url}/sdk/toolbar.js"
    assert links["demo"] == f"{service.url}/demo/"
    assert httpx2.get(links["openapi"], verify=NO_TLS).status_code == 200


def test_the_root_is_a_page_for_browsers(service: ServiceProcess) -> None:
    response = httpx2.get(service.url, headers={"Accept": "text/html,*/*;q=0.8"}, verify=NO_TLS)
    assert response.headers["content-type"].startswith("text/html")
    assert f"{service.url}/sdk/toolbar.js" in response.text


async def test_the_root_names_the_address_that_pages_use(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path, public_url="https://easycim.example/"))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://service") as client:
        links = (await client.get("/")).json()["links"]
    assert links["sdk"] == "https://easycim.example/sdk/toolbar.js"


def test_a_service_that_lives_and_is_ready_says_so(service: ServiceProcess) -> None:
    assert httpx2.get(f"{service.url}/healthz", verify=NO_TLS).json()["status"] == "ok"
    assert httpx2.get(f"{service.url}/readyz", verify=NO_TLS).json()["status"] == "ready"


def test_starting_takes_less_than_three_seconds(
    start_service: Callable[..., ServiceProcess], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In processor time, which is what it takes on a machine that does nothing else, with the modules compiled."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    took: list[float] = []
    for name in ("compiles", "new"):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        service = start_service(tmp_path / name)
        assert httpx2.get(f"{service.url}/readyz", verify=NO_TLS).status_code == 200
        service.stop()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert took[-1] < 3


def test_the_description_is_the_same_at_both_places_and_names_every_operation(service: ServiceProcess) -> None:
    document = httpx2.get(f"{service.url}/openapi.json", verify=NO_TLS).json()
    assert httpx2.get(f"{service.url}{API}/openapi.json", verify=NO_TLS).json() == document
    assert {(path, method) for path, item in document["paths"].items() for method in item} == OPERATIONS


def test_every_error_in_the_description_is_a_problem(service: ServiceProcess) -> None:
    document = httpx2.get(f"{service.url}/openapi.json", verify=NO_TLS).json()
    errors = [
        response
        for path in document["paths"].values()
        for operation in path.values()
        for status, response in operation["responses"].items()
        if status >= "400"
    ]
    assert {tuple(response["content"]) for response in errors} == {("application/problem+json",)}


async def test_the_data_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    await prepare(Settings(data_dir=tmp_path / "data"))
    found = [tmp_path / "data", *(tmp_path / "data").iterdir()]
    assert {path.stat().st_mode & 0o077 for path in found} == {0}


def test_a_restart_keeps_what_was_worked(start_service: Callable[..., ServiceProcess]) -> None:
    """The demo is put in again at every start, and must not undo anything."""
    first = start_service()
    desk = Desk(first.url, first.token())
    desk.save(ecid="demo|1|1|1", outcome="POSITIVE")
    desk.close()
    assert first.stop() == 0
    second = start_service(first.data_dir)
    desk = Desk(second.url, second.token())
    assert desk.contact("demo|1|1|1").json()["terminated"] is True
    assert desk.contact("demo|1|1|1000").json()["state"] == "NEW"
    desk.close()


def test_a_token_made_before_the_demo_leaves_its_operator_a_demo_operator(
    start_service: Callable[..., ServiceProcess], tmp_path: Path
) -> None:
    asyncio.run(issue_tokens(Settings(data_dir=tmp_path / "data"), ["op1@demo"], 60))
    service = start_service(tmp_path / "data")
    login = {"operator": "op1@demo", "password": "demo"}
    desk = Desk(service.url, httpx2.post(f"{service.url}{API}/login", json=login, verify=NO_TLS).json()["token"])
    assert desk.http.get(f"{API}/profile").json()["inboundMacroActivity"] == "DEMO"
    desk.close()
