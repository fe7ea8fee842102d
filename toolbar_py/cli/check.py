"""``toolbar-py check``: does a page keep to the contract?"""

import signal
from pathlib import Path
from typing import Annotated, Literal

import typer

Runtime = Literal["auto", "page", "worker", "shared", "frame"]

_CANNOT = 2


def check(
    *,
    url: Annotated[str, typer.Argument(metavar="URL", help="The page, on a server of yours.")],
    scenarios: Annotated[
        str, typer.Option(metavar="NAMES", help="What comes: all, or names with commas between them.")
    ] = "all",
    contacts: Annotated[int, typer.Option(min=1, max=1_000, help="How many contacts come.")] = 20,
    seed: Annotated[int, typer.Option(help="Chance; the same contacts come again for the same seed.")] = 7,
    speed: Annotated[
        float, typer.Option(min=0.1, max=1_000, help="How many times faster than real customers are.")
    ] = 50,
    runtime: Annotated[Runtime, typer.Option(help="Where Python runs; auto leaves that to the page.")] = "auto",
    headed: Annotated[bool, typer.Option("--headed", help="Show the browser's window.")] = False,
    origin: Annotated[
        list[str] | None,
        typer.Option(metavar="ORIGIN", help="Another origin that loads the toolbar, e.g. of a frame. Repeat for more."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write report.html, report.json and timeline.svg there.")
    ] = None,
) -> None:
    """Check whether a page keeps to the toolbar's contract.

    It opens the page in Chromium against an easyCIM of its own on this machine, lets simulated contacts come, and tells
    which rules the page broke. Exit codes: 0 none (warnings are allowed), 1 some, 2 the page could not be checked.
    """
    from rich.console import Console  # noqa: PLC0415 (loading it takes longer than printing help should)

    from toolbar_py.conformance.problem import CheckError  # noqa: PLC0415
    from toolbar_py.conformance.report import make_folder, print_summary, write_files  # noqa: PLC0415
    from toolbar_py.conformance.run import Plan, run_check  # noqa: PLC0415
    from toolbar_py.conformance.scenarios import chosen  # noqa: PLC0415
    from toolbar_py.service.settings import check_origin  # noqa: PLC0415

    try:
        wanted = chosen(scenarios)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--scenarios") from None
    try:
        for each in origin or ():
            check_origin(each)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--origin") from None
    # Stopped either way, it takes its service and its browser with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console(highlight=False)
    plan = Plan(
        url=url,
        scenarios=wanted,
        contacts=contacts,
        seed=seed,
        speed=speed,
        runtime=runtime,
        headed=headed,
        origins=tuple(origin or ()),
    )
    try:
        # A run takes minutes: what it comes to must have its place before.
        if report:
            make_folder(report)
        run = run_check(plan, lambda line: console.print(line, style="dim", markup=False, soft_wrap=True))
        print_summary(run.verdict, console)
        for file in write_files(run, report) if report else ():
            console.print(f"Written: {file}", markup=False, soft_wrap=True)
    except CheckError as error:
        typer.echo(f"toolbar-py: {error}", err=True)
        raise typer.Exit(_CANNOT) from None
    if not run.verdict.passed:
        raise typer.Exit(1)
