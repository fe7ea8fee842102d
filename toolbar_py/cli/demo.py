"""``toolbar-py demo``: the demo for a person, and with ``--check`` without one."""

import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from toolbar_py.cli.options import DEFAULT_DATA, AllowOrigin, DataDir, Seed, Simulate, Speed, simulator_setup, warn
from toolbar_py.service.errors import SetupError
from toolbar_py.service.settings import Settings
from toolbar_py.service.telephony.webhook.configuration import PREFIX


def demo(
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="TCP port; 0 takes a free one.")] = 8765,
    data: DataDir = DEFAULT_DATA,
    allow_origin: AllowOrigin = None,
    simulate: Simulate = None,
    seed: Seed = 0,
    speed: Speed = 1,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Try everything in a headless Chromium, on fresh data and a free port (--port and --data do not "
            "count), and print each step; the exit code is 0 only when every answer was right.",
        ),
    ] = False,
) -> None:
    """Start the demo: a campaign of 1,000 contacts and an operator's desk to work them.

    It listens on this machine only and prints the address of the desk. Its telephone system is the simulated one.
    """
    simulation = simulator_setup(simulate, seed, speed)
    origins = tuple(allow_origin or ())
    try:
        settings = Settings(data_dir=data, port=port, demo=True, allow_origins=origins, simulator=simulation)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--allow-origin") from None
    if not all(file.is_file() for file in (settings.sdk_dir / "toolbar.js", settings.pages_dir / "index.html")):
        raise SetupError("the browser files are not built: run make setup")
    _leave_out_real_telephones()
    if check:
        _check()
        return
    # Loading the service takes longer than printing help should.
    from toolbar_py.service.server import serve  # noqa: PLC0415

    serve(settings, lambda url: typer.echo(_welcome(url, settings)), warn, "warning")


def _leave_out_real_telephones() -> None:
    """Forget the settings of a real telephone system, also for the check's service, and say so.

    Who has them set for a service may run the demo beside it: what is tried here must ring no real telephone.
    """
    ignored = [name for name in sorted(os.environ) if name.startswith(PREFIX) and os.environ.pop(name)]
    if ignored:
        warn(
            f"{', '.join(ignored)} ignored: the demo's telephone system is the simulated one "
            "(toolbar-py serve --demo joins a real one)"
        )


def _check() -> None:
    from rich.console import Console  # noqa: PLC0415

    from toolbar_py.cli.democheck.run import run_check  # noqa: PLC0415

    # Stopped either way, it takes its service and its browser with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if not run_check(Console(highlight=False)):
        raise typer.Exit(1)


def _command() -> str:
    """Give what a person types to run us: as it was typed just now, or where the set-up puts it."""
    return sys.argv[0] if Path(sys.argv[0]).name == "toolbar-py" else ".venv/bin/toolbar-py"


def _welcome(url: str, settings: Settings) -> str:
    lines = [
        f"The operator's desk is at {url}/demo/",
        "Sign in as op1@demo with the password demo; op2@demo in a private window is a second operator.",
    ]
    if settings.simulator is not None and (settings.simulator.mix or settings.simulator.scenario):
        lines.append("Contacts come to whoever presses Login there.")
    if settings.allow_origins:
        lines.append(f'Pages of {", ".join(settings.allow_origins)} load <script src="{url}/sdk/toolbar.js"></script>;')
        lines.append(f"{_command()} token --data {settings.data_dir} --operator op1@demo prints a token for them.")
    return "\n".join([*lines, f"Ctrl+C stops it. What was saved stays in {settings.data_dir}/."])
