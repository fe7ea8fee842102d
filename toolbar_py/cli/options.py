"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

DataDir = Annotated[
    Path,
    typer.Option(
        "--data",
        metavar="DIR",
        help="The folder that holds everything: database and signing secret. Made when it is missing.",
    ),
]
DEFAULT_DATA = Path("data")
