"""A real service over real SQLite, in a process of its own."""

import asyncio
import itertools
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.desk import Desk
from tests.support.service import ServiceProcess
from toolbar_py.service.accounts import new_operator
from toolbar_py.service.app import prepare
from toolbar_py.service.settings import Settings
from toolbar_py.service.store.base import Role

CRM = "https://crm.example"


@pytest.fixture(scope="session")
def sdk_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Browser files as the web build leaves them."""
    folder = tmp_path_factory.mktemp("sdk")
    files = {
        "toolbar.js": b"plain",
        "toolbar.js.br": b"brotli",
        "toolbar.js.gz": b"gzip",
        "toolbar.js.zst": b"zstd",
        "toolbar.d.ts": b"declare",
        "pyodide.mjs": b"module",
        "frame.html": b"<!doctype html>",
        "data.bin": b"\x00",
        "simple/index.html": b"index",
        "assets/engine-1a2b3c.wasm": b"\x00asm",
        "assets/lock-1a2b3c.json": b"{}",
        "assets/toolbar_py-0.1.0-py3-none-any.whl": b"PK",
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    (folder.parent / "outside.js").write_text("secret")
    (folder / "link.js").symlink_to(folder.parent / "outside.js")
    return folder


@pytest.fixture(scope="session")
def demo_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo in it, to copy: making one takes longer."""
    folder = tmp_path_factory.mktemp("demo")
    asyncio.run(prepare(Settings(data_dir=folder, demo=True)))
    return folder


@pytest.fixture
def start_service(tmp_path: Path, sdk_dir: Path, demo_data: Path) -> Iterator[Callable[..., ServiceProcess]]:
    """Give what starts a service of the test's own; it is stopped when the test ends.

    Without a folder it is one that holds the demo already.
    """
    running: list[ServiceProcess] = []

    def start(data_dir: Path | None = None, *, demo: bool = True, more: tuple[str, ...] = ()) -> ServiceProcess:
        folder = data_dir or Path(shutil.copytree(demo_data, tmp_path / "data"))
        service = ServiceProcess(folder, demo=demo, sdk_dir=sdk_dir, more=more)
        running.append(service)
        return service

    yield start
    for service in running:
        service.kill()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory, sdk_dir: Path) -> Iterator[ServiceProcess]:
    """One demo service for all tests that leave other tests' contacts alone."""
    with ServiceProcess(tmp_path_factory.mktemp("easycim"), origins=[CRM], sdk_dir=sdk_dir) as running:
        yield running


@pytest.fixture(scope="session")
def _numbers() -> Iterator[int]:  # pyright: ignore[reportUnusedFunction]
    return itertools.count(1)


@pytest.fixture
def ecid(_numbers: Iterator[int]) -> str:
    """An ECID of the demo campaign that no other test uses."""
    return f"demo|1|1|{next(_numbers)}"


@pytest.fixture
def contact_id(_numbers: Iterator[int]) -> str:
    """A ContactID that no other test uses."""
    return f"68-{next(_numbers):08x}@pddialer1.example"


@pytest.fixture
def desk_with(service: ServiceProcess) -> Iterator[Callable[[str | None], Desk]]:
    """Give what opens a desk with a token, or without one."""
    desks: list[Desk] = []

    def seat(token: str | None) -> Desk:
        desks.append(Desk(service.url, token))
        return desks[-1]

    yield seat
    for desk in desks:
        desk.close()


@pytest.fixture
def desk_of(service: ServiceProcess, desk_with: Callable[[str | None], Desk]) -> Callable[[str], Desk]:
    """Give what seats an operator at a desk."""

    def seat(operator: str) -> Desk:
        role = Role.SUPERVISOR if operator.startswith("supervisor") else Role.OPERATOR
        return desk_with(service.token(operator, role=role))

    return seat


@pytest.fixture
def desk(desk_of: Callable[[str], Desk]) -> Desk:
    """The desk of ``op1@demo``."""
    return desk_of("op1@demo")


@pytest.fixture
def careful(service: ServiceProcess, desk_of: Callable[[str], Desk]) -> Desk:
    """The desk of an operator whose profile forbids saving what is not reserved."""
    name = "careful@demo"
    service.register(replace(new_operator(name, Role.OPERATOR), save_without_reservation=False))
    return desk_of(name)


@pytest.fixture
def other(desk_of: Callable[[str], Desk]) -> Desk:
    """The desk of ``op2@demo``."""
    return desk_of("op2@demo")


@pytest.fixture
def supervisor(desk_of: Callable[[str], Desk]) -> Desk:
    """The desk of ``supervisor@demo``."""
    return desk_of("supervisor@demo")


@pytest.fixture
def in_background() -> Iterator[Callable[..., Future[Any]]]:
    """Give what runs a call beside the test."""
    with ThreadPoolExecutor(4) as threads:
        yield threads.submit
