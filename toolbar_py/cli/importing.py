"""``toolbar-py import``: take contacts from a file."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from toolbar_py.cli.options import DEFAULT_DATA, DataDir, new_folder_told
from toolbar_py.service.errors import SetupError
from toolbar_py.service.settings import Settings
from toolbar_py.service.store.base import UnknownMacroActivityError
from toolbar_py.wire.base import Name, ShortText
from toolbar_py.wire.contacts import ImportReport
from toolbar_py.wire.errors import ToolbarError
from toolbar_py.wire.texts import sentence

_SUFFIXES = (".csv", ".json")


def import_contacts(
    *,
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            readable=True,
            help="A .csv file whose first row names the columns (ecid, phoneNumber, campaign; all others are fields), "
            "or a .json file with a list of contacts.",
        ),
    ],
    macro_activity: Annotated[str, typer.Option(metavar="CODE", help="The macro activity the contacts go to.")],
    data: DataDir = DEFAULT_DATA,
    campaign: Annotated[str, typer.Option(metavar="NAME", help="The campaign of rows that name none.")] = "",
    create: Annotated[bool, typer.Option("--create", help="Make the macro activity when it does not exist.")] = False,
) -> None:
    """Import contacts from a CSV or JSON file.

    It works on the data folder, also while a service runs on it. Rows that are wrong, or whose ECID exists already,
    are left out and listed; the exit code is 0 only when every row was taken. A broken file changes nothing.
    """
    if file.suffix.lower() not in _SUFFIXES:
        raise typer.BadParameter(f"'{file.name}' is neither .csv nor .json", param_hint="FILE")
    try:
        TypeAdapter(Name).validate_python(macro_activity)
        TypeAdapter(ShortText).validate_python(campaign)
    except ValidationError:
        raise typer.BadParameter("at most 100 and 200 characters", param_hint="--macro-activity / --campaign") from None
    settings = Settings(data_dir=data)
    try:
        with new_folder_told(settings):
            report = asyncio.run(_import(settings, file, macro_activity, campaign, create=create))
    except UnknownMacroActivityError as error:
        raise SetupError(f"{error}; --create makes a new one") from None
    except ToolbarError as error:
        raise SetupError(f"{file}: {sentence(error, 'en')} Nothing was imported.") from None
    for row in report.rejected_rows:
        typer.echo(f"row {row.row}{f' ({row.ecid})' if row.ecid else ''}: {row.code}: {row.message}")
    if report.rejected > len(report.rejected_rows):
        typer.echo(f"... and {report.rejected - len(report.rejected_rows)} more")
    typer.echo(f"{report.imported} of {report.read} rows imported into {report.macro_activity}")
    if report.rejected:
        raise typer.Exit(1)


async def _import(settings: Settings, path: Path, code: str, campaign: str, *, create: bool) -> ImportReport:
    # Loading the store takes longer than printing help should.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    from toolbar_py.service.imports import import_file  # noqa: PLC0415

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("checking", total=None)
        return await import_file(
            settings,
            path,
            code,
            campaign,
            create=create,
            progress=lambda done, total: bar.update(task, description="importing", completed=done, total=total),
        )
