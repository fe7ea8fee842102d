"""``toolbar-py serve``: run the service."""

import ipaddress
import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from toolbar_py.cli.options import (
    DEFAULT_DATA,
    AllowOrigin,
    DataDir,
    Faults,
    Seed,
    Simulate,
    Speed,
    simulator_setup,
    warn,
)
from toolbar_py.service.errors import SetupError
from toolbar_py.service.settings import SDK_DIR, Settings, check_public_url
from toolbar_py.service.telephony.webhook.configuration import SECRETS, CtiSettings, cti_settings

_MINUTE_MS = 60_000
_LEASE_MAX_MINUTES = 366 * 24 * 60

LogLevel = Literal["debug", "info", "warning", "error"]


def serve(
    *,
    data: DataDir = DEFAULT_DATA,
    port: Annotated[int, typer.Option(min=0, max=65535, help="TCP port; 0 takes a free one.")] = 8765,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    demo: Annotated[
        bool,
        typer.Option(
            "--demo",
            help="Add a demo campaign of 1,000 contacts (demo|1|1|1 to demo|1|1|1000) and the operators op1@demo to "
            "op100@demo and supervisor@demo, all with the password 'demo'.",
        ),
    ] = False,
    allow_origin: AllowOrigin = None,
    lease_minutes: Annotated[
        float,
        typer.Option(
            min=0.001,
            max=_LEASE_MAX_MINUTES,
            help="How long an opened ECID is surely the operator's without a sign of life.",
        ),
    ] = 30,
    public_url: Annotated[
        str | None, typer.Option(metavar="URL", help="How pages reach the service, when a proxy is in front of it.")
    ] = None,
    sdk_dir: Annotated[
        Path, typer.Option(metavar="DIR", help="Serve the browser files of another build.", show_default="built in")
    ] = SDK_DIR,
    simulate: Simulate = None,
    seed: Seed = 0,
    speed: Speed = 1,
    faults: Faults = "",
    log_level: Annotated[LogLevel, typer.Option(help="How much to log on stderr, as lines of JSON.")] = "info",
) -> None:
    """Run the service: easyCIM for the toolbar, and the toolbar's files for the pages.

    It prints its URL when it is up and stops cleanly on Ctrl+C or SIGTERM.
    """
    simulation = simulator_setup(simulate, seed, speed, faults)
    cti = _telephone_system()
    _check_public_url(public_url)
    _check_browser_files(sdk_dir)
    try:
        settings = Settings(
            data_dir=data,
            host=host,
            port=port,
            public_url=public_url,
            allow_origins=tuple(allow_origin or ()),
            demo=demo,
            lease_ms=int(lease_minutes * _MINUTE_MS),
            sdk_dir=sdk_dir,
            cti=cti,
            simulator=simulation,
        )
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--allow-origin") from None
    if not _is_loopback(host):
        warn(f"{host} is reachable from other machines, without encryption")
    if cti.joined and (simulate or faults):
        options = " and ".join(name for name, value in (("--simulate", simulate), ("--faults", faults)) if value)
        warn(f"{options} ignored: {SECRETS} joins a real telephone system")
    # Loading the service takes longer than printing help should.
    from toolbar_py.service.server import serve as run_server  # noqa: PLC0415

    run_server(settings, lambda url: typer.echo(f"easyCIM answers at {url}/ (Ctrl+C stops it)"), warn, log_level)


def _telephone_system() -> CtiSettings:
    # From the environment only: an argument is seen by everybody who lists the processes.
    try:
        return cti_settings(os.environ)
    except SetupError as error:
        raise typer.BadParameter(str(error)) from None


def _check_public_url(url: str | None) -> None:
    try:
        if url is not None:
            check_public_url(url)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--public-url") from None


def _check_browser_files(folder: Path) -> None:
    if (folder / "toolbar.js").is_file():
        return
    if folder != SDK_DIR:
        raise typer.BadParameter(
            f"{folder} has no toolbar.js: name the folder of a web build, or leave the option out for the built-in one",
            param_hint="--sdk-dir",
        )
    warn("the browser files are not built, so pages cannot load the toolbar: run make setup")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
