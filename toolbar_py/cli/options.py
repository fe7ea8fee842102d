"""Options that several commands share."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from toolbar_py.service.settings import Settings
from toolbar_py.service.telephony.simulator.faults import NO_FAULTS, FaultRates, read_rates
from toolbar_py.service.telephony.simulator.pace import SPEED_MAX, SPEED_MIN
from toolbar_py.service.telephony.simulator.scenario import ScenarioError, read_scenario
from toolbar_py.service.telephony.simulator.setup import Setup
from toolbar_py.service.telephony.simulator.traffic import MIXES

_SCENARIO_MAX = 1 << 20

DataDir = Annotated[
    Path,
    typer.Option(
        "--data",
        metavar="DIR",
        help="The folder that holds everything: database and signing secret. Made when it is missing.",
    ),
]
DEFAULT_DATA = Path("data")

AllowOrigin = Annotated[
    list[str] | None,
    typer.Option(
        metavar="ORIGIN",
        help="Origin whose pages may use the service, e.g. https://crm.example. Repeat it for more.",
    ),
]

Simulate = Annotated[
    str | None,
    typer.Option(
        metavar="MIX|FILE",
        help=f"Have the simulated telephone system bring contacts to everybody who is logged in: {', '.join(MIXES)}, "
        "or the scenario in a file. Without it only operators begin contacts.",
    ),
]
Seed = Annotated[int, typer.Option(help="The source of all chance in the simulation: the same seed, the same run.")]
Speed = Annotated[
    float, typer.Option(min=SPEED_MIN, max=SPEED_MAX, help="How many times faster than life simulated people are.")
]
Faults = Annotated[
    str,
    typer.Option(
        metavar="NAME=SHARE,...",
        help="Let reports of the simulated telephone system go wrong on their way: delay, drop, duplicate, reorder, "
        "deaf, each with a share of the reports, e.g. drop=0.1,delay=0.2.",
    ),
]


def warn(message: str) -> None:
    """Say on stderr, in one line, what goes on although it may not be what was meant."""
    typer.echo(f"toolbar-py: warning: {message}", err=True)


@contextmanager
def new_folder_told(settings: Settings) -> Generator[None]:
    """Say on stderr when what runs in the context makes a new data folder: perhaps another one was meant.

    It is said also when the rest fails, as it may tell why.
    """
    missing = not settings.database.exists()
    try:
        yield
    finally:
        if missing and settings.database.exists():
            typer.echo(f"toolbar-py: made a new data folder {settings.data_dir.absolute()}", err=True)


def simulator_setup(simulate: str | None, seed: int, speed: float, faults: str = "") -> Setup:
    """Give the setup of the simulator that the options describe.

    Raises:
        BadParameter: naming the option that is wrong.
    """
    try:
        rates = read_rates(faults) if faults else NO_FAULTS
        # Only to have the faults blamed on their own option.
        Setup(faults=rates)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--faults") from None
    try:
        return _setup(simulate, seed, speed, rates)
    except (ValueError, ScenarioError) as error:
        raise typer.BadParameter(str(error), param_hint="--simulate") from None


def _setup(simulate: str | None, seed: int, speed: float, rates: FaultRates) -> Setup:
    if simulate is None or simulate in MIXES:
        return Setup(mix=simulate, seed=seed, speed=speed, faults=rates)
    path = Path(simulate)
    try:
        with path.open("rb") as file:
            content = file.read(_SCENARIO_MAX + 1)
    except OSError as error:
        raise ValueError(
            f"'{simulate}' is neither a mix ({', '.join(MIXES)}) nor a file that can be read ({error.strerror})"
        ) from None
    if len(content) > _SCENARIO_MAX:
        raise ValueError(f"'{simulate}' is longer than a scenario can be ({_SCENARIO_MAX} bytes)")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise ValueError(f"'{simulate}' is not UTF-8 text") from None
    return Setup(scenario=tuple(read_scenario(text)), seed=seed, speed=speed, faults=rates)
